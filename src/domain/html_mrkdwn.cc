// HTML from strangers as Slack's markup. Line ends are written when something follows them, so that
// tags which end at the same place make one; marks are written last, when what stands on both sides
// of them is known: Slack reads "a*b*c" as it stands.
#include <algorithm>
#include <array>
#include <vector>

#include "base/number.h"
#include "base/text.h"
#include "domain/html_tokens.h"
#include "domain/markup.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

// In place of marks until the end; text can't hold them, its control characters are gone.
constexpr char begins_mark = '\x01', ends_mark = '\x02';
constexpr std::string_view quote_sign = "&gt; ";
constexpr std::string_view indent_step = "    ";

/// Letters and digits. Of what is not ASCII, punctuation and emoji are none.
bool ends_with_word(std::string_view text) {
  size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[at - 1]) & 0xC0U) == 0x80U) --at;
  if (at == 0) return false;
  const auto lead = static_cast<unsigned char>(text[at - 1]);
  if (lead < 0x80) return std::isalnum(lead) != 0;
  return lead != 0xE2 && lead < 0xF0;
}

bool begins_with_word(std::string_view text) {
  if (text.empty()) return false;
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return std::isalnum(lead) != 0;
  return lead != 0xE2 && lead < 0xF0;
}

char mark_of(Tag tag) {
  switch (tag) {
    case Tag::bold:
      return '*';
    case Tag::italic:
      return '_';
    case Tag::strike:
      return '~';
    case Tag::code:
      return '`';
    default:
      return '\0';
  }
}

/// Marks in place of what stands for them, where they are read as marks; elsewhere nothing.
std::string with_marks(std::string_view text) {
  struct Open {
    size_t at;  // in `out`
    bool has_room;
  };
  std::string out;
  std::vector<Open> open;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == begins_mark) {
      ++i;
      open.push_back({out.size(), !ends_with_word(out)});
      out += text[i];
    } else if (text[i] == ends_mark) {
      ++i;
      size_t next = i + 1;
      while (next < text.size() && (text[next] == begins_mark || text[next] == ends_mark))
        next += 2;
      const bool has_room = open.back().has_room && !begins_with_word(text.substr(next));
      if (has_room) {
        out += text[i];
      } else {
        out.erase(open.back().at, 1);
      }
      open.pop_back();
    } else {
      out += text[i];
    }
  }
  return out;
}

class Writer {
 public:
  void write(const HtmlToken& token) {
    if (token.kind == HtmlToken::Kind::text) return add_text(token.text);
    if (token.kind == HtmlToken::Kind::open) return open(token);
    close(token.tag);
  }

  std::string finish() {
    while (!open_.empty()) wrap();
    const std::string marked = with_marks(out_);
    std::string out;
    for (const std::string_view line : split(marked, '\n')) {
      std::string_view kept = line;
      while (kept.ends_with(' ')) kept.remove_suffix(1);
      out += std::string(kept) + "\n";
    }
    return without_calls_of_pieces(trim(out));
  }

 private:
  static constexpr size_t not_begun = std::string::npos;
  static constexpr size_t depth_max = 64;

  struct Open {
    Tag tag;
    size_t start = not_begun;  // of what it holds, once something was written
    std::string address;
    bool is_plain = false;  // its marks would be text, or double
  };
  struct List {
    bool is_ordered = false;
    int64_t next = 1;
  };

  void open(const HtmlToken& token) {
    switch (token.tag) {
      case Tag::line_break:
        if (is_laid_out()) return add_raw("\n");
        return want_lines(std::min(lines_wanted_ + 1, 2));
      case Tag::paragraph:
        if (is_cell_start_) return;
        return want_lines(is_in_item_ ? 1 : 2);
      case Tag::block:
        if (is_cell_start_) return;
        return want_lines(1);
      case Tag::row:
        cells_ = 0;
        is_cell_start_ = false;
        return want_lines(1);
      case Tag::quote:
        ++quotes_;
        return want_lines(1);
      case Tag::ordered:
      case Tag::bullets:
        want_lines(1);
        if (lists_.size() < depth_max) lists_.push_back({token.tag == Tag::ordered, 1});
        return number_from(token.text);
      case Tag::item:
        return begin_item(token.text);
      case Tag::cell:
        return begin_cell();
      case Tag::picture:
        return add_text(token.text.empty() ? "[image]" : token.text);
      case Tag::mention:
        return;
      case Tag::preformatted:
        want_lines(1);
        break;
      default:
        break;
    }
    if (open_.size() >= depth_max) return;
    const bool is_code = has_open(Tag::code) || has_open(Tag::preformatted);
    const bool is_plain = is_code || (token.tag != Tag::link && has_open(token.tag));
    open_.push_back({token.tag, not_begun, token.text, is_plain});
  }

