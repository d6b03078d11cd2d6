// Opens the store that store.url names.
#pragma once
#include <memory>
#include <string>

#include "ports/store.h"

namespace dw {

enum class OpenMode {
  serve,  ///< the daemon: on SQLite it holds the lock, and a second one is told who has it
  visit,  ///< a command beside a daemon that may be running
  look,   ///< the same, of a store that is there: no file and no table is made
};

/// `url`: "sqlite:PATH", "sqlite::memory:", "postgresql://user:pw@host/db?sslmode=…". Migrates.
/// Without a loop the store has no threads and works for its caller.
/// errors  busy: another process serves this file; conflict: not ours, or of a newer version;
///         missing: there is none to look at;
///         full, unreachable: can't be opened
Result<std::unique_ptr<Store>> open_store(const std::string& url, OpenMode mode, Loop* loop);

}  // namespace dw
