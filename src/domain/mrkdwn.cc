// To Slack there is one rule that everything rests on: "<", ">" and "&" from strangers are always
// escaped, so that the only tokens in a message are those which mrkdwn_link() writes, and it writes
// addresses of three schemes alone. From Slack, tokens are cut out first and entities decoded
// after, so that a decoded "<" is never read as a token.
#include "domain/mrkdwn.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "domain/emoji.h"
#include "domain/markup.h"

namespace dw {
namespace {

constexpr std::string_view word_joiner = "\u2060";

struct Token {
  char kind = 0;  // '@', '#', '!', or 0 for a link
  std::string_view target, label;
};

/// `inside` is what stands between "<" and ">".
Token token_of(std::string_view inside) {
  Token token;
  if (inside.front() == '@' || inside.front() == '#' || inside.front() == '!') {
    token.kind = inside.front();
    inside.remove_prefix(1);
  }
  const size_t bar = inside.find('|');
  token.target = inside.substr(0, bar);
  if (bar != std::string_view::npos) token.label = inside.substr(bar + 1);
  return token;
}

/// "@Ana" and "Ana" are both in use as labels.
std::string with_mark(char mark, std::string_view name) {
  if (name.starts_with(mark)) return std::string(name);
  return mark + std::string(name);
}

std::string_view name_of(const Token& token, const NamesById& names) {
  const auto found = names.find(token.target);
  if (found != names.end() && !found->second.empty()) return found->second;
  return token.label.empty() ? token.target : token.label;
}

std::string text_of_special(const Token& token, const NamesById& names) {
  if (token.target.starts_with("subteam^")) {
    Token group = token;
    group.target.remove_prefix(std::string_view("subteam^").size());
    return with_mark('@', name_of(group, names));
  }
  if (token.target.starts_with("date^")) return std::string(token.label);
  if (!token.label.empty()) return with_mark('@', token.label);
  return with_mark('@', token.target);
}

std::string text_of_link(const Token& token) {
  std::string_view address = token.target;
  const std::string_view shown =
      address.starts_with("mailto:") ? address.substr(std::string_view("mailto:").size()) : address;
  const bool is_said = token.label.empty() || token.label == address || token.label == shown ||
                       address == "http://" + std::string(token.label) ||
                       address == "https://" + std::string(token.label) ||
                       std::string(token.label) + "/" == address;
  if (is_said) return std::string(shown);
  return std::string(token.label) + " (" + std::string(shown) + ")";
}

std::string text_of(const Token& token, const NamesById& names) {
  switch (token.kind) {
    case '@':
      return with_mark('@', name_of(token, names));
    case '#':
      return with_mark('#', name_of(token, names));
    case '!':
      return text_of_special(token, names);
    default:
      return text_of_link(token);
  }
}

/// Calls `words` for text and `token` for what stands in "<…>", in order. A token is in one line.
template <class Words, class Tokens>
void walk(std::string_view text, Words words, Tokens tokens) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t open = text.find('<', at);
    words(text.substr(at, open - at));
    if (open == std::string_view::npos) return;
    const size_t end = text.find_first_of("<>\n", open + 1);
    const bool is_token = end != std::string_view::npos && text[end] == '>' && end > open + 1;
    if (is_token) {
      tokens(token_of(text.substr(open + 1, end - open - 1)));
      at = end + 1;
    } else {
      words(text.substr(open, 1));
      at = open + 1;
    }
  }
}

/// Begin and end of what stands in `code` and in ```fences```, marks and all, in order.
std::vector<std::pair<size_t, size_t>> code_in(std::string_view text) {
  constexpr std::string_view fence = "```";
  std::vector<std::pair<size_t, size_t>> out;
  bool has_fences = true;
  size_t at = text.find('`');
  while (at != std::string_view::npos) {
    size_t end = std::string_view::npos;
    if (text.substr(at).starts_with(fence)) {
      if (has_fences) end = text.find(fence, at + fence.size());
      has_fences = end != std::string_view::npos;
      if (has_fences) end += fence.size();
    } else {
      end = text.find_first_of("`\n", at + 1);
      const bool is_closed = end != std::string_view::npos && text[end] == '`';
      end = is_closed ? end + 1 : std::string_view::npos;
    }
    const bool is_code = end != std::string_view::npos;
    if (is_code) out.emplace_back(at, end);
    at = is_code ? end : text.find_first_not_of('`', at);
    if (at != std::string_view::npos) at = text.find('`', at);
  }
  return out;
}

