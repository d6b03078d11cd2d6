// /v1/tickets and /v1/metrics/tickets.
#include "records/tickets.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "jobs/bridge/waiting_times.h"
#include "records/accounts.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/list_shapes.h"
#include "web/ticket_events.h"

namespace dw {
namespace {

constexpr int created = 201;
constexpr int defective = 500;
/// More of a list than anybody reads.
constexpr size_t people_max = 500;
constexpr size_t similar_max = 5;

/// It is no fault of the caller's, nor of the store's.
ApiAnswer defect(std::string what) {
  ApiAnswer answer = Error{ErrorKind::full, "", std::move(what)};
  answer.status = defective;
  return answer;
}

/// The words behind `priority=` and `status=`.
template <class T>
std::optional<T> word_parameter(const Request& request, std::string_view name,
                                std::optional<T> (*named)(std::string_view), std::string allowed,
                                std::vector<Problem>& problems) {
  const auto text = request.parameter(name);
  if (!text || text->empty()) return std::nullopt;
  auto value = named(*text);
  if (!value) problems.push_back({std::string(name), "must be one of " + allowed});
  return value;
}

/// "none", "any" or a name.
void read_assignee(const Request& request, TicketFilter& out) {
  const std::string name = request.parameter("assignee").value_or("");
  if (name.empty()) return;
  out.assigned = name == "none"  ? TicketFilter::Assigned::nobody
                 : name == "any" ? TicketFilter::Assigned::anybody
                                 : TicketFilter::Assigned::to;
  if (out.assigned == TicketFilter::Assigned::to) out.assignee = name;
}

/// Whether the list begins with who waits longest.
bool is_by_waiting(const Request& request, std::vector<Problem>& problems) {
  const std::string sort = request.parameter("sort").value_or("");
  if (!sort.empty() && sort != "newest" && sort != "waiting") {
    problems.push_back({"sort", "must be newest or waiting"});
  }
  return sort == "waiting";
}

TicketFilter filter_of(const Request& request, std::vector<Problem>& problems) {
  TicketFilter out;
  const auto text = [&](const char* name) { return request.parameter(name).value_or(""); };
  out.is_unsolved = text("status") == "unsolved";
  if (!out.is_unsolved) {
    out.plain.status = word_parameter<Status>(request, "status", status_named,
                                              "open, pending, solved, unsolved", problems);
  }
  out.plain.priority =
      word_parameter<Priority>(request, "priority", priority_named, "high, medium, low", problems);
  out.plain.text = text("q");
  out.plain.since = time_parameter(request, "since", problems);
  out.plain.page = page_parameters(request, problems);
  read_assignee(request, out);
  out.tag = text("tag");
  out.queue = text("queue");
  out.source = text("source");
  const std::string waiting = text("waiting");
  if (waiting == "true" || waiting == "false") {
    out.is_waiting = waiting == "true";
  } else if (!waiting.empty()) {
    problems.push_back({"waiting", "must be true or false"});
  }
  return out;
}

/// Who asked here for changes of a ticket: the events behind those deliveries.
Result<std::vector<AskedChange>> asked_changes(ReadDb& db, const std::vector<Delivery>& of_ticket) {
  std::vector<AskedChange> out;
  for (const Delivery& one : of_ticket) {
    if (operation_of(one.payload) != "update") continue;
    DW_TRY(const auto found, events::find(db, one.event));
    if (!found || found->event.kind != "desk.update") continue;
    out.push_back({found->event.at, JsonView(found->event.body)["by"].text().value_or(""),
                   found->event.body});
  }
  std::sort(out.begin(), out.end(),
            [](const AskedChange& a, const AskedChange& b) { return a.at < b.at; });
  return out;
}

}  // namespace

void Operations::add_tickets() {
  add_own("listTickets", &Operations::list_tickets);
  add_own("countTicketViews", &Operations::ticket_views);
  add_own("listPeople", &Operations::people);
  add_own("openTicket", &Operations::new_ticket);
  add_own("getTicket", &Operations::show_ticket);
  add_own("getSimilarTickets", &Operations::similar_tickets);
  add_own("updateTicket", &Operations::change_ticket);
  add_own("addComment", &Operations::new_comment);
  add_own("getTicketMetrics", &Operations::ticket_metrics);
}

/// A page of tickets with their waiting times, and on the first page how many there are in all.
Result<void> Operations::read_list(ReadDb& db, TicketFilter filter, bool is_by_waiting,
                                   TicketList& out) {
  if (is_by_waiting) filter.is_unsolved = true;
  const auto waited = [&](const std::vector<Waiter>& waiters,
                          TimePoint at) -> Result<std::vector<Millis>> {
    DW_TRY(const auto times, bridge::waiting_times(db, parts_.bridge, waiters, at));
    std::vector<Millis> all;
    for (const WaitingTime& one : times) all.push_back(one.waited);
    return all;
  };
  DW_TRY(CountedTickets page, is_by_waiting
                                  ? tickets::longest_waiting(db, filter, waited, out.as_of)
                                  : tickets::filtered(db, filter));
  DW_TRY(const auto times, bridge::waiting_among(db, parts_.bridge, page.items, out.as_of));
  out.page = {{}, std::move(page.next_cursor)};
  for (Ticket& one : page.items) {
    const auto time = times.find(one.id);
    out.page.items.push_back(
        {std::move(one), time == times.end() ? std::nullopt : std::optional(time->second)});
  }
  out.total = page.total;
  return {};
}

Task<ApiAnswer> Operations::list_tickets(Call& call) {
  std::vector<Problem> problems;
  const TicketFilter filter = filter_of(call.request, problems);
  const bool by_waiting = is_by_waiting(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  TicketList list;
  list.as_of = parts_.clock.now();
  auto work = [&](ReadDb& db) { return read_list(db, filter, by_waiting, list); };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(list, parts_.shapes);
}

Task<ApiAnswer> Operations::ticket_views(Call& call) {
  ShownViews shown{.views = {},
                   .me = call.caller.name,
                   .queues = {},
                   .timezone = parts_.shapes.timezone,
                   .as_of = parts_.clock.now()};
  for (const QueueName& queue : parts_.queues) shown.queues.push_back(queue.name);
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(shown.views, tickets::views(db, shown.me));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(shown);
}

/// Accounts, and whoever has or had a ticket; the caller among them.
Task<ApiAnswer> Operations::people(Call& call) {
  std::vector<std::string> names = {call.caller.name};
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const std::vector<Account> known, accounts::list(db));
    for (const Account& one : known) names.push_back(one.name);
    DW_TRY(const std::vector<std::string> assigned, tickets::assignees(db, people_max));
    names.insert(names.end(), assigned.begin(), assigned.end());
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  Page<Person> page;
  for (std::string& name : names) page.items.push_back({std::move(name)});
  co_return shape_of(page, parts_.shapes);
}

namespace {

/// The ticket that a request's path names: by our number, or else by its desk's; "#3451", as
/// people write it, by its desk's number first. 0: there is none.
Result<TicketId> ticket_named(ReadDb& db, const Call& call) {
  const TicketId ours{call.number()};
  if (ours) {
    DW_TRY(const auto ticket, tickets::find(db, ours));
    if (ticket) return ours;
  }
  DW_TRY(const auto numbered, tickets::find_numbered(db, call.name()));
  return numbered.value_or(ours);
}

/// "#99", as commands ask, is 99 to whoever reads this.
Error no_ticket(const Call& call) {
  const std::string name(call.name());
  return {ErrorKind::missing, "",
          "there is no ticket " + (name.starts_with('#') ? name.substr(1) : name)};
}

}  // namespace

/// errors  missing: no ticket has this number
Task<Result<TicketId>> Operations::ticket_of(Call& call) {
  TicketId id;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(id, ticket_named(db, call));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!id) {
    co_return no_ticket(call);
  }
  co_return id;
}

