// History of the ticket volume in bulk from Zendesk, and where it stopped, so that the same call
// goes on there: through the incremental export, a request per thousand tickets; through the
// search where the export can't serve, for it knows no query and answers admins alone.
#pragma once
#include <functional>

#include "app/volume_source.h"
#include "jobs/volume/bulk_count.h"

namespace dw {

class VolumeBackfill {
 public:
  /// Told after each page or week: how far it has come, and how many tickets were counted.
  using Told = std::function<void(TimePoint reached, int64_t tickets)>;

  VolumeBackfill(Core& core, const VolumeSettings& settings)
      : core_(core), source_(core, settings.query), query_(settings.query) {}

  /// Counts the hours from `since` to `until` (exclusive) and keeps them; what an earlier call of
  /// the same `since` has finished is not read again. The number of tickets read.
  /// errors  unreachable: Zendesk did not answer: the same call goes on where this one stopped
  Task<Result<int64_t>> run(TimePoint since, TimePoint until, Told told);
  /// The same for hours that a round found missing, whatever was counted before; one replica at a
  /// time. A gap that grew since the last try goes on from there.
  /// errors  busy: another replica is at it
  Task<Result<int64_t>> fill_gap(TimePoint since, TimePoint until);

 private:
  struct Range {
    std::string name;  ///< under which the place is kept
    TimePoint from{}, until{};
    bool is_in_turn = false;  ///< held against other replicas, and held on to
  };
  Task<Result<int64_t>> count(Range range, std::string kept, Told told);
  Task<Result<int64_t>> by_export(Range range, BulkCount count, Told told);
  Task<Result<int64_t>> by_search(Range range, Told told);
  Task<Result<void>> hold_turn(Range range);
  std::string place_name(const std::string& of) const;
  Task<Result<std::string>> place(std::string name);
  Task<Result<void>> keep(std::vector<HourCount> hours, std::string name, std::string place);

  Core& core_;
  VolumeSource source_;
  std::string query_;
};

}  // namespace dw
