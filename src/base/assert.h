// DW_ASSERT: a promise inside our own code, checked in release too. Inside jobs/ a broken one
// parks the event (engine/inbox catches Defect); anywhere else it ends the process with exit 70.
#pragma once
#include <stdexcept>
#include <string>

namespace dw {

/// A defect in Deskwire. Nobody but engine/inbox and main() catches it.
class Defect : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void raise_defect(const char* condition, const char* why, const char* file, int line);

}  // namespace dw

#define DW_ASSERT(condition, why)                                              \
  do {                                                                         \
    if (!(condition)) ::dw::raise_defect(#condition, why, __FILE__, __LINE__); \
  } while (false)
