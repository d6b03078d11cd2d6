#include "net/websocket.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>

#include "net/http_server.h"
#include "net/loop_clock.h"

namespace dw {
namespace {

/// A certificate that nobody has signed but itself, and its key, as PEM files.
struct SelfSigned {
  std::string folder = ::testing::TempDir();
  std::string cert = folder + "/websocket_cert.pem", key = folder + "/websocket_key.pem";

  SelfSigned() {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* made = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, pair);
    X509_NAME* name = X509_get_subject_name(made);
    const auto* host = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
    X509_set_issuer_name(made, name);
    X509_sign(made, pair, EVP_sha256());
    FILE* file = std::fopen(cert.c_str(), "w");
    PEM_write_X509(file, made);
    std::fclose(file);
    file = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(made);
    EVP_PKEY_free(pair);
  }
};

struct World {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  HttpServer server;
  std::string bound;

  explicit World(const SelfSigned* tls = nullptr)
      : server(loop, clock, tasks, Routes{}, options(tls)), bound(*server.start()) {}

  ~World() {
    server.stop();
    loop.restart();
    loop.run_for(Millis(50));
  }
  static ServerOptions options(const SelfSigned* tls) {
    ServerOptions out;
    if (tls != nullptr) {
      out.tls_cert = tls->cert;
      out.tls_key = tls->key;
    }
    out.listen = "127.0.0.1:0";
    out.refuse = [](int status, std::string_view, std::string) {
      return Response{.status = status};
    };
    return out;
  }
  static Task<void> keep(Loop& loop, std::string url, std::optional<Error>* out) {
    WebSocketLimits limits;
    limits.connect_timeout = Millis(2000);
    const Result<std::unique_ptr<WebSocket>> socket =
        co_await WebSocket::connect(loop, std::move(url), limits);
    *out = socket.ok() ? Error{} : socket.error();
    loop.stop();
  }
  Error connect(const std::string& url) {
    std::optional<Error> out;
    tasks.run("connect", keep(loop, url, &out));
    loop.restart();
    loop.run();
    return *out;
  }
};

TEST(WebSocket, what_can_not_be_connected_says_which_step_failed) {
  World world;
  EXPECT_EQ(world.connect("http://127.0.0.1/").kind, ErrorKind::invalid);
  EXPECT_EQ(world.connect("ws://").kind, ErrorKind::invalid);
  const Error refused = world.connect("ws://127.0.0.1:1/");
  EXPECT_EQ(refused.kind, ErrorKind::unreachable);
  EXPECT_NE(refused.what.find("can't connect"), std::string::npos) << refused.what;
  const Error declined = world.connect("ws://" + world.bound + "/link?ticket=secret");
  EXPECT_NE(declined.what.find("HTTP 404"), std::string::npos) << declined.what;
  EXPECT_EQ(declined.text().find("secret"), std::string::npos);
  const Error plain = world.connect("wss://" + world.bound + "/");
  EXPECT_NE(plain.what.find("no TLS"), std::string::npos) << plain.what;
}

TEST(WebSocket, a_certificate_that_nobody_vouches_for_is_refused) {
  const SelfSigned tls;
  World world(&tls);
  const Error refused = world.connect("wss://" + world.bound + "/");
  EXPECT_EQ(refused.kind, ErrorKind::unreachable);
  EXPECT_NE(refused.what.find("certificate verify failed"), std::string::npos) << refused.what;
}

}  // namespace
}  // namespace dw
