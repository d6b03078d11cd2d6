#include <fmt/format.h>

#include "app/commands/commands.h"
#include "ports/queue_limits.h"
#include "web/live_feed.h"
#include "web/shapes.h"

namespace dw {
namespace {

struct QueueArguments {
  std::string name;
  int64_t limit = 10;
};

/// A queue that is configured and embedded, or the dead-letter queue of one.
Result<void> check_name(const Core& core, const std::string& name) {
  for (const QueueName& queue : core.queue_names()) {
    const bool is_it = name == queue.name || name == queue.name + "-dead";
    if (is_it && queue.kind == "embedded") return {};
  }
  return Error{ErrorKind::missing, "", fmt::format("there is no embedded queue {}", name)};
}

void list(Invocation& invocation) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  QueueDepths outside(core->gauges);
  run_task(*core, outside.measure());
  auto work = [&](Reader& reader) -> Result<void> {
    json::array items;
    for (const QueueName& queue : core->queue_names()) {
      DW_TRY(const ShownQueue shown, read_queue(reader, queue, outside, core->clock.now()));
      items.push_back(shape_of(shown));
    }
    print_items(invocation, items,
                {{"NAME", "name"},
                 {"KIND", "kind"},
                 {"DEPTH", "depth"},
                 {"IN FLIGHT", "in_flight"},
                 {"OLDEST (S)", "oldest_seconds"},
                 {"DEAD", "dead"}});
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

void peek(Invocation& invocation, const QueueArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_CHECK(check_name(*core, given.name));
    DW_TRY(const auto page,
           reader.queue_peek(given.name, {.limit = static_cast<size_t>(given.limit)}));
    json::array items;
    for (const QueueMessage& one : page.items) {
      items.push_back(shape_of(ShownQueueMessage{one, one.visible_at <= core->clock.now()}));
    }
    print_items(invocation, items,
                {{"ID", "id"}, {"SENT", "sent_at"}, {"RECEIVES", "receives"}, {"BODY", "body"}});
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

void redrive(Invocation& invocation, const QueueArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  MessageId last;
  int64_t moved = 0, total = 0;
  bool is_first = true;
  auto work = [&](Journal& journal) -> Result<void> {
    DW_CHECK(check_name(*core, given.name));
    if (!given.name.ends_with("-dead")) {
      return Error{ErrorKind::invalid, "", "give a dead-letter queue, such as high-dead"};
    }
    const TimePoint now = core->clock.now();
    if (is_first) {
      DW_TRY(last, journal.queue_last(given.name));
    }
    DW_TRY(moved, journal.queue_redrive(given.name, last, now, queue_rows_per_commit));
    return is_first ? journal.add_audit({now, "command line", "queue.redrive", given.name})
                    : Result<void>();
  };
  do {
    const Result<void> written = core->store->write_now(work);
    if (!written.ok()) return fail(invocation, written.error());
    total += moved;
    is_first = false;
  } while (moved > 0);
  print_one(invocation, {{"moved", total}});
}

}  // namespace

void add_queue(Command app, Invocation& invocation) {
  auto given = std::make_shared<QueueArguments>();  // shared with callbacks that run later
  Command queue = app.add_group("queue", "Queues");
  add_command(queue, invocation, "list", "Depth and age of the oldest, of every queue",
              [&invocation] { list(invocation); });
  Command look = add_command(queue, invocation, "peek", "Look without taking",
                             [&invocation, given] { peek(invocation, *given); });
  look.add_option("name", given->name, "the queue").required();
  look.add_option("--limit", given->limit, "how many at most").within(1, 500);
  Command back = add_command(queue, invocation, "redrive", "Move dead messages back to live",
                             [&invocation, given] { redrive(invocation, *given); });
  back.add_option("name", given->name, "a dead-letter queue: NAME-dead").required();
}

}  // namespace dw
