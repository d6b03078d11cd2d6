// The signature and the quoted history of an email. What is cut is known as history by its
// structure: the client's own markup, a block of From/Sent/To lines, "On … wrote:" that ends its
// line and is followed by a quote. Whatever may be prose stays; a forwarded mail is carried whole,
// and where nothing would be left, nothing is cut.
#include "jobs/quoted.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "jobs/mail_lines.h"
#include "jobs/mail_words.h"

namespace dw {
namespace {

using Quote = MailLine::Quote;

/// Lines, the last one included.
struct Range {
  size_t first = 0, last = 0;
};

class Cutter {
 public:
  explicit Cutter(std::vector<MailLine> lines) : lines_(std::move(lines)), cut_(lines_.size()) {}

  /// Which lines go; none where nothing would be left. Of a first mail only a signature does: what
  /// looks like history there is what it is about.
  std::vector<bool> find(bool is_first) {
    const std::optional<Range> history = find_history();
    if (is_first && history) return cut_;
    if (history) {
      for (size_t i = history->first; i <= history->last; ++i) cut_[i] = true;
      cut_signature(0, history->first);
      cut_signature(history->last + 1, lines_.size());
    } else if (!is_forward_) {
      cut_signature(0, lines_.size());
    }
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!cut_[i] && says_something(i)) return cut_;
    }
    return std::vector<bool>(lines_.size(), false);
  }

  const std::vector<MailLine>& lines() const { return lines_; }

 private:
  bool says_something(size_t i) const { return !lines_[i].is_blank() && !lines_[i].is_rule; }

  /// The next line behind `i` that says something; the number of lines if there is none.
  size_t next(size_t i) const {
    size_t at = i + 1;
    while (at < lines_.size() && !says_something(at)) ++at;
    return at;
  }

  /// The last line of the quote that `first` begins.
  size_t quote_end(size_t first) const {
    size_t last = first;
    for (size_t at = first; at < lines_.size(); at = next(at)) {
      if (lines_[at].quote == Quote::none) break;
      last = at;
    }
    return last;
  }

  /// The quotes of mail.ru, Yahoo's apps and Orange are bare ones: they begin with when and from
  /// whom, and nothing is behind them.
  bool begins_quote(size_t i) const {
    const MailLine& line = lines_[i];
    if (line.quote == Quote::none) return false;
    size_t before = i;
    while (before > 0 && !says_something(before - 1)) --before;
    if (before > 0 && lines_[before - 1].quote != Quote::none) return false;
    return line.quote == Quote::mails || is_stamped(line.words) || is_bare_history(i, before);
  }

  bool is_bare_history(size_t i, size_t before) const {
    constexpr size_t lines_max = 4;
    if (before > 0 && lines_[before - 1].words.ends_with(':')) return false;
    if (next(quote_end(i)) < lines_.size()) return false;
    if (is_message_of(lines_[i].words)) return is_block(next(i));
    for (size_t count = 1; count <= lines_max && i + count <= lines_.size(); ++count) {
      const std::string said = joined(i, count);
      if (is_attribution(said)) return has_address(said) && has_time(said);
    }
    return false;
  }

  bool begins_container(size_t i) const {
    if (lines_[i].container < 0) return false;
    size_t before = i;
    while (before > 0 && !says_something(before - 1)) --before;
    return before == 0 || lines_[before - 1].container != lines_[i].container;
  }

