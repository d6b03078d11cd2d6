#include <fmt/format.h>

#include "app/commands/commands.h"
#include "web/shapes.h"

namespace dw {
namespace {

/// What the ticket commands are given; lives as long as the command line.
struct TicketArguments {
  std::string status, priority, text;
  int64_t id = 0, limit = 50;
  std::string title, description, requester = "command line", email, body;
  std::vector<std::string> tags;
  bool is_private = false;
};

/// Hands an event to the inbox as the API does; the ticket that the reply names is printed.
void take(Invocation& invocation, std::string kind, json::object body, Asked asked) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  Event event{.source = "command",
              .key = random_uuid(),
              .kind = std::move(kind),
              .at = core->clock.now(),
              .body = std::move(body)};
  const Result<Accepted> accepted =
      run_task(*core, core->inbox->accept(std::move(event), std::move(asked)));
  if (!accepted.ok()) return fail(invocation, accepted.error());
  std::vector<Problem> ignored;
  const TicketId id{JsonView(accepted->reply, ignored)["ticket"].integer().value_or(0)};
  auto show = [&](Reader& reader) -> Result<void> {
    DW_TRY(const auto ticket, reader.ticket(id));
    if (ticket) print_one(invocation, shape_of(*ticket, core->shapes()));
    return {};
  };
  const Result<void> read = core->store->read_now(show);
  if (!read.ok()) fail(invocation, read.error());
}

void list(Invocation& invocation, const TicketArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  TicketQuery query{.text = given.text, .page = {.limit = static_cast<size_t>(given.limit)}};
  if (!given.status.empty()) query.status = status_named(given.status);
  if (!given.priority.empty()) query.priority = priority_named(given.priority);
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(const Page<Ticket> page, reader.tickets(query));
    json::array items;
    for (const Ticket& one : page.items) items.push_back(shape_of(one, core->shapes()));
    print_items(invocation, items,
                {{"ID", "id"},
                 {"STATUS", "status"},
                 {"PRIORITY", "priority"},
                 {"OPENED", "opened_at"},
                 {"REQUESTER", "requester.name"},
                 {"TITLE", "title"}});
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

void show(Invocation& invocation, const TicketArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Reader& reader) -> Result<void> {
    const TicketId id{given.id};
    DW_TRY(const auto ticket, reader.ticket(id));
    if (!ticket) {
      return Error{ErrorKind::missing, "", fmt::format("there is no ticket {}", given.id)};
    }
    json::object body = shape_of(*ticket, core->shapes());
    DW_TRY(const auto comments, reader.comments(id));
    json::array parts;
    for (const Comment& comment : comments) parts.push_back(shape_of(comment));
    body["comments"] = std::move(parts);
    DW_TRY(const auto deliveries, reader.deliveries({.ticket = id}));
    parts = {};
    for (const Delivery& one : deliveries.items) parts.push_back(shape_of(one, core->shapes()));
    body["deliveries"] = std::move(parts);
    DW_TRY(const auto links, reader.links(id));
    parts = {};
    for (const Link& link : links) parts.push_back(shape_of(link));
    body["links"] = std::move(parts);
    print_one(invocation, body);
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

json::object new_body(const TicketArguments& given) {
  json::object requester{{"name", given.requester}};
  if (!given.email.empty()) requester["email"] = given.email;
  return {{"title", given.title},
          {"priority", given.priority},
          {"description", given.description},
          {"requester", std::move(requester)},
          {"tags", json::array(given.tags.begin(), given.tags.end())},
          {"source", "command"}};
}

}  // namespace

void add_ticket(Command app, Invocation& invocation) {
  auto given = std::make_shared<TicketArguments>();  // shared with callbacks that run later
  Command ticket = app.add_group("ticket", "The embedded desk");

  Command all = add_command(ticket, invocation, "list", "List and search tickets",
                            [&invocation, given] { list(invocation, *given); });
  all.add_option("--status", given->status, "open, pending or solved")
      .one_of({"open", "pending", "solved"});
  all.add_option("--priority", given->priority, "high, medium or low")
      .one_of({"high", "medium", "low"});
  all.add_option("--limit", given->limit, "how many at most").within(1, 500);
  all.add_option("text", given->text, "words that title or description contain");

  Command one = add_command(ticket, invocation, "show", "One ticket, whole",
                            [&invocation, given] { show(invocation, *given); });
  one.add_option("id", given->id, "its number").required();

  Command fresh = add_command(ticket, invocation, "new", "Open a ticket", [&invocation, given] {
    take(invocation, "api.ticket", new_body(*given), {"command line", "ticket.open"});
  });
  fresh.add_option("--title", given->title, "one line").required();
  fresh.add_option("--priority", given->priority, "high, medium or low").required();
  fresh.add_option("--description", given->description, "what happened").required();
  fresh.add_option("--requester", given->requester, "who asks");
  fresh.add_option("--email", given->email, "the requester's address");
  fresh.add_option("--tag", given->tags, "a tag; may be repeated");

  Command reply =
      add_command(ticket, invocation, "reply", "Comment on a ticket", [&invocation, given] {
        take(invocation, "desk.comment",
             {{"ticket", given->id},
              {"author", json::object{{"name", "command line"}}},
              {"body", given->body},
              {"public", !given->is_private},
              {"source", "command"}},
             {"command line", "ticket.comment"});
      });
  reply.add_option("id", given->id, "the ticket's number").required();
  reply.add_option("text", given->body, "what to say").required();
  reply.add_flag("--private", given->is_private, "a note that the requester does not see");

  Command close = add_command(ticket, invocation, "close", "Solve a ticket", [&invocation, given] {
    take(invocation, "desk.update",
         {{"ticket", given->id}, {"status", "solved"}, {"by", "command line"}},
         {"command line", "ticket.update", "status"});
  });
  close.add_option("id", given->id, "the ticket's number").required();
}

}  // namespace dw
