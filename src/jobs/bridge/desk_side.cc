// From the desk to the chat: comments, status, tickets that came by email, and what is done on our
// own board. What is private never crosses, and what Deskwire wrote never comes back.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/number.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "domain/markup.h"
#include "domain/mrkdwn.h"
#include "jobs/bridge/context.h"
#include "jobs/ticket_opening.h"

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
bool is_status_on_its_way(const Context& context) {
  const auto is_it = [](const Delivery& one) {
    const auto* update = std::get_if<DeskUpdate>(&one.payload);
    return update != nullptr && update->patch.status.has_value() &&
           one.state == DeliveryState::pending;
  };
  return std::any_of(context.view.pending.begin(), context.view.pending.end(), is_it) ||
         std::any_of(context.plan.deliveries.begin(), context.plan.deliveries.end(), is_it);
}

/// What we know of the status when the desk is asked. If it is another when the answer comes, the
/// answer may be from before our own change, which went a way of its own.
std::string known_status(const Context& context) {
  if (is_status_on_its_way(context)) return "changing";
  const TimePoint solved_at = context.link->solved_at.value_or(TimePoint{});
  return fmt::format("{}/{}", static_cast<int>(context.link->stage),
                     solved_at.time_since_epoch().count());
}

void ask_status(Context& context, const std::string& external_id) {
  context.ask("ticket", {{"id", external_id}}, "ticket", known_status(context),
              "desk:" + context.desk());
}

/// Comments are still being read, page by page: what was said comes before what was done.
bool is_hearing(const Context& context) {
  return std::any_of(
      context.view.pending.begin(), context.view.pending.end(), [](const Delivery& one) {
        return one.reference.starts_with("comments ") && one.state == DeliveryState::pending;
      });
}

void tell_status(Context& context, Status status) {
  BridgeLink& link = *context.link;
  if (status == Status::solved && link.stage == LinkStage::open) {
    link.stage = LinkStage::solved;
    link.solved_at = context.event.at;
    context.say("Solved at the desk.");
    context.react("white_check_mark", false);
  } else if (status != Status::solved && link.stage == LinkStage::solved) {
    link.stage = LinkStage::open;
    link.solved_at.reset();
    context.say("Reopened at the desk.");
    context.react("white_check_mark", true);
  } else {
    return;
  }
  advance(context);
}

/// Type and problem. A ticket can be an incident here alone, where the desk does not link it: it
/// stays one when the desk names no problem, and the storm decides whether somebody unlinked it.
void add_link_news(TicketPatch& patch, const Ticket& ticket, const json::value& body,
                   TicketId problem) {
  const json::object* answer = body.if_object();
  // An answer from before an update of Deskwire says nothing of them.
  if (answer == nullptr || !answer->contains("type")) return;
  const bool is_linked_here_alone =
      ticket.problem_id && Context::text_of(body, "problem_id").empty();
  if (is_linked_here_alone) return;
  patch.type = ticket_type_named(Context::text_of(body, "type"));
  if (patch.type == ticket.type) patch.type.reset();
  if (problem != ticket.problem_id) patch.problem_id = problem;
}

/// What the desk says of a ticket and our record does not. `problem`: ours, of the desk's.
TicketPatch news_of(const Ticket& ticket, const json::value& body, TicketId problem = {}) {
  TicketPatch patch;
  patch.status = status_at_desk(Context::text_of(body, "status"));
  if (patch.status == ticket.status) patch.status.reset();
  patch.priority = priority_at_desk(Context::text_of(body, "priority"));
  if (patch.priority == ticket.priority) patch.priority.reset();
  const std::string assignee = Context::text_of(body, "assignee");
  if (assignee != ticket.assignee) patch.assignee = assignee;
  const JsonView tags = JsonView(body)["tags"];
  if (tags.is_present() && tags.texts() != ticket.tags) patch.tags = tags.texts();
  add_link_news(patch, ticket, body, problem);
  return patch;
}

struct Told {
  std::string id, author, email, html, text, marker, digest;
  bool is_public = false;
  TimePoint at{};
  std::vector<FileLink> files;
};

