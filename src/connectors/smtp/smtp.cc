#include "connectors/smtp/smtp.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "base/international.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "connectors/smtp/reply.h"
#include "ports/pace.h"

namespace dw {
namespace {

constexpr size_t connections_max = 4;
constexpr Millis login_pause{300'000};
constexpr long connect_timeout_ms = 10'000;
constexpr std::string_view plain_scheme = "smtp+plain://";

/// How long all servers together may take to answer our goodbye.
constexpr std::chrono::seconds goodbye_wait{2};

/// What went wrong where the server said nothing of it.
std::string words_for(CURLcode code) {
  switch (code) {
    case CURLE_USE_SSL_FAILED:
      return "the server offers no STARTTLS, and nothing is sent without TLS";
    case CURLE_SSL_CONNECT_ERROR:
      return "no TLS connection: mail.url is smtp:// for STARTTLS (port 587), "
             "smtps:// for TLS from the start (port 465)";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the server's TLS certificate is not trusted, or is for another name";
    case CURLE_OPERATION_TIMEDOUT:
      return "the server did not answer in time (timeout)";
    default:
      return curl_easy_strerror(code);
  }
}

/// Closes connections. A server that does not answer QUIT would hold libcurl for two minutes.
void close_all(const std::vector<CURL*>& handles) {
  if (handles.empty()) return;
  // Copies: libcurl closes its own, and their numbers may then be another file's.
  std::vector<int> sockets;
  for (CURL* one : handles) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(one, CURLINFO_ACTIVESOCKET, &socket);
    if (socket != CURL_SOCKET_BAD) sockets.push_back(::dup(socket));
  }
  std::mutex mutex;
  std::condition_variable ended;
  bool is_ended = false;
  std::thread cutter([&] {
    std::unique_lock lock(mutex);
    if (ended.wait_for(lock, goodbye_wait, [&] { return is_ended; })) return;
    for (const int one : sockets) ::shutdown(one, SHUT_RDWR);
  });
  for (CURL* one : handles) curl_easy_cleanup(one);
  {
    const std::lock_guard lock(mutex);
    is_ended = true;
  }
  ended.notify_one();
  cutter.join();
  for (const int one : sockets) ::close(one);
}

/// What our own greeting says; a name with odd characters would break the URL.
std::string own_name() {
  char name[128] = {};
  ::gethostname(name, sizeof name - 1);
  const std::string_view text(name);
  const bool is_good =
      !text.empty() && text.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == std::string_view::npos;
  return is_good ? std::string(text) : "localhost";
}

}  // namespace

/// One mail, or one look at the server; lives on the frame of the task that waits for it.
struct SmtpTarget::Transfer {
  MailSend mail;
  std::string message;  ///< empty: only sign in
  std::string sender;
  Attempt attempt;
  size_t taken = 0;      ///< bytes of the message that libcurl has
  bool has_all = false;  ///< it was told of the end
  SmtpReplies replies;   ///< what the server said
  bool needs_utf8 = false, lacks_utf8 = false;
  CURLcode code = CURLE_OK;
  bool is_shut = false;       ///< by the fence
  bool is_signed_in = false;  ///< the server takes mail of us
  bool is_anonymous = false;  ///< there is no login to give

  bool may_go_on() {
    is_shut = is_shut || !attempt.may_send();
    return !is_shut;
  }
  /// In the server's own words, where it said any.
  std::string why() const {
    return replies.refusal().empty() ? words_for(code) : replies.refusal();
  }
};

struct SmtpTarget::State {
  State(Loop& l, Clock& c) : loop(l), clock(c), pool(connections_max) {}
  ~State() {
    pool.join();
    close_all(idle);
  }
  CURL* take(Transfer& transfer) {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return curl_easy_init();
    CURL* one = idle.back();
    idle.pop_back();
    // A connection that is kept says only once what it can do.
    transfer.replies = SmtpReplies(utf8.contains(one));
    return one;
  }
  void give(CURL* one, const Transfer& transfer) {
    curl_easy_reset(one);  // keeps its connection
    const std::lock_guard lock(mutex);
    idle.push_back(one);
    if (transfer.replies.has_smtputf8()) {
      utf8.insert(one);
    } else {
      utf8.erase(one);
    }
  }

  static size_t read(char* into, size_t size, size_t count, void* given) {
    auto& transfer = *static_cast<Transfer*>(given);
    if (!transfer.may_go_on()) return CURL_READFUNC_ABORT;
    const size_t bytes = std::min(size * count, transfer.message.size() - transfer.taken);
    std::memcpy(into, transfer.message.data() + transfer.taken, bytes);
    transfer.taken += bytes;
    transfer.has_all = transfer.taken == transfer.message.size();
    return bytes;
  }
  static size_t hear(char* bytes, size_t size, size_t count, void* given) {
    static_cast<Transfer*>(given)->replies.hear({bytes, size * count});
    return size * count;
  }

