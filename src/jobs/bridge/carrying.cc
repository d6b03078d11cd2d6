// What waits in a thread is carried to the desk, in the thread's order, as far as it goes now.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

bool is_public(const Turn& turn) {
  return turn.settings->relay == BridgeRelay::is_public;
}

void send(Turn& turn, const Said& said, const std::string& body, bool is_open) {
  turn.comment(turn.name_of(said.author), turn.email_of(said.author), body, is_open,
               turn.files_of(said.body), said.key);
  turn.count_carried(said.at);
  turn.remember(said, SaidState::carried);
}

/// What hangs on a message that is not carried itself: an order, a close word.
void carry_files(Turn& turn, const Said& said) {
  std::vector<FileLink> files = turn.files_of(said.body);
  if (files.empty() || !turn.ticket) return;
  const std::string words = attached(files);
  turn.comment(turn.name_of(said.author), turn.email_of(said.author), words, is_public(turn),
               std::move(files), said.key + "/files");
}

/// In a solved thread: false if it has to wait for the desk.
bool carry_solved(Turn& turn, const Said& said, const std::string& plain) {
  const std::string who = turn.name_of(said.author);
  if (files_in(said.body).empty() && is_thanks(Turn::raw_text(said.body), turn.names())) {
    // Kept with our record; a comment would open the ticket again at many a desk.
    turn.plan.changes.push_back(AddComment{{.ticket = turn.ticket->id,
                                            .author_name = who,
                                            .author_email = turn.email_of(said.author),
                                            .body = plain,
                                            .is_public = is_public(turn),
                                            .at = turn.event.at,
                                            .source = "slack:" + turn.channel}});
    turn.remember(said, SaidState::kept);
    return true;
  }
  const bool is_word = is_reopen_word(turn, plain);
  const bool is_recent = said.at - turn.link->solved_at.value_or(said.at) <= reopen_window;
  if (!is_word && !is_recent) {
    follow_up(turn, words_of(turn, said), who);
    turn.remember(said, SaidState::carried);
    keep_files_waiting(turn, said);
    return false;
  }
  if (is_word) {
    turn.remember(said, SaidState::kept);
    keep_files_waiting(turn, said);
  }
  reopen(turn, who);
  return false;
}

/// What is said to the desk.
bool carry_speech(Turn& turn, const Said& said) {
  if (turn.link->stage == LinkStage::solved) {
    return carry_solved(turn, said, turn.plain(said.body));
  }
  const std::string words = words_of(turn, said);
  if (words.empty()) {
    turn.remember(said, SaidState::kept);
    return true;
  }
  if (!may_carry(turn, said.at)) return false;
  send(turn, said, words, is_public(turn));
  return true;
}

bool carry_message(Turn& turn, const Said& said) {
  switch (meaning_of(turn, said)) {
    case Meaning::note:
      if (!obey(turn, command_in("chat.message", said.body), said.author,
                turn.files_of(said.body))) {
        return false;
      }
      break;
    case Meaning::command:
      if (!obey(turn, command_in("chat.message", said.body), said.author)) return false;
      carry_files(turn, said);
      break;
    case Meaning::hidden:
      break;
    case Meaning::close_word:
      if (turn.link->stage == LinkStage::open) carry_files(turn, said);
      solve(turn, turn.name_of(said.author));
      break;
    case Meaning::speech:
      return carry_speech(turn, said);
  }
  turn.remember(said, SaidState::kept);
  return true;
}

/// How far the message of an edit has got by that edit.
void set_message_state(Turn& turn, const Said& edit, SaidState state) {
  turn.plan.changes.push_back(SetSaid{{.key = turn.channel + "/" + edit.message,
                                       .kind = "chat.message",
                                       .channel = edit.channel,
                                       .thread = edit.thread,
                                       .message = edit.message,
                                       .author = edit.author,
                                       .digest = edit.digest,
                                       .edited_at = edit.edited_at,
                                       .state = state,
                                       .at = time_of_message(edit.message, edit.at)}});
}

