// From the desk to the chat: comments, status, tickets that came by email, and what is done on our
// own board. What is private never crosses, and what Deskwire wrote never comes back.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "domain/markup.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

constexpr size_t letter_characters_max = 320;

std::optional<Status> status_at_desk(const std::string& name) {
  if (name == "new" || name == "open" || name == "hold") return Status::open;
  if (name == "pending") return Status::pending;
  if (name == "solved" || name == "closed") return Status::solved;
  return std::nullopt;
}

std::optional<Priority> priority_at_desk(const std::string& name) {
  if (name == "urgent") return Priority::high;
  if (name == "normal") return Priority::medium;
  return priority_named(name);
}

/// A change of status on its way to the desk: what the desk says now is what was before it.
bool is_status_on_its_way(const Turn& turn) {
  const auto is_it = [](const Delivery& one) {
    const auto* update = std::get_if<DeskUpdate>(&one.payload);
    return update != nullptr && update->patch.status.has_value() &&
           one.state == DeliveryState::pending;
  };
  return std::any_of(turn.view.pending.begin(), turn.view.pending.end(), is_it) ||
         std::any_of(turn.plan.deliveries.begin(), turn.plan.deliveries.end(), is_it);
}

/// What we know of the status when the desk is asked. If it is another when the answer comes, the
/// answer may be from before our own change, which went a way of its own.
std::string known_status(const Turn& turn) {
  if (is_status_on_its_way(turn)) return "changing";
  const TimePoint solved_at = turn.link->solved_at.value_or(TimePoint{});
  return fmt::format("{}/{}", static_cast<int>(turn.link->stage),
                     solved_at.time_since_epoch().count());
}

void ask_status(Turn& turn, const std::string& external_id) {
  turn.ask("ticket", {{"id", external_id}}, "ticket", known_status(turn), "desk:" + turn.desk());
}

/// Comments are still being read, page by page: what was said comes before what was done.
bool is_hearing(const Turn& turn) {
  return std::any_of(turn.view.pending.begin(), turn.view.pending.end(), [](const Delivery& one) {
    return one.reference.starts_with("comments ") && one.state == DeliveryState::pending;
  });
}

void tell_status(Turn& turn, Status status) {
  BridgeLink& link = *turn.link;
  if (status == Status::solved && link.stage == LinkStage::open) {
    link.stage = LinkStage::solved;
    link.solved_at = turn.event.at;
    turn.say("Solved at the desk.");
    turn.react("white_check_mark", false);
  } else if (status != Status::solved && link.stage == LinkStage::solved) {
    link.stage = LinkStage::open;
    link.solved_at.reset();
    turn.say("Reopened at the desk.");
    turn.react("white_check_mark", true);
  } else {
    return;
  }
  advance(turn);
}

/// What the desk says of a ticket and our record does not.
TicketPatch news_of(const Ticket& ticket, const json::value& body) {
  TicketPatch patch;
  patch.status = status_at_desk(Turn::text_of(body, "status"));
  if (patch.status == ticket.status) patch.status.reset();
  patch.priority = priority_at_desk(Turn::text_of(body, "priority"));
  if (patch.priority == ticket.priority) patch.priority.reset();
  const std::string assignee = Turn::text_of(body, "assignee");
  if (assignee != ticket.assignee) patch.assignee = assignee;
  std::vector<Problem> ignored;
  const JsonView tags = JsonView(body, ignored)["tags"];
  if (tags.is_present() && tags.texts() != ticket.tags) patch.tags = tags.texts();
  return patch;
}

struct Told {
  std::string id, author, email, html, text, marker, digest;
  bool is_public = false;
  TimePoint at{};
  std::vector<FileLink> files;
};

std::vector<Told> comments_in(const Turn& turn, const json::value& body) {
  std::vector<Told> out;
  std::vector<Problem> ignored;
  for (const JsonView& one : JsonView(body, ignored)["comments"].elements()) {
    Told told{.id = one["id"].text().value_or(""),
              .author = one["author"]["name"].text().value_or("Desk"),
              .email = one["author"]["email"].text().value_or(""),
              .html = one["html"].text().value_or(""),
              .text = one["text"].text().value_or(""),
              .marker = one["marker"].text().value_or(""),
              .digest = one["digest"].text().value_or(""),
              .is_public = one["is_public"].boolean().value_or(false),
              .at = from_rfc3339(one["at"].text().value_or("")).value_or(turn.event.at)};
    // Who wrote it may be gone at the desk.
    if (told.author.empty()) told.author = "Desk";
    if (one.raw() != nullptr) told.files = files_in(*one.raw());
    if (!told.id.empty()) out.push_back(std::move(told));
  }
  return out;
}

