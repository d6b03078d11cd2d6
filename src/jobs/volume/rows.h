// Counts per hour, incidents, runs, and history that is being counted.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/volume/births.h"
#include "jobs/volume/run.h"
#include "jobs/volume/thresholds.h"
#include "ports/db.h"

namespace dw {

/// Writes down incidents of the ticket volume; those without an id are new.
struct SetAlerts {
  std::vector<VolumeAlert> incidents;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Adds counts of hours, or corrects them.
struct KeepHours {
  std::vector<HourCount> hours;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Writes down where a run stands.
struct KeepRun {
  VolumeRun run;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Writes down where a count of history stands.
struct KeepPlace {
  std::string name, position;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Adds a page to a count of history.
struct AddBirths {
  std::string name;
  CountedBirths page;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Forgets what a count of history has seen: it has ended, or begins again.
struct DropBirths {
  std::string name;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace volume {

/// A run by its key, to go on with it.
Result<std::optional<VolumeRun>> run(ReadDb& db, const std::string& key);

/// The run of that kind that has not ended; there is one at a time.
Result<std::optional<VolumeRun>> open_run(ReadDb& db, bool is_backfill);

Result<void> set_run(Db& db, const VolumeRun& run, TimePoint now);

/// What a count of history has seen, of these chunks; chunks of which nothing was seen are absent.
Result<IdChunks> seen(ReadDb& db, const std::string& name, const std::vector<int64_t>& chunks);

/// Tickets by the hour of a count of history so far, ascending.
Result<std::vector<HourCount>> created(ReadDb& db, const std::string& name);

/// Runs, and counts of history that nobody goes on with.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

/// Counts of the ticket volume, ascending, `until` excluded.
Result<std::vector<HourCount>> hours(ReadDb& db, TimePoint from, TimePoint until);

/// Incidents that ended at or after `since`, oldest first.
Result<std::vector<VolumeAlert>> incidents(ReadDb& db, TimePoint since);

/// What people said of alerts, ever; as feedback_of() orders it.
Result<std::vector<AlertFeedback>> feedback(ReadDb& db);

Result<std::optional<VolumeAlert>> incident(ReadDb& db, int64_t id);

/// Where a backfill of that name stopped; empty: nowhere.
Result<std::string> cursor(ReadDb& db, const std::string& name);

/// Adds counts of the ticket volume, or corrects them.
Result<void> set_hours(Db& db, const std::vector<HourCount>& hours, TimePoint now);

/// Id 0 is a new one. What people said of it stays as it is.
Result<void> set_incident(Db& db, const VolumeAlert& incident);

/// "real", "false_alarm" or "" to take it back. errors  missing
Result<void> set_feedback(Db& db, int64_t id, const std::string& verdict, const std::string& who,
                          TimePoint now);

Result<void> set_cursor(Db& db, const std::string& name, const std::string& position,
                        TimePoint now);

}  // namespace volume

}  // namespace dw
