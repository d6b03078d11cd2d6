#include "web/openapi.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "web/openapi_schemas.h"
#include "web/sign_in/sessions.h"

namespace dw {
namespace {

using Object = json::object;
constexpr int64_t idempotency_key_bytes_max = 255;  // as web/api/tickets.cc has it
using openapi::ref, openapi::typed;

Object content(std::string_view media, Object schema) {
  return {{json::string(media), Object{{"schema", std::move(schema)}}}};
}

/// One operation: who may, what it takes, what it answers.
struct Operation {
  std::string_view id, summary, role;
  int status;
  std::string_view answer;  ///< a schema's name; "" for a stream
  std::string_view body{};  ///< a schema's name, "{}" for an empty object, "" for none
  std::vector<std::string_view> query{};
  bool is_idempotent = false;  ///< takes Idempotency-Key
};

/// What a request must carry: a token, or a session with the header that no other site can send.
/// In access.mode "loopback" callers on the same machine need neither.
json::array security_of(const Operation& operation, std::string_view method) {
  json::array out;
  if (operation.role == "anybody") return out;
  out.push_back(Object{{"token", json::array{}}});
  Object session{{"session", json::array{}}};
  if (method != "get") session["csrf"] = json::array{};
  out.push_back(std::move(session));
  return out;
}

Object header(std::string_view name, std::string_view what) {
  return {{"name", json::string(name)},
          {"in", "header"},
          {"description", json::string(what)},
          {"schema", typed("string")}};
}

void add_headers(const Operation& operation, json::array& parameters) {
  if (operation.is_idempotent) {
    Object key =
        header("Idempotency-Key",
               "A repeat with the same key and body changes nothing and is answered as the "
               "first was; with another body it is 422");
    key["schema"].get_object()["maxLength"] = idempotency_key_bytes_max;
    parameters.push_back(std::move(key));
  }
  if (operation.answer.empty() && operation.status == 200) {
    parameters.push_back(header("Last-Event-ID",
                                "The last id that was read: the stream goes on behind it, or says "
                                "resync if that is no longer kept"));
  }
}

Object security_schemes() {
  return {{"token", Object{{"type", "http"},
                           {"scheme", "bearer"},
                           {"description", "Made with `deskwire token add NAME`"}}},
          {"session", Object{{"type", "apiKey"},
                             {"in", "cookie"},
                             {"name", session_cookie},
                             {"description", "Of POST /v1/session, or of single sign-on"}}},
          {"csrf", Object{{"type", "apiKey"},
                          {"in", "header"},
                          {"name", "X-CSRF-Token"},
                          {"description", "`csrf` of GET /v1/session; with every change"}}}};
}

Object describe(const Operation& operation, std::string_view method, std::string_view path) {
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
  add_headers(operation, parameters);
  Object answer{{"description", json::string(operation.summary)}};
  constexpr int no_content = 204;
  if (operation.status != no_content) {
    answer["content"] = operation.answer.empty()
                            ? content("text/event-stream", typed("string"))
                            : content("application/json", ref(operation.answer));
  }
  const Object failed{{"description", "what is wrong, and what to do"},
                      {"content", content("application/problem+json", ref("Problem"))}};
  Object out{{"operationId", json::string(operation.id)},
             {"summary", json::string(operation.summary)},
             {"description", "Role: " + std::string(operation.role)},
             {"security", security_of(operation, method)},
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
      {"getTally",
       "Updates per agent; since and until: a time, a day, \"today\" or \"7d\"",
       "viewer",
       200,
       "Tally",
       "",
       {"since", "until", "channel"}});
  add("get", "/v1/tally/updates",
      {"listTallyUpdates",
       "The lines behind a number, newest first",
       "viewer",
       200,
       "TallyUpdatePage",
       "",
       {"username", "since", "until", "channel", "limit", "cursor"}});
}

void add_access_paths(const AddPath& add) {
  add("get", "/v1/audit",
      {"listAudit",
       "Who changed what, newest first",
       "admin",
       200,
       "AuditPage",
       "",
       {"limit", "cursor"}});
  add("get", "/v1/session", {"getSession", "Who is signed in", "anybody", 200, "Session"});
  add("post", "/v1/session",
      {"signIn", "Signs in with a password", "anybody", 201, "Session", "NewSession"});
  add("delete", "/v1/session", {"signOut", "Signs out", "viewer", 204, ""});
}

void add_notice_paths(const AddPath& add) {
  add("get", "/v1/notices/preview",
      {"previewNotices",
       "What the next run of notices would send",
       "viewer",
       200,
       "NoticePreview",
       "",
       {"limit", "cursor"}});
  add("get", "/v1/notices/runs",
      {"listNoticeRuns",
       "Plans and runs, newest first",
       "viewer",
       200,
       "NoticeRunPage",
       "",
       {"limit", "cursor"}});
  add("get", "/v1/notices/runs/{id}/letters",
      {"listNoticeLetters",
       "Who got what in a run, by address",
       "viewer",
       200,
       "NoticeLetterPage",
       "",
       {"limit", "cursor"}});
  add("get", "/v1/notices/why",
      {"explainNotices",
       "What one customer was sent, or why not",
       "viewer",
       200,
       "NoticeLetterPage",
       "",
       {"email"}});
  add("post", "/v1/notices/plan",
      {"planNotices", "Makes a plan of the next run", "agent", 201, "NoticeRun", "{}"});
  add("post", "/v1/notices/runs/{id}/apply",
      {"applyNotices", "Sends exactly that plan; 409 if the report has changed", "agent", 200,
       "NoticeRun", "{}"});
}

void add_queue_paths(const AddPath& add) {
  add("get", "/v1/queues", {"listQueues", "Every queue", "viewer", 200, "QueuePage"});
  add("get", "/v1/queues/depths",
      {"listQueueDepths",
       "Depth of every queue minute by minute, oldest first; of a day at most, while this runs",
       "viewer", 200, "QueueDepthsPage"});
  add("get", "/v1/queues/{name}/messages",
      {"listQueueMessages",
       "Messages of an embedded queue, oldest first; takes none",
       "viewer",
       200,
       "QueueMessagePage",
       "",
       {"limit", "cursor"}});
  add("post", "/v1/queues/{name}/redrive",
      {"redriveQueue", "Moves the messages of NAME-dead back", "admin", 200, "Moved", "{}"});
  add("get", "/v1/deliveries",
      {"listDeliveries",
       "Deliveries, newest first; several states with commas",
       "viewer",
       200,
       "DeliveryPage",
       "",
       {"state", "lane", "limit", "cursor"}});
  add("post", "/v1/deliveries/{id}/retry",
      {"retryDelivery", "Tries a delivery again now", "agent", 200, "Delivery", "{}"});
  add("post", "/v1/deliveries/{id}/discard",
      {"discardDelivery", "Gives a delivery up, with a reason", "admin", 200, "Delivery",
       "Discard"});
}

Object paths() {
  Object out;
  const AddPath add = [&out](std::string_view method, std::string_view path,
                             const Operation& operation) {
    if (!out.contains(json::string(path))) out[json::string(path)] = Object{};
    out[json::string(path)].get_object()[json::string(method)] = describe(operation, method, path);
  };
  add("get", "/v1/tickets",
      {"listTickets",
       "Tickets, newest first",
       "viewer",
       200,
       "TicketPage",
       "",
       {"status", "priority", "q", "since", "limit", "cursor"}});
  add("post", "/v1/tickets",
      {"openTicket", "Opens a ticket", "agent", 201, "Ticket", "NewTicket", {}, true});
  add("get", "/v1/tickets/{id}",
      {"getTicket", "One ticket with its comments, links and deliveries", "viewer", 200,
       "TicketWhole"});
  add("patch", "/v1/tickets/{id}",
      {"updateTicket",
       "Changes a ticket at its desk",
       "agent",
       200,
       "Ticket",
       "TicketChange",
       {},
       true});
  add("post", "/v1/tickets/{id}/comments",
      {"addComment",
       "Comments on a ticket at its desk",
       "agent",
       201,
       "Ticket",
       "NewComment",
       {},
       true});
  add("get", "/v1/metrics/tickets",
      {"getTicketMetrics",
       "Open now; opened, solved and times since",
       "viewer",
       200,
       "TicketFigures",
       "",
       {"since"}});
  add_queue_paths(add);
  add("get", "/v1/volume",
      {"getVolume",
       "Hours with their band, and incidents; another rule is tried without being kept",
       "viewer",
       200,
       "Volume",
       "",
       {"since", "until", "sensitivity", "threshold", "method"}});
  add("post", "/v1/volume/incidents/{id}/feedback",
      {"judgeIncident", "Says whether an incident was real", "agent", 200, "Incident", "Verdict"});
  add_notice_paths(add);
  add("get", "/v1/status",
      {"getStatus", "Version, connectors, jobs, store", "viewer", 200, "Status"});
  add_tally_paths(add);
  add_access_paths(add);
  add("get", "/v1/live",
      {"followChanges",
       "Server-sent events ticket, delivery, queue, tally, volume, status, resync, renew; "
       "Last-Event-ID resumes",
       "viewer", 200, ""});
  return out;
}

}  // namespace

Object openapi_description() {
  return {{"openapi", "3.1.0"},
          {"info", Object{{"title", "Deskwire"}, {"version", DW_VERSION}}},
          {"paths", paths()},
          {"components",
           Object{{"schemas", openapi::schemas()}, {"securitySchemes", security_schemes()}}}};
}

}  // namespace dw
