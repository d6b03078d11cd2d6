#include "jobs/volume/run.h"

#include <algorithm>
#include <array>

namespace dw {
namespace {

constexpr std::chrono::hours week{7 * 24};
constexpr int weeks_compared = 4;

int64_t millis(TimePoint at) {
  return at.time_since_epoch().count();
}

TimePoint time_in(const JsonView& view) {
  return TimePoint(Millis(view.integer().value_or(0)));
}

bool is_set(const JsonView& view) {
  return view.boolean().value_or(false);
}

TaggedTicket ticket_in(const JsonView& view) {
  TaggedTicket out;
  const json::value* id = view["id"].raw();
  if (id != nullptr) out.id = id->is_string() ? std::string(id->get_string()) : to_text(*id);
  out.subject = view["subject"].text().value_or("");
  out.tags = view["tags"].texts();
  out.created_at = from_rfc3339(view["created_at"].text().value_or("")).value_or(TimePoint{});
  out.is_deleted = is_set(view["is_deleted"]);
  return out;
}

json::array texts(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

json::object encode(const HistoryCount& one) {
  return {{"name", one.name},
          {"from", millis(one.from)},
          {"until", millis(one.until)},
          {"reached", millis(one.reached)},
          {"cursor", one.cursor},
          {"is_by_search", one.is_by_search},
          {"was_begun_again", one.was_begun_again},
          {"tickets", one.tickets}};
}

HistoryCount history_in(const JsonView& view) {
  return {.name = view["name"].text().value_or(""),
          .from = time_in(view["from"]),
          .until = time_in(view["until"]),
          .reached = time_in(view["reached"]),
          .cursor = view["cursor"].text().value_or(""),
          .is_by_search = is_set(view["is_by_search"]),
          .was_begun_again = is_set(view["was_begun_again"]),
          .tickets = view["tickets"].integer().value_or(0)};
}

json::object encode(const TagSearch& one) {
  json::object baseline;
  for (const auto& [tag, count] : one.baseline.tags) baseline[tag] = count;
  json::array hour;
  for (const TaggedTicket& ticket : one.hour) {
    hour.push_back(
        json::object{{"id", ticket.id}, {"subject", ticket.subject}, {"tags", texts(ticket.tags)}});
  }
  return {{"stretch", one.stretch},          {"cursor", one.cursor},
          {"ids", texts(one.ids)},           {"baseline_tickets", one.baseline.tickets},
          {"baseline", std::move(baseline)}, {"hour", std::move(hour)}};
}

TagSearch tags_in(const JsonView& view) {
  TagSearch out{.stretch = view["stretch"].integer().value_or(0),
                .cursor = view["cursor"].text().value_or(""),
                .ids = view["ids"].texts()};
  out.baseline.tickets = view["baseline_tickets"].integer().value_or(0);
  if (const JsonView baseline = view["baseline"]; baseline.is_object()) {
    for (const auto& [tag, count] : baseline.raw()->get_object()) {
      out.baseline.tags[tag] = count.is_int64() ? count.get_int64() : 0;
    }
  }
  for (const JsonView& one : view["hour"].elements()) out.hour.push_back(ticket_in(one));
  return out;
}

constexpr std::array<const char*, 3> abouts = {"count", "tags", "history"};

}  // namespace

json::value encode(const VolumeRun& run) {
  json::array wanted;
  for (const TimePoint hour : run.wanted) wanted.emplace_back(millis(hour));
  json::object out{{"latest", millis(run.latest)},
                   {"is_dry", run.is_dry},
                   {"has_hour", run.has_hour},
                   {"wanted", std::move(wanted)},
                   {"result", run.result}};
  if (run.history) out["history"] = encode(*run.history);
  if (run.tags) out["tags"] = encode(*run.tags);
  return out;
}

VolumeRun decode_run(const json::value& body) {
  const JsonView view(body);
  VolumeRun out;
  out.latest = time_in(view["latest"]);
  out.is_dry = is_set(view["is_dry"]);
  out.has_hour = is_set(view["has_hour"]);
  for (const JsonView& one : view["wanted"].elements()) out.wanted.push_back(time_in(one));
  if (view["history"].is_object()) out.history = history_in(view["history"]);
  if (view["tags"].is_object()) out.tags = tags_in(view["tags"]);
  if (const json::value* result = view["result"].raw()) out.result = *result;
  return out;
}

json::value encode_error(const Error& error) {
  return json::object{
      {"kind", static_cast<int64_t>(error.kind)}, {"where", error.where}, {"what", error.what}};
}

Error decode_error(const json::value& body) {
  const JsonView view(body);
  return {static_cast<ErrorKind>(view["kind"].integer().value_or(0)),
          view["where"].text().value_or(""), view["what"].text().value_or("")};
}

std::vector<Stretch> stretches_of(TimePoint hour) {
  std::vector<Stretch> out;
  for (int weeks = 1; weeks <= weeks_compared; ++weeks) {
    const TimePoint then = hour - weeks * week;
    out.push_back({then - one_hour, then + 2 * one_hour});
  }
  out.push_back({hour, hour + one_hour});
  return out;
}

std::string encode(const VolumeQuestion& question) {
  return to_text(json::object{{"run", question.run},
                              {"about", abouts.at(static_cast<size_t>(question.about))},
                              {"hour", millis(question.hour)}});
}

std::optional<VolumeQuestion> decode_question(std::string_view reference) {
  const Result<json::value> parsed = parse_json(reference);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  const auto run = view["run"].text();
  const std::string about = view["about"].text().value_or("");
  const auto found = std::find(abouts.begin(), abouts.end(), about);
  if (!run || found == abouts.end()) return std::nullopt;
  return VolumeQuestion{*run, static_cast<VolumeQuestion::About>(found - abouts.begin()),
                        time_in(view["hour"])};
}

TicketPage decode_page(const json::value& answer) {
  const JsonView view(answer);
  TicketPage out;
  for (const JsonView& one : view["tickets"].elements()) out.tickets.push_back(ticket_in(one));
  out.next_cursor = view["next_cursor"].text().value_or("");
  out.reached = from_rfc3339(view["reached"].text().value_or("")).value_or(TimePoint{});
  out.is_end = view["is_end"].boolean().value_or(true) || out.next_cursor.empty();
  return out;
}

}  // namespace dw
