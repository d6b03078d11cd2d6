#include "sim/courier.h"

#include "base/assert.h"

namespace dw::sim {
namespace {

Delivery planned(const std::string& item, const std::string& thread, TicketId ticket) {
  const std::string lane = "chat:" + thread;
  if (item == "open") {
    return {.lane = lane,
            .target = "desk:far",
            .payload = DeskOpen{.key = "sim:" + thread, .title = thread, .description = thread},
            .answer_kind = "sim.answered",
            .reference = thread};
  }
  if (item == "note") {
    return {.lane = "notes:" + thread,
            .target = "notes:far",
            .payload = DeskComment{.body = thread, .external_id = "42"},
            .holds_lane = false};
  }
  if (item == "local") {
    return {.ticket = ticket,
            .lane = lane,
            .target = "desk:embedded",
            .payload = DeskComment{.ticket = ticket, .body = "local " + thread},
            .answer_kind = "sim.answered",
            .reference = thread};
  }
  if (item == "mail") {
    return {.lane = "mail:" + thread,
            .target = "mail:far",
            .payload = MailSend{.to = {"ana@example.com"}, .subject = thread, .text = thread}};
  }
  if (item == "alert") {
    return {.lane = "alerts",
            .target = "alert:far",
            .payload = WebhookPost{.body = "{}"},
            .holds_lane = false};
  }
  return {.lane = lane, .target = "chat:far", .payload = ChatPost{.channel = thread, .text = item}};
}

}  // namespace

bool Courier::takes(std::string_view kind) const {
  return kind.starts_with("sim.");
}

Result<NoView> Courier::read(const Event&, ReadDb&) const {
  return NoView{};
}

Plan Courier::plan(const Event& event, const NoView&) const {
  DW_ASSERT(event.kind != "sim.broken", "this kind is here to break");
  Plan plan;
  const JsonView body(event.body);
  if (event.kind == "sim.answered") {
    plan.deliveries.push_back(planned("answered", body["reference"].text().value_or(""), {}));
    return plan;
  }
  if (event.kind == "sim.tick") {
    plan.deliveries.push_back(planned("alert", "tick", {}));
    return plan;
  }
  const std::string thread = body["thread"].text().value_or("");
  const TicketId ticket{body["ticket"].integer().value_or(0)};
  for (const std::string& item : body["items"].texts()) {
    plan.deliveries.push_back(planned(item, thread, ticket));
  }
  plan.reply = json::object{{"taken", thread}};
  return plan;
}

}  // namespace dw::sim