std::string text_of(const Told& told) {
  return told.text.empty() ? text_of_html(told.html) : told.text;
}

std::string plain_of(const Told& told) {
  return cut_quoted_text(text_of(told));
}

std::string key_of(const std::string& external_id, const std::string& comment) {
  return "desk/" + external_id + "/" + comment;
}

void note_comment(Turn& turn, const Told& told, SaidState state) {
  turn.plan.changes.push_back(SetSaid{{.key = key_of(turn.external_id(), told.id),
                                       .kind = "desk.comment",
                                       .channel = turn.channel,
                                       .thread = turn.thread,
                                       .digest = digest_of(told.text),
                                       .state = state,
                                       .at = told.at}});
}

void post_comment(Turn& turn, const Told& told) {
  const std::string words = plain_of(told);
  if (words.empty() && told.files.empty()) return note_comment(turn, told, SaidState::kept);
  ChatPost post{.channel = turn.channel,
                .thread = turn.thread,
                .author_name = told.author,
                .files = told.files,
                .source = {"desk:" + turn.desk(), turn.external_id(), told.id, told.digest}};
  if (told.html.empty()) {
    post.text = words;
  } else {
    post.html = cut_quoted_html(told.html);
  }
  turn.post(std::move(post));
  turn.plan.changes.push_back(AddComment{{.ticket = turn.ticket->id,
                                          .author_name = told.author,
                                          .author_email = told.email,
                                          .body = words,
                                          .is_public = true,
                                          .at = turn.event.at,
                                          .source = turn.desk()}});
  note_comment(turn, told, SaidState::carried);
  turn.count_carried(told.at);
}

/// The bridge that gets a thread for each email, and its channel's id; null: none.
struct Mirror {
  const BridgeSettings* bridge = nullptr;
  std::string channel;
};

Mirror mirror_of(const Turn& turn) {
  for (const BridgeSettings& one : turn.parts.bridges) {
    if (!one.mirrors_email || one.desk != BridgeDesk::zendesk) continue;
    if (!one.channel.starts_with('#')) return {&one, one.channel};
    const auto named = turn.known.find(one.channel);
    const std::string id = named == turn.known.end() ? "" : Turn::text_of(named->second.body, "id");
    if (!id.empty()) return {&one, id};
  }
  return {};
}

void ask_stranger(Turn& turn, const std::string& about, const std::string& what,
                  const std::string& external_id) {
  turn.deliver_in("desk:zendesk/" + external_id, Ask{about, {{"id", external_id}, {"after", ""}}},
                  "desk:zendesk", fmt::format("{} - - {}", what, external_id), false);
}

}  // namespace

void ask_desk(Turn& turn) {
  if (!turn.link || turn.external_id().empty() || turn.desk() == "embedded") return;
  const std::string target = "desk:" + turn.desk();
  // What was said is told before what was done: the answer that solved it, then that it is solved.
  turn.ask("comments", {{"id", turn.external_id()}, {"after", turn.link->comments_until}},
           "comments", "", target);
  ask_status(turn, turn.external_id());
}

void take_desk_change(Turn& turn) {
  if (turn.link) return ask_desk(turn);
  const std::string external_id = turn.text("ticket");
  if (external_id.empty()) return;
  if (turn.ticket) {
    ask_stranger(turn, "ticket", "record", external_id);
  } else if (!turn.parts.bridges.empty()) {
    ask_stranger(turn, "ticket", "stranger", external_id);
  }
}

void take_record(Turn& turn, const json::value& body) {
  if (turn.ticket) turn.change_record(news_of(*turn.ticket, body));
}

