#include "web/sqs_endpoint/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr Millis skew_max{15 * 60 * 1000};

SqsError refused(std::string code, std::string message) {
  return {std::move(code), std::move(message), 403};
}

/// "Credential=…, SignedHeaders=…, Signature=…"
std::map<std::string, std::string> parts_of(std::string_view text) {
  std::map<std::string, std::string> out;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view one = trim(part);
    const size_t equals = one.find('=');
    if (equals != std::string_view::npos) {
      out.emplace(one.substr(0, equals), one.substr(equals + 1));
    }
  }
  return out;
}

/// "20261121T013709Z"
std::optional<TimePoint> time_in(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return from_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(0, 4), text.substr(4, 2),
                                  text.substr(6, 2), text.substr(9, 2), text.substr(11, 2),
                                  text.substr(13, 2)));
}

/// Ends trimmed, inner runs of blanks as one.
std::string folded(std::string_view value) {
  std::string out;
  for (const char c : trim(value)) {
    if (c == ' ' && out.ends_with(' ')) continue;
    out += c;
  }
  return out;
}

/// Without the signature itself, where it stands there.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs = decode_form(query);
  std::erase_if(pairs, [](const auto& pair) { return pair.first == "X-Amz-Signature"; });
  for (auto& [name, value] : pairs) {
    name = encode_url_part(name);
    value = encode_url_part(value);
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  }
  return out;
}

std::string canonical_request(const Request& request, const std::string& signed_headers) {
  std::string headers;
  for (const std::string_view name : split(signed_headers, ';')) {
    headers += fmt::format("{}:{}\n", name, folded(request.header(name)));
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path,
                     canonical_query(request.query), headers, signed_headers,
                     to_hex(bytes_of(sha256(request.body))));
}

Sha256 signing_key(const std::string& secret, const std::vector<std::string_view>& scope) {
  Sha256 key = hmac_sha256("AWS4" + secret, scope[1]);
  for (const size_t part : {2, 3}) key = hmac_sha256(bytes_of(key), scope[part]);
  return hmac_sha256(bytes_of(key), "aws4_request");
}

bool signs(const std::string& signed_headers, std::string_view wanted) {
  const auto names = split(signed_headers, ';');
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

/// What a request says of its signature, in its Authorization header or, presigned, in its query.
struct Signature {
  std::string credential;  ///< KEY/20261121/eu-west-1/sqs/aws4_request
  std::string signed_headers, signature, date;
  Millis lifetime = skew_max;  ///< how long it is good
  bool is_presigned = false;
};

std::optional<Signature> signature_of(const Request& request) {
  const std::string_view given = request.header("authorization");
  if (given.starts_with(algorithm)) {
    auto parts = parts_of(given.substr(algorithm.size()));
    return Signature{.credential = parts["Credential"],
                     .signed_headers = parts["SignedHeaders"],
                     .signature = parts["Signature"],
                     .date = std::string(request.header("x-amz-date"))};
  }
  if (request.parameter("X-Amz-Algorithm") != std::string(algorithm)) return std::nullopt;
  const auto parameter = [&request](std::string_view name) {
    return request.parameter(name).value_or("");
  };
  Signature out{.credential = parameter("X-Amz-Credential"),
                .signed_headers = parameter("X-Amz-SignedHeaders"),
                .signature = parameter("X-Amz-Signature"),
                .date = parameter("X-Amz-Date"),
                .is_presigned = true};
  const int64_t seconds = number_in(parameter("X-Amz-Expires")).value_or(0);
  // Amazon's own limit for a presigned request is seven days.
  if (seconds > 0 && seconds <= 604'800) out.lifetime = Millis(seconds * 1000);
  return out;
}

}  // namespace

std::string key_id_of(const Request& request) {
  const auto signature = signature_of(request);
  if (!signature) return {};
  return signature->credential.substr(0, signature->credential.find('/'));
}

std::optional<SqsError> check_signature(const Request& request, TimePoint now,
                                        const KeyLookUp& key) {
  const std::optional<Signature> given = signature_of(request);
  if (!given) {
    return refused("MissingAuthenticationToken",
                   "The request must be signed with an access key (deskwire token add --sqs).");
  }
  const std::vector<std::string_view> scope = split(given->credential, '/');
  const auto at = time_in(given->date);
  const bool is_dated = given->is_presigned || signs(given->signed_headers, "x-amz-date");
  const bool is_whole = scope.size() == 5 && scope[3] == "sqs" && scope[4] == "aws4_request" &&
                        signs(given->signed_headers, "host") && is_dated && at;
  if (!is_whole) {
    return refused("IncompleteSignature", "The request's signature is not complete.");
  }
  const bool is_early = *at > now && *at - now > skew_max;
  const bool is_late = *at < now && now - *at > given->lifetime;
  if (is_early || is_late || !given->date.starts_with(scope[1])) {
    return refused("RequestExpired", "The request's time is too far from this machine's.");
  }
  const std::optional<Secret> secret = key(std::string(scope[0]));
  if (!secret) {
    return refused("InvalidClientTokenId", "The access key is not known here, or was revoked.");
  }
  const std::string hash =
      to_hex(bytes_of(sha256(canonical_request(request, given->signed_headers))));
  const std::string to_sign = fmt::format("{}\n{}\n{}/{}/{}/{}\n{}", algorithm, given->date,
                                          scope[1], scope[2], scope[3], scope[4], hash);
  const Sha256 expected = hmac_sha256(bytes_of(signing_key(secret->reveal(), scope)), to_sign);
  if (equal_constant_time(given->signature, to_hex(bytes_of(expected)))) return std::nullopt;
  return refused("SignatureDoesNotMatch",
                 "The signature is not that of this request under this access key.");
}

}  // namespace dw
