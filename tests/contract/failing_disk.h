// SQLite on a disk that counts what is written to its log, and fails when it is told to.
#pragma once
#include <atomic>
#include <cstdint>

namespace dw {

/// From its birth to its end, for every database that is opened meanwhile; one at a time.
class FailingDisk {
 public:
  FailingDisk();
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  std::atomic<int> syncs_to_fail = 0;   ///< with an error of the disk
  std::atomic<int> writes_to_fail = 0;  ///< as a full disk does
  std::atomic<int> writes = 0;
  std::atomic<int64_t> bytes_written = 0;
};

}  // namespace dw