/// Takes back what of a message is on its way to the desk and has not reached it: the desk is down.
/// Our record forgets the words in any case. True: the desk never hears of the message.
bool take_back_unsent(Turn& turn, const Said& said) {
  const std::string message =
      fmt::format("comment {} {} {}/{}", turn.channel, turn.thread, turn.channel, said.message);
  bool is_unsent = false;
  for (const Delivery& one : turn.view.pending) {
    const bool is_of_it = one.reference == message || one.reference.starts_with(message + "/");
    if (!is_of_it || !is_unheard(one)) continue;
    turn.plan.changes.push_back(DropDelivery{one.id, "it was taken back in Slack"});
    if (const auto* comment = std::get_if<DeskComment>(&one.payload)) {
      forget_comment(turn, *comment);
    }
    is_unsent = is_unsent || one.reference == message;
  }
  for (const Delivery& one : turn.view.told) {
    const auto* comment = std::get_if<DeskComment>(&one.payload);
    if (comment != nullptr && one.reference == message) forget_comment(turn, *comment);
  }
  return is_unsent;
}

/// An edit of a message that the desk has.
bool carry_edit_of_carried(Turn& turn, const Said& said) {
  const Meaning meaning = meaning_of(turn, said);
  if (meaning == Meaning::command || meaning == Meaning::close_word) {
    return carry_message(turn, said);
  }
  if (!may_carry(turn, said.at)) return false;
  Said without_files = said;
  // The files were carried with the message itself.
  if (without_files.body.is_object()) without_files.body.get_object().erase("files");
  if (meaning == Meaning::speech) {
    send(turn, without_files, "edited: " + turn.plain(said.body), is_public(turn));
    return true;
  }
  if (take_back_unsent(turn, said)) {
    turn.remember(said, SaidState::kept);
  } else {
    send(turn, without_files, "A message was withdrawn in Slack.", false);
  }
  set_message_state(turn, said, SaidState::kept);
  return true;
}

/// An edit of a message that stayed in the chat: what is speech now is new to the desk. A command
/// has run already.
bool carry_edit_of_kept(Turn& turn, const Said& said) {
  const Meaning meaning = meaning_of(turn, said);
  if (meaning == Meaning::close_word) return carry_message(turn, said);
  if (meaning != Meaning::speech) {
    turn.remember(said, SaidState::kept);
    return true;
  }
  if (!carry_speech(turn, said)) return false;
  set_message_state(turn, said, SaidState::carried);
  return true;
}

bool carry_edit(Turn& turn, const Said& said) {
  const bool is_of_kept = Turn::is_set(said.body, "is_of_kept");
  return is_of_kept ? carry_edit_of_kept(turn, said) : carry_edit_of_carried(turn, said);
}

bool carry(Turn& turn, const Said& said) {
  if (said.kind == "chat.edit") return carry_edit(turn, said);
  if (said.kind == "chat.delete") {
    if (take_back_unsent(turn, said)) {
      turn.remember(said, SaidState::kept);
      return true;
    }
    // Without its words: they were taken back.
    send(turn, said, "A message was deleted in Slack.", false);
    return true;
  }
  if (said.kind == "chat.files") {
    send(turn, said, words_of(turn, said), is_public(turn));
    return true;
  }
  if (said.kind == "chat.reaction") {
    const auto who = turn.known.find(said.author);
    const bool is_bot = who != turn.known.end() && Turn::is_set(who->second.body, "is_bot");
    if (!is_bot && turn.link->stage == LinkStage::open) solve(turn, turn.name_of(said.author));
    turn.remember(said, SaidState::kept);
    return true;
  }
  return carry_message(turn, said);
}

bool is_ready(const Turn& turn) {
  const BridgeLink& link = *turn.link;
  if (has_missed(turn, turn.thread)) return false;
  if (link.halted_until && turn.event.at < *link.halted_until) return false;
  return link.ticket && (link.stage == LinkStage::open || link.stage == LinkStage::solved);
}

/// What the bridge wrote in shadow mode is nowhere: the desk has no such ticket.
bool is_shadows_ticket(const Turn& turn) {
  return turn.settings->mode == BridgeMode::live && turn.desk() != "embedded" &&
         turn.external_id().starts_with("shadow-");
}

/// Whether this says something that the desk has to hear of.
bool is_for_desk(const Turn& turn, const Said& said) {
  if (said.kind != "chat.message") return turn.link->stage != LinkStage::solved;
  const std::string command = command_in(said.kind, said.body);
  if (!command.empty()) {
    const std::string_view verb = split(command, ' ').front();
    return verb == "priority" || verb == "assign" || verb == "note";
  }
  if (meaning_of(turn, said) == Meaning::hidden) return false;
  const bool is_solved = turn.link->stage == LinkStage::solved;
  return !(is_solved && is_thanks(Turn::raw_text(said.body), turn.names()));
}