  void close(Tag tag) {
    switch (tag) {
      case Tag::paragraph:
      case Tag::block:
        return want_lines(1);
      case Tag::row:
        cells_ = 0;
        is_cell_start_ = false;
        return want_lines(1);
      case Tag::quote:
        quotes_ = std::max(0, quotes_ - 1);
        return want_lines(1);
      case Tag::ordered:
      case Tag::bullets:
        if (!lists_.empty()) lists_.pop_back();
        is_in_item_ = !lists_.empty();
        return want_lines(1);
      case Tag::item:
        is_in_item_ = false;
        point_.clear();
        return want_lines(1);
      case Tag::line_break:  // "</br>" is read as "<br>" everywhere
        return want_lines(std::min(lines_wanted_ + 1, 2));
      default:
        break;
    }
    if (!has_open(tag)) return;
    // What was opened inside and never closed ends here too.
    while (open_.back().tag != tag) wrap();
    wrap();
    if (tag == Tag::preformatted) want_lines(1);
  }

  bool has_open(Tag tag) const {
    return std::any_of(open_.begin(), open_.end(),
                       [tag](const Open& one) { return one.tag == tag; });
  }
  bool is_laid_out() const { return has_open(Tag::preformatted); }

  void want_lines(int count) {
    if (out_.empty()) return;
    lines_wanted_ = std::max(lines_wanted_, count);
  }

  void number_from(const std::string& text) {
    constexpr int64_t number_max = 1'000'000;
    const auto number = number_in(text);
    if (number && !lists_.empty() && *number > -number_max && *number < number_max) {
      lists_.back().next = *number;
    }
  }

  void begin_item(const std::string& number) {
    want_lines(1);
    number_from(number);
    is_in_item_ = true;
    point_ = "• ";
    if (!lists_.empty() && lists_.back().is_ordered) {
      point_ = std::to_string(lists_.back().next++) + ". ";
    }
  }

  /// Cells of one line stand in a row; where one has many lines the table is there for its looks.
  void begin_cell() {
    const bool is_last_empty = cells_ > 0 && out_.size() == cell_start_;
    is_cell_start_ = true;
    cell_start_ = out_.size();
    if (cells_++ == 0) {
      row_start_ = out_.size();
      row_words_ = not_begun;
      empty_cells_ = leading_cells_ = 0;
      return;
    }
    empty_cells_ = is_last_empty ? empty_cells_ + 1 : 0;
    const bool is_written = out_.size() > row_start_;
    const std::string_view row = std::string_view(out_).substr(row_start_);
    const size_t first_word = row.find_first_not_of('\n');
    const bool is_line = first_word != std::string_view::npos &&
                         row.find('\n', first_word) == std::string_view::npos;
    if (!is_written) {
      leading_cells_ = empty_cells_;
      return;
    }
    if (is_line) {
      lines_wanted_ = 0;
      is_cell_wanted_ = true;
    } else {
      want_lines(1);
    }
  }

  /// What is under a heading stays there: a cell without words is one, too, where another follows.
  void separate_cells() {
    drop_spaces();
    const std::string empty = "| ";
    if (row_words_ == not_begun) leading_cells_ = 0;
    for (; leading_cells_ > 0; --leading_cells_) {
      out_.insert(row_words_, empty);
      for (Open& one : open_) {
        if (one.start != not_begun && one.start >= row_words_) one.start += empty.size();
      }
    }
    out_ += " " + empty;
    for (; empty_cells_ > 0; --empty_cells_) out_ += empty;
  }

  /// Everything that stands in front of the next word: line ends, the sign of a quote, a point.
  void begin_words() {
    if (is_cell_wanted_ && lines_wanted_ == 0) separate_cells();
    is_cell_wanted_ = is_cell_start_ = false;
    const bool is_at_start = out_.empty() || lines_wanted_ > 0;
    if (lines_wanted_ > 0) {
      drop_spaces();
      const bool is_quoted = quotes_ > 0 && was_quoted_;
      for (int i = 0; i < lines_wanted_; ++i) {
        out_ += '\n';
        if (is_quoted && i + 1 < lines_wanted_) out_ += quote_sign;
      }
    }
    if (is_at_start) {
      if (quotes_ > 0) out_ += quote_sign;
      was_quoted_ = quotes_ > 0;
      for (size_t i = 1; i < lists_.size(); ++i) out_ += indent_step;
      out_ += point_;
      point_.clear();
    } else if (!point_.empty()) {
      out_ += point_;
      point_.clear();
    }
    lines_wanted_ = 0;
    if (cells_ > 0 && row_words_ == not_begun) row_words_ = out_.size();
    for (Open& one : open_) {
      if (one.start == not_begun) one.start = out_.size();
    }
  }

  /// At the end of a line.
  void drop_spaces() {
    while (out_.ends_with(' ')) out_.pop_back();
    forget_behind_end();
  }

  /// What began with text that was taken away has not begun.
  void forget_behind_end() {
    for (Open& one : open_) {
      if (one.start != not_begun && one.start > out_.size()) one.start = not_begun;
    }
    row_start_ = std::min(row_start_, out_.size());
    cell_start_ = std::min(cell_start_, out_.size());
    if (row_words_ > out_.size()) row_words_ = not_begun;
  }

