// libcurl's multi interface on the event loop: libcurl says which sockets to watch and when to
// wake it, the loop does both, and finished transfers resume the tasks that wait for them.
#include "net/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/international.h"
#include "base/number.h"
#include "base/text.h"
#include "net/http_date.h"
#include "net/loop_clock.h"

namespace dw {
namespace {

constexpr Millis retry_after_max{86'400'000};
constexpr long connect_timeout_ms = 10'000;
constexpr long connections_max = 64;
/// What is on its way while its fence shuts is cut this soon, also where nothing moves.
constexpr Millis fence_look{500};
/// What was looked at so lately need not be looked at again: nobody slept in between.
constexpr Millis wakeful{10};
/// How long a body is waited for where the status is enough.
constexpr Millis body_wait{1000};

/// What one transfer needs until it ends.
struct Transfer {
  HttpCall call;
  const Fence* fence = nullptr;
  HttpAnswer answer;
  curl_slist* headers = nullptr;
  std::string user, password, signing;
  int64_t file_sent = 0, file_taken = 0;  ///< of body_file and answer_file
  bool is_too_large = false;
  bool has_written = false;  ///< bytes of the request have left
  bool is_ready = false;     ///< was about to be sent once
  bool is_shut = false;      ///< by the fence
  int status = 0;            ///< of the latest head
  /// When a final head was whole.
  std::optional<std::chrono::steady_clock::time_point> heard_at;
  std::function<void(CURLcode)> done;

  ~Transfer() { curl_slist_free_all(headers); }

