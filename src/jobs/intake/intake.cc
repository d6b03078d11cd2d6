#include "jobs/intake/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/address.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "jobs/announcement.h"
#include "jobs/intake/body.h"
#include "jobs/intake/replies.h"
#include "jobs/ticket_opening.h"
#include "ports/store.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr std::string_view from_chat = "chat.ticket";
constexpr std::string_view from_api = "api.ticket";
constexpr std::string_view from_desk = "intake.opened";  // an outside desk has answered
constexpr size_t key_bytes_max = 200;
constexpr size_t group_bytes_max = 128;
constexpr size_t tag_characters_max = 100;
constexpr size_t tags_max = 50;
constexpr int name_characters_max = 200;

/// A FIFO group id: at most 128 of SQS's characters (ASCII letters, digits, punctuation).
std::string group_of(const Ticket& ticket) {
  const std::string& id = ticket.requester.id;
  const bool is_allowed =
      !id.empty() && id.size() <= group_bytes_max &&
      std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (is_allowed) return id;
  const std::string& any = id.empty() ? ticket.requester.email : id;
  return any.empty() ? "nobody" : to_hex(bytes_of(sha256(any)));
}

void check_tags(const JsonView& view, Ticket& out, std::vector<Problem>& problems) {
  for (const std::string& text : view.texts()) {
    const std::string tag = to_lower(trim(text));
    const bool is_good = !tag.empty() && count_characters(tag) <= tag_characters_max &&
                         !find_control_character(tag) && tag.find(',') == std::string::npos;
    if (!is_good) {
      problems.push_back({"tags", "a tag has 1 to 100 characters and no comma"});
      return;
    }
    if (std::find(out.tags.begin(), out.tags.end(), tag) == out.tags.end()) {
      out.tags.push_back(tag);
    }
  }
  if (out.tags.size() > tags_max) problems.push_back({"tags", "at most 50 tags are allowed"});
}

std::string checked_text(const JsonView& view, int characters_max, std::vector<Problem>& problems) {
  const size_t before = problems.size();
  const std::string text(trim(replace_all(view.required_text(), "\r\n", "\n")));
  if (problems.size() > before) return text;
  std::string wrong = fault_of_text(text, "it", characters_max);
  if (wrong.empty() && find_control_character(text)) {
    wrong = "it has control characters other than newline and tab";
  }
  if (!wrong.empty()) problems.push_back({view.path(), wrong.substr(wrong.find(' ') + 1)});
  return text;
}

void check_requester(const JsonView& view, Ticket& out, std::vector<Problem>& problems) {
  if (!view.is_present()) {
    problems.push_back({"requester", "is missing"});
    return;
  }
  if (!view.is_object()) {
    problems.push_back({"requester", "must be an object {name, email}"});
    return;
  }
  out.requester.name = checked_text(view["name"], name_characters_max, problems);
  out.requester.email = cleaned_address(view["email"].text().value_or(""));
  if (!out.requester.email.empty() && !is_email(out.requester.email)) {
    problems.push_back({"requester.email", "is not an address such as ana@example.com"});
  }
}

void check_unknown(const json::object& object, const std::string& path,
                   const std::set<std::string_view>& known, std::vector<Problem>& problems) {
  for (const auto& member : object) {
    const std::string key(member.key());
    if (known.count(key) == 0) {
      problems.push_back({path + cut_characters(key, 50), "is not a field of a ticket"});
    }
  }
}

}  // namespace

std::vector<Problem> check_request(const json::value& body, const IntakeSettings& settings,
                                   Ticket& out) {
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  if (!view.is_object()) return {{"", "must be a JSON object"}};
  out.title = checked_text(view["title"], settings.title_characters_max, problems);
  if (out.title.find('\n') != std::string::npos) {
    problems.push_back({"title", "must be one line"});
  }
  const size_t before = problems.size();
  const std::string word = view["priority"].required_text();
  const auto priority = priority_meant(word, settings);
  if (priority) {
    out.priority = *priority;
  } else if (problems.size() == before) {
    problems.push_back({"priority", "must be one of " + priority_words(settings)});
  }
  out.description =
      checked_text(view["description"], settings.description_characters_max, problems);
  check_requester(view["requester"], out, problems);
  check_tags(view["tags"], out, problems);
  out.source = view["source"].text().value_or("api");
  if (out.source.empty() || out.source.size() > 100 || find_control_character(out.source)) {
    problems.push_back({"source", "must have 1 to 100 characters"});
  }
  check_unknown(body.get_object(), "",
                {"title", "priority", "description", "requester", "tags", "source"}, problems);
  if (view["requester"].is_object()) {
    check_unknown(view["requester"].raw()->get_object(), "requester.", {"name", "email"}, problems);
  }
  return problems;
}

