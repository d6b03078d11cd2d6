// `deskwire queue`: depth, a look inside, and back from the dead-letter queue.
#include "app/commands/operation_command.h"

namespace dw {
namespace {

Argument dead_letter_queue() {
  Argument out = in_path("name", "a dead-letter queue: NAME-dead");
  out.problem = [](const std::string& name) -> std::string {
    return name.ends_with("-dead") ? "" : "give a dead-letter queue, such as high-dead";
  };
  return out;
}

}  // namespace

void add_queue(Command app, Invocation& invocation) {
  Command queue = app.add_group("queue", "Queues");
  add_operation(queue, invocation,
                {.name = "list",
                 .what = "Depth of every queue and age of its oldest message",
                 .operation = "listQueues",
                 .columns = {{"NAME", "name"},
                             {"KIND", "kind"},
                             {"DEPTH", "depth"},
                             {"IN FLIGHT", "in_flight"},
                             {"OLDEST (S)", "oldest_seconds"},
                             {"DEAD", "dead"}},
                 .before = [](FrontDoor& door) { door.measure_queues(); }});
  add_operation(
      queue, invocation,
      {.name = "peek",
       .what = "Show messages without receiving them",
       .operation = "listQueueMessages",
       .arguments = {in_path("name", "the queue"), limit(10)},
       .columns = {{"ID", "id"}, {"SENT", "sent_at"}, {"RECEIVES", "receives"}, {"BODY", "body"}}});
  add_operation(queue, invocation,
                {.name = "redrive",
                 .what = "Move dead messages back to the live queue",
                 .operation = "redriveQueue",
                 .arguments = {dead_letter_queue()}});
}

}  // namespace dw
