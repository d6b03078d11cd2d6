// Commands: a mention of the bot or /desk, in a thread, a channel or a direct message.
#include <fmt/format.h>

#include <array>

#include "base/duration.h"
#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

constexpr auto commands = std::to_array<std::string_view>(
    {"help", "status", "priority", "assign", "oncall", "note", "link", "stats", "open"});

constexpr const char* help_text =
    "In a thread: status, priority high|medium|low, assign @user, oncall, note TEXT (a private "
    "comment), link. Anywhere: stats [7d], open, oncall, help. A close word such as \"done\" "
    "solves the ticket.";

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \n\t"));
}

/// The id in "<@U9>" or "<@U9|ben>".
std::string mention_in(const std::string& text) {
  const size_t at = text.find("<@");
  if (at == std::string::npos) return "";
  const size_t end = text.find_first_of("|>", at);
  return end == std::string::npos ? "" : text.substr(at + 2, end - at - 2);
}

/// "<@U9>", "@ben": one word that names somebody.
bool is_person(std::string_view text) {
  return (text.starts_with("<@") && text.find('>') == text.size() - 1) ||
         (text.starts_with('@') && text.find_first_of(" \n\t") == std::string_view::npos);
}

void say_status(Turn& turn) {
  const Ticket& ticket = *turn.ticket;
  turn.say(fmt::format("Ticket {} is {}, priority {}, {}, opened {} ago.", turn.ticket_number(),
                       name_of(ticket.status), name_of(ticket.priority),
                       ticket.assignee.empty() ? "nobody's yet" : "with " + ticket.assignee,
                       span_text(turn.event.at - ticket.opened_at)));
}

void change_priority(Turn& turn, const std::string& rest) {
  const auto priority = priority_named(to_lower(rest));
  if (!priority) return turn.say("Priority is one of high, medium, low.");
  turn.change_desk({.priority = priority}, "changed", "", false);
  turn.change_record({.priority = priority});
  turn.say(fmt::format("Priority is {} now.", name_of(*priority)));
}

bool assign(Turn& turn, const std::string& rest) {
  const std::string id = mention_in(rest);
  if (id.empty()) {
    turn.say("Say whom: assign @user.");
    return true;
  }
  if (!turn.is_known(id)) {
    turn.ask("person", {{"id", id}}, "person", id);
    return false;
  }
  const std::string email = turn.email_of(id);
  const bool is_outside = turn.desk() != "embedded";
  if (is_outside && email.empty()) {
    turn.say(fmt::format("{} has no address that the desk would know.", turn.name_of(id)));
    return true;
  }
  const std::string assignee = is_outside ? email : turn.name_of(id);
  turn.change_desk({.assignee = assignee}, "changed", "", false);
  turn.change_record({.assignee = assignee});
  turn.say(fmt::format("Assigned to {}.", turn.name_of(id)));
  return true;
}

bool say_oncall(Turn& turn) {
  std::string name = turn.settings == nullptr ? "" : turn.settings->oncall;
  if (name.empty() && !turn.parts.oncall.empty()) name = turn.parts.oncall.begin()->first;
  if (name.empty()) {
    turn.say("Nobody is on call here: no [oncall.NAME] is configured.");
    return true;
  }
  if (!turn.is_known("oncall:" + name)) {
    turn.ask("oncall", {}, "oncall", name, "oncall:" + name);
    return false;
  }
  const OncallText people = oncall_text(turn.known.at("oncall:" + name).body);
  turn.say(people.text.empty() ? "Who is on call could not be found out." : people.text);
  return true;
}

void say_stats(Turn& turn, const std::string& rest) {
  const std::string span = rest.empty() ? "7d" : rest;
  if (!parse_duration(span).ok()) return turn.say("Say how far back: stats 7d, stats 24h.");
  turn.say(stats_text(turn.view.figures, span, turn.settings == nullptr));
}

bool needs_ticket(std::string_view word) {
  return word == "status" || word == "priority" || word == "assign" || word == "note" ||
         word == "link";
}

