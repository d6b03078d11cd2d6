// A thread's ticket is opened, and the thread is told.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/reminder_rows.h"
#include "jobs/ticket_opening.h"

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

void ask_oncall(Context& context) {
  const std::string& name = context.settings->oncall;
  if (name.empty() || context.is_known("oncall:" + name)) return;
  context.ask("oncall", {}, "oncall", name, "oncall:" + name);
}

/// Past three seconds the first message carries a ⏳, unless the desk has answered by then.
void plan_pending_reaction(Context& context) {
  context.deliver_in(
      context.lane() + "/wait",
      ChatReact{
          .channel = context.channel, .message = context.thread, .emoji = "hourglass_flowing_sand"},
      "slack", "", false, context.event.at + pending_reaction_after);
}

void remove_pending_reaction(Context& context, const std::string& why) {
  if (context.settings == nullptr || context.settings->mode == BridgeMode::shadow) return;
  for (const Delivery& one : context.view.pending_reactions) {
    if (one.state != DeliveryState::pending || one.attempts > 0) continue;
    context.plan.changes.push_back(DropDelivery{one.id, why});
    return;
  }
  context.deliver_in(context.lane() + "/wait",
                     ChatReact{.channel = context.channel,
                               .message = context.thread,
                               .emoji = "hourglass_flowing_sand",
                               .is_removed = true},
                     "slack", "", false);
}

Opening first_opening(const Context& context) {
  return {.key = fmt::format("slack:{}:{}", context.channel, context.thread),
          .reference = fmt::format("open {} {}", context.channel, context.thread),
          .follow_up_of = {}};
}

/// A ticket's words: its first message, and where it is talked about.
void write_words(const Context& context, const ThreadMessage& first, Ticket& ticket) {
  const std::string plain = context.plain(first.body);
  ticket.title = subject_of(plain, context.files_of(first.body), context.name_of(first.author));
  ticket.description = plain;
  if (!context.link->url.empty()) {
    ticket.description += (plain.empty() ? "" : "\n\n") + context.link->url;
  }
}

/// The message that opens the ticket: the first one, or where that was deleted before, the first
/// of those behind it that is for the desk.
std::optional<ThreadMessage> opener_of(const Context& context) {
  const bool is_root_deleted = context.root && is_deleted(*context.root);
  for (const ThreadMessage& one : context.waiting) {
    if (one.kind != "chat.message") continue;
    if (one.message == context.thread) return one;
    if (is_root_deleted && !is_for_chat_alone(context, one)) return one;
  }
  return std::nullopt;
}

/// The delivery that opens the thread's first ticket, while the desk has not heard of it.
const Delivery* unheard_opening(const Context& context) {
  const bool is_opening =
      context.link && context.ticket && context.link->stage == LinkStage::opening;
  if (!is_opening || context.desk() == "embedded") return nullptr;
  for (const Delivery& one : context.view.pending) {
    if (one.reference == first_opening(context).reference && is_unheard(one)) return &one;
  }
  return nullptr;
}

/// Opens our record, and asks the desk to open its own.
void open_ticket(Context& context, const ThreadMessage& first) {
  DW_ASSERT(context.view.fresh_ticket, "read() reserves a number for what plan() opens");
  const std::string name = context.name_of(first.author);
  Ticket ticket{.id = context.view.fresh_ticket,
                .title = {},
                .description = {},
                .requester = {name, context.email_of(first.author), "slack:" + first.author},
                .tags = context.settings->tags,
                .source = "slack:" + context.channel,
                .desk = context.desk(),
                .opened_at = context.link->opened_at,
                .updated_at = context.event.at};
  write_words(context, first, ticket);
  if (context.settings->mode == BridgeMode::shadow) {
    ticket.external.id = fmt::format("shadow-{}", ticket.id.value);
  }
  plan_opening(context.plan, ticket, context.view.match, context.parts.matcher);
  context.ticket = ticket;
  context.link->ticket = ticket.id;
  deliver_opening(context, first_opening(context));
  std::vector<FileLink> files = context.files_of(first.body);
  if (!files.empty()) {
    // A desk's opening carries no files: they follow as the first comment.
    context.keep_waiting({.key = first.key + "/files",
                          .kind = "chat.files",
                          .channel = context.channel,
                          .thread = context.thread,
                          .message = first.message,
                          .author = first.author,
                          .body = json::object{{"files", Context::member(first.body, "files")}},
                          .at = first.at});
  }
  context.remember(first, ThreadMessageState::carried);
}

}  // namespace

void deliver_opening(Context& context, Opening opening) {
  const Ticket& ticket = *context.ticket;
  context.deliver(DeskOpen{.ticket = ticket.id,
                           .key = std::move(opening.key),
                           .title = ticket.title,
                           .description = ticket.description,
                           .priority = ticket.priority,
                           .requester = ticket.requester,
                           .tags = ticket.tags,
                           .thread_url = context.link->url,
                           .follow_up_of = std::move(opening.follow_up_of)},
                  "desk:" + context.desk(), opening.reference);
}

