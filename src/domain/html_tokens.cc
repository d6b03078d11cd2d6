// Why not one call of an HTML parser: a browser's algorithm takes quadratic time for tags nested
// deep (a megabyte of "<div>" holds it for minutes) and guesses where text with a few tags in it is
// no page at all. So tags are found here, in one pass, and the parser is given entities alone:
// those between tags and in attributes, which need its table of two thousand names.
#include "domain/html_tokens.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"

namespace dw {
namespace {

/// What a client writes between the tags of a mention is a name, and no longer than this.
constexpr size_t mention_bytes_max = 1024;

constexpr std::array<std::pair<std::string_view, Tag>, 44> meanings = {
    {{"at", Tag::mention},    {"br", Tag::line_break}, {"p", Tag::paragraph},
     {"div", Tag::block},     {"tr", Tag::row},        {"h1", Tag::block},
     {"h2", Tag::block},      {"h3", Tag::block},      {"h4", Tag::block},
     {"h5", Tag::block},      {"h6", Tag::block},      {"blockquote", Tag::quote},
     {"ul", Tag::bullets},    {"ol", Tag::ordered},    {"table", Tag::block},
     {"hr", Tag::block},      {"section", Tag::block}, {"article", Tag::block},
     {"dt", Tag::block},      {"dd", Tag::block},      {"li", Tag::item},
     {"td", Tag::cell},       {"th", Tag::cell},       {"pre", Tag::preformatted},
     {"a", Tag::link},        {"img", Tag::picture},   {"emoji", Tag::picture},
     {"b", Tag::bold},        {"strong", Tag::bold},   {"i", Tag::italic},
     {"em", Tag::italic},     {"s", Tag::strike},      {"del", Tag::strike},
     {"code", Tag::code},     {"tt", Tag::code},       {"summary", Tag::block},
     {"details", Tag::block}, {"figure", Tag::block},  {"figcaption", Tag::block},
     {"header", Tag::block},  {"footer", Tag::block},  {"address", Tag::block},
     {"caption", Tag::block}, {"main", Tag::block}}};

const Tag* meaning_of(std::string_view name) {
  const auto* found = std::find_if(meanings.begin(), meanings.end(),
                                   [name](const auto& one) { return one.first == name; });
  return found == meanings.end() ? nullptr : &found->second;
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
bool is_name(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == ':' || c == '_';
}

/// Where a word is found next. Questions come with ascending positions, so all of them together
/// read the text once.
class Finder {
 public:
  Finder(std::string_view text, std::string_view word) : text_(text), word_(word) {}
  size_t next(size_t from) {
    if (at_ == std::string_view::npos || at_ >= from) return at_;
    return at_ = text_.find(word_, from);
  }

 private:
  std::string_view text_, word_;
  size_t at_ = 0;
};

/// One tag as it stands in the text.
struct Mark {
  bool is_close = false;
  std::string_view name;                                // in lower case
  std::string_view href, alt, item_type, start, value;  // as written, entities and all
  std::string marks;                                    // class, id, name, type, data-*
  size_t end = 0;                                       // behind its ">"
};

class Scanner {
 public:
  explicit Scanner(std::string_view html, bool is_marking = false)
      : html_(html),
        is_marking_(is_marking),
        lower_(to_lower(html)),
        last_single_(html.rfind('\'')),
        last_double_(html.rfind('"')),
        comment_ends_(lower_, "-->"),
        mention_ends_(lower_, "</at"),
        span_ends_(lower_, "</span"),
        script_ends_(lower_, "</script"),
        style_ends_(lower_, "</style") {
    for (size_t at = lower_.find("</"); at != std::string::npos; at = lower_.find("</", at + 2)) {
      closed_.insert(name_at(at + 2));
    }
  }

  /// Tags alone; what is skipped with its text stands as one tag without a name.
  std::vector<HtmlTag> scan_tags() {
    std::vector<HtmlTag> out;
    for (size_t open = html_.find('<'); open != std::string_view::npos;) {
      const size_t behind = take_tag(open);
      if (behind > open) {
        HtmlTag tag{.begin = open, .end = behind};
        const auto mark = html_[open + 1] == '!' ? std::nullopt : mark_at(open);
        if (mark && mark->end == behind) {
          tag.is_close = mark->is_close;
          tag.name = mark->name;
          tag.marks = mark->marks;
        }
        out.push_back(std::move(tag));
      }
      open = html_.find('<', std::max(behind, open + 1));
    }
    return out;
  }

  std::vector<HtmlToken> scan() {
    size_t at = 0;
    while (at < html_.size()) {
      const size_t open = html_.find('<', at);
      add_text(html_.substr(at, open - at));
      if (open == std::string_view::npos) break;
      const size_t behind = take_tag(open);
      if (behind == open) add_text("<");
      at = std::max(behind, open + 1);
    }
    return std::move(tokens_);
  }

 private:
  std::string_view name_at(size_t at) const {
    size_t end = at;
    while (end < lower_.size() && is_name(lower_[end])) ++end;
    if (end == at || !is_letter(lower_[at])) return {};
    return std::string_view(lower_).substr(at, end - at);
  }

  void add_text(std::string_view text) {
    if (text.empty()) return;
    if (tokens_.empty() || tokens_.back().kind != HtmlToken::Kind::text) tokens_.emplace_back();
    tokens_.back().text += text;
  }

  void add(Tag tag, bool is_close, std::string_view attribute = {}) {
    tokens_.push_back(
        {is_close ? HtmlToken::Kind::close : HtmlToken::Kind::open, std::string(attribute), tag});
  }

  /// Takes what begins at the "<"; gives back the same place if that is text.
  size_t take_tag(size_t open) {
    const std::string_view rest = std::string_view(lower_).substr(open);
    if (rest.starts_with("<!--")) {
      const size_t end = comment_ends_.next(open + 4);
      return end == std::string_view::npos ? open : end + 3;
    }
    const auto mark = mark_at(open);
    if (!mark) return open;
    if (mark->name == "script" || mark->name == "style") return skip_raw(*mark, open);
    if (mark->name == "span") {
      take_span(*mark);
    } else if (const Tag* tag = meaning_of(mark->name)) {
      take(*mark, *tag);
    } else if (!is_known(mark->name)) {
      return open;
    }
    return mark->end;
  }

  void take(const Mark& mark, Tag tag) {
    if (tag == Tag::mention && !mark.is_close && !is_short(mention_ends_, mark.end)) return;
    add(tag, mark.is_close, mark.is_close ? std::string_view() : attribute_of(mark, tag));
  }

  static std::string_view attribute_of(const Mark& mark, Tag tag) {
    switch (tag) {
      case Tag::link:
        return mark.href;
      case Tag::quote:
        return mark.item_type;
      case Tag::ordered:
        return mark.start;
      case Tag::item:
        return mark.value;
      default:
        return mark.alt;
    }
  }

  void take_span(const Mark& mark) {
    if (!mark.is_close) {
      const bool is_mention =
          mark.item_type.find("schema.skype.com/Mention") != std::string::npos &&
          is_short(span_ends_, mark.end);
      spans_.push_back(is_mention);
      if (is_mention) add(Tag::mention, false);
      return;
    }
    if (spans_.empty()) return;
    if (spans_.back()) add(Tag::mention, true);
    spans_.pop_back();
  }

  /// A mention that nobody closes would swallow the message.
  static bool is_short(Finder& ends, size_t from) {
    const size_t end = ends.next(from);
    return end != std::string_view::npos && end - from <= mention_bytes_max;
  }

  size_t skip_raw(const Mark& mark, size_t open) {
    if (mark.is_close) return mark.end;
    const size_t end = (mark.name == "script" ? script_ends_ : style_ends_).next(mark.end);
    if (end == std::string_view::npos) return open;
    const auto closing = mark_at(end);
    return closing ? closing->end : end;
  }

  /// HTML's own names, names with a prefix ("o:p"), and whatever is closed somewhere.
  bool is_known(std::string_view name) const {
    const size_t prefix = name.find(':');
    const bool has_prefix = prefix != std::string_view::npos && prefix + 1 < name.size();
    return has_prefix || closed_.count(name) > 0 ||
           gumbo_tagn_enum(name.data(), static_cast<unsigned>(name.size())) != GUMBO_TAG_UNKNOWN;
  }

  /// "<name attributes>", "</name>", "<!doctype …>"; nothing if it is no whole tag.
  std::optional<Mark> mark_at(size_t open) const {
    Mark mark;
    size_t at = open + 1;
    if (at < lower_.size() && lower_[at] == '/') {
      mark.is_close = true;
      ++at;
    } else if (lower_.compare(at, 8, "!doctype") == 0) {
      ++at;
    }
    mark.name = name_at(at);
    if (mark.name.empty()) return std::nullopt;
    at += mark.name.size();
    if (at >= lower_.size() || !(is_space(lower_[at]) || lower_[at] == '>' || lower_[at] == '/')) {
      return std::nullopt;
    }
    for (;;) {
      while (at < lower_.size() && (is_space(lower_[at]) || lower_[at] == '/')) ++at;
      if (at >= lower_.size() || lower_[at] == '<') return std::nullopt;
      if (lower_[at] == '>') break;
      if (!take_attribute(mark, at)) return std::nullopt;
    }
    mark.end = at + 1;
    return mark;
  }

  /// Each tag reads no farther than the next "<" outside quotes, so that broken ones are not
  /// read again and again.
  bool take_attribute(Mark& mark, size_t& at) const {
    const size_t start = at;
    while (at < lower_.size() && (is_name(lower_[at]) || lower_[at] == '.')) ++at;
    // "a<b && c>d" compares, and is no <b>.
    if (at == start) return false;
    const std::string_view name = std::string_view(lower_).substr(start, at - start);
    size_t equals = at;
    while (equals < lower_.size() && is_space(lower_[equals])) ++equals;
    if (equals >= lower_.size() || lower_[equals] != '=') return true;
    at = equals + 1;
    while (at < lower_.size() && is_space(lower_[at])) ++at;
    if (at >= lower_.size()) return false;
    const auto value = take_value(at);
    if (!value) return false;
    if (name == "href") mark.href = *value;
    if (name == "alt") mark.alt = *value;
    if (name == "itemtype") mark.item_type = *value;
    if (name == "start") mark.start = *value;
    if (name == "value") mark.value = *value;
    constexpr std::array<std::string_view, 6> marking = {"class", "id",          "name",
                                                         "type",  "data-marker", "data-smartmail"};
    if (is_marking_ && std::find(marking.begin(), marking.end(), name) != marking.end()) {
      mark.marks += to_lower(*value) + " ";
    }
    return true;
  }

  std::optional<std::string_view> take_value(size_t& at) const {
    const char quote = lower_[at];
    if (quote == '"' || quote == '\'') {
      const size_t last = quote == '"' ? last_double_ : last_single_;
      if (last == std::string_view::npos || last <= at) return std::nullopt;
      const size_t start = at + 1;
      const size_t end = html_.find(quote, start);
      at = end + 1;
      return html_.substr(start, end - start);
    }
    const size_t start = at;
    while (at < html_.size() && !is_space(html_[at]) && html_[at] != '>' && html_[at] != '<') ++at;
    return html_.substr(start, at - start);
  }

  std::string_view html_;
  bool is_marking_;  // tags are wanted with what they are called, and no tokens
  std::string lower_;
  size_t last_single_, last_double_;
  Finder comment_ends_, mention_ends_, span_ends_, script_ends_, style_ends_;
  std::set<std::string_view> closed_;  // names for which there is a "</name"
  std::vector<bool> spans_;            // open ones: is it a mention?
  std::vector<HtmlToken> tokens_;
};

/// Whether a whole entity begins at the "&": "&amp;", "&#39;", "&#x1F642;". One without its
/// semicolon is more likely part of an address: "?a=1&copy=2".
bool is_entity(std::string_view text, size_t at) {
  constexpr size_t name_bytes_max = 33;
  constexpr size_t number_bytes_max = 8;  // the parser's number overflows behind that
  size_t end = at + 1;
  const bool is_number = end < text.size() && text[end] == '#';
  if (is_number) ++end;
  const size_t bytes_max = is_number ? number_bytes_max : name_bytes_max;
  const size_t start = end;
  const auto is_part = [](char c) { return is_letter(c) || (c >= 'A' && c <= 'Z') || is_digit(c); };
  while (end < text.size() && end - start < bytes_max && is_part(text[end])) ++end;
  return end > start && end < text.size() && text[end] == ';';
}

/// Calls `text` for what stands between entities and `entity` for each, in order.
template <class Text, class Entity>
void walk_entities(std::string_view html, Text text, Entity entity) {
  size_t at = 0;
  for (size_t mark = html.find('&'); mark != std::string_view::npos;
       mark = html.find('&', mark + 1)) {
    if (!is_entity(html, mark)) continue;
    text(html.substr(at, mark - at));
    at = html.find(';', mark) + 1;
    entity(html.substr(mark, at - mark));
    mark = at - 1;
  }
  text(html.substr(at));
}

/// What each of the entities says. The parser's page is flat, one <br> behind each, and holds
/// nothing else: it would replace control characters that somebody has to hear of.
std::vector<std::string> decode_entities(const std::vector<std::string_view>& entities) {
  std::string page;
  for (const std::string_view entity : entities) page += std::string(entity) + "<br>";
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_DIV;
  GumboOutput* parsed = gumbo_parse_with_options(&options, page.data(), page.size());
  const GumboVector& nodes = parsed->root->v.element.children;
  std::vector<std::string> out(1);
  for (unsigned i = 0; i < nodes.length && out.size() <= entities.size(); ++i) {
    const auto& node = *static_cast<const GumboNode*>(nodes.data[i]);
    if (node.type == GUMBO_NODE_ELEMENT) {
      out.emplace_back();
    } else {
      out.back() += node.v.text.text;
    }
  }
  gumbo_destroy_output(&options, parsed);
  out.resize(entities.size());
  return out;
}

/// "&#0;", "&#x00;": the parser would replace it, and somebody has to hear of it.
bool is_nul(std::string_view entity) {
  const size_t zero = entity.starts_with("&#x") || entity.starts_with("&#X") ? 3 : 2;
  const std::string_view digits = entity.substr(zero, entity.size() - zero - 1);
  return entity.starts_with("&#") && !digits.empty() &&
         digits.find_first_not_of('0') == std::string_view::npos;
}

void decode(std::vector<HtmlToken>& tokens) {
  std::vector<std::string_view> entities;
  const auto ignore = [](std::string_view) {};
  for (const HtmlToken& token : tokens) {
    walk_entities(token.text, ignore, [&](std::string_view one) { entities.push_back(one); });
  }
  const std::vector<std::string> said = decode_entities(entities);
  size_t next = 0;
  for (HtmlToken& token : tokens) {
    std::string text;
    walk_entities(
        token.text, [&](std::string_view one) { text += one; },
        [&](std::string_view one) {
          text += is_nul(one) ? std::string(1, '\0') : said[next];
          ++next;
        });
    token.text = std::move(text);
  }
}

}  // namespace

std::vector<HtmlTag> tags_of_html(std::string_view html) {
  return Scanner(html, true).scan_tags();
}

std::string decode_html_entities(std::string_view text) {
  if (text.find('&') == std::string_view::npos) return std::string(text);
  std::vector<HtmlToken> one(1);
  one[0].text = text;
  decode(one);
  return one[0].text;
}

std::vector<HtmlToken> tokens_of_html(std::string_view html) {
  std::vector<HtmlToken> tokens = Scanner(html).scan();
  if (html.find('&') != std::string_view::npos) decode(tokens);
  return tokens;
}

}  // namespace dw
