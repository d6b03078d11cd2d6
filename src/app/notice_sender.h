// Sends what waits, from the command line: the outbox of a daemon that lives until notices are out.
#pragma once
#include "app/core.h"

namespace dw {

/// Returns when no notice is on its way any more, or nothing has moved for `wait_max`. `is_alone`:
/// no daemon serves this store, so this process sends; else it waits for that one.
Task<Result<void>> send_notices(Core& core, bool is_alone, Millis wait_max);

}  // namespace dw