void hide_replies(Context& context) {
  const std::vector<ThreadMessage> all = context.waiting;
  for (const ThreadMessage& one : all) {
    const bool is_command = !command_in(one.kind, one.body).empty();
    if (one.message != context.thread && !is_command)
      context.remember(one, ThreadMessageState::kept);
  }
}

void forget_opening(Context& context) {
  context.ticket->title = "Withdrawn";
  // A follow-up has the subject of the ticket before it, and words of its own.
  const bool is_follow_up = context.ticket->opened_at != context.link->opened_at;
  if (!is_follow_up) {
    context.ticket->description = "The message was deleted or withdrawn in Slack.";
  }
  context.plan.changes.push_back(
      RewordTicket{context.ticket->id, context.ticket->title, context.ticket->description});
}

bool take_back_opening(Context& context) {
  const Delivery* opening = unheard_opening(context);
  if (opening == nullptr) return false;
  context.plan.changes.push_back(
      DropDelivery{opening->id, "the message was deleted or withdrawn in Slack"});
  forget_opening(context);
  context.change_record({.status = Status::solved});
  remove_pending_reaction(context, "no ticket is opened");
  const std::vector<ThreadMessage> all = context.waiting;
  for (const ThreadMessage& one : all) {
    if (one.message == context.thread) context.remember(one, ThreadMessageState::kept);
  }
  context.ticket.reset();
  context.link->ticket = {};
  return true;
}

bool reword_opening(Context& context, const ThreadMessage& first) {
  const Delivery* opening = unheard_opening(context);
  if (opening == nullptr) return false;
  context.plan.changes.push_back(DropDelivery{opening->id, "the message was edited in Slack"});
  write_words(context, first, *context.ticket);
  context.plan.changes.push_back(
      RewordTicket{context.ticket->id, context.ticket->title, context.ticket->description});
  deliver_opening(context, first_opening(context));
  return true;
}

void open_after_shadow(Context& context) {
  context.link->stage = LinkStage::opening;
  context.link->solved_at.reset();
  TicketPatch patch;
  if (context.ticket->status != Status::open) patch.status = Status::open;
  if (context.desk() == "embedded") patch.external = context.ticket->external = External{};
  if (!patch.is_empty()) context.plan.changes.push_back(ChangeTicket{context.ticket->id, patch});
  // That it was solved, answered and reminded of was in a rehearsal: whoever waits does so from
  // now.
  context.link->opened_at = context.ticket->opened_at = context.event.at;
  context.ticket->first_reply_at.reset();
  context.plan.changes.push_back(BeginWaiting{context.ticket->id});
  context.plan.changes.push_back(ForgetReminder{context.ticket->id});
  deliver_opening(context, first_opening(context));
}

void end_shadows(Context& context) {
  for (const ShadowTicket& one : context.view.shadows) {
    const auto& link = one.link;
    const BridgeSettings* bridge =
        link ? bridge_of(context.parts, link->channel, context.known) : nullptr;
    const bool is_still_shadow = bridge != nullptr && bridge->mode == BridgeMode::shadow;
    if (is_still_shadow || (link && link->stage == LinkStage::opening)) continue;
    context.plan.changes.push_back(ChangeTicket{one.ticket.id, {.status = Status::solved}});
    context.plan.changes.push_back(
        AddComment{{.ticket = one.ticket.id,
                    .author_name = "Deskwire",
                    .body = "Shadow mode has ended. This ticket exists at no desk, so Deskwire "
                            "solved it. The next message in its thread opens a real ticket.",
                    .is_public = false,
                    .at = context.event.at,
                    .source = one.ticket.source}});
    if (!link) continue;
    BridgeLink ended = *link;
    ended.stage = LinkStage::solved;
    ended.solved_at = context.event.at;
    context.plan.changes.push_back(SetLink{std::move(ended)});
  }
}

void open_when_ready(Context& context) {
  if (context.link->stage != LinkStage::opening || context.link->ticket) return;
  const std::optional<ThreadMessage> opener = opener_of(context);
  if (!opener) return;
  const ThreadMessage first = *opener;
  if (needs_channel_name(context, first) && !context.has_names(first)) {
    if (context.is_begun) ask_oncall(context);
    return;
  }
  if (first.message == context.thread && is_for_chat_alone(context, first)) {
    // It was edited while it waited, or the channel that it begins with is called like the prefix.
    remove_pending_reaction(context, "no ticket is opened");
    hide_replies(context);
    context.remember(first, ThreadMessageState::kept);
    return;
  }
  if (!context.link->has_url) {
    context.ask("permalink", {{"channel", context.channel}, {"message", context.thread}}, "url");
  }
  const bool has_all = context.has_names(first) && context.link->has_url;
  if (context.is_begun) {
    ask_oncall(context);
    const bool is_live = context.settings->mode == BridgeMode::live;
    if (is_live && (!has_all || context.desk() != "embedded")) plan_pending_reaction(context);
  }
  if (has_all) open_ticket(context, first);
}

