// Who uses a store on PostgreSQL: every connection of a daemon or a command shares a lock, and a
// copy of the whole store holds it alone. The server lets go of it with the connection.
#pragma once
#include <memory>

#include "store/connection.h"

namespace dw {

/// For as long as this connection lives no copy of the store begins.
/// errors  busy: one is running
Result<void> share_store(Connection& db);

class StoreLock {
 public:
  /// errors  busy: a daemon or a command uses the store, and which
  static Result<std::unique_ptr<StoreLock>> take(Connection& db);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(Connection& db) : db_(db) {}
  Connection& db_;
};

}  // namespace dw
