#include "net/tls.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <string_view>

#include "base/assert.h"

namespace dw {
namespace {

namespace ssl = boost::asio::ssl;

/// A client that offers HTTP/2 first is told that it is HTTP/1.1 here.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void*) {
  static constexpr std::string_view ours = "\x08http/1.1";
  unsigned char* out = nullptr;
  const int found =
      SSL_select_next_proto(&out, length, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), offered, offered_length);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *chosen = out;
  return SSL_TLSEXT_ERR_OK;
}

/// TLS 1.2 with an ephemeral key and authenticated encryption alone: what was recorded can't be
/// read once the certificate's key is known. TLS 1.3 has no others.
constexpr const char* ciphers_of_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";

Error unusable(const char* key, const std::string& file, const boost::system::error_code& failed,
               const char* expected) {
  return {ErrorKind::invalid, key,
          file + ": " + failed.message() + " (expected here: " + expected +
              ", which the user who runs deskwire can read)"};
}

}  // namespace

Result<std::shared_ptr<ssl::context>> load_tls(const std::string& cert_file,
                                               const std::string& key_file) {
  // Shared by the server and its connections: see the header.
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  const int are_known = SSL_CTX_set_cipher_list(native, ciphers_of_tls_1_2);
  DW_ASSERT(are_known == 1, "OpenSSL has these ciphers");
  // An idle connection gives its buffers back.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  boost::system::error_code failed;
  context->use_certificate_chain_file(cert_file, failed);
  if (failed) {
    return unusable("server.tls_cert", cert_file, failed,
                    "a PEM file, the certificate first, then those that it was signed with");
  }
  context->use_private_key_file(key_file, ssl::context::pem, failed);
  if (failed) {
    return unusable("server.tls_key", key_file, failed, "a PEM file, the certificate's own key");
  }
  return context;
}

}  // namespace dw
