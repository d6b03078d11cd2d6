// The lock of a SQLite store, in a file beside it: one process serves a file.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"

namespace dw {

/// Held while the process lives: the kernel lets go of it whatever ends the process.
class FileLock {
 public:
  /// errors  busy: another process holds it, by its number; full: the file can't be made
  static Result<std::unique_ptr<FileLock>> take(const std::string& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace dw
