// `deskwire delivery`: what is on its way out, and what needs a person.
#include "app/commands/operation_command.h"
#include "app/exit_code.h"

namespace dw {
namespace {

const std::vector<TableColumn> columns = {
    {"ID", "id"},         {"STATE", "state"},    {"TICKET", "ticket_number"},
    {"TARGET", "target"}, {"TRIES", "attempts"}, {"NEXT", "next_attempt_at"},
    {"REASON", "reason"}};

Argument state() {
  Argument out = in_query("--state", "pending, dead, unsure, done or discarded", "state");
  out.words = {"pending", "dead", "unsure", "done", "discarded"};
  return out;
}

Argument ids(const std::string& name, bool is_required) {
  Argument out = in_body(name, "d-000191 …", "ids");
  out.kind = Argument::Kind::texts;
  out.is_required = is_required;
  return out;
}

Argument all_dead() {
  Argument out = in_body("--all-dead", "every dead delivery", "all_dead");
  out.kind = Argument::Kind::flag;
  return out;
}

Argument why() {
  Argument out = in_body("--why", "the reason, recorded with the delivery", "why");
  out.is_required = true;
  return out;
}

void find_dead(Invocation& invocation, const json::object& answer) {
  for (const json::value& one : answer.at("items").as_array()) {
    if (one.at("state").as_string() == "dead") invocation.exit_code = exit_found;
  }
}

}  // namespace

void add_delivery(Command app, Invocation& invocation) {
  Command delivery = app.add_group("delivery", "Deliveries that are pending or need a decision");
  add_operation(delivery, invocation,
                {.name = "list",
                 .what = "Deliveries, newest first",
                 .operation = "listDeliveries",
                 .arguments = {state(), in_query("--lane", "of one lane", "lane"), limit(50)},
                 .columns = columns,
                 .after = find_dead});
  add_operation(delivery, invocation,
                {.name = "show",
                 .what = "One delivery, with its payload",
                 .operation = "getDelivery",
                 .arguments = {in_path("id", "d-000191")}});
  add_operation(delivery, invocation,
                {.name = "retry",
                 .what = "Try again now",
                 .operation = "retryDeliveries",
                 .arguments = {ids("ids", false), all_dead()},
                 .columns = columns});
  add_operation(delivery, invocation,
                {.name = "discard",
                 .what = "Discard deliveries",
                 .operation = "discardDeliveries",
                 .arguments = {ids("id", true), why()},
                 .columns = columns});
}

}  // namespace dw
