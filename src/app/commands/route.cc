#include <fmt/format.h>

#include <iostream>
#include <sstream>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "base/text_file.h"
#include "domain/day.h"
#include "domain/markup.h"
#include "jobs/intake/intake.h"
#include "jobs/intake/replies.h"
#include "records/paging.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr size_t ticket_bytes_max = 1 << 20;
constexpr size_t tickets_per_page = 500;

Result<std::string> contents(const std::string& file) {
  if (file != "-") return read_whole(file, ticket_bytes_max);
  std::stringstream out;
  out << std::cin.rdbuf();
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
  const Result<std::string> text = contents(file);
  if (!text.ok()) return fail(invocation, text.error());
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
    print("{}\n",
          to_text(json::object{{"queue", routed.queue},
                               {"priority", json::string(name_of(ticket->priority))},
                               {"route", std::move(route)},
                               {"tags", json::array(routed.tags.begin(), routed.tags.end())},
                               {"rules", std::move(rules)}}));
    return;
  }
  for (const RouteVerdict& verdict : routing.explain(*ticket)) {
    print("route {}: {}\n", verdict.route + 1, verdict.has_matched ? "matches" : "no");
    for (const std::string& one : verdict.conditions) print("  {}\n", one);
  }
  print("→ queue {} ({})\n", routed.queue,
        routed.route >= 0
            ? fmt::format("route {}", routed.route + 1)
            : fmt::format("no route matches; priority {}", name_of(ticket->priority)));
}

struct RouteArguments {
  std::string file, since, config;
};

/// What the next rules do otherwise than the present ones with a ticket that has a queue; nothing
/// if they do the same. The ticket is taken as it is now, for both alike: what an agent has changed
/// since, its priority say, moves nothing by itself.
std::optional<json::object> moved_by(const Routing& next, const Routing& present,
                                     const Ticket& ticket) {
  const Routed routed = next.choose(ticket);
  if (ticket.queue.empty() || routed.queue == ticket.queue) return std::nullopt;
  if (routed.queue == present.choose(ticket).queue) return std::nullopt;
  json::value route = nullptr;
  if (routed.route >= 0) route = routed.route + 1;
  return json::object{{"ticket", ticket.id.value}, {"title", ticket.title},
                      {"was", ticket.queue},       {"would", routed.queue},
                      {"route", std::move(route)}, {"opened_at", to_rfc3339(ticket.opened_at)}};
}

void backtest(Invocation& invocation, const RouteArguments& given) {
  // First the running configuration: it brings the environment that both are written against.
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::look);
  if (!core) return;
  const Result<Settings> next = load_settings(given.config, process_environment(), SecretUse::some);
  if (!next.ok()) {
    print(stderr, "{}\n", next.error().text());
    invocation.exit_code = exit_configuration;
    return;
  }
  TicketQuery query{.page = {.limit = tickets_per_page}};
  query.since = time_named(given.since, core->clock.now(), core->settings.hours.timezone);
  if (!query.since) {
    return fail(invocation, {ErrorKind::invalid, "--since",
                             "must be a day such as 2026-11-21, a time, \"today\" or \"7d\""});
  }
  const Routing routing(next->routes), present(core->settings.routes);
  json::array items;
  size_t seen = 0;
  auto work = [&](ReadDb& db) -> Result<void> {
    do {
      DW_TRY(const Page<Ticket> page, tickets::list(db, query));
      for (const Ticket& ticket : page.items) {
        if (auto moved = moved_by(routing, present, ticket)) items.push_back(std::move(*moved));
      }
      seen += page.items.size();
      query.page.cursor = page.next_cursor;
    } while (!query.page.cursor.empty());
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) return fail(invocation, read.error());
  print_items(invocation, items,
              {{"TICKET", "ticket"},
               {"OPENED", "opened_at"},
               {"WAS", "was"},
               {"WOULD BE", "would"},
               {"ROUTE", "route"},
               {"TITLE", "title"}});
  if (invocation.is_json) return;
  print("{} of {} tickets would be routed differently\n", items.size(), seen);
}

}  // namespace

void add_route(Command app, Invocation& invocation) {
  auto given = std::make_shared<RouteArguments>();  // shared with callbacks that run later
  Command route = app.add_group("route", "Routing rules");
  Command one =
      add_command(route, invocation, "explain", "Show which rule matches a ticket, and why",
                  [&invocation, given] { explain(invocation, given->file); });
  one.add_option("file", given->file, "a message as written in Teams, or an API body; - for stdin")
      .required();
  Command past =
      add_command(route, invocation, "backtest",
                  "Show which past tickets another configuration would route differently",
                  [&invocation, given] { backtest(invocation, *given); });
  past.add_option("--since", given->since, "a day, a time or \"30d\"").required();
  past.add_option("--config", given->config, "the configuration with the other [[route]]s")
      .required();
}

}  // namespace dw
