// Where a file's bytes come from: this machine, or S3 in ranges.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "net/task.h"
#include "ports/table.h"

namespace dw {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes of the file; 0: its end.
  virtual Task<Result<size_t>> read(std::span<char> into) = 0;
};

/// A report that lies somewhere, and when it came there.
struct FoundReport {
  ReportVersion is;
  TimePoint changed_at{};
  std::string tag;  ///< S3's ETag
};

/// What a report of a folder may be called; not what starts with "." or "~$", which programs write
/// beside what they have open.
bool is_report_name(std::string_view path);

/// The one that came last; of two at one time the later name.
const FoundReport* newest_of(std::span<const FoundReport> found);

/// The file, or the newest report of a folder, by one stat of each. Nothing: there is none.
/// errors  denied: as the machine says
Result<std::optional<FoundReport>> find_newest_file(const std::string& path);

/// errors  missing, denied: as the machine says. Its reading ends in a conflict if the file was
///         written to meanwhile
Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);

}  // namespace dw
