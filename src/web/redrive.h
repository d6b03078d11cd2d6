// Dead letters of an embedded queue go back to where they came from: the API's and SQS's way.
#pragma once
#include <string>

#include "ports/store.h"

namespace dw {

/// Moves what is in `dead_queue` now, in pieces, with a line in the audit list; how many.
Task<Result<int64_t>> redrive(Store& store, Clock& clock, std::string dead_queue, std::string who);

}  // namespace dw
