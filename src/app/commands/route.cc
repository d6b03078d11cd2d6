#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/commands/commands.h"
#include "domain/markup.h"
#include "jobs/intake/intake.h"
#include "jobs/intake/replies.h"

namespace dw {
namespace {

std::optional<std::string> contents(const std::string& file) {
  std::stringstream out;
  if (file == "-") {
    out << std::cin.rdbuf();
    return out.str();
  }
  std::ifstream stream(file);
  if (!stream) return std::nullopt;
  out << stream.rdbuf();
  return out.str();
}

/// A ticket out of an API body, or out of a message as it would be written in Teams.
Result<Ticket> ticket_in(const std::string& text, const IntakeSettings& settings) {
  Ticket ticket;
  if (const Result<json::value> body = parse_json(text); body.ok() && body->is_object()) {
    std::vector<Problem> problems = check_request(*body, settings, ticket);
    if (problems.empty()) return ticket;
    return Error{.kind = ErrorKind::invalid,
                 .where = "",
                 .what = "this is not a ticket yet",
                 .problems = std::move(problems)};
  }
  const Draft draft = parse_message(text_of_html(text));
  Ticketed good;
  const std::vector<Fault> faults = check_draft(draft, settings, good);
  if (!faults.empty()) {
    return Error{ErrorKind::invalid, "", reply_faulty(draft, faults, settings)};
  }
  ticket.title = good.title;
  ticket.description = good.description;
  ticket.priority = good.priority;
  ticket.tags = good.tags;
  ticket.requester.email = good.email;
  ticket.source = "teams:local";
  return ticket;
}

void explain(Invocation& invocation, const std::string& file) {
  const auto settings = read_settings(invocation);
  if (!settings) return;
  const auto text = contents(file);
  if (!text) return fail(invocation, {ErrorKind::invalid, file, "can't be read"});
  const Result<Ticket> ticket = ticket_in(*text, settings->intake);
  if (!ticket.ok()) return fail(invocation, ticket.error());
  const Routing routing(settings->routes);
  const Routed routed = routing.choose(*ticket);
  json::array rules;
  for (const RouteVerdict& verdict : routing.explain(*ticket)) {
    json::array conditions;
    for (const std::string& one : verdict.conditions) conditions.push_back(json::string(one));
    rules.push_back(json::object{{"route", verdict.route + 1},
                                 {"matches", verdict.has_matched},
                                 {"conditions", std::move(conditions)}});
  }
  if (invocation.is_json) {
    json::value route = nullptr;
    if (routed.route >= 0) route = routed.route + 1;
    fmt::print("{}\n",
               to_text(json::object{{"queue", routed.queue},
                                    {"priority", json::string(name_of(ticket->priority))},
                                    {"route", std::move(route)},
                                    {"tags", json::array(routed.tags.begin(), routed.tags.end())},
                                    {"rules", std::move(rules)}}));
    return;
  }
  for (const RouteVerdict& verdict : routing.explain(*ticket)) {
    fmt::print("route {}: {}\n", verdict.route + 1, verdict.has_matched ? "matches" : "no");
    for (const std::string& one : verdict.conditions) fmt::print("  {}\n", one);
  }
  fmt::print("→ queue {} ({})\n", routed.queue,
             routed.route >= 0
                 ? fmt::format("route {}", routed.route + 1)
                 : fmt::format("no route matches; priority {}", name_of(ticket->priority)));
}

}  // namespace

void add_route(CLI::App& app, Invocation& invocation) {
  auto file = std::make_shared<std::string>();  // shared with a callback that runs later
  CLI::App* route = app.add_subcommand("route", "Routing rules");
  route->require_subcommand(1);
  CLI::App& command =
      add_command(*route, invocation, "explain", "Which rule a ticket would take, and why",
                  [&invocation, file] { explain(invocation, *file); });
  command.add_option("file", *file, "a message as written in Teams, or an API body; - for stdin")
      ->required();
}

}  // namespace dw
