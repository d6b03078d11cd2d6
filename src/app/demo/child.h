// Another run of this very program as a child process: its commands, and the daemon that the demo
// kills and starts again. A child ends with its parent, however that ends.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace dw::demo {

class Child {
 public:
  /// Works in `folder`; what it prints goes to `log` there.
  Child(std::string folder, std::string log);
  /// Kills it.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// `deskwire WORDS…`. One that ran before has to have ended.
  /// errors  unreachable: there is no process to be had
  Result<void> start(std::vector<std::string> words);
  bool is_running();
  /// Nothing happens to one that has ended.
  void signal(int number);
  /// Of the last one that ended by itself; a killed one has 128 and the signal's number.
  std::optional<int> exit_code() const { return exit_code_; }
  /// What the one that runs has printed so far.
  std::string printed() const;

 private:
  std::string folder_, log_;
  pid_t pid_ = 0;
  off_t printed_before_ = 0;
  std::optional<int> exit_code_;
};

}  // namespace dw::demo
