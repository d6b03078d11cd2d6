#include "engine/in_order.h"

#include <fmt/format.h>

#include <functional>

#include "base/json.h"

namespace dw {
namespace {

/// Also for an event whose caller gives up while it waits.
class AtEnd {
 public:
  explicit AtEnd(std::function<void()> run) : run_(std::move(run)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { run_(); }

 private:
  std::function<void()> run_;
};

bool is_said(std::string_view kind) {
  return kind == "chat.message" || kind == "chat.edit" || kind == "chat.delete" ||
         kind == "chat.reaction";
}

/// "1771290107.000400" with its seconds in a fixed width; empty: it is no time.
std::string sortable(std::string_view time) {
  const size_t point = time.find('.');
  constexpr size_t width = 20;
  const bool is_time = point != std::string_view::npos && point > 0 && point <= width &&
                       time.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!is_time) return "";
  return std::string(width - point, '0') + std::string(time);
}

/// When it was said or done: the last part of the key, "C1/100.1" or "C1/100.1/101.5"; else now.
std::string said_at(const Event& event) {
  const std::string_view key = event.key;
  std::string at = sortable(key.substr(key.rfind('/') + 1));
  if (!at.empty()) return at;
  const int64_t millis = event.at.time_since_epoch().count();
  return sortable(fmt::format("{}.{:03}", millis / 1000, millis % 1000));
}

}  // namespace

Task<void> InOrder::wait_for_slot(const Event& event) {
  if (!is_said(event.kind)) co_return;
  const std::string name = JsonView(event.body)["channel"].text().value_or("");
  Waiting waiting(loop_, clock_);
  const Monotonic until = clock_.monotonic() + window_;
  const auto channels = channels_;  // shared: see the header
  Channel& channel = (*channels)[name];
  const auto place = channel.emplace(said_at(event), &waiting);
  const AtEnd end([&channels, &name, place] { leave(*channels, name, place); });
  while (!waiting.is_due && clock_.monotonic() < until) co_await waiting.turn.wait(until);
  waiting.is_due = true;
  // What was said before this and came later goes first.
  while (channel.begin() != place) {
    make_due(channel, place);
    co_await waiting.turn.wait(clock_.monotonic() + window_);
  }
}

void InOrder::make_due(Channel& channel, Channel::iterator until) {
  for (auto one = channel.begin(); one != until; ++one) {
    if (one->second->is_due) continue;
    one->second->is_due = true;
    one->second->turn.notify();
  }
}

void InOrder::leave(Channels& channels, const std::string& name, Channel::iterator place) {
  const auto found = channels.find(name);
  found->second.erase(place);
  if (found->second.empty()) {
    channels.erase(found);
    return;
  }
  Waiting& next = *found->second.begin()->second;
  if (next.is_due) next.turn.notify();
}

size_t InOrder::waiting() const {
  size_t count = 0;
  for (const auto& [name, channel] : *channels_) count += channel.size();
  return count;
}

}  // namespace dw
