// Where AWS credentials come from, in the order of AWS's SDKs: environment, shared files,
// container, instance metadata (botocore's credentials.py and utils.py, read 2026-11).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "config/document.h"
#include "net/http_client.h"

namespace dw {

struct AwsCredentials {
  std::string key_id;
  Secret secret, session_token;
  std::optional<TimePoint> expires_at;  ///< absent: never by themselves
};

/// [profile] out of ~/.aws/credentials or ~/.aws/config ("[profile NAME]" there). Pure.
std::optional<AwsCredentials> credentials_in_ini(std::string_view text, const std::string& profile);
/// {"AccessKeyId","SecretAccessKey","Token","Expiration"} of containers and instances. Pure.
std::optional<AwsCredentials> credentials_in_json(std::string_view text);
/// Plain http is spoken to this machine and to the container agents' addresses only. Pure.
bool is_allowed_container_uri(const std::string& uri);

class AwsCredentialChain {
 public:
  AwsCredentialChain(HttpClient& http, Clock& clock, Environment environment);

  /// Cached; fetched anew ahead of their end.
  /// errors  denied: none anywhere, with what was looked at
  Task<Result<AwsCredentials>> get();
  /// After AWS has said that they are expired or unknown.
  void forget() { cached_.reset(); }

 private:
  std::optional<AwsCredentials> from_environment() const;
  std::optional<AwsCredentials> from_files() const;
  Task<std::optional<AwsCredentials>> from_container();
  Task<std::optional<AwsCredentials>> from_instance();

  HttpClient& http_;
  Clock& clock_;
  Environment environment_;
  std::optional<AwsCredentials> cached_;
};

}  // namespace dw
