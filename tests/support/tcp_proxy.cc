#include "support/tcp_proxy.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace dw {
namespace {

constexpr int look_milliseconds = 20;
constexpr std::chrono::milliseconds held_back_for{2000};

void must(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

/// The frontend's messages as they pass: the first has no type, the others a type and a length.
class Frontend {
 public:
  /// Whether these bytes begin to execute the statement that is named "commit".
  bool has_commit(std::string_view bytes) {
    waiting_.append(bytes);
    bool found = false;
    for (;;) {
      const size_t head = is_started_ ? 1 : 0;
      if (waiting_.size() < head + 4) return found;
      uint32_t length = 0;
      std::memcpy(&length, waiting_.data() + head, sizeof length);
      length = ntohl(length);
      if (waiting_.size() < head + length) return found;
      const std::string_view body(waiting_.data() + head + 4, length - 4);
      // Bind: the portal's name (none), then the statement's.
      constexpr std::string_view bind("\0commit\0", 8);
      found = found || (is_started_ && waiting_[0] == 'B' && body.starts_with(bind));
      waiting_.erase(0, head + length);
      is_started_ = true;
    }
  }

 private:
  std::string waiting_;
  bool is_started_ = false;
};

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool is_readable(int socket, int milliseconds) {
  pollfd waiting{socket, POLLIN, 0};
  return ::poll(&waiting, 1, milliseconds) > 0;
}

}  // namespace

void give_time(std::chrono::milliseconds time) {
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

TcpProxy::TcpProxy(const std::string& url) {
  const size_t host = url.find("host=");
  must(host != std::string::npos, "the url names the folder of the cluster's socket");
  socket_path_ = url.substr(host + 5) + "/.s.PGSQL.5432";
  const size_t from = url.find("@/") + 2;
  // The database, and which schema of it.
  const std::string behind = url.substr(from, host - from);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  must(::bind(listener_, generic, size) == 0 && ::listen(listener_, 64) == 0 &&
           ::getsockname(listener_, generic, &size) == 0,
       "a port of loopback is free");
  url_ = fmt::format("postgresql://deskwire@127.0.0.1:{}/{}sslmode=disable&gssencmode=disable",
                     ntohs(address.sin_port), behind);
  acceptor_ = std::thread([this] { accept_until_stopped(); });
}

TcpProxy::~TcpProxy() {
  is_stopping_ = true;
  acceptor_.join();
  for (std::thread& one : carriers_) one.join();
  ::close(listener_);
}

void TcpProxy::accept_until_stopped() {
  while (!is_stopping_) {
    if (!is_readable(listener_, look_milliseconds)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    carriers_.emplace_back([this, client] { carry(client); });
  }
}

namespace {

/// The end of the server's answer to a COMMIT that it has executed (CommandComplete).
constexpr std::string_view committed("COMMIT\0", 7);

/// What a server says to each session when it is shut down (ErrorResponse).
std::string shutdown_notice() {
  static constexpr char fields[] =
      "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0";
  const auto length = static_cast<uint32_t>(sizeof fields + sizeof(uint32_t));
  std::string out = "E";
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(length >> shift & 0xFFU);
  return out.append(fields, sizeof fields);
}

}  // namespace

void TcpProxy::carry(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path_.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool is_open =
      ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  Frontend frontend;
  std::array<char, 16384> piece{};
  std::string held;
  bool is_answer_lost = false, is_answer_torn = false;
  while (is_open && !is_stopping_ && !is_broken_) {
    std::array<pollfd, 2> both = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (is_silent_) {
      give_time(std::chrono::milliseconds(look_milliseconds));
      continue;
    }
    if (::poll(both.data(), both.size(), look_milliseconds) <= 0) continue;
    if (both[1].revents != 0) {
      const ssize_t got = ::recv(server, piece.data(), piece.size(), 0);
      if (got <= 0 || is_answer_lost) break;
      const std::string_view answer(piece.data(), static_cast<size_t>(got));
      const size_t end = is_answer_torn ? answer.find(committed) : std::string_view::npos;
      if (end != std::string_view::npos) {
        send_all(client, answer.substr(0, end + committed.size()));
        send_all(client, shutdown_notice());
        break;
      }
      send_all(client, answer);
    }
    if (both[0].revents == 0) continue;
    const ssize_t got = ::recv(client, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    const std::string_view bytes(piece.data(), static_cast<size_t>(got));
    CommitFault fault = CommitFault::none;
    if (frontend.has_commit(bytes)) fault = fault_.exchange(CommitFault::none);
    if (fault != CommitFault::none) ++faults_;
    if (fault == CommitFault::commit_lost) break;
    if (fault == CommitFault::held_back) {
      held = bytes;
      break;
    }
    is_answer_lost = is_answer_lost || fault == CommitFault::answer_lost;
    is_answer_torn = is_answer_torn || fault == CommitFault::answer_torn;
    send_all(server, bytes);
  }
  ::close(client);
  if (!held.empty()) {
    // The server knows nothing of the break.
    give_time(held_back_for);
    send_all(server, held);
    while (is_readable(server, 1000) && ::recv(server, piece.data(), piece.size(), 0) > 0) {
    }
  }
  ::close(server);
}

}  // namespace dw
