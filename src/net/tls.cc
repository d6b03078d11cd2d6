#include "net/tls.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <string_view>

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

}  // namespace

Result<std::shared_ptr<ssl::context>> load_tls(const std::string& cert_file,
                                               const std::string& key_file) {
  // Shared by the server and its connections: see the header.
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  // An idle connection gives its buffers back.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  boost::system::error_code failed;
  context->use_certificate_chain_file(cert_file, failed);
  if (failed) {
    return Error{ErrorKind::invalid, "server.tls_cert", cert_file + ": " + failed.message()};
  }
  context->use_private_key_file(key_file, ssl::context::pem, failed);
  if (failed) {
    return Error{ErrorKind::invalid, "server.tls_key", key_file + ": " + failed.message()};
  }
  return context;
}

}  // namespace dw
