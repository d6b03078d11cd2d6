// Files that lie at an outside system, fetched by the connector whose they are: it alone has the
// credentials, and it fetches from its own host and no other (promise 8).
#pragma once
#include <string_view>

#include "base/result.h"
#include "domain/payload.h"
#include "net/task.h"
#include "net/temp_file.h"

namespace dw {

class FileSource {
 public:
  virtual ~FileSource() = default;

  /// The address is one of this connector's own.
  virtual bool has(std::string_view url) const = 0;
  /// Streams the file into `into`, which lives until this has returned and counts only if this
  /// returns a value.
  ///
  /// out     how many bytes
  /// errors  denied, missing: it can't be had, ever; invalid: it is larger than bytes_max
  ///         busy, unreachable, unsure, full: not now
  virtual Task<Result<int64_t>> fetch(FileLink file, int64_t bytes_max, ScratchFile* into,
                                      Millis timeout) = 0;
};

}  // namespace dw
