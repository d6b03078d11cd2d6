// `deskwire ticket`: the embedded desk.
#include <fmt/format.h>

#include <functional>

#include "app/commands/operation_command.h"
#include "base/text.h"

namespace dw {
namespace {

using Kind = Argument::Kind;

const std::vector<std::string> priorities = {"high", "medium", "low"};

Argument required(Argument argument) {
  argument.is_required = true;
  return argument;
}

Argument one_of(std::vector<std::string> words, Argument argument) {
  argument.words = std::move(words);
  return argument;
}

/// A ticket's number: at its desk, as people know it, or else ours.
Argument ticket_id(std::string what) {
  Argument out = in_path("id", std::move(what));
  out.prefix = "#";
  out.problem = [](const std::string& given) -> std::string {
    const std::string_view digits = std::string_view(given).substr(given.starts_with('#') ? 1 : 0);
    const bool is_number =
        !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
    return is_number ? "" : "give a ticket's number, such as 3451";
  };
  return out;
}

/// With its number first, as Slack and the desk say it.
json::object with_number(const json::object& ticket) {
  const json::object* external = ticket.at("external").if_object();
  json::object out{{"number", external == nullptr ? ticket.at("id") : external->at("id")}};
  for (const auto& member : ticket) out[member.key()] = member.value();
  return out;
}

std::string text_of(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// "2026-11-29 10:47:54Z": what a person needs of "2026-11-29T10:47:54.250Z".
std::string short_time(std::string time) {
  const size_t clock = time.find('T'), millis = time.find('.');
  if (clock == std::string::npos || millis == std::string::npos) return time;
  time.replace(millis, std::string::npos, "Z");
  time[clock] = ' ';
  return time;
}

/// "Ana Lopez <ana@acme.example>".
std::string person_in(const json::value& value) {
  const json::object* person = value.if_object();
  if (person == nullptr) return "-";
  const std::string name = text_of(*person, "name"), email = text_of(*person, "email");
  if (email.empty()) return name.empty() ? "-" : name;
  return name.empty() ? email : fmt::format("{} <{}>", name, email);
}

/// Each element as a line of its own below the member's name.
json::string lines_of(const json::value& list,
                      const std::function<std::string(const json::object&)>& line) {
  std::string out;
  for (const json::value& one : list.as_array()) out += "\n" + line(one.as_object());
  return json::string(out.empty() ? "-" : out);
}

/// As a person reads it: whole sentences and lines instead of JSON within text.
json::object readable(const json::object& ticket) {
  json::object out = with_number(ticket);
  out["requester"] = person_in(ticket.at("requester"));
  std::vector<std::string> tags;
  for (const json::value& tag : ticket.at("tags").as_array()) tags.emplace_back(tag.as_string());
  out["tags"] = tags.empty() ? "-" : join(tags, ", ");
  if (const json::object* external = ticket.at("external").if_object()) {
    out["external"] = text_of(*external, "id") + " " + text_of(*external, "url");
  }
  for (const char* time : {"opened_at", "first_reply_at", "solved_at", "updated_at"}) {
    if (ticket.at(time).is_string()) out[time] = short_time(text_of(ticket, time));
  }
  // Whole tickets alone have these.
  using Line = std::function<std::string(const json::object&)>;
  const auto list = [&](const char* member, const Line& line) {
    const json::value* found = ticket.if_contains(member);
    if (found != nullptr) out[member] = lines_of(*found, line);
  };
  list("comments", [](const json::object& one) {
    return fmt::format("{}  {}{}: {}", short_time(text_of(one, "at")), person_in(one.at("author")),
                       one.at("public").as_bool() ? "" : " (private note)", text_of(one, "body"));
  });
  list("links", [](const json::object& one) {
    return fmt::format("{} {} {}", text_of(one, "chat"), text_of(one, "channel"),
                       text_of(one, "url"));
  });
  list("deliveries", [](const json::object& one) {
    return fmt::format("{}  {}  {}{}", text_of(one, "id"), text_of(one, "state"),
                       text_of(one, "title"),
                       one.at("reason").is_string() ? ": " + text_of(one, "reason") : "");
  });
  list("events", [](const json::object& one) {
    return fmt::format("{}  {}", short_time(text_of(one, "at")), text_of(one, "text"));
  });
  return out;
}

Argument requester() {
  Argument out = in_body("--requester", "who asks", "requester.name");
  out.fallback = "command line";
  return out;
}

Argument tags() {
  Argument out = in_body("--tag", "a tag; may be repeated", "tags");
  out.kind = Kind::texts;
  return out;
}

Argument is_private() {
  Argument out = in_body("--private", "a note that the requester does not see", "public");
  out.kind = Kind::flag;
  out.is_negated = true;
  return out;
}

}  // namespace

void add_ticket(Command app, Invocation& invocation) {
  Command ticket = app.add_group("ticket", "The embedded desk");
  add_operation(
      ticket, invocation,
      {.name = "list",
       .what = "List and search tickets",
       .operation = "listTickets",
       .arguments = {one_of({"open", "pending", "solved"},
                            in_query("--status", "open, pending or solved", "status")),
                     one_of(priorities, in_query("--priority", "high, medium or low", "priority")),
                     limit(50),
                     in_query("text", "words that title or description contain, or a number", "q")},
       .columns = {{"NUMBER", "external.id|id"},
                   {"ID", "id"},
                   {"STATUS", "status"},
                   {"PRIORITY", "priority"},
                   {"OPENED", "opened_at"},
                   {"REQUESTER", "requester.name"},
                   {"TITLE", "title"}}});
  add_operation(ticket, invocation,
                {.name = "waiting",
                 .what = "List who waits for a first reply, the longest first, in office time",
                 .operation = "listTickets",
                 .arguments = {limit(50)},
                 .columns = {{"NUMBER", "external.id|id"},
                             {"ID", "id"},
                             {"WAITS (S)", "waiting_seconds"},
                             {"PRIORITY", "priority"},
                             {"ASSIGNEE", "assignee"},
                             {"REQUESTER", "requester.name"},
                             {"TITLE", "title"}},
                 .query = {{"waiting", "true"}, {"sort", "waiting"}}});
  add_operation(ticket, invocation,
                {.name = "show",
                 .what = "Show one ticket",
                 .operation = "getTicket",
                 .arguments = {ticket_id("its number, at the desk or here")},
                 .readable = readable});
  add_operation(
      ticket, invocation,
      {.name = "new",
       .what = "Open a ticket",
       .operation = "openTicket",
       .store = OpenMode::visit,
       .arguments = {required(in_body("--title", "one line", "title")),
                     required(in_body("--priority", "high, medium or low", "priority")),
                     required(in_body("--description", "what happened", "description")),
                     requester(), in_body("--email", "the requester's address", "requester.email"),
                     tags()},
       .body = {{"source", "command"}},
       .readable = readable});
  add_operation(ticket, invocation,
                {.name = "reply",
                 .what = "Comment on a ticket",
                 .operation = "addComment",
                 .arguments = {ticket_id("the ticket's number"),
                               required(in_body("text", "what to say", "body")), is_private()},
                 .readable = readable});
  add_operation(ticket, invocation,
                {.name = "close",
                 .what = "Solve a ticket",
                 .operation = "updateTicket",
                 .arguments = {ticket_id("the ticket's number")},
                 .body = {{"status", "solved"}},
                 .readable = readable});
}

}  // namespace dw
