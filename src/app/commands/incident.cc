// `deskwire incident`: many tickets about one thing.
#include "app/commands/operation_command.h"

namespace dw {

void add_incident(Command app, Invocation& invocation) {
  Command incident = app.add_group("incident", "Many tickets about one thing");
  Argument state = in_query("--state", "seen (default) or dismissed", "state");
  state.words = {"seen", "dismissed"};
  add_operation(incident, invocation,
                {.name = "list",
                 .what = "Groups of tickets about one thing, newest first",
                 .operation = "listIncidents",
                 .arguments = {std::move(state), limit(50)},
                 .columns = {{"GROUP", "group"},
                             {"STATE", "state"},
                             {"TITLE", "title"},
                             {"TICKETS", "joined"},
                             {"PEOPLE", "requesters"},
                             {"SINCE", "since"}}});
}

}  // namespace dw
