// A look at an hour: counts that are missing, the verdict, and why.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "jobs/volume/tags.h"
#include "jobs/volume/turn.h"
#include "records/deliveries.h"

namespace dw {
namespace {

constexpr const char* desk_target = "desk:zendesk";
/// Ages in hours at which an hour is counted again, for what came late.
constexpr int recount_ages[] = {1, 2, 3, 6, 12, 24};
/// More missing hours than this are counted through the history in bulk.
constexpr size_t single_max = 48;
constexpr std::chrono::hours late_max{24};

bool is_set(const Event& event, std::string_view key) {
  return JsonView(event.body)[key].boolean().value_or(false);
}

std::optional<TimePoint> time_in(const Event& event, std::string_view key) {
  const auto millis = JsonView(event.body)[key].integer();
  if (!millis) return std::nullopt;
  return TimePoint(Millis(*millis));
}

json::value without(const json::value& body, const char* member) {
  json::value out = body;
  if (json::object* object = out.if_object()) object->erase(member);
  return out;
}

}  // namespace

TimePoint looked_at(const Event& event) {
  if (const auto named = time_in(event, "at")) return hour_of(*named);
  return hours_end(event.at) - one_hour;
}

std::string place_name(const Event& event, const VolumeParts& parts) {
  const auto since = time_in(event, "since");
  return fmt::format("{} {} {}", since ? "backfill " + to_rfc3339(*since) : "gap", parts.account,
                     parts.settings.query);
}

std::optional<VolumeQuestion> question_of(const Event& event) {
  return decode_question(JsonView(event.body)["reference"].text().value_or(""));
}

json::value volume_answer(const Event& event) {
  const json::value* answer = JsonView(event.body)["answer"].raw();
  return answer == nullptr ? json::value() : *answer;
}

VolumeTurn::VolumeTurn(const VolumeParts& given, const Event& cause, const VolumeView& known)
    : parts_(given), event_(cause), view_(known), hours_(known.hours) {}

/// False: another run is at it, or it can't be.
bool VolumeTurn::can_begin() {
  is_beginning_ = true;
  run_.key = event_.key;
  const bool needs_confirmation = parts_.settings.source == "zendesk";
  if (needs_confirmation && parts_.account.empty()) {
    fail({ErrorKind::invalid, "volume.source",
          "is \"zendesk\", but there is no [zendesk] (or set source = \"embedded\" or "
          "\"file:PATH\")"});
    return false;
  }
  if (!view_.run) return true;
  if (needs_confirmation && view_.needs_confirmation) {
    plan.reply = json::object{{"run", view_.run->key}, {"waits_for", view_.run->key}};
    return false;
  }
  // Its question was given up or discarded, and nobody goes on with it.
  const char* why = "its run was left unfinished";
  drop_questions(why);
  VolumeRun left = *view_.run;
  left.state = RunState::failed;
  left.result = encode_error({ErrorKind::busy, "volume", why});
  plan.changes.emplace_back(KeepRun{std::move(left)});
  return true;
}

void VolumeTurn::look() {
  plan.kept_body = without(event_.body, "counts");
  if (!can_begin()) return;
  run_.latest = looked_at(event_);
  run_.is_dry = is_set(event_, "is_dry");
  run_.has_hour = time_in(event_, "at").has_value();
  if (run_.latest > hours_end(event_.at) - one_hour) {
    return fail({ErrorKind::invalid, "--at", "that hour is not over yet"});
  }
  if (parts_.settings.source == "zendesk") {
    begin_counting();
  } else {
    keep_hours(parts_.settings.is_from_file() ? counts_given() : counts_of_desk());
    judge();
  }
  keep();
}

void VolumeTurn::cancel() {
  if (!view_.run) return;
  run_ = *view_.run;
  const std::string why = JsonView(event_.body)["why"].text().value_or("");
  drop_questions("nobody waits for it any more");
  fail({ErrorKind::unreachable, "zendesk", why});
  keep();
}

void VolumeTurn::take_answer() {
  using About = VolumeQuestion::About;
  const auto question = question_of(event_);
  if (!question) return;
  // A page of a thousand tickets is not kept once it was counted.
  if (question->about != About::count) plan.kept_body = without(event_.body, "answer");
  const JsonView body(event_.body);
  if (!body["is_done"].boolean().value_or(false)) {
    // That it was refused is dealt with here: it is nothing for a person to decide.
    const auto id = delivery_id_named(body["delivery"].text().value_or(""));
    if (id) plan.changes.emplace_back(DropDelivery{*id, body["why"].text().value_or("")});
  }
  if (!view_.run || view_.run->state != RunState::open) return;
  run_ = *view_.run;
  const json::value answer = volume_answer(event_);
  switch (question->about) {
    case About::count:
      take_count(answer);
      break;
    case About::tags:
      take_tags(answer);
      break;
    case About::history:
      take_history(answer);
      break;
  }
  keep();
}

std::vector<HourCount> VolumeTurn::counts_given() const {
  const TimePoint from = replay_from(run_.latest, parts_.judging);
  std::vector<HourCount> out;
  for (const JsonView& one : JsonView(event_.body)["counts"].elements()) {
    const std::vector<JsonView> pair = one.elements();
    if (pair.size() != 2) continue;
    const TimePoint hour{Millis(pair[0].integer().value_or(0))};
    if (hour < from || hour > run_.latest) continue;
    out.push_back({hour, pair[1].integer().value_or(0)});
  }
  return out;
}

/// Counts that were imported are older than what the desk knows: only its own time is filled.
std::vector<HourCount> VolumeTurn::counts_of_desk() const {
  const std::vector<HourCount>& opened = view_.opened;
  if (hours_.empty() && opened.empty()) return {};
  TimePoint first = opened.empty() ? hours_.back().hour + one_hour : opened.front().hour;
  if (!hours_.empty()) first = std::max<TimePoint>(first, hours_.back().hour - late_max);
  return every_hour(opened, first, run_.latest + one_hour);
}

/// Missing hours one by one, or in bulk where they are many; and those that may have grown.
void VolumeTurn::begin_counting() {
  std::set<TimePoint> there, wanted;
  for (const HourCount& one : hours_) there.insert(one.hour);
  const TimePoint first =
      hours_.empty() ? hour_of(run_.latest - parts_.judging.history) : hours_.front().hour;
  for (TimePoint hour = first; hour <= run_.latest; hour += one_hour) {
    if (!there.contains(hour)) wanted.insert(hour);
  }
  std::optional<TimePoint> gap;
  if (wanted.size() > single_max) gap = *wanted.begin();
  if (gap) wanted.clear();
  for (const int age : recount_ages) {
    const TimePoint hour = run_.latest - age * one_hour;
    if (there.contains(hour)) wanted.insert(hour);
  }
  run_.wanted.assign(wanted.begin(), wanted.end());
  if (!gap) return go_on();
  begin_history(place_name(event_, parts_), *gap, run_.latest + one_hour);
}

void VolumeTurn::go_on() {
  if (run_.wanted.empty()) return judge();
  const TimePoint hour = run_.wanted.front();
  ask(VolumeQuestion::About::count, "count",
      {{"query", parts_.settings.query},
       {"from", to_rfc3339(hour)},
       {"to", to_rfc3339(hour + one_hour)}},
      hour);
}

/// Each count is kept at once: what was paid for with a request is not asked for again.
void VolumeTurn::take_count(const json::value& answer) {
  if (answer.is_null()) {
    return fail({ErrorKind::invalid, "zendesk", JsonView(event_.body)["why"].text().value_or("")});
  }
  const auto count = JsonView(answer)["count"].integer();
  if (!count || *count < 0) {
    return fail({ErrorKind::unreachable, "zendesk", "answered without a count"});
  }
  const TimePoint hour = question_of(event_)->hour;
  std::erase(run_.wanted, hour);
  std::vector<HourCount> counted;
  counted.push_back({hour, *count});
  keep_hours(std::move(counted));
  go_on();
}

void VolumeTurn::judge() {
  if (hours_.empty()) return fail({ErrorKind::missing, "volume", "nothing was counted yet"});
  const TimePoint latest = hours_.back().hour;
  if (run_.has_hour && latest != run_.latest) {
    return fail({ErrorKind::missing, "--at",
                 fmt::format("there is no count of {}", to_rfc3339(run_.latest))});
  }
  const bool has_tickets = latest == run_.latest;
  run_.latest = latest;
  const Assessment seen = assess(hours_, view_.incidents, nullptr, parts_, event_.at);
  const bool is_normal = seen.replay.hours.back().mark == Verdict::normal;
  if (is_normal || parts_.settings.is_from_file()) return end_look(nullptr);
  run_.tags.emplace();
  if (parts_.settings.source == "zendesk") return ask_tags();
  run_.tags->baseline = view_.baseline;
  run_.tags->hour = view_.hour_tickets;
  if (!has_tickets) return end_look(nullptr);
  explain_and_end();
}

void VolumeTurn::ask_tags() {
  const Stretch stretch = stretches_of(run_.latest).at(static_cast<size_t>(run_.tags->stretch));
  ask(VolumeQuestion::About::tags, "search",
      {{"query", parts_.settings.query},
       {"from", to_rfc3339(stretch.from)},
       {"to", to_rfc3339(stretch.until)},
       {"cursor", run_.tags->cursor}});
}

/// An alert without its tags is better than none.
void VolumeTurn::take_tags(const json::value& answer) {
  const size_t stretches = stretches_of(run_.latest).size();
  if (answer.is_null() || !run_.tags) return end_look(nullptr);
  TagSearch& tags = *run_.tags;
  const TicketPage page = decode_page(answer);
  const bool is_hour = static_cast<size_t>(tags.stretch) + 1 == stretches;
  // A page may repeat what moved while it was read.
  std::set<std::string> ids(tags.ids.begin(), tags.ids.end());
  for (const TaggedTicket& one : page.tickets) {
    if (!one.id.empty() && !ids.insert(one.id).second) continue;
    if (is_hour) {
      tags.hour.push_back(one);
    } else {
      tags.baseline.add(one);
    }
  }
  if (!page.next_cursor.empty()) {
    const bool is_circle = page.next_cursor == tags.cursor;
    if (is_circle) return end_look(nullptr);
    tags.cursor = page.next_cursor;
    tags.ids.assign(ids.begin(), ids.end());
    return ask_tags();
  }
  tags.cursor.clear();
  tags.ids.clear();
  ++tags.stretch;
  if (is_hour) return explain_and_end();
  ask_tags();
}

void VolumeTurn::explain_and_end() {
  end_look(encode(explain_tags(run_.tags->hour, run_.tags->baseline, parts_.settings.omit_tags,
                               static_cast<size_t>(parts_.settings.top_tags))));
}

void VolumeTurn::end_look(json::value tags) {
  Assessment seen = assess(hours_, view_.incidents, tags, parts_, event_.at);
  json::object summary = hour_summary(seen.replay.hours.back(), parts_.judging);
  summary["tags"] = std::move(tags);
  summary["told"] = static_cast<int64_t>(seen.deliveries.size());
  run_.state = RunState::done;
  run_.tags.reset();
  run_.result = std::move(summary);
  if (run_.is_dry) return;
  if (!seen.changed.empty()) plan.changes.emplace_back(SetAlerts{std::move(seen.changed)});
  for (Delivery& one : seen.deliveries) plan.deliveries.push_back(std::move(one));
}

void VolumeTurn::ask(VolumeQuestion::About about, const char* what, json::object details,
                     TimePoint hour) {
  plan.deliveries.push_back({.lane = run_.is_backfill ? volume_backfill_lane : volume_look_lane,
                             .target = desk_target,
                             .payload = Lookup{what, std::move(details)},
                             .holds_lane = false,
                             .answer_kind = std::string(volume_answer_kind),
                             .reference = encode(VolumeQuestion{run_.key, about, hour})});
}

void VolumeTurn::keep_hours(std::vector<HourCount> counted) {
  if (counted.empty()) return;
  std::map<TimePoint, int64_t> all;
  for (const HourCount& one : hours_) all[one.hour] = one.count;
  for (const HourCount& one : counted) {
    if (one.hour <= run_.latest) all[one.hour] = one.count;
  }
  hours_.clear();
  for (const auto& [hour, count] : all) hours_.push_back({hour, count});
  plan.changes.emplace_back(KeepHours{std::move(counted)});
}

void VolumeTurn::drop_questions(const std::string& why) {
  for (const DeliveryId id : view_.questions) plan.changes.emplace_back(DropDelivery{id, why});
}

void VolumeTurn::fail(Error error) {
  run_.state = RunState::failed;
  run_.tags.reset();
  run_.result = encode_error(error);
  if (is_beginning_) plan.refusal = std::move(error);
}

void VolumeTurn::keep() {
  if (plan.refusal) return;
  if (is_beginning_) {
    json::object reply{{"run", run_.key}};
    if (run_.state == RunState::done) reply["summary"] = run_.result;
    plan.reply = std::move(reply);
  }
  plan.changes.emplace_back(KeepRun{std::move(run_)});
}

}  // namespace dw
