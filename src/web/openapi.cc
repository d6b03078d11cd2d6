#include "web/openapi.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dw {
namespace {

using Object = json::object;

Object ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Object typed(std::string_view type) {
  return {{"type", json::string(type)}};
}
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
                                      {"last_run_at", nullable_time()}}))},
              {"access", shape({{"mode", one_of({"loopback", "password", "token", "oidc"})},
                                {"name", nullable("string")},
                                {"role", one_of({"viewer", "agent", "admin"})}})}})},
      {"TicketPage", page_of("Ticket")},
      {"DeliveryPage", page_of("Delivery")},
      {"QueuePage", page_of("Queue")},
      {"QueueDepthsPage", page_of("QueueDepths")},
      {"QueueMessagePage", page_of("QueueMessage")},
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

/// Runs of notices and their mails.
Object notice_schemas() {
  Object counts;
  for (const char* state : {"pending", "done", "unsure", "dead", "discarded"}) {
    counts[state] = typed("integer");
  }
  const Object run = shape({{"run", typed("integer")},
                            {"state", one_of({"planned", "applied", "replaced", "tested"})},
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
  letter["run_state"] = one_of({"planned", "applied", "replaced", "tested"});
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

Object content(std::string_view media, Object schema) {
  return {{json::string(media), Object{{"schema", std::move(schema)}}}};
}

/// One operation: who may, what it takes, what it answers.
struct Operation {
  std::string_view summary, role;
  int status;
  std::string_view answer;  ///< a schema's name; "" for a stream
  std::string_view body{};  ///< a schema's name, "{}" for an empty object, "" for none
  std::vector<std::string_view> query{};
};

Object describe(const Operation& operation, std::string_view path) {
  json::array parameters;
  if (path.find('{') != std::string_view::npos) {
    const size_t start = path.find('{') + 1;
    const std::string name(path.substr(start, path.find('}') - start));
    parameters.push_back(
        Object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", typed("string")}});
  }
  for (const std::string_view name : operation.query) {
    parameters.push_back(Object{{"name", json::string(name)},
                                {"in", "query"},
                                {"schema", typed(name == "limit" ? "integer" : "string")}});
  }
  Object answer{{"description", json::string(operation.summary)}};
  constexpr int no_content = 204;
  if (operation.status != no_content) {
    answer["content"] = operation.answer.empty()
                            ? content("text/event-stream", typed("string"))
                            : content("application/json", ref(operation.answer));
  }
  const Object failed{{"description", "what is wrong, and what to do"},
                      {"content", content("application/problem+json", ref("Problem"))}};
  Object out{{"summary", json::string(operation.summary)},
             {"description", "Role: " + std::string(operation.role)},
             {"parameters", std::move(parameters)},
             {"responses",
              Object{{std::to_string(operation.status), std::move(answer)}, {"default", failed}}}};
  if (!operation.body.empty()) {
    Object schema = operation.body == "{}" ? typed("object") : ref(operation.body);
    out["requestBody"] =
        Object{{"required", true}, {"content", content("application/json", std::move(schema))}};
  }
  return out;
}

using AddPath = std::function<void(std::string_view, std::string_view, const Operation&)>;

void add_tally_paths(const AddPath& add) {
  add("get", "/v1/tally",
      {"Updates per agent; since and until: a time, a day, \"today\" or \"7d\"",
       "viewer",
       200,
       "Tally",
       "",
       {"since", "until", "channel"}});
  add("get", "/v1/tally/updates",
      {"The lines behind a number, newest first",
       "viewer",
       200,
       "TallyUpdatePage",
       "",
       {"username", "since", "until", "channel", "limit", "cursor"}});
}

void add_access_paths(const AddPath& add) {
  add("get", "/v1/audit",
      {"Who changed what, newest first", "admin", 200, "AuditPage", "", {"limit", "cursor"}});
  add("get", "/v1/session", {"Who is signed in", "anybody", 200, "Session"});
  add("post", "/v1/session", {"Signs in with a password", "anybody", 201, "Session", "NewSession"});
  add("delete", "/v1/session", {"Signs out", "viewer", 204, ""});
}

void add_notice_paths(const AddPath& add) {
  add("get", "/v1/notices/preview",
      {"What the next run of notices would send",
       "viewer",
       200,
       "NoticePreview",
       "",
       {"limit", "cursor"}});
  add("get", "/v1/notices/runs",
      {"Plans and runs, newest first", "viewer", 200, "NoticeRunPage", "", {"limit", "cursor"}});
  add("get", "/v1/notices/runs/{id}/letters",
      {"Who got what in a run, by address",
       "viewer",
       200,
       "NoticeLetterPage",
       "",
       {"limit", "cursor"}});
  add("get", "/v1/notices/why",
      {"What one customer was sent, or why not", "viewer", 200, "NoticeLetterPage", "", {"email"}});
  add("post", "/v1/notices/plan",
      {"Makes a plan of the next run", "agent", 201, "NoticeRun", "{}"});
  add("post", "/v1/notices/runs/{id}/apply",
      {"Sends exactly that plan; 409 if the report has changed", "agent", 200, "NoticeRun", "{}"});
}

Object paths() {
  Object out;
  const AddPath add = [&out](std::string_view method, std::string_view path,
                             const Operation& operation) {
    if (!out.contains(json::string(path))) out[json::string(path)] = Object{};
    out[json::string(path)].get_object()[json::string(method)] = describe(operation, path);
  };
  add("get", "/v1/tickets",
      {"Tickets, newest first",
       "viewer",
       200,
       "TicketPage",
       "",
       {"status", "priority", "q", "since", "limit", "cursor"}});
  add("post", "/v1/tickets",
      {"Opens a ticket; takes Idempotency-Key", "agent", 201, "Ticket", "NewTicket"});
  add("get", "/v1/tickets/{id}",
      {"One ticket with its comments, links and deliveries", "viewer", 200, "TicketWhole"});
  add("patch", "/v1/tickets/{id}",
      {"Changes a ticket at its desk", "agent", 200, "Ticket", "TicketChange"});
  add("post", "/v1/tickets/{id}/comments",
      {"Comments on a ticket at its desk", "agent", 201, "Ticket", "NewComment"});
  add("get", "/v1/metrics/tickets",
      {"Open now; opened, solved and times since", "viewer", 200, "TicketFigures", "", {"since"}});
  add("get", "/v1/queues", {"Every queue", "viewer", 200, "QueuePage"});
  add("get", "/v1/queues/depths",
      {"Depth of every queue minute by minute, oldest first; of a day at most, while this runs",
       "viewer", 200, "QueueDepthsPage"});
  add("get", "/v1/queues/{name}/messages",
      {"Messages of an embedded queue, oldest first; takes none",
       "viewer",
       200,
       "QueueMessagePage",
       "",
       {"limit", "cursor"}});
  add("post", "/v1/queues/{name}/redrive",
      {"Moves the messages of NAME-dead back", "admin", 200, "Moved", "{}"});
  add("get", "/v1/deliveries",
      {"Deliveries, newest first; several states with commas",
       "viewer",
       200,
       "DeliveryPage",
       "",
       {"state", "lane", "limit", "cursor"}});
  add("post", "/v1/deliveries/{id}/retry",
      {"Tries a delivery again now", "agent", 200, "Delivery", "{}"});
  add("post", "/v1/deliveries/{id}/discard",
      {"Gives a delivery up, with a reason", "admin", 200, "Delivery", "Discard"});
  add("get", "/v1/volume",
      {"Hours with their band, and incidents; another rule is tried without being kept",
       "viewer",
       200,
       "Volume",
       "",
       {"since", "until", "sensitivity", "threshold", "method"}});
  add("post", "/v1/volume/incidents/{id}/feedback",
      {"Says whether an incident was real", "agent", 200, "Incident", "Verdict"});
  add_notice_paths(add);
  add("get", "/v1/status", {"Version, connectors, jobs, store", "viewer", 200, "Status"});
  add_tally_paths(add);
  add_access_paths(add);
  add("get", "/v1/live",
      {"Server-sent events ticket, delivery, queue, tally, volume, status, resync, renew; "
       "Last-Event-ID "
       "resumes",
       "viewer", 200, ""});
  return out;
}

}  // namespace

Object openapi_description() {
  Object all = ticket_schemas();
  for (auto& member : volume_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : other_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : access_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : tally_schemas()) all[member.key()] = std::move(member.value());
  for (auto& member : notice_schemas()) all[member.key()] = std::move(member.value());
  all["Moved"] = shape({{"moved", typed("integer")}});
  all["Discard"] = shape({{"why", typed("string")}});
  return {
      {"openapi", "3.1.0"},
      {"info", Object{{"title", "Deskwire"}, {"version", DW_VERSION}}},
      {"paths", paths()},
      {"components", Object{{"schemas", std::move(all)},
                            {"securitySchemes",
                             Object{{"token", Object{{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace dw