Intake::Intake(IntakeParts parts) : parts_(std::move(parts)), routing_(parts_.routes) {
  for (const QueueSettings& queue : parts_.queues) queues_.emplace(queue.name, queue);
}

bool Intake::takes(std::string_view kind) const {
  return kind == from_chat || kind == from_api || kind == from_desk;
}

void Intake::declare(Metrics& metrics) const {
  metrics.declare_counter("deskwire_intake_rejected_total",
                          "Tickets rejected with an explanation, by reason");
}

Written Intake::written_in(const Event& event) const {
  Written written;
  if (event.kind == from_chat) {
    const JsonView body(event.body);
    written.draft = parse_message(body["text"].text().value_or(""));
    if (written.draft.asks_for_help) return written;
    Ticketed good;
    written.faults = check_draft(written.draft, parts_.settings, good);
    if (!written.faults.empty()) return written;
    const JsonView sender = body["sender"];
    written.ticket = Ticket{.title = std::move(good.title),
                            .description = std::move(good.description),
                            .priority = good.priority,
                            .requester = {sender["name"].text().value_or(""), std::move(good.email),
                                          sender["id"].text().value_or("")},
                            .tags = std::move(good.tags),
                            .source = event.source};
  } else if (event.kind == from_api) {
    Ticket ticket;
    written.problems = check_request(event.body, parts_.settings, ticket);
    if (written.problems.empty()) written.ticket = std::move(ticket);
  }
  return written;
}

/// A number is reserved only for what becomes a ticket: on PostgreSQL an unused one is a gap.
Result<void> Intake::prepare(const Event& event, ReadDb& db) const {
  if (db.is_sqlite() || !written_in(event).ticket) return {};
  return tickets::reserve_id_later(db);
}

Result<IntakeView> Intake::read(const Event& event, ReadDb& db) const {
  IntakeView view;
  if (event.kind == from_desk) {
    const std::string number = JsonView(event.body)["reference"].text().value_or("");
    DW_TRY(view.ticket, tickets::find(db, TicketId{number_in(number).value_or(0)}));
    return view;
  }
  view.written = written_in(event);
  if (!view.written.ticket) return view;
  DW_TRY(view.fresh_ticket, tickets::reserve_id(db));
  const bool has_matcher = parts_.matcher != nullptr;
  DW_TRY(const bool has_open, has_matcher ? parts_.matcher->has_open(db) : Result<bool>(false));
  if (!has_open) return view;
  DW_TRY(view.match, match_opened(db, parts_.matcher, plan(event, view)));
  return view;
}

Plan Intake::plan(const Event& event, const IntakeView& view) const {
  if (event.kind == from_desk) return plan_opened(event, view);
  return event.kind == from_chat ? plan_message(event, view) : plan_request(event, view);
}

Plan Intake::plan_message(const Event& event, const IntakeView& view) const {
  Plan plan;
  const auto& [ticket, draft, faults, problems] = view.written;
  if (draft.asks_for_help) {
    plan.reply = json::object{{"text", reply_format(parts_.settings)}};
    plan.may_be_corrected = true;
    return plan;
  }
  if (!ticket) {
    std::set<std::string> reasons;
    for (const Fault& fault : faults) reasons.insert(fault.reason);
    for (const std::string& reason : reasons) {
      plan.counted.push_back({"deskwire_intake_rejected_total", "reason", reason});
    }
    plan.reply = json::object{{"text", reply_faulty(draft, faults, parts_.settings)}};
    // Who wrote it edits the message, which Teams sends under the same id.
    plan.may_be_corrected = true;
    return plan;
  }
  open(plan, *ticket, event, view);
  const Ticket& opened = plan.changes.front().get_if<OpenTicket>()->ticket;
  plan.reply = json::object{{"text", reply_opened(opened, draft.has_pasted_mail)},
                            {"ticket", opened.id.value}};
  return plan;
}

