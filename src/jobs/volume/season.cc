#include "jobs/volume/season.h"

namespace dw {

Season::Season(const std::string& zone_name, const std::vector<int64_t>& holidays)
    : local_(zone_name), holidays_(holidays.begin(), holidays.end()) {}

SeasonSlot Season::of(TimePoint hour) {
  const LocalHour local = local_.at(hour);
  SeasonSlot out{local.hour, local.hour_of_week(), false};
  if (!holidays_.empty() && holidays_.contains(local.day)) {
    out.slot = holiday_slots_from + local.hour;
    out.is_holiday = true;
  }
  return out;
}

}  // namespace dw
