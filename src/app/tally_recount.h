// Counting kept messages anew, when the pattern or the suffix of a channel has changed.
#pragma once
#include "app/core.h"

namespace dw {

/// Counts all messages of a channel whose text is still kept; how many they are. Others keep their
/// counts. Safe to run beside new messages: a newer text is never replaced.
Task<Result<int64_t>> recount(Core& core, std::string channel);

/// The channels whose counts were made with other rules than now.
Task<void> recount_changed(Core& core);

}  // namespace dw
