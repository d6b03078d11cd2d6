// Errors as exit codes, the one table of it (docs: README, "Exit codes").
#pragma once
#include "base/defect.h"  // exit_defect
#include "base/error.h"

namespace dw {

constexpr int exit_found = 1;  ///< it ran, and found something to act on
constexpr int exit_usage = 2;
constexpr int exit_unreachable = 69;
constexpr int exit_locked = 75;
constexpr int exit_configuration = 78;

inline int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid:
      return exit_usage;
    case ErrorKind::busy:
      return exit_locked;
    case ErrorKind::unreachable:
    case ErrorKind::unsure:
    case ErrorKind::full:
      return exit_unreachable;
    case ErrorKind::denied:
    case ErrorKind::missing:
    case ErrorKind::conflict:
      return exit_found;
  }
  return exit_defect;
}

}  // namespace dw
