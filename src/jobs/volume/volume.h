// The job of the ticket volume: an hour was counted; what is out of line, who is told.
//
// Kind `volume.counted`: {"latest": ms, "tags": {…} or null}. The counts are in
// the store already. Incidents are found by replaying the stored hours, matched with those that
// were written down, and told once.
#pragma once
#include "config/volume_section.h"
#include "jobs/volume/replay.h"
#include "ports/job.h"

namespace dw {

struct VolumeParts {
  VolumeSettings settings;
  Judging judging;
  std::string public_url;
};

/// What became of the latest hour.
struct Assessment {
  Replay replay;
  std::vector<VolumeIncident> changed;  ///< to be written down
  std::vector<Delivery> deliveries;
};

/// Pure: `hours` up to the latest, `known` incidents of the last days. `tags`, encoded, belong to
/// what the latest hour is part of.
Assessment assess(std::span<const HourCount> hours, const std::vector<VolumeIncident>& known,
                  const json::value& tags, const VolumeParts& parts, TimePoint now);

/// {"hour","count","expected","change_percent","probability","once_in_hours","mark","basis",
/// "method"} of a judged hour.
json::object hour_summary(const JudgedHour& hour, const Judging& judging);

struct VolumeView {
  std::vector<HourCount> hours;           ///< ascending
  std::vector<VolumeIncident> incidents;  ///< of the last days, oldest first
};

class Volume : public JobOf<VolumeView> {
 public:
  explicit Volume(VolumeParts parts) : parts_(std::move(parts)) {}
  std::string_view name() const override { return "volume"; }
  bool takes(std::string_view kind) const override { return kind == "volume.counted"; }
  Result<VolumeView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const VolumeView& view) const override;

 private:
  VolumeParts parts_;
};

/// From when stored hours are replayed: older ones weigh next to nothing.
TimePoint replay_from(TimePoint latest, const Judging& judging);

}  // namespace dw
