// `deskwire incident`: many tickets about one thing.
#include "app/commands/operation_command.h"

namespace dw {
namespace {

Argument required(Argument argument) {
  argument.is_required = true;
  return argument;
}

Argument incident_id() {
  return in_path("id", "the id of its parent ticket");
}

Argument ticket_ids(std::string member) {
  Argument out = in_body("tickets", "the ids of tickets", std::move(member));
  out.kind = Argument::Kind::numbers;
  return required(std::move(out));
}

void add_list(Command incident, Invocation& invocation) {
  Argument state = in_query(
      "--state", "seen, open, solved, dissolved or dismissed; default: all but dismissed", "state");
  state.words = {"seen", "open", "solved", "dissolved", "dismissed"};
  add_operation(incident, invocation,
                {.name = "list",
                 .what = "Incidents, and groups that nobody decided on, newest first",
                 .operation = "listIncidents",
                 .arguments = {std::move(state), limit(50)},
                 .columns = {{"ID", "id"},
                             {"GROUP", "group"},
                             {"STATE", "state"},
                             {"TITLE", "title"},
                             {"TICKETS", "joined"},
                             {"PEOPLE", "requesters"},
                             {"SINCE", "since"}}});
}

void add_tickets(Command incident, Invocation& invocation) {
  add_operation(incident, invocation,
                {.name = "add",
                 .what = "Add tickets to an incident",
                 .operation = "changeIncidentTickets",
                 .arguments = {incident_id(), ticket_ids("add")}});
  add_operation(incident, invocation,
                {.name = "remove",
                 .what = "Remove tickets from an incident",
                 .operation = "changeIncidentTickets",
                 .arguments = {incident_id(), ticket_ids("remove")}});
}

}  // namespace

void add_incident(Command app, Invocation& invocation) {
  Command incident = app.add_group("incident", "Many tickets about one thing");
  add_list(incident, invocation);
  add_operation(incident, invocation,
                {.name = "show",
                 .what = "One incident with its tickets, answers and what happened",
                 .operation = "showIncident",
                 .arguments = {incident_id()}});
  add_operation(incident, invocation,
                {.name = "answer",
                 .what = "Answer all tickets of an incident at once",
                 .operation = "answerIncident",
                 .arguments = {incident_id(), required(in_body("text", "what to say", "body"))}});
  add_tickets(incident, invocation);
  add_operation(
      incident, invocation,
      {.name = "close",
       .what = "End an incident and solve its tickets",
       .operation = "closeIncident",
       .arguments = {incident_id(), in_body("--answer", "what its tickets hear first", "answer")}});
  add_operation(incident, invocation,
                {.name = "dissolve",
                 .what = "It was no incident: all tickets leave it",
                 .operation = "dissolveIncident",
                 .arguments = {incident_id()}});
}

}  // namespace dw
