// The store: durable rows and transactions. Two engines stand behind it, SQLite and PostgreSQL,
// and pass one contract suite (tests/contract/store_test.cc).
//
// write() runs many pieces of work in one commit, each under a savepoint of its own; read() sees
// the last commit and never waits for writers. A piece of work lives inside one transaction, on
// the store's own thread, and its calls over Db are plain.
#pragma once
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/task.h"
#include "ports/db.h"

namespace dw {

/// What the store shows to /readyz, /metrics and /v1/status.
struct StoreHealth {
  bool is_ok = true;
  std::string detail;  ///< why not: "disk full since 10:04", "a write has not ended since 10:04"
};

/// What a piece of work does in its transaction: nearly always one step. One that begins with
/// statements which depend on nothing else puts them into early steps. Of all pieces that share a
/// commit, the store runs each early step before the next one, and settles between them, so that
/// what they ask for with run_later() and insert_later() takes one exchange with the server. An
/// early step reads nothing that another piece of the commit writes.
class WriteWork {
 public:
  using Step = std::function<Result<void>(Db&)>;

  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, WriteWork> &&
           std::is_invocable_r_v<Result<void>, F&, Db&>) WriteWork(F&& only)
      : last_(std::forward<F>(only)) {}  // NOLINT: a lambda is a piece of work
  WriteWork(std::vector<Step> early, Step last)
      : early_(std::move(early)), last_(std::move(last)) {}

  const std::vector<Step>& early() const { return early_; }
  const Step& last() const { return last_; }
  /// All steps, of this piece alone.
  Result<void> operator()(Db& db) const {
    for (const Step& step : early_) {
      DW_CHECK(step(db));
      DW_CHECK(db.settle());
    }
    return last_(db);
  }

 private:
  std::vector<Step> early_{};
  Step last_;
};
using ReadWork = std::function<Result<void>(ReadDb&)>;

class Store {
 public:
  virtual ~Store() = default;

  /// Runs `work` in the next commit and returns when that commit is on disk. An error that work
  /// returns undoes its part alone. Work may run twice (after a deadlock, or because another work
  /// of the same commit failed) and must set its outputs anew each time.
  /// errors  what work returned; full: the store could not commit, or is closed: nothing is kept;
  ///         busy: too many wait already;
  ///         unsure: the store was closed before it could find out whether its commit stands
  virtual Task<Result<void>> write(WriteWork work) = 0;
  virtual Task<Result<void>> read(ReadWork work) = 0;
  /// As write(), in a transaction of its own where other processes may hold what it asks for: it
  /// waits for them, and nobody else behind it. What it writes may be lost if the database dies.
  virtual Task<Result<void>> write_alone(WriteWork work) { return write(std::move(work)); }
  /// As read(), for the engine's own short looks: they never wait behind a board's or a search's
  /// long query.
  virtual Task<Result<void>> look(ReadWork work) { return read(std::move(work)); }

  /// Ends all work: what is new and what waits is refused (`full`), what runs is finished or, after
  /// a short grace, broken off; then the threads are joined. It blocks, needs no loop, and may be
  /// called twice. After it nothing of the store runs and no work is called any more; answers that
  /// were posted to the loop before may still be delivered there, or be dropped with it.
  virtual void close() = 0;

  /// The same two for code without an event loop (commands, tests): they block.
  virtual Result<void> write_now(const WriteWork& work) = 0;
  virtual Result<void> read_now(const ReadWork& work) = 0;

  /// Called on the loop after a commit, here or (PostgreSQL) by another replica, that added to
  /// lanes, queues or change notes. Set once, before the first write.
  virtual void on_change(std::function<void(DirtyFlags)> notice) = 0;

  virtual StoreHealth health() const = 0;
  /// "sqlite" or "postgresql".
  virtual std::string kind() const = 0;
  /// A consistent copy while others write. errors  invalid: this engine has its own tool
  virtual Result<void> backup(const std::string& file) = 0;
  /// Integrity of the file and of what Deskwire promises about its rows; one problem a line.
  virtual Result<std::vector<std::string>> verify() = 0;
};

}  // namespace dw
