// /v1/incidents: groups of tickets about one thing, and what people decide about them.
#include <fmt/format.h>

#include "jobs/storm/live.h"
#include "jobs/storm/rows.h"
#include "jobs/storm/storm.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/shapes.h"

namespace dw {
namespace {

Result<ShownIncident> shown(ReadDb& db, Incident incident) {
  DW_TRY(auto tickets, storm::tickets_of(db, incident.group, incident_tickets_shown));
  return ShownIncident{std::move(incident), std::move(tickets)};
}

}  // namespace

void Operations::add_incidents() {
  add_own("listIncidents", &Operations::list_incidents);
  add_own("dismissIncident", &Operations::dismiss_incident);
}

Task<ApiAnswer> Operations::list_incidents(Call& call) {
  std::vector<Problem> problems;
  const PageRequest page = page_parameters(call.request, problems);
  const std::string named = call.request.parameter("state").value_or("seen");
  const auto state = incident_state_named(named);
  if (!state) problems.push_back({"state", "must be seen or dismissed"});
  DW_CO_CHECK(check_parameters(std::move(problems)));
  Page<ShownIncident> out;
  auto work = [&](ReadDb& db) -> Result<void> {
    out = {};
    DW_TRY(Page<Incident> found, storm::list(db, *state, page));
    out.next_cursor = found.next_cursor;
    for (Incident& one : found.items) {
      DW_TRY(ShownIncident whole, shown(db, std::move(one)));
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
    DW_TRY(out, shown(db, std::move(*found)));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(out);
}

}  // namespace dw