Task<ApiAnswer> Operations::show_ticket(Call& call) {
  TicketId id;
  std::optional<Ticket> ticket;
  WholeTicket whole;
  std::vector<TicketChange> changes;
  std::vector<AskedChange> asked;
  const TimePoint now = parts_.clock.now();
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(id, ticket_named(db, call));
    DW_TRY(ticket, tickets::find(db, id));
    if (!ticket) return {};
    DW_TRY(whole.comments, tickets::comments(db, id));
    DW_TRY(whole.links, tickets::links(db, id));
    DW_TRY(auto page, deliveries::list(db, {.ticket = id, .page = {.limit = 500}}));
    whole.deliveries = std::move(page.items);
    DW_TRY(changes, tickets::changes_of(db, id));
    DW_TRY(asked, asked_changes(db, whole.deliveries));
    DW_TRY(const auto times, bridge::waiting_among(db, parts_.bridge, {*ticket}, now));
    if (const auto time = times.find(id); time != times.end()) {
      whole.listed.waiting = time->second;
    }
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!ticket) {
    co_return no_ticket(call);
  }
  whole.listed.ticket = std::move(*ticket);
  whole.events =
      ticket_events(whole.listed.ticket, changes, asked, whole.deliveries, parts_.shapes);
  ShapeContext shapes = parts_.shapes;
  shapes.ticket_numbers[id.value] = tickets::number_of(whole.listed.ticket);
  co_return shape_of(whole, shapes);
}

