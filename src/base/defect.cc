#include "base/defect.h"

#include <cstdlib>
#include <exception>

#include "base/log.h"

namespace dw {
namespace {

[[noreturn]] void end_now() {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
    log_error("defect", "the program was ended without an exception");
  } catch (const std::exception& defect) {
    log_error("defect", defect.what());
  } catch (...) {
    log_error("defect", "something that is not an exception was thrown");
  }
  std::_Exit(exit_defect);
}

}  // namespace

void end_on_defects() {
  std::set_terminate(end_now);
}

}  // namespace dw
