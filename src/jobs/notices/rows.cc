// Notices: runs, letters and the ledger.
#include "jobs/notices/rows.h"

#include <array>

#include "records/stored_json.h"
#include "sql/notices.h"

namespace dw {
namespace {

constexpr int64_t runs_looked_through = 400;

NoticeRun run_in(const Row& row) {
  namespace col = columns::notice_run;
  NoticeRun out;
  out.id = row.integer(col::id);
  out.state = static_cast<NoticeState>(row.integer(col::state));
  out.made_at = row.time(col::made_at);
  out.applied_at = row.time_or_none(col::applied_at);
  out.period = row.text(col::period);
  out.hash = row.text(col::hash);
  out.ledger = row.integer(col::ledger);
  out.newest_day = static_cast<int32_t>(row.integer(col::newest_day));
  out.from_day = static_cast<int32_t>(row.integer(col::from_day));
  out.metrics = stored_json(row.text(col::figures));
  out.applied_to = row.text(col::applied_to);
  return out;
}

StoredNotice notice_in(const Row& row) {
  namespace col = columns::notice;
  StoredNotice out;
  out.run = row.integer(col::run);
  out.email = row.text(col::email);
  out.number = row.integer(col::number);
  out.written_email = row.text(col::written_email);
  out.first_name = row.text(col::first_name);
  out.last_name = row.text(col::last_name);
  out.tickets = row.text(col::tickets);
  out.left_out = row.text(col::left_out);
  out.delivery = {row.integer(col::delivery)};
  if (!row.is_null(col::delivery_state))
    out.delivery_state = static_cast<DeliveryState>(row.integer(col::delivery_state));
  out.reason = row.text(col::reason);
  out.done_at = row.time_or_none(col::done_at);
  out.period = row.text(col::period);
  out.made_at = row.time(col::made_at);
  out.run_state = static_cast<NoticeState>(row.integer(col::run_state));
  return out;
}

}  // namespace

namespace notices {

Result<NoticeHistory> marks(ReadDb& db) {
  NoticeHistory out;
  DW_CHECK(db.lock(stmt::lock_notice_ledger, {}));
  DW_CHECK(db.run(stmt::notice_marks, {}, [&](const Row& row) {
    const std::string_view name = row.text(0);
    const int64_t value = row.integer(1);
    if (name == "from_day") out.from_day = static_cast<int32_t>(value);
    if (name == "watermark") out.watermark = static_cast<int32_t>(value);
    if (name == "ledger") out.ledger = value;
    if (name == "letters") out.notices = value;
    if (name == "ask") out.needs_confirmation = value != 0;
  }));
  return out;
}

Result<void> set_marks(Db& db, const NoticeHistory& marks) {
  DW_CHECK(db.lock(stmt::lock_notice_ledger, {}));
  if (marks.from_day) {
    DW_CHECK(db.send(stmt::set_notice_mark, {"from_day", int64_t{*marks.from_day}}));
  }
  if (marks.watermark) {
    DW_CHECK(db.send(stmt::set_notice_mark, {"watermark", int64_t{*marks.watermark}}));
  }
  DW_CHECK(db.send(stmt::set_notice_mark, {"letters", marks.notices}));
  return db.send(stmt::set_notice_mark, {"ask", marks.needs_confirmation});
}

Result<bool> move_ledger(Db& db, int64_t version) {
  DW_TRY(const int64_t rows, db.run(stmt::move_notice_ledger, {version}));
  return rows == 1;
}

Result<void> closures(ReadDb& db, int32_t since, const TicketSink& sink) {
  DW_CHECK(db.run(stmt::notice_closures_since, {int64_t{since}}, [&](const Row& row) {
    sink(row.text(0), static_cast<int32_t>(row.integer(1)));
  }));
  return {};
}

Result<void> customers(ReadDb& db, const std::string& period, const TextSink& sink) {
  DW_CHECK(db.run(stmt::notice_customers_of, {period}, [&](const Row& row) { sink(row.text(0)); }));
  return {};
}

Result<void> customers_between(ReadDb& db, const std::string& period, const std::string& first,
                               const std::string& last, const TextSink& sink) {
  DW_CHECK(db.run(stmt::notice_customers_between, {period, first, last},
                  [&](const Row& row) { sink(row.text(0)); }));
  return {};
}

Result<int64_t> add_run(Db& db, const NoticeRun& run) {
  int64_t id = 0;
  const std::string metrics = to_text(run.metrics);
  DW_CHECK(db.run(stmt::add_notice_run,
                  {static_cast<int>(run.state), run.made_at, run.period, run.hash, run.ledger,
                   int64_t{run.newest_day}, int64_t{run.from_day}, metrics},
                  [&](const Row& row) { id = row.integer(0); }));
  return id;
}

Result<bool> finish_plan(Db& db, int64_t id, NoticeState state) {
  // One plan after the other: of two at once neither would see the one that it has to replace.
  DW_CHECK(db.lock(stmt::lock_notice_ledger, {}));
  if (state == NoticeState::planned) DW_CHECK(db.send(stmt::replace_by_newer_plan, {id}));
  DW_TRY(const int64_t rows, db.run(stmt::finish_notice_plan, {id, static_cast<int>(state)}));
  if (rows == 0) return false;
  if (state == NoticeState::planned) DW_CHECK(db.send(stmt::replace_notice_plans, {id}));
  return true;
}

Result<int64_t> drop_replaced_notices(Db& db, size_t limit) {
  int64_t run = 0;
  DW_CHECK(db.run(stmt::replaced_with_notices, {}, [&](const Row& row) { run = row.integer(0); }));
  if (run == 0) return 0;
  return db.run(stmt::prune_notices, {run, static_cast<int64_t>(limit)});
}

Result<void> add_notice(Db& db, const StoredNotice& notice) {
  return db.send(stmt::add_notice,
                 {notice.run, notice.email, notice.written_email, notice.first_name,
                  notice.last_name, notice.tickets, notice.left_out});
}

Result<std::optional<NoticeRun>> run(ReadDb& db, int64_t id) {
  std::optional<NoticeRun> out;
  DW_CHECK(db.run(stmt::notice_run_by_id, {id}, [&](const Row& row) { out = run_in(row); }));
  return out;
}

Result<bool> is_newest_plan(ReadDb& db, int64_t id) {
  bool out = false;
  DW_CHECK(db.run(stmt::is_newest_notice_plan, {id}, [&](const Row&) { out = true; }));
  return out;
}

Result<Page<NoticeRun>> runs(ReadDb& db, const PageRequest& page) {
  Page<NoticeRun> out;
  DW_TRY(const int64_t below, id_in(page.cursor));
  DW_CHECK(db.run(stmt::list_notice_runs, {below, static_cast<int64_t>(page.limit + 1)},
                  [&](const Row& row) { out.items.push_back(run_in(row)); }));
  out.next_cursor = next_cursor(out.items, page.limit, [](const NoticeRun& one) { return one.id; });
  return out;
}

Result<Page<StoredNotice>> notices(ReadDb& db, int64_t run, const PageRequest& page) {
  Page<StoredNotice> out;
  // A cursor is an address.
  if (!page.cursor.empty() && page.cursor.find('@') == std::string::npos) return bad_cursor();
  DW_CHECK(db.run(stmt::list_notices, {run, page.cursor, static_cast<int64_t>(page.limit + 1)},
                  [&](const Row& row) { out.items.push_back(notice_in(row)); }));
  if (out.items.size() > page.limit) {
    out.items.resize(page.limit);
    out.next_cursor = out.items.back().email;
  }
  return out;
}

Result<std::vector<StoredNotice>> notices_of(ReadDb& db, const std::string& email) {
  std::vector<StoredNotice> out;
  DW_CHECK(db.run(stmt::notice_by_email, {email, 0, runs_looked_through},
                  [&](const Row& row) { out.push_back(notice_in(row)); }));
  return out;
}

Result<std::optional<NoticeRun>> applying_run(ReadDb& db) {
  std::optional<NoticeRun> out;
  DW_CHECK(db.run(stmt::applying_notice_run, {}, [&](const Row& row) { out = run_in(row); }));
  return out;
}

Result<bool> begin_run(Db& db, int64_t id, TimePoint now) {
  DW_TRY(const int64_t rows, db.run(stmt::begin_notice_run, {id, now}));
  return rows == 1;
}

Result<bool> advance_run(Db& db, int64_t id, const std::string& from, const std::string& to) {
  DW_TRY(const int64_t rows, db.run(stmt::advance_notice_run, {id, from, to}));
  return rows == 1;
}

Result<bool> end_run(Db& db, int64_t id) {
  DW_TRY(const int64_t rows, db.run(stmt::end_notice_run, {id}));
  return rows == 1;
}

Result<bool> reserve(Db& db, const std::string& period, const std::string& email, int64_t run) {
  DW_TRY(const int64_t rows, db.run(stmt::reserve_notice, {period, email, run}));
  return rows == 1;
}

Result<void> mark_closure(Db& db, const std::string& ticket, int32_t day, int64_t run) {
  return db.send(stmt::mark_notice_closure, {ticket, int64_t{day}, run});
}

Result<void> set_sent(Db& db, const StoredNotice& notice) {
  return db.send(stmt::send_notice,
                 {notice.run, notice.email, notice.number, notice.delivery, notice.left_out});
}

Result<NoticeCounts> counts(ReadDb& db, int64_t run) {
  NoticeCounts out;
  const std::array<int64_t*, 5> places = {&out.pending, &out.unsure, &out.dead, &out.done,
                                          &out.discarded};
  DW_CHECK(db.run(stmt::count_notice_states, {run}, [&](const Row& row) {
    *places.at(static_cast<size_t>(row.integer(0))) = row.integer(1);
  }));
  return out;
}

Result<int64_t> open_count(ReadDb& db) {
  int64_t out = 0;
  DW_CHECK(db.run(stmt::open_notices, {}, [&](const Row& row) { out = row.integer(0); }));
  return out;
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  int64_t run = 0;
  DW_CHECK(
      db.run(stmt::oldest_notice_run, {before}, [&](const Row& row) { run = row.integer(0); }));
  if (run == 0) return 0;
  DW_TRY(const int64_t notices, db.run(stmt::prune_notices, {run, limit}));
  if (notices > 0) return notices;
  return db.run(stmt::drop_notice_run, {run});
}

}  // namespace notices
}  // namespace dw
