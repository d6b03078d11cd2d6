#include "net/temp_file.h"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace dw {

Result<ScratchFile> ScratchFile::make() {
  const char* folder = std::getenv("TMPDIR");
  std::string name = std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp");
  name += "/deskwire-" + std::string(6, 'X');  // mkstemp fills them in
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) {
    return Error{ErrorKind::full, "scratch file", "can't create " + name};
  }
  ::unlink(name.c_str());
  return ScratchFile(descriptor);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), bytes_(other.bytes_) {}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool ScratchFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), bytes_);
    if (written <= 0) return false;
    bytes_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

int64_t ScratchFile::read_at(int64_t offset, char* out, size_t count) const {
  return ::pread(descriptor_, out, count, offset);
}

}  // namespace dw