  bool needs_looks() const { return fence != nullptr || call.is_status_enough; }
  bool is_heard_enough() const { return call.is_status_enough && heard_at.has_value(); }
  bool may_send() {
    is_shut = is_shut || (fence != nullptr && !fence->may_send());
    return !is_shut;
  }
};

size_t take_body(char* bytes, size_t size, size_t count, void* given) {
  auto& transfer = *static_cast<Transfer*>(given);
  const size_t taken = transfer.answer.body.size() + static_cast<size_t>(transfer.file_taken);
  if (taken + size * count > transfer.call.answer_bytes_max) {
    transfer.is_too_large = true;
    return 0;
  }
  if (transfer.call.answer_file != nullptr) {
    if (!transfer.call.answer_file->append({bytes, size * count})) return 0;
    transfer.file_taken += static_cast<int64_t>(size * count);
    return size * count;
  }
  transfer.answer.body.append(bytes, size * count);
  return size * count;
}

/// "HTTP/1.1 200 OK"
int status_in(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  return number_in<int>(line.substr(space + 1, 3)).value_or(0);
}

size_t take_header(char* bytes, size_t size, size_t count, void* given) {
  auto& transfer = *static_cast<Transfer*>(given);
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {
    transfer.answer.headers.clear();  // an interim answer came first
    transfer.status = status_in(line);
  }
  // Before it is ready a proxy has answered, and nobody who was asked.
  if (trim(line).empty() && transfer.status >= 200 && transfer.is_ready) {
    transfer.heard_at = std::chrono::steady_clock::now();
  }
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    transfer.answer.headers.emplace_back(to_lower(line.substr(0, colon)),
                                         std::string(trim(line.substr(colon + 1))));
  }
  return size * count;
}

size_t give_body(char* bytes, size_t size, size_t count, void* given) {
  auto& transfer = *static_cast<Transfer*>(given);
  const int64_t got = transfer.call.body_file->read_at(transfer.file_sent, bytes, size * count);
  if (got < 0) return CURL_READFUNC_ABORT;
  transfer.file_sent += got;
  return static_cast<size_t>(got);
}

/// A proxy or a kept connection that died wants the body from its start.
int rewind_body(void* given, curl_off_t offset, int) {
  static_cast<Transfer*>(given)->file_sent = offset;
  return CURL_SEEKFUNC_OK;
}

int watch_sending(CURL*, curl_infotype kind, char*, size_t, void* given) {
  const bool is_request = kind == CURLINFO_HEADER_OUT || kind == CURLINFO_DATA_OUT;
  if (is_request) static_cast<Transfer*>(given)->has_written = true;
  return 0;
}

/// Connected, and about to send. libcurl sends a request again when a kept connection breaks before
/// the answer's first byte. What changes something must not be sent twice unasked: the second time
/// ends here, as a doubt.
int before_sending(void* given, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(given);
  if (!transfer.may_send()) return CURL_PREREQFUNC_ABORT;
  const bool is_repeat = std::exchange(transfer.is_ready, true);
  const bool may_repeat = transfer.call.method == "GET" || !transfer.has_written;
  return is_repeat && !may_repeat ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/// A query may hold secrets, and so does what stands in front of the host.
std::string host_and_path(const std::string& url) {
  std::string out = url.substr(0, url.find('?'));
  const size_t scheme_end = out.find("://");
  if (scheme_end == std::string::npos) return out;
  const size_t host = scheme_end + 3;
  const size_t at = out.substr(0, out.find('/', host)).rfind('@');
  return at == std::string::npos || at < host ? out : out.erase(host, at + 1 - host);
}

void prepare(CURL* easy, Transfer& transfer, Millis timeout) {
  const HttpCall& call = transfer.call;
  // libcurl would read international hosts in the locale's encoding, which need not be UTF-8.
  const std::string url = ascii_url(call.url).value_or(call.url);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Deskwire/" DW_VERSION);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   std::min(connect_timeout_ms, static_cast<long>(timeout.count())));
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, nullptr);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  // The debug hook is how libcurl tells that request bytes were handed to the socket.
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, watch_sending);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &transfer);
  for (const auto& [name, value] : call.headers) {
    transfer.headers = curl_slist_append(transfer.headers, (name + ": " + value).c_str());
  }
  if (call.aws) {
    transfer.signing = fmt::format("aws:amz:{}:{}", call.aws->region, call.aws->service);
    if (!call.aws->session_token.empty()) {
      transfer.headers = curl_slist_append(
          transfer.headers, ("X-Amz-Security-Token: " + call.aws->session_token.reveal()).c_str());
    }
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, transfer.signing.c_str());
    curl_easy_setopt(easy, CURLOPT_USERNAME, call.aws->key_id.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, call.aws->secret.reveal().c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
  if (call.body_file != nullptr) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(call.body_file->bytes()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, &transfer);
  } else if (call.method == "POST" || !call.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.c_str());
  }
  if (call.method != "GET" && call.method != "POST") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::optional<Millis> HttpAnswer::retry_after(TimePoint now) const {
  const std::string text(header("retry-after"));
  if (text.empty()) return std::nullopt;
  Millis wait{};
  if (const auto seconds = number_in(text)) {
    wait = Millis(std::clamp<int64_t>(*seconds, 0, retry_after_max.count() / 1000) * 1000);
  } else {
    const auto at = from_http_date(text);
    if (!at) return std::nullopt;
    wait = *at - now;
  }
  return std::clamp(wait, Millis(0), retry_after_max);
}

namespace {

/// When libcurl wants to be called. It says so anew several times in a request, mostly for at once
/// or for later than before; and each setting of a timer is a system call. So the timer stays as
/// long as it fires no later than it should, and what is due at once needs none.
class CallTimer {
 public:
  CallTimer(Loop& loop, std::function<void()> call)
      : loop_(loop),
        timer_(loop),
        call_(std::make_shared<std::function<void()>>(std::move(call))) {}

  /// Negative: not any more.
  void set(Millis from_now) {
    due_.reset();
    if (from_now < Millis(0)) return;
    due_ = std::chrono::steady_clock::now() + from_now;
    if (from_now == Millis(0)) {
      asio::post(loop_, [call = std::weak_ptr(call_), this] {
        if (!call.expired()) fire();
      });
    } else if (!fires_at_ || *due_ < *fires_at_) {
      start();
    }
  }

