#include "jobs/volume/live.h"

#include <algorithm>
#include <cmath>

#include "jobs/volume/rows.h"
#include "jobs/volume/volume.h"

namespace dw {

double shown_expected(const ScoredHour& hour) {
  return std::round(hour.law.mean * 100) / 100;
}

const Shape<LiveHour>& shape_for(const LiveHour*) {
  static const auto shape =
      Shape<LiveHour>("LiveVolume")
          .add("hour", [](const LiveHour& one) { return one.judged.hour; })
          .add("count", [](const LiveHour& one) { return one.judged.count; })
          .add("expected", [](const LiveHour& one) { return shown_expected(one.judged); })
          .add("is_spike", [](const LiveHour& one) { return one.judged.mark == Verdict::spike; });
  return shape;
}

/// Hours are judged together: one replay for all that changed.
LiveTopic volume_topic(DetectorConfig judging) {
  const auto show = [judging = std::move(judging)](
                        ReadDb& db, const std::vector<int64_t>& ids,
                        TimePoint) -> Result<std::map<int64_t, json::object>> {
    std::map<int64_t, json::object> out;
    const auto [first, last] = std::minmax_element(ids.begin(), ids.end());
    if (first == ids.end()) return out;
    const TimePoint from = replay_from(TimePoint(Millis(*first)), judging);
    DW_TRY(const std::vector<HourCount> hours,
           volume::hours(db, from, TimePoint(Millis(*last)) + Millis(1)));
    DetectorConfig with_feedback = judging;
    DW_TRY(with_feedback.feedback, volume::feedback(db));
    for (const ScoredHour& one : replay(hours, with_feedback).hours) {
      const int64_t id = one.hour.time_since_epoch().count();
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) out[id] = shape_of(LiveHour{one});
    }
    return out;
  };
  return {"volume", json_type<LiveHour>(), show};
}

}  // namespace dw
