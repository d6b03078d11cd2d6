// Search, exports, webhooks and triggers of the fake Zendesk.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "fakes/zendesk.h"
#include "fakes/zendesk_answers.h"

namespace dw {
namespace {

using namespace fake_zendesk;

bool has_tag(const json::object& ticket, std::string_view tag) {
  for (const json::value& one : ticket.at("tags").as_array()) {
    if (one.is_string() && std::string_view(one.get_string()) == tag) return true;
  }
  return false;
}

/// "created>=2026-11-21T01:00:00Z" against the ticket; times of one form compare as text.
bool fits_time(const json::object& ticket, std::string_view word, std::string_view field) {
  std::string_view rest = word.substr(field.size());
  if (rest.starts_with("_at")) rest.remove_prefix(3);
  const std::string at = text_in(ticket, std::string(field) + "_at");
  if (rest.starts_with(">=")) return at >= rest.substr(2);
  if (rest.starts_with("<=")) return at <= rest.substr(2);
  if (rest.starts_with(">")) return at > rest.substr(1);
  if (rest.starts_with("<")) return at < rest.substr(1);
  return rest.starts_with(":") && at.starts_with(rest.substr(1));
}

bool fits(const json::object& ticket, std::string_view word) {
  if (word.empty() || word == "type:ticket") return true;
  if (word.starts_with("created")) return fits_time(ticket, word, "created");
  if (word.starts_with("updated")) return fits_time(ticket, word, "updated");
  if (word.starts_with("tags:")) return has_tag(ticket, word.substr(5));
  if (word.starts_with("-tags:")) return !has_tag(ticket, word.substr(6));
  if (word.starts_with("status:")) return text_in(ticket, "status") == word.substr(7);
  if (word.starts_with("external_id:")) return text_in(ticket, "external_id") == word.substr(12);
  return to_lower(text_in(ticket, "subject")).find(to_lower(word)) != std::string::npos;
}

std::string given(const std::map<std::string, std::string>& query, const char* key) {
  const auto found = query.find(key);
  return found == query.end() ? "" : found->second;
}

}  // namespace

std::vector<const FakeZendesk::Ticket*> FakeZendesk::found(const std::string& query) const {
  std::vector<const Ticket*> out;
  for (const auto& [id, ticket] : tickets_) {
    bool is_hit = true;
    for (const std::string_view word : split(query, ' ')) {
      is_hit = is_hit && fits(ticket.fields, word);
    }
    if (is_hit) out.push_back(&ticket);
  }
  std::reverse(out.begin(), out.end());  // newest first
  return out;
}

HttpStep FakeZendesk::search(const Call& call) {
  const std::vector<const Ticket*> hits = found(given(call.query, "query"));
  const auto count = static_cast<int64_t>(hits.size());
  if (call.path == "/search/count") return success(200, {{"count", count}});
  const auto result = [](const Ticket& ticket) {
    json::object out = ticket.fields;
    out["result_type"] = "ticket";
    return out;
  };
  if (call.path == "/search/export") {
    if (given(call.query, "filter[type]") != "ticket") {
      return failure(400, "InvalidFilter", "filter[type] is mandatory");
    }
    const auto size = static_cast<size_t>(
        std::clamp<int64_t>(number_of(given(call.query, "page[size]")), 1, 1000));
    const auto from = static_cast<size_t>(number_of(given(call.query, "page[after]")));
    json::array page;
    size_t at = from;
    for (; at < hits.size() && page.size() < size; ++at) page.push_back(result(*hits[at]));
    return success(200, {{"results", std::move(page)},
                         {"facets", nullptr},
                         {"meta", json::object{{"has_more", at < hits.size()},
                                               {"after_cursor", std::to_string(at)}}},
                         {"links", json::object{{"prev", nullptr}, {"next", nullptr}}}});
  }
  if (call.query.count("page[size]") > 0) {
    return HttpStep::answer(400, R"({"error":{"title":"Invalid attribute","message":"page"}})");
  }
  json::array page;
  for (const Ticket* ticket : hits) {
    if (page.size() < 100) page.push_back(result(*ticket));
  }
  return success(200, {{"results", std::move(page)}, {"count", count}, {"next_page", nullptr}});
}

HttpStep FakeZendesk::export_tickets(const Call& call) {
  if (call.path != "/incremental/tickets/cursor") {
    return failure(404, "RecordNotFound", "Not found");
  }
  if (text_in(users_.at(call.user), "role") != "admin") {
    return failure(403, "Forbidden", "You do not have access to this page");
  }
  if (++exports_in_minute_ > options.exports_per_minute_max) return too_many();
  const std::string cursor = given(call.query, "cursor");
  int64_t after = 0;
  TimePoint since{};
  if (!cursor.empty()) {
    if (!cursor.starts_with("c-")) return failure(400, "InvalidCursor", "cursor is invalid");
    after = number_of(std::string_view(cursor).substr(2));
  } else {
    since = TimePoint(std::chrono::seconds(number_of(given(call.query, "start_time"))));
    if (since > now_() - Millis(60'000)) {
      return failure(400, "StartTimeTooRecent",
                     "Too recent start_time. Use a start_time older "
                     "than 60 seconds");
    }
  }
  std::vector<const Ticket*> changed;
  for (const auto& [id, ticket] : tickets_) {
    // An empty page's cursor is behind what was before its start, too.
    if (cursor.empty() && ticket.changed_at < since) after = std::max(after, ticket.change);
  }
  for (const auto& [id, ticket] : tickets_) {
    const bool is_ripe = ticket.changed_at <= now_() - options.export_lag;
    if (ticket.change > after && ticket.changed_at >= since && is_ripe) changed.push_back(&ticket);
  }
  std::sort(changed.begin(), changed.end(),
            [](const Ticket* a, const Ticket* b) { return a->change < b->change; });
  const bool is_end = changed.size() <= options.export_page_max;
  changed.resize(std::min(changed.size(), options.export_page_max));
  json::array page;
  for (const Ticket* ticket : changed) {
    page.push_back(ticket->fields);
    after = ticket->change;
  }
  return success(200, {{"tickets", std::move(page)},
                       {"after_url", nullptr},
                       {"after_cursor", fmt::format("c-{}", after)},
                       {"before_cursor", nullptr},
                       {"end_of_stream", is_end}});
}

HttpStep FakeZendesk::webhooks(const Call& call) {
  const int64_t id = call.parts.size() > 1 ? number_of(call.parts[1]) : 0;
  const auto one = webhooks_.find(id);
  if (call.is("POST", 1, "webhooks")) {
    json::object hook = object_in(call.body, "webhook");
    if (!text_in(hook, "endpoint").starts_with("http")) {
      return failure(400, "InvalidEndpoint", "endpoint is invalid");
    }
    const int64_t fresh = ++last_id_;
    hook["id"] = std::to_string(fresh);
    hook["signing_secret"] =
        json::object{{"algorithm", "SHA256"}, {"secret", to_base64("secret-" + random_uuid())}};
    webhooks_[fresh] = hook;
    hook.erase("signing_secret");
    return success(201, {{"webhook", std::move(hook)}});
  }
  if (call.is("GET", 1, "webhooks")) {
    std::vector<json::object> all;
    for (const auto& [number, hook] : webhooks_) {
      all.push_back(hook);
      all.back().erase("signing_secret");
    }
    return list(all, "webhooks", call);
  }
  if (one == webhooks_.end()) return failure(404, "RecordNotFound", "Not found");
  if (call.request->method == "GET" && call.parts.size() == 3) {
    return success(200, {{"signing_secret", one->second["signing_secret"]}});
  }
  if (call.is("PATCH", 2, "webhooks")) {
    for (const auto& member : object_in(call.body, "webhook")) {
      one->second[member.key()] = member.value();
    }
    return HttpStep::answer(204, "");
  }
  if (call.is("DELETE", 2, "webhooks")) {
    webhooks_.erase(one);
    return HttpStep::answer(204, "");
  }
  return failure(404, "RecordNotFound", "Not found");
}

HttpStep FakeZendesk::triggers(const Call& call) {
  const int64_t id = call.parts.size() > 1 ? number_of(call.parts[1]) : 0;
  const auto one = triggers_.find(id);
  if (call.is("GET", 1, "triggers")) {
    std::vector<json::object> all;
    for (const auto& [number, trigger] : triggers_) all.push_back(trigger);
    return list(all, "triggers", call);
  }
  json::object sent = object_in(call.body, "trigger");
  if (call.is("POST", 1, "triggers")) {
    const int64_t fresh = ++last_id_;
    sent["id"] = fresh;
    if (!sent.contains("active")) sent["active"] = true;
    triggers_[fresh] = sent;
    return success(201, {{"trigger", std::move(sent)}});
  }
  if (one == triggers_.end()) return failure(404, "RecordNotFound", "Not found");
  if (call.is("PUT", 2, "triggers")) {
    for (const auto& member : sent) one->second[member.key()] = member.value();
    return success(200, {{"trigger", one->second}});
  }
  if (call.is("DELETE", 2, "triggers")) {
    triggers_.erase(one);
    return HttpStep::answer(204, "");
  }
  return failure(404, "RecordNotFound", "Not found");
}

void FakeZendesk::invoke(int64_t ticket) {
  if (!options.is_telling) return;
  for (const auto& [number, trigger] : triggers_) {
    if (trigger.at("active") != json::value(true)) continue;
    for (const json::value& action : trigger.at("actions").as_array()) {
      if (text_in(action, "field") != "notification_webhook") continue;
      const json::array& value = action.at("value").as_array();
      const auto hook = webhooks_.find(number_of(std::string_view(value.at(0).as_string())));
      if (hook == webhooks_.end()) continue;
      const std::string body = replace_all(std::string_view(value.at(1).as_string()),
                                           "{{ticket.id}}", std::to_string(ticket));
      const std::string at = now_text();
      const std::string secret = text_in(hook->second.at("signing_secret"), "secret");
      const Sha256 mac = hmac_sha256(secret, at + body);
      invocations_.push_back(
          {.url = text_in(hook->second, "endpoint"),
           .body = body,
           .headers = {{"Content-Type", "application/json"},
                       {"X-Zendesk-Webhook-Id", std::to_string(hook->first)},
                       {"X-Zendesk-Webhook-Invocation-Id", random_uuid()},
                       {"X-Zendesk-Webhook-Signature-Timestamp", at},
                       {"X-Zendesk-Webhook-Signature", to_base64(bytes_of(mac))}}});
    }
  }
  constexpr size_t invocations_max = 1000;
  if (invocations_.size() > invocations_max) invocations_.erase(invocations_.begin());
}

}  // namespace dw
