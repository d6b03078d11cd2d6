#include "jobs/storm/twin_events.h"

#include "domain/file_link.h"
#include "records/deliveries.h"

namespace dw {
namespace {

/// `margin`: nobody begins to send what waits longer than this.
constexpr Millis pause{2'000}, margin{200};

}  // namespace

std::optional<TimePoint> first_attempt_of(const ThreadCommand& command, TimePoint now) {
  if (!command.is_mention_alone) return std::nullopt;
  return now + pause;
}

bool goes_on_from_twin(Plan& plan, const Delivery& twin, ThreadCommand& command, TimePoint now) {
  const bool is_waiting = twin.state == DeliveryState::pending && twin.attempts == 0 &&
                          twin.next_attempt_at.value_or(now) > now + margin;
  if (is_waiting && !command.is_mention_alone) {
    plan.changes.emplace_back(DropDelivery{twin.id, "another event told of the same message"});
    return true;
  }
  const bool has_more =
      !command.files.empty() && decode_thread_command(twin.reference).files.empty();
  if (!has_more) return false;
  command.key += "/files";
  command.text = attached(command.files);
  if (!command.is_talk()) command.word = "answer";
  return true;
}

}  // namespace dw
