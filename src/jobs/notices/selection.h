// Who is due: rows go in one by one, then what the ledger knows, and out come letters. Here a row
// is understood and cleaned, or refused; newest_rows.h keeps what comes of it.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/outside_text.h"
#include "domain/period.h"
#include "jobs/notices/columns.h"
#include "jobs/notices/date_order.h"
#include "jobs/notices/newest_rows.h"
#include "jobs/notices/row_handover.h"

namespace dw {

/// What the decision rests on beside the report.
struct NoticeTimes {
  int32_t from_day = 0;  ///< rows older than this were told before Deskwire came
  int32_t today = 0;     ///< where the people are
};

/// What became of the rows.
struct NoticeMetrics : NewestMetrics {
  int64_t rows = 0;  ///< with something in them, without the heading
  int64_t old = 0;   ///< before from_day
};

class Selection {
 public:
  /// `proven`: which of day and month stands first, by an earlier reading of the report.
  Selection(const NoticesSettings& settings, NoticeTimes times,
            std::optional<DayOrder> proven = {});

  /// The report's rows in order, titles and the heading among them. A row that can't be used is in
  /// bad_rows().
  /// errors  invalid: the columns are not as the settings say
  Result<void> take(const TableRow& row, int first_column);
  /// There are no more rows. An order of day and month: the rows prove that one, and were read in
  /// the other; nothing of this selection may be used, and the report is to be read again.
  /// errors  as take(); invalid: there was no row, or rows have dates of two orders
  Result<std::optional<DayOrder>> finish();

  /// The ledger: this ticket's closing of that day was told. After the rows.
  void note_notified(std::string_view ticket, int32_t day);
  /// This customer had a notice in this period. After the rows.
  void note_had(std::string_view email);

  /// Puts the letters in order; once, after finish() and the ledger.
  void settle();
  /// In the order of addresses.
  template <class F>
  void each_notice(const F& give) const {
    newest_.each_notice(give);
  }
  /// Customers with closings that are not told now, and why.
  template <class F>
  void each_left_out(const F& give) const {
    newest_.each_left_out(give);
  }
  /// All of them, one at a time, for those who write them in pieces: begin with `place` 0.
  std::optional<CandidateNotice> next(size_t& place) const { return newest_.next(place); }

  /// All of what is behind finish() or settle().
  NoticeMetrics metrics() const;
  /// The first hundreds of them, by row; metrics().bad counts all. After finish() or settle().
  const std::vector<BadRow>& bad_rows() const { return bad_rows_; }
  /// The newest closing day that is told now; from_day if there is none.
  int32_t newest_day() const { return newest_.newest_day().value_or(times_.from_day); }
  const Layout& layout() const { return layout_; }

 private:
  struct Fields {
    std::string_view first_name, last_name, email, ticket, status, subject;
    bool is_plain = false;  ///< all that is kept of it is printable ASCII
  };

  /// A row that may be a title, kept until it is known where the headings are.
  struct Leading {
    int64_t number = 0;
    std::vector<std::string> texts;
    std::vector<Cell> cells;
  };

  Result<void> take_leading(const TableRow& row);
  Result<void> find_heading(bool is_last_heading, bool is_last_entry);
  void take_row(const TableRow& row);
  void bad_date(int64_t row, std::string_view text);
  void bad_quote(int64_t row, std::string_view where);
  static std::string_view text_at(const TableRow& row, int place);
  void name_form_of_dates();
  std::string_view cell(const TableRow& row, int place, Cleaning cleaning, std::string& kept) const;
  static std::string_view unstorable_part(const Fields& fields, bool is_now_closed);
  void use(int64_t row, const Fields& fields, int32_t day);
  void bad(int64_t row, std::string why);
  bool is_closed(std::string_view status) const;
  /// Everything that was read has been taken.
  void end_rows();

  NoticesSettings settings_;  ///< with the report's own formats of dates
  ReportDates dates_;
  NoticeTimes times_;
  bool has_layout_ = false, is_finished_ = false;
  Layout layout_;
  NewestRows newest_;
  RowHandover handover_;                ///< to `newest_`
  std::array<std::string, 7> cleaned_;  ///< texts of one row, where it needed cleaning
  std::vector<BadRow> bad_rows_;
  int64_t rows_ = 0, old_ = 0, bad_ = 0;
  std::vector<Leading> leading_;
  int first_column_ = 0;
  std::vector<std::string> closed_;  ///< of the settings, cleaned
  std::vector<size_t> bad_dates_;    ///< their places among the bad rows
  uint32_t forms_of_bad_ = UINT32_MAX, forms_of_all_ = UINT32_MAX;  ///< usual ones that fit; bits
  size_t dates_looked_at_ = 0;
  std::string last_status_;  ///< most rows have the same few
  bool is_last_closed_ = false;
};

}  // namespace dw
