#include "jobs/desk/desk.h"

#include <fmt/format.h>

#include "base/outside_text.h"
#include "base/text.h"
#include "ports/store.h"
#include "records/links.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr std::string_view comment_kind = "desk.comment";
constexpr std::string_view update_kind = "desk.update";
constexpr size_t comment_characters_max = 65'536;
constexpr size_t name_characters_max = 200;
constexpr size_t tags_max = 50;

int64_t ticket_in(const Event& event) {
  return JsonView(event.body)["ticket"].integer().value_or(0);
}

Plan refused(std::vector<Problem> problems) {
  Plan plan;
  plan.refusal = Error{.kind = ErrorKind::invalid,
                       .where = "ticket",
                       .what = "nothing was changed",
                       .problems = std::move(problems)};
  return plan;
}

/// In the order of the thread, if one talks about the ticket; the bridge is told when it is done,
/// and carries it there.
Plan planned(const Ticket& ticket, const std::optional<BridgeLink>& link, Payload payload) {
  Plan plan;
  plan.reply = json::object{{"ticket", ticket.id.value}};
  Delivery delivery{.ticket = ticket.id,
                    .lane = link ? fmt::format("slack:{}/{}", link->channel, link->thread)
                                 : fmt::format("ticket:{}", ticket.id.value),
                    .target = "desk:" + ticket.desk,
                    .payload = std::move(payload)};
  if (link || ticket.desk != "embedded") delivery.answer_kind = "desk.done";
  plan.deliveries.push_back(std::move(delivery));
  return plan;
}

Plan plan_comment(const JsonView& view, const Ticket& ticket, const std::optional<BridgeLink>& link,
                  std::vector<Problem>& problems) {
  DeskComment comment{
      .ticket = ticket.id,
      .author_name = view["author"]["name"].text().value_or(""),
      .author_email = view["author"]["email"].text().value_or(""),
      .body = std::string(trim(replace_all(view["body"].required_text(), "\r\n", "\n"))),
      .is_public = view["public"].boolean().value_or(true),
      .source = view["source"].text().value_or("api"),
      .external_id = ticket.external.id};
  if (problems.empty() && is_blank(comment.body)) problems.push_back({"body", "is empty"});
  if (count_characters(comment.body) > comment_characters_max) {
    problems.push_back({"body", "is longer than 65536 characters"});
  }
  if (find_control_character(comment.body)) {
    problems.push_back({"body", "has control characters other than newline and tab"});
  }
  if (!problems.empty()) return refused(std::move(problems));
  Plan plan = planned(ticket, link, std::move(comment));
  plan.deliveries.front().holds_lane = false;  // comments are independent enough to go on
  return plan;
}

/// A word of a closed set; absent if it was not given, a problem if it is none of them.
template <class T>
std::optional<T> word(const JsonView& view, std::optional<T> (*named)(std::string_view),
                      const char* allowed) {
  const auto text = view.text();
  if (!text) return std::nullopt;
  auto value = named(*text);
  if (!value) view.add_problem(std::string("must be one of ") + allowed);
  return value;
}

Plan plan_update(const JsonView& view, const Ticket& ticket, const std::optional<BridgeLink>& link,
                 std::vector<Problem>& problems) {
  DeskUpdate update{.ticket = ticket.id, .patch = {}, .external_id = ticket.external.id};
  TicketPatch& patch = update.patch;
  patch.status = word<Status>(view["status"], status_named, "open, pending, solved");
  patch.priority = word<Priority>(view["priority"], priority_named, "high, medium, low");
  patch.assignee = view["assignee"].text();
  const json::value* assignee = view.raw()->get_object().if_contains("assignee");
  if (assignee != nullptr && assignee->is_null()) patch.assignee = "";
  if (patch.assignee && (count_characters(*patch.assignee) > name_characters_max ||
                         find_control_character(*patch.assignee))) {
    problems.push_back({"assignee", "is longer than 200 characters, or not plain text"});
  }
  if (view["tags"].is_present()) {
    patch.tags = view["tags"].texts();
    if (patch.tags->size() > tags_max) problems.push_back({"tags", "at most 50 tags are allowed"});
  }
  for (const auto& member : view.raw()->get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    const bool is_known = key == "ticket" || key == "by" || key == "status" || key == "priority" ||
                          key == "assignee" || key == "tags";
    if (!is_known) problems.push_back({cut_characters(key, 50), "can't be changed here"});
  }
  if (problems.empty() && patch.is_empty()) {
    problems.push_back({"", "give one of status, priority, assignee, tags"});
  }
  if (!problems.empty()) return refused(std::move(problems));
  return planned(ticket, link, std::move(update));
}

}  // namespace

bool Desk::takes(std::string_view kind) const {
  return kind == comment_kind || kind == update_kind;
}

Result<DeskView> Desk::read(const Event& event, ReadDb& db) const {
  DeskView view;
  DW_TRY(view.ticket, tickets::find(db, TicketId{ticket_in(event)}));
  if (view.ticket) {
    DW_TRY(view.link, links::of_ticket(db, view.ticket->id));
  }
  return view;
}

Plan Desk::plan(const Event& event, const DeskView& view) const {
  if (!view.ticket) {
    Plan plan;
    plan.refusal =
        Error{ErrorKind::missing, "ticket", fmt::format("there is no ticket {}", ticket_in(event))};
    return plan;
  }
  if (view.ticket->desk != "embedded" && view.ticket->external.id.empty()) {
    Plan plan;
    plan.refusal = Error{ErrorKind::conflict, "ticket",
                         "the desk has not opened this ticket yet; try again in a moment"};
    return plan;
  }
  std::vector<Problem> problems;
  const JsonView body(event.body, problems);
  if (event.kind == comment_kind) return plan_comment(body, *view.ticket, view.link, problems);
  return plan_update(body, *view.ticket, view.link, problems);
}

}  // namespace dw
