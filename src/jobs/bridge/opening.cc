// A thread's ticket is opened, and the thread is told.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

constexpr size_t subject_characters_max = 150;

std::string subject_of(const std::string& plain, const std::vector<FileLink>& files,
                       const std::string& author) {
  if (const std::string line = first_line_of(plain); !line.empty()) {
    return cut_characters(line, subject_characters_max);
  }
  if (!files.empty()) return cut_characters(files.front().name, subject_characters_max);
  return "Message from " + author;
}

void ask_oncall(Turn& turn) {
  const std::string& name = turn.settings->oncall;
  if (name.empty() || turn.is_known("oncall:" + name)) return;
  turn.ask("oncall", {}, "oncall", name, "oncall:" + name);
}

/// Past three seconds the first message carries a ⏳, unless the desk has answered by then.
void plan_hourglass(Turn& turn) {
  turn.deliver_in(
      turn.lane() + "/wait",
      ChatReact{.channel = turn.channel, .message = turn.thread, .emoji = "hourglass_flowing_sand"},
      "slack", "", false, turn.event.at + hourglass_after);
}

void take_off_hourglass(Turn& turn, const std::string& why) {
  if (turn.settings == nullptr || turn.settings->mode == BridgeMode::shadow) return;
  for (const Delivery& one : turn.view.hourglass) {
    if (one.state != DeliveryState::pending || one.attempts > 0) continue;
    turn.plan.changes.push_back(DropDelivery{one.id, why});
    return;
  }
  turn.deliver_in(turn.lane() + "/wait",
                  ChatReact{.channel = turn.channel,
                            .message = turn.thread,
                            .emoji = "hourglass_flowing_sand",
                            .is_removed = true},
                  "slack", "", false);
}

Opening first_opening(const Turn& turn) {
  return {.key = fmt::format("slack:{}:{}", turn.channel, turn.thread),
          .reference = fmt::format("open {} {}", turn.channel, turn.thread),
          .follow_up_of = {}};
}

/// A ticket's words: its first message, and where it is talked about.
void write_words(const Turn& turn, const Said& first, Ticket& ticket) {
  const std::string plain = turn.plain(first.body);
  ticket.title = subject_of(plain, turn.files_of(first.body), turn.name_of(first.author));
  ticket.description = plain;
  if (!turn.link->url.empty()) {
    ticket.description += (plain.empty() ? "" : "\n\n") + turn.link->url;
  }
}

/// The message that opens the ticket: the first one, or where that was deleted before, the first
/// of those behind it that is for the desk.
std::optional<Said> opener_of(const Turn& turn) {
  const bool is_root_deleted = turn.root && is_deleted(*turn.root);
  for (const Said& one : turn.waiting) {
    if (one.kind != "chat.message") continue;
    if (one.message == turn.thread) return one;
    if (is_root_deleted && !is_for_chat_alone(turn, one)) return one;
  }
  return std::nullopt;
}

/// The delivery that opens the thread's first ticket, while the desk has not heard of it.
const Delivery* unheard_opening(const Turn& turn) {
  const bool is_opening = turn.link && turn.ticket && turn.link->stage == LinkStage::opening;
  if (!is_opening || turn.desk() == "embedded") return nullptr;
  for (const Delivery& one : turn.view.pending) {
    if (one.reference == first_opening(turn).reference && is_unheard(one)) return &one;
  }
  return nullptr;
}

/// Opens our record, and asks the desk to open its own.
void open_ticket(Turn& turn, const Said& first) {
  DW_ASSERT(turn.view.fresh_ticket, "read() reserves a number for what plan() opens");
  const std::string name = turn.name_of(first.author);
  Ticket ticket{.id = turn.view.fresh_ticket,
                .title = {},
                .description = {},
                .requester = {name, turn.email_of(first.author), "slack:" + first.author},
                .tags = turn.settings->tags,
                .source = "slack:" + turn.channel,
                .desk = turn.desk(),
                .opened_at = turn.link->opened_at,
                .updated_at = turn.event.at};
  write_words(turn, first, ticket);
  turn.plan.changes.push_back(OpenTicket{ticket});
  turn.ticket = ticket;
  turn.link->ticket = ticket.id;
  deliver_opening(turn, first_opening(turn));
  std::vector<FileLink> files = turn.files_of(first.body);
  if (!files.empty()) {
    // A desk's opening carries no files: they follow as the first comment.
    turn.keep_waiting({.key = first.key + "/files",
                       .kind = "chat.files",
                       .channel = turn.channel,
                       .thread = turn.thread,
                       .message = first.message,
                       .author = first.author,
                       .body = json::object{{"files", Turn::member(first.body, "files")}},
                       .at = first.at});
  }
  turn.remember(first, SaidState::carried);
}

}  // namespace

