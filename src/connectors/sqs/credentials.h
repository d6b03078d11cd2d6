// Where AWS credentials come from, in the order of AWS's SDKs: environment, shared files,
// container, instance metadata (botocore's credentials.py and utils.py, read 2026-11).
#pragma once
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "config/document.h"
#include "net/async_event.h"
#include "net/http_client.h"

namespace dw {

struct AwsCredentials {
  std::string key_id;
  Secret secret, session_token;
  std::optional<TimePoint> expires_at;  ///< absent: never by themselves
};

/// What a shared file says of one profile.
struct AwsProfile {
  std::optional<AwsCredentials> credentials;
  std::string unsupported;  ///< "role_arn": a way to sign in that is not spoken here
};
/// [NAME] of ~/.aws/credentials, [profile NAME] and [default] of ~/.aws/config. Pure.
AwsProfile profile_in_ini(std::string_view text, const std::string& profile);
/// {"AccessKeyId","SecretAccessKey","Token","Expiration"} of containers and instances. Pure.
std::optional<AwsCredentials> credentials_in_json(std::string_view text);
/// Plain http is spoken to this machine and to the container agents' addresses only. Pure.
bool is_allowed_container_uri(const std::string& uri);

class AwsCredentialChain {
 public:
  AwsCredentialChain(HttpClient& http, Clock& clock, Environment environment);

  /// Cached; fetched anew ahead of their end. One fetch at a time: others wait for it.
  /// errors  denied: none anywhere, with what was looked at and how to mend it
  Task<Result<AwsCredentials>> get();
  /// After AWS has said that they are expired or unknown. Newer ones than `key_id` are kept.
  void forget(const std::string& key_id);

 private:
  enum class Age { none, fresh, ageing };  ///< ageing: still good, and due for new ones
  Age age() const;
  Task<Result<AwsCredentials>> fetch();
  std::optional<AwsCredentials> from_environment() const;
  std::optional<AwsCredentials> from_files(std::string& hint) const;
  std::string container_uri() const;
  Task<Result<AwsCredentials>> from_container(std::string uri);
  Task<std::optional<AwsCredentials>> from_instance();

  HttpClient& http_;
  Clock& clock_;
  Environment environment_;
  std::optional<AwsCredentials> cached_;
  std::optional<TimePoint> renew_after_;  // a renewal in vain is not repeated at once
  bool is_fetching_ = false;
  std::list<AsyncEvent*> waiting_;  // for the fetch that runs; each on its own task's frame
  Result<AwsCredentials> latest_;   // what that fetch came to
};

}  // namespace dw