 private:
  void start() {
    fires_at_ = due_;
    timer_.expires_at(*due_);
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (cancelled) return;
      fires_at_.reset();
      fire();
    });
  }

  void fire() {
    if (!due_) return;
    if (std::chrono::steady_clock::now() >= *due_) {
      due_.reset();
      (*call_)();
    } else if (!fires_at_) {
      start();
    }
  }

  Loop& loop_;
  asio::steady_timer timer_;
  std::optional<Monotonic> due_, fires_at_;
  /// Shared with what is posted: it may outlive this.
  std::shared_ptr<std::function<void()>> call_;
};

}  // namespace

struct HttpClient::State {
  explicit State(Loop& l)
      : loop(l),
        timer(l, [this] { act(CURL_SOCKET_TIMEOUT, 0); }),
        look(l),
        multi(curl_multi_init()) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
  }
  ~State() {
    for (auto& [easy, transfer] : transfers) {
      curl_multi_remove_handle(multi, easy);
      curl_easy_cleanup(easy);
    }
    transfers.clear();
    curl_multi_cleanup(multi);
    for (auto& [fd, watched] : sockets) watched->descriptor.release();
  }

  struct Watched {
    asio::posix::stream_descriptor descriptor;
    int wanted = 0;  // CURL_POLL_*
    bool is_reading = false, is_writing = false;
  };

  static int on_socket(CURL*, curl_socket_t fd, int wanted, void* given, void*) {
    auto& self = *static_cast<State*>(given);
    if (wanted == CURL_POLL_REMOVE) {
      const auto found = self.sockets.find(fd);
      if (found != self.sockets.end()) {
        found->second->wanted = 0;
        // libcurl closes the descriptor itself.
        found->second->descriptor.release();
        self.sockets.erase(found);
      }
      return 0;
    }
    auto& watched = self.sockets[fd];
    if (!watched) {
      // Shared with the waits on it, which may end after it was removed.
      watched = std::make_shared<Watched>(Watched{asio::posix::stream_descriptor(self.loop, fd)});
    }
    watched->wanted = wanted;
    self.watch(fd, watched);
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* given) {
    static_cast<State*>(given)->timer.set(Millis(milliseconds));
    return 0;
  }

  void watch(curl_socket_t fd, const std::shared_ptr<Watched>& watched) {  // shared: see on_socket
    using Descriptor = asio::posix::stream_descriptor;
    if ((watched->wanted & CURL_POLL_IN) != 0 && !watched->is_reading) {
      watched->is_reading = true;
      watched->descriptor.async_wait(Descriptor::wait_read, [this, fd, watched](auto failed) {
        watched->is_reading = false;
        ready(fd, watched, failed, CURL_CSELECT_IN);
      });
    }
    if ((watched->wanted & CURL_POLL_OUT) != 0 && !watched->is_writing) {
      watched->is_writing = true;
      watched->descriptor.async_wait(Descriptor::wait_write, [this, fd, watched](auto failed) {
        watched->is_writing = false;
        ready(fd, watched, failed, CURL_CSELECT_OUT);
      });
    }
  }

  void ready(curl_socket_t fd, const std::shared_ptr<Watched>& watched,  // shared: see on_socket
             boost::system::error_code failed, int what) {
    if (failed == asio::error::operation_aborted || watched->wanted == 0) return;
    act(fd, failed ? CURL_CSELECT_ERR : what);
    const auto still = sockets.find(fd);
    if (still != sockets.end() && still->second == watched) watch(fd, watched);
  }

  /// A process that slept does this before libcurl sends the rest of what it had begun. A body that
  /// nobody needs is not waited for.
  void cut_what_is_over() {
    looked_last = boot_time();
    for (auto it = transfers.begin(); it != transfers.end();) {
      const auto next = std::next(it);
      Transfer& one = *it->second;
      const bool is_slow =
          one.is_heard_enough() && std::chrono::steady_clock::now() - *one.heard_at > body_wait;
      if (is_slow || !one.may_send()) end(it, CURLE_ABORTED_BY_CALLBACK);
      it = next;
    }
  }

  /// Runs while something that may be over before its deadline is on its way.
  void look_now_and_then() {
    if (looked_at == 0) return;
    look.expires_after(fence_look);
    look.async_wait([this](boost::system::error_code cancelled) {
      if (cancelled) return;
      cut_what_is_over();
      look_now_and_then();
    });
  }

  void begin(CURL* easy, Transfer* transfer) {
    transfers.emplace(easy, transfer);
    if (transfer->needs_looks() && ++looked_at == 1) look_now_and_then();
    curl_multi_add_handle(multi, easy);
  }

  void end(std::map<CURL*, Transfer*>::iterator found, CURLcode code) {
    const auto [easy, transfer] = *found;
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    transfers.erase(found);
    if (transfer->needs_looks() && --looked_at == 0) look.cancel();
    // Not from inside libcurl, and not through a function that the resumed frame destroys.
    asio::post(loop, [done = std::move(transfer->done), code] { done(code); });
  }

  void act(curl_socket_t fd, int what) {
    if (boot_time() - looked_last > wakeful) cut_what_is_over();
    int running = 0;
    curl_multi_socket_action(multi, fd, what, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto found = transfers.find(easy);
      if (found == transfers.end()) continue;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      found->second->answer.status = static_cast<int>(status);
      end(found, code);
    }
  }

  Loop& loop;
  CallTimer timer;
  asio::steady_timer look;
  size_t looked_at = 0;  // transfers that need it
  Monotonic looked_last{};
  CURLM* multi;
  std::map<CURL*, Transfer*> transfers;  // owned by the tasks that wait for them
  // Shared: see on_socket.
  std::map<curl_socket_t, std::shared_ptr<Watched>> sockets;
};

