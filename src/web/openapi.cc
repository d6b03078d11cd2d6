#include "web/openapi.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "web/api/contract.h"
#include "web/sign_in/sessions.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

using Object = json::object;

Object typed(std::string_view type) {
  return {{"type", json::string(type)}};
}

Object content(std::string_view media, Object schema) {
  return {{json::string(media), Object{{"schema", std::move(schema)}}}};
}

/// What a request must carry: a token, or a session with the header that no other site can send.
/// In access.mode "loopback" callers on the same machine need neither.
json::array security_of(const Operation& operation) {
  json::array out;
  if (!operation.role) return out;
  out.push_back(Object{{"token", json::array{}}});
  Object session{{"session", json::array{}}};
  if (operation.method != "GET") session["csrf"] = json::array{};
  out.push_back(std::move(session));
  return out;
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
  if (operation.is_stream) {
    parameters.push_back(header("Last-Event-ID",
                                "The last id that was read: the stream resumes after it, or sends "
                                "resync if it was removed"));
  }
}

json::array parameters_of(const Operation& operation) {
  json::array parameters;
  const std::string& path = operation.path;
  if (const size_t start = path.find('{'); start != std::string::npos) {
    const std::string name = path.substr(start + 1, path.find('}') - start - 1);
    parameters.push_back(
        Object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", typed("string")}});
  }
  for (const std::string& name : operation.query) {
    parameters.push_back(Object{{"name", name},
                                {"in", "query"},
                                {"schema", typed(name == "limit" ? "integer" : "string")}});
  }
  add_headers(operation, parameters);
  return parameters;
}

/// OpenAPI has no words for the events of a stream: `x-events` names what each topic carries.
Object stream_content(const StreamEvents& events) {
  Object topics;
  for (const auto& [name, type] : events) topics[name] = schema_of(type);
  Object out = content("text/event-stream", typed("string"));
  out["text/event-stream"].get_object()["x-events"] = std::move(topics);
  return out;
}

Object describe(const Operation& operation, const StreamEvents& events) {
  Object answer{{"description", operation.summary}};
  if (operation.answer) {
    answer["content"] = content("application/json", schema_of(*operation.answer));
  } else if (operation.is_stream) {
    answer["content"] = stream_content(events);
  }
  const Object failed{
      {"description", "what is wrong, and what to do"},
      {"content", content("application/problem+json", schema_of(json_type<ShownProblem>()))}};
  const std::string_view role = operation.role ? name_of(*operation.role) : "anybody";
  Object out{{"operationId", operation.id},
             {"summary", operation.summary},
             {"description", "Role: " + std::string(role)},
             {"security", security_of(operation)},
             {"parameters", parameters_of(operation)},
             {"responses",
              Object{{std::to_string(operation.status), std::move(answer)}, {"default", failed}}}};
  if (operation.body) {
    out["requestBody"] = Object{
        {"required", true}, {"content", content("application/json", schema_of(*operation.body))}};
  }
  return out;
}

Object paths(const StreamEvents& events) {
  Object out;
  for (const Operation& one : operations()) {
    if (one.is_local) continue;
    json::value& methods = out[one.path];
    if (methods.is_null()) methods = Object{};
    methods.get_object()[to_lower(one.method)] = describe(one, events);
  }
  return out;
}

/// Every shape that some operation takes, answers or streams.
Object schemas(const StreamEvents& events) {
  Object out;
  for (const Operation& one : operations()) {
    if (one.is_local) continue;
    if (one.body) add_named(*one.body, out);
    if (one.answer) add_named(*one.answer, out);
  }
  for (const auto& [name, type] : events) add_named(type, out);
  add_named(json_type<ShownProblem>(), out);
  return out;
}

}  // namespace

Object openapi_description(const std::vector<LiveTopic>& of_jobs) {
  const StreamEvents events = stream_events(of_jobs);
  return {{"openapi", "3.1.0"},
          {"info", Object{{"title", "Deskwire"}, {"version", DW_VERSION}}},
          {"paths", paths(events)},
          {"components",
           Object{{"schemas", schemas(events)}, {"securitySchemes", security_schemes()}}}};
}

}  // namespace dw