/// Writes text between tokens as it is read: entities decoded, :codes: outside of code as emoji.
class Words {
 public:
  Words(std::string_view text, std::string& out) : text_(text), code_(code_in(text)), out_(out) {}

  void add(std::string_view words) {
    auto at = static_cast<size_t>(words.data() - text_.data());
    const size_t end = at + words.size();
    while (at < end) {
      while (next_ < code_.size() && code_[next_].second <= at) ++next_;
      const bool has_code = next_ < code_.size() && code_[next_].first < end;
      const bool is_code = has_code && code_[next_].first <= at;
      size_t until = end;
      if (has_code) until = std::min(end, is_code ? code_[next_].second : code_[next_].first);
      const std::string plain = decode_slack_entities(text_.substr(at, until - at));
      out_ += is_code ? plain : with_emoji(plain, out_);
      at = until;
    }
  }

 private:
  std::string_view text_;
  std::vector<std::pair<size_t, size_t>> code_;
  size_t next_ = 0;
  std::string& out_;
};

/// Letters of Europe, digits and "_"; "…", "—" and emoji end a word.
bool is_word_lead(char c) {
  const auto code = static_cast<unsigned char>(c);
  return std::isalnum(code) != 0 || c == '_' || (code >= 0xC3 && code <= 0xD4);
}

bool ends_with_word(std::string_view text) {
  size_t at = text.size();
  while (at > 1 && (static_cast<unsigned char>(text[at - 1]) & 0xC0U) == 0x80U) --at;
  return at > 0 && is_word_lead(text[at - 1]);
}

/// Whether what stands behind "@" calls a whole channel: "here", but not "here/maps" and not
/// "groupon.example".
bool is_call(std::string_view text) {
  constexpr std::array<std::string_view, 4> calls = {"here", "channel", "everyone", "group"};
  for (const std::string_view call : calls) {
    if (!equals_ignoring_case(text.substr(0, call.size()), call)) continue;
    const std::string_view rest = text.substr(call.size());
    if (rest.empty()) return true;
    const bool goes_on = (rest.front() == '/' || rest.front() == '.' || rest.front() == '-') &&
                         rest.size() > 1 && is_word_lead(rest[1]);
    return !is_word_lead(rest.front()) && !goes_on;
  }
  return false;
}

/// Slack reads "@here" typed by a program as a mention where its author asked for that; with the
/// invisible character it never is one. Addresses and names of packages are left alone.
std::string without_calls(std::string text) {
  size_t at = 0;
  while ((at = text.find('@', at)) != std::string::npos) {
    constexpr std::string_view of_address = ".+-%";
    const std::string_view before = std::string_view(text).substr(0, at);
    const bool is_inside =
        !before.empty() &&
        (ends_with_word(before) || of_address.find(before.back()) != std::string_view::npos);
    ++at;
    if (!is_inside && is_call(std::string_view(text).substr(at))) text.insert(at, word_joiner);
  }
  return text;
}

