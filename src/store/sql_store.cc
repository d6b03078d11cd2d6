#include "store/sql_store.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "base/random.h"
#include "statements.h"
#include "store/journal.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

/// More in one commit gains nothing (measured: docs/benchmarks.md) and delays the first.
constexpr size_t works_per_commit_max = 128;
/// Behind this many the sender is told to come again: memory stays bounded.
constexpr size_t works_waiting_max = 8192;
constexpr int deadlock_tries_max = 5;
/// While the store can't commit, an attempt is made this often, so that it is ready again by
/// itself.
constexpr std::chrono::milliseconds health_probe{1000};

bool is_any(const Touched& touched) {
  return touched.lanes || touched.queues || touched.notes;
}

void merge(Touched& into, const Touched& from) {
  into.lanes = into.lanes || from.lanes;
  into.queues = into.queues || from.queues;
  into.notes = into.notes || from.notes;
}

/// What NOTIFY carries to other replicas.
std::string encode(const Touched& touched, const std::string& replica) {
  return fmt::format("{}{}{} {}", touched.lanes ? "l" : "", touched.queues ? "q" : "",
                     touched.notes ? "n" : "", replica);
}

bool is_deadlock(const Result<void>& result) {
  return !result.ok() && result.error().where == "deadlock";
}

Error closed() {
  return {ErrorKind::full, "store", "the store is closed: this process stops"};
}

using Done = std::function<void(Result<void>)>;

}  // namespace

struct SqlStore::Pending {
  WriteWork work;
  Done done;  // called on the loop
  Result<void> result{};
  int tries = 0;
};

Result<void> SqlStore::first_full(const std::deque<Pending>& batch) {
  for (const Pending& one : batch) {
    if (!one.result.ok() && one.result.error().kind == ErrorKind::full) return one.result.error();
  }
  return {};
}

struct SqlStore::Lane {
  std::mutex mutex;
  std::condition_variable has_work;
  std::deque<Pending> waiting;
  std::atomic<bool> is_stopping = false;  // read without the mutex too
  std::thread thread;
};

SqlStore::SqlStore(Loop* loop, std::unique_ptr<Db> writer, std::unique_ptr<Db> reader,
                   Connect connect)
    : loop_(loop),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      connect_(std::move(connect)),
      is_sqlite_(writer_->is_sqlite()),
      replica_(random_uuid()),
      notice_(std::make_shared<std::function<void(Touched)>>()) {
  if (loop_ == nullptr) return;
  writing_ = std::make_unique<Lane>();
  reading_ = std::make_unique<Lane>();
  looking_ = std::make_unique<Lane>();
  alone_ = std::make_unique<Lane>();
}

void SqlStore::start() {
  if (loop_ == nullptr) return;
  writing_->thread = std::thread([this] { write_until_stopped(); });
  reading_->thread = std::thread([this] { read_until_stopped(*reading_, reader_); });
  looking_->thread = std::thread([this] { read_until_stopped(*looking_, looker_); });
  if (!is_sqlite_) alone_->thread = std::thread([this] { write_alone_until_stopped(); });
}

SqlStore::~SqlStore() {
  close();
}

std::vector<SqlStore::Lane*> SqlStore::lanes() const {
  if (loop_ == nullptr) return {};
  return {writing_.get(), reading_.get(), looking_.get(), alone_.get()};
}

void SqlStore::close() {
  is_closed_ = true;
  for (Lane* lane : lanes()) {
    std::deque<Pending> waiting;
    {
      const std::lock_guard lock(lane->mutex);
      lane->is_stopping = true;
      waiting.swap(lane->waiting);
    }
    lane->has_work.notify_one();
    refuse(std::move(waiting), closed());
  }
  for (Lane* lane : lanes()) {
    if (lane->thread.joinable()) lane->thread.join();
  }
  *notice_ = nullptr;  // who listened may be gone when the loop comes to what was posted
}

void SqlStore::refuse(std::deque<Pending> batch, const Error& why) {
  if (batch.empty()) return;
  for (Pending& one : batch) one.result = why;
  finish(std::move(batch), {});
}

void SqlStore::on_change(std::function<void(Touched)> notice) {
  *notice_ = std::move(notice);
}

StoreHealth SqlStore::health() const {
  const std::lock_guard lock(health_mutex_);
  return health_;
}