std::vector<Told> comments_in(const Context& context, const json::value& body) {
  std::vector<Told> out;
  for (const JsonView& one : JsonView(body)["comments"].elements()) {
    Told told{.id = one["id"].text().value_or(""),
              .author = one["author"]["name"].text().value_or("Desk"),
              .email = one["author"]["email"].text().value_or(""),
              .html = one["html"].text().value_or(""),
              .text = one["text"].text().value_or(""),
              .marker = one["marker"].text().value_or(""),
              .digest = one["digest"].text().value_or(""),
              .is_public = one["is_public"].boolean().value_or(false),
              .at = from_rfc3339(one["at"].text().value_or("")).value_or(context.event.at)};
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
  std::string plain = cut_quoted_text(text_of(told));
  return is_blank(plain) ? "" : plain;
}

std::string key_of(const std::string& external_id, const std::string& comment) {
  return "desk/" + external_id + "/" + comment;
}

void note_comment(Context& context, const Told& told, ThreadMessageState state) {
  context.write_down({.key = key_of(context.external_id(), told.id),
                      .kind = "desk.comment",
                      .channel = context.channel,
                      .thread = context.thread,
                      .digest = digest_of(told.text),
                      .state = state,
                      .at = told.at});
}

void post_comment(Context& context, const Told& told) {
  const std::string words = plain_of(told);
  // Pictures alone are no text to a desk, and are something to see all the same.
  if (words.empty() && told.files.empty() && is_blank(mrkdwn_of_html(told.html)))
    return note_comment(context, told, ThreadMessageState::kept);
  ChatPost post{.channel = context.channel,
                .thread = context.thread,
                .author_name = told.author,
                .files = told.files,
                .source = {"desk:" + context.desk(), context.external_id(), told.id, told.digest}};
  if (told.html.empty()) {
    post.text = words;
  } else {
    post.html = cut_quoted_html(told.html);
  }
  context.post(std::move(post));
  context.plan.changes.push_back(AddComment{{.ticket = context.ticket->id,
                                             .author_name = told.author,
                                             .author_email = told.email,
                                             .body = words,
                                             .is_public = true,
                                             .at = context.event.at,
                                             .source = context.desk()}});
  note_comment(context, told, ThreadMessageState::carried);
  context.count_relayed(told.at);
}

/// A copy of what an incident's answer has said in the thread. Otherwise it is the answer there.
bool is_second_copy(Context& context, const Told& told) {
  const auto found = context.view.copies.find(told.id);
  if (found == context.view.copies.end()) return false;
  const AnswerCopy copy = found->second;
  context.parts.matcher->plan_copy(copy, context.ticket->id, context.plan);
  if (copy.is_second) note_comment(context, told, ThreadMessageState::kept);
  return copy.is_second;
}

/// The bridge that gets a thread for each email, and its channel's id; null: none.
struct Mirror {
  const BridgeSettings* bridge = nullptr;
  std::string channel;
};

Mirror mirror_of(const Context& context) {
  for (const BridgeSettings& one : context.parts.bridges) {
    if (!one.mirrors_email || one.desk != BridgeDesk::zendesk) continue;
    if (!one.channel.starts_with('#')) return {&one, one.channel};
    const auto named = context.known.find(one.channel);
    const std::string id =
        named == context.known.end() ? "" : Context::text_of(named->second.body, "id");
    if (!id.empty()) return {&one, id};
  }
  return {};
}

void ask_unlinked_ticket(Context& context, const std::string& about, const std::string& what,
                         const std::string& external_id) {
  context.deliver_in("desk:zendesk/" + external_id,
                     Lookup{about, {{"id", external_id}, {"after", ""}}}, "desk:zendesk",
                     fmt::format("{} - - {}", what, external_id), false);
}

}  // namespace

void ask_desk(Context& context) {
  if (!context.link || context.external_id().empty() || context.desk() == "embedded") return;
  const std::string target = "desk:" + context.desk();
  // What was said is told before what was done: the answer that solved it, then that it is solved.
  context.ask("comments", {{"id", context.external_id()}, {"after", context.link->comments_until}},
              "comments", "", target);
  ask_status(context, context.external_id());
}

void take_desk_change(Context& context) {
  if (context.link) return ask_desk(context);
  const std::string external_id = context.text("ticket");
  if (external_id.empty()) return;
  if (context.ticket) {
    ask_unlinked_ticket(context, "ticket", "record", external_id);
  } else if (!context.parts.bridges.empty()) {
    ask_unlinked_ticket(context, "ticket", "stranger", external_id);
  }
}

void take_record(Context& context, const json::value& body) {
  if (context.ticket) context.change_record(news_of(*context.ticket, body, context.view.problem));
}

