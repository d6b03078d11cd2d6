// Load for the intake benchmark: signed Teams activities over keep-alive connections, each sent
// once, the next as soon as the answer is there, or at its time where a pace is given. An answer
// counts only if it is 200 and names a ticket. All signatures are computed before the clock starts,
// so that this program costs the machine little: it shares two cores with the server that it
// measures.
//
//   load PORT PATH SECRET CONNECTIONS SECONDS FIRST_ID [REQUESTS_MAX [PER_SECOND]]
//                                                                     prints one JSON object
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "http_text.h"

namespace bench {

using Ticks = std::chrono::steady_clock;

constexpr size_t id_digits = 13;  // Teams' ids are milliseconds since 1970
constexpr size_t signature_notices = 44;
constexpr double warm_up_share = 0.2;
constexpr int nobody_answers_ms = 10'000;

struct Options {
  uint16_t port = 0;
  std::string path, secret;
  int connections = 1;
  double seconds = 5;
  uint64_t first_id = 0;
  size_t requests_max = 400'000;
  double per_second = 0;  // 0: as many as are answered
};

/// An activity as Teams sends it, its id as a run of '@' (recorded shape, invented people).
std::string activity() {
  const std::string id(id_digits, '@');
  const std::string text =
      "<at>Deskwire</at> Title: VPN drops every ten minutes<br>Priority: high<br>Description: "
      "Since 9 this morning.<br>Happens on wifi and on cable, in the office and at home. The "
      "client says that the gateway does not answer, then connects again by itself.<br><br>Error "
      "619 in the log of the client, nothing in the log of the gateway.";
  const std::string channel = "19:d441e2c9a0f14b6f8f5a3c7be2d1a0c4@thread.tacv2";
  return R"({"type":"message","id":")" + id +
         R"(","timestamp":"2026-02-17T01:01:47.4513813Z",)"
         R"("localTimestamp":"2026-02-16T17:01:47.4513813-08:00","localTimezone":)"
         R"("America/Los_Angeles","serviceUrl":"https://smba.example.com/amer/ed6e/",)"
         R"("channelId":"msteams","locale":"en-US","textFormat":"plain","from":{"id":)"
         R"("29:198PbUn9gLb4mWZ2qS1a","name":"Ana Lopez","aadObjectId":)"
         R"("7a9b12a6-4f02-43f1-b6f9-fd10e047f903"},"conversation":{"isGroup":true,)"
         R"("conversationType":"channel","tenantId":"ed6e0000-1111-2222-3333-444455556666",)"
         R"("id":")" +
         channel + ";messageid=" + id + R"(","name":"General"},"recipient":null,"text":")" + text +
         R"(\n","entities":[{"type":"clientInfo","locale":"en-US","country":"US","platform":)"
         R"("Web","timezone":"America/Los_Angeles"}],"channelData":{"teamsChannelId":")" +
         channel + R"(","channel":{"id":")" + channel +
         R"("},"team":{"id":"19:8j-Ml0pQ@thread.tacv2"},"tenant":{"id":)"
         R"("ed6e0000-1111-2222-3333-444455556666"}},"replyToId":null,"value":null})";
}

void put_id(std::string& text, const std::vector<size_t>& places, uint64_t id) {
  std::array<char, id_digits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%013llu", static_cast<unsigned long long>(id));
  for (const size_t place : places) text.replace(place, id_digits, digits.data(), id_digits);
}

std::vector<size_t> places_of(const std::string& text, const std::string& mark) {
  std::vector<size_t> out;
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    out.push_back(at);
    at += mark.size();
  }
  return out;
}

/// One request as a text with two kinds of holes, and the signatures that fill one of them.
class Requests {
 public:
  explicit Requests(const Options& options) : first_id_(options.first_id) {
    std::string body = activity();
    const std::vector<size_t> ids = places_of(body, std::string(id_digits, '@'));
    const std::string key = from_base64(options.secret);
    signatures_.resize(options.requests_max);
    for (size_t n = 0; n < signatures_.size(); ++n) {
      put_id(body, ids, first_id_ + n);
      signatures_[n] = sign(key, body);
    }
    const std::string head =
        "POST " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
        "\r\n"
        "Content-Type: application/json; charset=utf-8\r\nAuthorization: HMAC " +
        std::string(signature_notices, '~') + "\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n";
    signature_at_ = head.find('~');
    text_ = head + body;
    for (const size_t place : ids) id_at_.push_back(head.size() + place);
  }

