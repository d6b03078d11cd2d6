#include "connectors/slack/rich_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/emoji.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

constexpr int64_t indent_max = 12;
constexpr std::string_view indent_step = "    ";

bool is_set(const JsonView& view, std::string_view key) {
  return view[key].boolean().value_or(false);
}

/// An address in a token: what would end the token is percent-encoded.
std::string link_token(const std::string& url, const std::string& label) {
  const bool is_plain = url.empty() || url.find_first_of("@#!") == 0;
  if (is_plain) return encode_slack_entities(label.empty() ? url : label);
  std::string address = replace_all(replace_all(url, "|", "%7C"), " ", "%20");
  address = encode_slack_entities(replace_all(replace_all(address, "<", "%3C"), ">", "%3E"));
  if (label.empty()) return "<" + replace_all(address, "\n", "") + ">";
  const std::string shown = replace_all(replace_all(label, "|", "¦"), "\n", " ");
  return "<" + replace_all(address, "\n", "") + "|" + encode_slack_entities(shown) + ">";
}

/// "1f44b-1f3fb"
std::string text_of_code_points(std::string_view points) {
  std::string out;
  for (const std::string_view point : split(points, '-')) {
    const auto code = number_in<unsigned>(point, 16);
    if (!code || *code < 0x20) return {};
    append_utf8(out, *code);
  }
  return out;
}

std::string emoji_of(const JsonView& element) {
  std::string name = text_at(element, "name");
  const auto tone = element["skin_tone"].integer();
  if (tone && name.find("::") == std::string::npos) name += fmt::format("::skin-tone-{}", *tone);
  if (std::string emoji = emoji_named(name); !emoji.empty()) return emoji;
  if (const std::string points = text_at(element, "unicode"); !points.empty()) {
    if (std::string emoji = text_of_code_points(points); !emoji.empty()) return emoji;
  }
  return ":" + name + ":";
}

std::string date_of(const JsonView& element) {
  const std::string fallback = text_at(element, "fallback");
  if (!fallback.empty()) return encode_slack_entities(fallback);
  return moment_text(element["timestamp"].integer().value_or(0));
}

std::string token(std::string_view mark, const std::string& id) {
  return id.empty() ? std::string() : fmt::format("<{}{}>", mark, id);
}

/// One element of a line, without its style.
std::string bare_inline(const JsonView& element) {
  const std::string type = text_at(element, "type");
  if (type == "text") return encode_slack_entities(text_at(element, "text"));
  if (type == "link") return link_token(text_at(element, "url"), text_at(element, "text"));
  if (type == "emoji") return emoji_of(element);
  if (type == "user") return token("@", text_at(element, "user_id"));
  if (type == "channel") return token("#", text_at(element, "channel_id"));
  if (type == "usergroup") return token("!subteam^", text_at(element, "usergroup_id"));
  if (type == "broadcast") return token("!", text_at(element, "range"));
  if (type == "date") return date_of(element);
  if (type == "color") return encode_slack_entities(text_at(element, "value"));
  // What Slack invents later says what it is by one of these.
  for (const char* key : {"text", "fallback", "value", "title", "url", "name"}) {
    if (const std::string said = text_at(element, key); !said.empty()) {
      return encode_slack_entities(said);
    }
  }
  return {};
}

/// Marks go around the words, inside the white space, and not over line ends.
std::string marked(const std::string& text, std::string_view mark) {
  const std::string_view words = trim(text);
  if (words.empty() || words.find('\n') != std::string_view::npos) return text;
  const auto before = static_cast<size_t>(words.data() - text.data());
  return text.substr(0, before) + std::string(mark) + std::string(words) + std::string(mark) +
         text.substr(before + words.size());
}

bool is_letter_or_digit(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code >= 0x80 || std::isalnum(code) != 0;
}

/// Whether a mark beside this text is read as one.
bool has_room(std::string_view before, std::string_view after) {
  return (before.empty() || !is_letter_or_digit(before.back())) &&
         (after.empty() || !is_letter_or_digit(after.front()));
}

