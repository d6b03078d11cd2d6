// One batch of works: its transaction, its commit, and what became of it when nobody said.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "sql/engine.h"
#include "sql/leases.h"
#include "store/sql_store.h"
#include "store/work_db.h"

namespace dw {
namespace {

constexpr int deadlock_tries_max = 5;
/// A commit whose answer was lost is looked up this often until the store can be asked.
constexpr Millis look_up_pause{500};
/// A command waits this long to find out; the daemon as long as it runs.
constexpr Millis command_timeout{30'000};
/// Marks of one's own earlier commits go this often, and with them those that others left.
constexpr int64_t marks_kept = 256;
constexpr Millis others_marks_kept{7LL * 86'400'000};

/// What NOTIFY carries to other replicas.
std::string encode(const DirtyFlags& touched, const std::string& replica) {
  return fmt::format("{}{}{} {}", touched.lanes ? "l" : "", touched.queues ? "q" : "",
                     touched.notes ? "n" : "", replica);
}

bool is_deadlock(const Result<void>& result) {
  return !result.ok() && result.error().where == "deadlock";
}

bool is_unknown(const Result<void>& committed) {
  return !committed.ok() && committed.error().kind == ErrorKind::unsure;
}

/// Two that read under one guard and then write under it would meet again and again, did both come
/// back at once: each waits for up to 8, 16, 32, 64 ms, by chance.
Millis pause_after_deadlock(int tries) {
  static thread_local Random chance = Random::from_system();
  return Millis(chance.below(uint64_t{4} << tries));
}

}  // namespace

Result<void> SqlStore::first_full(const Batch& batch) {
  for (const Pending& one : batch) {
    if (!one.result.ok() && one.result.error().kind == ErrorKind::full) return one.result.error();
  }
  return {};
}

Result<void> SqlStore::run_one(Connection& db, const WriteWork& work, DirtyFlags& touched) {
  DW_CHECK(db.send(stmt::savepoint));
  WorkDb writing(db, Purpose::writing);
  Result<void> done = writing.run_work(work);
  if (done.ok()) {
    const Result<int64_t> released = db.run(stmt::release);
    if (released.ok()) {
      merge(touched, writing.touched());
      return {};
    }
    done = released.error();
  }
  // What is still on its way goes the same way. If this fails the transaction is lost, and the
  // caller looks.
  if (!db.settle().ok()) log_debug("store", "a statement failed behind the one that is reported");
  if (db.run(stmt::rollback_to).ok()) DW_CHECK(db.run(stmt::release));
  return done;
}

/// PostgreSQL: the mark stands with the commit, and tells it apart if its answer is lost. It has
/// been written when the first work runs, so that whoever looks for it later waits for the end of
/// this transaction, wherever that is held up.
Result<void> SqlStore::begin_marked() {
  if (is_sqlite_) {
    DW_CHECK(writer_->run(stmt::begin));
    return {};
  }
  ++commit_number_;
  const TimePoint now = system_now();
  DW_CHECK(writer_->send(stmt::begin));
  if (commit_number_ % marks_kept == 1) {
    DW_CHECK(
        writer_->send(stmt::forget_marks, {replica_, commit_number_, now - others_marks_kept}));
  }
  DW_CHECK(writer_->run(stmt::mark_commit, {replica_, commit_number_, now}));
  return {};
}

/// What an earlier connection had begun is ended first: it may hold locks, and nobody is left to
/// let go of them.
Result<void> SqlStore::connect_writer() {
  if (writer_) return {};
  DW_CHECK(reconnect(writer_));
  if (lost_session_.empty()) return {};
  const Result<int64_t> ended = writer_->run(stmt::end_session, {lost_session_});
  if (ended.ok()) lost_session_.clear();
  return {};
}

Result<void> SqlStore::begin() {
  DW_CHECK(connect_writer());
  Result<void> begun = begin_marked();
  if (!begun.ok() && !is_sqlite_) {
    drop_writer();  // it died while nothing was asked of it; a new one may live
    DW_CHECK(connect_writer());
    begun = begin_marked();
  }
  return begun;
}

void SqlStore::drop_writer() {
  if (writer_) lost_session_ = writer_->session();
  writer_.reset();
}

SqlStore::Plainly SqlStore::run_without_savepoints(Batch& batch, DirtyFlags& touched) {
  std::deque<WorkDb> dbs;
  for (size_t i = 0; i < batch.size(); ++i) dbs.emplace_back(*writer_, Purpose::writing);
  const Plainly ran = run_steps(batch, dbs);
  // Also after a failure: what is on its way has answers for these.
  if (!writer_->settle().ok() && ran == Plainly::done) return Plainly::unclear;
  for (const WorkDb& db : dbs) merge(touched, db.touched());
  return ran;
}

SqlStore::Plainly SqlStore::run_steps(Batch& batch, std::deque<WorkDb>& dbs) {
  const Plainly failed = batch.size() == 1 ? Plainly::failed : Plainly::unclear;
  size_t early_most = 0;
  for (const Pending& one : batch) early_most = std::max(early_most, one.work.early().size());
  for (size_t step = 0; step < early_most; ++step) {
    for (size_t i = 0; i < batch.size(); ++i) {
      const std::vector<WriteWork::Step>& early = batch[i].work.early();
      if (step >= early.size()) continue;
      batch[i].result = early[step](dbs[i]);
      if (!batch[i].result.ok()) return failed;
    }
    if (!writer_->settle().ok()) return Plainly::unclear;
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i].result = dbs[i].run_last(batch[i].work);
    if (!batch[i].result.ok()) return failed;
  }
  return Plainly::done;
}

void SqlStore::roll_back() {
  // What is still on its way, and fails, is undone as well.
  if (!writer_->settle().ok()) log_debug("store", "a statement failed behind another");
  if (!writer_->run(stmt::rollback).ok() && !is_sqlite_) drop_writer();  // begin() connects anew
}

/// Nearly always all works of a batch succeed. Then a savepoint for each is wasted, and it costs
/// SQLite a copy of every page that the work touches (a fifth of an intake, measured). So they
/// run without first, and only a batch in which one failed is undone and run again with them.
Result<bool> SqlStore::run_all(Batch& batch, DirtyFlags& touched) {
  DW_CHECK(begin());
  const Plainly plainly = run_without_savepoints(batch, touched);
  if (plainly == Plainly::done) return true;
  touched = {};
  // A full disk has ended SQLite's transaction by itself.
  const bool is_over = is_sqlite_ && !writer_->is_in_transaction();
  if (!is_over) roll_back();
  if (!is_over && plainly == Plainly::failed) return false;
  DW_CHECK(begin());
  for (Pending& one : batch) {
    one.result = run_one(*writer_, one.work, touched);
    // A full disk or a broken connection ends the whole transaction: whoever went on here would
    // commit the later works and answer the earlier ones as if they had been kept.
    if (!one.result.ok() && !writer_->is_in_transaction()) {
      return Error{ErrorKind::full, "store", one.result.error().what};
    }
  }
  return true;
}

/// errors  unsure: COMMIT may have been executed; anything else: nothing stands
Result<void> SqlStore::commit_batch(Batch& batch, DirtyFlags& touched) {
  DW_TRY(const bool has_some, run_all(batch, touched));
  if (!has_some) return {};
  if (!is_sqlite_ && is_any(touched)) {
    DW_CHECK(writer_->send(stmt::notify, {encode(touched, replica_)}));
  }
  DW_CHECK(writer_->run(stmt::commit));
  return {};
}

/// Whether the transaction whose COMMIT was not answered stands. Asking decides it: what had not
/// been committed by now never will be.
Result<bool> SqlStore::look_up() {
  DW_CHECK(connect_writer());
  if (is_sqlite_) {
    // SQLite has undone it, but its last page may be in the log, for the next start to find. The
    // next commit writes over it.
    DW_CHECK(writer_->run(stmt::begin));
    const TimePoint now = system_now();
    DW_CHECK(writer_->send(stmt::hold_lease, {"store probe", "any", now, now}));
    DW_CHECK(writer_->run(stmt::commit));
    return false;
  }
  bool is_standing = false;
  DW_CHECK(writer_->run(stmt::find_commit, {replica_, commit_number_, system_now()},
                        [&](const Row& row) { is_standing = row.integer(0) == 0; }));
  return is_standing;
}

/// Nobody is answered before it is known. errors  full: it does not stand; unsure: closed before
/// it could be found out
Result<void> SqlStore::find_out(const Error& unknown) {
  const Monotonic started = std::chrono::steady_clock::now();
  for (;;) {
    if (!is_sqlite_) {
      drop_writer();
    } else if (writer_->is_in_transaction()) {
      roll_back();
    }
    const Result<bool> found = is_closed_ ? Result<bool>(store_is_closed()) : look_up();
    if (found.ok() && *found) {
      log_info("store", "a commit whose response was lost was applied");
      return {};
    }
    if (found.ok()) return Error{ErrorKind::full, "store", unknown.what};
    const bool is_late = std::chrono::steady_clock::now() - started > command_timeout;
    if (is_closed_ || (loop_ == nullptr && is_late)) {
      return Error{ErrorKind::unsure, "store", "unknown whether this was written: " + unknown.what};
    }
    note_health(found.error());
    if (writing_) refuse_waiting(*writing_, {ErrorKind::full, "store", found.error().what});
    wait_until_closed(look_up_pause);
  }
}

void SqlStore::wait_until_closed(Millis most) {
  std::unique_lock lock(watch_mutex_);
  watch_.wait_for(lock, most, [this] { return is_closed_.load(); });
}

DirtyFlags SqlStore::run_batch(Batch& batch) {
  DirtyFlags touched;
  Result<void> committed = commit_batch(batch, touched);
  if (is_unknown(committed)) committed = find_out(committed.error());
  if (committed.ok()) {
    note_health(first_full(batch));
    merge(touched, retry_after_deadlock(batch));
    return touched;
  }
  note_health(committed);
  // Nothing stands, whatever each work returned, and the next try starts clean.
  if (writer_) roll_back();
  Error why = committed.error();
  if (!is_unknown(committed)) {
    why = {ErrorKind::full, "store", "could not be written: " + committed.error().what};
  }
  for (Pending& one : batch) {
    if (one.result.ok() || is_deadlock(one.result)) one.result = why;
  }
  // Who waits for a server that can't be reached would only wait for the same.
  const bool is_away = committed.error().kind == ErrorKind::unreachable;
  if (is_away && writing_) refuse_waiting(*writing_, why);
  return {};
}

/// Those that met a deadlock, each in a commit of its own.
DirtyFlags SqlStore::retry_after_deadlock(Batch& batch) {
  DirtyFlags touched;
  for (Pending& one : batch) {
    if (!is_deadlock(one.result)) continue;
    if (++one.tries >= deadlock_tries_max) {
      // Not a conflict to the caller: it did nothing wrong and may come again.
      one.result = Error{ErrorKind::full, "store", "locked out: " + one.result.error().what};
      continue;
    }
    wait_until_closed(pause_after_deadlock(one.tries));
    Batch again;
    again.push_back(std::move(one));
    merge(touched, run_batch(again));
    one = std::move(again.front());
  }
  return touched;
}

}  // namespace dw