Task<ApiAnswer> Operations::similar_tickets(Call& call) {
  const TicketId id{call.number()};
  std::optional<Ticket> ticket;
  SimilarTickets similar;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(ticket, tickets::find(db, id));
    if (!ticket) return {};
    DW_TRY(similar.items, tickets::similar(db, *ticket, similar_max));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (!ticket) {
    co_return no_ticket(call);
  }
  co_return shape_of(similar, parts_.shapes);
}

/// A change that somebody asks for: the event that it becomes, and its name in the audit list.
/// Hands an event to the inbox. What keeps the caller from its reply; nothing: `reply` has it.
Task<std::optional<ApiAnswer>> Operations::accept_asked(Call& call, Taken taken,
                                                        json::object& reply) {
  const std::string& who = call.caller.name;
  const std::string_view key = call.request.header("idempotency-key");
  Event event{.source = parts_.source,
              .key = key.empty() ? random_uuid() : fmt::format("{}/{}/{}", taken.kind, who, key),
              .kind = std::move(taken.kind),
              .at = parts_.clock.now(),
              .body = std::move(taken.body)};
  Asked asked{who, std::move(taken.what), std::move(taken.detail)};
  DW_CO_TRY(const Accepted accepted,
            co_await parts_.inbox.accept(std::move(event), std::move(asked)));
  if (!accepted.is_same_body) {
    co_return Error{ErrorKind::invalid, "",
                    "this Idempotency-Key was used with another body; use a new key"};
  }
  if (accepted.is_parked || !accepted.reply.is_object()) {
    co_return defect(
        fmt::format("recorded as {}, but not processed because of a defect; see the log",
                    to_text(accepted.event)));
  }
  reply = accepted.reply.get_object();
  co_return std::nullopt;
}

/// Hands an event to the inbox and answers with the ticket that the reply names.
Task<ApiAnswer> Operations::take(Call& call, Taken taken) {
  json::object reply;
  if (auto refused = co_await accept_asked(call, std::move(taken), reply)) {
    co_return std::move(*refused);
  }
  const json::value* number = reply.if_contains("ticket");
  DW_ASSERT(number != nullptr && number->is_int64(), "the reply to an API event names its ticket");
  const TicketId id{number->get_int64()};
  std::optional<Ticket> ticket;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(ticket, tickets::find(db, id));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) {
    // The change stands: an answer that sounds like a refusal would have it sent again.
    co_return Error{ErrorKind::full, "",
                    fmt::format("the change of ticket {0} is written; how the ticket reads now is "
                                "unknown ({1}). Look at /v1/tickets/{0} before you send it again",
                                id.value, read.error().what)};
  }
  if (!ticket) {
    co_return Error{ErrorKind::missing, "", fmt::format("ticket {} was removed since", id.value)};
  }
  ApiAnswer answer = shape_of(*ticket, parts_.shapes);
  if (call.operation.status == created) {
    answer.headers.emplace_back("Location", fmt::format("/v1/tickets/{}", id.value));
  }
  co_return answer;
}

Task<ApiAnswer> Operations::new_ticket(Call& call) {
  DW_CO_TRY(json::value body, call.body());
  Taken taken{.kind = "api.ticket", .body = std::move(body), .what = "ticket.open", .detail = {}};
  co_return co_await take(call, std::move(taken));
}

Task<ApiAnswer> Operations::new_comment(Call& call) {
  DW_CO_TRY(json::value body, call.body());
  json::object& object = body.get_object();
  DW_CO_TRY(const TicketId id, co_await ticket_of(call));
  object["ticket"] = id.value;
  object.emplace("author", json::object{{"name", call.caller.name}});
  object["source"] = parts_.source;
  Taken taken{
      .kind = "desk.comment", .body = std::move(body), .what = "ticket.comment", .detail = {}};
  co_return co_await take(call, std::move(taken));
}

Task<ApiAnswer> Operations::change_ticket(Call& call) {
  DW_CO_TRY(json::value body, call.body());
  json::object& object = body.get_object();
  std::vector<std::string> fields;
  for (const auto& member : object) fields.emplace_back(member.key().data(), member.key().size());
  DW_CO_TRY(const TicketId id, co_await ticket_of(call));
  object["ticket"] = id.value;
  object["by"] = call.caller.name;
  Taken taken{.kind = "desk.update",
              .body = std::move(body),
              .what = "ticket.update",
              .detail = join(fields, ", ")};
  co_return co_await take(call, std::move(taken));
}

Task<ApiAnswer> Operations::ticket_metrics(Call& call) {
  std::vector<Problem> problems;
  const auto since = time_parameter(call.request, "since", problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  TicketMetrics metrics;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(metrics, tickets::metrics(db, since.value_or(TimePoint{})));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(metrics);
}

}  // namespace dw
