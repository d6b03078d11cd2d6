#include "app/commands/front_door.h"

#include "app/commands/commands.h"
#include "net/url.h"

namespace dw {
namespace {

OperationsParts parts_of(Core& core, const QueueDepths& depths) {
  OperationsParts parts = core.operations_parts(depths);
  parts.routes = core.settings.routes;
  parts.source = "command";
  parts.is_notice_test = core.settings.notices.is_test;
  parts.lanes_changed = [] {};
  return parts;
}

std::string query_of(const Asking& asking) {
  std::string out;
  for (const auto& [name, value] : asking.query) {
    if (!out.empty()) out += '&';
    out += encode_url_part(name) + "=" + encode_url_part(value);
  }
  return out;
}

}  // namespace

FrontDoor::FrontDoor(Core& core)
    : core_(core), depths_(core.gauges), operations_(parts_of(core, depths_)) {}

void FrontDoor::measure_queues() {
  run_task(core_, depths_.measure());
}

ApiAnswer FrontDoor::call(std::string_view id, const Asking& asking) {
  const Operation& operation = dw::operation(id);
  const std::string query = query_of(asking), body = to_text(asking.body);
  Request request{.method = operation.method, .path = operation.path, .query = query, .body = body};
  request.headers.emplace_back("content-type", "application/json");
  request.path_parameters.push_back(asking.name);
  const Result<void> checked = check_parameters(unstorable_parameters(request));
  if (!checked.ok()) return checked.error();
  const Operations::Handler* handler = operations_.find(id);
  DW_ASSERT(handler != nullptr, "a command asks for what this process can do");
  Call call{operation, request, {"command line", Role::admin}};
  return run_task(core_, (*handler)(call));
}

}  // namespace dw
