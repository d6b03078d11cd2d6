// Counts per hour, incidents and cursors of the ticket volume.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/volume/records.h"
#include "ports/db.h"

namespace dw {

/// Writes down incidents of the ticket volume; those without an id are new.
struct KeepIncidents {
  std::vector<VolumeIncident> incidents;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace volume {

/// Counts of the ticket volume, ascending, `until` excluded.
Result<std::vector<HourCount>> hours(ReadDb& db, TimePoint from, TimePoint until);

/// Incidents that ended at or after `since`, oldest first.
Result<std::vector<VolumeIncident>> incidents(ReadDb& db, TimePoint since);

Result<std::optional<VolumeIncident>> incident(ReadDb& db, int64_t id);

/// Where a backfill of that name stopped; empty: nowhere.
Result<std::string> cursor(ReadDb& db, const std::string& name);

/// Adds counts of the ticket volume, or corrects them.
Result<void> set_hours(Db& db, const std::vector<HourCount>& hours, TimePoint now);

/// Id 0 is a new one. What people said of it stays as it is.
Result<void> set_incident(Db& db, const VolumeIncident& incident);

/// "real", "false_alarm" or "" to take it back. errors  missing
Result<void> set_feedback(Db& db, int64_t id, const std::string& verdict, const std::string& who,
                          TimePoint now);

Result<void> set_cursor(Db& db, const std::string& name, const std::string& position,
                        TimePoint now);

}  // namespace volume

}  // namespace dw
