#include "web/sign_in/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "base/text.h"
#include "base/unique_handle.h"

namespace dw {
namespace {

constexpr size_t token_bytes_max = 16 * 1024;
constexpr Millis clock_skew{60'000};
constexpr size_t es256_half_bytes = 32;

using Key = UniqueHandle<EVP_PKEY, EVP_PKEY_free>;
using Number = UniqueHandle<BIGNUM, BN_free>;
using Builder = UniqueHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = UniqueHandle<OSSL_PARAM, OSSL_PARAM_free>;
using Context = UniqueHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

Error refused(std::string what) {
  return {ErrorKind::denied, "", "the provider's token " + std::move(what)};
}

const unsigned char* raw(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number_of(const std::string& bytes) {
  return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

Key make_key(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  const bool is_made =
      parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  return Key(is_made ? made : nullptr);
}

std::string member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

Key rsa_key(const json::object& jwk) {
  const auto n = from_base64url(member(jwk, "n")), e = from_base64url(member(jwk, "e"));
  if (!n || !e || n->empty() || e->empty()) return nullptr;
  const Number modulus = number_of(*n), exponent = number_of(*e);
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return make_key("RSA", builder.get());
}

Key ec_key(const json::object& jwk) {
  const auto x = from_base64url(member(jwk, "x")), y = from_base64url(member(jwk, "y"));
  const bool is_p256 = member(jwk, "crv") == "P-256" && x && y && x->size() == es256_half_bytes &&
                       y->size() == es256_half_bytes;
  if (!is_p256) return nullptr;
  const std::string point = "\x04" + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return make_key("EC", builder.get());
}

/// JWS has r and s side by side; OpenSSL wants them as DER.
std::string der_of(const std::string& signature) {
  if (signature.size() != 2 * es256_half_bytes) return {};
  Number r = number_of(signature.substr(0, es256_half_bytes));
  Number s = number_of(signature.substr(es256_half_bytes));
  const UniqueHandle<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  unsigned char* bytes = nullptr;
  const int count = i2d_ECDSA_SIG(pair.get(), &bytes);
  if (count <= 0) return {};
  std::string out(reinterpret_cast<char*>(bytes), static_cast<size_t>(count));
  OPENSSL_free(bytes);
  return out;
}

bool is_signed(EVP_PKEY* key, std::string_view signed_part, const std::string& signature) {
  const Digest digest(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(digest.get(), raw(signature), signature.size(),
                          reinterpret_cast<const unsigned char*>(signed_part.data()),
                          signed_part.size()) == 1;
}

Result<json::object> part_of(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes) return refused("is not base64url");
  Result<json::value> parsed = parse_json(*bytes);
  if (!parsed.ok() || !parsed->is_object()) return refused("is not a JSON object");
  return std::move(parsed->get_object());
}

Result<void> check_signature(const json::object& head, const json::value& keys,
                             std::string_view signed_part, std::string signature) {
  const std::string algorithm = member(head, "alg"), id = member(head, "kid");
  const bool is_rsa = algorithm == "RS256";
  if (!is_rsa && algorithm != "ES256") {
    return refused("is signed with " + cut_characters(algorithm, 20) +
                   "; RS256 and ES256 are known");
  }
  if (!is_rsa) signature = der_of(signature);
  const json::value* list = keys.is_object() ? keys.get_object().if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) return refused("can't be checked: no keys");
  bool is_known = false;
  for (const json::value& one : list->get_array()) {
    if (!one.is_object()) continue;
    const json::object& jwk = one.get_object();
    if (!id.empty() && member(jwk, "kid") != id) continue;
    if (member(jwk, "kty") != (is_rsa ? "RSA" : "EC") || member(jwk, "use") == "enc") continue;
    is_known = true;
    const Key key = is_rsa ? rsa_key(jwk) : ec_key(jwk);
    if (key && is_signed(key.get(), signed_part, signature)) return {};
  }
  if (!is_known) return Error{ErrorKind::missing, "", "the provider's keys have none named " + id};
  return refused("has a wrong signature");
}

bool is_for(const json::object& claims, const std::string& client_id) {
  const json::value* audience = claims.if_contains("aud");
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->get_string() == client_id;
  if (!audience->is_array()) return false;
  const json::array& all = audience->get_array();
  const bool is_among = std::any_of(all.begin(), all.end(), [&](const json::value& one) {
    return one.is_string() && one.get_string() == client_id;
  });
  return is_among && (all.size() == 1 || member(claims, "azp") == client_id);
}

std::optional<TimePoint> time_in(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  constexpr double seconds_max = 1e11;
  const double seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < seconds_max)) return std::nullopt;
  return TimePoint(Millis(static_cast<int64_t>(seconds) * 1000));
}

}  // namespace

std::string key_id_of(std::string_view token) {
  const Result<json::object> head = part_of(token.substr(0, token.find('.')));
  return head.ok() ? member(*head, "kid") : "";
}

Result<json::object> read_id_token(std::string_view token, const json::value& keys,
                                   const TokenRules& rules) {
  const std::vector<std::string_view> parts = split(token, '.');
  if (parts.size() != 3 || token.size() > token_bytes_max)
    return refused("does not have three parts");
  DW_TRY(const json::object head, part_of(parts[0]));
  const auto signature = from_base64url(parts[2]);
  if (!signature) return refused("has no signature");
  const std::string_view signed_part = token.substr(0, parts[0].size() + 1 + parts[1].size());
  DW_CHECK(check_signature(head, keys, signed_part, *signature));
  DW_TRY(json::object claims, part_of(parts[1]));
  if (member(claims, "iss") != rules.issuer) return refused("is from another issuer");
  if (!is_for(claims, rules.client_id)) return refused("is for another client");
  const auto expires = time_in(claims, "exp"), issued = time_in(claims, "iat");
  if (!expires || *expires + clock_skew < rules.now) return refused("has expired");
  if (!issued || *issued > rules.now + clock_skew) {
    return refused("is from the future: compare the clocks");
  }
  if (!equal_constant_time(member(claims, "nonce"), rules.nonce)) {
    return refused("belongs to another sign-in");
  }
  if (member(claims, "sub").empty()) return refused("has no subject");
  return claims;
}

}  // namespace dw
