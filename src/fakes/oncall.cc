#include "fakes/oncall.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "net/url.h"

namespace dw {
namespace {

std::optional<HttpStep> next_of(std::deque<HttpStep>& faults) {
  if (faults.empty()) return std::nullopt;
  HttpStep step = std::move(faults.front());
  faults.pop_front();
  return step;
}

HttpStep told(int status, json::object body) {
  return HttpStep::answer(status, to_text(body), {{"Content-Type", "application/json"}});
}

HttpStep pagerduty_error(int status, int code, const char* message) {
  return told(status, {{"error", json::object{{"message", message}, {"code", code}}}});
}

json::object reference(const char* type, const std::string& id, const std::string& summary) {
  return {{"id", id}, {"type", type}, {"summary", summary}, {"self", nullptr}};
}

size_t number_of(const std::string& text, size_t otherwise) {
  return number_in<size_t>(text).value_or(otherwise);
}

}  // namespace

HttpStep FakePagerduty::answer(const HttpScript::Seen& request) {
  if (auto fault = next_of(faults_)) return std::move(*fault);
  if (request.header("authorization") != "Token token=" + token) {
    return HttpStep::answer(401, "HTTP Token: Access denied.\n");
  }
  const size_t mark = request.path.find('?');
  const std::string path = request.path.substr(0, mark);
  const std::string query = mark == std::string::npos ? "" : request.path.substr(mark + 1);
  if (request.method == "GET" && path == "/oncalls") return oncalls(query);
  for (const Shift& shift : shifts) {
    if (request.method == "GET" && path == "/users/" + shift.user_id) {
      json::object user = reference("user", shift.user_id, shift.user_name);
      user["name"] = shift.user_name;
      user["email"] = shift.email;
      return told(200, {{"user", std::move(user)}});
    }
  }
  return pagerduty_error(404, 2100, "Not Found");
}

HttpStep FakePagerduty::oncalls(const std::string& query) const {
  std::vector<std::string> policies;
  bool has_users = false;
  size_t limit = 25, offset = 0;
  for (const auto& [key, value] : decode_form(query)) {
    if (key == "escalation_policy_ids[]") policies.push_back(value);
    if (key == "include[]" && value == "users") has_users = true;
    if (key == "limit") limit = number_of(value, limit);
    if (key == "offset") offset = number_of(value, offset);
  }
  if (limit < 1 || limit > 100) return pagerduty_error(400, 2001, "Invalid Input Provided");
  json::array page;
  size_t place = 0;
  bool has_more = false;
  for (const Shift& shift : shifts) {
    const bool fits = policies.empty() ||
                      std::find(policies.begin(), policies.end(), shift.policy) != policies.end();
    if (!fits || place++ < offset) continue;
    if (page.size() >= limit) {
      has_more = true;
      break;
    }
    json::object user =
        reference(has_users ? "user" : "user_reference", shift.user_id, shift.user_name);
    if (has_users) {
      user["name"] = shift.user_name;
      user["email"] = shift.email;
    }
    json::object entry{
        {"escalation_policy", reference("escalation_policy_reference", shift.policy, "Support")},
        {"escalation_level", shift.level},
        {"schedule", nullptr},
        {"user", std::move(user)},
        {"start", nullptr},
        {"end", nullptr}};
    if (!shift.schedule.empty()) {
      entry["schedule"] = reference("schedule_reference", shift.schedule, "Primary");
      entry["start"] = "2026-11-20T08:00:00Z";
      entry["end"] = "2026-11-27T08:00:00Z";
    }
    page.push_back(std::move(entry));
  }
  return told(200, {{"oncalls", std::move(page)},
                    {"limit", limit},
                    {"offset", offset},
                    {"more", has_more},
                    {"total", nullptr}});
}

HttpStep FakeOpsgenie::answer(const HttpScript::Seen& request) {
  if (auto fault = next_of(faults_)) return std::move(*fault);
  if (request.header("authorization") != "GenieKey " + key) {
    return told(403, {{"message", "You are not authorized"}, {"took", 0.01}});
  }
  const std::string path = request.path.substr(0, request.path.find('?'));
  const bool is_by_name = request.path.find("scheduleIdentifierType=name") != std::string::npos;
  if (path != "/v2/schedules/" + encode_url_part(schedule) + "/on-calls" || !is_by_name) {
    return told(404, {{"message", "No schedule exists with that name"}, {"took", 0.01}});
  }
  return told(200, {{"data", json::object{{"_parent", json::object{{"name", schedule}}},
                                          {"onCallRecipients",
                                           json::array(recipients.begin(), recipients.end())}}},
                    {"took", 0.1},
                    {"requestId", "r-1"}});
}

}  // namespace dw