void take_desk_ticket(Turn& turn, const Answer& answer, const json::value& body) {
  if (!turn.link || !turn.ticket) return;
  TicketPatch news = news_of(*turn.ticket, body);
  const auto status = status_at_desk(Turn::text_of(body, "status"));
  const bool is_settled =
      turn.link->stage == LinkStage::open || turn.link->stage == LinkStage::solved;
  if (!is_settled || is_status_on_its_way(turn)) {
    news.status.reset();
    turn.change_record(std::move(news));
    return;
  }
  const bool is_solved_there = status == Status::solved;
  const bool is_news = status && is_solved_there != (turn.link->stage == LinkStage::solved);
  const bool is_from_before = is_news && !answer.rest.empty() && answer.rest != known_status(turn);
  if (is_hearing(turn) || is_from_before) {
    news.status.reset();
    turn.change_record(std::move(news));
    return ask_desk(turn);
  }
  turn.change_record(std::move(news));
  if (status) tell_status(turn, *status);
}

void take_desk_comments(Turn& turn, const json::value& body) {
  if (!turn.link || !turn.ticket || turn.settings == nullptr) return;
  BridgeLink& link = *turn.link;
  const auto& halted = link.halted_until;
  if (halted && turn.event.at < *halted) return;
  for (const Told& told : comments_in(turn, body)) {
    // A ticket that we opened begins with the description that we gave it.
    const bool is_description =
        link.comments_until.empty() && turn.ticket->source.starts_with("slack:");
    const bool is_heard = turn.view.heard.count(key_of(turn.external_id(), told.id)) > 0;
    if (!is_heard && !is_description && told.is_public && told.marker.empty()) {
      if (!may_carry(turn, told.at)) return;
      post_comment(turn, told);
    } else if (!is_heard) {
      note_comment(turn, told, SaidState::kept);
    }
    link.comments_until = told.id;
  }
  if (Turn::is_set(body, "has_more")) ask_desk(turn);
}

/// Reads a comment again whose words were changed at the desk while its post waited.
void read_again(Turn& turn, const std::string& comment) {
  int64_t number = 0;
  std::from_chars(comment.data(), comment.data() + comment.size(), number);
  if (number <= 0 || turn.external_id().empty()) return;
  turn.plan.changes.push_back(SetSaid{{.key = key_of(turn.external_id(), comment),
                                       .kind = "desk.comment",
                                       .channel = turn.channel,
                                       .thread = turn.thread,
                                       .state = SaidState::kept,
                                       .at = turn.event.at}});
  turn.ask("comments", {{"id", turn.external_id()}, {"after", std::to_string(number - 1)}},
           "comments", "again " + comment, "desk:" + turn.desk());
}

void take_unsaid(Turn& turn, const Answer& answer) {
  const auto& unsaid = turn.view.delivery;
  const auto* post = unsaid ? std::get_if<ChatPost>(&unsaid->payload) : nullptr;
  if (post == nullptr || !turn.link || !turn.ticket || turn.settings == nullptr) return;
  const bool is_taken_back = unsaid->state == DeliveryState::discarded;
  if (is_taken_back && answer.why == "reworded") return read_again(turn, post->source.comment);
  // Of Deskwire's own words the desk needs not hear, nor of each piece of a long comment.
  if (is_taken_back || post->author_name.empty()) return;
  turn.comment("Deskwire", "",
               fmt::format("A comment of {} could not be posted in Slack: {}", post->author_name,
                           cut_characters(answer.why, 200)),
               false, {});
}

void take_own_desk(Turn& turn) {
  const auto& done = turn.view.delivery;
  const bool is_done = Turn::is_set(turn.event.body, "is_done");
  if (!done || !is_done || !turn.ticket) return;
  const bool is_outside = turn.desk() != "embedded";
  if (const auto* comment = std::get_if<DeskComment>(&done->payload)) {
    if (is_outside) {
      turn.plan.changes.push_back(AddComment{{.ticket = turn.ticket->id,
                                              .author_name = comment->author_name,
                                              .author_email = comment->author_email,
                                              .body = comment->body,
                                              .is_public = comment->is_public,
                                              .at = turn.event.at,
                                              .source = comment->source}});
    }
    if (!turn.link || !comment->is_public || turn.settings == nullptr) return;
    turn.post({.channel = turn.channel,
               .thread = turn.thread,
               .text = comment->body,
               .author_name = comment->author_name,
               .files = comment->files});
  } else if (const auto* update = std::get_if<DeskUpdate>(&done->payload)) {
    turn.change_record(update->patch);
    if (turn.link && turn.settings != nullptr && update->patch.status) {
      tell_status(turn, *update->patch.status);
    }
  }
}

