// What Teams calls text is half a page: mentions in tags, lines as <br>, <p>, <div> or plain line
// feeds, depending on the client and on what was pasted. Line feeds between blocks are how HTML is
// laid out; all others are lines that a person typed. So the writer remembers whether a tag has
// just ended the line, and only there white space means nothing.
#include "domain/markup.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/international.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/html_tokens.h"

namespace dw {
namespace {

std::string_view trim_start(std::string_view text) {
  return text.substr(std::min(text.size(), text.find_first_not_of(' ')));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

/// Characters that look like a space or a line end and are none, and those that can't be seen.
std::string normalize(std::string_view text) {
  constexpr auto kin = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"\r\n", "\n"},  {"\r", "\n"},    {"\u2028", "\n"}, {"\u2029", "\n"}, {"\u00A0", " "},
       {"\u1680", " "}, {"\u2000", " "}, {"\u2001", " "},  {"\u2002", " "},  {"\u2003", " "},
       {"\u2004", " "}, {"\u2005", " "}, {"\u2006", " "},  {"\u2007", " "},  {"\u2008", " "},
       {"\u2009", " "}, {"\u200A", " "}, {"\u202F", " "},  {"\u205F", " "},  {"\u3000", " "},
       {"\u200B", ""},  {"\u200E", ""},  {"\u200F", ""},   {"\u202A", ""},   {"\u202B", ""},
       {"\u202C", ""},  {"\u202D", ""},  {"\u202E", ""},   {"\u2060", ""},   {"\u2066", ""},
       {"\u2067", ""},  {"\u2068", ""},  {"\u2069", ""},   {"\uFEFF", ""}});
  std::string out(text);
  // Most texts have none of them.
  if (is_ascii(text) && text.find('\r') == std::string_view::npos) return out;
  for (const auto& [from, to] : kin) {
    if (out.find(from) != std::string::npos) out = replace_all(out, from, to);
  }
  return out;
}

/// Lines of nothing but white space are blank lines.
std::string with_blank_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const std::string_view line : split(text, '\n')) {
    if (!is_blank(line)) out += line;
    out += '\n';
  }
  return std::string(trim(out));
}

/// An address that may stand in a text: of a scheme that is no script, and in one piece.
bool is_shown_address(std::string_view address) {
  const auto begins = [address](std::string_view scheme) {
    return equals_ignoring_case(address.substr(0, scheme.size()), scheme);
  };
  return (begins("http://") || begins("https://") || begins("mailto:")) &&
         address.find_first_of(" \t\r\n") == std::string_view::npos &&
         !find_control_character(address);
}

class Writer {
 public:
  void write(const HtmlToken& token) {
    if (token.kind == HtmlToken::Kind::text) return add_text(token.text);
    if (token.kind == HtmlToken::Kind::close) return close(token.tag);
    open(token);
  }

  /// A mention of us stood here; a label behind it begins a line.
  void leave_out_mention(bool has_label_behind) {
    if (!has_label_behind || line_ != Line::written) return;
    while (out_.ends_with(' ')) out_.pop_back();
    end_line();
    is_after_our_name_ = true;
  }

  /// Somebody's words, each line marked.
  void write_quote(const std::string& text) {
    begin_block();
    if (text.empty()) return;
    append("> " + replace_all(text, "\n", "\n> "));
    end_block();
  }

  std::string finish() {
    end_link();
    return with_blank_lines(out_);
  }

 private:
  static constexpr size_t depth_max = 16;
  static constexpr int64_t number_max = 1'000'000;

  struct Link {
    size_t start;
    std::string address;
  };
  struct List {
    bool is_ordered = false;
    int64_t next = 1;
  };

