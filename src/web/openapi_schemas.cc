#include "web/openapi_schemas.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dw::openapi {

using Object = json::object;

Object ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Object typed(std::string_view type) {
  return {{"type", json::string(type)}};
}

namespace {

Object nullable(std::string_view type) {
  return {{"type", json::array{json::string(type), "null"}}};
}
Object time() {
  return {{"type", "string"}, {"format", "date-time"}};
}
Object nullable_time() {
  return {{"type", json::array{"string", "null"}}, {"format", "date-time"}};
}
Object one_of(std::initializer_list<std::string_view> words) {
  json::array values;
  for (const std::string_view word : words) values.push_back(json::string(word));
  return {{"type", "string"}, {"enum", std::move(values)}};
}
Object list_of(Object items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

/// An object of which every property is always there, but for those after `optional`.
Object shape(Object properties, std::vector<std::string> optional = {}) {
  json::array required;
  for (const auto& member : properties) {
    const std::string key(member.key());
    const bool is_optional = std::find(optional.begin(), optional.end(), key) != optional.end();
    if (!is_optional) required.push_back(json::string(key));
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Object page_of(std::string_view item) {
  return shape({{"items", list_of(ref(item))}, {"next_cursor", nullable("string")}});
}

Object ticket_properties() {
  return {{"id", typed("integer")},
          {"title", typed("string")},
          {"description", typed("string")},
          {"priority", one_of({"high", "medium", "low"})},
          {"status", one_of({"open", "pending", "solved"})},
          {"requester", shape({{"name", nullable("string")},
                               {"email", nullable("string")},
                               {"id", nullable("string")}})},
          {"assignee", nullable("string")},
          {"tags", list_of(typed("string"))},
          {"source", typed("string")},
          {"desk", one_of({"embedded", "zendesk"})},
          {"external",
           Object{{"anyOf", json::array{shape({{"id", typed("string")}, {"url", typed("string")}}),
                                        typed("null")}}}},
          {"queue", nullable("string")},
          {"url", typed("string")},
          {"opened_at", time()},
          {"first_reply_at", nullable_time()},
          {"solved_at", nullable_time()},
          {"updated_at", time()}};
}

Object volume_schemas() {
  return {{"VolumeHour", shape({{"hour", time()},
                                {"count", typed("integer")},
                                {"expected", typed("number")},
                                {"low", typed("integer")},
                                {"high", typed("integer")},
                                {"probability", nullable("number")},
                                {"is_spike", typed("boolean")},
                                {"is_drop", typed("boolean")},
                                {"basis", typed("string")}})},
          {"Incident", shape({{"id", nullable("integer")},
                              {"kind", one_of({"spike", "drop"})},
                              {"from", time()},
                              {"to", time()},
                              {"peak", time()},
                              {"count", typed("integer")},
                              {"expected", typed("number")},
                              {"probability", typed("number")},
                              {"total", typed("integer")},
                              {"total_expected", typed("number")},
                              {"state", one_of({"open", "calm", "new_level"})},
                              {"told_at", nullable_time()},
                              {"tags", nullable("object")},
                              {"feedback", nullable("string")}})},
          {"Volume", shape({{"method", one_of({"seasonal", "mean"})},
                            {"sensitivity", typed("number")},
                            {"threshold", typed("number")},
                            {"timezone", typed("string")},
                            {"is_trial", typed("boolean")},
                            {"hours", list_of(ref("VolumeHour"))},
                            {"incidents", list_of(ref("Incident"))}})},
          {"Verdict", shape({{"verdict", nullable("string")}})}};
}

/// Tickets and what belongs to them.
Object ticket_schemas() {
  Object one_ticket = ticket_properties();
  one_ticket["comments"] = list_of(ref("Comment"));
  one_ticket["links"] = list_of(ref("Link"));
  one_ticket["deliveries"] = list_of(ref("Delivery"));
  return {
      {"Ticket", shape(ticket_properties())},
      {"TicketWhole", shape(std::move(one_ticket))},
      {"NewTicket",
       shape({{"title", typed("string")},
              {"priority", typed("string")},
              {"description", typed("string")},
              {"requester",
               shape({{"name", typed("string")}, {"email", nullable("string")}}, {"email"})},
              {"tags", list_of(typed("string"))},
              {"source", typed("string")}},
             {"tags", "source"})},
      {"TicketChange", shape({{"status", one_of({"open", "pending", "solved"})},
                              {"priority", one_of({"high", "medium", "low"})},
                              {"assignee", nullable("string")},
                              {"tags", list_of(typed("string"))}},
                             {"status", "priority", "assignee", "tags"})},
      {"NewComment", shape({{"body", typed("string")}, {"public", typed("boolean")}}, {"public"})},
      {"Comment",
       shape({{"id", typed("integer")},
              {"author", shape({{"name", nullable("string")}, {"email", nullable("string")}})},
              {"body", typed("string")},
              {"public", typed("boolean")},
              {"at", time()},
              {"source", typed("string")}})},
      {"Link", shape({{"chat", typed("string")},
                      {"channel", typed("string")},
                      {"thread", typed("string")},
                      {"url", nullable("string")}})},
  };
}

/// Who may come in.
Object access_schemas() {
  return {
      {"Session", shape({{"mode", one_of({"loopback", "password", "token", "oidc"})},
                         {"signed_in", typed("boolean")},
                         {"name", nullable("string")},
                         {"role", nullable("string")},
                         {"csrf", nullable("string")}})},
      {"NewSession", shape({{"name", typed("string")}, {"password", typed("string")}})},
      {"AuditEntry", shape({{"id", typed("integer")},
                            {"at", time()},
                            {"who", typed("string")},
                            {"what", typed("string")},
                            {"subject", typed("string")}})},
      {"AuditPage", page_of("AuditEntry")},
  };
}

/// Updates per agent.
Object tally_schemas() {
  return {
      {"Tally", shape({{"agents", list_of(ref("TallyAgent"))},
                       {"total", typed("integer")},
                       {"channels", list_of(typed("string"))},
                       {"today", list_of(ref("TallyBar"))},
                       {"today_until", time()},
                       {"timezone", typed("string")}})},
      {"TallyAgent", shape({{"username", typed("string")},
                            {"name", typed("string")},
                            {"updates", typed("integer")},
                            {"opening", typed("integer")},
                            {"last_at", nullable_time()}})},
      {"TallyBar", shape({{"channel", typed("string")},
                          {"username", typed("string")},
                          {"name", typed("string")},
                          {"updates", typed("integer")}})},
      {"TallyUpdate", shape({{"channel", typed("string")},
                             {"message", typed("string")},
                             {"line", typed("integer")},
                             {"username", typed("string")},
                             {"name", typed("string")},
                             {"ticket", nullable("string")},
                             {"at", time()}})},
      {"TallyUpdatePage", page_of("TallyUpdate")},
  };
}

/// Queues, and what lies in them.
Object queue_schemas() {
  return {
      {"Queue", shape({{"name", typed("string")},
                       {"kind", one_of({"embedded", "sqs"})},
                       {"depth", nullable("integer")},
                       {"in_flight", nullable("integer")},
                       {"oldest_seconds", nullable("integer")},
                       {"dead", nullable("integer")}})},
      {"QueueDepths", shape({{"name", typed("string")},
                             {"every_seconds", typed("integer")},
                             {"until", time()},
                             {"depths", list_of(nullable("integer"))}})},
      {"QueueMessage", shape({{"id", typed("integer")},
                              {"body", typed("string")},
                              {"attributes", typed("object")},
                              {"sent_at", time()},
                              {"receives", typed("integer")},
                              {"group", nullable("string")},
                              {"visible", typed("boolean")}})},
      {"QueuePage", page_of("Queue")},
      {"QueueDepthsPage", page_of("QueueDepths")},
      {"QueueMessagePage", page_of("QueueMessage")},
      {"Moved", shape({{"moved", typed("integer")}})},
  };
}

/// Everything else that is answered.
Object other_schemas() {
  const Object quantiles = shape({{"median", nullable("number")}, {"p90", nullable("number")}});
  return {
      {"Delivery", shape({{"id", typed("string")},
                          {"ticket", nullable("integer")},
                          {"lane", typed("string")},
                          {"target", typed("string")},
                          {"operation", typed("string")},
                          {"state", one_of({"pending", "unsure", "dead", "done", "discarded"})},
                          {"attempts", typed("integer")},
                          {"reason", nullable("string")},
                          {"event", typed("string")},
                          {"created_at", time()},
                          {"next_attempt_at", nullable_time()},
                          {"done_at", nullable_time()}})},
      {"TicketFigures", shape({{"open", typed("integer")},
                               {"opened", typed("integer")},
                               {"solved", typed("integer")},
                               {"first_reply_seconds", quantiles},
                               {"cycle_seconds", quantiles}})},
      {"Status",
       shape({{"version", typed("string")},
              {"started_at", time()},
              {"uptime_seconds", typed("integer")},
              {"store", shape({{"kind", one_of({"sqlite", "postgresql"})},
                               {"ok", typed("boolean")},
                               {"detail", typed("string")}})},
              {"connectors", list_of(shape({{"name", typed("string")},
                                            {"ok", typed("boolean")},
                                            {"detail", typed("string")},
                                            {"last_success_at", nullable_time()}}))},
              {"jobs", list_of(shape({{"name", typed("string")},
                                      {"schedule", typed("string")},
                                      {"next_run_at", nullable_time()},
                                      {"last_run_at", nullable_time()},
                                      {"missed_at", nullable_time()}}))},
              {"access", shape({{"mode", one_of({"loopback", "password", "token", "oidc"})},
                                {"name", nullable("string")},
                                {"role", one_of({"viewer", "agent", "admin"})}})}})},
      {"Discard", shape({{"why", typed("string")}})},
      {"TicketPage", page_of("Ticket")},
      {"DeliveryPage", page_of("Delivery")},
      {"Problem",
       shape(
           {{"type", typed("string")},
            {"title", typed("string")},
            {"status", typed("integer")},
            {"detail", typed("string")},
            {"errors", list_of(shape({{"field", typed("string")}, {"problem", typed("string")}}))}},
           {"errors"})},
  };
}

Object notice_properties() {
  return {{"to", typed("string")},
          {"name", typed("string")},
          {"left_out", nullable("string")},
          {"tickets", list_of(shape({{"id", typed("string")},
                                     {"subject", typed("string")},
                                     {"closed_on", typed("string")}}))},
          {"subject", typed("string")},
          {"text", typed("string")},
          {"html", typed("string")}};
}

Object notice_run_state() {
  return one_of({"planned", "applied", "replaced", "tested", "writing", "applying"});
}

/// Runs of notices and their mails.
Object notice_schemas() {
  Object counts;
  for (const char* state : {"pending", "done", "unsure", "dead", "discarded"}) {
    counts[state] = typed("integer");
  }
  const Object run = shape({{"run", typed("integer")},
                            {"state", notice_run_state()},
                            {"made_at", time()},
                            {"applied_at", nullable_time()},
                            {"period", typed("string")},
                            {"from", typed("string")},
                            {"newest", typed("string")},
                            {"hash", typed("string")},
                            {"figures", typed("object")},
                            {"deliveries", shape(std::move(counts))}},
                           {"deliveries"});
  Object letter = notice_properties();
  letter["run"] = typed("integer");
  letter["run_state"] = notice_run_state();
  letter["period"] = typed("string");
  letter["made_at"] = time();
  letter["notice"] = nullable("string");
  letter["delivery"] = nullable("string");
  letter["state"] = nullable("string");
  letter["reason"] = nullable("string");
  letter["done_at"] = nullable_time();
  return {{"NoticeRun", run},
          {"Notice", shape(notice_properties())},
          {"NoticeLetter", shape(std::move(letter))},
          {"NoticeRunPage", page_of("NoticeRun")},
          {"NoticeLetterPage", page_of("NoticeLetter")},
          {"NoticePreview", shape({{"items", list_of(ref("Notice"))},
                                   {"next_cursor", nullable("string")},
                                   {"run", ref("NoticeRun")},
                                   {"asks", typed("boolean")}})}};
}

}  // namespace

Object schemas() {
  Object all = ticket_schemas();
  for (auto& member : volume_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : queue_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : other_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : access_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : tally_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : notice_schemas()) all[member.key()] = std::move(member.value());
  return all;
}

}  // namespace dw::openapi
