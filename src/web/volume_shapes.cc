#include "web/volume_shapes.h"

#include "jobs/volume/live.h"

namespace dw {

ShownHour shown_hour(const ScoredHour& judged, const DetectorConfig& judging) {
  ShownHour out{judged, band_of(judged, judging), {}};
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
              "low", [](const ShownHour& one) { return one.band.low; }, "of what is usual")
          .add("high", [](const ShownHour& one) { return one.band.high; })
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
  static const auto shape = Shape<ShownVolume>("Volume")
                                .add_words("method", {"seasonal", "mean"}, method)
                                .add("sensitivity", rule(&DetectorConfig::sensitivity))
                                .add("threshold", rule(&DetectorConfig::threshold))
                                .add("timezone", rule(&DetectorConfig::timezone))
                                .add("is_trial", &ShownVolume::is_trial)
                                .add("hours", &ShownVolume::hours)
                                .add("alerts", &ShownVolume::incidents, "periods out of line")
                                .add("incidents", &ShownVolume::incidents,
                                     "the same as alerts; its name of 0.1.0, for one release");
  return shape;
}

}  // namespace dw
