// The whole story of one event, ticket or delivery, as far as the store still has it.
#include <fmt/format.h>

#include <charconv>
#include <set>

#include "app/commands/commands.h"
#include "base/text.h"
#include "jobs/routing.h"
#include "web/shapes.h"

namespace dw {
namespace {

constexpr size_t deliveries_max = 500;
constexpr size_t shown_characters_max = 160;

struct Subject {
  TicketId ticket;
  EventId event;
  DeliveryId delivery;
};

std::optional<int64_t> number_behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_good = failed == std::errc{} && end == text.data() + text.size() && number > 0;
  return is_good ? std::optional(number) : std::nullopt;
}

/// "17" and "#17" are tickets, "e-000123" an event, "d-000191" a delivery.
Result<Subject> subject_named(const std::string& text) {
  if (const auto id = number_behind(text, "e-")) return Subject{{}, {*id}, {}};
  if (const auto id = number_behind(text, "d-")) return Subject{{}, {}, {*id}};
  const auto ticket = number_behind(text, text.starts_with('#') ? "#" : "");
  if (ticket) return Subject{{*ticket}, {}, {}};
  return Error{ErrorKind::invalid, "",
               text + " is no ticket (17), event (e-000123) or delivery (d-000191)"};
}

Error nothing_known(const std::string& id) {
  return {ErrorKind::missing, "",
          fmt::format("nothing is known of {}: it never was, or retention has removed it", id)};
}

/// What is known, in the order in which it happened.
struct Story {
  std::optional<Ticket> ticket;
  std::vector<Comment> comments;
  std::vector<StoredEvent> events;
  std::map<EventId, std::vector<Delivery>> deliveries;
};

Result<void> add_event(Reader& reader, EventId id, Story& story) {
  DW_TRY(auto event, reader.event(id));
  if (event) story.events.push_back(std::move(*event));
  return {};
}

Result<Story> read_ticket(Reader& reader, TicketId id) {
  Story story;
  DW_TRY(story.ticket, reader.ticket(id));
  DW_TRY(story.comments, reader.comments(id));
  DW_TRY(auto page, reader.deliveries({.ticket = id, .page = {.limit = deliveries_max}}));
  for (auto one = page.items.rbegin(); one != page.items.rend(); ++one) {
    story.deliveries[one->event].push_back(std::move(*one));
  }
  for (const auto& [event, caused] : story.deliveries) DW_CHECK(add_event(reader, event, story));
  return story;
}

Result<Story> read_event(Reader& reader, EventId id) {
  Story story;
  DW_CHECK(add_event(reader, id, story));
  DW_TRY(auto page, reader.deliveries({.event = id, .page = {.limit = deliveries_max}}));
  for (auto one = page.items.rbegin(); one != page.items.rend(); ++one) {
    if (one->ticket && !story.ticket) {
      DW_TRY(story.ticket, reader.ticket(one->ticket));
    }
    story.deliveries[id].push_back(std::move(*one));
  }
  return story;
}

Result<Story> read_story(Reader& reader, const std::string& text) {
  DW_TRY(Subject subject, subject_named(text));
  if (subject.delivery) {
    DW_TRY(const auto delivery, reader.delivery(subject.delivery));
    if (!delivery) return nothing_known(text);
    subject = {delivery->ticket, delivery->event, {}};
  }
  DW_TRY(Story story,
         subject.ticket ? read_ticket(reader, subject.ticket) : read_event(reader, subject.event));
  if (!story.ticket && story.events.empty() && story.deliveries.empty()) return nothing_known(text);
  return story;
}

std::string rule_of(const Ticket& ticket, const Routing& routing) {
  const Routed routed = routing.choose(ticket);
  if (ticket.queue.empty()) return "no queue";
  const std::string rule =
      routed.route >= 0 ? fmt::format("route {}", routed.route + 1)
                        : fmt::format("no route matches, priority {}", name_of(ticket.priority));
  // Rules may have changed since: then what was done is what counts.
  return routed.queue == ticket.queue
             ? fmt::format("queue {} ({})", ticket.queue, rule)
             : fmt::format("queue {} (by rules that have changed since; today: {})", ticket.queue,
                           routed.queue);
}

std::string one_line(std::string_view text) {
  return cut_characters(for_terminal(text, " ⏎ "), shown_characters_max);
}

/// What a delivery came to, and what a person can do about it.
std::string end_of(const Delivery& one) {
  const std::string tries = fmt::format("{} {}", one.attempts, one.attempts == 1 ? "try" : "tries");
  const std::string id = to_text(one.id);
  switch (one.state) {
    case DeliveryState::done:
      return fmt::format("done {} after {}", one.done_at ? to_rfc3339(*one.done_at) : "", tries);
    case DeliveryState::pending: {
      if (one.attempts == 0) return "waits for its turn";
      const std::string next = one.next_attempt_at ? to_rfc3339(*one.next_attempt_at) : "soon";
      return fmt::format("{}, {}; again {}", tries, one_line(one.reason), next);
    }
    case DeliveryState::dead:
      return fmt::format("dead after {}: {}\n      deskwire delivery retry {} | discard {} --why …",
                         tries, one_line(one.reason), id, id);
    case DeliveryState::unsure:
      return fmt::format(
          "may have happened: {}\n      look at the other side, then: deskwire delivery retry {} | "
          "discard {} --why …",
          one_line(one.reason), id, id);
    case DeliveryState::discarded:
      return fmt::format("discarded: {}", one_line(one.reason));
  }
  return "";
}

void print_event(const Story& story, const StoredEvent& stored) {
  const Event& event = stored.event;
  fmt::print("\n{}  {}  {} from {}, key {}\n", to_rfc3339(event.at), to_text(stored.id), event.kind,
             event.source, one_line(event.key));
  if (stored.state == EventState::parked) {
    fmt::print("  parked, nothing was decided: {}\n", one_line(stored.reason));
  }
  if (stored.reply.is_object()) fmt::print("  answered {}\n", one_line(to_text(stored.reply)));
  const auto caused = story.deliveries.find(stored.id);
  if (caused == story.deliveries.end()) return;
  for (const Delivery& one : caused->second) {
    fmt::print("  {}  {} to {}: {}\n", to_text(one.id), operation_of(one.payload), one.target,
               end_of(one));
  }
}

void print(const Story& story, const Routing& routing) {
  if (story.ticket) {
    const Ticket& ticket = *story.ticket;
    fmt::print("ticket {} “{}”\n  {}, {}, opened {} from {} by {}\n  {}\n", ticket.id.value,
               one_line(ticket.title), name_of(ticket.priority), name_of(ticket.status),
               to_rfc3339(ticket.opened_at), ticket.source, one_line(ticket.requester.name),
               rule_of(ticket, routing));
    if (ticket.solved_at) fmt::print("  solved {}\n", to_rfc3339(*ticket.solved_at));
  }
  for (const StoredEvent& event : story.events) print_event(story, event);
  for (const Comment& comment : story.comments) {
    fmt::print("\n{}  {} {}: {}\n", to_rfc3339(comment.at), one_line(comment.author_name),
               comment.is_public ? "wrote" : "noted", one_line(comment.body));
  }
}

json::object shape_of_story(const Story& story, const Routing& routing,
                            const ShapeContext& shapes) {
  json::array events, comments;
  for (const StoredEvent& stored : story.events) {
    json::array deliveries;
    const auto caused = story.deliveries.find(stored.id);
    if (caused != story.deliveries.end()) {
      for (const Delivery& one : caused->second) deliveries.push_back(shape_of(one, shapes));
    }
    events.push_back(json::object{{"id", to_text(stored.id)},
                                  {"at", to_rfc3339(stored.event.at)},
                                  {"source", stored.event.source},
                                  {"kind", stored.event.kind},
                                  {"key", stored.event.key},
                                  {"body", stored.event.body},
                                  {"state", stored.state == EventState::done ? "done" : "parked"},
                                  {"reason", text_or_null(stored.reason)},
                                  {"reply", stored.reply},
                                  {"deliveries", std::move(deliveries)}});
  }
  for (const Comment& comment : story.comments) comments.push_back(shape_of(comment));
  json::object out{{"ticket", nullptr}, {"rule", nullptr}};
  if (story.ticket) {
    out["ticket"] = shape_of(*story.ticket, shapes);
    out["rule"] = rule_of(*story.ticket, routing);
  }
  out["events"] = std::move(events);
  out["comments"] = std::move(comments);
  return out;
}

void tell(Invocation& invocation, const std::string& id) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  const Routing routing(core->settings.routes);
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(const Story story, read_story(reader, id));
    if (invocation.is_json) {
      fmt::print("{}\n", to_text(shape_of_story(story, routing, core->shapes())));
    } else {
      print(story, routing);
    }
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

}  // namespace

void add_why(Command app, Invocation& invocation) {
  auto id = std::make_shared<std::string>();  // shared with a callback that runs later
  Command command =
      add_command(app, invocation, "why", "The whole story of one event, ticket or delivery",
                  [&invocation, id] { tell(invocation, *id); });
  command.add_option("id", *id, "17, e-000123 or d-000191").required();
}

}  // namespace dw
