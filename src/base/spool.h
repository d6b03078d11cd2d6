// A file without a name, for what is too large for memory and needed for a moment: it is gone when
// its owner is, whatever happens.
#pragma once
#include <cstdio>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace dw {

class Spool {
 public:
  /// In $TMPDIR, else /tmp. errors  full: no file can be made
  static Result<Spool> open();

  /// Appends. False: the disk is full.
  bool write(std::string_view bytes);
  /// The next bytes from the start, or from where the last read ended; 0 at the end.
  size_t read(char* into, size_t bytes_max);
  /// The next read() begins at the start.
  void rewind();
  int64_t bytes() const { return bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  explicit Spool(std::FILE* file) : file_(file) {}

  std::unique_ptr<std::FILE, Close> file_;
  int64_t bytes_ = 0;
};

}  // namespace dw
