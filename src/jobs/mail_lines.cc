#include "jobs/mail_lines.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "domain/html_tokens.h"
#include "jobs/mail_words.h"

namespace dw {
namespace {

using Quote = MailLine::Quote;

constexpr auto lines_end_at = std::to_array<std::string_view>(
    {"p",  "div", "br",         "tr",     "li",     "h1",     "h2",   "h3",      "h4",
     "h5", "h6",  "ul",         "ol",     "table",  "hr",     "pre",  "section", "article",
     "dt", "dd",  "blockquote", "header", "footer", "center", "body", "html"});
constexpr auto without_end =
    std::to_array<std::string_view>({"br", "hr", "img", "meta", "input", "link", "wbr", "col"});

constexpr auto containers = std::to_array<std::string_view>(
    {"gmail_quote", "yahoo_quoted", "protonmail_quote", "zmail_extra", "tutanota_quote",
     "messagereplysection", "mail-editor-reference-message-container", "ymail_quoted",
     "ms-outlook-mobile-reference-message", "hs_reply", "front-blockquote"});
constexpr auto attributions =
    std::to_array<std::string_view>({"gmail_attr", "moz-cite-prefix", "reply-intro"});
constexpr auto headers = std::to_array<std::string_view>(
    {"divrplyfwdmsg", "appendonsend", "outlookmessageheader", "__divider__"});
constexpr auto forwards =
    std::to_array<std::string_view>({"moz-forward-container", "moz-email-headers-table"});
constexpr auto signatures = std::to_array<std::string_view>(
    {"gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "ms-outlook-ios-signature",
     "ymail_android_signature", "applemailsignature", "protonmail_signature_block",
     "tutanota_signature", "x_signature", "composer_signature", "front-signature",
     "messagesignaturesection"});

template <class Words>
bool has_one(std::string_view marks, const Words& words) {
  return std::any_of(words.begin(), words.end(), [marks](std::string_view one) {
    return marks.find(one) != std::string_view::npos;
  });
}

/// A word of the list, and not only a piece of one.
bool is_called(std::string_view marks, std::string_view name) {
  for (const std::string_view one : split(marks, ' ')) {
    if (one == name) return true;
  }
  return false;
}

/// An element that is open where a line stands.
struct Element {
  std::string_view name;
  size_t begin = 0;
  size_t first_line = 0;  ///< the number of the line that would begin in it
  Quote quote = Quote::none;
  int container = -1;
  bool is_attribution = false, is_header = false, is_forward = false, is_signature = false;
};

class PageReader {
 public:
  explicit PageReader(std::string_view html) : html_(html), tags_(tags_of_html(html)) {}

  std::vector<MailLine> read() {
    open_.push_back({.name = "", .begin = 0});
    size_t at = 0;
    for (const HtmlTag& tag : tags_) {
      add_text(at, tag.begin);
      at = tag.end;
      if (tag.name.empty()) continue;
      const bool is_break = is_one_of(tag.name, lines_end_at);
      if (is_break) end_line(tag.begin);
      if (tag.name == "hr" && !tag.is_close) add_rule(tag);
      if (tag.is_close) {
        close(tag);
      } else if (!is_one_of(tag.name, without_end)) {
        open(tag);
      }
    }
    add_text(at, html_.size());
    end_line(html_.size());
    if (!lines_.empty()) lines_.back().end = html_.size();
    return std::move(lines_);
  }

 private:
  template <class Words>
  static bool is_one_of(std::string_view name, const Words& words) {
    return std::find(words.begin(), words.end(), name) != words.end();
  }

  void open(const HtmlTag& tag) {
    constexpr size_t depth_max = 1000;
    if (open_.size() >= depth_max) return;
    const Element& outer = open_.back();
    Element made = outer;
    made.name = tag.name;
    made.begin = tag.begin;
    made.first_line = next_line();
    made.is_header = has_one(tag.marks, headers);
    made.is_attribution = outer.is_attribution || has_one(tag.marks, attributions);
    made.is_forward = has_one(tag.marks, forwards);
    made.is_signature =
        outer.is_signature || has_one(tag.marks, signatures) || is_called(tag.marks, "signature");
    if (tag.name == "blockquote") {
      const bool is_mails = is_called(tag.marks, "cite") || has_one(tag.marks, containers) ||
                            tag.marks.find("spark_quote") != std::string::npos;
      if (outer.quote != Quote::mails) made.quote = is_mails ? Quote::mails : Quote::any;
    } else if (outer.container < 0 && has_one(tag.marks, containers)) {
      made.container = containers_++;
    }
    if (made.is_header) header_line_ = next_line();
    if (made.is_forward) forward_line_ = next_line();
    open_.push_back(made);
    ++counts_[open_.back().name];
  }