  bool has_next() const { return next_ < signatures_.size(); }
  size_t sent() const { return next_; }
  /// The next request; good until the one after it.
  const std::string& next() {
    text_.replace(signature_at_, signature_notices, signatures_[next_].data(), signature_notices);
    put_id(text_, id_at_, first_id_ + next_++);
    return text_;
  }

 private:
  using Signature = std::array<char, signature_notices + 1>;

  static std::string from_base64(const std::string& text) {
    std::string out(text.size(), '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) {
      std::fprintf(stderr, "the secret is not base64\n");
      std::exit(2);
    }
    const auto padding = static_cast<int>(std::count(text.begin(), text.end(), '='));
    out.resize(static_cast<size_t>(size - padding));
    return out;
  }

  static Signature sign(const std::string& key, const std::string& body) {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
    Signature out{};
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), digest.data(), 32);
    return out;
  }

  uint64_t first_id_;
  size_t next_ = 0, signature_at_ = 0;
  std::vector<size_t> id_at_;
  std::vector<Signature> signatures_;
  std::string text_;
};

struct Connection {
  int socket = -1;
  std::string out, in;
  size_t written = 0;
  bool is_waiting = false;
  Ticks::time_point asked;
};

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)),
        requests_(options_),
        connections_(size_t(options_.connections)) {
    latencies_.reserve(options_.requests_max);
  }

  void run() {
    loop_ = epoll_create1(EPOLL_CLOEXEC);
    const auto began = Ticks::now();
    next_due_ = began;
    counted_from_ = began + seconds(options_.seconds * warm_up_share);
    until_ = began + seconds(options_.seconds * (1 + warm_up_share));
    for (Connection& connection : connections_) open(connection);
    std::array<epoll_event, 256> events{};
    while (busy_ > 0 || (!free_.empty() && Ticks::now() < until_)) {
      const int ready = epoll_wait(loop_, events.data(), int(events.size()), wait_ms());
      if (ready == 0 && has_given_up()) break;
      for (int n = 0; n < ready; ++n)
        on_event(*static_cast<Connection*>(events[size_t(n)].data.ptr));
      ask_those_due();
    }
    broken_ += size_t(busy_);
    ended_ = Ticks::now();
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto last = std::min(ended_, until_);
    const double span = std::chrono::duration<double>(last - counted_from_).count();
    std::printf(
        "{\"answered\":%zu,\"refused\":%zu,\"broken\":%zu,\"sent\":%zu,\"has_run_out\":%s,"
        "\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
        "\"load_cpu_seconds\":%.2f,\"first_refusal\":\"%s\"}\n",
        latencies_.size(), refused_, broken_, requests_.sent(),
        requests_.has_next() ? "false" : "true", span, span > 0 ? double(in_time_) / span : 0,
        quantile(0.5), quantile(0.99), quantile(1),
        double(used.ru_utime.tv_sec) + double(used.ru_utime.tv_usec) / 1e6 +
            double(used.ru_stime.tv_sec) + double(used.ru_stime.tv_usec) / 1e6 - cpu_before_,
        first_refusal_.c_str());
  }

  /// What signing cost is not part of what the load cost.
  void start_counting_cpu() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    cpu_before_ = double(used.ru_utime.tv_sec) + double(used.ru_utime.tv_usec) / 1e6 +
                  double(used.ru_stime.tv_sec) + double(used.ru_stime.tv_usec) / 1e6;
  }

 private:
  static Ticks::duration seconds(double count) {
    return std::chrono::duration_cast<Ticks::duration>(std::chrono::duration<double>(count));
  }

  double quantile(double share) const {
    if (latencies_.empty()) return 0;
    const auto place = size_t(share * double(latencies_.size() - 1));
    return double(latencies_[place]) / 1e6;
  }

  void open(Connection& connection) {
    if (connection.socket >= 0) ::close(connection.socket);
    connection.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(options_.port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(connection.socket, reinterpret_cast<sockaddr*>(&there), sizeof there) != 0) {
      std::perror("connect");
      std::exit(1);
    }
    const int yes = 1;
    setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(connection.socket, F_SETFL, O_NONBLOCK);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &connection;
    epoll_ctl(loop_, EPOLL_CTL_ADD, connection.socket, &wanted);
    connection.in.clear();
    ask(connection);
  }

  int wait_ms() const { return options_.per_second == 0 ? nobody_answers_ms : 1; }

  /// After a wait in which nothing came: what is open then counts as broken.
  bool has_given_up() const {
    return options_.per_second == 0 ||
           Ticks::now() > until_ + std::chrono::milliseconds(nobody_answers_ms);
  }

  /// With a pace, a connection waits here for its turn. Where all are busy, requests fall due in
  /// vain: the pace is not made up for later.
  void ask_those_due() {
    if (options_.per_second == 0) return;
    const auto now = Ticks::now();
    for (; next_due_ <= now; next_due_ += seconds(1 / options_.per_second)) {
      if (free_.empty()) continue;
      Connection& connection = *free_.back();
      free_.pop_back();
      send_next(connection);
    }
  }

  void ask(Connection& connection) {
    connection.is_waiting = false;
    if (options_.per_second > 0)
      free_.push_back(&connection);
    else
      send_next(connection);
  }

  void send_next(Connection& connection) {
    if (!requests_.has_next() || Ticks::now() >= until_) return;
    const std::string& request = requests_.next();
    connection.asked = Ticks::now();
    // A request is smaller than a socket's buffer, and the buffer is empty: one write takes it.
    const ssize_t wrote = ::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL);
    if (wrote != ssize_t(request.size())) {
      ++broken_;
      return;
    }
    connection.is_waiting = true;
    ++busy_;
  }

  void on_event(Connection& connection) {
    std::array<char, 16384> buffer;
    const ssize_t got = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return on_close(connection);
    connection.in.append(buffer.data(), size_t(got));
    const Message answer = first_message(connection.in);
    if (answer.size == 0 || !connection.is_waiting) return;
    --busy_;
    take(connection, answer);
    const bool is_last = header(answer.head, "Connection") == "close";
    connection.in.erase(0, answer.size);
    if (is_last) return open(connection);
    ask(connection);
  }

  void on_close(Connection& connection) {
    if (connection.is_waiting) {
      --busy_;
      ++broken_;
    }
    if (Ticks::now() < until_ && requests_.has_next()) return open(connection);
    ::close(connection.socket);
    connection.socket = -1;
  }

  void take(const Connection& connection, const Message& answer) {
    const auto now = Ticks::now();
    const size_t ticket = answer.body.find("Ticket #");
    const bool is_good = answer.head.starts_with("HTTP/1.1 200") &&
                         ticket != std::string_view::npos && ticket + 8 < answer.body.size() &&
                         answer.body[ticket + 8] >= '0' && answer.body[ticket + 8] <= '9';
    if (!is_good) {
      if (refused_++ == 0) first_refusal_ = plain(answer);
      return;
    }
    if (now < counted_from_) return;
    if (now <= until_) ++in_time_;
    latencies_.push_back(std::chrono::nanoseconds(now - connection.asked).count());
  }

  static std::string plain(const Message& answer) {
    std::string out(answer.head.substr(0, answer.head.find('\r')));
    out += " " + std::string(answer.body.substr(0, 120));
    std::erase_if(out, [](char c) { return c == '"' || c == '\\' || c < ' '; });
    return out;
  }

  Options options_;
  Requests requests_;
  std::vector<Connection> connections_;
  std::vector<Connection*> free_;
  std::vector<int64_t> latencies_;
  std::string first_refusal_;
  Ticks::time_point counted_from_, until_, ended_, next_due_;
  size_t refused_ = 0, broken_ = 0, in_time_ = 0;
  double cpu_before_ = 0;
  int busy_ = 0, loop_ = -1;
};

}  // namespace bench

int main(int count, char** arguments) {
  if (count < 7) {
    std::fprintf(
        stderr, "load PORT PATH SECRET CONNECTIONS SECONDS FIRST_ID [REQUESTS_MAX [PER_SECOND]]\n");
    return 2;
  }
  bench::Options options;
  options.port = uint16_t(std::atoi(arguments[1]));
  options.path = arguments[2];
  options.secret = arguments[3];
  options.connections = std::atoi(arguments[4]);
  options.seconds = std::atof(arguments[5]);
  options.first_id = std::strtoull(arguments[6], nullptr, 10);
  if (count > 7) options.requests_max = std::strtoull(arguments[7], nullptr, 10);
  if (count > 8) options.per_second = std::atof(arguments[8]);
  bench::Load load(std::move(options));
  load.start_counting_cpu();
  load.run();
  load.print();
  return 0;
}