/// Commands outside of linked threads; replies that came before their thread wait on.
void obey_alone(Turn& turn) {
  const std::vector<Said> all = turn.waiting;
  for (const Said& said : all) {
    const std::string command = command_in(said.kind, said.body);
    if (command.empty() || !obey(turn, command, said.author)) continue;
    turn.remember(said, SaidState::kept);
  }
}

/// A person discarded the delivery that asked the desk: it is asked anew, with the next message.
void give_up_reopening(Turn& turn) {
  const auto& pending = turn.view.pending;
  const bool is_asked = std::any_of(pending.begin(), pending.end(), [](const Delivery& one) {
    return one.reference.starts_with("reopened ");
  });
  const bool is_said = turn.event.kind.starts_with("chat.");
  if (turn.link->stage == LinkStage::reopening && is_said && !is_asked) {
    turn.link->stage = LinkStage::solved;
  }
}

}  // namespace

bool is_unheard(const Delivery& delivery) {
  return delivery.state == DeliveryState::pending && !delivery.is_in_doubt &&
         (delivery.attempts == 0 || delivery.reason.starts_with("unreachable"));
}

void forget_comment(Turn& turn, const DeskComment& comment) {
  if (turn.desk() == "embedded") return;
  turn.plan.changes.push_back(RemoveComment{{.ticket = comment.ticket,
                                             .author_name = comment.author_name,
                                             .author_email = comment.author_email,
                                             .body = comment.body,
                                             .is_public = comment.is_public,
                                             .source = comment.source}});
}

std::string words_of(const Turn& turn, const Said& said) {
  const std::string plain = turn.plain(said.body);
  if (!plain.empty()) return plain;
  return attached(turn.files_of(said.body));
}

void keep_files_waiting(Turn& turn, const Said& said) {
  if (files_in(said.body).empty()) return;
  turn.keep_waiting({.key = said.key + "/files",
                     .kind = "chat.files",
                     .channel = turn.channel,
                     .thread = turn.thread,
                     .message = said.message,
                     .author = said.author,
                     .body = json::object{{"files", Turn::member(said.body, "files")}},
                     .at = said.at});
}

std::string attached(const std::vector<FileLink>& files) {
  std::vector<std::string> names;
  for (const FileLink& file : files) names.push_back(file.name);
  return names.empty() ? "" : "Attached: " + join(names, ", ");
}

bool may_carry(Turn& turn, TimePoint said_at) {
  const int64_t count = turn.view.carried_lately + turn.carried;
  // What has waited while the desk was down is no storm: only what is said now counts.
  if (count < carried_per_minute_max || !turn.is_recent(said_at)) return true;
  turn.link->halted_until = turn.event.at + breaker_pause;
  turn.say(
      fmt::format("More than {} messages in a minute: nothing is carried to or from the desk "
                  "for {}. Nothing is lost.",
                  carried_per_minute_max, span_text(breaker_pause)));
  turn.wake_at(*turn.link->halted_until, "pause");
  return false;
}

void advance(Turn& turn) {
  if (!turn.link) return obey_alone(turn);
  if (turn.settings == nullptr) return;
  give_up_reopening(turn);
  open_when_ready(turn);
  greet_when_ready(turn);
  const bool is_live =
      turn.event.kind.starts_with("chat.") && !Turn::is_set(turn.event.body, "is_history");
  if (is_live && !turn.waiting.empty() && has_missed(turn, turn.thread)) ask_missed(turn);
  for (const Said& one : turn.waiting) turn.has_names(one);  // all are asked for at once
  while (!turn.waiting.empty() && is_ready(turn)) {
    const Said head = turn.waiting.front();
    if (!turn.has_names(head)) break;
    if (is_shadows_ticket(turn)) {
      if (is_for_desk(turn, head)) {
        open_after_shadow(turn);
        break;
      }
      if (head.kind != "chat.message") {
        turn.remember(head, SaidState::kept);
        continue;
      }
    }
    if (!carry(turn, head)) break;
  }
}

}  // namespace dw
