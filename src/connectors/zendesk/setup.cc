#include "connectors/zendesk/setup.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "connectors/zendesk/wire.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr const char* where = "zendesk setup";
constexpr const char* webhook_name = "Deskwire";
constexpr const char* trigger_title = "Deskwire: tell of every change";
constexpr size_t pages_max = 50;

json::object wanted_webhook(const std::string& url) {
  return {{"name", webhook_name},  {"endpoint", url},
          {"http_method", "POST"}, {"request_format", "json"},
          {"status", "active"},    {"subscriptions", json::array{"conditional_ticket_events"}}};
}

/// The body names the ticket and nothing else: placeholders are filled in without escaping.
json::object wanted_trigger(const std::string& hook_id) {
  const auto is = [](const char* value) {
    return json::object{{"field", "update_type"}, {"operator", "is"}, {"value", value}};
  };
  return {{"title", trigger_title},
          {"description", "Made by `deskwire setup zendesk`."},
          {"active", true},
          {"conditions",
           json::object{{"all", json::array{}}, {"any", json::array{is("Create"), is("Change")}}}},
          {"actions",
           json::array{json::object{{"field", "notification_webhook"},
                                    {"value", json::array{json::string(hook_id),
                                                          R"({"ticket_id":"{{ticket.id}}"})"}}}}}};
}

/// Whether all that is wanted is there; Zendesk adds members of its own.
bool has_all(const json::object& wanted, const json::object& there) {
  for (const auto& member : wanted) {
    const json::value* found = there.if_contains(member.key());
    if (found == nullptr || *found != member.value()) return false;
  }
  return true;
}

}  // namespace

ZendeskSetup::ZendeskSetup(ZendeskClient& client, std::string hook_url, bool is_dry_run)
    : client_(client), hook_url_(std::move(hook_url)), is_dry_run_(is_dry_run) {}

std::string ZendeskSetup::done_word(const char* done, const char* would) const {
  return is_dry_run_ ? would : done;
}

Task<Result<json::value>> ZendeskSetup::call(zendesk::Request request, Monotonic until) {
  const std::string what = request.method + " " + request.path;
  DW_CO_TRY(const HttpAnswer answer, co_await client_.call(std::move(request), until));
  if (answer.status == 204) co_return json::value(json::object{});
  if (answer.status == 200 || answer.status == 201) {
    Result<json::value> parsed = parse_json(answer.body);
    if (parsed.ok()) co_return std::move(*parsed);
  }
  const Outcome failed = zendesk::outcome_of_failure(answer, client_.clock().now());
  const bool is_denied = answer.status == 401 || answer.status == 403;
  co_return Error{
      is_denied ? ErrorKind::denied : ErrorKind::conflict, where,
      fmt::format("{}: {}{}", what, failed.why, is_denied ? "; sign in as an admin" : ""),
      failed.when};
}

Task<Result<ZendeskSetup::Found>> ZendeskSetup::find(std::string kind, std::string name_key,
                                                     std::string name, Monotonic until) {
  std::string cursor;
  for (size_t page = 0; page < pages_max; ++page) {
    zendesk::Request request{.path = fmt::format("/{}?page%5Bsize%5D=100", kind), .body = {}};
    if (!cursor.empty()) request.path += "&page%5Bafter%5D=" + encode_url_part(cursor);
    DW_CO_TRY(const json::value body, co_await call(std::move(request), until));
    for (const JsonView& one : JsonView(body)[kind].elements()) {
      if (one[name_key].text() != name) continue;
      co_return Found{zendesk::id_text(one["id"]), one.raw()->get_object()};
    }
    cursor = zendesk::next_cursor_in(body);
    if (cursor.empty()) break;
  }
  co_return Found{};
}

Task<Result<SetupStep>> ZendeskSetup::make_webhook(Found& hook, Monotonic until) {
  const json::object wanted = wanted_webhook(hook_url_);
  if (!hook.id.empty() && has_all(wanted, hook.fields)) {
    co_return SetupStep{"webhook", "unchanged", hook.id + " calls " + hook_url_};
  }
  const std::string body = to_text(json::object{{"webhook", wanted}});
  if (!hook.id.empty()) {
    zendesk::Request change{.method = "PATCH", .path = "/webhooks/" + hook.id, .body = body};
    if (!is_dry_run_) DW_CO_CHECK(co_await call(std::move(change), until));
    co_return SetupStep{"webhook", done_word("changed", "would be changed"),
                        hook.id + " calls " + hook_url_};
  }
  if (!is_dry_run_) {
    zendesk::Request fresh{.method = "POST", .path = "/webhooks", .body = body};
    DW_CO_TRY(const json::value made, co_await call(std::move(fresh), until));
    hook.id = zendesk::id_text(JsonView(made)["webhook"]["id"]);
    if (hook.id.empty()) co_return Error{ErrorKind::conflict, where, "the webhook got no id"};
  }
  co_return SetupStep{"webhook", done_word("made", "would be made"),
                      hook.id + (hook.id.empty() ? "" : " ") + "calls " + hook_url_};
}