void deliver_opening(Turn& turn, Opening opening) {
  const Ticket& ticket = *turn.ticket;
  turn.deliver(DeskOpen{.ticket = ticket.id,
                        .key = std::move(opening.key),
                        .title = ticket.title,
                        .description = ticket.description,
                        .priority = ticket.priority,
                        .requester = ticket.requester,
                        .tags = ticket.tags,
                        .thread_url = turn.link->url,
                        .follow_up_of = std::move(opening.follow_up_of)},
               "desk:" + turn.desk(), std::move(opening.reference));
}

void hide_replies(Turn& turn) {
  const std::vector<Said> all = turn.waiting;
  for (const Said& one : all) {
    const bool is_command = !command_in(one.kind, one.body).empty();
    if (one.message != turn.thread && !is_command) turn.remember(one, SaidState::kept);
  }
}

bool take_back_opening(Turn& turn) {
  const Delivery* opening = unheard_opening(turn);
  if (opening == nullptr) return false;
  turn.plan.changes.push_back(DropDelivery{opening->id, "it was taken back in Slack"});
  turn.plan.changes.push_back(
      RewordTicket{turn.ticket->id, "Taken back", "It was taken back in Slack."});
  turn.change_record({.status = Status::solved});
  take_off_hourglass(turn, "no ticket is opened");
  const std::vector<Said> all = turn.waiting;
  for (const Said& one : all) {
    if (one.message == turn.thread) turn.remember(one, SaidState::kept);
  }
  turn.ticket.reset();
  turn.link->ticket = {};
  return true;
}

bool reword_opening(Turn& turn, const Said& first) {
  const Delivery* opening = unheard_opening(turn);
  if (opening == nullptr) return false;
  turn.plan.changes.push_back(DropDelivery{opening->id, "it was edited in Slack"});
  write_words(turn, first, *turn.ticket);
  turn.plan.changes.push_back(
      RewordTicket{turn.ticket->id, turn.ticket->title, turn.ticket->description});
  deliver_opening(turn, first_opening(turn));
  return true;
}

void open_after_shadow(Turn& turn) {
  turn.link->stage = LinkStage::opening;
  turn.link->solved_at.reset();
  if (turn.ticket->status != Status::open) turn.change_record({.status = Status::open});
  deliver_opening(turn, first_opening(turn));
}

void open_when_ready(Turn& turn) {
  if (turn.link->stage != LinkStage::opening || turn.link->ticket) return;
  const std::optional<Said> opener = opener_of(turn);
  if (!opener) return;
  const Said first = *opener;
  if (first.message == turn.thread && is_for_chat_alone(turn, first)) {
    // It was edited while it waited.
    take_off_hourglass(turn, "no ticket is opened");
    hide_replies(turn);
    turn.remember(first, SaidState::kept);
    return;
  }
  if (!turn.link->has_url) {
    turn.ask("permalink", {{"channel", turn.channel}, {"message", turn.thread}}, "url");
  }
  const bool has_all = turn.has_names(first) && turn.link->has_url;
  if (turn.is_begun) {
    ask_oncall(turn);
    const bool is_live = turn.settings->mode == BridgeMode::live;
    if (is_live && (!has_all || turn.desk() != "embedded")) plan_hourglass(turn);
  }
  if (has_all) open_ticket(turn, first);
}

