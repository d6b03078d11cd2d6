#include "store/sqlite/gathered_log.h"

#include <sqlite3.h>

#include <memory>
#include <new>
#include <vector>

#include "base/log.h"

namespace dw {
namespace {

constexpr const char* name = "deskwire";
/// Thirty pages. SQLite's own way to files takes 131,071 bytes at once and not one more (see
/// seekAndWriteFd() of its os_unix.c).
constexpr size_t pending_bytes_max = 124 * 1024;
/// Of the locks beside the log: who holds it may write (WAL_WRITE_LOCK of SQLite's format).
constexpr int writers_lock = 0;

/// Behind each file of SQLite's own, in the same piece of memory.
struct Gathering {
  const sqlite3_io_methods* own = nullptr;  ///< how SQLite does it
  sqlite3_io_methods methods{};             ///< those, but for what is gathered
  sqlite3_file* log = nullptr;              ///< of a database: its log, while that is open
  sqlite3_file* database = nullptr;         ///< of a log
  std::vector<char> pending;                ///< of a log: not written yet
  sqlite3_int64 pending_at = 0;             ///< where it goes
};

size_t own_bytes = 0;  // NOLINT: of SQLite's own file; set once, before the first is opened

void* behind(sqlite3_file* file) {
  return reinterpret_cast<char*>(file) + own_bytes;
}

Gathering& of(sqlite3_file* file) {
  return *std::launder(static_cast<Gathering*>(behind(file)));
}

/// Writes what is pending. After a failure it is gone, as the transaction is.
int flush(sqlite3_file* log) {
  Gathering& gathering = of(log);
  if (gathering.pending.empty()) return SQLITE_OK;
  const int code =
      gathering.own->xWrite(log, gathering.pending.data(),
                            static_cast<int>(gathering.pending.size()), gathering.pending_at);
  gathering.pending.clear();
  return code;
}

int write(sqlite3_file* log, const void* bytes, int count, sqlite3_int64 at) {
  Gathering& gathering = of(log);
  std::vector<char>& pending = gathering.pending;
  const auto size = static_cast<size_t>(count);
  const bool follows = at == gathering.pending_at + static_cast<sqlite3_int64>(pending.size());
  if (!pending.empty() && (!follows || pending.size() + size > pending_bytes_max)) {
    if (const int code = flush(log); code != SQLITE_OK) return code;
  }
  if (pending.empty()) gathering.pending_at = at;
  const auto* first = static_cast<const char*>(bytes);
  pending.insert(pending.end(), first, first + size);
  return SQLITE_OK;
}

int read(sqlite3_file* log, void* out, int count, sqlite3_int64 at) {
  if (const int code = flush(log); code != SQLITE_OK) return code;
  return of(log).own->xRead(log, out, count, at);
}

int truncate(sqlite3_file* log, sqlite3_int64 bytes) {
  if (const int code = flush(log); code != SQLITE_OK) return code;
  return of(log).own->xTruncate(log, bytes);
}

int sync(sqlite3_file* log, int how) {
  if (const int code = flush(log); code != SQLITE_OK) return code;
  return of(log).own->xSync(log, how);
}

int measure(sqlite3_file* log, sqlite3_int64* bytes) {
  if (const int code = flush(log); code != SQLITE_OK) return code;
  return of(log).own->xFileSize(log, bytes);
}

int close(sqlite3_file* file) {
  Gathering& gathering = of(file);
  const sqlite3_io_methods* own = gathering.own;
  if (gathering.database != nullptr) of(gathering.database).log = nullptr;
  std::destroy_at(&gathering);
  return own->xClose(file);
}

/// A committed transaction has synced before it lets go of the log: what is pending was taken back.
int lock(sqlite3_file* database, int first, int count, int flags) {
  Gathering& gathering = of(database);
  const bool ends_writing = (flags & SQLITE_SHM_UNLOCK) != 0 && first == writers_lock;
  if (ends_writing && gathering.log != nullptr) {
    of(gathering.log).pending.clear();
  }
  return gathering.own->xShmLock(database, first, count, flags);
}

int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* given) {
  sqlite3_vfs* plain = sqlite3_vfs_find(nullptr);
  const int code = plain->xOpen(plain, path, file, flags, given);
  if (file->pMethods == nullptr) return code;
  auto& gathering = *new (behind(file)) Gathering;
  gathering.own = file->pMethods;
  gathering.methods = *file->pMethods;
  gathering.methods.xClose = close;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) gathering.methods.xShmLock = lock;
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    gathering.methods.xWrite = write;
    gathering.methods.xRead = read;
    gathering.methods.xTruncate = truncate;
    gathering.methods.xSync = sync;
    gathering.methods.xFileSize = measure;
    gathering.database = sqlite3_database_file_object(path);
    of(gathering.database).log = file;
  }
  file->pMethods = &gathering.methods;
  return code;
}

bool register_once() {
  static sqlite3_vfs gathered = *sqlite3_vfs_find(nullptr);
  const auto size = static_cast<size_t>(gathered.szOsFile);
  own_bytes = (size + alignof(Gathering) - 1) / alignof(Gathering) * alignof(Gathering);
  gathered.szOsFile = static_cast<int>(own_bytes + sizeof(Gathering));
  gathered.zName = name;
  gathered.xOpen = open;
  return sqlite3_vfs_register(&gathered, 0) == SQLITE_OK;
}

}  // namespace

const char* gathered_log() {
  static const bool is_registered = register_once();
  if (is_registered) return name;
  log_debug("store", "the log's pages are written one by one");
  return nullptr;
}

}  // namespace dw