/// What would end the token, or be read as something else in it, as a URL writes it.
std::string encode_token(std::string_view address) {
  std::string out;
  for (const char c : address) {
    if (c == '|') {
      out += "%7C";
    } else if (c == '<') {
      out += "%3C";
    } else if (c == '>') {
      out += "%3E";
    } else if (c == ' ') {
      out += "%20";
    } else if (c != '\n' && c != '\t') {  // a browser leaves them out
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string decode_slack_entities(std::string_view text) {
  // "&amp;" last: what it makes must not be decoded again.
  std::string out = replace_all(text, "&lt;", "<");
  out = replace_all(out, "&gt;", ">");
  return replace_all(out, "&amp;", "&");
}

std::string encode_slack_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string plain_of_mrkdwn(std::string_view text, const NamesById& names) {
  std::string out;
  Words writer(text, out);
  walk(
      text, [&writer](std::string_view words) { writer.add(words); },
      [&](const Token& token) { out += decode_slack_entities(text_of(token, names)); });
  return without_control_characters(out);
}

namespace {

/// What stands behind "```" in Markdown, where people write it for Slack too.
bool is_language(std::string_view word) {
  constexpr auto languages = std::to_array<std::string_view>(
      {"bash",  "c",      "console", "cpp",    "cs",   "csharp",     "css",  "csv",
       "diff",  "docker", "go",      "html",   "http", "ini",        "java", "javascript",
       "js",    "json",   "kotlin",  "log",    "md",   "markdown",   "perl", "php",
       "plain", "ps1",    "py",      "python", "ruby", "powershell", "rust", "sh",
       "shell", "sql",    "swift",   "text",   "toml", "ts",         "txt",  "typescript",
       "xml",   "yaml",   "yml",     "zsh"});
  return std::any_of(languages.begin(), languages.end(),
                     [word](std::string_view one) { return equals_ignoring_case(one, word); });
}

}  // namespace

std::string first_line_of(std::string_view plain) {
  for (const std::string_view line : split(plain, '\n')) {
    std::string_view bare = trim(line);
    for (bool is_changed = true; is_changed;) {
      const size_t before = bare.size();
      if (bare.starts_with("```")) {
        bare = trim(bare.substr(3));
        // The word that Markdown has there says what language it is.
        if (is_language(bare) && line.data() + line.size() < plain.data() + plain.size()) bare = {};
      }
      if (bare.ends_with("```")) bare = trim(bare.substr(0, bare.size() - 3));
      if (bare.starts_with("> ") || bare == ">") bare = trim(bare.substr(1));
      if (bare.starts_with(">>>")) bare = trim(bare.substr(3));
      if (bare.starts_with("• ")) bare = trim(bare.substr(std::string_view("•").size()));
      for (const char mark : {'*', '_', '~', '`'}) {
        const bool is_around = bare.size() > 2 && bare.front() == mark && bare.back() == mark &&
                               bare.find(mark, 1) == bare.size() - 1;
        if (is_around) bare = trim(bare.substr(1, bare.size() - 2));
      }
      is_changed = bare.size() != before;
    }
    if (!bare.empty()) return std::string(bare);
  }
  return {};
}

std::vector<std::string> ids_in_mrkdwn(std::string_view text) {
  std::vector<std::string> out;
  walk(
      text, [](std::string_view) {},
      [&out](const Token& token) {
        constexpr std::string_view group = "subteam^";
        const bool is_group = token.kind == '!' && token.target.starts_with(group);
        const bool is_wanted =
            (token.kind == '@' || token.kind == '#' || is_group) && token.label.empty();
        std::string id(token.target.substr(is_group ? group.size() : 0));
        if (is_wanted && !id.empty() && std::find(out.begin(), out.end(), id) == out.end()) {
          out.push_back(std::move(id));
        }
      });
  return out;
}

std::string mrkdwn_of_plain(std::string_view text) {
  return without_calls(encode_slack_entities(without_control_characters(text)));
}

std::string without_calls_of_pieces(std::string_view mrkdwn) {
  std::string out;
  walk(
      mrkdwn, [&out](std::string_view words) { out += without_calls(std::string(words)); },
      [&](const Token& token) {
        const char* begin = token.target.data() - (token.kind == 0 ? 1 : 2);
        const std::string_view last = token.label.empty() ? token.target : token.label;
        out += std::string_view(begin, static_cast<size_t>(last.data() + last.size() - begin) + 1);
      });
  return out;
}

std::string mrkdwn_link(std::string_view address, std::string_view label) {
  address = trim(address);
  const auto begins = [address](std::string_view scheme) {
    return equals_ignoring_case(address.substr(0, scheme.size()), scheme);
  };
  const bool is_shown = (begins("http://") || begins("https://") || begins("mailto:")) &&
                        !find_control_character(address);
  const std::string text = mrkdwn_of_plain(replace_all(replace_all(label, "|", "¦"), "\n", " "));
  if (!is_shown) return text;
  const std::string target = encode_slack_entities(encode_token(address));
  return text.empty() ? "<" + target + ">" : "<" + target + "|" + text + ">";
}

}  // namespace dw
