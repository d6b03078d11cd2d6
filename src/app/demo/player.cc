#include "app/demo/player.h"

namespace dw::demo {

Player::Player(std::vector<Happening> day, int from)
    : day_(std::move(day)), from_(from), minute_(from) {
  again();
  round_ = 1;
}

std::vector<Happening> Player::advance(Millis passed) {
  constexpr double millis_in_minute = 60'000;
  std::vector<Happening> out;
  if (is_over()) return out;
  minute_ += static_cast<double>(passed.count()) * speed_ / millis_in_minute;
  while (next_ < day_.size() && day_[next_].minute <= minute_ && speed_ > 0) {
    Happening due = day_[next_++];
    if (round_ > 1) due.incident += "-" + std::to_string(round_);
    out.push_back(std::move(due));
  }
  return out;
}

void Player::again() {
  ++round_;
  minute_ = from_;
  next_ = 0;
  while (next_ < day_.size() && day_[next_].minute < from_) ++next_;
}

}  // namespace dw::demo