/// Whether these are arguments of the command, and not words of a sentence that begins like it.
bool fits(std::string_view word, std::string_view rest) {
  const bool is_word = rest.find_first_of(" \n\t") == std::string_view::npos;
  if (word == "note") return true;
  if (rest.empty()) return true;
  if (word == "priority") return is_word;
  if (word == "assign") return is_person(rest);
  if (word == "stats") return parse_duration(rest).ok();
  return false;
}

}  // namespace

std::string command_of(std::string_view text) {
  const std::string word = to_lower(first_word(text));
  std::string_view rest = trim(text.substr(first_word(text).size()));
  for (const std::string_view one : commands) {
    // "status?" and "oncall." are the bare word.
    const std::string_view sign = std::string_view(word).substr(std::min(one.size(), word.size()));
    const bool is_it = word.starts_with(one) && rest.empty()
                           ? sign.find_first_not_of("?!.:") == std::string_view::npos
                           : one == word;
    if (!is_it || !fits(one, rest)) continue;
    return rest.empty() ? std::string(one) : std::string(one) + " " + std::string(rest);
  }
  return "";
}

std::string command_in(const std::string& kind, const json::value& body) {
  const bool is_slash = kind == "chat.command";
  if (kind != "chat.message" && !is_slash) return "";
  const std::string text = Turn::raw_text(body);
  // The older bot answered to the bare word.
  if (equals_ignoring_case(text, "help")) return "help";
  const bool is_direct = Turn::text_of(body, "channel").starts_with('D');
  if (!is_slash && !is_direct && !Turn::behind_mention(body)) return "";
  const std::string command = command_of(text);
  return command.empty() && (is_slash || is_direct) ? "help" : command;
}

bool obey(Turn& turn, const std::string& command, const std::string& user,
          std::vector<FileLink> files) {
  const std::string word(first_word(command));
  const std::string rest(trim(std::string_view(command).substr(word.size())));
  if (needs_ticket(word)) {
    if (!turn.link) {
      turn.say("No ticket belongs to this place: say it in the thread of one.");
      return true;
    }
    if (!turn.ticket || turn.link->stage == LinkStage::opening) return false;
  }
  if (word == "status") {
    say_status(turn);
  } else if (word == "priority") {
    change_priority(turn, rest);
  } else if (word == "assign") {
    return assign(turn, rest);
  } else if (word == "oncall") {
    return say_oncall(turn);
  } else if (word == "note") {
    if (rest.empty() && files.empty()) {
      turn.say("Say what to note: note TEXT.");
    } else {
      const std::string words =
          rest.empty() ? attached(files) : turn.plain(json::object{{"text", rest}});
      turn.comment(turn.name_of(user), turn.email_of(user), words, false, std::move(files));
      turn.say("Noted, for the desk only.");
    }
  } else if (word == "link") {
    turn.say(fmt::format("Ticket {}: {}", turn.ticket_number(), turn.ticket_url()));
  } else if (word == "stats") {
    say_stats(turn, rest);
  } else if (word == "open") {
    turn.say(open_text(turn.view.open, turn.event.at));
  } else {
    turn.say(help_text);
  }
  return true;
}

void take_command(Turn& turn) {
  const std::string command = command_in(turn.event.kind, turn.event.body);
  const json::value user = Turn::member(turn.event.body, "user");
  const std::string id = Turn::text_of(user, "id");
  const Said said{.key = turn.event.key,
                  .kind = turn.event.kind,
                  .channel = turn.channel,
                  .thread = turn.thread,
                  .author = id,
                  .body = turn.event.body,
                  .at = turn.event.at};
  turn.is_slash = true;
  const bool is_new = turn.known.count(id) == 0;
  if (is_new) {
    // Good enough for a slash command's own answer; the profile is asked for where it matters.
    turn.known[id] = Known{id, json::object{{"name", Turn::text_of(user, "name")}}, turn.event.at};
  }
  if (obey(turn, command, id)) return;
  if (is_new) turn.known.erase(id);
  turn.say("One moment …");
  turn.keep_waiting(said);
}

}  // namespace dw
