// What the good rows of a report come to: of each ticket its newest row, of each customer the
// newest name, in some 40 bytes a ticket and its number; then what the ledger knows, and out come
// letters.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/notices/texts.h"

namespace dw {

struct BadRow {
  int64_t row = 0;
  std::string why;
};

/// Views live as long as what they were taken from.
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

/// A row that can be used, cleaned.
struct GoodRow {
  int64_t row = 0;
  std::string_view first_name, last_name, email, ticket, subject;
  int32_t day = 0;
  bool is_closed = false;  ///< of an open one only `ticket` and `day` count
};

/// What became of the good rows.
struct NewestMetrics {
  int64_t bad = 0;                     ///< addresses that nobody can write to
  int64_t closed = 0;                  ///< rows of closed tickets
  int64_t told = 0;                    ///< tickets whose closing the ledger has
  int64_t reopened = 0;                ///< tickets that were closed, and are open by a newer row
  int64_t customers = 0, tickets = 0;  ///< of the letters
  int64_t had = 0;                     ///< customers who had theirs in this period: due next time
  int64_t suppressed = 0;              ///< customers
};

class NewestRows {
 public:
  /// `suppressed`: addresses and "@domains" that get no letter, cleaned.
  explicit NewestRows(std::vector<std::string> suppressed) : suppressed_(std::move(suppressed)) {}

  /// In the order of the report; the texts are copied where they are kept. Addresses that can't be
  /// written to are in bad_rows().
  void take(std::span<const GoodRow> rows);
  /// The ledger, after the rows: this ticket's closing of that day was told.
  void note_notified(std::string_view ticket, int32_t day);
  /// The ledger, after the rows: this customer had a notice in this period.
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

  const NewestMetrics& metrics() const { return metrics_; }
  /// The first hundreds, by row; metrics().bad counts all.
  const std::vector<BadRow>& bad_rows() const { return bad_rows_; }
  /// The newest closing day that is told now, if there is one; after settle().
  std::optional<int32_t> newest_day() const { return newest_; }

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
  /// What a row needs of the memory.
  struct Place {
    uint64_t ticket_hash = 0, customer_hash = 0;
    uint32_t ticket = NumberIndex::none, customer = NumberIndex::none;  ///< most likely
  };
  /// So many rows are looked up together.
  static constexpr size_t rows_at_once = 64;

  void fetch_places(std::span<const GoodRow> rows, std::span<Place> places);
  void keep(const GoodRow& row, const Place& place);
  uint32_t customer_of(const GoodRow& row, uint64_t hash);
  uint32_t add_customer(const GoodRow& row);
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

  std::vector<std::string> suppressed_;
  TextBlocks texts_;
  std::deque<TicketState> tickets_;
  std::vector<Customer> customers_;
  NumberIndex ticket_index_, customer_index_;
  std::vector<Due> order_;  ///< tickets that are due, by customer and day
  std::vector<BadRow> bad_rows_;
  NewestMetrics metrics_;
  std::optional<int32_t> newest_;
};

/// The most bad rows that are kept of a report.
constexpr size_t bad_rows_max = 500;

/// "1041.0", as some programs write the number of a ticket, is 1041.
std::string_view plain_ticket(std::string_view ticket);

}  // namespace dw
