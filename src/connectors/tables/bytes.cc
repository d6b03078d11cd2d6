#include "connectors/tables/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dw {
namespace {

class FileBytes : public ByteSource {
 public:
  FileBytes(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~FileBytes() override { ::close(fd_); }

  Task<Result<size_t>> read(std::span<char> into) override {
    ssize_t bytes = 0;
    do {
      bytes = ::read(fd_, into.data(), into.size());
    } while (bytes < 0 && errno == EINTR);
    if (bytes < 0) co_return Error{ErrorKind::unreachable, path_, std::strerror(errno)};
    co_return static_cast<size_t>(bytes);
  }

 private:
  int fd_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const bool is_missing = errno == ENOENT;
    return Error{is_missing ? ErrorKind::missing : ErrorKind::denied, path,
                 is_missing ? "there is no such file" : std::strerror(errno)};
  }
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(fd);
    return Error{ErrorKind::invalid, path, "is not a regular file"};
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileBytes>(fd, path));
}

}  // namespace dw