void SqlStore::note_health(const Result<void>& result) {
  const std::lock_guard lock(health_mutex_);
  if (result.ok() == health_.is_ok) return;
  if (result.ok()) {
    log_info("store", "commits again");
    health_ = {};
  } else {
    log_error("store", "cannot commit: " + result.error().text());
    health_ = {false, fmt::format("cannot commit since {}: {}", to_rfc3339(system_now()),
                                  result.error().what)};
  }
}

Task<Result<void>> SqlStore::submit(Lane& lane, WriteWork work) {
  {
    const std::lock_guard lock(lane.mutex);
    if (lane.waiting.size() >= works_waiting_max) {
      co_return Error{ErrorKind::busy, "store", "too much waits to be written; come again",
                      Millis(1000)};
    }
  }
  auto initiate = [&lane, this](auto handler, WriteWork given) {
    // Shared because std::function must be copyable; only the thread that finishes it calls it.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto guard = asio::make_work_guard(*loop_);
    Done done = [shared, guard](Result<void> result) { (*shared)(std::move(result)); };
    std::deque<Pending> late;
    {
      const std::lock_guard lock(lane.mutex);
      (lane.is_stopping ? late : lane.waiting).push_back({std::move(given), std::move(done)});
    }
    lane.has_work.notify_one();
    refuse(std::move(late), closed());
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
      initiate, asio::use_awaitable, std::move(work));
}

Task<Result<void>> SqlStore::write(WriteWork work) {
  if (loop_ == nullptr) co_return write_now(work);
  co_return co_await submit(*writing_, std::move(work));
}

Task<Result<void>> SqlStore::read(ReadWork work) {
  if (loop_ == nullptr) co_return read_now(work);
  // A named object: GCC 12 destroys a lambda made inside the awaited expression twice.
  WriteWork reading = [work = std::move(work)](Journal& journal) { return work(journal); };
  co_return co_await submit(*reading_, std::move(reading));
}

Task<Result<void>> SqlStore::look(ReadWork work) {
  if (loop_ == nullptr) co_return read_now(work);
  WriteWork looking = [work = std::move(work)](Journal& journal) { return work(journal); };
  co_return co_await submit(*looking_, std::move(looking));
}

Task<Result<void>> SqlStore::write_alone(WriteWork work) {
  if (loop_ == nullptr || is_sqlite_) co_return co_await write(std::move(work));
  co_return co_await submit(*alone_, std::move(work));
}

Result<void> SqlStore::write_now(const WriteWork& work) {
  DW_ASSERT(loop_ == nullptr, "beside a running loop the store's own thread writes");
  if (is_closed_) return closed();
  std::deque<Pending> batch;
  batch.push_back({work, {}});
  const Touched touched = run_batch(batch);
  if (*notice_ && is_any(touched)) (*notice_)(touched);
  return std::move(batch.front().result);
}

Result<void> SqlStore::read_now(const ReadWork& work) {
  DW_ASSERT(loop_ == nullptr, "beside a running loop the store's own thread reads");
  if (is_closed_) return closed();
  return run_reading(writer_, work);
}

std::deque<SqlStore::Pending> SqlStore::next_batch(Lane& lane, size_t limit) {
  std::unique_lock lock(lane.mutex);
  const auto is_ready = [&lane] { return lane.is_stopping || !lane.waiting.empty(); };
  if (health().is_ok) {
    lane.has_work.wait(lock, is_ready);
  } else {
    lane.has_work.wait_for(lock, health_probe, is_ready);
  }
  std::deque<Pending> batch;
  while (!lane.waiting.empty() && batch.size() < limit) {
    batch.push_back(std::move(lane.waiting.front()));
    lane.waiting.pop_front();
  }
  return batch;
}

void SqlStore::write_until_stopped() {
  for (;;) {
    std::deque<Pending> batch = next_batch(*writing_, works_per_commit_max);
    if (batch.empty()) {
      if (writing_->is_stopping) return;
      // The store could not commit: see whether it can again.
      std::deque<Pending> probe;
      probe.push_back({[](Journal& journal) -> Result<void> {
                         const TimePoint now = system_now();
                         DW_CHECK(journal.hold_lease("store probe", "any", now, now));
                         return {};
                       },
                       {}});
      run_batch(probe);
      continue;
    }
    const Touched touched = run_batch(batch);
    finish(std::move(batch), touched);
  }
}

void SqlStore::read_until_stopped(Lane& lane, std::unique_ptr<Db>& db) {
  for (;;) {
    std::deque<Pending> batch = next_batch(lane, 1);
    if (batch.empty()) {
      if (lane.is_stopping) return;
      continue;
    }
    Pending& one = batch.front();
    const WriteWork& work = one.work;
    one.result =
        run_reading(db, [&work](Reader& reader) { return work(static_cast<Journal&>(reader)); });
    finish(std::move(batch), {});
  }
}

