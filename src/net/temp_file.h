// A file on disk without a name, for bodies that are too large for memory. It is gone with the
// object, and with the process.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace dw {

class ScratchFile {
 public:
  /// In $TMPDIR, else /tmp. errors  full: it can't be made there
  static Result<ScratchFile> make();
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&& other) noexcept;
  ~ScratchFile();

  /// False if the disk is full; what is in the file then is of no use.
  bool append(std::string_view bytes);
  /// How many bytes were read into `out`; 0 at the end, -1 if the disk fails.
  int64_t read_at(int64_t offset, char* out, size_t count) const;
  int64_t bytes() const { return bytes_; }

 private:
  explicit ScratchFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
  int64_t bytes_ = 0;
};

}  // namespace dw
