// Commands: a mention of the bot or /desk, in a thread, a channel or a direct message.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/casefold.h"
#include "base/duration.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/front_marks.h"

namespace dw {
namespace {

constexpr auto commands =
    std::to_array<std::string_view>({"help", "status", "priority", "assign", "oncall", "note",
                                     "link", "stats", "open", "incident"});

constexpr const char* help_text =
    "In a thread: status, priority high|medium|low, assign @user, oncall, note TEXT (a private "
    "comment), link, incident #50 (joins it). Anywhere: stats [7d], open, oncall, help. A close "
    "word such as \"done\" "
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

void say_status(Context& context) {
  const Ticket& ticket = *context.ticket;
  context.say(fmt::format("Ticket {} is {}, priority {}, {}, opened {} ago.",
                          context.ticket_number(), name_of(ticket.status), name_of(ticket.priority),
                          ticket.assignee.empty() ? "unassigned" : "assigned to " + ticket.assignee,
                          span_text(context.event.at - ticket.opened_at)));
}

void change_priority(Context& context, const std::string& rest) {
  const auto priority = priority_named(to_lower(rest));
  if (!priority) return context.say("Usage: priority high|medium|low.");
  context.change_desk({.priority = priority}, "changed", "", false);
  context.change_record({.priority = priority});
  context.say(fmt::format("Priority is {} now.", name_of(*priority)));
}

bool assign(Context& context, const std::string& rest) {
  const std::string id = mention_in(rest);
  if (id.empty()) {
    context.say("Usage: assign @user.");
    return true;
  }
  if (!context.is_known(id)) {
    context.ask("person", {{"id", id}}, "person", id);
    return false;
  }
  const std::string email = context.email_of(id);
  const bool is_outside = context.desk() != "embedded";
  if (is_outside && email.empty()) {
    context.say(
        fmt::format("{} has no email address in Slack, so the desk cannot find the account.",
                    context.name_of(id)));
    return true;
  }
  const std::string assignee = is_outside ? email : context.name_of(id);
  context.change_desk({.assignee = assignee}, "changed", "", false);
  context.change_record({.assignee = assignee});
  context.say(fmt::format("Assigned to {}.", context.name_of(id)));
  return true;
}

bool say_oncall(Context& context) {
  std::string name = context.settings == nullptr ? "" : context.settings->oncall;
  if (name.empty() && !context.parts.oncall.empty()) name = context.parts.oncall.begin()->first;
  if (name.empty()) {
    context.say("No on-call schedule is configured. Add an [oncall.NAME] to the configuration.");
    return true;
  }
  if (!context.is_known("oncall:" + name)) {
    context.ask("oncall", {}, "oncall", name, "oncall:" + name);
    return false;
  }
  const OncallText people = oncall_text(context.known.at("oncall:" + name).body);
  context.say(people.text.empty() ? "The on-call system did not answer." : people.text);
  return true;
}

void say_stats(Context& context, const std::string& rest) {
  const std::string span = rest.empty() ? "7d" : rest;
  if (!parse_duration(span).ok()) return context.say("Usage: stats 7d, stats 24h.");
  context.say(stats_text(context.view.metrics, span, context.settings == nullptr));
}

bool needs_ticket(std::string_view word) {
  return word == "status" || word == "priority" || word == "assign" || word == "note" ||
         word == "link" || word == "incident";
}

/// "note-taking", "note's": the word is longer than the command.
bool goes_on(std::string_view behind) {
  for (const std::string_view joiner : {"-", "'", "’", "/", "_", "\u2010", "\u2011"}) {
    if (!behind.starts_with(joiner)) continue;
    if (is_alphanumeric(first_code_point(behind.substr(joiner.size())).value)) return true;
  }
  return false;
}

/// What `text` begins with of these signs goes.
template <class Signs>
std::string_view without_signs(std::string_view text, const Signs& signs) {
  for (;;) {
    const auto found = std::find_if(signs.begin(), signs.end(), [text](std::string_view sign) {
      return text.starts_with(sign);
    });
    if (found == signs.end()) return text;
    text.remove_prefix(found->size());
  }
}

constexpr auto closing_signs = std::to_array<std::string_view>(
    {"*", "_", "`", "~", "\"", "'", "”", "“",      "’",      "»",      ")",      "]",
     "}", ":", ";", ",", ".",  "!", "?", "\uFF1A", "\uFF0C", "\u200B", "\u2060", "\uFEFF"});
constexpr auto spaces = std::to_array<std::string_view>(
    {" ", "\n", "\t", "\u00A0", "\u202F", "\u3000", "\u200B", "\u2060", "\uFEFF"});
constexpr auto dashes =
    std::to_array<std::string_view>({"- ", "– ", "— ", ": ", "-\u00A0", "–\u00A0", "—\u00A0"});

/// The words of a note, behind "note": "note: …", "*note* …", "note – …".
std::string_view words_behind(std::string_view text) {
  const std::string_view bare = without_signs(text, closing_signs);
  std::string_view rest = without_signs(bare, spaces);
  // On the next line a dash begins a list.
  const bool is_same_line = bare.substr(0, bare.size() - rest.size()).find('\n') == bare.npos;
  if (is_same_line) rest = without_signs(without_signs(rest, dashes), spaces);
  return trim(rest);
}

/// "*high*" of "priority: *high*".
std::string_view argument_in(std::string_view text) {
  constexpr std::string_view marks = "*_`~ \n\t";
  std::string_view rest = without_signs(without_signs(text, closing_signs), spaces);
  rest.remove_prefix(std::min(rest.find_first_not_of(marks), rest.size()));
  return rest.substr(0, rest.find_last_not_of(marks) + 1);
}

/// "#50", "50"
bool is_number(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether these are arguments of the command, and not words of a sentence that begins like it.
bool fits(std::string_view word, std::string_view rest) {
  const bool is_word = rest.find_first_of(" \n\t") == std::string_view::npos;
  if (word == "note") return true;
  if (word == "incident") return is_number(rest);
  if (rest.empty()) return true;
  if (word == "priority") return is_word;
  if (word == "assign") return is_person(rest);
  if (word == "stats") return parse_duration(rest).ok();
  return false;
}

/// The storm asks who that is, and answers in the thread.
void ask_to_join(Context& context, const std::string& number, const std::string& user) {
  const std::string digits = number.starts_with('#') ? number.substr(1) : number;
  context.plan.found.push_back(
      {.source = "bridge",
       .key = fmt::format("{}/{}/incident/{}", context.event.source, context.event.key, digits),
       .kind = "storm.join",
       .at = context.event.at,
       .body = json::object{{"number", digits},
                            {"ticket", context.ticket->id.value},
                            {"channel", context.channel},
                            {"thread", context.thread},
                            {"user", user}}});
  if (context.is_slash) context.say("One moment …");
}

/// "Please add a private note: …" from "note" on; anything else as it stands. What was meant as a
/// note and becomes public is worse than a sentence that becomes a note.
std::string_view from_note(std::string_view text) {
  constexpr auto asking = std::to_array<std::string_view>({"please", "pls", "plz", "kindly", "add",
                                                           "make", "take", "leave", "put", "write",
                                                           "post", "new", "internal", "private"});
  // Behind one of those alone: "the note you sent is wrong" is a sentence.
  constexpr auto between = std::to_array<std::string_view>({"a", "an", "the", "this", "as"});
  std::string_view rest = text;
  for (;;) {
    const size_t bytes = word_bytes(rest);
    const std::string word = nfkc_casefold(rest.substr(0, bytes));
    if (word == "note") return rest;
    const bool is_asking = std::find(asking.begin(), asking.end(), word) != asking.end();
    const bool is_between = rest.data() != text.data() &&
                            std::find(between.begin(), between.end(), word) != between.end();
    const size_t skipped = is_asking || is_between ? bytes : greeting_bytes(rest);
    if (skipped == 0) return text;
    rest = without_front_marks(rest.substr(skipped));
  }
}

}  // namespace

std::string command_of(std::string_view text) {
  const std::string_view said = from_note(without_front_marks(text));
  const size_t bytes = word_bytes(said);
  const std::string word = nfkc_casefold(said.substr(0, bytes));
  const std::string_view behind = said.substr(bytes);
  const bool is_command = std::find(commands.begin(), commands.end(), word) != commands.end();
  if (!is_command || goes_on(behind)) return "";
  const std::string rest(word == "note" ? words_behind(behind) : argument_in(behind));
  if (!fits(word, rest)) return "";
  return rest.empty() ? word : word + " " + rest;
}

std::string command_in(const std::string& kind, const json::value& body) {
  const bool is_slash = kind == "chat.command";
  if (kind != "chat.message" && !is_slash) return "";
  const auto behind = is_slash ? std::nullopt : Context::behind_mention(body);
  const std::string text = behind ? *behind : Context::raw_text(body);
  // The older bot answered to the bare word.
  if (equals_ignoring_case(text, "help")) return "help";
  const bool is_direct = Context::text_of(body, "channel").starts_with('D');
  if (!is_slash && !is_direct && !behind) return "";
  const std::string command = command_of(text);
  return command.empty() && (is_slash || is_direct) ? "help" : command;
}

bool execute(Context& context, const std::string& command, const std::string& user,
             std::vector<FileLink> files) {
  const std::string word(first_word(command));
  const std::string rest(trim(std::string_view(command).substr(word.size())));
  if (needs_ticket(word)) {
    if (!context.link) {
      context.say("This command works only in the thread of a ticket.");
      return true;
    }
    if (!context.ticket || context.link->stage == LinkStage::opening) return false;
  }
  if (word == "incident") {
    ask_to_join(context, rest, user);
  } else if (word == "status") {
    say_status(context);
  } else if (word == "priority") {
    change_priority(context, rest);
  } else if (word == "assign") {
    return assign(context, rest);
  } else if (word == "oncall") {
    return say_oncall(context);
  } else if (word == "note") {
    if (is_blank(rest) && files.empty()) {
      context.say("Usage: note TEXT.");
    } else {
      const std::string words =
          is_blank(rest) ? attached(files) : context.plain(json::object{{"text", rest}});
      context.comment(context.name_of(user), context.email_of(user), words, false,
                      std::move(files));
      context.say("Added as a private note at the desk.");
    }
  } else if (word == "link") {
    context.say(fmt::format("Ticket {}: {}", context.ticket_number(), context.ticket_url()));
  } else if (word == "stats") {
    say_stats(context, rest);
  } else if (word == "open") {
    context.say(open_text(context.view.open, context.event.at));
  } else {
    context.say(help_text);
  }
  return true;
}

void take_command(Context& context) {
  const std::string command = command_in(context.event.kind, context.event.body);
  const json::value& user = Context::member(context.event.body, "user");
  const std::string id = Context::text_of(user, "id");
  const ThreadMessage said{.key = context.event.key,
                           .kind = context.event.kind,
                           .channel = context.channel,
                           .thread = context.thread,
                           .author = id,
                           .body = context.event.body,
                           .at = context.event.at};
  context.is_slash = true;
  const bool is_new = context.known.count(id) == 0;
  if (is_new) {
    // Good enough for a slash command's own answer; the profile is asked for where it matters.
    context.known[id] =
        CachedLookup{id, json::object{{"name", Context::text_of(user, "name")}}, context.event.at};
  }
  if (execute(context, command, id)) return;
  if (is_new) context.known.erase(id);
  context.say("One moment …");
  context.keep_waiting(said);
}

}  // namespace dw
