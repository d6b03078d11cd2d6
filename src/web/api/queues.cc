// /v1/queues: depth of each, a look inside, and back from the dead-letter queue.
#include "records/queues.h"

#include <fmt/format.h>

#include "base/nearest.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/redrive.h"

namespace dw {
namespace {

constexpr std::string_view dead_suffix = "-dead";

/// " (did you mean high?)", or nothing.
std::string suggested(const std::string& name, const std::vector<QueueName>& queues) {
  std::vector<std::string> known;
  for (const QueueName& queue : queues) {
    if (queue.kind != "embedded") continue;
    known.push_back(queue.name);
    known.push_back(queue.name + std::string(dead_suffix));
  }
  const std::string* nearest = nearest_of(name, known);
  return nearest == nullptr ? "" : fmt::format(" (did you mean {}?)", *nearest);
}

}  // namespace

void Operations::add_queues() {
  add_own("listQueues", &Operations::list_queues);
  add_own("listQueueMessages", &Operations::peek_queue);
  add_own("redriveQueue", &Operations::redrive_queue);
}

bool Operations::is_queue(std::string_view name) const {
  if (name.ends_with(dead_suffix)) name.remove_suffix(dead_suffix.size());
  for (const QueueName& queue : parts_.queues) {
    if (queue.name == name && queue.kind == "embedded") return true;
  }
  return false;
}

Task<ApiAnswer> Operations::list_queues(Call&) {
  Page<ShownQueue> page;
  auto work = [&](ReadDb& db) -> Result<void> {
    page.items.clear();
    for (const QueueName& queue : parts_.queues) {
      DW_TRY(ShownQueue shown, read_queue(db, queue, parts_.outside_queues, parts_.clock.now()));
      page.items.push_back(std::move(shown));
    }
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(page, parts_.shapes);
}

Task<ApiAnswer> Operations::peek_queue(Call& call) {
  const std::string& name = call.name();
  if (!is_queue(name)) {
    co_return Error{
        ErrorKind::missing, "",
        fmt::format("there is no embedded queue {}{}", name, suggested(name, parts_.queues))};
  }
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  Page<QueueMessage> page;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(page, queues::peek(db, name, wanted));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  Page<ShownQueueMessage> shown{.items = {}, .next_cursor = page.next_cursor};
  for (QueueMessage& message : page.items) {
    const bool is_visible = message.visible_at <= parts_.clock.now();
    shown.items.push_back({std::move(message), is_visible});
  }
  co_return shape_of(shown, parts_.shapes);
}

Task<ApiAnswer> Operations::redrive_queue(Call& call) {
  DW_CO_CHECK(call.body());
  const std::string& name = call.name();
  if (!name.ends_with(dead_suffix) || !is_queue(name)) {
    co_return Error{
        ErrorKind::missing, "",
        fmt::format("there is no dead-letter queue {}{}", name, suggested(name, parts_.queues))};
  }
  DW_CO_TRY(const int64_t total,
            co_await redrive(parts_.store, parts_.clock, name, call.caller.name));
  co_return shape_of(Redriven{total});
}

}  // namespace dw