void take_stranger(Turn& turn, const Answer& answer, const json::value& body) {
  // Our own ticket, seen at the desk before the desk's answer was here: its thread asks again,
  // behind that answer.
  if (turn.link) {
    if (!turn.external_id().empty() && turn.external_id() != answer.rest) return;
    turn.ask("comments", {{"id", answer.rest}, {"after", ""}}, "comments", "", "desk:zendesk");
    ask_status(turn, answer.rest);
    return;
  }
  if (turn.ticket) return;
  const auto status = status_at_desk(Turn::text_of(body, "status"));
  const bool is_wanted = Turn::text_of(body, "via") == "email" && status != Status::solved &&
                         !Turn::text_of(body, "external_id").starts_with("slack:") &&
                         mirror_of(turn).bridge != nullptr;
  if (!is_wanted) return;
  turn.know("letter:" + answer.rest, body);
  ask_stranger(turn, "comments", "letter", answer.rest);
}

void take_letter(Turn& turn, const Answer& answer, const json::value& body) {
  const Mirror mirror = mirror_of(turn);
  const auto letter = turn.known.find("letter:" + answer.rest);
  const std::vector<Told> comments = comments_in(turn, body);
  // A ticket that is known by now has its thread: a webhook that repeats opens no second one.
  if (turn.ticket || mirror.bridge == nullptr || letter == turn.known.end() || comments.empty())
    return;
  DW_ASSERT(turn.view.fresh_ticket, "read() reserves a number for what plan() opens");
  const json::value facts = letter->second.body;
  const Told& first = comments.front();
  Ticket ticket{.id = turn.view.fresh_ticket,
                .title = cut_characters(Turn::text_of(facts, "subject"), 150),
                .description = cut_signature_of_first(text_of(first)),
                .requester = {first.author, first.email, ""},
                .tags = {},
                .source = "email:" + mirror.channel,
                .desk = "zendesk",
                .external = {answer.rest, Turn::text_of(facts, "url")},
                .opened_at = first.at,
                .updated_at = turn.event.at};
  const TicketPatch more = news_of(ticket, facts);
  ticket.priority = more.priority.value_or(ticket.priority);
  ticket.assignee = more.assignee.value_or("");
  ticket.tags = more.tags.value_or(std::vector<std::string>{});
  turn.plan.changes.push_back(OpenTicket{ticket});
  turn.ticket = ticket;
  turn.settings = mirror.bridge;
  turn.know("letter:" + answer.rest, json::object{{"until", first.id}});
  const std::string text =
      fmt::format("{}\n{}\n{}", ticket.title,
                  cut_characters(first.is_public ? ticket.description : "", letter_characters_max),
                  ticket.external.url);
  turn.deliver_in(
      "desk:zendesk/" + answer.rest,
      ChatPost{.channel = mirror.channel, .thread = "", .text = text, .author_name = first.author},
      "slack", fmt::format("mirror {} - {}", mirror.channel, ticket.id.value));
}

void take_mirrored(Turn& turn, const Answer& answer, const json::value& body) {
  const std::string message = Turn::text_of(body, "message");
  if (!answer.is_done || message.empty() || !turn.ticket || turn.link) return;
  const auto letter = turn.known.find("letter:" + turn.external_id());
  turn.link = BridgeLink{.channel = turn.channel,
                         .thread = turn.thread,
                         .ticket = turn.ticket->id,
                         .stage = LinkStage::open,
                         .opened_at = turn.ticket->opened_at};
  if (letter != turn.known.end()) {
    const std::string first = Turn::text_of(letter->second.body, "until");
    turn.link->comments_until = first;
    note_comment(turn, Told{.id = first, .at = turn.ticket->opened_at}, SaidState::kept);
  }
  turn.plan.changes.push_back(SetSaid{{.key = turn.channel + "/" + message,
                                       .kind = "own",
                                       .channel = turn.channel,
                                       .thread = message,
                                       .message = message,
                                       .state = SaidState::kept,
                                       .at = turn.event.at}});
  turn.ask("permalink", {{"channel", turn.channel}, {"message", message}}, "url");
  ask_desk(turn);
  advance(turn);
}

}  // namespace dw
