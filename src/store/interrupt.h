// Breaks off what the store's connections do, from another thread and for good: at the end of the
// process nobody waits for a server that is silent, or for a query that takes its time.
#pragma once
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "base/assert.h"

namespace dw {

class Interrupt {
 public:
  Interrupt() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    DW_ASSERT(fd_ >= 0, "a process that starts has a file descriptor to spare");
  }
  ~Interrupt() { ::close(fd_); }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void raise() {
    is_raised_ = true;
    const int told = ::eventfd_write(fd_, 1);
    DW_ASSERT(told == 0, "nobody else writes to it");
  }
  bool is_raised() const { return is_raised_; }
  /// Readable from raise() on.
  int fd() const { return fd_; }

 private:
  int fd_;
  std::atomic<bool> is_raised_ = false;
};

/// A store and its connections share one: whichever of them lives longest.
using SharedInterrupt = std::shared_ptr<Interrupt>;

}  // namespace dw
