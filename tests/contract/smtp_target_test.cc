// Mail against a server of a few lines: what is not sent any more once another may have taken the
// lane over. What real servers say is in tests/e2e/notices_mail.test.mjs.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "connectors/smtp/smtp.h"
#include "domain/delivery.h"
#include "support/loop_world.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;

constexpr Millis plenty{5000};

/// Takes one connection after the other, each as often as it says something.
class MailServer {
 public:
  MailServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~MailServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::string url() const { return "smtp+plain://127.0.0.1:" + std::to_string(port_); }
  /// The first word of each line that a client sent, without the mail itself.
  std::string said() const {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  void serve() {
    for (;;) {
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      timeval timeout{2, 0};
      ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
      talk(client);
      ::close(client);
    }
  }
  static void say(int client, const std::string& line) {
    ::send(client, line.data(), line.size(), MSG_NOSIGNAL);
  }
  void talk(int client) {
    say(client, "220 test\r\n");
    std::string waiting;
    bool is_mail = false;
    char bytes[4096];
    for (;;) {
      const ssize_t got = ::recv(client, bytes, sizeof bytes, 0);
      if (got <= 0) return;
      waiting.append(bytes, static_cast<size_t>(got));
      for (size_t end = waiting.find("\r\n"); end != std::string::npos;
           end = waiting.find("\r\n")) {
        const std::string line = waiting.substr(0, end);
        waiting.erase(0, end + 2);
        if (is_mail && line != ".") continue;
        const std::string word = is_mail ? "mail" : line.substr(0, 4);
        {
          const std::lock_guard lock(mutex_);
          said_ += word + " ";
        }
        is_mail = word == "DATA";
        say(client, is_mail ? "354 go on\r\n" : "250 good\r\n");
      }
    }
  }

  int socket_;
  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string said_;
  std::thread thread_;
};

/// Open until a time.
struct Lease : Fence {
  Lease(Clock& c, Millis length) : clock(c), until(c.monotonic() + length) {}
  bool may_send() const override { return clock.monotonic() < until; }
  Clock& clock;
  Monotonic until;
};

std::vector<Delivery> mail(int64_t id, bool is_once = true) {
  MailSend send{.to = {"pat@customer.example"}, .subject = "Closed", .text = "words"};
  send.is_once = is_once;
  return {Delivery{.id = {id}, .target = "mail", .payload = std::move(send)}};
}

struct MailWorld : LoopWorld {
  MailServer server;
  std::unique_ptr<SmtpTarget> target;

  explicit MailWorld(int per_minute = 60'000) {
    MailSettings settings;
    settings.url = server.url();
    settings.from = "Desk <desk@acme.example>";
    target = std::make_unique<SmtpTarget>(loop, clock, rates, settings, per_minute);
  }
  Outcome perform(int64_t id, Attempt attempt) {
    return wait_for(target->perform(mail(id), attempt)).at(0);
  }
};

TEST(SmtpTarget, mail_is_handed_in_while_the_lane_is_held) {
  MailWorld w;
  const Lease lease(w.clock, plenty);
  const Outcome outcome = w.perform(1, Attempt::within(w.clock, plenty, &lease));
  EXPECT_EQ(outcome.kind, Kind::done) << outcome.why;
  EXPECT_NE(w.server.said().find("MAIL RCPT DATA mail"), std::string::npos) << w.server.said();
}

TEST(SmtpTarget, what_another_may_have_taken_over_is_not_sent) {
  MailWorld w;
  const Lease lease(w.clock, Millis(0));
  const Outcome outcome = w.perform(1, Attempt::within(w.clock, plenty, &lease));
  EXPECT_EQ(outcome.kind, Kind::later) << outcome.why;
  EXPECT_EQ(w.server.said().find("MAIL"), std::string::npos) << w.server.said();
}

TEST(SmtpTarget, a_lease_that_ends_while_mail_waits_for_its_pace_keeps_it_here) {
  MailWorld w(60);  // one a second
  EXPECT_EQ(w.perform(1, Attempt::within(w.clock, plenty)).kind, Kind::done);
  const std::string before = w.server.said();
  const Lease lease(w.clock, Millis(300));
  const Outcome outcome = w.perform(2, Attempt::within(w.clock, plenty, &lease));
  EXPECT_EQ(outcome.kind, Kind::later) << outcome.why;
  EXPECT_EQ(w.server.said().find("MAIL", before.size()), std::string::npos) << w.server.said();
}

TEST(SmtpTarget, a_try_whose_time_is_over_sends_nothing) {
  MailWorld w;
  for (const Millis time : {Millis(0), Millis(-60'000)}) {
    EXPECT_EQ(w.perform(1, Attempt::within(w.clock, time)).kind, Kind::later);
  }
  EXPECT_EQ(w.server.said(), "");
}

}  // namespace
}  // namespace dw
