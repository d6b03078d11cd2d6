#include "net/websocket.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <thread>

#include "base/hash.h"
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

/// The other end of one connection over TLS, frame by frame as RFC 6455 has them: it sends "hello",
/// reads one short message, closes where it should, and reads until the connection ends.
class TlsPeer {
 public:
  enum class After { closes, stays };
  TlsPeer(const SelfSigned& tls, After after) : after_(after) {
    context_.use_certificate_file(tls.cert, asio::ssl::context::pem);
    context_.use_private_key_file(tls.key, asio::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsPeer() { join(); }
  std::string url() {
    return "wss://localhost:" + std::to_string(acceptor_.local_endpoint().port()) + "/link";
  }
  std::string heard() {
    join();
    return heard_;
  }

 private:
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  static std::string accepted(const std::string& head) {
    const std::string name = "Sec-WebSocket-Key: ";
    const size_t at = head.find(name) + name.size();
    const std::string key =
        head.substr(at, head.find('\r', at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    EVP_Digest(key.data(), key.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
               EVP_sha1(), nullptr);
    return to_base64(std::string_view(digest).substr(0, size));
  }
  void serve() {
    boost::system::error_code failed;
    asio::ssl::stream<asio::ip::tcp::socket> line(loop_, context_);
    acceptor_.accept(line.next_layer(), failed);
    line.handshake(asio::ssl::stream_base::server, failed);
    std::string head;
    asio::read_until(line, asio::dynamic_buffer(head), "\r\n\r\n", failed);
    if (failed) return;
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accepted(head) + "\r\n\r\n\x81\x05hello";
    asio::write(line, asio::buffer(answer), failed);
    std::array<char, 6> start{};  // two bytes of a short frame, four of its mask
    asio::read(line, asio::buffer(start), failed);
    heard_.resize(static_cast<unsigned char>(start[1]) & 0x7F);
    asio::read(line, asio::buffer(heard_), failed);
    for (size_t i = 0; i < heard_.size(); ++i) {
      heard_[i] = static_cast<char>(heard_[i] ^ start[2 + i % 4]);
    }
    const std::string_view goodbye("\x88\x00", 2);
    if (after_ == After::closes) asio::write(line, asio::buffer(goodbye), failed);
    std::string rest;
    asio::read(line, asio::dynamic_buffer(rest), failed);
  }

  After after_;
  Loop loop_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  std::string heard_;
  std::thread thread_;
};

Task<void> talk(Loop& loop, std::string url, std::vector<std::string>* out) {
  const Result<std::unique_ptr<WebSocket>> socket =
      co_await WebSocket::connect(loop, std::move(url), WebSocketLimits{});
  if (socket.ok()) {
    const Result<std::string> first = co_await (*socket)->read();
    out->push_back(first.ok() ? *first : first.error().text());
    (*socket)->send("good day");
    const Result<std::string> second = co_await (*socket)->read();
    out->push_back(second.ok() ? *second : second.error().what);
  } else {
    out->push_back(socket.error().text());
  }
  loop.stop();
}

/// What a certificate is signed with, as the system knows it.
struct Trusted {
  explicit Trusted(const SelfSigned& tls) { ::setenv("SSL_CERT_FILE", tls.cert.c_str(), 1); }
  ~Trusted() { ::unsetenv("SSL_CERT_FILE"); }
};

TEST(WebSocket, messages_go_both_ways_over_tls_until_the_peer_closes) {
  const SelfSigned tls;
  const Trusted trusted(tls);
  TlsPeer peer(tls, TlsPeer::After::closes);
  World world;
  std::vector<std::string> seen;
  world.tasks.run("talk", talk(world.loop, peer.url(), &seen));
  world.loop.restart();
  world.loop.run_for(std::chrono::seconds(10));
  ASSERT_EQ(seen.size(), 2u) << (seen.empty() ? "" : seen[0]);
  EXPECT_EQ(seen[0], "hello");
  EXPECT_NE(seen[1].find("the connection ended"), std::string::npos) << seen[1];
  EXPECT_EQ(peer.heard(), "good day");
}

TEST(WebSocket, a_task_that_waits_for_a_message_over_tls_can_be_cancelled) {
  const SelfSigned tls;
  const Trusted trusted(tls);
  TlsPeer peer(tls, TlsPeer::After::stays);
  World world;
  std::vector<std::string> seen;
  world.tasks.run("talk", talk(world.loop, peer.url(), &seen));
  world.loop.restart();
  while (seen.empty()) world.loop.run_one();
  bool is_over = false;
  const auto stop = [](TaskGroup& tasks, bool* out) -> Task<void> {
    co_await tasks.stop(Millis(50));
    *out = true;
  };
  asio::co_spawn(world.loop, stop(world.tasks, &is_over), asio::detached);
  world.loop.run_for(Millis(1000));
  world.loop.restart();  // the task has stopped it when it ended
  world.loop.run_for(Millis(50));
  EXPECT_TRUE(is_over);
}

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
