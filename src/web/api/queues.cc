// /v1/queues: depth of each, now and over time, a look inside, and back from the dead-letter queue.
#include <fmt/format.h>

#include "ports/queue_limits.h"
#include "web/api/api.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr std::string_view dead_suffix = "-dead";

}  // namespace

void Api::add_queues(Routes& routes) {
  add(routes, "GET", "/v1/queues", &Api::list_queues);
  add(routes, "GET", "/v1/queues/depths", &Api::queue_depths);
  add(routes, "GET", "/v1/queues/{}/messages", &Api::peek_queue);
  add(routes, "POST", "/v1/queues/{}/redrive", &Api::redrive_queue);
}

bool Api::is_queue(std::string_view name) const {
  if (name.ends_with(dead_suffix)) name.remove_suffix(dead_suffix.size());
  for (const QueueName& queue : parts_.queues) {
    if (queue.name == name && queue.kind == "embedded") return true;
  }
  return false;
}

Task<Response> Api::list_queues(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  json::array items;
  auto work = [&](Reader& reader) -> Result<void> {
    items.clear();
    for (const QueueName& queue : parts_.queues) {
      DW_TRY(json::object shape,
             queue_shape(reader, queue, parts_.outside_queues, parts_.clock.now()));
      items.push_back(std::move(shape));
    }
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  co_return json_answer(200, page_of(std::move(items), ""));
}

Task<Response> Api::queue_depths(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  json::array items;
  for (const QueueName& queue : parts_.queues) {
    const QueueHistory::Depths known = parts_.live.history().of(queue.name);
    json::array depths;
    for (const auto& depth : known.depths) {
      depths.push_back(depth ? json::value(*depth) : json::value(nullptr));
    }
    const TimePoint until = known.depths.empty() ? parts_.clock.now() : known.until;
    items.push_back(json::object{{"name", queue.name},
                                 {"every_seconds", QueueHistory::every / Millis(1000)},
                                 {"until", to_rfc3339(until)},
                                 {"depths", std::move(depths)}});
  }
  co_return json_answer(200, page_of(std::move(items), ""));
}

Task<Response> Api::peek_queue(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  const std::string& name = request.path_parameters.at(0);
  if (!is_queue(name)) co_return problem(404, fmt::format("there is no embedded queue {}", name));
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  Page<QueueMessage> page;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(page, reader.queue_peek(name, wanted));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array items;
  for (const QueueMessage& message : page.items) {
    items.push_back(shape_of(message, parts_.clock.now()));
  }
  co_return json_answer(200, page_of(std::move(items), page.next_cursor));
}

Task<Response> Api::redrive_queue(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::admin);
  if (!caller.ok()) co_return refusal(caller.error());
  const Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  const std::string& name = request.path_parameters.at(0);
  if (!name.ends_with(dead_suffix) || !is_queue(name)) {
    co_return problem(404, fmt::format("there is no dead-letter queue {}", name));
  }
  MessageId last;
  int64_t moved = 0, total = 0;
  bool is_first = true;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    if (is_first) {
      DW_TRY(last, journal.queue_last(name));
    }
    DW_TRY(moved, journal.queue_redrive(name, last, now, queue_rows_per_commit));
    return is_first ? journal.add_audit({now, caller->name, "queue.redrive", name})
                    : Result<void>();
  };
  do {
    const Result<void> written = co_await parts_.store.write(work);
    if (!written.ok()) co_return problem(written.error());
    total += moved;
    is_first = false;
  } while (moved > 0);
  co_return json_answer(200, json::object{{"moved", total}});
}

}  // namespace dw
