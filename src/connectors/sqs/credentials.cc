#include "connectors/sqs/credentials.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/authority.h"
#include "base/json.h"
#include "base/text.h"
#include "base/text_file.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr Millis metadata_timeout{2000};
/// Fetched anew this long before they end.
constexpr Millis ahead{15 * 60 * 1000};
/// Good until this long before they end: a request takes time, and clocks differ.
constexpr Millis margin{60 * 1000};
constexpr Millis renew_pause{60 * 1000};
constexpr const char* container_host = "http://169.254.170.2";
constexpr const char* instance_host = "http://169.254.169.254";
constexpr size_t file_bytes_max = 16 << 20;
constexpr const char* instance_path = "/latest/meta-data/iam/security-credentials/";

/// A header's value: a line break in it would be a header of its own.
bool is_header_value(std::string_view text) {
  return !text.empty() && !find_control_character(text) && text.find('\n') == text.npos;
}

std::string section_name(std::string_view line) {
  std::string_view name = trim(line.substr(1, line.find(']') - 1));
  if (name.starts_with("profile ")) name = trim(name.substr(8));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

/// Keys of a profile that sign in by ways that are not spoken here.
bool is_unsupported_key(std::string_view key) {
  return key == "role_arn" || key == "credential_process" || key == "web_identity_token_file" ||
         key.starts_with("sso_");
}

Error denied(std::string what) {
  return {ErrorKind::denied, "sqs", std::move(what)};
}

}  // namespace

AwsProfile profile_in_ini(std::string_view text, const std::string& profile) {
  AwsProfile found;
  AwsCredentials credentials;
  bool is_ours = false;
  for (const std::string_view whole : split(text, '\n')) {
    std::string_view line = trim(whole);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      is_ours = section_name(line) == profile;
      continue;
    }
    const size_t equals = line.find('=');
    if (!is_ours || equals == std::string_view::npos) continue;
    const std::string key = to_lower(trim(line.substr(0, equals)));
    std::string_view value = trim(line.substr(equals + 1));
    // A comment behind a value begins with a blank; no key contains one.
    value = value.substr(0, value.find(' '));
    if (key == "aws_access_key_id") credentials.key_id = value;
    if (key == "aws_secret_access_key") credentials.secret = Secret(std::string(value));
    if (key == "aws_session_token") credentials.session_token = Secret(std::string(value));
    if (is_unsupported_key(key)) found.unsupported = key;
  }
  if (!credentials.key_id.empty() && !credentials.secret.empty()) found.credentials = credentials;
  return found;
}

std::optional<AwsCredentials> credentials_in_json(std::string_view text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  AwsCredentials found;
  found.key_id = view["AccessKeyId"].text().value_or("");
  found.secret = Secret(view["SecretAccessKey"].text().value_or(""));
  found.session_token = Secret(view["Token"].text().value_or(""));
  found.expires_at = from_rfc3339(view["Expiration"].text().value_or(""));
  if (found.key_id.empty() || found.secret.empty()) return std::nullopt;
  return found;
}

bool is_allowed_container_uri(const std::string& uri) {
  const auto url = parse_url(uri);
  if (!url) return false;
  if (url->scheme == "https" || is_loopback_url(uri)) return true;
  std::string host = url->host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code is_name;
  const auto address = asio::ip::make_address(host, is_name);
  if (is_name) return false;
  return host == "169.254.170.2" || host == "169.254.170.23" ||
         address == asio::ip::make_address("fd00:ec2::23");
}

AwsCredentialChain::AwsCredentialChain(HttpClient& http, Clock& clock, Environment environment)
    : http_(http),
      clock_(clock),
      environment_(std::move(environment)),
      latest_(denied("not looked for yet")) {}

AwsCredentialChain::Age AwsCredentialChain::age() const {
  if (!cached_) return Age::none;
  if (!cached_->expires_at) return Age::fresh;
  const TimePoint now = clock_.now();
  if (*cached_->expires_at - margin <= now) return Age::none;
  const bool is_due =
      *cached_->expires_at - ahead <= now && (!renew_after_ || *renew_after_ <= now);
  return is_due ? Age::ageing : Age::fresh;
}

void AwsCredentialChain::forget(const std::string& key_id) {
  if (cached_ && cached_->key_id == key_id) cached_.reset();
}

Task<Result<AwsCredentials>> AwsCredentialChain::get() {
  const Age found = age();
  if (found == Age::fresh || (found == Age::ageing && is_fetching_)) co_return *cached_;
  if (is_fetching_) {
    const auto executor = co_await asio::this_coro::executor;
    AsyncEvent fetched(static_cast<Loop&>(executor.context()), clock_);
    waiting_.push_back(&fetched);
    co_await fetched.wait();
    waiting_.remove(&fetched);
    co_return latest_;
  }
  is_fetching_ = true;
  latest_ = co_await fetch();
  is_fetching_ = false;
  if (latest_.ok()) {
    cached_ = *latest_;
    renew_after_.reset();
  } else if (found == Age::ageing && age() != Age::none) {
    renew_after_ = clock_.now() + renew_pause;
    latest_ = *cached_;
  }
  for (AsyncEvent* one : waiting_) one->notify();
  co_return latest_;
}

