// What grows old and goes. Each step walks an index to the first row that is young enough and stops
// there, and removes no more than it may: ten thousand rows and ten million cost the same.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "statements.h"
#include "store/journal.h"

namespace dw {
namespace {

/// Time zones begin their days at whole quarters of an hour.
constexpr int64_t tally_quarter = 900'000;

struct TallySum {
  int64_t updates = 0, first_at = 0, last_at = 0;
};

}  // namespace

/// What hangs on a ticket goes first, so that one with a million comments takes many commits, too.
/// The tickets are locked: one that is reopened meanwhile keeps all.
Result<int64_t> SqlJournal::prune_tickets(TimePoint before, int64_t limit) {
  json::array ids;
  DW_CHECK(db_.run(stmt::old_tickets, {before, limit},
                   [&](const Row& row) { ids.emplace_back(row.integer(0)); }));
  if (ids.empty()) return 0;
  const std::string tickets = to_text(ids);
  for (const Statement* statement : {&stmt::prune_comments, &stmt::prune_said_of_tickets}) {
    DW_TRY(const int64_t rows, db_.run(*statement, {tickets, limit}));
    if (rows > 0) return rows;
  }
  for (const Statement* statement :
       {&stmt::prune_links, &stmt::prune_bridge_links, &stmt::prune_ticket_words}) {
    DW_CHECK(db_.send(*statement, {tickets}));
  }
  return db_.run(stmt::prune_tickets, {tickets});
}

/// Of keys that are for ever the body alone goes.
Result<int64_t> SqlJournal::prune_events(TimePoint before, int64_t limit) {
  std::vector<std::tuple<EventId, bool, std::string>> old;
  DW_CHECK(db_.run(stmt::old_events, {before, limit}, [&](const Row& row) {
    const bool is_for_ever = row.integer(1) != 0;
    old.emplace_back(EventId{row.integer(0)}, is_for_ever,
                     is_for_ever ? body_digest(row.text(2)) : std::string());
  }));
  for (const auto& [id, is_for_ever, digest] : old) {
    if (is_for_ever) {
      DW_CHECK(db_.send(stmt::empty_body, {id, digest}));
    } else {
      DW_CHECK(db_.send(stmt::drop_event, {id}));
    }
  }
  return static_cast<int64_t>(old.size());
}

/// Lines become sums, and their messages take no more: what is older than retention is counted for
/// good.
Result<int64_t> SqlJournal::prune_tally(TimePoint before, int64_t limit) {
  std::vector<std::pair<std::string, std::string>> messages;
  DW_CHECK(db_.run(stmt::old_tally_messages, {before, limit},
                   [&](const Row& row) { messages.emplace_back(row.text(0), row.text(1)); }));
  std::map<std::tuple<int64_t, std::string, std::string>, TallySum> sums;
  for (const auto& [channel, message] : messages) {
    // Closed first: the row's lock keeps an edit away from the lines.
    DW_CHECK(db_.send(stmt::close_tally_message, {channel, message, before}));
    const std::string& in = channel;
    DW_CHECK(db_.run(stmt::take_tally_updates, {channel, message}, [&](const Row& row) {
      const int64_t at = row.integer(1);
      const auto key = std::tuple(at - at % tally_quarter, in, std::string(row.text(0)));
      TallySum& sum = sums.try_emplace(key, TallySum{0, at, at}).first->second;
      ++sum.updates;
      sum.first_at = std::min(sum.first_at, at);
      sum.last_at = std::max(sum.last_at, at);
    }));
  }
  for (const auto& [key, sum] : sums) {
    const auto& [at, channel, username] = key;
    DW_CHECK(db_.send(stmt::add_tally_sum,
                      {at, channel, username, sum.updates, sum.first_at, sum.last_at}));
  }
  if (!messages.empty()) return static_cast<int64_t>(messages.size());
  return db_.run(stmt::prune_tally_texts, {before, limit});
}

/// The ledger stays: it is what keeps a customer from hearing twice.
Result<int64_t> SqlJournal::prune_notices(TimePoint before, int64_t limit) {
  int64_t run = 0;
  DW_CHECK(
      db_.run(stmt::oldest_notice_run, {before}, [&](const Row& row) { run = row.integer(0); }));
  if (run == 0) return 0;
  DW_TRY(const int64_t letters, db_.run(stmt::prune_notice_letters, {run, limit}));
  if (letters > 0) return letters;
  return db_.run(stmt::drop_notice_run, {run});
}

Result<int64_t> SqlJournal::prune(TimePoint before, size_t limit, int64_t changes_kept) {
  auto left = static_cast<int64_t>(limit);
  const auto note_removed = [&](int64_t rows) { left = std::max<int64_t>(left - rows, 0); };
  DW_TRY(int64_t rows, db_.run(stmt::prune_notes, {changes_kept, left}));
  note_removed(rows);
  if (rows > 0) {
    DW_CHECK(db_.send(stmt::mark_notes_pruned));
    DW_CHECK(db_.send(stmt::prune_note_commits, {static_cast<int64_t>(limit)}));
  }
  if (before <= TimePoint{}) return rows;  // everything is kept
  using Step = Result<int64_t> (SqlJournal::*)(TimePoint, int64_t);
  constexpr std::array<Step, 4> steps = {&SqlJournal::prune_tickets, &SqlJournal::prune_events,
                                         &SqlJournal::prune_tally, &SqlJournal::prune_notices};
  for (const Step step : steps) {
    if (left == 0) break;
    DW_TRY(rows, (this->*step)(before, left));
    note_removed(rows);
  }
  for (const Statement* statement :
       {&stmt::prune_deliveries, &stmt::prune_said, &stmt::mark_bridged_said, &stmt::prune_known,
        &stmt::prune_audit, &stmt::prune_sessions, &stmt::prune_leases, &stmt::prune_rates}) {
    if (left == 0) break;
    DW_TRY(rows, db_.run(*statement, {before, left}));
    note_removed(rows);
  }
  return static_cast<int64_t>(limit) - left;
}

Result<int64_t> SqlJournal::queue_expire(const std::string& queue, TimePoint sent_before,
                                         TimePoint now, size_t limit) {
  DW_TRY(const int64_t rows,
         db_.run(stmt::queue_expire, {queue, sent_before, now, static_cast<int64_t>(limit)}));
  touched_.queues = touched_.queues || rows > 0;
  return rows;
}

}  // namespace dw
