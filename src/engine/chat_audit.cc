#include "engine/chat_audit.h"

#include <fmt/format.h>

#include "base/text.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/events.h"

namespace dw {
namespace {

/// A press asks who it was, then the desk: no chain is longer.
constexpr int hops_max = 4;

/// "chat Ana (U123)"; empty: the event names nobody.
std::string person_in(const Event& event) {
  const JsonView body(event.body);
  for (const char* key : {"user", "author"}) {
    if (!body[key].is_object() || body[key]["is_bot"].boolean().value_or(false)) continue;
    const std::string id = body[key]["id"].text().value_or("");
    const std::string name = body[key]["name"].text().value_or("");
    if (id.empty()) continue;
    return name.empty() ? "chat " + id : fmt::format("chat {} ({})", name, id);
  }
  return {};
}

/// The same of the event behind an answer, however often was asked in between.
Result<std::string> person_behind(ReadDb& db, Event event) {
  for (int hop = 0; hop < hops_max; ++hop) {
    std::string person = person_in(event);
    if (!person.empty() || event.source != "delivery") return person;
    const std::string text = JsonView(event.body)["delivery"].text().value_or("");
    const auto id = delivery_id_named(text);
    if (!id) break;
    DW_TRY(const auto asked, deliveries::find(db, *id));
    if (!asked) break;
    DW_TRY(auto cause, events::find(db, asked->event));
    if (!cause) break;
    event = std::move(cause->event);
  }
  return std::string();
}

std::string fields_of(const TicketPatch& patch) {
  std::vector<std::string> fields;
  if (patch.status) fields.emplace_back("status");
  if (patch.priority) fields.emplace_back("priority");
  if (patch.assignee) fields.emplace_back("assignee");
  if (patch.tags) fields.emplace_back("tags");
  return join(fields, ", ");
}

}  // namespace

Result<std::optional<AuditEntry>> chat_audit(ReadDb& db, const Event& event,
                                             const Delivery& delivery) {
  const auto* update = std::get_if<DeskUpdate>(&delivery.payload);
  if (update == nullptr || !delivery.target.starts_with("desk:"))
    return std::optional<AuditEntry>();
  DW_TRY(std::string person, person_behind(db, event));
  if (person.empty()) return std::optional<AuditEntry>();
  const std::string subject =
      fmt::format("ticket {}: {}", update->ticket.value, fields_of(update->patch));
  return std::optional<AuditEntry>({event.at, std::move(person), "ticket.update", subject});
}

}  // namespace dw
