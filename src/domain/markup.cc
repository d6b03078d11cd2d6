// What Teams calls text is half a page: mentions in tags, lines as <br>, <p>, <div> or plain line
// feeds, depending on the client and on what was pasted. Line feeds between blocks are how HTML is
// laid out; all others are lines that a person typed. So the writer remembers whether a tag has
// just ended the line, and only there white space means nothing.
#include "domain/markup.h"

#include <array>
#include <optional>

#include "base/text.h"
#include "domain/html_tokens.h"

namespace dw {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

/// Characters that look like a space or a line end and are none, and those that can't be seen.
std::string normalize(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kin = {{{"\r\n", "\n"},
                                                                                  {"\r", "\n"},
                                                                                  {"\u2028", "\n"},
                                                                                  {"\u2029", "\n"},
                                                                                  {"\u00A0", " "},
                                                                                  {"\u2007", " "},
                                                                                  {"\u202F", " "},
                                                                                  {"\u200B", ""},
                                                                                  {"\u2060", ""},
                                                                                  {"\uFEFF", ""}}};
  std::string out(text);
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
    const bool is_close = token.kind == HtmlToken::Kind::close;
    if (is_in_mention_) {
      is_in_mention_ = !(is_close && token.tag == Tag::mention);
      return;
    }
    if (token.kind == HtmlToken::Kind::text) return add_text(token.text);
    if (is_close) return close(token.tag);
    open(token);
  }

  std::string finish() {
    end_link();
    return with_blank_lines(out_);
  }

 private:
  struct Link {
    size_t start;
    std::string address;
  };

  void open(const HtmlToken& token) {
    switch (token.tag) {
      case Tag::mention:
        // The mention that opens the message is how the ticket was addressed, not what it says.
        is_in_mention_ = !has_said_;
        break;
      case Tag::line_break:
        end_line();
        break;
      case Tag::paragraph:
        begin_block();
        paragraph_start_ = out_.size();
        break;
      case Tag::preformatted:
        begin_block();
        has_layout_ = false;
        break;
      case Tag::block:
      case Tag::ordered:
      case Tag::bullets:
      case Tag::row:
      case Tag::quote:
        begin_block();
        break;
      case Tag::item:
        begin_block();
        if (line_ != Line::marked) out_ += "- ";
        line_ = Line::marked;
        break;
      case Tag::cell:
        if (line_ == Line::written) out_ += '\t';
        is_after_tag_ = true;
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
        [[fallthrough]];
      case Tag::block:
      case Tag::ordered:
      case Tag::bullets:
      case Tag::row:
      case Tag::quote:
      case Tag::item:
        if (!out_.ends_with('\n')) end_line();
        is_after_tag_ = true;
        break;
    }
  }

  void add_text(const std::string& text) {
    if (!is_after_tag_ || !has_layout_) return append(normalize(text));
    if (is_blank(text)) return;
    const std::string plain = normalize(text);
    append(std::string_view(plain).substr(plain.starts_with('\n') ? 1 : 0));
  }

  void append(std::string_view text) {
    if (text.empty()) return;
    out_ += text;
    is_after_tag_ = false;
    has_said_ = has_said_ || !is_blank(text);
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

  void end_link() {
    if (!link_) return;
    const std::string label(trim(std::string_view(out_).substr(link_->start)));
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
  bool has_said_ = false;
  bool is_in_mention_ = false;
  size_t paragraph_start_ = std::string::npos;
  std::optional<Link> link_;
};

}  // namespace

std::string text_of_html(std::string_view html) {
  Writer writer;
  for (const HtmlToken& token : tokens_of_html(html)) writer.write(token);
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
