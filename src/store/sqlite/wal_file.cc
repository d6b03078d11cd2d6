#include "store/sqlite/wal_file.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace dw {
namespace {

constexpr const char* vfs_name = "deskwire";
/// More is written in pieces, so that a large transaction takes no more memory.
constexpr size_t gathered_bytes_max = 128 * 1024;
/// https://www.sqlite.org/fileformat2.html#the_write_ahead_log, read 2026-11-29.
constexpr int frame_header_bytes = 24;
constexpr size_t commit_mark_at = 4, commit_mark_bytes = 4;

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
  return found;
}

/// A log that is open. SQLite gives the memory: the system's own file is right behind this one.
///
/// What is gathered is nobody's but this connection's: the frames of a transaction count for others
/// once its last one is marked as a commit, and with that one all goes to the file before SQLite
/// hears that it was written. So an error is an error of a write, as without this, and the
/// durability of a commit is SQLite's own call of sync, which comes after.
class WalFile {
 public:
  explicit WalFile(sqlite3_file* inner) : inner_(inner) {}

  int write(const void* bytes, int count, sqlite3_int64 at) {
    const auto size = static_cast<size_t>(count);
    const bool is_next = at == end_ && may_gather();
    if (!is_next || gathered_.size() + size > gathered_bytes_max) {
      const int written = flush();
      if (written != SQLITE_OK) return written;
    }
    end_ = at + count;
    if (!is_next) return inner_->pMethods->xWrite(inner_, bytes, count, at);
    gathered_.append(static_cast<const char*>(bytes), size);
    if (count == frame_header_bytes) {
      is_commit_ = has_commit_mark(static_cast<const char*>(bytes));
      return SQLITE_OK;
    }
    return std::exchange(is_commit_, false) ? flush() : SQLITE_OK;
  }

  /// What is not written is given up with the error: SQLite rolls the transaction back.
  int flush() {
    if (gathered_.empty()) return SQLITE_OK;
    const auto size = static_cast<int>(gathered_.size());
    const int written = inner_->pMethods->xWrite(inner_, gathered_.data(), size, end_ - size);
    gathered_.clear();
    return written;
  }

  sqlite3_file* inner() { return inner_; }

 private:
  static bool has_commit_mark(const char* header) {
    const char* mark = header + commit_mark_at;
    return std::any_of(mark, mark + commit_mark_bytes, [](char byte) { return byte != 0; });
  }
  /// Elsewhere SQLite pads a commit to whole sectors, behind the frame that is marked.
  bool may_gather() const {
    const int promises = inner_->pMethods->xDeviceCharacteristics(inner_);
    return (promises & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
  }

  sqlite3_file* inner_;
  std::string gathered_;
  sqlite3_int64 end_ = 0;  ///< of what was written last, and of what is gathered
  bool is_commit_ = false;
};

struct OpenFile {
  sqlite3_file base;
  alignas(WalFile) std::byte wal[sizeof(WalFile)];
};

constexpr size_t inner_at = (sizeof(OpenFile) + alignof(std::max_align_t) - 1) /
                            alignof(std::max_align_t) * alignof(std::max_align_t);

WalFile& wal(sqlite3_file* file) {
  return *std::launder(reinterpret_cast<WalFile*>(reinterpret_cast<OpenFile*>(file)->wal));
}

/// Forwards a call behind what was gathered.
template <class Call>
int behind(sqlite3_file* file, Call call) {
  const int written = wal(file).flush();
  return written == SQLITE_OK ? call(wal(file).inner()) : written;
}

int close(sqlite3_file* file) {
  // Frames without a commit: nobody will miss them.
  sqlite3_file* inner = wal(file).inner();
  std::destroy_at(&wal(file));
  return inner->pMethods->xClose(inner);
}

int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 at) {
  return behind(
      file, [&](sqlite3_file* inner) { return inner->pMethods->xRead(inner, bytes, count, at); });
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  return wal(file).write(bytes, count, at);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return behind(file, [&](sqlite3_file* inner) { return inner->pMethods->xTruncate(inner, size); });
}

int sync(sqlite3_file* file, int flags) {
  return behind(file, [&](sqlite3_file* inner) { return inner->pMethods->xSync(inner, flags); });
}

int size_of(sqlite3_file* file, sqlite3_int64* size) {
  return behind(file, [&](sqlite3_file* inner) { return inner->pMethods->xFileSize(inner, size); });
}

int lock(sqlite3_file* file, int level) {
  return behind(file, [&](sqlite3_file* inner) { return inner->pMethods->xLock(inner, level); });
}

int unlock(sqlite3_file* file, int level) {
  return behind(file, [&](sqlite3_file* inner) { return inner->pMethods->xUnlock(inner, level); });
}

int is_reserved(sqlite3_file* file, int* out) {
  return behind(
      file, [&](sqlite3_file* inner) { return inner->pMethods->xCheckReservedLock(inner, out); });
}

int control(sqlite3_file* file, int what, void* argument) {
  return behind(file, [&](sqlite3_file* inner) {
    return inner->pMethods->xFileControl(inner, what, argument);
  });
}

int sector_size(sqlite3_file* file) {
  sqlite3_file* inner = wal(file).inner();
  return inner->pMethods->xSectorSize(inner);
}

int characteristics(sqlite3_file* file) {
  sqlite3_file* inner = wal(file).inner();
  return inner->pMethods->xDeviceCharacteristics(inner);
}

/// Version 1: a log has no shared memory and is not mapped.
constexpr sqlite3_io_methods wal_methods = {
    1,    close,  read,        write,   truncate,    sync,           size_of,
    lock, unlock, is_reserved, control, sector_size, characteristics};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* system = system_vfs();
  if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, name, file, flags, flags_out);
  auto* inner = reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + inner_at);
  file->pMethods = nullptr;
  const int opened = system->xOpen(system, name, inner, flags, flags_out);
  if (opened != SQLITE_OK) {
    // One that was opened in part is closed by whoever opened it.
    if (inner->pMethods != nullptr) inner->pMethods->xClose(inner);
    return opened;
  }
  new (reinterpret_cast<OpenFile*>(file)->wal) WalFile(inner);
  file->pMethods = &wal_methods;
  return SQLITE_OK;
}

}  // namespace

const char* vfs_with_gathered_log() {
  static sqlite3_vfs ours = *system_vfs();
  static const int registered = [] {
    ours.zName = vfs_name;
    ours.szOsFile += static_cast<int>(inner_at);
    ours.xOpen = open;
    return sqlite3_vfs_register(&ours, 0);
  }();
  return registered == SQLITE_OK ? vfs_name : nullptr;
}

}  // namespace dw
