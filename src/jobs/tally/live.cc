#include "jobs/tally/live.h"

#include "domain/day.h"
#include "jobs/tally/rows.h"

namespace dw {

const Shape<TallyBar>& shape_for(const TallyBar*) {
  static const auto shape = Shape<TallyBar>("TallyBar")
                                .add("channel", &TallyBar::channel)
                                .add("username", &TallyBar::username)
                                .add("name", &TallyBar::name)
                                .add("updates", &TallyBar::updates);
  return shape;
}

LiveTopic tally_topic(std::string timezone) {
  const auto show = [timezone = std::move(timezone)](
                        ReadDb& db, const std::vector<int64_t>& ids,
                        TimePoint now) -> Result<std::map<int64_t, json::object>> {
    std::map<int64_t, json::object> out;
    const TimePoint today = day_start(now, timezone);
    for (const int64_t id : ids) {
      DW_TRY(const auto bar, tally::bar(db, id, today));
      if (bar) out[id] = shape_of(*bar);
    }
    return out;
  };
  return {"tally", json_type<TallyBar>(), show};
}

}  // namespace dw
