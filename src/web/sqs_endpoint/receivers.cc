#include "web/sqs_endpoint/receivers.h"

#include <algorithm>

namespace dw {

Receivers::Place::Place(Receivers& receivers, QueueReceive wanted, std::function<bool()> is_gone)
    : receivers_(receivers),
      line_(receivers.lines_[wanted.queue]),
      wake_(receivers.loop_, receivers.clock_),
      wanted_(std::move(wanted)),
      is_gone_(std::move(is_gone)) {
  at_ = line_.insert(line_.end(), this);
  ++receivers_.size_;
}

Receivers::Place::~Place() {
  if (chosen_by_ != nullptr) chosen_by_->place_ = nullptr;  // all that waits is taken apart
  const bool was_first = is_first();
  if (is_in_line_) line_.erase(at_);
  --receivers_.size_;
  // There may be more than the first has taken, and the next has not looked yet.
  if (was_first && !line_.empty()) line_.front()->wake_.notify();
}

Task<void> Receivers::Place::wait(Monotonic until) {
  is_waiting_ = true;
  co_await wake_.wait(until);
  has_waited_ = true;
  const std::optional<Monotonic> no_end;
  while (chosen_by_ != nullptr) co_await wake_.wait(no_end);
  is_waiting_ = has_waited_ = false;
}

Receivers::Choice::Choice(Receivers& receivers, const std::string& queue) {
  const auto found = receivers.lines_.find(queue);
  if (found == receivers.lines_.end()) return;
  std::list<Place*>& line = found->second;
  const auto first = std::find_if(line.begin(), line.end(), [](const Place* place) {
    return place->is_waiting_ && !(place->is_gone_ && place->is_gone_());
  });
  if (first == line.end()) return;
  place_ = *first;
  changes_before_ = receivers.changes_;
  place_->chosen_by_ = this;
  place_->is_in_line_ = false;
  line.erase(first);
}

Receivers::Choice::~Choice() {
  give({});
}

void Receivers::Choice::give(std::vector<QueueMessage> messages) {
  if (place_ == nullptr) return;
  Place& place = *std::exchange(place_, nullptr);
  place.chosen_by_ = nullptr;
  place.given_ = std::move(messages);
  const bool is_empty = place.given_.empty();
  if (is_empty) place.at_ = place.line_.insert(place.line_.begin(), &place);
  if (is_empty) place.is_in_line_ = true;
  const bool is_asked = place.has_waited_ || place.receivers_.changes_ != changes_before_;
  if (!is_empty || is_asked) place.wake_.notify();
}

std::vector<std::string> Receivers::queues() const {
  std::vector<std::string> out;
  for (const auto& [queue, line] : lines_) {
    if (!line.empty()) out.push_back(queue);
  }
  return out;
}

void Receivers::notify(const std::string& queue) {
  const auto found = lines_.find(queue);
  if (found == lines_.end() || found->second.empty()) return;
  found->second.front()->wake_.notify();
}

void Receivers::notify_gone() {
  for (auto& [queue, line] : lines_) {
    for (Place* place : line) {
      if (place->is_waiting_ && place->is_gone_ && place->is_gone_()) place->wake_.notify();
    }
  }
}

void Receivers::notify_all() {
  note_change();
  for (auto& [queue, line] : lines_) {
    for (Place* place : line) place->wake_.notify();
  }
}

}  // namespace dw