  void open(const HtmlToken& token) {
    switch (token.tag) {
      case Tag::mention:
        break;
      case Tag::line_break:
        end_line();
        break;
      case Tag::paragraph:
        if (!is_cell_start_) begin_block();
        paragraph_start_ = out_.size();
        break;
      case Tag::preformatted:
        begin_block();
        has_layout_ = false;
        break;
      case Tag::block:
      case Tag::quote:
        if (!is_cell_start_) begin_block();
        break;
      case Tag::ordered:
      case Tag::bullets:
        if (!is_cell_start_) begin_block();
        begin_list(token);
        break;
      case Tag::row:
        begin_block();
        row_start_ = out_.size();
        cells_ = 0;
        is_cell_start_ = false;
        break;
      case Tag::item:
        begin_item(token.text);
        break;
      case Tag::cell:
        begin_cell();
        break;
      case Tag::link:
        end_link();
        link_ = Link{out_.size(), std::string(trim(token.text))};
        break;
      case Tag::picture:
        append(token.text.empty() ? "[image]" : normalize(token.text));
        break;
      case Tag::bold:
      case Tag::italic:
      case Tag::strike:
      case Tag::code:
        break;
    }
  }

  void close(Tag tag) {
    switch (tag) {
      case Tag::mention:
      case Tag::picture:
      case Tag::bold:
      case Tag::italic:
      case Tag::strike:
      case Tag::code:
        break;
      case Tag::link:
        end_link();
        break;
      case Tag::cell:
        is_after_tag_ = true;
        break;
      case Tag::line_break:
        end_line();  // "</br>" is read as "<br>" everywhere
        break;
      case Tag::paragraph:
        // An empty paragraph is how a blank line is typed.
        if (!out_.ends_with('\n') || out_.size() == paragraph_start_) end_line();
        paragraph_start_ = std::string::npos;
        break;
      case Tag::preformatted:
        has_layout_ = true;
        if (!out_.ends_with('\n')) end_line();
        is_after_tag_ = true;
        break;
      case Tag::ordered:
      case Tag::bullets:
        if (!lists_.empty()) lists_.pop_back();
        end_block();
        break;
      case Tag::row:
        cells_ = 0;
        is_cell_start_ = false;
        [[fallthrough]];
      case Tag::block:
      case Tag::quote:
      case Tag::item:
        end_block();
        break;
    }
  }

  void begin_list(const HtmlToken& token) {
    if (lists_.size() >= depth_max) return;
    lists_.push_back({token.tag == Tag::ordered, 1});
    number_from(token.text);
  }

  void number_from(std::string_view text) {
    const auto number = number_in(text);
    const bool is_good = number && *number > -number_max && *number < number_max;
    if (is_good && !lists_.empty()) lists_.back().next = *number;
  }

  /// Items of a list inside of another stand in by two spaces.
  void begin_item(std::string_view number) {
    begin_block();
    number_from(number);
    const bool is_ordered = !lists_.empty() && lists_.back().is_ordered;
    const std::string mark = is_ordered ? std::to_string(lists_.back().next++) + ". " : "- ";
    // An item that begins with a list has no words of its own.
    if (line_ == Line::marked) out_.resize(mark_start_);
    mark_start_ = out_.size();
    if (lists_.size() > 1) out_.append(2 * (lists_.size() - 1), ' ');
    out_ += mark;
    line_ = Line::marked;
  }

  /// What its paragraphs ended is the cell, not the line, unless it has several.
  void begin_cell() {
    is_after_tag_ = is_cell_start_ = true;
    if (cells_++ > 0) {
      while (out_.size() > row_start_ && (out_.back() == '\n' || out_.back() == ' '))
        out_.pop_back();
      const bool has_lines =
          out_.find('\n', std::min(cell_start_, out_.size())) != std::string::npos;
      if (out_.size() > row_start_) {
        out_ += has_lines ? '\n' : '\t';
        line_ = has_lines ? Line::blank : Line::written;
      }
    }
    cell_start_ = out_.size();
  }

  void add_text(const std::string& text) {
    if (!is_after_tag_ || !has_layout_) return append(normalize(text));
    if (is_blank(text)) return;
    const std::string plain = normalize(text);
    append(std::string_view(plain).substr(plain.starts_with('\n') ? 1 : 0));
  }

  void append(std::string_view text) {
    if (is_after_our_name_) text = trim_start(text);
    if (text.empty()) return;
    is_after_our_name_ = false;
    out_ += text;
    is_after_tag_ = false;
    is_cell_start_ = is_cell_start_ && is_blank(text);
    const size_t last_end = text.rfind('\n');
    if (last_end != std::string_view::npos) line_ = Line::blank;
    if (!is_blank(text.substr(last_end == std::string_view::npos ? 0 : last_end))) {
      line_ = Line::written;
    }
  }

