#include "web/volume_shapes.h"

#include <algorithm>
#include <cmath>

#include "jobs/volume/live.h"

namespace dw {

Band usual_of(const ScoredHour& hour, const DetectorConfig& judging) {
  constexpr double tail = 0.1;
  if (judging.method == VolumeMethod::mean) {
    return {static_cast<int64_t>(std::floor(hour.law.mean * (1 - tail))),
            static_cast<int64_t>(std::ceil(hour.law.mean * (1 + tail)))};
  }
  const int64_t low = std::max<int64_t>(0, lower_limit(hour.law, tail) + 1);
  return {low, std::max(low, upper_limit(hour.law, tail) - 1)};
}

ShownHour shown_hour(const ScoredHour& judged, const DetectorConfig& judging) {
  ShownHour out{judged, band_of(judged, judging), {}, usual_of(judged, judging)};
  if (judging.method == VolumeMethod::seasonal) out.probability = tail_of(judged);
  return out;
}

const Shape<ImportedVolume>& shape_for(const ImportedVolume*) {
  static const auto shape = Shape<ImportedVolume>("VolumeImported")
                                .add("hours", &ImportedVolume::hours)
                                .add("from", &ImportedVolume::from)
                                .add("to", &ImportedVolume::to);
  return shape;
}

const Shape<ShownHour>& shape_for(const ShownHour*) {
  static const auto basis = [](const ShownHour& one) {
    return std::string(name_of(static_cast<BaselineSource>(one.judged.basis)));
  };
  static const auto shape =
      Shape<ShownHour>("VolumeHour")
          .add("hour", [](const ShownHour& one) { return one.judged.hour; })
          .add("count", [](const ShownHour& one) { return one.judged.count; })
          .add("expected", [](const ShownHour& one) { return shown_expected(one.judged); })
          .add(
              "low", [](const ShownHour& one) { return one.band.low; },
              "counts outside of low to high raise an alert")
          .add("high", [](const ShownHour& one) { return one.band.high; })
          .add(
              "usual_low", [](const ShownHour& one) { return one.usual.low; },
              "8 of 10 such hours lie between")
          .add("usual_high", [](const ShownHour& one) { return one.usual.high; })
          .add(
              "alarm", [](const ShownHour& one) { return one.band.high + 1; },
              "an alert begins at this count")
          .add("probability", &ShownHour::probability)
          .add("is_spike", [](const ShownHour& one) { return one.judged.mark == Verdict::spike; })
          .add("is_drop", [](const ShownHour& one) { return one.judged.mark == Verdict::drop; })
          .add("basis", basis, "what it is compared with");
  return shape;
}

const Shape<ShownVolume>& shape_for(const ShownVolume*) {
  static const auto rule = [](auto member) {
    return [member](const ShownVolume& one) { return one.judging.*member; };
  };
  static const auto method = [](const ShownVolume& one) {
    return std::string(one.judging.method == VolumeMethod::mean ? "mean" : "seasonal");
  };
  static const auto shape =
      Shape<ShownVolume>("Volume")
          .add_words("method", {"seasonal", "mean"}, method)
          .add("sensitivity", rule(&DetectorConfig::sensitivity))
          .add("threshold", rule(&DetectorConfig::threshold))
          .add("timezone", rule(&DetectorConfig::timezone))
          .add("is_trial", &ShownVolume::is_trial)
          .add("hours", &ShownVolume::hours)
          .add("alerts", &ShownVolume::incidents, "periods out of line")
          .add("incidents", &ShownVolume::incidents,
               "the same as alerts; its name of 0.1.0, for one release")
          .add("thresholds", &ShownVolume::thresholds, "what feedback has moved, by kind of hour");
  return shape;
}

}  // namespace dw
