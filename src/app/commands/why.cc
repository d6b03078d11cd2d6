// `deskwire why`: the whole story of one event, ticket or delivery, for people to read.
#include <fmt/format.h>

#include "app/commands/operation_command.h"
#include "app/print.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t shown_characters_max = 160;

/// Null is empty.
std::string text_of(const json::value& value) {
  const json::string* text = value.if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::string text_of(const json::value& of, const char* member) {
  return text_of(of.at(member));
}

std::string one_line(std::string_view text) {
  return cut_characters(for_terminal(text, " ⏎ "), shown_characters_max);
}

std::string line_of(const json::value& of, const char* member) {
  return one_line(text_of(of, member));
}

/// What a delivery came to, and what a person can do about it.
std::string end_of(const json::value& one) {
  const int64_t attempts = one.at("attempts").as_int64();
  const std::string tries = counted(attempts, "try", "tries");
  const std::string id = text_of(one, "id"), state = text_of(one, "state");
  const std::string reason = line_of(one, "reason");
  if (state == "done") return fmt::format("done {} after {}", text_of(one, "done_at"), tries);
  if (state == "dead") {
    return fmt::format("dead after {}: {}\n      deskwire delivery retry {} | discard {} --why …",
                       tries, reason, id, id);
  }
  if (state == "unsure") {
    return fmt::format(
        "outcome unknown: {}\n      check the other system, then: deskwire delivery retry {} | "
        "discard {} --why …",
        reason, id, id);
  }
  if (state == "discarded") return fmt::format("discarded: {}", reason);
  if (attempts == 0) return "waits for its lane";
  const std::string next = text_of(one, "next_attempt_at");
  return fmt::format("{}, {}; next attempt {}", tries, reason, next.empty() ? "soon" : next);
}

void print_event(const json::value& event) {
  print("\n{}  {}\n  {}  {} from {}, key {}\n", text_of(event, "at"), line_of(event, "text"),
        text_of(event, "id"), text_of(event, "kind"), text_of(event, "source"),
        line_of(event, "key"));
  if (text_of(event, "state") == "parked") {
    print("  parked, no plan: {}\n", line_of(event, "reason"));
  }
  const json::value& reply = event.at("reply");
  if (reply.is_object()) print("  answered {}\n", one_line(to_text(reply)));
  for (const json::value& one : event.at("deliveries").as_array()) {
    print("  {}  {}: {}\n", text_of(one, "id"), line_of(one, "text"), end_of(one));
  }
}

void print_story(const json::object& story) {
  if (const json::value& ticket = story.at("ticket"); ticket.is_object()) {
    const json::object* external = ticket.at("external").if_object();
    const std::string ours = std::to_string(ticket.at("id").as_int64());
    const std::string number =
        external == nullptr ? ours : fmt::format("{} (here {})", text_of(*external, "id"), ours);
    print("ticket {} “{}”\n  {}, {}, opened {} from {} by {}\n  {}\n", number,
          line_of(ticket, "title"), text_of(ticket, "priority"), text_of(ticket, "status"),
          text_of(ticket, "opened_at"), text_of(ticket, "source"),
          line_of(ticket.at("requester"), "name"), text_of(story.at("rule")));
    const std::string solved_at = text_of(ticket, "solved_at");
    if (!solved_at.empty()) print("  solved {}\n", solved_at);
  }
  for (const json::value& event : story.at("events").as_array()) print_event(event);
  for (const json::value& comment : story.at("comments").as_array()) {
    print("\n{}  {} {}: {}\n", text_of(comment, "at"), line_of(comment.at("author"), "name"),
          comment.at("public").as_bool() ? "wrote" : "noted", line_of(comment, "body"));
  }
}

void tell(Invocation& invocation, const std::string& id) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::look);
  if (!core) return;
  FrontDoor door(*core);
  Asking asking{.name = id};
  if (!invocation.is_json) asking.query.emplace_back("targets", "stored");
  const auto story = ask(invocation, door, "explain", asking);
  if (!story) return;
  if (invocation.is_json) return print_one(invocation, *story);
  print_story(*story);
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
