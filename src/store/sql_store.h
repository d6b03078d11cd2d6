// Group commit. Writers queue pieces of work; one thread takes all that wait, commits them at
// once, and then answers all; one that fails is undone alone. A second thread with a connection
// of its own serves readers from the last commit, and a third the engine's short looks.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "ports/store.h"
#include "store/db.h"

namespace dw {

class SqlStore : public Store {
 public:
  using Connect = std::function<Result<std::unique_ptr<Db>>()>;

  /// Without a loop everything runs on the caller's thread over the one connection: commands,
  /// stores in memory, and the simulator.
  SqlStore(Loop* loop, std::unique_ptr<Db> writer, std::unique_ptr<Db> reader, Connect connect);
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
  void on_change(std::function<void(Touched)> notice) override;
  /// A derived class calls it before it is taken apart.
  void close() override;
  StoreHealth health() const override;
  std::string kind() const override { return is_sqlite_ ? "sqlite" : "postgresql"; }
  Result<void> backup(const std::string& file) override;
  Result<std::vector<std::string>> verify() override;

  /// What another replica's commit touched: told like one's own. From any thread.
  void tell(Touched touched);
  /// This store among the replicas: on what it tells others, so that it need not hear itself.
  const std::string& replica() const { return replica_; }

 private:
  struct Pending;
  struct Lane;  // a queue of work and the thread that runs it

  std::vector<Lane*> lanes() const;
  Task<Result<void>> submit(Lane& lane, WriteWork work);
  void write_until_stopped();
  void read_until_stopped(Lane& lane, std::unique_ptr<Db>& db);
  void write_alone_until_stopped();
  Result<void> run_alone(const WriteWork& work);
  std::deque<Pending> next_batch(Lane& lane, size_t limit);
  Touched run_batch(std::deque<Pending>& batch);
  Result<void> begin();
  void roll_back();
  Result<void> commit_batch(std::deque<Pending>& batch, Touched& touched);
  /// What came of a batch without savepoints.
  enum class Plainly {
    done,
    failed,   ///< the only work in it failed
    unclear,  ///< one of several failed: which of them stand needs savepoints
  };
  Plainly run_plainly(std::deque<Pending>& batch, Touched& touched);
  Result<void> run_all(std::deque<Pending>& batch, Touched& touched);
  Result<void> run_one(Db& db, const WriteWork& work, Touched& touched);
  Touched run_again(std::deque<Pending>& batch);
  /// What the engine could not keep of a batch that was committed otherwise.
  static Result<void> first_full(const std::deque<Pending>& batch);
  Result<void> run_reading(std::unique_ptr<Db>& db, const ReadWork& work);
  void finish(std::deque<Pending> batch, Touched touched);
  void refuse(std::deque<Pending> batch, const Error& why);
  void note_health(const Result<void>& result);
  Result<void> reconnect(std::unique_ptr<Db>& db);
  /// Runs with a connection that no thread of ours uses meanwhile.
  Result<void> beside(const std::function<Result<void>(Db&)>& work);

  Loop* loop_;
  std::unique_ptr<Db> writer_, reader_, looker_, loner_;  // the last two connect at first use
  Connect connect_;
  bool is_sqlite_;
  std::atomic<bool> is_closed_ = false;
  std::string replica_;
  /// Shared with what is posted to the loop, which may outlive this object.
  std::shared_ptr<std::function<void(Touched)>> notice_;
  mutable std::mutex health_mutex_;
  StoreHealth health_;
  std::unique_ptr<Lane> writing_, reading_, looking_, alone_;
};

}  // namespace dw
