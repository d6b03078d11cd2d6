#include "store/postgres/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/number.h"
#include "base/text.h"
#include "base/unique_handle.h"

namespace dw {
namespace {

Monotonic from_now(Millis time) {
  return std::chrono::steady_clock::now() + time;
}

/// The url may name several hosts, and a time for each.
Millis time_to_connect(PGconn* connection, Millis ours) {
  const UniqueHandle<PQconninfoOption, PQconninfoFree> options(PQconninfo(connection));
  int64_t seconds = 0;
  int64_t hosts = 1;
  for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr;
       ++one) {
    if (one->val == nullptr) continue;
    const std::string_view key = one->keyword, value = one->val;
    if (key == "connect_timeout") {
      seconds = number_in(value).value_or(0);
    } else if (key == "host" || key == "hostaddr") {
      hosts = std::max<int64_t>(hosts, 1 + std::count(value.begin(), value.end(), ','));
    }
  }
  return (seconds > 0 ? Millis(seconds * 1000) : ours) * hosts;
}

std::string finish_connecting(PGconn* connection, Monotonic until, const Interrupt& interrupt) {
  if (PQstatus(connection) == CONNECTION_BAD) return std::string(trim(PQerrorMessage(connection)));
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) return std::string(trim(PQerrorMessage(connection)));
    const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const Waited waited = wait_for(PQsocket(connection), events, until, interrupt);
    if (waited == Waited::late) return "the server does not answer";
    if (waited == Waited::interrupted) return "the store is closed";
    next = PQconnectPoll(connection);
  }
  return {};
}

}  // namespace

void PostgresFree::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void PostgresFree::operator()(pg_result* result) const {
  PQclear(result);
}

Waited wait_for(int socket, short events, Monotonic until, const Interrupt& interrupt) {
  for (;;) {
    if (interrupt.is_raised()) return Waited::interrupted;
    const auto left = std::chrono::ceil<Millis>(until - std::chrono::steady_clock::now());
    if (left <= Millis(0)) return Waited::late;
    std::array<pollfd, 2> waiting = {{{socket, events, 0}, {interrupt.fd(), POLLIN, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
    if (ready > 0 && waiting[1].revents == 0) return Waited::ready;
  }
}

Connected connect_postgres(const std::string& url, const PostgresPatience& timeout,
                           const Interrupt& interrupt) {
  // What stands before dbname gives way to what the url says. connect_timeout is not libpq's to
  // keep here; 0 tells it apart from one of the url's.
  constexpr std::array<const char*, 9> keys = {
      "application_name",    "connect_timeout",  "keepalives_idle",
      "keepalives_interval", "keepalives_count", "tcp_user_timeout",
      "client_encoding",     "dbname",           nullptr};
  const std::array<const char*, 9> values = {"deskwire", "0",    "5",         "3",    "3",
                                             "15000",    "UTF8", url.c_str(), nullptr};
  Connected out{PostgresConnection(PQconnectStartParams(keys.data(), values.data(), 1)), {}};
  DW_ASSERT(out.connection.get() != nullptr, "there is memory for a connection");
  const Millis time = time_to_connect(out.connection.get(), timeout.connect);
  out.problem = finish_connecting(out.connection.get(), from_now(time), interrupt);
  if (out.problem.empty()) PQsetnonblocking(out.connection.get(), 1);
  return out;
}

}  // namespace dw
