#include "jobs/volume/volume.h"

#include <algorithm>
#include <cmath>

#include "jobs/volume/alerting.h"
#include "jobs/volume/rows.h"
#include "jobs/volume/turn.h"
#include "records/deliveries.h"
#include "records/tickets.h"

namespace dw {
namespace {

/// Incidents older than this are history: a backfill or a late count raises none of them.
constexpr std::chrono::hours fresh_max{3};
constexpr std::chrono::hours known_max{14 * 24}, match_slack{3};
/// Counts of hours older than this are final, and so are alerts that were over before them.
constexpr std::chrono::hours final_after{24};
constexpr double grown_factor = 1.5;
/// A run has one question at a time, and there is one run of a kind; some may have been left.
constexpr size_t questions_max = 20;
constexpr size_t desk_tickets_max = 20'000;

bool is_same(const VolumeAlert& a, const VolumeAlert& b) {
  return a.kind == b.kind && a.from <= b.to + match_slack && b.from <= a.to + match_slack;
}

/// What was recorded stays, whatever a later version of the rule makes of those hours.
bool is_final(const VolumeAlert& known, TimePoint latest) {
  const bool is_said = !known.notified_at || known.notified_end_at;
  return known.end != AlertEnd::open && is_said && known.to < latest - final_after;
}

/// What was told and said of an incident goes on with what the replay found of it.
VolumeAlert merged(const VolumeAlert& found, const VolumeAlert& known) {
  VolumeAlert out = found;
  out.id = known.id;
  out.tags = known.tags;
  out.notified_count = known.notified_count;
  out.notified_at = known.notified_at;
  out.notified_end_at = known.notified_end_at;
  out.feedback = known.feedback;
  out.feedback_by = known.feedback_by;
  return out;
}

std::optional<AlertStage> due(const VolumeAlert& one, TimePoint latest, TimePoint now,
                              Millis cooldown) {
  if (!one.notified_at) {
    const bool is_fresh = latest - one.to <= fresh_max;
    return is_fresh ? std::optional(AlertStage::begun) : std::nullopt;
  }
  if (one.end != AlertEnd::open) {
    return one.notified_end_at ? std::nullopt : std::optional(AlertStage::over);
  }
  const bool has_grown =
      one.kind == AlertKind::spike &&
      static_cast<double>(one.peak_count) >= grown_factor * static_cast<double>(one.notified_count);
  if (has_grown && now - *one.notified_at >= cooldown) return AlertStage::grown;
  return std::nullopt;
}

bool is_changed(const VolumeAlert& a, const VolumeAlert& b) {
  return to_text(encode(a)) != to_text(encode(b));
}

}  // namespace

TimePoint replay_from(TimePoint latest, const DetectorConfig& judging) {
  return latest - 2 * judging.history;
}

Assessment assess(std::span<const HourCount> hours, const std::vector<VolumeAlert>& known,
                  const json::value& tags, const VolumeParts& parts, TimePoint now) {
  Assessment out;
  out.replay = replay(hours, parts.judging);
  if (hours.empty()) return out;
  const TimePoint latest = hours.back().hour;
  const AlertContext context{parts.settings, parts.judging, out.replay.hours,
                             parts.public_url.empty() ? "" : parts.public_url + "/volume"};
  std::vector<bool> is_matched(known.size(), false);
  for (const VolumeAlert& found : out.replay.incidents) {
    if (found.to < latest - known_max) continue;
    VolumeAlert one = found;
    const VolumeAlert* before = nullptr;
    const bool is_recorded = std::any_of(known.begin(), known.end(), [&](const VolumeAlert& past) {
      return is_final(past, latest) && is_same(found, past);
    });
    if (is_recorded && found.end != AlertEnd::open) continue;
    for (size_t i = 0; i < known.size() && before == nullptr; ++i) {
      if (is_matched[i] || is_final(known[i], latest) || !is_same(found, known[i])) continue;
      is_matched[i] = true;
      before = &known[i];
      one = merged(found, known[i]);
    }
    const bool is_of_now = found.to == latest || found.end == AlertEnd::open;
    if (is_of_now && !tags.is_null()) one.tags = tags;
    if (const auto telling = due(one, latest, now, parts.settings.cooldown)) {
      for (Delivery& delivery : tell(one, *telling, context)) {
        out.deliveries.push_back(std::move(delivery));
      }
      if (*telling != AlertStage::over) {
        one.notified_at = now;
        one.notified_count = one.peak_count;
      }
      if (one.end != AlertEnd::open) one.notified_end_at = now;
    }
    if (before == nullptr || is_changed(one, *before)) out.changed.push_back(std::move(one));
  }
  // A corrected count may have taken an incident away: it does not stay open for ever.
  for (size_t i = 0; i < known.size(); ++i) {
    if (is_matched[i] || known[i].end != AlertEnd::open) continue;
    out.changed.push_back(known[i]);
    out.changed.back().end = AlertEnd::calm;
  }
  return out;
}

json::object hour_summary(const ScoredHour& hour, const DetectorConfig& judging) {
  const char* mark = hour.mark == Verdict::spike  ? "spike"
                     : hour.mark == Verdict::drop ? "drop"
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
          {"basis", json::string(name_of(static_cast<BaselineSource>(hour.basis)))},
          {"method", judging.method == VolumeMethod::seasonal ? "seasonal" : "mean"}};
}

