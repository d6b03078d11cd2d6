#include "web/sign_in/jwt.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/hash.h"

namespace dw {
namespace {

const TimePoint now{Millis(1'795'000'000'000)};
const TokenRules rules{"https://id.example", "desk", "n1", now};

/// A provider with one RSA key.
struct Provider {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  ~Provider() { EVP_PKEY_free(key); }

  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    std::string bytes(static_cast<size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return to_base64url(bytes);
  }
  json::value keys() const {
    const json::object jwk{{"kty", "RSA"},
                           {"kid", "k1"},
                           {"n", number(OSSL_PKEY_PARAM_RSA_N)},
                           {"e", number(OSSL_PKEY_PARAM_RSA_E)}};
    return json::object{{"keys", json::array{jwk}}};
  }
  std::string sign(const json::object& head, const json::object& claims) const {
    const std::string text = to_base64url(to_text(head)) + "." + to_base64url(to_text(claims));
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    size_t size = 0;
    EVP_DigestSignInit(digest, nullptr, EVP_sha256(), nullptr, key);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(digest, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(digest, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    EVP_MD_CTX_free(digest);
    return text + "." + to_base64url(signature);
  }
};

json::object good_claims() {
  const int64_t seconds = now.time_since_epoch().count() / 1000;
  return {{"iss", "https://id.example"}, {"aud", "desk"},      {"sub", "7"},
          {"exp", seconds + 300},        {"iat", seconds - 5}, {"nonce", "n1"}};
}
const json::object head{{"alg", "RS256"}, {"kid", "k1"}};

const Provider& provider() {
  static const Provider one;
  return one;
}

std::string verdict(const std::string& token) {
  const Result<json::object> read = read_id_token(token, provider().keys(), rules);
  return read.ok() ? "good" : read.error().what;
}

TEST(IdToken, is_read_when_everything_is_right) {
  EXPECT_EQ(verdict(provider().sign(head, good_claims())), "good");
  EXPECT_EQ(key_id_of(provider().sign(head, good_claims())), "k1");
  json::object several = good_claims();
  several["aud"] = json::array{"other", "desk"};
  several["azp"] = "desk";
  EXPECT_EQ(verdict(provider().sign(head, several)), "good");
}

TEST(IdToken, each_claim_that_is_wrong_is_refused) {
  const int64_t seconds = now.time_since_epoch().count() / 1000;
  const std::pair<const char*, json::value> wrong[] = {{"iss", "https://evil.example"},
                                                       {"aud", "another"},
                                                       {"aud", json::array{"desk", "b"}},
                                                       {"exp", seconds - 61},
                                                       {"exp", nullptr},
                                                       {"exp", "soon"},
                                                       {"iat", seconds + 61},
                                                       {"nonce", "n2"},
                                                       {"nonce", nullptr},
                                                       {"sub", ""},
                                                       {"aud", nullptr},
                                                       {"exp", 1e300}};
  for (const auto& [name, value] : wrong) {
    json::object claims = good_claims();
    claims[name] = value;
    EXPECT_NE(verdict(provider().sign(head, claims)), "good") << name << to_text(value);
  }
}

TEST(IdToken, a_signature_by_nobody_or_somebody_else_is_refused) {
  const std::string token = provider().sign(head, good_claims());
  const Provider other;
  EXPECT_EQ(verdict(other.sign(head, good_claims())), "the provider's token has a wrong signature");
  const size_t dot = token.rfind('.');
  EXPECT_NE(verdict(token.substr(0, dot + 1)), "good");
  std::string forged = token;
  forged[token.find('.') + 5] = forged[token.find('.') + 5] == 'A' ? 'B' : 'A';
  EXPECT_NE(verdict(forged), "good");
  for (const char* algorithm : {"none", "HS256", "RS512", "ES256", ""}) {
    const json::object another{{"alg", algorithm}, {"kid", "k1"}};
    EXPECT_NE(verdict(provider().sign(another, good_claims())), "good") << algorithm;
  }
  for (const char* text : {"", ".", "..", "a.b.c", "a.b.c.d", "e30.e30.e30"}) {
    EXPECT_NE(verdict(text), "good") << text;
  }
  const json::object unknown{{"alg", "RS256"}, {"kid", "k2"}};
  const Result<json::object> read =
      read_id_token(provider().sign(unknown, good_claims()), provider().keys(), rules);
  EXPECT_EQ(read.error().kind, ErrorKind::missing) << "new keys are looked for";
}

}  // namespace
}  // namespace dw