  void end_line() {
    out_ += '\n';
    line_ = Line::blank;
    is_after_tag_ = true;
  }

  void begin_block() {
    if (line_ == Line::written) end_line();
    is_after_tag_ = true;
  }

  void end_block() {
    if (!out_.ends_with('\n')) end_line();
    is_after_tag_ = true;
  }

  void end_link() {
    if (!link_) return;
    // A cell that ends inside the link takes the blank lines before it away.
    const size_t start = std::min(link_->start, out_.size());
    const std::string label(trim(std::string_view(out_).substr(start)));
    const std::string& address = link_->address;
    const bool is_said = label == address || "mailto:" + label == address || label + "/" == address;
    if (is_shown_address(address) && !is_said) {
      append(label.empty() ? address : " (" + address + ")");
    }
    link_.reset();
  }

  /// What the current line has: nothing but white space, a list's mark, or words.
  enum class Line { blank, marked, written };

  std::string out_;
  Line line_ = Line::blank;
  bool is_after_tag_ = true;  // a tag began or ended the line, and nothing was written since
  bool has_layout_ = true;    // false inside <pre>
  bool is_after_our_name_ = false;
  bool is_cell_start_ = false;  // a cell was opened, and nothing written in it
  int cells_ = 0;               // of this row so far
  size_t row_start_ = 0, cell_start_ = 0;
  size_t paragraph_start_ = std::string::npos;
  size_t mark_start_ = 0;  // of the list's mark in the current line
  std::vector<List> lists_;
  std::optional<Link> link_;
};

/// Of each token that opens a quote which is closed: the place behind it; 0 of all others.
std::vector<size_t> ends_of_quotes(const std::vector<HtmlToken>& tokens) {
  std::vector<size_t> out(tokens.size(), 0), open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind == HtmlToken::Kind::text || tokens[i].tag != Tag::quote) continue;
    if (tokens[i].kind == HtmlToken::Kind::open) {
      open.push_back(i);
    } else if (!open.empty()) {
      out[open.back()] = i + 1;
      open.pop_back();
    }
  }
  return out;
}

/// What becomes of a token.
enum class Part { shown, our_name, left_out };

/// Where each quote that is open ends; a quoted message is somebody else's, and nobody's field.
void leave_out_replies(const std::vector<HtmlToken>& tokens, std::vector<Part>& parts) {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].tag != Tag::quote || tokens[i].kind == HtmlToken::Kind::text) continue;
    if (tokens[i].kind == HtmlToken::Kind::open) {
      open.push_back(i);
      continue;
    }
    if (open.empty()) continue;
    const bool is_reply =
        tokens[open.back()].text.find("schema.skype.com/Reply") != std::string::npos;
    for (size_t at = open.back(); is_reply && at <= i; ++at) parts[at] = Part::left_out;
    open.pop_back();
  }
}

struct Mention {
  size_t first, last;  // tokens, tags included
  std::string name;
};

/// Names that stand side by side are one: a client writes "@Help Desk" in two.
std::vector<Mention> mentions_in(const std::vector<HtmlToken>& tokens,
                                 const std::vector<Part>& parts) {
  std::vector<Mention> out;
  bool is_open = false, is_beside = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const HtmlToken& token = tokens[i];
    if (parts[i] == Part::left_out) continue;
    const bool is_text = token.kind == HtmlToken::Kind::text;
    if (!is_text && token.tag == Tag::mention) {
      is_open = token.kind == HtmlToken::Kind::open;
      if (is_open && !is_beside) out.push_back({i, i, ""});
      if (!is_open && !out.empty()) out.back().last = i;
      is_beside = !is_open && !out.empty();
      if (is_open && !out.back().name.empty()) out.back().name += ' ';
    } else if (is_open && is_text) {
      out.back().name += normalize(token.text);
    } else if (!is_text || !is_blank(normalize(token.text)) ||
               token.text.find('\n') != std::string::npos) {
      is_beside = is_beside && is_open;
    }
  }
  return out;
}

