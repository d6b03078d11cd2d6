#include "config/oncall_section.h"

#include "base/outside_text.h"
#include "config/sections.h"

namespace dw {
namespace {

using S = OncallSettings;

void read_person(S& out, const Node& node, const SourceLocation& place) {
  const Node::Table* table = node.table();
  if (table == nullptr) return place.add("must be tables { name = …, email = …, slack = … }");
  RosterPerson person;
  for (const auto& [key, value] : *table) {
    const SourceLocation inside{value.line, place.key + "." + key, place.problems};
    std::string* member = key == "name"    ? &person.name
                          : key == "email" ? &person.email
                          : key == "slack" ? &person.slack
                                           : nullptr;
    if (member == nullptr) {
      inside.add(unknown_key(key, {"name", "email", "slack"}));
    } else if (const auto text = read_text(value, inside)) {
      *member = key == "email" ? cleaned(*text, Cleaning::word) : *text;
    }
  }
  if (person.name.empty()) return place.add("a person has no name");
  out.people.push_back(std::move(person));
}

Field<S> people_field() {
  Field<S> field;
  field.key = "people";
  field.doc = "for \"static\": the people of the rota; the first is primary, the next secondary";
  field.allowed = "a list of { name = …, email = …, slack = … }";
  const json::object text{{"type", "string"}};
  const json::object person{
      {"type", "object"},
      {"properties", json::object{{"name", text}, {"email", text}, {"slack", text}}},
      {"required", json::array{"name"}},
      {"additionalProperties", false}};
  field.schema = {{"type", "array"}, {"items", person}};
  field.needs_restart = true;
  field.read = [](S& out, const Node& node, const SourceLocation& place) {
    if (node.list() == nullptr) return place.add("must be a list");
    for (const Node& one : *node.list()) read_person(out, one, place);
  };
  field.print = [](const S& from) {
    std::string out;
    for (const RosterPerson& one : from.people) {
      out += fmt::format("{}{{ name = {}, email = {}, slack = {} }}", out.empty() ? "" : ", ",
                         dw::quoted(one.name), dw::quoted(one.email), dw::quoted(one.slack));
    }
    return "[" + out + "]";
  };
  return field;
}

constexpr const char* pagerduty_url = "https://api.pagerduty.com";
constexpr const char* opsgenie_url = "https://api.opsgenie.com";

}  // namespace

void complete_oncall(OncallSettings& settings, int line, Problems& problems) {
  const std::string key = "oncall." + settings.name;
  if (settings.provider == OncallProvider::fixed) {
    if (settings.people.empty()) problems.add(line, key + ".people", "is missing");
    return;
  }
  if (settings.token.empty()) problems.add_missing_secret(line, key + ".token", "is missing");
  if (settings.policy.empty()) problems.add(line, key + ".policy", "is missing");
  while (settings.api_url.ends_with('/')) settings.api_url.pop_back();
  if (!settings.api_url.empty()) return;
  settings.api_url = settings.provider == OncallProvider::pagerduty ? pagerduty_url : opsgenie_url;
}

const Section<OncallSettings>& oncall_section() {
  static const Section<S> section{
      "oncall",
      "[oncall.NAME]",
      "Who is on call, for a `[[bridge]]` that names it.",
      {restart(choice_field("provider", &S::provider, {"pagerduty", "opsgenie", "static"},
                            "the provider")),
       restart(secret_field("token", &S::token,
                            "PagerDuty's REST API key (read-only is enough), or Opsgenie's API "
                            "key")),
       restart(text_field("policy", &S::policy,
                          "PagerDuty: the escalation policy's id, level 1 is primary and level 2 "
                          "secondary; Opsgenie: the schedule's name or id")),
       restart(text_field("api_url", &S::api_url,
                          "Default: https://api.pagerduty.com, or https://api.opsgenie.com; the "
                          "EU has https://api.eu.pagerduty.com and https://api.eu.opsgenie.com",
                          check_http_url, "an http(s) address")),
       people_field(),
       restart(text_field("rotate", &S::rotate,
                          "for \"static\": when the next shift starts, in hours.timezone", {},
                          "a schedule")),
       restart(bool_field("notify", &S::has_notify, "mention them in the thread")),
       restart(
           bool_field("assign", &S::has_assign,
                      "make the primary the ticket's assignee where the desk knows the address"))}};
  return section;
}

}  // namespace dw
