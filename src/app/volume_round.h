// One round of the ticket volume: counts the finished hours at their source, keeps them, and hands
// the latest to the job. The daemon's schedule and `deskwire volume` share it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/core.h"
#include "app/volume_backfill.h"
#include "jobs/volume/volume.h"

namespace dw {

/// What judges, with the holidays read from their file. errors  invalid: the file, or a date
Result<Judging> load_judging(const Settings& settings);
/// errors  invalid: can't be read, or is no file of counts
Result<std::vector<HourCount>> read_count_file(const std::string& path);
/// The most that a file of counts, labels or settings of the volume may have.
constexpr size_t count_file_bytes_max = 64 << 20;

struct RoundOptions {
  std::optional<TimePoint> at;  ///< look at this hour as if it had just ended
  bool is_dry = false;          ///< tell nobody, write nothing but counts
  std::string key;              ///< makes the round one of its kind over replicas
};

class VolumeRound {
 public:
  VolumeRound(Core& core, VolumeParts parts)
      : core_(core), parts_(std::move(parts)), source_(core, parts_.settings.query) {}

  /// The summary of the latest hour (hour_summary), with "told", the number of deliveries, and
  /// "event", null on a dry run.
  ///
  /// errors  missing: nothing was counted yet; unreachable, busy: the source did not answer, and
  ///         the next round makes up for it
  Task<Result<json::object>> run(RoundOptions options);

  /// Counts history in bulk; from Zendesk as VolumeBackfill says. The number of tickets fetched.
  Task<Result<int64_t>> backfill(TimePoint since, VolumeBackfill::Told told);

 private:
  Task<Result<void>> count(TimePoint latest);
  Task<Result<void>> count_zendesk(TimePoint latest, std::vector<HourCount> stored);
  Task<Result<std::vector<TaggedTicket>>> tickets(TimePoint from, TimePoint until);
  Task<Result<json::value>> explain(TimePoint hour);
  Task<Result<void>> keep(std::vector<HourCount> hours);
  Task<Result<VolumeView>> known(TimePoint latest);

  Core& core_;
  VolumeParts parts_;
  VolumeSource source_;
};

}  // namespace dw
