#include "net/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace dw {
namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> write_private(const std::string& path, std::string_view text, mode_t mode) {
  const std::string draft = fmt::format("{}.{}.new", path, ::getpid());
  ::unlink(draft.c_str());  // of a process that died, and had our number
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool is_written = descriptor >= 0 && ::fchmod(descriptor, mode) == 0 &&
                    write_all(descriptor, text) && ::fsync(descriptor) == 0;
  is_written = is_written && std::rename(draft.c_str(), path.c_str()) == 0;
  const int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (is_written) return {};
  if (descriptor >= 0) ::unlink(draft.c_str());
  return Error{ErrorKind::full, path, fmt::format("can't be written: {}", std::strerror(why))};
}

}  // namespace dw