  void add_raw(std::string_view text) {
    if (text.empty()) return;
    begin_words();
    out_ += text;
  }

  void add_text(const std::string& given) {
    const std::string text =
        without_control_characters(replace_all(replace_all(given, "\r\n", "\n"), "\u00A0", " "));
    if (is_laid_out()) {
      // The first line end behind "<pre>" is none.
      const bool is_first = open_begins_with_line(text);
      return add_raw(mrkdwn_of_plain(std::string_view(text).substr(is_first ? 1 : 0)));
    }
    std::string plain;
    const bool is_at_start = out_.empty() || lines_wanted_ > 0 || is_cell_wanted_;
    char last = is_at_start || !point_.empty() ? '\n' : out_.back();
    for (const char c : text) {
      const char made = is_white_space(c) ? ' ' : c;
      if (made == ' ' && is_white_space(last)) continue;
      plain += made;
      last = made;
    }
    if (trim(plain).empty() && is_at_start) return;
    add_raw(mrkdwn_of_plain(plain));
  }

  bool open_begins_with_line(std::string_view text) const {
    return text.starts_with('\n') && open_.back().start == not_begun;
  }

  /// Ends the innermost open tag: its marks go around what was written since, inside the spaces.
  void wrap() {
    const Open one = std::move(open_.back());
    open_.pop_back();
    if (one.start == not_begun || one.start > out_.size()) return;
    const std::string inside = out_.substr(one.start);
    if (one.tag == Tag::preformatted) return wrap_code(one, inside);
    const std::string_view words = trim(inside);
    if (words.empty()) return;
    const auto before = static_cast<size_t>(words.data() - inside.data());
    const std::string left = inside.substr(0, before);
    const std::string right = inside.substr(before + words.size());
    std::string marked(words);
    if (one.tag == Tag::link) {
      marked = one.is_plain ? said_link(one.address, words) : link(one.address, words);
    } else if (one.is_plain || words.find('\n') != std::string_view::npos) {
      return;  // Slack's marks end with the line
    } else {
      const char mark = mark_of(one.tag);
      marked = std::string{begins_mark, mark} + std::string(words) + std::string{ends_mark, mark};
    }
    rewrite_from(one.start, left + marked + right);
  }

  void wrap_code(const Open& one, std::string_view inside) {
    while (inside.ends_with('\n') || inside.ends_with(' ')) inside.remove_suffix(1);
    if (one.is_plain || trim(inside).empty()) return;
    rewrite_from(one.start, "```" + std::string(inside) + "```");
  }

  /// A row that began behind `start` has moved, so its empty first cells are left out: nothing may
  /// be written into the middle of a word.
  void rewrite_from(size_t start, std::string_view text) {
    out_.replace(start, std::string::npos, text);
    if (row_words_ != not_begun && row_words_ > start) {
      row_words_ = out_.size();
      leading_cells_ = 0;
    }
    forget_behind_end();
  }

  /// `label` is written already: escaped.
  static std::string link(std::string_view address, std::string_view label) {
    const std::string made = mrkdwn_link(address, "x");
    if (made == "x") return std::string(label);
    std::string shown = replace_all(replace_all(label, "\n", " "), "|", "¦");
    if (shown.find('<') != std::string::npos) return shown;  // a link inside a link: the inner one
    return made.substr(0, made.size() - 2) + shown + ">";
  }

  /// In code, where a token would be shown as it is written.
  static std::string said_link(std::string_view address, std::string_view label) {
    const bool is_shown = mrkdwn_link(address, "x") != "x";
    const std::string said = mrkdwn_of_plain(trim(address));
    if (!is_shown || said == label) return std::string(label);
    return std::string(label) + " (" + said + ")";
  }

  std::string out_;
  std::vector<Open> open_;
  std::vector<List> lists_;
  std::string point_;        // "• " or "3. " of an item that nothing was written of
  bool is_in_item_ = false;  // its first paragraph begins on its line
  int quotes_ = 0;
  bool was_quoted_ = false;       // the line that is being written is
  int lines_wanted_ = 0;          // line ends to be written before the next word
  int cells_ = 0;                 // of this row so far
  size_t row_start_ = 0;          // in out_, of what this row holds
  size_t cell_start_ = 0;         // in out_, where the latest cell was opened
  size_t row_words_ = not_begun;  // in out_, of this row's first word
  int empty_cells_ = 0;           // right before this one
  int leading_cells_ = 0;         // in front of the row's first word
  bool is_cell_wanted_ = false;   // " | " is due
  bool is_cell_start_ = false;    // a cell was opened, and nothing written in it
};

}  // namespace

std::string mrkdwn_of_html(std::string_view html) {
  Writer writer;
  for (const HtmlToken& token : tokens_of_html(html)) writer.write(token);
  return writer.finish();
}

}  // namespace dw