bool is_named(const Mention& mention, const std::vector<std::string>& our_names) {
  return std::any_of(our_names.begin(), our_names.end(), [&mention](const std::string& name) {
    return equals_ignoring_case(trim(mention.name), trim(name));
  });
}

/// Where nobody says what we are called, the first name is ours: without it Teams would not call.
std::vector<Part> parts_of(const std::vector<HtmlToken>& tokens,
                           const std::vector<std::string>& our_names) {
  std::vector<Part> parts(tokens.size(), Part::shown);
  leave_out_replies(tokens, parts);
  const std::vector<Mention> mentions = mentions_in(tokens, parts);
  const bool has_ours = std::any_of(mentions.begin(), mentions.end(),
                                    [&](const Mention& one) { return is_named(one, our_names); });
  for (size_t i = 0; i < mentions.size(); ++i) {
    if (has_ours ? !is_named(mentions[i], our_names) : i > 0) continue;
    for (size_t at = mentions[i].first; at <= mentions[i].last; ++at) parts[at] = Part::our_name;
  }
  return parts;
}

/// Whether a word and a colon follow in the same line: "Title:".
bool has_label(const std::vector<HtmlToken>& tokens, size_t from) {
  constexpr size_t label_bytes_max = 24;
  std::string text;
  for (size_t i = from; i < tokens.size() && text.size() <= label_bytes_max; ++i) {
    const bool is_text = tokens[i].kind == HtmlToken::Kind::text;
    const bool is_style = !is_text && (tokens[i].tag == Tag::bold || tokens[i].tag == Tag::italic);
    if (!is_text && !is_style) break;
    if (is_text) text += normalize(tokens[i].text);
    text = trim(text);
  }
  const size_t end =
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*_ ");
  if (end == 0 || end == std::string::npos || end > label_bytes_max) return false;
  const std::string_view word = trim(std::string_view(text).substr(0, end));
  const bool has_colon =
      text[end] == ':' || std::string_view(text).substr(end).starts_with("\uFF1A");
  return has_colon && word.find(' ') == std::string_view::npos;
}

/// The sign between our name and a label: "@Deskwire, Title: …".
void leave_out_address(std::vector<HtmlToken>& tokens, size_t at) {
  if (at >= tokens.size() || tokens[at].kind != HtmlToken::Kind::text) return;
  const std::string before = tokens[at].text;
  std::string text = normalize(before);
  text = trim_start(text);
  for (const std::string_view sign : {",", ":", ";", "-", "–", "—", "!", "，", "："}) {
    if (!text.starts_with(sign)) continue;
    tokens[at].text = text.substr(sign.size());
    if (!has_label(tokens, at)) tokens[at].text = before;
    return;
  }
}

}  // namespace

std::string text_of_html(std::string_view html, const std::vector<std::string>& our_names,
                         Quotes quotes) {
  std::vector<HtmlToken> tokens = tokens_of_html(html);
  const std::vector<Part> parts = parts_of(tokens, our_names);
  const std::vector<size_t> ends =
      quotes == Quotes::marked ? ends_of_quotes(tokens) : std::vector<size_t>(tokens.size(), 0);
  Writer writer, quoted;
  size_t quote_end = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i >= quote_end && ends[i] > i) {
      quote_end = ends[i];
      quoted = Writer();
    }
    Writer& into = i < quote_end ? quoted : writer;
    if (parts[i] == Part::shown) into.write(tokens[i]);
    const bool is_end =
        parts[i] == Part::our_name && (i + 1 == tokens.size() || parts[i + 1] != Part::our_name);
    if (is_end) {
      leave_out_address(tokens, i + 1);
      into.leave_out_mention(has_label(tokens, i + 1));
    }
    if (i + 1 == quote_end) writer.write_quote(quoted.finish());
  }
  return writer.finish();
}

std::string without_control_characters(std::string_view text) {
  if (!find_control_character(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_ascii = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    const bool is_latin = c == 0xC2 && i + 1 < text.size() &&
                          static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                          static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_latin) ++i;
    if (!is_ascii && !is_latin) out += text[i];
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace dw
