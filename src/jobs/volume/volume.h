// The job of the ticket volume: hours are counted where tickets come in, judged, and told of.
//
// Kinds that it takes:
//   volume.look      {"at": ms or absent, "is_dry", "counts": [[ms, count], …] of a file}: a look
//   at
//                    the latest finished hour, or at one that is named
//   volume.backfill  {"since": ms, "counts"}: counts history
//   volume.cancel    {"run", "why"}: nobody waits for that run any more
//   volume.answered  what Zendesk answered to a question of a run
//
// A look that can do without a question ends in the commit of its event. Else it goes on with each
// answer (run.h): missing hours, one question each or through the history in bulk; then the hour is
// judged, and where it is out of line its tags are searched for. Incidents are found by replaying
// the stored hours, matched with those that were written down, and told once.
#pragma once
#include "config/volume_section.h"
#include "jobs/volume/births.h"
#include "jobs/volume/replay.h"
#include "jobs/volume/run.h"
#include "ports/job.h"

namespace dw {

constexpr std::string_view volume_look_kind = "volume.look";
constexpr std::string_view volume_backfill_kind = "volume.backfill";
constexpr std::string_view volume_cancel_kind = "volume.cancel";
constexpr std::string_view volume_answer_kind = "volume.answered";
/// In which questions wait; a look's never behind a backfill's.
constexpr const char* volume_look_lane = "volume:look";
constexpr const char* volume_backfill_lane = "volume:backfill";

struct VolumeParts {
  VolumeSettings settings;
  DetectorConfig judging;
  std::string public_url;
  std::string account{};  ///< the address of the Zendesk account; empty: there is no [zendesk]
};

/// What became of the latest hour.
struct Assessment {
  Replay replay;
  std::vector<VolumeAlert> changed;  ///< to be written down
  std::vector<Delivery> deliveries;
};

/// Pure: `hours` up to the latest, `known` incidents of the last days. `tags`, encoded, belong to
/// what the latest hour is part of.
Assessment assess(std::span<const HourCount> hours, const std::vector<VolumeAlert>& known,
                  const json::value& tags, const VolumeParts& parts, TimePoint now);

/// {"hour","count","expected","change_percent","probability","once_in_hours","mark","basis",
/// "method"} of a judged hour.
json::object hour_summary(const ScoredHour& hour, const DetectorConfig& judging);

struct VolumeView {
  std::vector<HourCount> hours;         ///< ascending
  std::vector<VolumeAlert> incidents;   ///< of the last days, oldest first
  std::vector<AlertFeedback> feedback;  ///< of all alerts
  std::optional<VolumeRun> run;  ///< that an answer is for, or that is open where another begins
  std::vector<DeliveryId> questions;  ///< of that run, which nobody has answered
  bool needs_confirmation = false;    ///< one of them is still on its way
  std::string place;                  ///< where the count of history stood that a run begins
  IdChunks seen;                      ///< of the chunks that the answer's page needs
  std::vector<HourCount> created;     ///< of the history, when its last page comes
  // Where source = "embedded":
  std::vector<HourCount> opened;
  std::vector<TaggedTicket> hour_tickets;
  TagCounts baseline;
};

class Volume : public JobOf<VolumeView> {
 public:
  explicit Volume(VolumeParts parts) : parts_(std::move(parts)) {}
  std::string_view name() const override { return "volume"; }
  bool takes(std::string_view kind) const override;
  /// Of a look: {"run", "summary"} where it has ended; {"run"} where it asks; {"run", "waits_for"}
  /// where another is at it, and nothing was begun. Of a backfill the same, with "tickets".
  Plan plan(const Event& event, const VolumeView& view) const override;
  Result<VolumeView> read(const Event& event, ReadDb& db) const override;
  Retention retention() const override;

 private:
  Result<void> read_look(const Event& event, ReadDb& db, VolumeView& view) const;
  Result<void> read_answer(const Event& event, ReadDb& db, VolumeView& view) const;
  Result<void> read_open(const std::string& lane, bool is_backfill, ReadDb& db,
                         VolumeView& view) const;
  Result<void> read_hours(TimePoint latest, ReadDb& db, VolumeView& view) const;
  Result<void> read_desk(TimePoint latest, ReadDb& db, VolumeView& view) const;

  VolumeParts parts_;
};

/// From when stored hours are replayed: older ones weigh next to nothing.
TimePoint replay_from(TimePoint latest, const DetectorConfig& judging);

}  // namespace dw
