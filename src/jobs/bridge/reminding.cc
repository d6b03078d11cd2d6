// A ticket without a first reply: its thread mentions who is on call, and later the next one.
#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "base/text.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/reminder_rows.h"

namespace dw {
namespace {

constexpr std::string_view escalate_word = "escalate";

/// Whom to mention: the nearest level, or to escalate the one behind it, if there is any.
const OncallLevel* level_of(const OncallText& people, Reminder what) {
  if (people.levels.empty()) return nullptr;
  const bool is_second = what == Reminder::escalate && people.levels.size() > 1;
  return &people.levels[is_second ? 1 : 0];
}

void ask_whom(Context& context, Reminder what, std::optional<TimePoint> earliest) {
  const std::string& oncall = context.settings->oncall;
  context.deliver_in(context.lane() + "/oncall", Lookup{"oncall", {}}, "oncall:" + oncall,
                     fmt::format("remind {} {} {}", context.channel, context.thread,
                                 what == Reminder::escalate ? escalate_word : "remind"),
                     false, earliest);
}

/// Words of another person than the requester.
bool is_reply(const Context& context, const ThreadMessage& said) {
  const bool is_speech =
      said.kind == "chat.message" && meaning_of(context, said) == Meaning::speech;
  if (!is_speech || said.author == context.link->requester) return false;
  const Requester& requester = context.ticket->requester;
  const std::string email = context.email_of(said.author);
  if (!email.empty() && !requester.email.empty()) {
    return !equals_ignoring_case(email, requester.email);
  }
  return context.name_of(said.author) != requester.name;
}

/// Whether the thread still waits for a reply. One that waits itself, for a desk that is down, is
/// one: the thread has seen it.
bool waits(const Context& context) {
  const bool is_known = context.link && context.ticket && context.settings != nullptr;
  if (!is_known || !context.view.waits) return false;
  return std::none_of(context.waiting.begin(), context.waiting.end(),
                      [&](const ThreadMessage& one) { return is_reply(context, one); });
}

}  // namespace

WaitingClock waiting_clock(const BridgeParts& parts, const BridgeSettings& bridge) {
  return WaitingClock(parts.has_hours && bridge.has_hours ? &parts.hours : nullptr);
}

void note_reply(Context& context, const ThreadMessage& said) {
  if (!context.ticket->first_reply_at && is_reply(context, said)) {
    context.plan.changes.push_back(MarkReplied{context.ticket->id, said.at});
  }
}

void take_reminder(Context& context) {
  if (!waits(context)) return;
  const Reminder what =
      due_reminder(*context.settings, waiting_clock(context.parts, *context.settings),
                   {context.ticket->opened_at, context.view.joined}, context.view.reminder, {},
                   context.event.at);
  if (what == Reminder::none) return;
  context.plan.changes.push_back(SetReminder{context.ticket->id, what});
  // What was said at the desk a moment ago is read before the thread is reminded.
  ask_desk(context);
  ask_whom(context, what, {});
}

void take_whom_to_remind(Context& context, const Answer& answer, const json::value& given) {
  if (!waits(context)) return;
  const Reminder what = answer.rest == escalate_word ? Reminder::escalate : Reminder::remind;
  if (what == Reminder::remind && context.view.reminder.escalated_at) return;
  const WaitingClock clock = waiting_clock(context.parts, *context.settings);
  if (!clock.is_open_at(context.event.at)) {
    // The pager answered late: whoever is on call in the morning hears of it.
    return ask_whom(context, what, clock.after(context.event.at, Millis(0)));
  }
  const bool is_escalation = what == Reminder::escalate;
  ChatPost post{.channel = context.channel, .thread = context.thread};
  post.text = fmt::format(
      "{} after {}.", is_escalation ? "Still no reply" : "No reply yet",
      format_duration(is_escalation ? context.settings->escalate : context.settings->remind));
  post.has_mentions_last = true;
  post.reminds_of = context.ticket->id;
  const OncallText people = oncall_text(given);
  if (const OncallLevel* level = level_of(people, what)) {
    post.mentions = level->mentions;
    // A person whose id in the chat nobody knows is named at least.
    if (level->mentions.empty()) post.text += " " + join(level->names, ", ");
  }
  context.post(std::move(post));
}

}  // namespace dw