Plan Intake::plan_request(const Event& event, const IntakeView& view) const {
  Plan plan;
  if (!view.written.ticket) {
    plan.refusal = Error{.kind = ErrorKind::invalid,
                         .where = "ticket",
                         .what = "the ticket was not opened",
                         .problems = view.written.problems};
    return plan;
  }
  plan.reply = json::object{{"ticket", view.fresh_ticket.value}};
  open(plan, *view.written.ticket, event, view);
  return plan;
}

void Intake::open(Plan& plan, Ticket ticket, const Event& event, const IntakeView& view) const {
  DW_ASSERT(view.fresh_ticket, "read() reserves a number for what plan() opens");
  ticket.id = view.fresh_ticket;
  ticket.opened_at = event.at;
  ticket.updated_at = event.at;
  const Routed routed = routing_.choose(ticket);
  ticket.queue = routed.queue;
  for (const std::string& tag : routed.tags) {
    const bool is_new = std::find(ticket.tags.begin(), ticket.tags.end(), tag) == ticket.tags.end();
    if (is_new) ticket.tags.push_back(tag);
  }
  const QueueSettings& queue = queues_.at(ticket.queue);
  QueueSend send{.queue = ticket.queue,
                 .body = render_body(queue.body, ticket, event.at, parts_.public_url),
                 .attributes = {{"priority", std::string(dw::name_of(ticket.priority))},
                                {"source", ticket.source},
                                {"ticket", std::to_string(ticket.id.value)}}};
  Delivery delivery{.ticket = ticket.id,
                    .lane = "queue:" + ticket.queue,
                    .target = "queue:" + ticket.queue,
                    .holds_lane = queue.is_fifo()};
  if (queue.is_fifo()) {
    send.group = group_of(ticket);
    send.deduplication = fmt::format("ticket-{}", ticket.id.value);
    // Order is promised within a group, so each group is a lane of its own.
    delivery.lane += ":" + send.group;
  }
  delivery.payload = std::move(send);
  plan.deliveries.push_back(std::move(delivery));
  if (parts_.settings.desk == DeskKind::zendesk) open_at_desk(plan, ticket, event);
  if (!routed.announce.empty()) announce(plan, routed.announce, ticket);
  plan_opening(plan, ticket, view.match, parts_.matcher);
}

/// In the lane of what people do to the ticket later, so that it is there by then.
void Intake::open_at_desk(Plan& plan, Ticket& ticket, const Event& event) {
  ticket.desk = "zendesk";
  // The desk knows it by its message, which is the same in every life of this store.
  std::string key = fmt::format("{}:{}", event.source, event.key);
  if (key.size() > key_bytes_max) key = "deskwire:" + to_hex(bytes_of(sha256(key)));
  plan.deliveries.push_back({.ticket = ticket.id,
                             .lane = fmt::format("ticket:{}", ticket.id.value),
                             .target = "desk:zendesk",
                             .payload = DeskOpen{.ticket = ticket.id,
                                                 .key = std::move(key),
                                                 .title = ticket.title,
                                                 .description = ticket.description,
                                                 .priority = ticket.priority,
                                                 .requester = ticket.requester,
                                                 .tags = ticket.tags,
                                                 .thread_url = {},
                                                 .follow_up_of = {}},
                             .answer_kind = std::string(from_desk),
                             .reference = std::to_string(ticket.id.value)});
}

/// The desk has opened it under a number of its own.
Plan Intake::plan_opened(const Event& event, const IntakeView& view) {
  Plan plan;
  const JsonView body(event.body);
  const std::string id = body["answer"]["id"].text().value_or("");
  if (!view.ticket || !body["is_done"].boolean().value_or(false) || id.empty()) return plan;
  const External external{id, body["answer"]["url"].text().value_or("")};
  plan.changes.push_back(ChangeTicket{view.ticket->id, {.external = external}});
  return plan;
}

void Intake::announce(Plan& plan, const std::string& channel, const Ticket& ticket) const {
  plan.deliveries.push_back({.ticket = ticket.id,
                             .lane = "slack:" + channel,
                             .target = "slack",
                             .payload = announcement(ticket, channel, parts_.public_url),
                             .holds_lane = false});
}

}  // namespace dw
