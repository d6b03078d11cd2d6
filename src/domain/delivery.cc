#include "domain/delivery.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace dw {
namespace {

constexpr std::array<std::string_view, 5> states = {"pending", "unsure", "dead", "done",
                                                    "discarded"};

json::value encode_one(const QueueSend& send) {
  json::object attributes;
  for (const auto& [name, value] : send.attributes) attributes[name] = value;
  json::object out{{"queue", send.queue}, {"body", send.body}, {"attributes", attributes}};
  if (!send.group.empty()) out["group"] = send.group;
  if (!send.deduplication.empty()) out["deduplication"] = send.deduplication;
  return out;
}

json::value encode_one(const DeskComment& comment) {
  return json::object{{"ticket", comment.ticket.value},       {"author_name", comment.author_name},
                      {"author_email", comment.author_email}, {"body", comment.body},
                      {"public", comment.is_public},          {"source", comment.source}};
}

json::value encode_one(const DeskUpdate& update) {
  json::object out{{"ticket", update.ticket.value}};
  const TicketPatch& patch = update.patch;
  if (patch.status) out["status"] = json::string(name_of(*patch.status));
  if (patch.priority) out["priority"] = json::string(name_of(*patch.priority));
  if (patch.assignee) out["assignee"] = *patch.assignee;
  if (patch.tags) out["tags"] = json::array(patch.tags->begin(), patch.tags->end());
  return out;
}

QueueSend decode_send(const JsonView& view) {
  QueueSend send{.queue = view["queue"].required_text(),
                 .body = view["body"].required_text(),
                 .attributes = {},
                 .group = view["group"].text().value_or(""),
                 .deduplication = view["deduplication"].text().value_or("")};
  if (const JsonView attributes = view["attributes"]; attributes.is_object()) {
    for (const auto& member : attributes.raw()->get_object()) {
      send.attributes[std::string(member.key())] = attributes[member.key()].required_text();
    }
  }
  return send;
}

DeskUpdate decode_update(const JsonView& view) {
  DeskUpdate update{.ticket = {view["ticket"].integer().value_or(0)}, .patch = {}};
  if (const auto status = view["status"].text()) update.patch.status = status_named(*status);
  if (const auto priority = view["priority"].text()) {
    update.patch.priority = priority_named(*priority);
  }
  update.patch.assignee = view["assignee"].text();
  if (view["tags"].is_present()) update.patch.tags = view["tags"].texts();
  return update;
}

}  // namespace

std::string_view operation_of(const Payload& payload) {
  static constexpr std::array<std::string_view, 3> names = {"send", "comment", "update"};
  return names.at(payload.index());
}

json::value encode(const Payload& payload) {
  return std::visit([](const auto& one) { return encode_one(one); }, payload);
}

Result<Payload> decode_payload(std::string_view operation, const json::value& body) {
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  Payload payload;
  if (operation == "send") {
    payload = decode_send(view);
  } else if (operation == "comment") {
    payload = DeskComment{.ticket = {view["ticket"].integer().value_or(0)},
                          .author_name = view["author_name"].text().value_or(""),
                          .author_email = view["author_email"].text().value_or(""),
                          .body = view["body"].required_text(),
                          .is_public = view["public"].boolean().value_or(false),
                          .source = view["source"].text().value_or("")};
  } else if (operation == "update") {
    payload = decode_update(view);
  } else {
    return Error{ErrorKind::invalid, "delivery", fmt::format("unknown operation {}", operation)};
  }
  if (!problems.empty()) {
    return Error{.kind = ErrorKind::invalid,
                 .where = "delivery",
                 .what = "payload",
                 .problems = std::move(problems)};
  }
  return payload;
}

std::string_view name_of(DeliveryState state) {
  return states.at(static_cast<size_t>(state));
}

std::optional<DeliveryState> delivery_state_named(std::string_view name) {
  for (size_t i = 0; i < states.size(); ++i) {
    if (states[i] == name) return static_cast<DeliveryState>(i);
  }
  return std::nullopt;
}

std::string to_text(DeliveryId id) {
  return fmt::format("d-{:06}", id.value);
}

std::optional<DeliveryId> delivery_id_named(std::string_view text) {
  if (text.starts_with("d-")) text.remove_prefix(2);
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return DeliveryId{value};
}

}  // namespace dw
