#include "jobs/intake/body.h"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>

#include "base/json.h"
#include "base/text.h"

namespace dw {
namespace {

std::string with_template(const std::string& written, const Ticket& ticket,
                          const std::string& received_at, const std::string& url) {
  namespace km = kainjow;
  km::mustache::data fields;
  const auto put = [&fields](const std::string& name, const std::string& value) {
    fields.set(name, value);
    fields.set(name + "_json", to_text(json::string(value)));
  };
  put("version", "1");
  put("ticket", std::to_string(ticket.id.value));
  put("title", ticket.title);
  put("priority", std::string(name_of(ticket.priority)));
  put("description", ticket.description);
  put("source", ticket.source);
  put("tags", join(ticket.tags, ","));
  put("received_at", received_at);
  put("url", url);
  km::mustache::data requester;
  requester.set("name", ticket.requester.name);
  requester.set("email", ticket.requester.email);
  requester.set("id", ticket.requester.id);
  requester.set("name_json", to_text(json::string(ticket.requester.name)));
  fields.set("requester", requester);
  km::mustache::mustache form(written);
  // The body is no HTML.
  form.set_custom_escape([](const std::string& text) { return text; });
  return form.render(fields);
}

}  // namespace

std::string render_body(const std::string& mustache, const Ticket& ticket, TimePoint received_at,
                        const std::string& public_url) {
  const std::string at = to_rfc3339(received_at);
  const std::string url = fmt::format("{}/tickets/{}", public_url, ticket.id.value);
  if (!mustache.empty()) return with_template(mustache, ticket, at, url);
  return to_text(
      json::object{{"version", 1},
                   {"ticket", ticket.id.value},
                   {"title", ticket.title},
                   {"priority", json::string(name_of(ticket.priority))},
                   {"description", ticket.description},
                   {"requester", json::object{{"name", text_or_null(ticket.requester.name)},
                                              {"email", text_or_null(ticket.requester.email)},
                                              {"id", text_or_null(ticket.requester.id)}}},
                   {"source", ticket.source},
                   {"tags", json::array(ticket.tags.begin(), ticket.tags.end())},
                   {"received_at", at},
                   {"url", url}});
}

}  // namespace dw
