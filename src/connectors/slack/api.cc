#include "connectors/slack/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/slack/limits.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr std::string_view prefix = "slack ";
/// Where Slack does not say for how long.
constexpr Millis limited_pause{30'000};
/// A call waits for its turn no longer than this; then its delivery makes room for others.
constexpr Millis timeout_max{5'000};

struct Meaning {
  std::string_view word;
  ErrorKind kind;
  std::string_view fix;  ///< what to do, for a person
};

constexpr std::string_view new_token = "copy the bot token of the installed app again";
constexpr std::string_view reinstall = "reinstall the app with packaging/slack-app-manifest.yaml";

/// Words that are not here are refusals for good.
constexpr std::array<Meaning, 34> meanings = {{
    {"ratelimited", ErrorKind::busy, ""},
    {"rate_limited", ErrorKind::busy, ""},
    {"service_unavailable", ErrorKind::busy, ""},
    {"team_added_to_org", ErrorKind::busy, ""},
    {"request_timeout", ErrorKind::unsure, ""},
    {"internal_error", ErrorKind::unsure, ""},
    {"fatal_error", ErrorKind::unsure, ""},
    {"invalid_auth", ErrorKind::denied, new_token},
    {"not_authed", ErrorKind::denied, new_token},
    {"token_revoked", ErrorKind::denied, new_token},
    {"token_expired", ErrorKind::denied, new_token},
    {"account_inactive", ErrorKind::denied, new_token},
    {"user_removed_from_team", ErrorKind::denied, new_token},
    {"team_disabled", ErrorKind::denied, "the workspace is disabled"},
    {"org_login_required", ErrorKind::denied, "the workspace is being migrated"},
    {"access_denied", ErrorKind::denied, "ask a workspace administrator"},
    {"restricted_action", ErrorKind::denied, "a workspace administrator must allow it"},
    {"ekm_access_denied", ErrorKind::denied, "an administrator has suspended access"},
    {"missing_scope", ErrorKind::denied, reinstall},
    {"not_allowed_token_type", ErrorKind::denied, "bot_token begins with xoxb-"},
    {"no_permission", ErrorKind::denied, reinstall},
    {"not_in_channel", ErrorKind::denied, "invite the app to the channel: /invite @Deskwire"},
    {"channel_not_found", ErrorKind::missing,
     "check the channel id, and that the app is in the channel"},
    {"user_not_found", ErrorKind::missing, ""},
    {"users_not_found", ErrorKind::missing, ""},
    {"message_not_found", ErrorKind::missing, ""},
    {"thread_not_found", ErrorKind::missing, ""},
    {"file_not_found", ErrorKind::missing, ""},
    {"file_deleted", ErrorKind::missing, ""},
    {"no_reaction", ErrorKind::conflict, ""},
    {"already_reacted", ErrorKind::conflict, ""},
    {"is_archived", ErrorKind::invalid, "the channel is archived"},
    {"msg_too_long", ErrorKind::invalid, ""},
    {"method_not_supported_for_channel_type", ErrorKind::invalid, ""},
}};

std::string text_at(const json::value& value, std::string_view key) {
  return JsonView(value)[key].text().value_or("");
}

Error error_of_word(const json::value& body, std::string_view method) {
  const std::string word(cut_bytes(text_at(body, "error"), 200));
  const auto* const found = std::find_if(meanings.begin(), meanings.end(),
                                         [&word](const Meaning& one) { return one.word == word; });
  Error error{ErrorKind::invalid, fmt::format("{}{}: {}", prefix, method, word), word};
  if (found == meanings.end()) return error;
  error.kind = found->kind;
  if (!found->fix.empty()) error.what += fmt::format("; {}", found->fix);
  const std::string needed(cut_bytes(text_at(body, "needed"), 200));
  if (word == "missing_scope" && !needed.empty()) error.what += " (needed: " + needed + ")";
  return error;
}

Error error_of_status(const HttpAnswer& answer, std::string_view where, TimePoint now) {
  const std::string what = fmt::format("HTTP {} from Slack", answer.status);
  // Slack says of an HTTP 5xx that some of the request may have happened.
  const ErrorKind kind = answer.status >= 500 ? ErrorKind::unsure : ErrorKind::busy;
  Error error{kind, std::string(where), what, answer.retry_after(now)};
  if (answer.status == 429 && !error.when) error.when = limited_pause;
  if (answer.status >= 300 && answer.status < 500 && answer.status != 429) {
    error.what += "; check slack.api_url";
  }
  return error;
}

}  // namespace

std::string_view error_code(const Error& error) {
  const std::string_view where = error.where;
  if (!where.starts_with(prefix)) return {};
  const size_t colon = where.find(": ");
  return colon == std::string_view::npos ? std::string_view() : where.substr(colon + 2);
}

Result<SlackAnswer> decode_slack_answer(const HttpAnswer& answer, std::string_view method,
                                        TimePoint now) {
  const std::string where = fmt::format("{}{}", prefix, method);
  if (answer.status != 200) return error_of_status(answer, where, now);
  Result<json::value> body = parse_json(answer.body);
  const std::optional<bool> is_ok = body.ok() ? JsonView(*body)["ok"].boolean() : std::nullopt;
  if (!is_ok) return Error{ErrorKind::unsure, where, "unexpected response from Slack"};
  if (!*is_ok) {
    Error error = error_of_word(*body, method);
    if (error.kind == ErrorKind::busy) {
      error.when = answer.retry_after(now).value_or(limited_pause);
    }
    return error;
  }
  SlackAnswer out{std::move(*body), {}};
  for (const std::string_view scope : split(answer.header("x-oauth-scopes"), ',')) {
    if (!trim(scope).empty()) out.scopes.emplace_back(trim(scope));
  }
  return out;
}

SlackApi::SlackApi(HttpClient& http, Loop& loop, Clock& clock, Rates& rates, SlackSettings settings)
    : http_(http), loop_(loop), clock_(clock), rates_(rates), settings_(std::move(settings)) {}

Task<Result<SlackAnswer>> SlackApi::call(SlackCall call, Attempt attempt) {
  const Millis left = attempt.left(clock_);
  const std::string where = fmt::format("{}{}", prefix, call.method);
  if (left <= Millis(0))
    co_return Error{ErrorKind::busy, where, "the deadline passed before the request"};
  const Millis timeout = std::min(timeout_max, left / 2);
  std::vector<RateRule> rules = slack_rates(call.method, call.channel, call.is_patient);
  DW_CO_CHECK(co_await wait_for_slot(rates_, loop_, clock_, std::move(rules), timeout));
  std::string form;
  for (const auto& [name, value] : call.fields) {
    if (!form.empty()) form += '&';
    form += encode_url_part(name) + "=" + encode_url_part(value);
  }
  const Secret& token = call.is_app ? settings_.app_token : settings_.bot_token;
  HttpCall request{.method = "POST",
                   .url = settings_.api_url + call.method,
                   .headers = {{"Authorization", "Bearer " + token.reveal()},
                               {"Content-Type", "application/x-www-form-urlencoded"}},
                   .body = std::move(form)};
  const Result<HttpAnswer> answer =
      co_await http_.send(std::move(request), attempt.left(clock_), attempt.fence);
  if (!answer.ok()) {
    // Without the address: it may be long, and the method says it all.
    const ErrorKind kind = answer.error().kind;
    const std::string before = kind == ErrorKind::unsure ? "no response from Slack: " : "";
    co_return Error{kind, where, before + answer.error().what};
  }
  Result<SlackAnswer> decoded = decode_slack_answer(*answer, call.method, clock_.now());
  if (!decoded.ok() && decoded.error().when) {
    co_await rates_.pause(slack_rate_name(call.method, call.channel), *decoded.error().when);
  }
  if (decoded.ok() && heard_) heard_();
  co_return decoded;
}

Task<Result<SlackSelf>> SlackApi::self(Attempt attempt) {
  if (self_) co_return *self_;
  SlackCall ask{.method = "auth.test", .fields = {}};
  const Result<SlackAnswer> answer = co_await call(std::move(ask), attempt);
  if (!answer.ok()) co_return answer.error();
  self_ = SlackSelf{.user = text_at(answer->body, "user_id"),
                    .bot = text_at(answer->body, "bot_id"),
                    .app = "",
                    .team = text_at(answer->body, "team_id"),
                    .name = text_at(answer->body, "user")};
  co_return *self_;
}

SlackReading SlackApi::reading() const {
  return {self_.value_or(SlackSelf{}), settings_.allowed_bots};
}

bool SlackApi::has_host(std::string_view url) const {
  const std::optional<Url> asked = parse_url(url), own = parse_url(settings_.api_url);
  if (!asked || !own || asked->scheme != own->scheme || asked->port != own->port) return false;
  return asked->host == own->host || asked->host.ends_with("." + own->host);
}

}  // namespace dw
