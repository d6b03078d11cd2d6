#include "connectors/sqs/credentials.h"

#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr Millis metadata_timeout{2000};
/// Fetched anew this long before they end.
constexpr Millis ahead{15 * 60 * 1000};
constexpr const char* container_host = "http://169.254.170.2";
constexpr const char* instance_host = "http://169.254.169.254";
constexpr const char* instance_path = "/latest/meta-data/iam/security-credentials/";

std::optional<std::string> contents_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace

std::optional<AwsCredentials> credentials_in_ini(std::string_view text,
                                                 const std::string& profile) {
  AwsCredentials found;
  bool is_ours = false;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      std::string_view name = trim(line.substr(1, line.find(']') - 1));
      if (name.starts_with("profile ")) name = trim(name.substr(8));
      is_ours = name == profile;
      continue;
    }
    const size_t equals = line.find('=');
    if (!is_ours || equals == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, equals));
    const std::string value(trim(line.substr(equals + 1)));
    if (key == "aws_access_key_id") found.key_id = value;
    if (key == "aws_secret_access_key") found.secret = Secret(value);
    if (key == "aws_session_token") found.session_token = Secret(value);
  }
  if (found.key_id.empty() || found.secret.empty()) return std::nullopt;
  return found;
}

std::optional<AwsCredentials> credentials_in_json(std::string_view text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return std::nullopt;
  std::vector<Problem> ignored;
  const JsonView view(*parsed, ignored);
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
  if (url->scheme == "https") return true;
  return url->host == "localhost" || url->host.starts_with("127.") || url->host == "[::1]" ||
         url->host == "169.254.170.2" || url->host == "169.254.170.23" ||
         url->host == "[fd00:ec2::23]";
}

AwsCredentialChain::AwsCredentialChain(HttpClient& http, Clock& clock, Environment environment)
    : http_(http), clock_(clock), environment_(std::move(environment)) {}

Task<Result<AwsCredentials>> AwsCredentialChain::get() {
  const bool is_fresh =
      cached_ && (!cached_->expires_at || *cached_->expires_at - ahead > clock_.now());
  if (is_fresh) co_return *cached_;
  std::optional<AwsCredentials> found = from_environment();
  if (!found) found = from_files();
  if (!found) found = co_await from_container();
  if (!found) found = co_await from_instance();
  if (!found) {
    co_return Error{ErrorKind::denied, "sqs",
                    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write "
                    "~/.aws/credentials, or give the container or instance a role"};
  }
  cached_ = found;
  co_return *cached_;
}

std::optional<AwsCredentials> AwsCredentialChain::from_environment() const {
  const auto key_id = environment_("AWS_ACCESS_KEY_ID");
  const auto secret = environment_("AWS_SECRET_ACCESS_KEY");
  if (!key_id || !secret || key_id->empty() || secret->empty()) return std::nullopt;
  return AwsCredentials{
      *key_id, Secret(*secret), Secret(environment_("AWS_SESSION_TOKEN").value_or("")), {}};
}

std::optional<AwsCredentials> AwsCredentialChain::from_files() const {
  const std::string home = environment_("HOME").value_or("");
  const std::string profile = environment_("AWS_PROFILE").value_or("default");
  const std::string files[] = {
      environment_("AWS_SHARED_CREDENTIALS_FILE").value_or(home + "/.aws/credentials"),
      environment_("AWS_CONFIG_FILE").value_or(home + "/.aws/config")};
  for (const std::string& file : files) {
    const auto text = contents_of(file);
    if (!text) continue;
    if (auto found = credentials_in_ini(*text, profile)) return found;
  }
  return std::nullopt;
}

Task<std::optional<AwsCredentials>> AwsCredentialChain::from_container() {
  std::string uri;
  if (const auto relative = environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    uri = container_host + *relative;
  } else {
    uri = environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
  }
  if (uri.empty() || !is_allowed_container_uri(uri)) co_return std::nullopt;
  HttpCall call{.url = uri};
  std::string token = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  // The file is renewed by the agent, so it is read each time and wins.
  if (const auto file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    token = trim(contents_of(*file).value_or(""));
  }
  if (!token.empty()) call.headers.emplace_back("Authorization", token);
  const Result<HttpAnswer> answer = co_await http_.send(std::move(call), metadata_timeout);
  if (!answer.ok() || answer->status != 200) co_return std::nullopt;
  co_return credentials_in_json(answer->body);
}

Task<std::optional<AwsCredentials>> AwsCredentialChain::from_instance() {
  if (equals_ignoring_case(environment_("AWS_EC2_METADATA_DISABLED").value_or(""), "true")) {
    co_return std::nullopt;
  }
  const std::string host = instance_host;
  HttpCall ask{.method = "PUT",
               .url = host + "/latest/api/token",
               .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  const Result<HttpAnswer> token = co_await http_.send(std::move(ask), metadata_timeout);
  if (!token.ok() || token->status != 200) co_return std::nullopt;
  const std::pair<std::string, std::string> header{"x-aws-ec2-metadata-token", token->body};
  HttpCall list{.url = host + instance_path, .headers = {header}};
  const Result<HttpAnswer> role = co_await http_.send(std::move(list), metadata_timeout);
  if (!role.ok() || role->status != 200) co_return std::nullopt;
  const std::string name(trim(std::string_view(role->body).substr(0, role->body.find('\n'))));
  HttpCall fetch{.url = host + instance_path + name, .headers = {header}};
  const Result<HttpAnswer> answer = co_await http_.send(std::move(fetch), metadata_timeout);
  if (!answer.ok() || answer->status != 200) co_return std::nullopt;
  co_return credentials_in_json(answer->body);
}

}  // namespace dw
