// History in bulk from Zendesk: through the incremental export, a request per thousand tickets;
// through the search where the export can't serve, for it knows no query and answers admins alone.
// Where it stands is kept with each page, so that the same count goes on there.
#include <algorithm>

#include "jobs/volume/turn.h"

namespace dw {
namespace {

constexpr std::chrono::hours week{7 * 24};
/// What the export counts: all tickets.
constexpr const char* query_of_all = "type:ticket";

/// Of a count that is on its way: {"from": ms, "cursor", "tickets"}.
struct HalfWay {
  TimePoint from{};
  std::string cursor;
  int64_t tickets = 0;
};

std::string encode(const HalfWay& place) {
  return to_text(json::object{{"from", place.from.time_since_epoch().count()},
                              {"cursor", place.cursor},
                              {"tickets", place.tickets}});
}

std::optional<HalfWay> decode_place(const std::string& text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  const auto from = view["from"].integer();
  const auto tickets = view["tickets"].integer();
  if (!from || !tickets) return std::nullopt;
  return HalfWay{TimePoint(Millis(*from)), view["cursor"].text().value_or(""), *tickets};
}

std::vector<HourCount> added(const std::vector<HourCount>& created, const CountedBirths& last) {
  std::map<TimePoint, int64_t> all = last.hours;
  for (const HourCount& one : created) all[one.hour] += one.count;
  std::vector<HourCount> out;
  for (const auto& [hour, count] : all) out.push_back({hour, count});
  return out;
}

}  // namespace

void VolumeTurn::backfill() {
  plan.kept_body = event_.body;
  if (json::object* object = plan.kept_body->if_object()) object->erase("counts");
  if (!can_begin()) return;
  run_.is_backfill = true;
  run_.latest = hours_end(event_.at) - one_hour;
  const TimePoint since{Millis(JsonView(event_.body)["since"].integer().value_or(0))};
  if (parts_.settings.source == "zendesk") {
    begin_history(place_name(event_, parts_), hour_of(since), run_.latest + one_hour);
  } else {
    keep_hours(parts_.settings.is_from_file() ? counts_given() : counts_of_desk());
    run_.history = HistoryCount{};
    end_history();
  }
  keep();
}

void VolumeTurn::begin_history(std::string name, TimePoint from, TimePoint until) {
  HistoryCount one{.name = std::move(name), .from = from, .until = until};
  // A time: all before it is there. A backfill counts nothing again; a gap is what is not there.
  const auto done = from_rfc3339(view_.place);
  if (done && run_.is_backfill) one.from = std::max(one.from, *done);
  one.reached = one.from;
  one.is_by_search = parts_.settings.query != query_of_all;
  const auto place = decode_place(view_.place);
  const bool goes_on = !one.is_by_search && place && place->from <= one.from;
  if (goes_on) {
    one.from = place->from;
    one.cursor = place->cursor;
    one.tickets = place->tickets;
  } else {
    plan.changes.emplace_back(DropBirths{one.name});
  }
  run_.history = std::move(one);
  if (run_.history->from >= until) return end_history();
  ask_history();
}

void VolumeTurn::ask_history() {
  const HistoryCount& one = *run_.history;
  if (!one.is_by_search) {
    return ask(VolumeQuestion::About::history, "export",
               {{"from", to_rfc3339(one.from)}, {"cursor", one.cursor}});
  }
  const TimePoint end = std::min<TimePoint>(one.reached + week, one.until);
  ask(VolumeQuestion::About::history, "search",
      {{"query", parts_.settings.query},
       {"from", to_rfc3339(one.reached)},
       {"to", to_rfc3339(end)},
       {"cursor", one.cursor}});
}

void VolumeTurn::take_history(const json::value& answer) {
  if (!run_.history) return;
  if (answer.is_null()) return take_history_refusal();
  HistoryCount& one = *run_.history;
  const TicketPage page = decode_page(answer);
  const TimePoint from = one.is_by_search ? one.reached : one.from;
  const TimePoint until =
      one.is_by_search ? std::min<TimePoint>(one.reached + week, one.until) : one.until;
  const CountedBirths counted = count_created(page.tickets, from, view_.seen);
  one.tickets += counted.tickets();
  const bool is_last = one.is_by_search ? page.next_cursor.empty() : page.is_end;
  if (is_last) {
    end_part(from, until, counted);
    one.reached = until;
    one.cursor.clear();
    return until >= one.until ? end_history() : ask_history();
  }
  if (page.next_cursor == one.cursor) {
    return fail({ErrorKind::invalid, "zendesk", "a list that never ends"});
  }
  one.cursor = page.next_cursor;
  plan.changes.emplace_back(AddBirths{one.name, counted});
  if (one.is_by_search) {
    plan.changes.emplace_back(KeepPlace{one.name, to_rfc3339(one.reached)});
  } else {
    one.reached = std::clamp(page.reached, one.reached, std::max(one.reached, one.until));
    std::string place = encode(HalfWay{one.from, one.cursor, one.tickets});
    plan.changes.emplace_back(KeepPlace{one.name, std::move(place)});
  }
  ask_history();
}

void VolumeTurn::take_history_refusal() {
  HistoryCount& one = *run_.history;
  if (one.is_by_search) {
    return fail({ErrorKind::invalid, "zendesk", JsonView(event_.body)["why"].text().value_or("")});
  }
  // The cursor of long ago may no longer be taken; whoever is no admin has no export at all.
  const bool is_too_old = !one.cursor.empty() && !one.was_begun_again;
  one.was_begun_again = is_too_old;
  one.is_by_search = !is_too_old;
  one.cursor.clear();
  one.tickets = 0;
  one.reached = one.from;
  plan.changes.emplace_back(DropBirths{one.name});
  ask_history();
}

/// Hours are known at the end alone: until the last page is read, each may still be short of some.
void VolumeTurn::end_part(TimePoint from, TimePoint until, const CountedBirths& last) {
  keep_hours(every_hour(added(view_.created, last), from, until));
  plan.changes.emplace_back(DropBirths{run_.history->name});
  plan.changes.emplace_back(KeepPlace{run_.history->name, to_rfc3339(until)});
}

void VolumeTurn::end_history() {
  if (!run_.is_backfill) {
    run_.history.reset();
    return go_on();
  }
  run_.state = RunState::done;
  run_.result = json::object{{"tickets", run_.history->tickets}};
}

}  // namespace dw
