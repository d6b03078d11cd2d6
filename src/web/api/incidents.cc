// /v1/incidents: groups of tickets about one thing, and what people decide about them.
#include <fmt/format.h>

#include "base/number.h"
#include "base/text.h"
#include "jobs/storm/incident.h"
#include "jobs/storm/live.h"
#include "jobs/storm/rows.h"
#include "jobs/storm/storm.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/shapes.h"

namespace dw {
namespace {

constexpr int created = 201;
constexpr int subject_characters_max = 200;

int64_t number_of(const Call& call) {
  return number_in(call.name()).value_or(0);
}

/// "remove 1, 2"; empty: none are named.
std::string listed(const JsonView& body, const char* key) {
  std::string out;
  for (const JsonView& one : body[key].elements()) {
    const auto id = one.integer();
    if (id) out += fmt::format("{}{}", out.empty() ? fmt::format("{} ", key) : ", ", *id);
  }
  return out;
}

/// What the audit list says that it is about; the body is as a client sent it, of any kind.
std::string subject_of(const json::value& asked) {
  const JsonView body(asked);
  std::vector<std::string> out;
  if (const auto id = body["incident"].integer()) out.push_back(fmt::format("incident {}", *id));
  if (auto group = body["group"].text()) out.push_back(std::move(*group));
  for (const char* key : {"tickets", "add", "remove"}) {
    if (std::string some = listed(body, key); !some.empty()) out.push_back(std::move(some));
  }
  return cut_characters(join(out, ": "), subject_characters_max);
}

/// Ids are numbers; what else stands among them is named. errors  invalid
Result<void> check_ids(const json::value& asked) {
  const JsonView body(asked);
  std::vector<Problem> problems;
  for (const char* key : {"tickets", "add", "remove"}) {
    for (const JsonView& one : body[key].elements()) {
      if (one.integer()) continue;
      const std::string given = one.raw() == nullptr ? "" : to_text(*one.raw());
      problems.push_back(
          {key, fmt::format("{} is no ticket's id, such as 12", cut_characters(given, 40))});
    }
  }
  if (problems.empty()) return {};
  return Error{.kind = ErrorKind::invalid,
               .where = "",
               .what = "nothing was changed",
               .problems = std::move(problems)};
}

Error no_incident(const Call& call) {
  return {ErrorKind::missing, "", fmt::format("there is no incident {}", call.name())};
}

}  // namespace

void Operations::add_incidents() {
  add_own("listIncidents", &Operations::list_incidents);
  add_own("showIncident", &Operations::show_incident);
  add_own("dismissIncident", &Operations::dismiss_incident);
  add_own("openIncident", &Operations::open_incident);
  add_own("answerIncident", &Operations::answer_incident);
  add_own("changeIncidentTickets", &Operations::change_incident_tickets);
  add_own("closeIncident", &Operations::close_incident);
  add_own("dissolveIncident", &Operations::dissolve_incident);
}

Task<ApiAnswer> Operations::list_incidents(Call& call) {
  std::vector<Problem> problems;
  const PageRequest page = page_parameters(call.request, problems);
  const auto named = call.request.parameter("state");
  const auto state = named ? incident_state_named(*named) : std::nullopt;
  if (named && !state)
    problems.push_back({"state", "must be seen, open, solved, dissolved or dismissed"});
  DW_CO_CHECK(check_parameters(std::move(problems)));
  Page<ShownIncident> out;
  auto work = [&](ReadDb& db) -> Result<void> {
    out = {};
    DW_TRY(Page<Incident> found, storm::list(db, state, page));
    out.next_cursor = found.next_cursor;
    for (Incident& one : found.items) {
      DW_TRY(ShownIncident whole, dw::show_incident(db, std::move(one)));
      out.items.push_back(std::move(whole));
    }
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(out, parts_.shapes);
}

Task<ApiAnswer> Operations::dismiss_incident(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const std::string name = JsonView(body, problems)["group"].required_text();
  const auto group = group_named(name);
  if (problems.empty() && !group) problems.push_back({"group", "must be a group (g-000003)"});
  if (!problems.empty()) {
    co_return Error{.kind = ErrorKind::invalid,
                    .where = "",
                    .what = "this names no group",
                    .problems = std::move(problems)};
  }
  Taken taken{.kind = std::string(storm_dismiss_kind),
              .body = json::object{{"group", group_name(*group)}, {"by", call.caller.name}},
              .what = "incident.dismiss",
              .detail = group_name(*group)};
  json::object reply;
  if (auto refused = co_await accept_asked(call, std::move(taken), reply)) {
    co_return std::move(*refused);
  }
  ShownIncident out;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(auto found, storm::find(db, *group));
    if (!found) return Error{ErrorKind::missing, "", "there is no group " + name};
    DW_TRY(out, dw::show_incident(db, std::move(*found)));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(out);
}

Task<ApiAnswer> Operations::show_incident(Call& call) {
  std::optional<WholeIncident> out;
  auto work = [&](ReadDb& db) -> Result<void> {
    out.reset();
    std::optional<Incident> found;
    if (const auto group = group_named(call.name())) {
      DW_TRY(found, storm::find(db, *group));
    } else {
      DW_TRY(found, storm::find_by_parent(db, TicketId{number_of(call)}));
    }
    if (!found) return {};
    DW_TRY(out, show_whole(db, std::move(*found)));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!out) {
    co_return no_incident(call);
  }
  co_return shape_of(*out);
}

/// Hands it to the inbox and answers with the incident as it is then; what its tickets are told
/// follows.
Task<ApiAnswer> Operations::ask_incident(Call& call, std::string_view kind, json::object body,
                                         std::string_view what) {
  body["by"] = call.caller.name;
  std::string detail = subject_of(body);
  Taken taken{.kind = std::string(kind),
              .body = std::move(body),
              .what = std::string(what),
              .detail = std::move(detail)};
  json::object reply;
  if (auto refused = co_await accept_asked(call, std::move(taken), reply)) {
    co_return std::move(*refused);
  }
  const TicketId parent{JsonView(reply)["incident"].integer().value_or(0)};
  std::optional<ShownIncident> out;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(auto found, storm::find_by_parent(db, parent));
    if (!found) return {};
    DW_TRY(out, dw::show_incident(db, std::move(*found)));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!out) {
    co_return no_incident(call);
  }
  ApiAnswer answer = shape_of(*out);
  if (call.operation.status == created) {
    answer.headers.emplace_back("Location", fmt::format("/v1/incidents/{}", parent.value));
  }
  co_return answer;
}

Task<ApiAnswer> Operations::open_incident(Call& call) {
  DW_CO_TRY(json::value body, call.body());
  DW_CO_CHECK(check_ids(body));
  json::object asked = std::move(body.get_object());
  asked.erase("incident");  // it has no number yet, whatever the caller says
  co_return co_await ask_incident(call, storm_open_kind, std::move(asked), "incident.open");
}

/// What the caller asks of the incident that the path names.
Task<ApiAnswer> Operations::change_incident(Call& call, std::string_view kind,
                                            std::string_view what) {
  DW_CO_TRY(json::value body, call.body());
  if (number_of(call) == 0) {
    co_return no_incident(call);
  }
  DW_CO_CHECK(check_ids(body));
  json::object asked = std::move(body.get_object());
  asked["incident"] = number_of(call);
  co_return co_await ask_incident(call, kind, std::move(asked), what);
}

Task<ApiAnswer> Operations::answer_incident(Call& call) {
  return change_incident(call, storm_answer_kind, "incident.answer");
}

Task<ApiAnswer> Operations::change_incident_tickets(Call& call) {
  return change_incident(call, storm_tickets_kind, "incident.tickets");
}

Task<ApiAnswer> Operations::close_incident(Call& call) {
  return change_incident(call, storm_close_kind, "incident.close");
}

Task<ApiAnswer> Operations::dissolve_incident(Call& call) {
  if (number_of(call) == 0) {
    co_return no_incident(call);
  }
  json::object asked{{"incident", number_of(call)}};
  co_return co_await ask_incident(call, storm_dissolve_kind, std::move(asked), "incident.dissolve");
}

}  // namespace dw
