// Where a file's bytes come from: this machine, or S3 in ranges.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "net/task.h"

namespace dw {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes of the file; 0: its end.
  virtual Task<Result<size_t>> read(std::span<char> into) = 0;
};

/// errors  missing, denied: as the machine says
Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);

}  // namespace dw