  /// Signed in, and about to name the sender.
  static int before_sending(void* given, char*, char*, int, int) {
    auto& transfer = *static_cast<Transfer*>(given);
    transfer.replies.forget_refusal();  // another way to sign in was taken
    transfer.is_signed_in = true;
    transfer.lacks_utf8 = transfer.needs_utf8 && !transfer.replies.has_smtputf8();
    return transfer.may_go_on() && !transfer.lacks_utf8 ? CURL_PREREQFUNC_OK
                                                        : CURL_PREREQFUNC_ABORT;
  }
  /// Called many times while libcurl works, and once a second while it waits.
  static int look(void* given, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(given)->may_go_on() ? 0 : 1;
  }

  void perform(Transfer& transfer, const MailSettings& settings) {
    // Other mail may have kept all threads busy for longer than this one has.
    const auto left = static_cast<long>(transfer.attempt.left(clock).count());
    if (left <= 0) {
      transfer.code = CURLE_OPERATION_TIMEDOUT;
      return;
    }
    CURL* easy = take(transfer);
    if (easy == nullptr) {
      transfer.code = CURLE_OUT_OF_MEMORY;
      return;
    }
    const bool is_plain = settings.url.starts_with(plain_scheme);
    std::string url =
        is_plain ? "smtp://" + settings.url.substr(plain_scheme.size()) : settings.url;
    while (url.ends_with('/')) url.pop_back();
    url = ascii_url(url).value_or(url) + "/" + own_name();
    curl_slist* to = nullptr;
    for (const std::string& one : transfer.mail.to) to = curl_slist_append(to, one.c_str());
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // "Try" would go on in clear where the offer of STARTTLS was stripped away.
    curl_easy_setopt(easy, CURLOPT_USE_SSL, is_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(connect_timeout_ms, left));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, hear);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &transfer);
    if (!settings.username.empty()) {
      curl_easy_setopt(easy, CURLOPT_USERNAME, settings.username.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, settings.password.reveal().c_str());
    }
    if (transfer.message.empty()) {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "NOOP");
    } else {
      curl_easy_setopt(easy, CURLOPT_MAIL_FROM, transfer.sender.c_str());
      curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
      // One bad address of an alert must not keep it from the others.
      curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, transfer.mail.to.size() > 1 ? 1L : 0L);
      curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
      curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
      curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                       static_cast<curl_off_t>(transfer.message.size()));
    }
    transfer.code = curl_easy_perform(easy);
    curl_slist_free_all(to);
    give(easy, transfer);
  }

  Loop& loop;
  Clock& clock;
  asio::thread_pool pool;
  std::mutex mutex;
  std::vector<CURL*> idle;
  std::set<CURL*> utf8;  // whose server has SMTPUTF8
};

SmtpTarget::SmtpTarget(Loop& loop, Clock& clock, Rates& rates, const MailSettings& settings,
                       int per_minute)
    : loop_(loop),
      clock_(clock),
      settings_(settings),
      state_(std::make_unique<State>(loop, clock)),
      rates_(rates),
      rate_(even_rate("notices by mail", per_minute)) {
  const std::string_view host =
      std::string_view(settings_.url).substr(settings_.url.find("://") + 3);
  label_ = "smtp:" + std::string(host.substr(0, host.find_first_of(":/")));
}

SmtpTarget::~SmtpTarget() = default;

