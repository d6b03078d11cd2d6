// last_run_date.json, by which the older notices tool knew how far it was: read as the first
// watermark, and kept up to date where it is.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace dw {

constexpr const char* last_run_file = "last_run_date.json";  ///< in the working directory

/// {"last_run_date": "DD/MM/YYYY"}, strictly; the day as days since 1970.
/// errors  missing: no such file; invalid: anything else
Result<int32_t> read_last_run_date(const std::string& file);
/// errors  full: it can't be written
Result<void> write_last_run_date(const std::string& file, int32_t day);
/// Writes `day` into the one in the working directory, if there is one and it is behind. What can't
/// be written is logged.
void keep_last_run_date(int32_t day);

}  // namespace dw
