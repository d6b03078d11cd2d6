// A ticket is solved, opened again, or followed up where the desk has closed it for good.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/speech.h"

namespace dw {
namespace {

bool is_in(const std::vector<std::string>& bare_words, std::string_view bare) {
  return std::find(bare_words.begin(), bare_words.end(), bare) != bare_words.end();
}

/// "done", "resolve ticket", and each of several: "done ✅"; an emoji that is glad adds nothing:
/// "done 🎉".
bool is_among(const std::vector<std::string>& given, const std::string& plain) {
  const std::string bare = bare_word(plain);
  if (bare.empty()) return false;
  std::vector<std::string> words;
  for (const std::string& one : given) words.push_back(bare_word(one));
  if (is_in(words, bare)) return true;
  bool has_word = false;
  for (const std::string_view part : split(bare, ' ')) {
    const std::string one = bare_word(part);
    const bool is_word = is_in(words, one);
    has_word = has_word || is_word;
    if (!one.empty() && !is_word && !is_only_joy(one)) return false;
  }
  return has_word;
}

/// What a desk says of a ticket that nobody can change any more (connectors/zendesk/README.md).
bool is_closed_for_good(const std::string& why) {
  return why == "closed";
}

/// The desk does not change the status: the thread goes on as it was before, and is told why.
void take_status_refused(Context& context, const Answer& answer) {
  if (context.settings == nullptr) return;
  const bool is_solving = answer.what == "solved";
  const LinkStage expected = is_solving ? LinkStage::solved : LinkStage::reopening;
  if (context.link->stage != expected) return;
  // What waits for a ticket to be open again is a comment now: a solved ticket takes comments.
  context.link->stage = LinkStage::open;
  context.link->solved_at.reset();
  if (is_solving) {
    context.change_record({.status = Status::open});
    context.react("white_check_mark", true);
  }
  context.say(fmt::format("The desk did not {} the ticket: {}", is_solving ? "solve" : "reopen",
                          cut_characters(answer.why, 200)));
  advance(context);
}

}  // namespace

bool is_close_word(const Context& context, const std::string& plain) {
  return is_among(context.settings->close_words, plain);
}

bool is_reopen_word(const Context& context, const std::string& plain) {
  return is_among(context.settings->reopen_words, plain);
}

void solve(Context& context, const std::string& who) {
  if (context.link->stage != LinkStage::open) return;
  context.link->stage = LinkStage::solved;
  context.link->solved_at = context.event.at;
  context.change_desk({.status = Status::solved}, "solved", "", false);
  context.change_record({.status = Status::solved});
  context.say(fmt::format("Solved by {}.", who));
  context.react("white_check_mark", false);
}

void reopen(Context& context, const std::string& who) {
  context.link->stage = LinkStage::reopening;
  context.change_desk({.status = Status::open}, "reopened", who, false);
}

void follow_up(Context& context, const std::string& words, const std::string& who) {
  DW_ASSERT(context.view.fresh_ticket, "read() reserves a number for what plan() opens");
  const Ticket before = *context.ticket;
  const std::string number = context.ticket_number();
  if (before.status != Status::solved) context.change_record({.status = Status::solved});
  Ticket ticket = before;
  ticket.id = context.view.fresh_ticket;
  ticket.description = words.empty() ? fmt::format("Reopened by {}.", who) : words;
  ticket.description += fmt::format("\n\nFollow-up of ticket {}: {}", number, context.ticket_url());
  if (!context.link->url.empty()) ticket.description += "\n" + context.link->url;
  ticket.status = Status::open;
  ticket.external = {};
  ticket.opened_at = ticket.updated_at = context.event.at;
  ticket.first_reply_at.reset();
  ticket.solved_at.reset();
  context.plan.changes.push_back(OpenTicket{ticket});
  context.ticket = ticket;
  context.link->ticket = ticket.id;
  context.link->stage = LinkStage::opening;
  context.link->comments_until.clear();
  deliver_opening(
      context,
      {.key = fmt::format("slack:{}:{}:{}", context.channel, context.thread, ticket.id.value),
       .reference = fmt::format("open {} {} {}", context.channel, context.thread, number),
       .follow_up_of = before.external.id});
}

void take_comment_back(Context& context, const Answer& answer) {
  const auto& dead = context.view.delivery;
  if (!context.link || !context.ticket || !dead) return;
  const auto* comment = std::get_if<DeskComment>(&dead->payload);
  if (!is_closed_for_good(answer.why)) {
    const bool is_persons = comment != nullptr && comment->author_name != "Deskwire";
    if (is_persons && context.settings != nullptr) {
      context.say(fmt::format("A message of {} could not be sent to the desk: {}",
                              comment->author_name, cut_characters(answer.why, 200)));
    }
    return;
  }
  const bool is_current = comment != nullptr && comment->ticket == context.ticket->id;
  if (!is_current || context.link->stage == LinkStage::opening) return;
  context.plan.changes.push_back(DropDelivery{answer.delivery, "the ticket is permanently closed"});
  follow_up(context, fmt::format("{}: {}", comment->author_name, comment->body),
            comment->author_name);
}

void take_reopened(Context& context, const Answer& answer) {
  if (!context.link || !context.ticket) return;
  const bool is_reopening = context.link->stage == LinkStage::reopening;
  if (!answer.is_done) {
    if (!is_closed_for_good(answer.why)) return take_status_refused(context, answer);
    context.plan.changes.push_back(
        DropDelivery{answer.delivery, "the ticket is permanently closed"});
    if (answer.what == "solved" || !is_reopening) return;
    std::string words;
    if (!context.waiting.empty() && context.waiting.front().kind == "chat.message") {
      const ThreadMessage head = context.waiting.front();
      words = words_of(context, head);
      context.remember(head, ThreadMessageState::carried);
      keep_files_waiting(context, head);
    }
    follow_up(context, words, answer.rest);
    return;
  }
  if (answer.what != "reopened" || !is_reopening) return;
  context.link->stage = LinkStage::open;
  context.link->solved_at.reset();
  context.change_record({.status = Status::open});
  context.say(fmt::format("Reopened by {}.", answer.rest));
  context.react("white_check_mark", true);
  advance(context);
}

}  // namespace dw