void SqlStore::write_alone_until_stopped() {
  for (;;) {
    std::deque<Pending> batch = next_batch(*alone_, 1);
    if (batch.empty()) {
      if (alone_->is_stopping) return;
      continue;
    }
    batch.front().result = run_alone(batch.front().work);
    finish(std::move(batch), {});
  }
}

/// It tells nobody what it touched, and nobody is healthy because of it.
Result<void> SqlStore::run_alone(const WriteWork& work) {
  DW_CHECK(reconnect(loner_));
  Result<int64_t> begun = loner_->run(stmt::begin);
  if (!begun.ok()) {
    loner_.reset();  // the connection has died; a new one may live
    DW_CHECK(reconnect(loner_));
    begun = loner_->run(stmt::begin);
  }
  DW_CHECK(begun);
  Result<void> done = loner_->send(stmt::without_waiting_for_the_disk);
  if (done.ok()) {
    SqlJournal journal(*loner_);
    done = work(journal);
  }
  if (done.ok()) done = loner_->settle();
  const Result<int64_t> ended = loner_->run(done.ok() ? stmt::commit : stmt::rollback);
  if (!ended.ok()) loner_.reset();
  if (done.ok() && !ended.ok()) return ended.error();
  return done;
}

void SqlStore::finish(std::deque<Pending> batch, Touched touched) {
  asio::post(*loop_, [notice = notice_, batch = std::move(batch), touched]() mutable {
    // Told first: a listener must not wait for those who are answered.
    if (*notice && is_any(touched)) (*notice)(touched);
    for (Pending& one : batch) {
      if (one.done) one.done(std::move(one.result));
    }
  });
}

void SqlStore::tell(Touched touched) {
  if (loop_ == nullptr) return;
  asio::post(*loop_, [notice = notice_, touched] {
    if (*notice) (*notice)(touched);
  });
}

Result<void> SqlStore::reconnect(std::unique_ptr<Db>& db) {
  if (db) return {};
  DW_TRY(db, connect_());
  return {};
}

