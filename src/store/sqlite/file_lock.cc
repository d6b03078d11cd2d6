#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/text.h"

namespace dw {

Result<std::unique_ptr<FileLock>> FileLock::take(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) {
    const std::string reason = std::strerror(errno);
    std::error_code ignored;
    const std::string path = std::filesystem::absolute(file, ignored).lexically_normal().string();
    return Error{ErrorKind::full, "store",
                 fmt::format("cannot create {}: {}. The user who runs Deskwire must be able to "
                             "write to its folder: correct the folder's owner, or set store.url "
                             "to \"sqlite:PATH\" elsewhere",
                             path, reason)};
  }
  std::unique_ptr<FileLock> lock(new FileLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[128] = {};
    const ssize_t bytes = ::pread(fd, holder, sizeof holder - 1, 0);
    return Error{ErrorKind::busy, "store",
                 fmt::format("another deskwire serves this file ({}); stop it first, or give "
                             "this one another store.url",
                             bytes > 0 ? trim({holder, static_cast<size_t>(bytes)}) : "unknown")};
  }
  char host[64] = {};
  ::gethostname(host, sizeof host - 1);
  const std::string holder = fmt::format("pid {} on {}\n", ::getpid(), host);
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, holder.data(), holder.size(), 0) < 0) {
    return Error{ErrorKind::full, "store", file + " can't be written"};
  }
  return lock;
}

FileLock::~FileLock() {
  ::close(fd_);
}

}  // namespace dw
