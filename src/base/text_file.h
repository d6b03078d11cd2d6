// Small files, whole or not at all: what a person wrote, and what older tools read beside us.
#pragma once
#include <string>

#include "base/result.h"

namespace dw {

/// As UTF-8 without a byte-order mark in front, which UTF-16 has.
/// errors  invalid: it can't be read (a folder can't), or has more than `bytes_max` bytes
Result<std::string> read_whole(const std::string& file, size_t bytes_max);

/// Replaces a file at once: a reader never sees half of it. errors  full: it can't be written
Result<void> write_whole(const std::string& file, const std::string& text);

}  // namespace dw
