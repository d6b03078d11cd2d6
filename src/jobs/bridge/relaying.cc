// What waits in a thread is carried to the desk, in the thread's order, as far as it goes now.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/bridge/context.h"

namespace dw {
namespace {

bool is_public(const Context& context) {
  return context.settings->relay == BridgeRelay::is_public;
}

void send(Context& context, const ThreadMessage& said, const std::string& body, bool is_open) {
  context.comment(context.name_of(said.author), context.email_of(said.author), body, is_open,
                  context.files_of(said.body), said.key);
  if (!is_open) note_reply(context, said);
  context.count_relayed(said.at);
  context.remember(said, ThreadMessageState::carried);
}

/// What hangs on a message that is not carried itself: an order, a close word.
void relay_files(Context& context, const ThreadMessage& said) {
  std::vector<FileLink> files = context.files_of(said.body);
  if (files.empty() || !context.ticket) return;
  const std::string words = attached(files);
  context.comment(context.name_of(said.author), context.email_of(said.author), words,
                  is_public(context), std::move(files), said.key + "/files");
}

/// In a solved thread: false if it has to wait for the desk.
bool carry_solved(Context& context, const ThreadMessage& said, const std::string& plain) {
  const std::string who = context.name_of(said.author);
  if (files_in(said.body).empty() && is_thanks(Context::raw_text(said.body), context.names())) {
    // Kept with our record; a comment would open the ticket again at many a desk.
    context.plan.changes.push_back(AddComment{{.ticket = context.ticket->id,
                                               .author_name = who,
                                               .author_email = context.email_of(said.author),
                                               .body = plain,
                                               .is_public = is_public(context),
                                               .at = context.event.at,
                                               .source = "slack:" + context.channel}});
    context.remember(said, ThreadMessageState::kept);
    return true;
  }
  const bool is_word = is_reopen_word(context, plain);
  const bool is_recent = said.at - context.link->solved_at.value_or(said.at) <= reopen_window;
  if (!is_word && !is_recent) {
    follow_up(context, words_of(context, said), who);
    context.remember(said, ThreadMessageState::carried);
    keep_files_waiting(context, said);
    return false;
  }
  if (is_word) {
    context.remember(said, ThreadMessageState::kept);
    keep_files_waiting(context, said);
  }
  reopen(context, who);
  return false;
}

/// What is said to the desk.
bool relay_speech(Context& context, const ThreadMessage& said) {
  const std::string words = words_of(context, said);
  if (words.empty()) {
    context.remember(said, ThreadMessageState::kept);
    return true;
  }
  if (context.link->stage == LinkStage::solved) {
    return carry_solved(context, said, context.plain(said.body));
  }
  if (!may_relay(context, said.at)) return false;
  send(context, said, words, is_public(context));
  return true;
}

bool relay_message(Context& context, const ThreadMessage& said) {
  switch (meaning_of(context, said)) {
    case Meaning::note:
      if (!execute(context, command_in("chat.message", said.body), said.author,
                   context.files_of(said.body))) {
        return false;
      }
      break;
    case Meaning::command:
      if (!execute(context, command_in("chat.message", said.body), said.author)) return false;
      relay_files(context, said);
      break;
    case Meaning::hidden:
      break;
    case Meaning::close_word:
      if (context.link->stage == LinkStage::open) relay_files(context, said);
      solve(context, context.name_of(said.author));
      break;
    case Meaning::speech:
      return relay_speech(context, said);
  }
  context.remember(said, ThreadMessageState::kept);
  return true;
}

/// How far the message of an edit has got by that edit.
void set_message_state(Context& context, const ThreadMessage& edit, ThreadMessageState state) {
  context.write_down({.key = context.channel + "/" + edit.message,
                      .kind = "chat.message",
                      .channel = edit.channel,
                      .thread = edit.thread,
                      .message = edit.message,
                      .author = edit.author,
                      .digest = edit.digest,
                      .edited_at = edit.edited_at,
                      .state = state,
                      .at = time_of_message(edit.message, edit.at)});
}

/// Takes back what of a message is on its way to the desk and has not reached it: the desk is down.
/// Our record forgets the words in any case. True: the desk never hears of the message.
bool take_back_unsent(Context& context, const ThreadMessage& said) {
  const std::string message = fmt::format("comment {} {} {}/{}", context.channel, context.thread,
                                          context.channel, said.message);
  bool is_unsent = false;
  for (const Delivery& one : context.view.pending) {
    const bool is_of_it = one.reference == message || one.reference.starts_with(message + "/");
    if (!is_of_it || !is_unheard(one)) continue;
    context.plan.changes.push_back(
        DropDelivery{one.id, "the message was deleted or withdrawn in Slack"});
    if (const auto* comment = std::get_if<DeskComment>(&one.payload)) {
      forget_comment(context, *comment);
    }
    is_unsent = is_unsent || one.reference == message;
  }
  for (const Delivery& one : context.view.told) {
    const auto* comment = std::get_if<DeskComment>(&one.payload);
    const bool is_of_it = one.reference == message || one.reference.starts_with(message + "/");
    if (comment != nullptr && is_of_it) forget_comment(context, *comment);
  }
  return is_unsent;
}

/// An edit of a message that the desk has.
bool carry_edit_of_carried(Context& context, const ThreadMessage& said) {
  const Meaning meaning = meaning_of(context, said);
  if (meaning == Meaning::command || meaning == Meaning::close_word) {
    return relay_message(context, said);
  }
  if (!may_relay(context, said.at)) return false;
  ThreadMessage without_files = said;
  // The files were carried with the message itself.
  if (without_files.body.is_object()) without_files.body.get_object().erase("files");
  if (meaning == Meaning::speech) {
    send(context, without_files, "edited: " + context.plain(said.body), is_public(context));
    return true;
  }
  if (said.message == context.thread) forget_opening(context);
  if (take_back_unsent(context, said)) {
    context.remember(said, ThreadMessageState::kept);
  } else {
    send(context, without_files, "A message was withdrawn in Slack.", false);
  }
  set_message_state(context, said, ThreadMessageState::kept);
  return true;
}

/// An edit of a message that stayed in the chat: what is speech now is new to the desk. A command
/// has run already.
bool carry_edit_of_kept(Context& context, const ThreadMessage& said) {
  const Meaning meaning = meaning_of(context, said);
  if (meaning == Meaning::close_word) return relay_message(context, said);
  // Words that were taken out leave the files of what was private, and nothing that is for the
  // desk.
  if (meaning != Meaning::speech || context.plain(said.body).empty()) {
    context.remember(said, ThreadMessageState::kept);
    return true;
  }
  if (!relay_speech(context, said)) return false;
  set_message_state(context, said, ThreadMessageState::carried);
  return true;
}

bool carry_edit(Context& context, const ThreadMessage& said) {
  const bool is_of_kept = Context::is_set(said.body, "is_of_kept");
  return is_of_kept ? carry_edit_of_kept(context, said) : carry_edit_of_carried(context, said);
}

bool carry(Context& context, const ThreadMessage& said) {
  if (said.kind == "chat.edit") return carry_edit(context, said);
  if (said.kind == "chat.delete") {
    if (said.message == context.thread) forget_opening(context);
    if (take_back_unsent(context, said)) {
      context.remember(said, ThreadMessageState::kept);
      return true;
    }
    // Without its words: they were taken back.
    send(context, said, "A message was deleted in Slack.", false);
    return true;
  }
  if (said.kind == "chat.files") {
    send(context, said, words_of(context, said), is_public(context));
    return true;
  }
  if (said.kind == "chat.reaction") {
    const auto who = context.known.find(said.author);
    const bool is_bot = who != context.known.end() && Context::is_set(who->second.body, "is_bot");
    if (!is_bot && context.link->stage == LinkStage::open)
      solve(context, context.name_of(said.author));
    context.remember(said, ThreadMessageState::kept);
    return true;
  }
  return relay_message(context, said);
}

bool is_ready(const Context& context) {
  const BridgeLink& link = *context.link;
  if (has_missed(context, context.thread)) return false;
  if (link.paused_until && context.event.at < *link.paused_until) return false;
  return link.ticket && (link.stage == LinkStage::open || link.stage == LinkStage::solved);
}

/// What the bridge wrote in shadow mode is nowhere: the desk has no such ticket.
bool is_shadows_ticket(const Context& context) {
  return context.settings->mode == BridgeMode::live && context.ticket && is_shadow(*context.ticket);
}

/// Whether this says something that the desk has to hear of.
bool is_for_desk(const Context& context, const ThreadMessage& said) {
  if (said.kind != "chat.message") return context.link->stage != LinkStage::solved;
  const std::string command = command_in(said.kind, said.body);
  if (!command.empty()) {
    const std::string_view verb = split(command, ' ').front();
    return verb == "priority" || verb == "assign" || verb == "note" || verb == "status" ||
           verb == "link";
  }
  if (meaning_of(context, said) == Meaning::hidden) return false;
  const bool is_solved = context.link->stage == LinkStage::solved;
  return !(is_solved && is_thanks(Context::raw_text(said.body), context.names()));
}

/// Commands outside of linked threads; replies that came before their thread wait on.
void execute_alone(Context& context) {
  const std::vector<ThreadMessage> all = context.waiting;
  for (const ThreadMessage& said : all) {
    const std::string command = command_in(said.kind, said.body);
    if (command.empty() || !execute(context, command, said.author)) continue;
    context.remember(said, ThreadMessageState::kept);
  }
}

/// A person discarded the delivery that asked the desk: it is asked anew, with the next message.
void give_up_reopening(Context& context) {
  const auto& pending = context.view.pending;
  const bool is_asked = std::any_of(pending.begin(), pending.end(), [](const Delivery& one) {
    return one.reference.starts_with("reopened ");
  });
  const bool is_said = context.event.kind.starts_with("chat.");
  if (context.link->stage == LinkStage::reopening && is_said && !is_asked) {
    context.link->stage = LinkStage::solved;
  }
}

}  // namespace

bool is_unheard(const Delivery& delivery) {
  return delivery.state == DeliveryState::pending && !delivery.is_in_doubt;
}

void forget_comment(Context& context, const DeskComment& comment) {
  if (context.desk() == "embedded") return;
  context.plan.changes.push_back(RemoveComment{{.ticket = comment.ticket,
                                                .author_name = comment.author_name,
                                                .author_email = comment.author_email,
                                                .body = comment.body,
                                                .is_public = comment.is_public,
                                                .source = comment.source}});
}

std::string words_of(const Context& context, const ThreadMessage& said) {
  const std::string plain = context.plain(said.body);
  if (!plain.empty()) return plain;
  return attached(context.files_of(said.body));
}

void keep_files_waiting(Context& context, const ThreadMessage& said) {
  if (files_in(said.body).empty()) return;
  context.keep_waiting({.key = said.key + "/files",
                        .kind = "chat.files",
                        .channel = context.channel,
                        .thread = context.thread,
                        .message = said.message,
                        .author = said.author,
                        .body = json::object{{"files", Context::member(said.body, "files")}},
                        .at = said.at});
}

bool may_relay(Context& context, TimePoint said_at) {
  const int64_t count = context.view.relayed_lately + context.carried;
  // What has waited while the desk was down is no storm: only what is said now counts.
  if (count < relayed_per_minute_max || !context.is_recent(said_at)) return true;
  context.link->paused_until = context.event.at + rate_guard_pause;
  context.say(
      fmt::format("More than {} messages in a minute. Deskwire pauses this thread for {} and then "
                  "relays what waits.",
                  relayed_per_minute_max, span_text(rate_guard_pause)));
  context.wake_at(*context.link->paused_until, "pause");
  return false;
}

void advance(Context& context) {
  if (!context.link) return execute_alone(context);
  if (context.settings == nullptr) return;
  give_up_reopening(context);
  open_when_ready(context);
  greet_when_ready(context);
  const bool is_live =
      context.event.kind.starts_with("chat.") && !Context::is_set(context.event.body, "is_history");
  if (is_live && !context.waiting.empty() && has_missed(context, context.thread))
    ask_missed(context);
  for (const ThreadMessage& one : context.waiting)
    context.has_names(one);  // all are asked for at once
  while (!context.waiting.empty() && is_ready(context)) {
    const ThreadMessage head = context.waiting.front();
    if (!context.has_names(head)) break;
    if (is_shadows_ticket(context)) {
      if (is_for_desk(context, head)) {
        open_after_shadow(context);
        break;
      }
      if (head.kind != "chat.message") {
        context.remember(head, ThreadMessageState::kept);
        continue;
      }
    }
    if (!carry(context, head)) break;
  }
}

}  // namespace dw
