#include "web/sqs_endpoint/receivers.h"

namespace dw {

Receivers::Place::Place(Receivers& receivers, const std::string& queue)
    : receivers_(receivers),
      line_(receivers.lines_[queue]),
      wake_(receivers.loop_, receivers.clock_) {
  line_.push_back(this);
  ++receivers_.size_;
}

Receivers::Place::~Place() {
  const bool was_first = is_first();
  line_.remove(this);
  --receivers_.size_;
  // There may be more than the first has taken, and the next has not looked yet.
  if (was_first && !line_.empty()) line_.front()->wake_.notify();
}

void Receivers::notify() {
  for (auto& [queue, line] : lines_) {
    if (!line.empty()) line.front()->wake_.notify();
  }
}

void Receivers::notify_all() {
  for (auto& [queue, line] : lines_) {
    for (Place* place : line) place->wake_.notify();
  }
}

}  // namespace dw
