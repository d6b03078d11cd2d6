// Group commit. Writers queue pieces of work; one thread takes all that wait, commits them at
// once, and then answers all; one that fails is undone alone. A second thread with a connection
// of its own serves readers from the last commit, a third the engine's short looks, a fourth works
// that wait for other processes. A fifth watches: what has not ended, who has waited too long.
//
// sql_store.cc owns the queues, the threads and their end; group_commit.cc one batch, its commit
// and what became of it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "ports/store.h"
#include "store/connection.h"
#include "store/interrupt.h"

namespace dw {

class WorkDb;

class SqlStore : public Store {
 public:
  using Connect = std::function<Result<std::unique_ptr<Connection>>()>;

  /// Without a loop everything runs on the caller's thread over the one connection: commands,
  /// stores in memory, and the simulator. `interrupt` breaks off what the connections do.
  SqlStore(Loop* loop, std::unique_ptr<Connection> writer, std::unique_ptr<Connection> reader,
           Connect connect, SharedInterrupt interrupt = {});
  ~SqlStore() override;

  /// Starts the threads; once, when the object is whole.
  void start();

  Task<Result<void>> write(WriteWork work) override;
  Task<Result<void>> read(ReadWork work) override;
  Task<Result<void>> look(ReadWork work) override;
  /// PostgreSQL: on a connection of its own, one piece of work a commit. SQLite has one writer.
  Task<Result<void>> write_alone(WriteWork work) override;
  Result<void> write_now(const WriteWork& work) override;
  Result<void> read_now(const ReadWork& work) override;
  void on_change(std::function<void(DirtyFlags)> notice) override;
  /// A derived class calls it before it is taken apart.
  void close() override;
  StoreHealth health() const override;
  std::string kind() const override { return is_sqlite_ ? "sqlite" : "postgresql"; }
  Result<void> backup(const std::string& file) override;
  Result<std::vector<std::string>> verify() override;

  /// What another replica's commit touched: told like one's own. From any thread.
  void tell(DirtyFlags touched);
  /// This store among the replicas: on what it tells others, so that it need not hear itself, and
  /// on the marks of its commits.
  const std::string& replica() const { return replica_; }

 private:
  using Done = std::function<void(Result<void>)>;

  /// A piece of work that waits, and what came of it.
  struct Pending {
    WriteWork work;
    Done done;  ///< called on the loop
    Result<void> result{};
    int tries = 0;
    Monotonic since{};
  };
  using Batch = std::deque<Pending>;

  /// A queue of work and the thread that runs it.
  struct Lane {
    const char* what;  ///< "write", "read"
    std::mutex mutex;
    std::condition_variable has_work;
    Batch waiting;
    std::atomic<bool> is_stopping = false;  ///< read without the mutex too
    /// When the piece that runs now was begun, in milliseconds of 1970; 0: nothing runs.
    std::atomic<int64_t> busy_since = 0;
    bool is_over = false;  ///< the thread has ended
    std::thread thread;
  };

  class Busy;

  // sql_store.cc
  std::vector<Lane*> lanes() const;
  Task<Result<void>> submit(Lane& lane, WriteWork work);
  void write_until_stopped();
  void read_until_stopped(Lane& lane, std::unique_ptr<Connection>& db);
  void write_alone_until_stopped();
  Result<void> run_alone(const WriteWork& work);
  void wait_until_closed(Millis most);
  void watch_until_stopped();
  /// Refuses those who have waited too long behind a piece that does not end.
  void refuse_overdue(Lane& lane);
  static std::string unended(const Lane& lane);
  Batch next_batch(Lane& lane, size_t limit);
  void run_thread(Lane& lane, const std::function<void()>& body);
  void finish(Batch batch, DirtyFlags touched);
  void refuse(Batch batch, const Error& why);
  void refuse_waiting(Lane& lane, const Error& why);
  bool is_committing() const;
  void note_health(const Result<void>& result);
  Result<void> begin_on(std::unique_ptr<Connection>& db, const Statement& statement);
  Result<void> run_reading(std::unique_ptr<Connection>& db, const ReadWork& work);
  Result<void> reconnect(std::unique_ptr<Connection>& db);
  /// Runs with a connection that no thread of ours uses meanwhile.
  Result<void> beside(const std::function<Result<void>(Connection&)>& work);

  // group_commit.cc
  /// What came of a batch without savepoints.
  enum class Plainly {
    done,
    failed,   ///< the only work in it failed
    unclear,  ///< one of several failed: which of them stand needs savepoints
  };
  DirtyFlags run_batch(Batch& batch);
  Result<void> connect_writer();
  Result<void> begin();
  Result<void> begin_marked();
  void roll_back();
  void drop_writer();
  Result<void> commit_batch(Batch& batch, DirtyFlags& touched);
  Result<void> find_out(const Error& unknown);
  Result<bool> look_up();
  Plainly run_without_savepoints(Batch& batch, DirtyFlags& touched);
  Plainly run_steps(Batch& batch, std::deque<WorkDb>& dbs);
  /// False: nothing is left that could be committed.
  Result<bool> run_all(Batch& batch, DirtyFlags& touched);
  Result<void> run_one(Connection& db, const WriteWork& work, DirtyFlags& touched);
  DirtyFlags retry_after_deadlock(Batch& batch);
  /// What the engine could not keep of a batch that was committed otherwise.
  static Result<void> first_full(const Batch& batch);

  Loop* loop_;
  std::unique_ptr<Connection> writer_, reader_, looker_,
      loner_;  // the last two connect at first use
  Connect connect_;
  SharedInterrupt interrupt_;
  bool is_sqlite_;
  std::atomic<bool> is_closed_ = false;
  std::string replica_;
  int64_t commit_number_ = 0;  ///< of the transaction that runs, among all of this store
  std::string lost_session_;   ///< of a connection that was lost and may still hold locks
  /// Shared with what is posted to the loop, which may outlive this object.
  std::shared_ptr<std::function<void(DirtyFlags)>> notice_;
  mutable std::mutex health_mutex_;
  StoreHealth health_;
  std::unique_ptr<Lane> writing_, reading_, looking_, alone_;
  std::mutex watch_mutex_;
  std::condition_variable watch_;  ///< told when the store is closed, and when a thread has ended
  std::thread watcher_;
};

bool is_any(const DirtyFlags& touched);
/// Why nothing is written or read any more.
Error store_is_closed();

}  // namespace dw