void take_desk_ticket(Context& context, const Answer& answer, const json::value& body) {
  if (!context.link || !context.ticket) return;
  TicketPatch news = news_of(*context.ticket, body, context.view.problem);
  const auto status = status_at_desk(Context::text_of(body, "status"));
  const bool is_settled =
      context.link->stage == LinkStage::open || context.link->stage == LinkStage::solved;
  if (!is_settled || is_status_on_its_way(context)) {
    news.status.reset();
    context.change_record(std::move(news));
    return;
  }
  const bool is_solved_there = status == Status::solved;
  const bool is_news = status && is_solved_there != (context.link->stage == LinkStage::solved);
  const bool is_from_before =
      is_news && !answer.rest.empty() && answer.rest != known_status(context);
  if (is_hearing(context) || is_from_before) {
    news.status.reset();
    context.change_record(std::move(news));
    return ask_desk(context);
  }
  context.change_record(std::move(news));
  if (status) tell_status(context, *status);
}

void take_desk_comments(Context& context, const json::value& body) {
  if (!context.link || !context.ticket || context.settings == nullptr) return;
  BridgeLink& link = *context.link;
  const auto& paused = link.paused_until;
  if (paused && context.event.at < *paused) return;
  for (const Told& told : comments_in(context, body)) {
    // A ticket that we opened begins with the description that we gave it.
    const bool is_description =
        link.comments_until.empty() && context.ticket->source.starts_with("slack:");
    const bool is_heard = context.view.heard.count(key_of(context.external_id(), told.id)) > 0;
    if (!is_heard && !is_description && told.is_public && told.marker.empty()) {
      if (!may_relay(context, told.at)) return;
      if (!is_second_copy(context, told)) post_comment(context, told);
    } else if (!is_heard) {
      note_comment(context, told, ThreadMessageState::kept);
    }
    link.comments_until = told.id;
  }
  if (Context::is_set(body, "has_more")) ask_desk(context);
}

/// Reads a comment again whose words were changed at the desk while its post waited.
void read_again(Context& context, const std::string& comment) {
  const int64_t number = number_in(comment).value_or(0);
  if (number <= 0 || context.external_id().empty()) return;
  context.write_down({.key = key_of(context.external_id(), comment),
                      .kind = "desk.comment",
                      .channel = context.channel,
                      .thread = context.thread,
                      .state = ThreadMessageState::kept,
                      .at = context.event.at});
  context.ask("comments", {{"id", context.external_id()}, {"after", std::to_string(number - 1)}},
              "comments", "again " + comment, "desk:" + context.desk());
}

namespace {

/// Whether Slack takes the post once a person changes something there: then it stays to be retried.
bool is_fixable(std::string_view why) {
  constexpr auto words = std::to_array<std::string_view>(
      {"archived", "not_in_channel", "channel_not_found", "scope", "restricted", "not_allowed"});
  return std::any_of(words.begin(), words.end(), [why](std::string_view one) {
    return why.find(one) != std::string_view::npos;
  });
}

}  // namespace

void take_unsaid(Context& context, const Answer& answer) {
  const auto& unsaid = context.view.delivery;
  const auto* post = unsaid ? std::get_if<ChatPost>(&unsaid->payload) : nullptr;
  if (post == nullptr || !context.link || !context.ticket || context.settings == nullptr) return;
  const bool is_taken_back = unsaid->state == DeliveryState::discarded;
  if (is_taken_back && answer.why == "reworded") return read_again(context, post->source.comment);
  if (is_taken_back) return;
  const bool is_own = post->author_name.empty();
  // What an outage held up until it was given up is worth a person's second try, own or not.
  if (!answer.is_given_up && (is_own || !is_fixable(answer.why))) {
    context.plan.changes.push_back(DropDelivery{answer.delivery, answer.why});
  }
  // Of Deskwire's own words the desk needs not hear, nor of each piece of a long comment.
  if (is_own) return;
  context.comment("Deskwire", "",
                  fmt::format("A comment of {} could not be posted in Slack: {}", post->author_name,
                              cut_characters(answer.why, 200)),
                  false, {});
}

void take_own_desk(Context& context) {
  const auto& done = context.view.delivery;
  const bool is_done = Context::is_set(context.event.body, "is_done");
  if (!done || !is_done || !context.ticket) return;
  const bool is_outside = context.desk() != "embedded";
  if (const auto* comment = std::get_if<DeskComment>(&done->payload)) {
    if (is_outside) {
      context.plan.changes.push_back(AddComment{{.ticket = context.ticket->id,
                                                 .author_name = comment->author_name,
                                                 .author_email = comment->author_email,
                                                 .body = comment->body,
                                                 .is_public = comment->is_public,
                                                 .at = context.event.at,
                                                 .source = comment->source}});
    }
    if (!context.link || !comment->is_public || context.settings == nullptr) return;
    context.post({.channel = context.channel,
                  .thread = context.thread,
                  .text = comment->body,
                  .author_name = comment->author_name,
                  .files = comment->files});
  } else if (const auto* update = std::get_if<DeskUpdate>(&done->payload)) {
    context.change_record(update->patch);
    if (context.link && context.settings != nullptr && update->patch.status) {
      tell_status(context, *update->patch.status);
    }
  }
}

