// A ticket is solved, opened again, or followed up where the desk has closed it for good.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/bridge/speech.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

bool is_among(const std::vector<std::string>& words, const std::string& plain) {
  const std::string word = bare_word(plain);
  if (word.empty()) return false;
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& one) { return bare_word(one) == word; });
}

/// What a desk says of a ticket that nobody can change any more (connectors/zendesk/README.md).
bool is_closed_for_good(const std::string& why) {
  return why == "closed";
}

/// The desk does not change the status: the thread goes on as it was before, and is told why.
void take_status_refused(Turn& turn, const Answer& answer) {
  if (turn.settings == nullptr) return;
  const bool is_solving = answer.what == "solved";
  const LinkStage expected = is_solving ? LinkStage::solved : LinkStage::reopening;
  if (turn.link->stage != expected) return;
  // What waits for a ticket to be open again is a comment now: a solved ticket takes comments.
  turn.link->stage = LinkStage::open;
  turn.link->solved_at.reset();
  if (is_solving) {
    turn.change_record({.status = Status::open});
    turn.react("white_check_mark", true);
  }
  turn.say(fmt::format("The desk did not {} the ticket: {}", is_solving ? "solve" : "reopen",
                       cut_characters(answer.why, 200)));
  advance(turn);
}

}  // namespace

bool is_close_word(const Turn& turn, const std::string& plain) {
  return is_among(turn.settings->close_words, plain);
}

bool is_reopen_word(const Turn& turn, const std::string& plain) {
  return is_among(turn.settings->reopen_words, plain);
}

void solve(Turn& turn, const std::string& who) {
  if (turn.link->stage != LinkStage::open) return;
  turn.link->stage = LinkStage::solved;
  turn.link->solved_at = turn.event.at;
  turn.change_desk({.status = Status::solved}, "solved", "", false);
  turn.change_record({.status = Status::solved});
  turn.say(fmt::format("Solved by {}.", who));
  turn.react("white_check_mark", false);
}

void reopen(Turn& turn, const std::string& who) {
  turn.link->stage = LinkStage::reopening;
  turn.change_desk({.status = Status::open}, "reopened", who, false);
}

void follow_up(Turn& turn, const std::string& words, const std::string& who) {
  DW_ASSERT(turn.view.fresh_ticket, "read() reserves a number for what plan() opens");
  const Ticket before = *turn.ticket;
  const std::string number = turn.ticket_number();
  if (before.status != Status::solved) turn.change_record({.status = Status::solved});
  Ticket ticket = before;
  ticket.id = turn.view.fresh_ticket;
  ticket.description = words.empty() ? fmt::format("Reopened by {}.", who) : words;
  ticket.description += fmt::format("\n\nGoes on from ticket {}: {}", number, turn.ticket_url());
  if (!turn.link->url.empty()) ticket.description += "\n" + turn.link->url;
  ticket.status = Status::open;
  ticket.external = {};
  ticket.opened_at = ticket.updated_at = turn.event.at;
  ticket.first_reply_at.reset();
  ticket.solved_at.reset();
  turn.plan.changes.push_back(OpenTicket{ticket});
  turn.ticket = ticket;
  turn.link->ticket = ticket.id;
  turn.link->stage = LinkStage::opening;
  turn.link->comments_until.clear();
  deliver_opening(turn,
                  {.key = fmt::format("slack:{}:{}:{}", turn.channel, turn.thread, ticket.id.value),
                   .reference = fmt::format("open {} {} {}", turn.channel, turn.thread, number),
                   .follow_up_of = before.external.id});
}

void take_comment_back(Turn& turn, const Answer& answer) {
  const auto& dead = turn.view.delivery;
  if (!turn.link || !turn.ticket || !dead) return;
  const auto* comment = std::get_if<DeskComment>(&dead->payload);
  if (!is_closed_for_good(answer.why)) {
    const bool is_persons = comment != nullptr && comment->author_name != "Deskwire";
    if (is_persons && turn.settings != nullptr) {
      turn.say(fmt::format("A message of {} could not be carried to the desk: {}",
                           comment->author_name, cut_characters(answer.why, 200)));
    }
    return;
  }
  const bool is_current = comment != nullptr && comment->ticket == turn.ticket->id;
  if (!is_current || turn.link->stage == LinkStage::opening) return;
  turn.plan.changes.push_back(DropDelivery{answer.delivery, "the ticket is closed for good"});
  follow_up(turn, fmt::format("{}: {}", comment->author_name, comment->body), comment->author_name);
}

void take_reopened(Turn& turn, const Answer& answer) {
  if (!turn.link || !turn.ticket) return;
  const bool is_reopening = turn.link->stage == LinkStage::reopening;
  if (!answer.is_done) {
    if (!is_closed_for_good(answer.why)) return take_status_refused(turn, answer);
    turn.plan.changes.push_back(DropDelivery{answer.delivery, "the ticket is closed for good"});
    if (answer.what == "solved" || !is_reopening) return;
    std::string words;
    if (!turn.waiting.empty() && turn.waiting.front().kind == "chat.message") {
      const Said head = turn.waiting.front();
      words = words_of(turn, head);
      turn.remember(head, SaidState::carried);
      keep_files_waiting(turn, head);
    }
    follow_up(turn, words, answer.rest);
    return;
  }
  if (answer.what != "reopened" || !is_reopening) return;
  turn.link->stage = LinkStage::open;
  turn.link->solved_at.reset();
  turn.change_record({.status = Status::open});
  turn.say(fmt::format("Reopened by {}.", answer.rest));
  turn.react("white_check_mark", true);
  advance(turn);
}

}  // namespace dw
