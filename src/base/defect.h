// The last stop of an exception that nobody caught, on whatever thread.
#pragma once

namespace dw {

constexpr int exit_defect = 70;

/// From here on such an exception is logged and ends the process with 70, at once: nobody above it
/// knows what state it left behind, and what was accepted is on disk.
void end_on_defects();

}  // namespace dw
