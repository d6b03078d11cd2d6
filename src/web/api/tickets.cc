// /v1/tickets and /v1/metrics/tickets.
#include <fmt/format.h>

#include "base/random.h"
#include "base/storable.h"
#include "base/text.h"
#include "web/api/api.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr size_t idempotency_key_bytes_max = 255;

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

}  // namespace

void Api::add_tickets(Routes& routes) {
  add(routes, "GET", "/v1/tickets", &Api::list_tickets);
  add(routes, "POST", "/v1/tickets", &Api::new_ticket);
  add(routes, "GET", "/v1/tickets/{}", &Api::show_ticket);
  add(routes, "PATCH", "/v1/tickets/{}", &Api::change_ticket);
  add(routes, "POST", "/v1/tickets/{}/comments", &Api::new_comment);
  add(routes, "GET", "/v1/metrics/tickets", &Api::ticket_metrics);
}

Task<Response> Api::list_tickets(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  TicketQuery query;
  query.status =
      word_parameter<Status>(request, "status", status_named, "open, pending, solved", problems);
  query.priority =
      word_parameter<Priority>(request, "priority", priority_named, "high, medium, low", problems);
  query.text = request.parameter("q").value_or("");
  query.since = time_parameter(request, "since", problems);
  query.page = page_parameters(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  Page<Ticket> page;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(page, reader.tickets(query));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array items;
  for (const Ticket& ticket : page.items) items.push_back(shape_of(ticket, parts_.shapes));
  co_return json_answer(200, page_of(std::move(items), page.next_cursor));
}

Task<Response> Api::show_ticket(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  const TicketId id{number_of(request.path_parameters.at(0)).value_or(0)};
  std::optional<Ticket> ticket;
  std::vector<Comment> comments;
  std::vector<Link> links;
  Page<Delivery> deliveries;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(ticket, reader.ticket(id));
    if (!ticket) return {};
    DW_TRY(comments, reader.comments(id));
    DW_TRY(links, reader.links(id));
    DW_TRY(deliveries, reader.deliveries({.ticket = id, .page = {.limit = 500}}));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  if (!ticket) {
    co_return problem(404, fmt::format("there is no ticket {}", request.path_parameters.at(0)));
  }
  json::object body = shape_of(*ticket, parts_.shapes);
  json::array parts;
  for (const Comment& comment : comments) parts.push_back(shape_of(comment));
  body["comments"] = std::move(parts);
  parts = {};
  for (const Link& link : links) parts.push_back(shape_of(link));
  body["links"] = std::move(parts);
  parts = {};
  for (const Delivery& one : deliveries.items) parts.push_back(shape_of(one, parts_.shapes));
  body["deliveries"] = std::move(parts);
  co_return json_answer(200, body);
}

/// A change that somebody asks for: the event that it becomes, its name in the audit list, and the
/// status of the answer.
struct Api::Taken {
  std::string kind;
  json::value body;
  std::string what, detail;
  int status = 201;
};

/// Hands an event to the inbox and answers with the ticket that the reply names.
Task<Response> Api::take(const Request& request, const Caller& caller, Taken taken) {
  const std::string_view key = request.header("idempotency-key");
  if (key.size() > idempotency_key_bytes_max) {
    co_return problem(400, "Idempotency-Key is longer than 255 bytes");
  }
  if (const std::string_view reason = unstorable_reason(key); !reason.empty()) {
    co_return bad_parameters({{"Idempotency-Key", std::string(reason)}});
  }
  Event event{
      .source = "api",
      .key = key.empty() ? random_uuid() : fmt::format("{}/{}/{}", taken.kind, caller.name, key),
      .kind = std::move(taken.kind),
      .at = parts_.clock.now(),
      .body = std::move(taken.body)};
  Asked asked{caller.name, std::move(taken.what), std::move(taken.detail)};
  const Result<Accepted> accepted =
      co_await parts_.inbox.accept(std::move(event), std::move(asked));
  if (!accepted.ok()) co_return problem(accepted.error());
  if (!accepted->is_same_body) {
    co_return problem(422, "this Idempotency-Key was used with another body; use a new key");
  }
  if (accepted->is_parked || !accepted->reply.is_object()) {
    co_return problem(500, fmt::format("kept as {}, but a defect kept it from being worked; the "
                                       "log says more",
                                       to_text(accepted->event)));
  }
  const json::value* number = accepted->reply.get_object().if_contains("ticket");
  DW_ASSERT(number != nullptr && number->is_int64(), "the reply to an API event names its ticket");
  const TicketId id{number->get_int64()};
  std::optional<Ticket> ticket;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(ticket, reader.ticket(id));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) {
    // The change stands: an answer that sounds like a refusal would have it sent again.
    co_return problem(503, fmt::format("the change of ticket {0} is written; how the ticket reads "
                                       "now is unknown ({1}). Look at /v1/tickets/{0} before you "
                                       "send it again",
                                       id.value, read.error().what));
  }
  if (!ticket) co_return problem(404, fmt::format("ticket {} was removed since", id.value));
  Response response = json_answer(taken.status, shape_of(*ticket, parts_.shapes));
  if (taken.status == 201) {
    response.headers.emplace_back("Location", fmt::format("/v1/tickets/{}", id.value));
  }
  co_return response;
}

Task<Response> Api::new_ticket(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  Taken taken{.kind = "api.ticket", .body = std::move(*body), .what = "ticket.open", .detail = {}};
  co_return co_await take(request, *caller, std::move(taken));
}

Task<Response> Api::new_comment(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  json::object& object = body->get_object();
  object["ticket"] = number_of(request.path_parameters.at(0)).value_or(0);
  object.emplace("author", json::object{{"name", caller->name}});
  object["source"] = "api";
  Taken taken{
      .kind = "desk.comment", .body = std::move(*body), .what = "ticket.comment", .detail = {}};
  co_return co_await take(request, *caller, std::move(taken));
}

Task<Response> Api::change_ticket(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  json::object& object = body->get_object();
  std::vector<std::string> fields;
  for (const auto& member : object) fields.emplace_back(member.key().data(), member.key().size());
  object["ticket"] = number_of(request.path_parameters.at(0)).value_or(0);
  object["by"] = caller->name;
  Taken taken{.kind = "desk.update",
              .body = std::move(*body),
              .what = "ticket.update",
              .detail = join(fields, ", "),
              .status = 200};
  co_return co_await take(request, *caller, std::move(taken));
}

Task<Response> Api::ticket_metrics(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const auto since = time_parameter(request, "since", problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  TicketFigures figures;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(figures, reader.ticket_figures(since.value_or(TimePoint{})));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  co_return json_answer(200, shape_of(figures));
}

}  // namespace dw
