#include "connectors/tables/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"

namespace dw {
namespace {

/// A file that is replaced has another inode, one that is written to another time or size.
std::string version_of(const struct stat& about) {
  return fmt::format("{} {}.{:09} {}", about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec,
                     about.st_ino);
}

class FileBytes : public ByteSource {
 public:
  FileBytes(int fd, std::string path, std::string version)
      : fd_(fd), path_(std::move(path)), version_(std::move(version)) {}
  ~FileBytes() override { ::close(fd_); }

  Task<Result<size_t>> read(std::span<char> into) override {
    ssize_t bytes = 0;
    do {
      bytes = ::read(fd_, into.data(), into.size());
    } while (bytes < 0 && errno == EINTR);
    if (bytes < 0) co_return Error{ErrorKind::unreachable, path_, std::strerror(errno)};
    if (bytes == 0) {
      struct stat about {};
      if (::fstat(fd_, &about) != 0 || version_of(about) != version_) {
        co_return Error{ErrorKind::conflict, path_,
                        "was written to while it was read: run again when it is complete"};
      }
    }
    co_return static_cast<size_t>(bytes);
  }

 private:
  int fd_;
  std::string path_, version_;
};

}  // namespace

bool is_report_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.starts_with(".") || name.starts_with("~$")) return false;
  const std::string lower = to_lower(name);
  return lower.ends_with(".csv") || lower.ends_with(".xlsx") || lower.ends_with(".xlsm");
}

const FoundReport* newest_of(std::span<const FoundReport> found) {
  const FoundReport* newest = nullptr;
  for (const FoundReport& one : found) {
    const bool is_newer = newest == nullptr || one.changed_at > newest->changed_at ||
                          (one.changed_at == newest->changed_at && one.is.name > newest->is.name);
    if (is_newer) newest = &one;
  }
  return newest;
}

Result<std::optional<FoundReport>> find_newest_file(const std::string& path) {
  struct stat about {};
  const auto found = [&](const std::string& name) {
    const TimePoint at(Millis(about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1'000'000));
    return FoundReport{{name, version_of(about)}, at, ""};
  };
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return std::optional<FoundReport>();
    return Error{ErrorKind::denied, path, std::strerror(errno)};
  }
  if (!S_ISDIR(about.st_mode)) return std::optional(found(path));
  std::vector<FoundReport> all;
  std::error_code failed;
  std::filesystem::directory_iterator files(path, failed);
  for (; !failed && files != std::filesystem::directory_iterator(); files.increment(failed)) {
    const std::string name = files->path().string();
    if (!is_report_name(name) || ::stat(name.c_str(), &about) != 0) continue;
    if (S_ISREG(about.st_mode)) all.push_back(found(name));
  }
  if (failed) return Error{ErrorKind::denied, path, failed.message()};
  const FoundReport* newest = newest_of(all);
  if (newest == nullptr) return std::optional<FoundReport>();
  return std::optional(*newest);
}

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
  return std::unique_ptr<ByteSource>(std::make_unique<FileBytes>(fd, path, version_of(about)));
}

}  // namespace dw
