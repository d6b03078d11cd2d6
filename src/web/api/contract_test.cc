#include "web/api/contract.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jobs/tally/live.h"
#include "jobs/volume/live.h"
#include "web/openapi.h"
#include "web/shapes.h"

namespace dw {
namespace {

bool has(const Operation& operation, const char* parameter) {
  return std::count(operation.query.begin(), operation.query.end(), parameter) > 0;
}

TEST(Contract, every_operation_has_one_id_and_one_place) {
  std::set<std::string> ids, places;
  for (const Operation& one : operations()) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_TRUE(places.insert(one.method + " " + pattern_of(one)).second) << one.path;
    EXPECT_TRUE(one.path.starts_with("/v1/")) << one.path;
    EXPECT_EQ(&operation(one.id), &one);
  }
  EXPECT_EQ(pattern_of(operation("addComment")), "/v1/tickets/{}/comments");
}

TEST(Contract, a_change_has_a_role_of_its_own_and_looking_takes_no_body) {
  for (const Operation& one : operations()) {
    const bool is_change = one.method != "GET";
    EXPECT_EQ(one.body.has_value(), is_change && one.id != "signOut") << one.id;
    EXPECT_TRUE(is_change || !one.is_idempotent) << one.id;
    const bool is_own = one.id == "signIn" || one.id == "signOut";
    EXPECT_TRUE(!is_change || is_own || *one.role >= Role::agent) << one.id;
    EXPECT_TRUE(one.role || one.path == "/v1/session") << one.id;
  }
}

TEST(Contract, a_list_that_has_a_limit_has_a_cursor_and_answers_pages) {
  for (const Operation& one : operations()) {
    EXPECT_EQ(has(one, "limit"), has(one, "cursor")) << one.id;
    if (!has(one, "limit")) continue;
    ASSERT_TRUE(one.answer && one.answer->shape) << one.id;
    EXPECT_EQ(one.answer->shape->members.front().name, "items") << one.id;
    EXPECT_EQ(one.answer->shape->members[1].name, "next_cursor") << one.id;
  }
}

/// Every "$ref" in a value.
void collect(const json::value& value, std::set<std::string>& refs) {
  if (value.is_array()) {
    for (const json::value& one : value.get_array()) collect(one, refs);
  }
  if (!value.is_object()) return;
  for (const auto& member : value.get_object()) {
    if (member.key() == "$ref") refs.emplace(member.value().as_string());
    collect(member.value(), refs);
  }
}

TEST(Contract, openapi_names_every_operation_and_every_shape_that_one_refers_to) {
  const json::object api = openapi_description({tally_topic("UTC"), volume_topic({})});
  for (const Operation& one : operations()) {
    if (one.is_local) {
      const json::value* path = api.at("paths").as_object().if_contains(one.path);
      EXPECT_TRUE(path == nullptr || !path->as_object().contains(to_lower(one.method))) << one.id;
      continue;
    }
    const json::value& described = api.at("paths").at(one.path).at(to_lower(one.method));
    EXPECT_EQ(described.at("operationId").as_string(), one.id);
    const std::string role = one.role ? std::string(name_of(*one.role)) : "anybody";
    EXPECT_EQ(described.at("description").as_string(), "Role: " + role);
  }
  std::set<std::string> refs;
  collect(api, refs);
  const json::object& schemas = api.at("components").at("schemas").as_object();
  constexpr std::string_view prefix = "#/components/schemas/";
  for (const std::string& ref : refs) {
    EXPECT_TRUE(schemas.contains(ref.substr(prefix.size()))) << ref;
  }
  EXPECT_TRUE(refs.contains("#/components/schemas/Ticket"));
}

TEST(Contract, a_live_ticket_is_a_ticket_without_its_description) {
  const ShapeContext context{.public_url = "http://d"};
  const Ticket ticket{.id = {4}, .title = "VPN", .description = "long"};
  json::object whole = shape_of(ticket, context);
  const json::object live = shape_of(LiveTicket{ticket}, context);
  EXPECT_FALSE(live.contains("description"));
  whole.erase("description");
  EXPECT_EQ(whole, live);
}

}  // namespace
}  // namespace dw
