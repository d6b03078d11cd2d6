// Slack tells of a message that mentions the app by two events, in any order: one for messages,
// which has its files, and one for mentions, which alone comes where the app reads no messages.
// What is said counts once. Pure.
#pragma once
#include <optional>

#include "jobs/storm/thread_command.h"
#include "ports/plan.h"

namespace dw {

/// When the author is asked for: what a mention alone says waits for the other event.
std::optional<TimePoint> first_attempt_of(const ThreadCommand& command, TimePoint now);

/// `twin`: what the other event of the message has asked. It gives way while it waits; else what
/// `command` has besides, its files, goes along behind it. False: it has nothing.
bool goes_on_from_twin(Plan& plan, const Delivery& twin, ThreadCommand& command, TimePoint now);

}  // namespace dw
