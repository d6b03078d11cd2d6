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

/// What it says instead of what servers usually say.
struct Manners {
  std::string greeting = "220 test";
  std::string sender = "250 good";  ///< to MAIL
  bool is_silent_at_quit = false;
};

/// Takes one connection after the other, each as often as it says something.
class MailServer {
 public:
  explicit MailServer(Manners manners)
      : manners_(std::move(manners)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
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
      timeval timeout{8, 0};
      ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
      talk(client);
      ::close(client);
    }
  }
  static void say(int client, const std::string& line) {
    ::send(client, line.data(), line.size(), MSG_NOSIGNAL);
  }
  void talk(int client) {
    say(client, manners_.greeting + "\r\n");
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
        if (word == "QUIT" && manners_.is_silent_at_quit) continue;
        const std::string answer = word == "MAIL" ? manners_.sender : "250 good";
        say(client, (is_mail ? "354 go on" : answer) + "\r\n");
      }
    }
  }

  Manners manners_;
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

  explicit MailWorld(int per_minute = 60'000, Manners manners = {}, bool wants_tls = false)
      : server(std::move(manners)) {
    MailSettings settings;
    settings.url = wants_tls ? "smtp://" + server.url().substr(12) : server.url();
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

TEST(SmtpTarget, a_server_that_refuses_this_machine_refuses_no_letter) {
  MailWorld w(60'000, {.greeting = "554 5.7.1 no service for you"});
  const Outcome outcome = w.perform(1, Attempt::within(w.clock, plenty));
  EXPECT_EQ(outcome.kind, Kind::later);
  EXPECT_EQ(outcome.why,
            "the mail server takes no mail from this machine: 554 5.7.1 no service for you");
}

TEST(SmtpTarget, what_is_missing_is_named) {
  MailWorld anonymous(60'000, {.sender = "530 5.7.0 Authentication required"});
  const Outcome outcome = anonymous.perform(1, Attempt::within(anonymous.clock, plenty));
  EXPECT_EQ(outcome.kind, Kind::later);
  EXPECT_TRUE(outcome.why.starts_with("the mail server wants a login (mail.username"))
      << outcome.why;
  MailWorld in_clear(60'000, {}, true);
  const Outcome refused = in_clear.perform(1, Attempt::within(in_clear.clock, plenty));
  EXPECT_EQ(refused.why,
            "not sent: the server offers no STARTTLS, and nothing is sent without TLS");
}

TEST(SmtpTarget, a_server_that_answers_no_goodbye_holds_nobody) {
  const auto began = std::chrono::steady_clock::now();
  {
    MailWorld w(60'000, {.is_silent_at_quit = true});
    EXPECT_EQ(w.perform(1, Attempt::within(w.clock, plenty)).kind, Kind::done);
    w.target.reset();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(4));
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