Result<void> SqlStore::run_one(Db& db, const WriteWork& work, Touched& touched) {
  DW_CHECK(db.send(stmt::savepoint));
  SqlJournal journal(db);
  Result<void> done = work(journal);
  if (done.ok()) done = journal.settle_lanes();
  if (done.ok()) {
    const Result<int64_t> released = db.run(stmt::release);
    if (released.ok()) {
      merge(touched, journal.touched());
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

Result<void> SqlStore::begin() {
  DW_CHECK(reconnect(writer_));
  Result<int64_t> begun = writer_->run(stmt::begin);
  if (!begun.ok() && !is_sqlite_) {
    writer_.reset();  // it died while nothing was asked of it; a new one may live
    DW_CHECK(reconnect(writer_));
    begun = writer_->run(stmt::begin);
  }
  DW_CHECK(begun);
  return {};
}

SqlStore::Plainly SqlStore::run_plainly(std::deque<Pending>& batch, Touched& touched) {
  for (Pending& one : batch) {
    SqlJournal journal(*writer_);
    one.result = one.work(journal);
    if (one.result.ok()) one.result = journal.settle_lanes();
    if (!one.result.ok()) return batch.size() == 1 ? Plainly::failed : Plainly::unclear;
    merge(touched, journal.touched());
  }
  return writer_->settle().ok() ? Plainly::done : Plainly::unclear;
}

void SqlStore::roll_back() {
  // What is still on its way, and fails, is undone as well.
  if (!writer_->settle().ok()) log_debug("store", "a statement failed behind another");
  if (!writer_->run(stmt::rollback).ok() && !is_sqlite_) writer_.reset();  // begin() connects anew
}

/// Nearly always all works of a batch succeed. Then a savepoint for each is wasted, and it costs
/// SQLite a copy of every page that the work touches (a fifth of an intake, measured). So they
/// run without first, and only a batch in which one failed is undone and run again with them.
Result<void> SqlStore::run_all(std::deque<Pending>& batch, Touched& touched) {
  DW_CHECK(begin());
  const Plainly plainly = run_plainly(batch, touched);
  if (plainly == Plainly::done) return {};
  touched = {};
  // A full disk has ended SQLite's transaction by itself.
  const bool is_over = is_sqlite_ && !writer_->is_in_transaction();
  if (!is_over) roll_back();
  DW_CHECK(begin());
  if (!is_over && plainly == Plainly::failed) return {};
  for (Pending& one : batch) {
    one.result = run_one(*writer_, one.work, touched);
    // A full disk or a broken connection ends the whole transaction: whoever went on here would
    // commit the later works and answer the earlier ones as if they had been kept.
    if (!one.result.ok() && !writer_->is_in_transaction()) {
      return Error{ErrorKind::full, "store", one.result.error().what};
    }
  }
  return {};
}

Result<void> SqlStore::commit_batch(std::deque<Pending>& batch, Touched& touched) {
  DW_CHECK(run_all(batch, touched));
  if (!is_sqlite_ && is_any(touched)) {
    DW_CHECK(writer_->send(stmt::notify, {encode(touched, replica_)}));
  }
  DW_CHECK(writer_->run(stmt::commit));
  return {};
}

Touched SqlStore::run_batch(std::deque<Pending>& batch) {
  Touched touched;
  const Result<void> committed = commit_batch(batch, touched);
  if (committed.ok()) {
    note_health(first_full(batch));
    merge(touched, run_again(batch));
    return touched;
  }
  note_health(committed);
  // Nothing stands, whatever each work returned, and the next try starts clean.
  if (writer_) roll_back();
  for (Pending& one : batch) {
    if (one.result.ok() || is_deadlock(one.result)) {
      one.result =
          Error{ErrorKind::full, "store", "could not be written: " + committed.error().what};
    }
  }
  return {};
}

/// Those that met a deadlock, each in a commit of its own.
Touched SqlStore::run_again(std::deque<Pending>& batch) {
  Touched touched;
  for (Pending& one : batch) {
    if (!is_deadlock(one.result)) continue;
    if (++one.tries >= deadlock_tries_max) {
      // Not a conflict to the caller: it did nothing wrong and may come again.
      one.result = Error{ErrorKind::full, "store", "locked out: " + one.result.error().what};
      continue;
    }
    std::deque<Pending> again;
    again.push_back(std::move(one));
    merge(touched, run_batch(again));
    one = std::move(again.front());
  }
  return touched;
}

Result<void> SqlStore::run_reading(std::unique_ptr<Db>& db, const ReadWork& work) {
  DW_CHECK(reconnect(db));
  Result<int64_t> begun = db->run(stmt::begin_read);
  if (!begun.ok() && !is_sqlite_) {
    db.reset();  // the connection has died; a new one may live
    DW_CHECK(reconnect(db));
    begun = db->run(stmt::begin_read);
  }
  DW_CHECK(begun);
  SqlJournal journal(*db);
  Result<void> done = work(journal);
  if (!db->run(stmt::rollback).ok() && !is_sqlite_) db.reset();
  return done;
}

Result<void> SqlStore::beside(const std::function<Result<void>(Db&)>& work) {
  if (loop_ == nullptr) return work(*writer_);
  DW_TRY(const std::unique_ptr<Db> own, connect_());
  return work(*own);
}

Result<void> SqlStore::backup(const std::string& file) {
  if (!is_sqlite_) {
    return Error{ErrorKind::invalid, "backup",
                 "PostgreSQL has its own tool for this: pg_dump, or continuous archiving"};
  }
  return beside([&](Db& db) { return static_cast<SqliteDb&>(db).backup(file); });
}

Result<std::vector<std::string>> SqlStore::verify() {
  std::vector<std::string> found;
  const auto look = [&](Db& db) -> Result<void> {
    if (is_sqlite_) {
      DW_TRY(found, static_cast<SqliteDb&>(db).check_integrity());
    }
    DW_CHECK(db.run(stmt::lanes_without_row, {}, [&](const Row& row) {
      found.push_back(fmt::format("lane {} has deliveries but no row", row.text(0)));
    }));
    DW_CHECK(db.run(stmt::lanes_resting_for_nobody, {}, [&](const Row& row) {
      found.push_back(
          fmt::format("lane {} rests, and nothing in it waits for a person", row.text(0)));
    }));
    DW_CHECK(db.run(stmt::deliveries_without_end, {}, [&](const Row& row) {
      found.push_back(
          fmt::format("{} is over without a time of its end", to_text(DeliveryId{row.integer(0)})));
    }));
    DW_CHECK(db.run(stmt::tickets_without_end, {}, [&](const Row& row) {
      found.push_back(fmt::format("ticket {} is solved without a time", row.integer(0)));
    }));
    return {};
  };
  DW_CHECK(beside(look));
  return found;
}

}  // namespace dw