  std::optional<Range> find_history() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const MailLine& line = lines_[i];
      if (!says_something(i)) continue;
      is_forward_ = line.is_forward || is_forward_mark(line.words) ||
                    (line.is_attribution && line.words.starts_with("---"));
      if (is_forward_) return std::nullopt;
      if (line.quote != Quote::none && !begins_quote(i) && !is_groupwise(i)) continue;
      if (is_header(i)) return history_from(i);
      if (const size_t count = attribution_at(i); count > 0) {
        if (const auto found = history_behind(i, count)) return found;
        i += count - 1;
      }
    }
    return last_quote();
  }

  /// A block of From, Sent, To, Subject begins here, or a line above one.
  bool is_header(size_t i) const {
    const MailLine& line = lines_[i];
    if (line.is_header || is_reply_border(line.words) || is_groupwise(i)) return true;
    if (line.quote != Quote::none && is_message_of(line.words)) return is_block(next(i));
    if (is_original_mark(line.words)) {
      const size_t below = next(i);
      return below >= lines_.size() || mail_label(lines_[below].words).has_value() ||
             is_bare_from(lines_[below].words) || attribution_at(below) > 0;
    }
    const auto label = mail_label(line.words);
    // GMX and web.de have the date first.
    const bool is_date_first = label == MailLabel::date && i + 1 < lines_.size() &&
                               mail_label(lines_[i + 1].words) == MailLabel::from;
    return (label == MailLabel::from || is_date_first) && is_block(i);
  }

  /// Of three signs, and no other line around it is quoted.
  bool is_groupwise(size_t i) const {
    if (lines_[i].signs != 3 || !is_groupwise_mark(lines_[i].words)) return false;
    size_t before = i;
    while (before > 0 && !says_something(before - 1)) --before;
    const size_t below = next(i);
    const bool is_alone = before == 0 || lines_[before - 1].quote == Quote::none;
    return is_alone && below < lines_.size() && lines_[below].quote == Quote::none;
  }

  bool is_block(size_t first) const {
    constexpr size_t lines_max = 14;
    constexpr int receivers_lines_max = 2;  // a long list is broken into lines
    std::set<MailLabel> labels;
    // A rule above, an address, a time: what a list that looks alike has not.
    if (first >= lines_.size()) return false;
    bool is_mail = (first > 0 && lines_[first - 1].is_rule) || lines_[first].container >= 0;
    int others = 0;
    for (size_t i = first; i < std::min(lines_.size(), first + lines_max); ++i) {
      if (!says_something(i)) break;
      const std::string& words = lines_[i].words;
      const auto label = mail_label(words);
      if (!label && ++others > receivers_lines_max) break;
      if (label) labels.insert(*label);
      is_mail = is_mail || has_address(words) || (label == MailLabel::date && has_time(words));
    }
    const bool has_when = labels.count(MailLabel::date) + labels.count(MailLabel::subject) > 0;
    return is_mail && has_when && labels.size() >= 3;
  }

  std::optional<Range> history_from(size_t i) {
    while (i > 0 && !says_something(i - 1)) --i;
    is_forward_ = is_introduced(i);
    if (is_forward_) return std::nullopt;
    return Range{i, lines_.size() - 1};
  }

  /// "FYI" and "Here is what the vendor says:" bring the mail below; it is no history.
  bool is_introduced(size_t end) const {
    constexpr size_t words_max = 12;
    std::string own;
    for (size_t i = 0; i < end; ++i) {
      if (!says_something(i) || is_sent_from(lines_[i].words)) continue;
      if (lines_[i].is_dash() || lines_[i].is_signature) break;
      own += (own.empty() ? "" : " ") + lines_[i].words;
    }
    if (is_only_introduction(own)) return true;
    const auto words = static_cast<size_t>(std::count(own.begin(), own.end(), ' ')) + 1;
    return own.ends_with(':') && words <= words_max;
  }

  std::string joined(size_t first, size_t count) const {
    std::string out;
    for (size_t i = first; i < first + count; ++i) {
      out += (out.empty() ? "" : " ") + lines_[i].words;
    }
    return out;
  }

  /// How many lines "On … wrote:" has that begins here; 0: it is none.
  size_t attribution_at(size_t i) const {
    constexpr size_t lines_max = 4;
    if (lines_[i].is_attribution) {
      size_t count = 1;
      while (i + count < lines_.size() && lines_[i + count].is_attribution) ++count;
      return count;
    }
    if (begins_container(i) && lines_[i].words.ends_with(':')) {
      const size_t below = next(i);
      const bool has_quote = below < lines_.size() && lines_[below].quote != Quote::none;
      if (has_quote || says_wrote(lines_[i].words)) return 1;
    }
    const bool is_long = is_attribution_start(lines_[i].words);
    for (size_t count = 1; count <= lines_max && i + count <= lines_.size(); ++count) {
      const MailLine& last = lines_[i + count - 1];
      if (!says_something(i + count - 1) || last.quote != lines_[i].quote) return 0;
      if (is_attribution(joined(i, count))) return count;
      if (!is_long || last.words.ends_with(':')) return 0;
    }
    return 0;
  }

  std::optional<Range> history_behind(size_t first, size_t count) const {
    const MailLine& line = lines_[first];
    const std::string said = joined(first, count);
    const size_t below = next(first + count - 1);
    const bool is_marked =
        line.is_attribution || line.container >= 0 || line.quote != Quote::none || is_stamped(said);
    const bool is_sure = is_marked || has_address(said) || has_time(said);
    const bool has_quote = below < lines_.size() && lines_[below].quote != Quote::none;
    size_t last = lines_.size() - 1;
    if (line.quote != Quote::none) {
      last = quote_end(first);
    } else if (has_quote) {
      const bool is_mails = lines_[below].quote == Quote::mails;
      if (!is_sure && !(is_mails && has_full_date(said))) return std::nullopt;
      last = quote_end(below);
    } else if (line.container >= 0) {
      while (last > first && lines_[last].container != line.container) --last;
    } else if (!is_marked && !has_address(said)) {
      return std::nullopt;
    }
    const size_t behind = next(last);
    if (behind >= lines_.size()) return Range{first, lines_.size() - 1};
    // Somebody answered below. What is quoted in prose is no history, and between answers it is
    // what they answer to.
    const bool is_prose = has_quote && !is_marked && lines_[below].quote == Quote::any;
    if (is_prose || has_quote_behind(behind)) return std::nullopt;
    return Range{first, last};
  }

  bool has_quote_behind(size_t first) const {
    for (size_t i = first; i < lines_.size(); ++i) {
      if (says_something(i) && lines_[i].quote == Quote::mails) return true;
    }
    return false;
  }

  /// A mail's quote at the very end, and none before it.
  std::optional<Range> last_quote() const {
    size_t first = lines_.size();
    while (first > 0 && (!says_something(first - 1) || lines_[first - 1].quote == Quote::mails)) {
      --first;
    }
    if (first == 0 || first >= lines_.size()) return std::nullopt;
    if (lines_[first - 1].words.ends_with(':')) return std::nullopt;
    bool has_quote = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const bool is_quoted = says_something(i) && lines_[i].quote == Quote::mails;
      if (is_quoted && i < first) return std::nullopt;
      has_quote = has_quote || is_quoted;
    }
    if (!has_quote) return std::nullopt;
    return Range{first, lines_.size() - 1};
  }

  /// Cuts what signs the lines from `first` on, at their end.
  void cut_signature(size_t first, size_t end) {
    for (bool is_changed = true; is_changed;) {
      const size_t before = end;
      while (end > first && !says_something(end - 1)) --end;
      if (end == first) return;
      const MailLine& last = lines_[end - 1];
      if (last.is_signature || (is_sent_from(last.words) && last.quote == Quote::none)) --end;
      if (const size_t dashes = dashes_before(first, end); dashes < end) end = dashes;
      is_changed = end != before && end > first;
      for (size_t i = end; i < before; ++i) cut_[i] = true;
    }
  }

  /// The line "--" that a signature hangs on; `end` if there is none.
  size_t dashes_before(size_t first, size_t end) const {
    constexpr size_t lines_max = 12, line_bytes_max = 120;
    size_t count = 0;
    for (size_t i = end; i > first; --i) {
      const MailLine& line = lines_[i - 1];
      if (line.is_dash() && line.quote == Quote::none) return i - 1;
      if (line.words.starts_with("-- ") && i == end) return end;
      if (!says_something(i - 1)) continue;
      if (++count > lines_max || line.text.size() > line_bytes_max) return end;
      if (is_sentence(line.words)) return end;
    }
    return end;
  }

  /// A signature has names, numbers and addresses.
  static bool is_sentence(std::string_view words) {
    constexpr size_t words_max = 6;
    if (words.ends_with('?')) return true;
    const auto count = static_cast<size_t>(std::count(words.begin(), words.end(), ' ')) + 1;
    const bool is_ended = words.ends_with('.') || words.ends_with('!') || words.ends_with(':');
    return is_ended && count >= words_max;
  }

  std::vector<MailLine> lines_;
  std::vector<bool> cut_;
  bool is_forward_ = false;
};

std::string cut(std::string_view source, std::vector<MailLine> lines, bool is_first = false) {
  Cutter cutter(std::move(lines));
  const std::vector<bool> gone = cutter.find(is_first);
  const std::vector<MailLine>& all = cutter.lines();
  std::string out;
  size_t at = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!gone[i]) continue;
    size_t last = i;
    while (last + 1 < all.size() && gone[last + 1]) ++last;
    if (all[i].begin > at) out += source.substr(at, all[i].begin - at);
    at = last + 1 == all.size() ? source.size() : std::max(at, all[last].end);
    i = last;
  }
  out += source.substr(at);
  return out;
}

}  // namespace

std::string cut_quoted_html(const std::string& html) {
  return cut(html, lines_of_mail_html(html));
}

std::string cut_quoted_text(const std::string& text) {
  const std::string plain = replace_all(text, "\r\n", "\n");
  return std::string(trim(cut(plain, lines_of_mail_text(plain))));
}

std::string cut_signature_of_first(const std::string& text) {
  const std::string plain = replace_all(text, "\r\n", "\n");
  return std::string(trim(cut(plain, lines_of_mail_text(plain), true)));
}

}  // namespace dw