  void close(const HtmlTag& tag) {
    const auto count = counts_.find(tag.name);
    if (count == counts_.end() || count->second == 0) return;
    for (bool is_it = false; !is_it && open_.size() > 1; open_.pop_back()) {
      is_it = open_.back().name == tag.name;
      --counts_[open_.back().name];
    }
    // What ends here ends with the last line, if that one is in it.
    if (text_.empty() && !lines_.empty()) lines_.back().end = tag.end;
  }

  size_t next_line() const { return lines_.size() + (has_words_ ? 1 : 0); }

  void add_text(size_t begin, size_t end) {
    if (begin >= end) return;
    const std::string text = decode_html_entities(html_.substr(begin, end - begin));
    const bool is_laid_out = counts_.count("pre") > 0 && counts_.at("pre") > 0;
    if (!is_laid_out) return add_words(text, begin);
    size_t from = 0;
    for (const std::string_view line : split(text, '\n')) {
      if (from > 0) end_line(begin);
      add_words(line, begin);
      ++from;
    }
  }

  void add_words(std::string_view text, size_t begin) {
    if (trim(text).empty()) {
      if (has_words_) text_ += ' ';
      return;
    }
    if (!has_words_) begin_line(begin);
    has_words_ = true;
    for (const char c : text) {
      if (!is_white_space(c)) {
        text_ += c;
      } else if (!text_.empty() && text_.back() != ' ') {
        text_ += ' ';
      }
    }
  }

  void begin_line(size_t begin) {
    line_ = MailLine{};
    line_.begin = begin;
    const size_t number = lines_.size();
    for (const Element& one : open_) {
      if (one.first_line != number || one.name.empty()) continue;
      line_.begin = one.begin;
      break;
    }
    const Element& inner = open_.back();
    line_.quote = inner.quote;
    line_.container = inner.container;
    line_.is_attribution = inner.is_attribution;
    line_.is_signature = inner.is_signature;
    line_.is_header = header_line_ == number;
    line_.is_forward = forward_line_ == number;
  }

  void end_line(size_t end) {
    if (!has_words_) return;
    line_.text = trim(text_);
    line_.end = end;
    // A mail that was plain text keeps its signs.
    std::string_view said = line_.text;
    while (said.starts_with('>')) {
      line_.quote = Quote::mails;
      ++line_.signs;
      said = trim(said.substr(1));
    }
    line_.text = said;
    line_.words = fold(line_.text);
    line_.is_rule = is_rule(line_.words);
    lines_.push_back(std::move(line_));
    text_.clear();
    has_words_ = false;
  }

  void add_rule(const HtmlTag& tag) {
    begin_line(tag.begin);
    line_.is_rule = true;
    line_.end = tag.end;
    line_.quote = open_.back().quote;
    lines_.push_back(std::move(line_));
  }

  std::string_view html_;
  std::vector<HtmlTag> tags_;
  std::vector<Element> open_;
  std::map<std::string_view, int> counts_;
  std::vector<MailLine> lines_;
  MailLine line_;
  std::string text_;
  bool has_words_ = false;
  int containers_ = 0;
  size_t header_line_ = std::string::npos, forward_line_ = std::string::npos;
};

}  // namespace

std::vector<MailLine> lines_of_mail_text(std::string_view text) {
  std::vector<MailLine> out;
  size_t at = 0;
  for (const std::string_view line : split(text, '\n')) {
    MailLine one{.begin = at, .end = at + line.size()};
    std::string_view said = trim(line);
    while (said.starts_with('>')) {
      one.quote = Quote::mails;
      ++one.signs;
      said = trim(said.substr(1));
    }
    one.text = said;
    one.words = fold(said);
    one.is_rule = is_rule(one.words);
    out.push_back(std::move(one));
    at += line.size() + 1;
  }
  return out;
}

std::vector<MailLine> lines_of_mail_html(std::string_view html) {
  return PageReader(html).read();
}

}  // namespace dw
