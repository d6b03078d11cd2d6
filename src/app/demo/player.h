// The hand on the demo's day: how fast it plays, and what is due.
#pragma once
#include <vector>

#include "app/demo/day.h"
#include "base/clock.h"

namespace dw::demo {

class Player {
 public:
  /// Plays from the minute `from` on; what was before it is passed over.
  Player(std::vector<Happening> day, int from);

  /// Minutes of the day in a minute on the wall; 0: it stands still.
  void play_at(int speed) { speed_ = speed; }
  int speed() const { return speed_; }
  /// What was to happen in so many minutes falls due at once.
  void skip(int minutes) { minute_ += minutes; }
  /// What falls due while `passed` goes by on the wall.
  std::vector<Happening> advance(Millis passed);
  /// The day from its morning on once more; its incidents get numbers of their own.
  void again();

  int minute() const { return static_cast<int>(minute_); }
  bool is_over() const { return next_ == day_.size(); }
  const std::vector<Happening>& day() const { return day_; }

 private:
  std::vector<Happening> day_;
  size_t next_ = 0;
  int from_, speed_ = 60, round_ = 1;
  double minute_;
};

}  // namespace dw::demo