void take_opened(Context& context, const Answer& answer) {
  if (!context.link || !context.ticket || context.link->stage != LinkStage::opening) return;
  if (!answer.is_done) {
    context.deliver_in(context.lane() + "/trouble",
                       ChatPost{.channel = context.channel,
                                .thread = context.thread,
                                .text = "The ticket could not be created. Deskwire keeps it on the "
                                        "Deliveries page, where it can be retried: " +
                                        cut_characters(answer.why, 200)},
                       "slack");
    return;
  }
  const json::value& given = Context::member(context.event.body, "answer");
  if (context.desk() != "embedded") {
    context.ticket->external = {Context::text_of(given, "id"), Context::text_of(given, "url")};
    context.change_record({.external = context.ticket->external});
  }
  context.link->stage = LinkStage::open;
  context.link->solved_at.reset();
  if (answer.rest.empty()) {
    remove_pending_reaction(context, "the ticket was created in time");
    context.say(fmt::format("Ticket {}: {}", context.ticket_number(), context.ticket_url()));
  } else {
    context.say(fmt::format("Ticket {} is permanently closed. Follow-up ticket {}: {}", answer.rest,
                            context.ticket_number(), context.ticket_url()));
    context.react("white_check_mark", true);
  }
  advance(context);
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
  const auto add = [&out](const json::value& person, int64_t level) {
    if (Context::text_of(person, "name").empty()) return;
    std::string called = fmt::format("level {}", level);
    if (level == 1) called = "primary";
    if (level == 2) called = "secondary";
    out.push_back({person, level, std::move(called)});
  };
  const JsonView people = JsonView(body)["people"];
  for (const JsonView& one : people.elements()) add(*one.raw(), one["level"].integer().value_or(0));
  if (people.is_present()) return out;
  add(Context::member(body, "primary"), 1);
  add(Context::member(body, "secondary"), 2);
  return out;
}

}  // namespace

OncallText oncall_text(const json::value& body) {
  OncallText out;
  std::vector<std::string> people;
  std::set<int64_t> mentioned;
  for (const OncallPlace& one : oncall_places(body)) {
    if (out.levels.empty() || out.levels.back().level != one.level) {
      out.levels.push_back({one.level, {}, {}});
    }
    out.levels.back().names.push_back(Context::text_of(one.person, "name"));
    people.push_back(fmt::format("{} ({})", Context::text_of(one.person, "name"), one.called));
    // The two nearest levels that have anybody hear of it; the rest is named.
    if (mentioned.size() < 2) mentioned.insert(one.level);
    const std::string id = Context::text_of(one.person, "slack");
    if (!id.empty()) out.levels.back().mentions.push_back(id);
    if (!id.empty() && mentioned.count(one.level) > 0) out.mentions.push_back(id);
    if (one.level == 1 && out.email.empty()) out.email = Context::text_of(one.person, "email");
  }
  if (!people.empty()) out.text = "On call: " + join(people, ", ");
  return out;
}

void assign_oncall(Context& context, const OncallText& people) {
  if (people.email.empty()) return;
  context.change_desk({.assignee = people.email}, "assigned", "", false);
  context.change_record({.assignee = people.email});
}

void greet_when_ready(Context& context) {
  BridgeLink& link = *context.link;
  const bool is_there = link.ticket && link.stage != LinkStage::opening;
  if (!is_there || link.is_greeted || !context.settings) return;
  const std::string oncall = "oncall:" + context.settings->oncall;
  // Whoever is on call knows of the incident, and hears of this one if it leaves.
  const bool is_joined = context.ticket && context.ticket->problem_id;
  if (!context.settings->oncall.empty() && !is_joined) {
    if (!context.is_known(oncall)) {
      ask_oncall(context);
      const bool is_first_try = context.event.kind == "bridge.answered" &&
                                (context.text("reference").starts_with("open ") ||
                                 context.text("reference").starts_with("mirror "));
      // A pager that does not answer must not keep the rest from the thread.
      if (is_first_try) context.wake_at(context.event.at + oncall_timeout, "greet");
      return;
    }
    const OncallText people = oncall_text(context.known.at(oncall).body);
    const auto use = context.parts.oncall.find(context.settings->oncall);
    const OncallUse how = use == context.parts.oncall.end() ? OncallUse{} : use->second;
    if (!people.text.empty()) {
      context.say(people.text, how.notifies ? people.mentions : std::vector<std::string>{});
    }
    if (how.assigns) assign_oncall(context, people);
  }
  const bool is_chat = context.ticket && context.ticket->source.starts_with("slack:");
  const bool is_late = context.settings->has_hours && !context.parts.hours_message.empty() &&
                       !context.parts.hours.is_open_at(link.opened_at);
  if (is_chat && is_late) context.say(context.parts.hours_message);
  if (is_chat && !context.settings->greeting.empty()) context.say(context.settings->greeting);
  link.is_greeted = true;
}

}  // namespace dw
