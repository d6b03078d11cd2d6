// Who is due: rows go in one by one, then what the ledger knows, and out come letters. Pure, and
// small: of each ticket its newest row is kept, in some 40 bytes and its number.
#pragma once
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/outside_text.h"
#include "domain/period.h"
#include "jobs/notices/columns.h"
#include "jobs/notices/date_order.h"
#include "jobs/notices/texts.h"

namespace dw {

/// What the decision rests on beside the report.
struct NoticeTimes {
  int32_t from_day = 0;  ///< rows older than this were told before Deskwire came
  int32_t today = 0;     ///< where the people are
};

struct BadRow {
  int64_t row = 0;
  std::string why;
};

/// What became of the rows.
struct NoticeMetrics {
  int64_t rows = 0;  ///< with something in them, without the heading
  int64_t old = 0;   ///< before from_day
  int64_t bad = 0;
  int64_t closed = 0;                  ///< rows of closed tickets
  int64_t told = 0;                    ///< tickets whose closing the ledger has
  int64_t reopened = 0;                ///< tickets that were closed, and are open by a newer row
  int64_t customers = 0, tickets = 0;  ///< of the letters
  int64_t had = 0;                     ///< customers who had theirs in this period: due next time
  int64_t suppressed = 0;              ///< customers
};

/// Views live as long as the selection.
struct SelectedTicket {
  std::string_view id, subject;
  int32_t day = 0;
};

struct Notice {
  std::string_view email;  ///< as the report first wrote it
  std::string_view first_name, last_name;
  std::vector<SelectedTicket> tickets;  ///< oldest first

  std::string name() const;
};

enum class LeftOut { had, suppressed };
std::string_view name_of(LeftOut reason);

struct CandidateNotice {
  Notice notice;
  std::optional<LeftOut> left_out;
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

  /// Puts the letters in order; once, after the ledger.
  void settle();
  /// In the order of addresses.
  template <class F>
  void each_notice(const F& give) const {
    Notice notice;
    for (size_t i = 0; i < order_.size();) {
      if (reason_at(i)) {
        i = next_customer(i);
        continue;
      }
      i = next_notice(i, notice);
      give(notice);
    }
  }
  /// Customers with closings that are not told now, and why.
  template <class F>
  void each_left_out(const F& give) const {
    const bool has_some = metrics_.had + metrics_.suppressed > 0;
    Notice notice;
    for (size_t i = 0; has_some && i < order_.size();) {
      const auto reason = reason_at(i);
      if (!reason) {
        i = next_customer(i);
        continue;
      }
      i = next_notice(i, notice);
      give(notice, *reason);
    }
  }

  /// All of them, one at a time, for those who write them in pieces: begin with `place` 0.
  std::optional<CandidateNotice> next(size_t& place) const;

  const NoticeMetrics& metrics() const { return metrics_; }
  /// The first hundreds of them; figures().bad counts all.
  const std::vector<BadRow>& bad_rows() const { return bad_rows_; }
  /// The newest closing day that is told now; from_day if there is none.
  int32_t newest_day() const { return newest_; }
  const Layout& layout() const { return layout_; }

 private:
  struct TicketState {
    const char* text;  ///< id, then subject
    uint32_t customer;
    int32_t day;
    uint16_t id_bytes, subject_bytes;
    bool is_closed, is_notified, was_closed;
  };
  /// Two of them are one line of the processor's cache.
  struct alignas(32) Customer {
    const char* email;
    const char* name;  ///< first, then last
    int32_t name_day;
    uint16_t first_bytes, last_bytes;
    uint8_t email_bytes;  ///< refusal_of_address() knows the most
    bool has_had, is_suppressed;
  };
  /// A ticket that is due; its day is here too, so that sorting stays in one place of memory.
  struct Due {
    uint32_t ticket;
    int32_t day;
  };
  struct Fields {
    std::string_view first_name, last_name, email, ticket, status, subject;
    bool is_plain = false;  ///< all that is kept of it is printable ASCII
  };

  /// A good row that waits for some others: what they need of the memory is then on its way for all
  /// of them at once, and nobody waits for each.
  struct Waiting {
    int64_t row = 0;
    Fields fields;  ///< in waiting_texts_
    int32_t day = 0;
    bool is_closed = false;
    uint64_t ticket_hash = 0, customer_hash = 0;
    uint32_t ticket = NumberIndex::none, customer = NumberIndex::none;  ///< most likely
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
  void wait(int64_t row, const Fields& fields, int32_t day, bool is_now_closed);
  void use_waiting();
  void fetch_waiting(std::span<Waiting> rows);
  void keep(const Waiting& one);
  uint32_t customer_of(const Fields& fields, uint64_t hash, int32_t day);
  uint32_t add_customer(const Fields& fields, int32_t day);
  void bad(int64_t row, std::string why);
  bool is_closed(std::string_view status) const;
  bool is_suppressed(std::string_view email) const;
  std::string_view email_of(const Customer& one) const { return {one.email, one.email_bytes}; }
  std::string_view id_of(const TicketState& one) const { return {one.text, one.id_bytes}; }
  static std::optional<LeftOut> reason_of(const Customer& customer);
  std::optional<LeftOut> reason_at(size_t place) const {
    return reason_of(customers_[tickets_[order_[place].ticket].customer]);
  }
  void fetch_due(size_t at) const;
  size_t next_notice(size_t at, Notice& notice) const;
  size_t next_customer(size_t at) const;

  NoticesSettings settings_;  ///< with the report's own formats of dates
  ReportDates dates_;
  NoticeTimes times_;
  bool has_layout_ = false;
  Layout layout_;
  TextBlocks texts_;
  std::deque<TicketState> tickets_;
  std::vector<Customer> customers_;
  NumberIndex ticket_index_, customer_index_;
  std::vector<Waiting> waiting_;
  std::vector<char> waiting_texts_;
  std::array<std::string, 7> cleaned_;  ///< texts of one row, where it needed cleaning
  size_t waiting_bytes_ = 0;            ///< of waiting_texts_
  std::vector<Due> order_;              ///< tickets that are due, by customer and day
  std::vector<BadRow> bad_rows_;
  NoticeMetrics metrics_;
  int32_t newest_ = 0;
  std::vector<Leading> leading_;
  int first_column_ = 0;
  std::vector<std::string> closed_, suppressed_;  ///< of the settings, cleaned
  std::vector<size_t> bad_dates_;                 ///< their places among the bad rows
  uint32_t forms_of_bad_ = UINT32_MAX, forms_of_all_ = UINT32_MAX;  ///< usual ones that fit; bits
  size_t dates_looked_at_ = 0;
  std::string last_status_;  ///< most rows have the same few
  bool is_last_closed_ = false;
};

}  // namespace dw
