// The store: durable rows and transactions. Two engines stand behind it, SQLite and PostgreSQL,
// and pass one contract suite (tests/contract/store_test.cc).
//
// write() runs many pieces of work in one commit, each under a savepoint of its own; read() sees
// the last commit and never waits for writers. A piece of work lives inside one transaction, on
// the store's own thread, and its calls over Db are plain.
#pragma once
#include <functional>
#include <string>
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

using WriteWork = std::function<Result<void>(Db&)>;
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