void accept_unlinked_ticket(Context& context, const Answer& answer, const json::value& body) {
  // Our own ticket, seen at the desk before the desk's answer was here: its thread asks again,
  // behind that answer.
  if (context.link) {
    if (!context.external_id().empty() && context.external_id() != answer.rest) return;
    context.ask("comments", {{"id", answer.rest}, {"after", ""}}, "comments", "", "desk:zendesk");
    ask_status(context, answer.rest);
    return;
  }
  if (context.ticket) return;
  const auto status = status_at_desk(Context::text_of(body, "status"));
  const bool is_wanted = Context::text_of(body, "via") == "email" && status != Status::solved &&
                         !Context::text_of(body, "external_id").starts_with("slack:") &&
                         mirror_of(context).bridge != nullptr;
  if (!is_wanted) return;
  context.know("letter:" + answer.rest, body);
  ask_unlinked_ticket(context, "comments", "letter", answer.rest);
}

void take_letter(Context& context, const Answer& answer, const json::value& body) {
  const Mirror mirror = mirror_of(context);
  const auto letter = context.known.find("letter:" + answer.rest);
  const std::vector<Told> comments = comments_in(context, body);
  // A ticket that is known by now has its thread: a webhook that repeats opens no second one.
  if (context.ticket || mirror.bridge == nullptr || letter == context.known.end() ||
      comments.empty())
    return;
  DW_ASSERT(context.view.fresh_ticket, "read() reserves a number for what plan() opens");
  const json::value facts = letter->second.body;
  const Told& first = comments.front();
  Ticket ticket{.id = context.view.fresh_ticket,
                .title = cut_characters(Context::text_of(facts, "subject"), 150),
                .description = cut_signature_of_first(text_of(first)),
                .requester = {first.author, first.email, ""},
                .tags = {},
                .source = "email:" + mirror.channel,
                .desk = "zendesk",
                .external = {answer.rest, Context::text_of(facts, "url")},
                .opened_at = first.at,
                .updated_at = context.event.at};
  const TicketPatch more = news_of(ticket, facts);
  ticket.priority = more.priority.value_or(ticket.priority);
  ticket.assignee = more.assignee.value_or("");
  ticket.tags = more.tags.value_or(std::vector<std::string>{});
  ticket.type = more.type.value_or(TicketType::none);
  plan_opening(context.plan, ticket, context.view.match, context.parts.matcher);
  context.ticket = ticket;
  context.settings = mirror.bridge;
  context.know("letter:" + answer.rest, json::object{{"until", first.id}});
  const std::string text =
      fmt::format("{}\n{}\n{}", ticket.title,
                  cut_characters(first.is_public ? ticket.description : "", letter_characters_max),
                  ticket.external.url);
  context.deliver_in(
      "desk:zendesk/" + answer.rest,
      ChatPost{.channel = mirror.channel, .thread = "", .text = text, .author_name = first.author},
      "slack", fmt::format("mirror {} - {}", mirror.channel, ticket.id.value));
}

void take_mirrored(Context& context, const Answer& answer, const json::value& body) {
  const std::string message = Context::text_of(body, "message");
  if (!answer.is_done || message.empty() || !context.ticket || context.link) return;
  const auto letter = context.known.find("letter:" + context.external_id());
  context.link = BridgeLink{.channel = context.channel,
                            .thread = context.thread,
                            .ticket = context.ticket->id,
                            .stage = LinkStage::open,
                            .opened_at = context.ticket->opened_at};
  if (letter != context.known.end()) {
    const std::string first = Context::text_of(letter->second.body, "until");
    context.link->comments_until = first;
    note_comment(context, Told{.id = first, .at = context.ticket->opened_at},
                 ThreadMessageState::kept);
  }
  context.write_down({.key = context.channel + "/" + message,
                      .kind = "own",
                      .channel = context.channel,
                      .thread = message,
                      .message = message,
                      .state = ThreadMessageState::kept,
                      .at = context.event.at});
  context.ask("permalink", {{"channel", context.channel}, {"message", message}}, "url");
  ask_desk(context);
  advance(context);
}

}  // namespace dw