HttpClient::HttpClient(Loop& loop) : state_(std::make_unique<State>(loop)) {}
HttpClient::~HttpClient() = default;

Task<Result<HttpAnswer>> HttpClient::send(HttpCall call, Millis timeout, const Fence* fence) {
  // To libcurl 0 is "without end".
  if (timeout <= Millis(0)) {
    co_return Error{ErrorKind::unreachable, host_and_path(call.url),
                    "the deadline passed before the request was sent"};
  }
  Transfer transfer;
  transfer.call = std::move(call);
  transfer.fence = fence;
  CURL* easy = curl_easy_init();
  DW_ASSERT(easy != nullptr, "libcurl has memory for a handle");
  prepare(easy, transfer, timeout);
  auto initiate = [this, easy, &transfer](auto handler) {
    // Shared because std::function must be copyable; it is called once.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    transfer.done = [shared](CURLcode code) { (*shared)(code); };
    state_->begin(easy, &transfer);
  };
  const CURLcode code =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(CURLcode)>(
          initiate, asio::use_awaitable);
  const std::string where = host_and_path(transfer.call.url);
  if (code == CURLE_OK) co_return std::move(transfer.answer);
  if (transfer.is_heard_enough()) {
    transfer.answer.status = transfer.status;
    co_return std::move(transfer.answer);
  }
  std::string what = curl_easy_strerror(code);
  if (code == CURLE_ABORTED_BY_CALLBACK) what = "the connection broke before any answer";
  if (transfer.is_shut)
    what = "cancelled: the attempt timed out, or another replica may have taken over";
  if (transfer.is_too_large) what = "the response is too large";
  // The second is also what libcurl calls an answer that is no HTTP.
  const bool is_bad_url = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
  if (is_bad_url && !transfer.has_written) {
    co_return Error{ErrorKind::invalid, where, what};
  }
  co_return Error{transfer.has_written ? ErrorKind::unsure : ErrorKind::unreachable, where, what};
}

}  // namespace dw
