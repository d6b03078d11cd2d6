// Counts per hour, incidents, runs, and history that is being counted.
#include "jobs/volume/rows.h"

#include <fmt/format.h>

#include "records/changes.h"
#include "records/stored_json.h"
#include "sql/volume.h"

namespace dw {
namespace {

/// Counts and incidents are judged together, by one replica at a time: an incident is a piece of
/// their history, and has no key that two replicas would give it alike.
constexpr const char* volume_guard = "volume";

VolumeAlert incident_in(const Row& row) {
  namespace col = columns::volume_incident;
  VolumeAlert out = decode_incident(stored_json(row.text(col::body)));
  out.id = row.integer(col::id);
  out.feedback = row.text(col::feedback);
  out.feedback_by = row.text(col::feedback_by);
  return out;
}

VolumeRun run_in(const Row& row) {
  namespace col = columns::volume_run;
  VolumeRun out = decode_run(stored_json(row.text(col::body)));
  out.key = row.text(col::key);
  out.is_backfill = row.integer(col::is_backfill) != 0;
  out.state = static_cast<RunState>(row.integer(col::state));
  return out;
}

}  // namespace

namespace volume {

Result<std::optional<VolumeRun>> run(ReadDb& db, const std::string& key) {
  std::optional<VolumeRun> found;
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(db.run(stmt::volume_run_by_key, {key}, [&](const Row& row) { found = run_in(row); }));
  return found;
}

Result<std::optional<VolumeRun>> open_run(ReadDb& db, bool is_backfill) {
  std::optional<VolumeRun> found;
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(
      db.run(stmt::open_volume_run, {is_backfill}, [&](const Row& row) { found = run_in(row); }));
  return found;
}

Result<void> set_run(Db& db, const VolumeRun& run, TimePoint now) {
  const std::string body = to_text(encode(run));
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(db.send(stmt::keep_volume_run,
                   {run.key, run.is_backfill, static_cast<int>(run.state), body, now}));
  return {};
}

Result<IdChunks> seen(ReadDb& db, const std::string& name, const std::vector<int64_t>& chunks) {
  const std::string list = to_text(json::array(chunks.begin(), chunks.end()));
  IdChunks out;
  Result<void> read;
  DW_CHECK(db.run(stmt::volume_seen, {name, list}, [&](const Row& row) {
    const Result<IdChunk> bits = decode_chunk(row.text(1));
    if (bits.ok()) {
      out[row.integer(0)] = *bits;
    } else {
      read = bits.error();
    }
  }));
  if (!read.ok()) return read.error();
  return out;
}

Result<std::vector<HourCount>> created(ReadDb& db, const std::string& name) {
  std::vector<HourCount> out;
  DW_CHECK(db.run(stmt::volume_births, {name}, [&](const Row& row) {
    out.push_back({row.time(0), row.integer(1)});
  }));
  return out;
}

/// Without a cursor a count of history begins again: nothing is lost but requests.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  DW_TRY(const int64_t runs, db.run(stmt::prune_volume_runs, {before, limit}));
  if (runs > 0) return runs;
  std::string left;
  DW_CHECK(
      db.run(stmt::left_volume_history, {before}, [&](const Row& row) { left = row.text(0); }));
  if (left.empty()) return 0;
  for (const Statement* statement : {&stmt::prune_volume_seen, &stmt::prune_volume_births}) {
    DW_TRY(const int64_t rows, db.run(*statement, {left, limit}));
    if (rows > 0) return rows;
  }
  return db.run(stmt::drop_volume_cursor, {left});
}

Result<std::vector<HourCount>> hours(ReadDb& db, TimePoint from, TimePoint until) {
  std::vector<HourCount> out;
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(db.run(stmt::volume_hours, {from, until}, [&](const Row& row) {
    out.push_back({row.time(0), row.integer(1)});
  }));
  return out;
}

Result<std::vector<VolumeAlert>> incidents(ReadDb& db, TimePoint since) {
  std::vector<VolumeAlert> out;
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(db.run(stmt::incidents_since, {since},
                  [&](const Row& row) { out.push_back(incident_in(row)); }));
  return out;
}

Result<std::vector<AlertFeedback>> feedback(ReadDb& db) {
  std::vector<VolumeAlert> judged;
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(db.run(stmt::judged_incidents, {},
                  [&](const Row& row) { judged.push_back(incident_in(row)); }));
  return feedback_of(judged);
}

Result<std::optional<VolumeAlert>> incident(ReadDb& db, int64_t id) {
  std::optional<VolumeAlert> found;
  DW_CHECK(db.guard(volume_guard));
  DW_CHECK(db.run(stmt::incident_by_id, {id}, [&](const Row& row) { found = incident_in(row); }));
  return found;
}

Result<std::string> cursor(ReadDb& db, const std::string& name) {
  std::string out;
  DW_CHECK(db.run(stmt::volume_cursor, {name}, [&](const Row& row) { out = row.text(0); }));
  return out;
}

Result<void> set_hours(Db& db, const std::vector<HourCount>& hours, TimePoint now) {
  DW_CHECK(db.guard(volume_guard));
  for (const HourCount& one : hours) {
    DW_CHECK(db.send(stmt::keep_volume_hour, {one.hour, one.count, now}));
  }
  // Readers look at what is new; history that is filled in is one change, not thousands.
  if (hours.empty()) return {};
  return changes::add(db, "volume", hours.back().hour.time_since_epoch().count());
}

Result<void> set_incident(Db& db, const VolumeAlert& incident) {
  const std::string body = to_text(encode(incident));
  DW_CHECK(db.guard(volume_guard));
  if (incident.id == 0) {
    DW_CHECK(db.send(stmt::add_incident, {incident.from, incident.to, body}));
  } else {
    DW_CHECK(db.send(stmt::change_incident, {incident.id, incident.from, incident.to, body}));
  }
  return changes::add(db, "volume", incident.to.time_since_epoch().count());
}

Result<void> set_feedback(Db& db, int64_t id, const std::string& verdict, const std::string& who,
                          TimePoint now) {
  DW_CHECK(db.guard(volume_guard));
  DW_TRY(const int64_t rows, db.run(stmt::keep_feedback, {id, verdict, who, now}));
  if (rows > 0) return {};
  return Error{ErrorKind::missing, "incident", fmt::format("there is no incident {}", id)};
}

Result<void> set_cursor(Db& db, const std::string& name, const std::string& position,
                        TimePoint now) {
  DW_CHECK(db.send(stmt::keep_volume_cursor, {name, position, now}));
  return {};
}

}  // namespace volume

Result<void> SetAlerts::write(Db& db, TimePoint) const {
  for (const VolumeAlert& one : incidents) DW_CHECK(volume::set_incident(db, one));
  return {};
}

Result<void> KeepHours::write(Db& db, TimePoint now) const {
  return volume::set_hours(db, hours, now);
}

Result<void> KeepRun::write(Db& db, TimePoint now) const {
  return volume::set_run(db, run, now);
}

Result<void> KeepPlace::write(Db& db, TimePoint now) const {
  return volume::set_cursor(db, name, position, now);
}

Result<void> AddBirths::write(Db& db, TimePoint) const {
  for (const auto& [chunk, bits] : page.seen) {
    const std::string text = encode(bits);
    DW_CHECK(db.send(stmt::keep_volume_seen, {name, chunk, text}));
  }
  for (const auto& [hour, count] : page.hours) {
    DW_CHECK(db.send(stmt::add_volume_births, {name, hour, count}));
  }
  return {};
}

Result<void> DropBirths::write(Db& db, TimePoint) const {
  DW_CHECK(db.send(stmt::drop_volume_seen, {name}));
  DW_CHECK(db.send(stmt::drop_volume_births, {name}));
  return {};
}

}  // namespace dw