void take_opened(Turn& turn, const Answer& answer) {
  if (!turn.link || !turn.ticket || turn.link->stage != LinkStage::opening) return;
  if (!answer.is_done) {
    turn.deliver_in(turn.lane() + "/trouble",
                    ChatPost{.channel = turn.channel,
                             .thread = turn.thread,
                             .text = "The ticket could not be opened yet; it is kept, and a person "
                                     "has to look at it: " +
                                     cut_characters(answer.why, 200)},
                    "slack");
    return;
  }
  const json::value given = Turn::member(turn.event.body, "answer");
  if (turn.desk() != "embedded") {
    turn.ticket->external = {Turn::text_of(given, "id"), Turn::text_of(given, "url")};
    turn.change_record({.external = turn.ticket->external});
  }
  turn.link->stage = LinkStage::open;
  turn.link->solved_at.reset();
  if (answer.rest.empty()) {
    take_off_hourglass(turn, "the ticket was there in time");
    turn.say(fmt::format("Ticket {}: {}", turn.ticket_number(), turn.ticket_url()));
  } else {
    turn.say(fmt::format("Ticket {} is closed for good; it goes on as ticket {}: {}", answer.rest,
                         turn.ticket_number(), turn.ticket_url()));
    turn.react("white_check_mark", true);
  }
  advance(turn);
}

namespace {

struct OncallPlace {
  json::value person;
  int64_t level = 0;
  std::string called;  ///< "primary", "level 3"
};

/// Who is on call, the nearest level first; one without a name is nobody.
std::vector<OncallPlace> oncall_places(const json::value& body) {
  std::vector<OncallPlace> out;
  std::vector<Problem> ignored;
  const auto add = [&out](const json::value& person, int64_t level) {
    if (Turn::text_of(person, "name").empty()) return;
    std::string called = fmt::format("level {}", level);
    if (level == 1) called = "primary";
    if (level == 2) called = "secondary";
    out.push_back({person, level, std::move(called)});
  };
  const JsonView people = JsonView(body, ignored)["people"];
  for (const JsonView& one : people.elements()) add(*one.raw(), one["level"].integer().value_or(0));
  if (people.is_present()) return out;
  add(Turn::member(body, "primary"), 1);
  add(Turn::member(body, "secondary"), 2);
  return out;
}

}  // namespace

OncallText oncall_text(const json::value& body) {
  OncallText out;
  std::vector<std::string> people;
  std::set<int64_t> mentioned;
  for (const OncallPlace& one : oncall_places(body)) {
    people.push_back(fmt::format("{} ({})", Turn::text_of(one.person, "name"), one.called));
    // The two nearest levels that have anybody hear of it; the rest is named.
    if (mentioned.size() < 2) mentioned.insert(one.level);
    const std::string id = Turn::text_of(one.person, "slack");
    if (!id.empty() && mentioned.count(one.level) > 0) out.mentions.push_back(id);
    if (one.level == 1 && out.email.empty()) out.email = Turn::text_of(one.person, "email");
  }
  if (!people.empty()) out.text = "On call: " + join(people, ", ");
  return out;
}

void greet_when_ready(Turn& turn) {
  BridgeLink& link = *turn.link;
  const bool is_there = link.ticket && link.stage != LinkStage::opening;
  if (!is_there || link.is_greeted || !turn.settings) return;
  const std::string oncall = "oncall:" + turn.settings->oncall;
  if (!turn.settings->oncall.empty()) {
    if (!turn.is_known(oncall)) {
      ask_oncall(turn);
      const bool is_first_try =
          turn.event.kind == "bridge.answered" && (turn.text("reference").starts_with("open ") ||
                                                   turn.text("reference").starts_with("mirror "));
      // A pager that does not answer must not keep the rest from the thread.
      if (is_first_try) turn.wake_at(turn.event.at + oncall_patience, "greet");
      return;
    }
    const OncallText people = oncall_text(turn.known.at(oncall).body);
    const auto use = turn.parts.oncall.find(turn.settings->oncall);
    const OncallUse how = use == turn.parts.oncall.end() ? OncallUse{} : use->second;
    if (!people.text.empty()) {
      turn.say(people.text, how.notifies ? people.mentions : std::vector<std::string>{});
    }
    if (how.assigns && !people.email.empty()) {
      turn.change_desk({.assignee = people.email}, "assigned", "", false);
      turn.change_record({.assignee = people.email});
    }
  }
  const bool is_chat = turn.ticket && turn.ticket->source.starts_with("slack:");
  const bool is_late = turn.settings->has_hours && !turn.parts.hours_message.empty() &&
                       !turn.parts.hours.is_open_at(link.opened_at);
  if (is_chat && is_late) turn.say(turn.parts.hours_message);
  if (is_chat && !turn.settings->greeting.empty()) turn.say(turn.settings->greeting);
  link.is_greeted = true;
}

}  // namespace dw