std::string line_of(const JsonView& section) {
  std::vector<std::string> bare;
  const std::vector<JsonView> elements = section["elements"].elements();
  for (const JsonView& element : elements) bare.push_back(bare_inline(element));
  std::string out;
  for (size_t i = 0; i < elements.size(); ++i) {
    const JsonView style = elements[i]["style"];
    std::string text = bare[i];
    const std::string_view after = i + 1 < bare.size() ? std::string_view(bare[i + 1]) : "";
    const bool is_marked = style.is_object() && (has_room(out, after) || is_set(style, "code"));
    if (is_marked) {
      if (is_set(style, "code")) text = marked(text, "`");
      if (is_set(style, "strike")) text = marked(text, "~");
      if (is_set(style, "italic")) text = marked(text, "_");
      if (is_set(style, "bold")) text = marked(text, "*");
    }
    out += text;
  }
  return out;
}

std::string indented(std::string_view text, std::string_view first, std::string_view rest) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    out += out.empty() ? first : "\n" + std::string(rest);
    out += line;
  }
  return out;
}

/// A list inside a list is a list of its own between two parts of the outer one: numbers go on.
class Lists {
 public:
  void end() { next_.clear(); }

  std::string write(const JsonView& list) {
    const int64_t depth = std::clamp<int64_t>(list["indent"].integer().value_or(0), 0, indent_max);
    next_.erase(next_.upper_bound(depth), next_.end());
    const bool is_ordered = text_at(list, "style") == "ordered";
    int64_t number = next_.count(depth) > 0 ? next_[depth] : 1;
    if (const auto offset = list["offset"].integer()) number = *offset + 1;
    std::string pad;
    for (int64_t i = 0; i < depth; ++i) pad += indent_step;
    std::string out;
    for (const JsonView& item : list["elements"].elements()) {
      const std::string mark = is_ordered ? fmt::format("{}. ", number++) : "• ";
      const std::string rest = pad + std::string(is_ordered ? mark.size() : 2, ' ');
      add_line(out, indented(line_of(item), pad + mark, rest));
    }
    if (is_ordered) {
      next_[depth] = number;
    } else {
      next_.erase(depth);
    }
    return list["border"].integer().value_or(0) > 0 ? quoted_lines(out) : out;
  }

 private:
  std::map<int64_t, int64_t> next_;
};

}  // namespace

std::string moment_text(int64_t seconds) {
  constexpr int64_t seconds_max = 253'402'300'799;  // the end of the year 9999
  return to_rfc3339(TimePoint(Millis(std::clamp<int64_t>(seconds, 0, seconds_max) * 1000)));
}

void add_line(std::string& out, std::string_view line) {
  if (trim(line).empty()) return;
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  out += line;
}

std::string quoted_lines(std::string_view mrkdwn) {
  while (mrkdwn.ends_with('\n')) mrkdwn.remove_suffix(1);
  return indented(mrkdwn, "&gt; ", "&gt; ");
}

std::string mrkdwn_of_rich_text(const JsonView& block) {
  std::string out;
  Lists lists;
  for (const JsonView& element : block["elements"].elements()) {
    const std::string type = text_at(element, "type");
    if (type == "rich_text_list") {
      add_line(out, lists.write(element));
      continue;
    }
    lists.end();
    const std::string line = line_of(element);
    if (type == "rich_text_preformatted") {
      add_line(out, "```\n" + line + (line.ends_with('\n') ? "```" : "\n```"));
    } else if (type == "rich_text_quote") {
      if (!trim(line).empty()) add_line(out, quoted_lines(line));
    } else if (element["elements"].is_present()) {
      // A section begins a line of its own and brings the blank lines that were typed.
      if (!out.empty() && !out.ends_with('\n') && !line.empty()) out += '\n';
      out += line;
    } else {
      out += bare_inline(element);
    }
  }
  return out;
}

}  // namespace dw
