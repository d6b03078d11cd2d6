// deskwire summary: the daily report, to stdout.
#include <fmt/format.h>

#include "app/commands/operation_command.h"
#include "app/print.h"

namespace dw {
namespace {

void print_summary(Invocation& invocation) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::look);
  if (!core) return;
  FrontDoor door(*core);
  const auto answer = ask(invocation, door, "getSummary");
  if (!answer) return;
  if (invocation.is_json) return print_one(invocation, *answer);
  print("{}\n", std::string_view(answer->at("text").as_string()));
}

}  // namespace

void add_summary(Command app, Invocation& invocation) {
  add_command(app, invocation, "summary", "The daily summary as it would be sent now",
              [&invocation] { print_summary(invocation); });
}

}  // namespace dw
