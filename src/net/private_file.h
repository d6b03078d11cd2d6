// Files that hold secrets, or stand beside them: written as a whole, with the permissions that
// they are meant to have.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace dw {

/// Writes beside `path`, to the disk, and then in its place: a crash leaves the old file or the
/// new one. Nobody whom `mode` keeps out can read any of it meanwhile.
///
/// in      mode   0600: what the file has afterwards, whatever the process's mask is
/// errors  full: why it can't be written; what was at `path` stays
Result<void> write_private(const std::string& path, std::string_view text, mode_t mode);

}  // namespace dw