/// Runs it on a thread of the pool; the caller's task goes on on the loop.
Task<void> SmtpTarget::run(Transfer& transfer) {
  auto initiate = [this, &transfer](auto handler) {
    // Shared because the pool copies its jobs; it is called once, on the loop.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    asio::post(state_->pool, [this, &transfer, shared] {
      state_->perform(transfer, settings_);
      asio::post(state_->loop, [shared] { std::move (*shared)(); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate,
                                                                       asio::use_awaitable);
}

Task<std::vector<Outcome>> SmtpTarget::perform(std::vector<Delivery> deliveries, Attempt attempt) {
  std::vector<Outcome> outcomes;
  for (const Delivery& delivery : deliveries) {
    const auto* mail = std::get_if<MailSend>(&delivery.payload);
    Result<void> turn;
    // Notices alone keep the pace: an alert does not stand behind thousands of them. The wait for a
    // place must leave time for the mail itself.
    if (mail != nullptr && mail->is_once) {
      std::vector<RateRule> rules(1, rate_);
      const Millis timeout = std::min(attempt.left(clock_) / 2, 2 * rate_.interval);
      turn = co_await wait_for_slot(rates_, loop_, clock_, std::move(rules), timeout);
    }
    if (!turn.ok()) {
      outcomes.push_back(
          Outcome::later(std::string(own_pace) + "notices.rate_per_minute", turn.error().when));
      continue;
    }
    Delivery copy = delivery;
    outcomes.push_back(co_await send(std::move(copy), attempt));
  }
  co_return outcomes;
}

Task<Outcome> SmtpTarget::send(Delivery delivery, Attempt attempt) {
  const auto* mail = std::get_if<MailSend>(&delivery.payload);
  if (mail == nullptr) co_return Outcome::refused("a mail server accepts mail only");
  const Result<MailSender> from = parse_sender(settings_.from);
  if (!from.ok()) co_return Outcome::later(from.error().text(), login_pause);
  const std::string id =
      fmt::format("{}.{}", to_text(delivery.id), delivery.created_at.time_since_epoch().count());
  Result<std::string> message = compose_mail(*mail, *from, id, delivery.created_at);
  if (!message.ok()) co_return Outcome::refused(message.error().what);
  Transfer transfer{
      .mail = *mail, .message = std::move(*message), .sender = from->address, .attempt = attempt};
  std::string beyond_ascii = is_ascii(from->address) ? "" : from->address;
  for (std::string& to : transfer.mail.to) {
    to = mail_address(to).value_or(to);
    if (!is_ascii(to)) beyond_ascii = to;
  }
  transfer.needs_utf8 = !beyond_ascii.empty();
  transfer.is_anonymous = settings_.username.empty();
  co_await run(transfer);
  if (transfer.lacks_utf8) {
    co_return Outcome::refused(
        fmt::format("not sent: the mail server has no SMTPUTF8, which {} needs", beyond_ascii));
  }
  co_return outcome_of(transfer);
}

Outcome SmtpTarget::outcome_of(const Transfer& transfer) {
  const int reply = transfer.replies.refusal_code();
  if (transfer.code == CURLE_OK) {
    return Outcome::done(json::object{{"reply", transfer.replies.code()}});
  }
  if (transfer.is_shut && !transfer.has_all) {
    return Outcome::later("not sent: the lane's lease expired");
  }
  const std::string why = transfer.why();
  if (transfer.code == CURLE_LOGIN_DENIED || reply == 530 || reply == 535) {
    const char* what = transfer.is_anonymous
                           ? "the mail server wants a login (mail.username, mail.password): "
                           : "the mail server rejected mail.username: ";
    return Outcome::later(what + why, login_pause);
  }
  // It refuses this machine, and no letter.
  if (reply >= 500 && !transfer.is_signed_in) {
    return Outcome::later("the mail server takes no mail from this machine: " + why, login_pause);
  }
  if (reply >= 500) return Outcome::refused("the mail server rejected it: " + why);
  if (transfer.has_all && reply == 0) {
    return Outcome::unsure("the mail server may have accepted it: " + why);
  }
  return Outcome::later("not sent: " + why);
}

Task<Settled> SmtpTarget::settle(Delivery delivery, Attempt) {
  const auto* mail = std::get_if<MailSend>(&delivery.payload);
  if (mail != nullptr && mail->is_once) {
    co_return Settled{.kind = Settled::Kind::unknown,
                      .why =
                          "the mail server may have accepted it and cannot be queried: check its "
                          "log, then retry or discard the delivery"};
  }
  co_return Settled{.kind = Settled::Kind::repeatable,
                    .why = "sent again: a second alert is better than none"};
}

Task<std::vector<Probe>> SmtpTarget::probe(Millis timeout) {
  Probe probe{.name = "mail"};
  Transfer transfer;
  transfer.attempt = Attempt(clock_.monotonic() + timeout);
  const Result<MailSender> from = parse_sender(settings_.from);
  transfer.needs_utf8 = from.ok() && !is_ascii(from->address);
  co_await run(transfer);
  probe.is_ok = transfer.code == CURLE_OK && from.ok();
  if (transfer.lacks_utf8) {
    probe.detail = fmt::format("{} has no SMTPUTF8, which mail.from ({}) needs", label_.substr(5),
                               from->address);
  } else if (transfer.code == CURLE_LOGIN_DENIED) {
    probe.detail = "the server rejected mail.username and mail.password";
  } else if (transfer.code != CURLE_OK) {
    probe.detail = fmt::format("{}: {}", label_.substr(5), transfer.why());
  } else {
    probe.detail = from.ok() ? fmt::format("{} accepts mail{}", label_.substr(5),
                                           settings_.username.empty() ? ", without a login"
                                                                      : " of " + settings_.username)
                             : from.error().text();
  }
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
