#include "store/sql_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "base/random.h"
#include "records/leases.h"
#include "records/verify.h"
#include "sql/engine.h"
#include "store/sqlite/sqlite_db.h"
#include "store/work_db.h"

namespace dw {
namespace {

/// More in one commit gains nothing (measured: docs/benchmarks.md) and delays the first.
constexpr size_t works_per_commit_max = 128;
/// Behind this many the sender is told to come again: memory stays bounded.
constexpr size_t works_waiting_max = 8192;
/// While the store can't commit, an attempt is made this often, so that it is ready again by
/// itself.
constexpr Millis health_probe{1000};
/// A piece of work that has not ended by then is said in health().
constexpr Millis unended_max{2500};
/// Who waits behind one that does not end is refused after this long.
constexpr Millis waiting_max{10'000};
constexpr Millis watch_pause{500};
/// What runs when the store is closed may come to its end by itself for this long.
constexpr Millis close_grace{2000};

int64_t milliseconds_now() {
  return system_now().time_since_epoch().count();
}

}  // namespace

bool is_any(const DirtyFlags& touched) {
  return touched.lanes || touched.queues || touched.notes;
}

Error store_is_closed() {
  return {ErrorKind::full, "store", "the store is closed: this process stops"};
}

/// While a piece of work runs.
class SqlStore::Busy {
 public:
  explicit Busy(Lane& lane) : lane_(lane) { lane_.busy_since = milliseconds_now(); }
  ~Busy() { lane_.busy_since = 0; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  Lane& lane_;
};

SqlStore::SqlStore(Loop* loop, std::unique_ptr<Connection> writer,
                   std::unique_ptr<Connection> reader, Connect connect, SharedInterrupt interrupt)
    : loop_(loop),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      connect_(std::move(connect)),
      interrupt_(std::move(interrupt)),
      is_sqlite_(writer_->is_sqlite()),
      replica_(random_uuid()),
      notice_(std::make_shared<std::function<void(DirtyFlags)>>()) {
  if (loop_ == nullptr) return;
  writing_ = std::make_unique<Lane>();
  writing_->what = "write";
  reading_ = std::make_unique<Lane>();
  reading_->what = "read";
  looking_ = std::make_unique<Lane>();
  looking_->what = "look";
  alone_ = std::make_unique<Lane>();
  alone_->what = "write that waits for other processes";
}

void SqlStore::start() {
  if (loop_ == nullptr) return;
  const auto begin = [this](Lane& lane, std::function<void()> body) {
    lane.thread = std::thread([this, &lane, body = std::move(body)] { run_thread(lane, body); });
  };
  begin(*writing_, [this] { write_until_stopped(); });
  begin(*reading_, [this] { read_until_stopped(*reading_, reader_); });
  begin(*looking_, [this] { read_until_stopped(*looking_, looker_); });
  if (!is_sqlite_) begin(*alone_, [this] { write_alone_until_stopped(); });
  watcher_ = std::thread([this] { watch_until_stopped(); });
}

SqlStore::~SqlStore() {
  close();
}

std::vector<SqlStore::Lane*> SqlStore::lanes() const {
  if (loop_ == nullptr) return {};
  if (is_sqlite_) return {writing_.get(), reading_.get(), looking_.get()};
  return {writing_.get(), reading_.get(), looking_.get(), alone_.get()};
}

void SqlStore::run_thread(Lane& lane, const std::function<void()>& body) {
  body();
  const std::lock_guard lock(watch_mutex_);
  lane.is_over = true;
  watch_.notify_all();
}

void SqlStore::close() {
  {
    const std::lock_guard lock(watch_mutex_);
    is_closed_ = true;
  }
  watch_.notify_all();
  for (Lane* lane : lanes()) {
    {
      const std::lock_guard lock(lane->mutex);
      lane->is_stopping = true;
    }
    lane->has_work.notify_one();
    refuse_waiting(*lane, store_is_closed());
  }
  if (watcher_.joinable()) {
    std::unique_lock lock(watch_mutex_);
    const std::vector<Lane*> all = lanes();
    const auto is_over = [&all] {
      return std::all_of(all.begin(), all.end(), [](const Lane* lane) { return lane->is_over; });
    };
    const bool is_done = watch_.wait_for(lock, close_grace, is_over);
    lock.unlock();
    if (!is_done && interrupt_) interrupt_->raise();
    for (Lane* lane : all) lane->thread.join();
    watcher_.join();
  }
  *notice_ = nullptr;  // who listened may be gone when the loop comes to what was posted
}

void SqlStore::refuse(Batch batch, const Error& why) {
  if (batch.empty()) return;
  for (Pending& one : batch) one.result = why;
  finish(std::move(batch), {});
}

void SqlStore::refuse_waiting(Lane& lane, const Error& why) {
  Batch waiting;
  {
    const std::lock_guard lock(lane.mutex);
    waiting.swap(lane.waiting);
  }
  refuse(std::move(waiting), why);
}

void SqlStore::on_change(std::function<void(DirtyFlags)> notice) {
  *notice_ = std::move(notice);
}

std::string SqlStore::unended(const Lane& lane) {
  const int64_t since = lane.busy_since;
  if (since == 0 || milliseconds_now() - since < unended_max.count()) return {};
  return fmt::format("a {} has not ended since {}", lane.what,
                     to_rfc3339(TimePoint(Millis(since))));
}

bool SqlStore::is_committing() const {
  const std::lock_guard lock(health_mutex_);
  return health_.is_ok;
}

StoreHealth SqlStore::health() const {
  {
    const std::lock_guard lock(health_mutex_);
    if (!health_.is_ok) return health_;
  }
  for (const Lane* lane : lanes()) {
    std::string what = unended(*lane);
    if (!what.empty()) return {false, std::move(what)};
  }
  return {};
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
      co_return Error{ErrorKind::busy, "store", "write queue is full; retry later", Millis(1000)};
    }
  }
  auto initiate = [&lane, this](auto handler, WriteWork given) {
    // Shared because std::function must be copyable; only the thread that finishes it calls it.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto guard = asio::make_work_guard(*loop_);
    Done done = [shared, guard](Result<void> result) { (*shared)(std::move(result)); };
    Batch late;
    {
      const std::lock_guard lock(lane.mutex);
      Batch& to = lane.is_stopping ? late : lane.waiting;
      to.push_back({.work = std::move(given),
                    .done = std::move(done),
                    .since = std::chrono::steady_clock::now()});
    }
    lane.has_work.notify_one();
    refuse(std::move(late), store_is_closed());
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
  WriteWork reading = [work = std::move(work)](Db& db) { return work(db); };
  co_return co_await submit(*reading_, std::move(reading));
}

Task<Result<void>> SqlStore::look(ReadWork work) {
  if (loop_ == nullptr) co_return read_now(work);
  WriteWork looking = [work = std::move(work)](Db& db) { return work(db); };
  co_return co_await submit(*looking_, std::move(looking));
}

Task<Result<void>> SqlStore::write_alone(WriteWork work) {
  if (loop_ == nullptr || is_sqlite_) co_return co_await write(std::move(work));
  co_return co_await submit(*alone_, std::move(work));
}

Result<void> SqlStore::write_now(const WriteWork& work) {
  DW_ASSERT(loop_ == nullptr, "beside a running loop the store's own thread writes");
  if (is_closed_) return store_is_closed();
  Batch batch;
  batch.push_back({.work = work, .done = {}});
  const DirtyFlags touched = run_batch(batch);
  if (*notice_ && is_any(touched)) (*notice_)(touched);
  return std::move(batch.front().result);
}

Result<void> SqlStore::read_now(const ReadWork& work) {
  DW_ASSERT(loop_ == nullptr, "beside a running loop the store's own thread reads");
  if (is_closed_) return store_is_closed();
  return run_reading(writer_, work);
}

SqlStore::Batch SqlStore::next_batch(Lane& lane, size_t limit) {
  std::unique_lock lock(lane.mutex);
  const auto is_ready = [&lane] { return lane.is_stopping || !lane.waiting.empty(); };
  if (is_committing()) {
    lane.has_work.wait(lock, is_ready);
  } else {
    lane.has_work.wait_for(lock, health_probe, is_ready);
  }
  Batch batch;
  while (!lane.waiting.empty() && batch.size() < limit) {
    batch.push_back(std::move(lane.waiting.front()));
    lane.waiting.pop_front();
  }
  return batch;
}

void SqlStore::write_until_stopped() {
  for (;;) {
    Batch batch = next_batch(*writing_, works_per_commit_max);
    if (batch.empty()) {
      if (writing_->is_stopping) return;
      // The store could not commit: see whether it can again.
      Batch probe;
      probe.push_back({.work = [](Db& db) -> Result<void> {
                         const TimePoint now = system_now();
                         DW_CHECK(leases::hold(db, "store probe", "any", now, now));
                         return {};
                       },
                       .done = {}});
      const Busy busy(*writing_);
      run_batch(probe);
      continue;
    }
    const Busy busy(*writing_);
    const DirtyFlags touched = run_batch(batch);
    finish(std::move(batch), touched);
  }
}

void SqlStore::read_until_stopped(Lane& lane, std::unique_ptr<Connection>& db) {
  for (;;) {
    Batch batch = next_batch(lane, 1);
    if (batch.empty()) {
      if (lane.is_stopping) return;
      continue;
    }
    Pending& one = batch.front();
    const WriteWork& work = one.work;
    const Busy busy(lane);
    one.result =
        run_reading(db, [&work](ReadDb& reading) { return work(static_cast<Db&>(reading)); });
    // Who waits for a server that can't be reached would only wait for the same.
    if (!one.result.ok() && !db) refuse_waiting(lane, one.result.error());
    finish(std::move(batch), {});
  }
}

void SqlStore::write_alone_until_stopped() {
  for (;;) {
    Batch batch = next_batch(*alone_, 1);
    if (batch.empty()) {
      if (alone_->is_stopping) return;
      continue;
    }
    const Busy busy(*alone_);
    batch.front().result = run_alone(batch.front().work);
    finish(std::move(batch), {});
  }
}

/// It tells nobody what it touched, and nobody is healthy because of it.
Result<void> SqlStore::run_alone(const WriteWork& work) {
  DW_CHECK(begin_on(loner_, stmt::begin));
  Result<void> done = loner_->send(stmt::without_waiting_for_the_disk);
  if (done.ok()) {
    done = WorkDb(*loner_, Purpose::writing).run_work(work);
  }
  if (done.ok()) done = loner_->settle();
  const Result<int64_t> ended = loner_->run(done.ok() ? stmt::commit : stmt::rollback);
  if (!ended.ok()) loner_.reset();
  if (done.ok() && !ended.ok()) return ended.error();
  return done;
}

void SqlStore::watch_until_stopped() {
  std::unique_lock lock(watch_mutex_);
  while (!watch_.wait_for(lock, watch_pause, [this] { return is_closed_.load(); })) {
    lock.unlock();
    for (Lane* lane : lanes()) refuse_overdue(*lane);
    lock.lock();
  }
}

void SqlStore::refuse_overdue(Lane& lane) {
  const std::string why = unended(lane);
  if (why.empty()) return;
  const Monotonic before = std::chrono::steady_clock::now() - waiting_max;
  Batch overdue;
  {
    const std::lock_guard lock(lane.mutex);
    while (!lane.waiting.empty() && lane.waiting.front().since < before) {
      overdue.push_back(std::move(lane.waiting.front()));
      lane.waiting.pop_front();
    }
  }
  refuse(std::move(overdue), {ErrorKind::full, "store", why});
}

void SqlStore::finish(Batch batch, DirtyFlags touched) {
  asio::post(*loop_, [notice = notice_, batch = std::move(batch), touched]() mutable {
    // Told first: a listener must not wait for those who are answered.
    if (*notice && is_any(touched)) (*notice)(touched);
    for (Pending& one : batch) {
      if (one.done) one.done(std::move(one.result));
    }
  });
}

void SqlStore::tell(DirtyFlags touched) {
  if (loop_ == nullptr) return;
  asio::post(*loop_, [notice = notice_, touched] {
    if (*notice) (*notice)(touched);
  });
}

Result<void> SqlStore::reconnect(std::unique_ptr<Connection>& db) {
  if (db) return {};
  DW_TRY(db, connect_());
  return {};
}

Result<void> SqlStore::begin_on(std::unique_ptr<Connection>& db, const Statement& statement) {
  DW_CHECK(reconnect(db));
  Result<int64_t> begun = db->run(statement);
  if (!begun.ok() && !is_sqlite_) {
    db.reset();  // the connection has died; a new one may live
    DW_CHECK(reconnect(db));
    begun = db->run(statement);
  }
  DW_CHECK(begun);
  return {};
}

Result<void> SqlStore::run_reading(std::unique_ptr<Connection>& db, const ReadWork& work) {
  const Result<void> begun = begin_on(db, stmt::begin_read);
  if (!begun.ok()) {
    // Our own store is no outside system: whoever asks hears what writers hear, and may come again.
    const Error& why = begun.error();
    const bool is_away = loop_ != nullptr && why.kind == ErrorKind::unreachable;
    return is_away ? Error{ErrorKind::full, why.where, why.what} : why;
  }
  WorkDb reading(*db, Purpose::reading);
  Result<void> done = work(reading);
  if (!db->run(stmt::rollback).ok() && !is_sqlite_) db.reset();
  return done;
}

Result<void> SqlStore::beside(const std::function<Result<void>(Connection&)>& work) {
  if (loop_ == nullptr) return work(*writer_);
  DW_TRY(const std::unique_ptr<Connection> own, connect_());
  return work(*own);
}

Result<void> SqlStore::backup(const std::string& file) {
  if (!is_sqlite_) {
    return Error{ErrorKind::invalid, "backup",
                 "PostgreSQL has its own tool for this: pg_dump, or continuous archiving"};
  }
  return beside([&](Connection& db) { return static_cast<SqliteDb&>(db).backup(file); });
}

Result<std::vector<std::string>> SqlStore::verify() {
  std::vector<std::string> found;
  const auto look = [&](Connection& db) -> Result<void> {
    if (is_sqlite_) {
      DW_TRY(found, static_cast<SqliteDb&>(db).check_integrity());
    }
    WorkDb rows(db, Purpose::reading);
    return verify_rows(rows, found);
  };
  DW_CHECK(beside(look));
  return found;
}

}  // namespace dw