Task<Result<AwsCredentials>> AwsCredentialChain::fetch() {
  if (auto found = from_environment()) co_return *found;
  std::string hint;
  if (auto found = from_files(hint)) co_return *found;
  if (std::string uri = container_uri(); !uri.empty()) {
    co_return co_await from_container(std::move(uri));
  }
  const bool is_alone =
      equals_ignoring_case(environment_("AWS_EC2_METADATA_DISABLED").value_or(""), "true");
  if (!is_alone) {
    auto found = co_await from_instance();
    if (found) co_return *found;
  }
  if (environment_("AWS_WEB_IDENTITY_TOKEN_FILE")) {
    hint = "; AWS_WEB_IDENTITY_TOKEN_FILE is set, but signing in by it is not supported";
  }
  co_return denied(
      fmt::format("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write "
                  "~/.aws/credentials, or give the container or instance a role{}",
                  hint));
}

std::optional<AwsCredentials> AwsCredentialChain::from_environment() const {
  const auto key_id = environment_("AWS_ACCESS_KEY_ID");
  const auto secret = environment_("AWS_SECRET_ACCESS_KEY");
  if (!key_id || !secret || key_id->empty() || secret->empty()) return std::nullopt;
  return AwsCredentials{
      *key_id, Secret(*secret), Secret(environment_("AWS_SESSION_TOKEN").value_or("")), {}};
}

std::optional<AwsCredentials> AwsCredentialChain::from_files(std::string& hint) const {
  const std::string home = environment_("HOME").value_or("");
  const std::string profile = environment_("AWS_PROFILE").value_or("default");
  const std::array<std::string, 2> files = {
      environment_("AWS_SHARED_CREDENTIALS_FILE").value_or(home + "/.aws/credentials"),
      environment_("AWS_CONFIG_FILE").value_or(home + "/.aws/config")};
  for (const std::string& file : files) {
    const Result<std::string> text = read_whole(file, file_bytes_max);
    if (!text.ok()) continue;
    const AwsProfile found = profile_in_ini(*text, profile);
    if (found.credentials) return found.credentials;
    if (!found.unsupported.empty()) {
      hint = fmt::format("; profile {} of {} signs in by {}, which is not supported", profile, file,
                         found.unsupported);
    }
  }
  return std::nullopt;
}

std::string AwsCredentialChain::container_uri() const {
  const auto relative = environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (relative && !relative->empty()) return container_host + *relative;
  return environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
}

Task<Result<AwsCredentials>> AwsCredentialChain::from_container(std::string uri) {
  if (!is_allowed_container_uri(uri)) {
    co_return denied("the container's credentials are not fetched from " + uri +
                     ": it is neither https, nor this machine, nor a container agent");
  }
  HttpCall call{.url = uri};
  std::string token = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  // The file is renewed by the agent, so it is read each time and wins.
  if (const auto file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    const Result<std::string> text = read_whole(*file, file_bytes_max);
    if (!text.ok()) {
      co_return denied(*file + " (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is unreadable");
    }
    token = trim(*text);
  }
  if (!token.empty()) {
    if (!is_header_value(token)) {
      co_return denied(
          "the container's authorization token has characters that are invalid in a header");
    }
    call.headers.emplace_back("Authorization", token);
  }
  const Result<HttpAnswer> answer = co_await http_.send(std::move(call), metadata_timeout);
  if (!answer.ok()) co_return denied("the container's agent: " + answer.error().text());
  auto found = credentials_in_json(answer->body);
  if (answer->status == 200 && found) co_return *found;
  co_return denied(fmt::format("the container's agent answered {} without credentials ({})",
                               answer->status, uri));
}

Task<std::optional<AwsCredentials>> AwsCredentialChain::from_instance() {
  std::string host = environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(instance_host);
  if (host.ends_with('/')) host.pop_back();
  HttpCall ask{.method = "PUT",
               .url = host + "/latest/api/token",
               .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  const Result<HttpAnswer> token = co_await http_.send(std::move(ask), metadata_timeout);
  const bool has_token = token.ok() && token->status == 200 && is_header_value(token->body);
  if (!has_token) co_return std::nullopt;
  const std::pair<std::string, std::string> header{"x-aws-ec2-metadata-token", token->body};
  HttpCall list{.url = host + instance_path, .headers = {header}};
  const Result<HttpAnswer> role = co_await http_.send(std::move(list), metadata_timeout);
  if (!role.ok() || role->status != 200) co_return std::nullopt;
  const std::string_view name = std::string_view(role->body).substr(0, role->body.find('\n'));
  HttpCall fetch{.url = host + instance_path + encode_url_part(trim(name)), .headers = {header}};
  const Result<HttpAnswer> answer = co_await http_.send(std::move(fetch), metadata_timeout);
  if (!answer.ok() || answer->status != 200) co_return std::nullopt;
  co_return credentials_in_json(answer->body);
}

}  // namespace dw
