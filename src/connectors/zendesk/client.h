// Requests to one Zendesk account: signed in, no faster than allowed.
#pragma once
#include <string>

#include "connectors/zendesk/pace.h"
#include "connectors/zendesk/sign_in.h"
#include "connectors/zendesk/wire.h"

namespace dw {

class ZendeskClient {
 public:
  ZendeskClient(HttpClient& http, Loop& loop, Clock& clock, Notebook& notebook,
                const ZendeskSettings& settings);

  /// One request, one answer, whatever its status.
  /// errors  busy: the pace allows none now, `when` says how long; no time is left
  ///         denied: no sign-in; unreachable, unsure: as HttpClient
  Task<Result<HttpAnswer>> call(zendesk::Request request, Attempt attempt);
  /// A file as a body, with the type that it has.
  Task<Result<HttpAnswer>> upload(std::string name, std::string content_type, ScratchFile& file,
                                  Attempt attempt);

  ZendeskSignIn& sign_in() { return sign_in_; }
  Pace& pace() { return pace_; }
  const ZendeskSettings& settings() const { return settings_; }
  Clock& clock() { return clock_; }
  HttpClient& http() { return http_; }

 private:
  Task<Result<HttpAnswer>> send(HttpCall call, Attempt attempt);
  Task<Result<HttpAnswer>> send_signed(HttpCall call, Secret header, Attempt attempt);
  void note_limits(const HttpAnswer& answer, bool has_own_limit);

  HttpClient& http_;
  Clock& clock_;
  ZendeskSettings settings_;
  ZendeskSignIn sign_in_;
  Pace pace_;
};

}  // namespace dw
