#include "jobs/volume/volume.h"

#include <algorithm>
#include <cmath>

#include "jobs/volume/rows.h"
#include "jobs/volume/telling.h"
#include "ports/store.h"

namespace dw {
namespace {

/// Incidents older than this are history: a backfill or a late count raises none of them.
constexpr std::chrono::hours fresh_max{3};
constexpr std::chrono::hours known_max{14 * 24}, match_slack{3};
constexpr double grown_factor = 1.5;

bool is_same(const VolumeIncident& a, const VolumeIncident& b) {
  return a.kind == b.kind && a.from <= b.to + match_slack && b.from <= a.to + match_slack;
}

/// What was told and said of an incident goes on with what the replay found of it.
VolumeIncident merged(const VolumeIncident& found, const VolumeIncident& known) {
  VolumeIncident out = found;
  out.id = known.id;
  out.tags = known.tags;
  out.told_count = known.told_count;
  out.told_at = known.told_at;
  out.told_end_at = known.told_end_at;
  out.feedback = known.feedback;
  out.feedback_by = known.feedback_by;
  return out;
}

std::optional<Telling> due(const VolumeIncident& one, TimePoint latest, TimePoint now,
                           Millis cooldown) {
  if (!one.told_at) {
    const bool is_fresh = latest - one.to <= fresh_max;
    return is_fresh ? std::optional(Telling::begun) : std::nullopt;
  }
  if (one.end != IncidentEnd::open) {
    return one.told_end_at ? std::nullopt : std::optional(Telling::over);
  }
  const bool has_grown =
      one.kind == IncidentKind::spike &&
      static_cast<double>(one.peak_count) >= grown_factor * static_cast<double>(one.told_count);
  if (has_grown && now - *one.told_at >= cooldown) return Telling::grown;
  return std::nullopt;
}

bool is_changed(const VolumeIncident& a, const VolumeIncident& b) {
  return to_text(encode(a)) != to_text(encode(b));
}

}  // namespace

TimePoint replay_from(TimePoint latest, const Judging& judging) {
  return latest - 2 * judging.history;
}

Assessment assess(std::span<const HourCount> hours, const std::vector<VolumeIncident>& known,
                  const json::value& tags, const VolumeParts& parts, TimePoint now) {
  Assessment out;
  out.replay = replay(hours, parts.judging);
  if (hours.empty()) return out;
  const TimePoint latest = hours.back().hour;
  const TellingContext context{parts.settings, parts.judging, out.replay.hours,
                               parts.public_url.empty() ? "" : parts.public_url + "/volume"};
  std::vector<bool> is_matched(known.size(), false);
  for (const VolumeIncident& found : out.replay.incidents) {
    if (found.to < latest - known_max) continue;
    VolumeIncident one = found;
    const VolumeIncident* before = nullptr;
    for (size_t i = 0; i < known.size() && before == nullptr; ++i) {
      if (is_matched[i] || !is_same(found, known[i])) continue;
      is_matched[i] = true;
      before = &known[i];
      one = merged(found, known[i]);
    }
    const bool is_of_now = found.to == latest || found.end == IncidentEnd::open;
    if (is_of_now && !tags.is_null()) one.tags = tags;
    if (const auto telling = due(one, latest, now, parts.settings.cooldown)) {
      for (Delivery& delivery : tell(one, *telling, context)) {
        out.deliveries.push_back(std::move(delivery));
      }
      if (*telling != Telling::over) {
        one.told_at = now;
        one.told_count = one.peak_count;
      }
      if (one.end != IncidentEnd::open) one.told_end_at = now;
    }
    if (before == nullptr || is_changed(one, *before)) out.changed.push_back(std::move(one));
  }
  // A corrected count may have taken an incident away: it does not stay open for ever.
  for (size_t i = 0; i < known.size(); ++i) {
    if (is_matched[i] || known[i].end != IncidentEnd::open) continue;
    out.changed.push_back(known[i]);
    out.changed.back().end = IncidentEnd::calm;
  }
  return out;
}

json::object hour_summary(const JudgedHour& hour, const Judging& judging) {
  const char* mark = hour.mark == Mark::spike  ? "spike"
                     : hour.mark == Mark::drop ? "drop"
                                               : "normal";
  json::value change = nullptr, probability = nullptr, once = nullptr;
  if (hour.law.mean > 0) {
    const double percent = (static_cast<double>(hour.count) / hour.law.mean - 1) * 100;
    change = std::round(percent * 10) / 10;
  }
  if (judging.method == VolumeMethod::seasonal) {
    const double tail = tail_of(hour);
    probability = tail;
    if (tail > 0) once = std::round(1 / tail);
  }
  return {{"hour", to_rfc3339(hour.hour)},
          {"count", hour.count},
          {"expected", std::round(hour.law.mean * 100) / 100},
          {"change_percent", std::move(change)},
          {"probability", std::move(probability)},
          {"once_in_hours", std::move(once)},
          {"mark", mark},
          {"basis", json::string(name_of(static_cast<Basis>(hour.basis)))},
          {"method", judging.method == VolumeMethod::seasonal ? "seasonal" : "mean"}};
}

Result<VolumeView> Volume::read(const Event& event, ReadDb& db) const {
  std::vector<Problem> ignored;
  const JsonView body(event.body, ignored);
  const TimePoint latest{Millis(body["latest"].integer().value_or(0))};
  VolumeView view;
  DW_TRY(view.hours, volume::hours(db, replay_from(latest, parts_.judging), latest + one_hour));
  DW_TRY(view.incidents, volume::incidents(db, latest - known_max));
  return view;
}

Plan Volume::plan(const Event& event, const VolumeView& view) const {
  Plan plan;
  if (view.hours.empty()) return plan;
  const json::value* tags = event.body.as_object().if_contains("tags");
  Assessment seen =
      assess(view.hours, view.incidents, tags == nullptr ? json::value() : *tags, parts_, event.at);
  json::object summary = hour_summary(seen.replay.hours.back(), parts_.judging);
  summary["told"] = static_cast<int64_t>(seen.deliveries.size());
  plan.reply = std::move(summary);
  if (!seen.changed.empty()) plan.changes.push_back(KeepIncidents{std::move(seen.changed)});
  plan.deliveries = std::move(seen.deliveries);
  return plan;
}

}  // namespace dw
