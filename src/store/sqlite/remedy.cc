#include "store/sqlite/remedy.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace dw {
namespace {

std::string remedy_of(int code, const std::string& where) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return fmt::format("free space on the disk of {}", where);
    case SQLITE_IOERR:
      return fmt::format(
          "check the disk of {}: it may be full, gone or defective (the kernel's log says which)",
          where);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fmt::format(
          "let this user write to {} and to its folder, on a disk that is mounted "
          "for writing",
          where);
    case SQLITE_CANTOPEN:
      return fmt::format("the folder of {} must exist, and this user must be able to write there",
                         where);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fmt::format(
          "{} is damaged, or is not a database: run deskwire store verify, and restore a backup",
          where);
    default:
      return {};
  }
}

}  // namespace

const char* const store_place = "the store (store.url)";

std::string with_remedy(std::string what, int code, const std::string& where) {
  const std::string remedy = remedy_of(code, where);
  return remedy.empty() ? what : what + ": " + remedy;
}

}  // namespace dw
