// Which season an hour belongs to: the hour of the local week, or the hour of a holiday.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "domain/local_time.h"

namespace dw {

struct SeasonSlot {
  int hour_of_day = 0;
  int slot = 0;  ///< 0 to 167: hour of the week; 168 to 191: hour of a holiday
  bool is_holiday = false;
};
constexpr int season_slots = 192;
constexpr int holiday_slots_from = 168;

class Season {
 public:
  /// `holidays` are local days, as read_holidays() (holidays.h) gives them.
  Season(const std::string& zone_name, const std::vector<int64_t>& holidays);
  SeasonSlot of(TimePoint hour);
  LocalTime& local() { return local_; }

 private:
  LocalTime local_;
  std::unordered_set<int64_t> holidays_;
};

}  // namespace dw
