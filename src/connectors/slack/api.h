// Slack's Web API: one call, one answer, within its limits. Every call is a form, nested values as
// JSON in it, the token in the header (docs.slack.dev, "Using the Slack Web API", read 2026-11).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/slack/config.h"
#include "connectors/slack/wire.h"
#include "net/http_client.h"
#include "ports/rates.h"

namespace dw {

using SlackFields = std::vector<std::pair<std::string, std::string>>;

struct SlackCall {
  std::string method;  ///< "chat.postMessage"
  SlackFields fields;
  std::string channel{};    ///< where it shows something, for the limits
  bool is_app = false;      ///< with the app-level token
  bool is_patient = false;  ///< comes behind all calls of its method that are not
};

struct SlackAnswer {
  json::value body;
  std::vector<std::string> scopes;  ///< that the token has, if Slack said
};

/// What an HTTP answer means. `{"ok":true,…}` is a value, everything else an error:
///   busy         429, "ratelimited"; `when` says how long, if Slack said
///   unsure       5xx, no JSON where there should be; "internal_error", "fatal_error": Slack says
///                that some of it may have happened
///   denied       a person mends it: tokens, scopes, membership; says how
///   missing      no such channel, person, message
///   invalid      refused for good
/// `where` is "slack METHOD: ERROR", without the text behind it.
Result<SlackAnswer> decode_slack_answer(const HttpAnswer& answer, std::string_view method,
                                        TimePoint now);
/// The word that Slack gave: "channel_not_found". Empty if there was none.
std::string_view error_code(const Error& error);

class SlackApi {
 public:
  SlackApi(HttpClient& http, Loop& loop, Clock& clock, Rates& rates, SlackSettings settings);

  /// Waits for the call's turn, then makes it, once.
  /// errors  as decode_slack_answer(); unreachable; busy if its turn comes after `until`
  Task<Result<SlackAnswer>> call(SlackCall call, Attempt attempt);
  /// Who we are: auth.test, asked once and kept.
  Task<Result<SlackSelf>> self(Attempt attempt);
  /// As far as it is known now.
  SlackReading reading() const;
  /// The address is on Slack's own hosts: the one of api_url, or below it.
  bool has_host(std::string_view url) const;
  const SlackSettings& settings() const { return settings_; }
  /// After a reload: the secrets of tomorrow.
  void change_signing_secrets(std::vector<Secret> secrets) {
    settings_.signing_secrets = std::move(secrets);
  }
  /// Slack took a call: whoever waited for it to be back hears of it.
  void on_answer(std::function<void()> heard) { heard_ = std::move(heard); }
  HttpClient& http() { return http_; }
  Clock& clock() { return clock_; }
  Loop& loop() { return loop_; }

 private:
  HttpClient& http_;
  Loop& loop_;
  Clock& clock_;
  Rates& rates_;
  SlackSettings settings_;
  std::optional<SlackSelf> self_;
  std::function<void()> heard_;
};

}  // namespace dw
