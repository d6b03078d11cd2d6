// How deep each queue was, minute by minute, for as long as this program runs and at most a day.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace dw {

class QueueHistory {
 public:
  static constexpr Millis every{60'000};
  static constexpr size_t points_max = 24 * 60;

  struct Depths {
    TimePoint until{};  ///< when the newest was taken
    /// Oldest first, a minute apart; nothing where the depth was not known. Empty: never looked.
    std::vector<std::optional<int64_t>> depths;
  };

  /// Minutes in which nobody looked become unknown ones.
  void add(const std::string& queue, TimePoint at, std::optional<int64_t> depth);
  Depths of(const std::string& queue) const;

 private:
  std::map<std::string, Depths> known_;
};

}  // namespace dw
