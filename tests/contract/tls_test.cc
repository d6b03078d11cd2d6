// What the server's certificate is shown with.
#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>

#include "base/random.h"
#include "support/raw_client.h"

namespace dw {
namespace {

TEST(Tls, keys_are_ephemeral_and_encryption_is_authenticated) {
  const auto folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::filesystem::create_directory(folder);
  const std::string cert = folder / "cert.pem", key = folder / "key.pem";
  write_certificate("a.example", cert, key);
  const auto context = load_tls(cert, key);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(context.ok()) << context.error().text();
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers((*context)->native_handle());
  ASSERT_GT(sk_SSL_CIPHER_num(ciphers), 3);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* one = sk_SSL_CIPHER_value(ciphers, i);
    const int exchange = SSL_CIPHER_get_kx_nid(one);
    // "any": of TLS 1.3, which has no others.
    EXPECT_TRUE(exchange == NID_kx_ecdhe || exchange == NID_kx_any) << SSL_CIPHER_get_name(one);
    EXPECT_EQ(SSL_CIPHER_is_aead(one), 1) << SSL_CIPHER_get_name(one);
  }
}

TEST(Tls, a_file_that_can_not_be_used_is_named_with_what_is_expected) {
  const auto missing = load_tls("/nowhere/cert.pem", "/nowhere/key.pem");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().where, "server.tls_cert");
  EXPECT_NE(missing.error().what.find("expected here"), std::string::npos);
}

}  // namespace
}  // namespace dw