Task<Result<SetupStep>> ZendeskSetup::make_trigger(std::string hook_id, Monotonic until) {
  DW_CO_TRY(const Found trigger, co_await find("triggers", "title", trigger_title, until));
  const json::object wanted = wanted_trigger(hook_id);
  if (!trigger.id.empty() && has_all(wanted, trigger.fields)) {
    co_return SetupStep{"trigger", "unchanged", trigger.id};
  }
  const bool is_there = !trigger.id.empty();
  zendesk::Request request{
      .method = is_there ? "PUT" : "POST",
      .path = is_there ? "/triggers/" + trigger.id + ".json" : std::string("/triggers.json"),
      .body = to_text(json::object{{"trigger", wanted}})};
  std::string id = trigger.id;
  if (!is_dry_run_) {
    DW_CO_TRY(const json::value made, co_await call(std::move(request), until));
    id = zendesk::id_text(JsonView(made)["trigger"]["id"]);
  }
  co_return SetupStep{
      "trigger",
      is_there ? done_word("changed", "would be changed") : done_word("made", "would be made"), id};
}

Task<Result<SetupStep>> ZendeskSetup::tell_secret(std::string hook_id, Monotonic until) {
  zendesk::Request request{.path = "/webhooks/" + hook_id + "/signing_secret", .body = {}};
  DW_CO_TRY(const json::value body, co_await call(std::move(request), until));
  const std::string secret = JsonView(body)["signing_secret"]["secret"].text().value_or("");
  for (const Secret& configured : client_.settings().webhook_secrets) {
    if (!secret.empty() && equal_constant_time(configured.reveal(), secret)) {
      co_return SetupStep{"webhook_secret", "unchanged", "is in the configuration"};
    }
  }
  // This is the one place that shows a secret: a person asked for it, and has to copy it.
  co_return SetupStep{"webhook_secret", "to be set",
                      "set zendesk.webhook_secret to this and restart: " + secret};
}

Task<Result<std::vector<SetupStep>>> ZendeskSetup::make(Millis timeout) {
  const Monotonic until = client_.clock().monotonic() + timeout;
  std::vector<SetupStep> steps;
  DW_CO_TRY(Found hook, co_await find("webhooks", "name", webhook_name, until));
  DW_CO_TRY(SetupStep first, co_await make_webhook(hook, until));
  steps.push_back(std::move(first));
  DW_CO_TRY(SetupStep second, co_await make_trigger(hook.id, until));
  steps.push_back(std::move(second));
  if (!hook.id.empty()) {
    DW_CO_TRY(SetupStep third, co_await tell_secret(hook.id, until));
    steps.push_back(std::move(third));
  }
  co_return steps;
}

Task<Result<SetupStep>> ZendeskSetup::remove(std::string kind, std::string thing, Found found,
                                             Monotonic until) {
  if (found.id.empty()) co_return SetupStep{thing, "not there", ""};
  zendesk::Request request{
      .method = "DELETE", .path = fmt::format("/{}/{}", kind, found.id), .body = {}};
  if (!is_dry_run_) DW_CO_CHECK(co_await call(std::move(request), until));
  co_return SetupStep{thing, done_word("removed", "would be removed"), found.id};
}

Task<Result<std::vector<SetupStep>>> ZendeskSetup::undo(Millis timeout) {
  const Monotonic until = client_.clock().monotonic() + timeout;
  std::vector<SetupStep> steps;
  // The trigger first: Zendesk keeps a webhook that a trigger still calls.
  DW_CO_TRY(Found trigger, co_await find("triggers", "title", trigger_title, until));
  DW_CO_TRY(SetupStep first, co_await remove("triggers", "trigger", std::move(trigger), until));
  steps.push_back(std::move(first));
  DW_CO_TRY(Found hook, co_await find("webhooks", "name", webhook_name, until));
  DW_CO_TRY(SetupStep second, co_await remove("webhooks", "webhook", std::move(hook), until));
  steps.push_back(std::move(second));
  co_return steps;
}

}  // namespace dw
