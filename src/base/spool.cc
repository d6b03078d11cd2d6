#include "base/spool.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace dw {

Result<Spool> Spool::open() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/deskwire-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0) {
    return Error{ErrorKind::full, path, std::string("can't be made: ") + std::strerror(errno)};
  }
  ::unlink(path.c_str());
  std::FILE* file = ::fdopen(fd, "w+b");
  DW_ASSERT(file != nullptr, "a file that was just opened has a stream");
  return Spool(file);
}

bool Spool::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) return false;
  bytes_ += static_cast<int64_t>(bytes.size());
  return true;
}

size_t Spool::read(char* into, size_t bytes_max) {
  return std::fread(into, 1, bytes_max, file_.get());
}

void Spool::rewind() {
  std::fflush(file_.get());
  std::rewind(file_.get());
}

}  // namespace dw