bool Volume::takes(std::string_view kind) const {
  return kind == volume_look_kind || kind == volume_backfill_kind || kind == volume_cancel_kind ||
         kind == volume_answer_kind;
}

Retention Volume::retention() const {
  return {.steps = {volume::prune}};
}

/// The lane first, as whoever brings an answer: the name that guards the counts comes behind it.
Result<void> Volume::read_open(const std::string& lane, bool is_backfill, ReadDb& db,
                               VolumeView& view) const {
  DW_TRY(const std::vector<Delivery> waiting, deliveries::open_in_lane(db, lane, questions_max));
  DW_TRY(view.run, volume::open_run(db, is_backfill));
  if (!view.run) return {};
  for (const Delivery& one : waiting) {
    const auto question = decode_question(one.reference);
    if (!question || question->run != view.run->key) continue;
    view.questions.push_back(one.id);
    view.needs_confirmation = view.needs_confirmation || one.state == DeliveryState::pending;
  }
  return {};
}

Result<void> Volume::read_hours(TimePoint latest, ReadDb& db, VolumeView& view) const {
  DW_TRY(view.hours, volume::hours(db, replay_from(latest, parts_.judging), latest + one_hour));
  DW_TRY(view.incidents, volume::incidents(db, latest - known_max));
  DW_TRY(view.feedback, volume::feedback(db));
  return {};
}

/// Our own desk's tickets: those of the hour and of its baseline in any case, which are few.
Result<void> Volume::read_desk(TimePoint latest, ReadDb& db, VolumeView& view) const {
  if (parts_.settings.source != "embedded") return {};
  DW_TRY(const std::vector<OpenedHour> opened,
         tickets::opened_per_hour(db, replay_from(latest, parts_.judging), latest + one_hour));
  for (const OpenedHour& one : opened) view.opened.push_back({one.hour, one.count});
  for (const Stretch& one : stretches_of(latest)) {
    DW_TRY(const std::vector<OpenedTicket> found,
           tickets::opened_between(db, one.from, one.until, desk_tickets_max));
    for (const OpenedTicket& ticket : found) {
      TaggedTicket tagged{std::to_string(ticket.id.value), ticket.title, ticket.tags,
                          ticket.opened_at};
      if (one.from == latest) {
        view.hour_tickets.push_back(std::move(tagged));
      } else {
        view.baseline.add(tagged);
      }
    }
  }
  return {};
}

Result<void> Volume::read_look(const Event& event, ReadDb& db, VolumeView& view) const {
  const bool is_backfill = event.kind == volume_backfill_kind;
  DW_CHECK(read_open(is_backfill ? volume_backfill_lane : volume_look_lane, is_backfill, db, view));
  const TimePoint latest = looked_at(event);
  DW_CHECK(read_hours(latest, db, view));
  DW_CHECK(read_desk(latest, db, view));
  DW_TRY(view.place, volume::cursor(db, place_name(event, parts_)));
  return {};
}

Result<void> Volume::read_answer(const Event& event, ReadDb& db, VolumeView& view) const {
  const auto question = question_of(event);
  if (!question) return {};
  DW_TRY(view.run, volume::run(db, question->run));
  if (!view.run || view.run->state != RunState::open) return {};
  bool is_last = view.run->wanted.size() <= 1;
  if (question->about == VolumeQuestion::About::history && view.run->history) {
    const TicketPage page = decode_page(volume_answer(event));
    const std::string& name = view.run->history->name;
    DW_TRY(view.seen, volume::seen(db, name, chunks_of(page.tickets)));
    is_last = view.run->history->is_by_search ? page.next_cursor.empty() : page.is_end;
    if (is_last) {
      DW_TRY(view.created, volume::created(db, name));
    }
  }
  // Where the run goes on to judge, it judges on all hours.
  if (is_last && !view.run->is_backfill) DW_CHECK(read_hours(view.run->latest, db, view));
  return {};
}

Result<VolumeView> Volume::read(const Event& event, ReadDb& db) const {
  VolumeView view;
  if (event.kind == volume_answer_kind) {
    DW_CHECK(read_answer(event, db, view));
  } else if (event.kind == volume_cancel_kind) {
    const std::string key = JsonView(event.body)["run"].text().value_or("");
    for (const bool is_backfill : {false, true}) {
      view = {};
      const char* lane = is_backfill ? volume_backfill_lane : volume_look_lane;
      DW_CHECK(read_open(lane, is_backfill, db, view));
      if (view.run && view.run->key == key) break;
    }
    if (view.run && view.run->key != key) view = {};
  } else {
    DW_CHECK(read_look(event, db, view));
  }
  return view;
}

Plan Volume::plan(const Event& event, const VolumeView& view) const {
  VolumeParts parts = parts_;
  parts.judging.feedback = view.feedback;
  VolumeTurn turn(parts, event, view);
  if (event.kind == volume_look_kind) {
    turn.look();
  } else if (event.kind == volume_backfill_kind) {
    turn.backfill();
  } else if (event.kind == volume_cancel_kind) {
    turn.cancel();
  } else {
    turn.take_answer();
  }
  return std::move(turn.plan);
}

}  // namespace dw
