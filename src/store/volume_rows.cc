// Counts per hour, incidents and cursors of the ticket volume.
#include <fmt/format.h>

#include "statements.h"
#include "store/journal.h"
#include "store/ticket_rows.h"

namespace dw {
namespace {

/// Counts and incidents are judged together, by one replica at a time: an incident is a piece of
/// their history, and has no key that two replicas would give it alike.
constexpr const char* volume_guard = "volume";

VolumeIncident incident_in(const Row& row) {
  VolumeIncident out = decode_incident(stored_json(row.text(1)));
  out.id = row.integer(0);
  out.feedback = row.text(2);
  out.feedback_by = row.text(3);
  return out;
}

}  // namespace

Result<std::vector<HourCount>> SqlJournal::volume_hours(TimePoint from, TimePoint until) {
  std::vector<HourCount> out;
  DW_CHECK(guard(volume_guard));
  DW_CHECK(db_.run(stmt::volume_hours, {from, until}, [&](const Row& row) {
    out.push_back({row.time(0), row.integer(1)});
  }));
  return out;
}

Result<std::vector<VolumeIncident>> SqlJournal::incidents(TimePoint since) {
  std::vector<VolumeIncident> out;
  DW_CHECK(guard(volume_guard));
  DW_CHECK(db_.run(stmt::incidents_since, {since},
                   [&](const Row& row) { out.push_back(incident_in(row)); }));
  return out;
}

Result<std::optional<VolumeIncident>> SqlJournal::incident(int64_t id) {
  std::optional<VolumeIncident> found;
  DW_CHECK(guard(volume_guard));
  DW_CHECK(db_.run(stmt::incident_by_id, {id}, [&](const Row& row) { found = incident_in(row); }));
  return found;
}

Result<std::string> SqlJournal::volume_cursor(const std::string& name) {
  std::string out;
  DW_CHECK(db_.run(stmt::volume_cursor, {name}, [&](const Row& row) { out = row.text(0); }));
  return out;
}

Result<std::vector<HourCount>> SqlJournal::opened_per_hour(TimePoint from, TimePoint until) {
  std::vector<HourCount> out;
  DW_CHECK(db_.run(stmt::opened_per_hour, {from, until}, [&](const Row& row) {
    out.push_back({row.time(0), row.integer(1)});
  }));
  return out;
}

Result<std::vector<TaggedTicket>> SqlJournal::opened_between(TimePoint from, TimePoint until,
                                                             size_t limit) {
  std::vector<TaggedTicket> out;
  DW_CHECK(db_.run(stmt::opened_between, {from, until, static_cast<int64_t>(limit)},
                   [&](const Row& row) {
                     out.push_back({std::to_string(row.integer(0)), std::string(row.text(1)),
                                    decode_tags(row.text(2)), row.time(3)});
                   }));
  return out;
}

Result<void> SqlJournal::keep_volume_hours(const std::vector<HourCount>& hours, TimePoint now) {
  DW_CHECK(guard(volume_guard));
  for (const HourCount& one : hours) {
    DW_CHECK(db_.send(stmt::keep_volume_hour, {one.hour, one.count, now}));
  }
  // Readers look at what is new; history that is filled in is one change, not thousands.
  if (hours.empty()) return {};
  return note("volume", hours.back().hour.time_since_epoch().count());
}

Result<void> SqlJournal::keep_incident(const VolumeIncident& incident) {
  const std::string body = to_text(encode(incident));
  DW_CHECK(guard(volume_guard));
  if (incident.id == 0) {
    DW_CHECK(db_.send(stmt::add_incident, {incident.from, incident.to, body}));
  } else {
    DW_CHECK(db_.send(stmt::change_incident, {incident.id, incident.from, incident.to, body}));
  }
  return note("volume", incident.to.time_since_epoch().count());
}

Result<void> SqlJournal::keep_feedback(int64_t id, const std::string& verdict,
                                       const std::string& who, TimePoint now) {
  DW_CHECK(guard(volume_guard));
  DW_TRY(const int64_t rows, db_.run(stmt::keep_feedback, {id, verdict, who, now}));
  if (rows > 0) return {};
  return Error{ErrorKind::missing, "incident", fmt::format("there is no incident {}", id)};
}

Result<void> SqlJournal::keep_volume_cursor(const std::string& name, const std::string& position,
                                            TimePoint now) {
  DW_CHECK(db_.send(stmt::keep_volume_cursor, {name, position, now}));
  return {};
}

}  // namespace dw
