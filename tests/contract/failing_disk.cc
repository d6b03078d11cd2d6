#include "contract/failing_disk.h"

#include <sqlite3.h>

namespace dw {
namespace {

FailingDisk* current = nullptr;
sqlite3_vfs* real = nullptr;
sqlite3_vfs failing{};
const sqlite3_io_methods* real_methods = nullptr;
sqlite3_io_methods methods{};

bool takes_one(std::atomic<int>& left) {
  if (left == 0) return false;
  --left;
  return true;
}

int sync(sqlite3_file* log, int how) {
  if (takes_one(current->syncs_to_fail)) return SQLITE_IOERR_FSYNC;
  return real_methods->xSync(log, how);
}

int write(sqlite3_file* log, const void* bytes, int count, sqlite3_int64 at) {
  if (takes_one(current->writes_to_fail)) return SQLITE_FULL;
  ++current->writes;
  current->bytes_written += count;
  return real_methods->xWrite(log, bytes, count, at);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
  const int code = real->xOpen(real, name, file, flags, given);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
  real_methods = file->pMethods;
  methods = *file->pMethods;
  methods.xSync = sync;
  methods.xWrite = write;
  file->pMethods = &methods;
  return code;
}

}  // namespace

FailingDisk::FailingDisk() {
  current = this;
  real = sqlite3_vfs_find(nullptr);
  failing = *real;
  failing.zName = "failing";
  failing.xOpen = open;
  sqlite3_vfs_register(&failing, 1);
}

FailingDisk::~FailingDisk() {
  sqlite3_vfs_unregister(&failing);
  sqlite3_vfs_register(real, 1);
  current = nullptr;
}

}  // namespace dw
