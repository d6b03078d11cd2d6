// What Deskwire promises about its rows, checked: `deskwire store verify`.
#pragma once
#include <string>
#include <vector>

#include "ports/db.h"

namespace dw {

/// Adds one problem a line.
Result<void> verify_rows(ReadDb& db, std::vector<std::string>& problems);

}  // namespace dw
