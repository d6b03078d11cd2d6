// Requests to one Zendesk account: signed in, no faster than allowed.
#pragma once
#include <string>

#include "connectors/zendesk/sign_in.h"
#include "connectors/zendesk/wire.h"
#include "ports/rates.h"

namespace dw {

class ZendeskClient {
 public:
  ZendeskClient(HttpClient& http, Loop& loop, Clock& clock, KeyValueStore& key_values, Rates& rates,
                const ZendeskSettings& settings);

  /// One request, one answer, whatever its status.
  /// errors  busy: the pace allows none now, `when` says how long; no time is left
  ///         denied: no sign-in; unreachable, unsure: as HttpClient
  Task<Result<HttpAnswer>> call(zendesk::Request request, Attempt attempt);
  /// A file as a body, with the type that it has.
  Task<Result<HttpAnswer>> upload(std::string name, std::string content_type, ScratchFile& file,
                                  Attempt attempt);

  ZendeskSignIn& sign_in() { return sign_in_; }
  Rates& rates() { return rates_; }
  const ZendeskSettings& settings() const { return settings_; }
  Clock& clock() { return clock_; }
  HttpClient& http() { return http_; }

 private:
  Task<Result<HttpAnswer>> send(HttpCall call, Attempt attempt);
  Task<Result<void>> wait_for_slot(Attempt attempt);
  Task<Result<HttpAnswer>> send_signed(HttpCall call, Secret header, Attempt attempt);
  Task<void> note_limits(const HttpAnswer& answer, bool has_own_limit);

  HttpClient& http_;
  Loop& loop_;
  Clock& clock_;
  ZendeskSettings settings_;
  ZendeskSignIn sign_in_;
  Rates& rates_;
  RateRule rate_;
};

}  // namespace dw
