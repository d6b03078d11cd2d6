#include "store/postgres/listener.h"

#include <libpq-fe.h>
#include <poll.h>

namespace dw {
namespace {

constexpr Millis reconnect_pause{1'000};
/// Nothing heard for this long: the server is asked whether it is still there.
constexpr Millis silence_max{10'000};
constexpr Millis answer_max{5'000};

DirtyFlags decode(std::string_view text) {
  return {.lanes = text.find('l') != std::string_view::npos,
          .queues = text.find('q') != std::string_view::npos,
          .notes = text.find('n') != std::string_view::npos};
}

Monotonic from_now(Millis time) {
  return std::chrono::steady_clock::now() + time;
}

}  // namespace

PostgresListener::PostgresListener(std::string url, std::string own,
                                   std::function<void(DirtyFlags)> tell)
    : url_(std::move(url)), own_(std::move(own)), tell_(std::move(tell)) {
  thread_ = std::thread([this] { listen_until_stopped(); });
}

PostgresListener::~PostgresListener() {
  stop_.raise();
  thread_.join();
}

void PostgresListener::listen_until_stopped() {
  constexpr int no_socket = -1;
  while (!stop_.is_raised()) {
    listen_once();
    if (wait_for(no_socket, 0, from_now(reconnect_pause), stop_) == Waited::interrupted) return;
  }
}

bool PostgresListener::ask(PGconn* connection, const char* query) {
  if (PQsendQuery(connection, query) == 0) return false;
  const Monotonic until = from_now(answer_max);
  bool is_answered = true;
  for (;;) {
    if (PQflush(connection) < 0) return false;
    while (PQisBusy(connection) == 0) {
      const PostgresResult result(PQgetResult(connection));
      if (!result) return is_answered && PQstatus(connection) == CONNECTION_OK;
      is_answered = is_answered && PQresultStatus(result.get()) == PGRES_COMMAND_OK;
    }
    if (wait_for(PQsocket(connection), POLLIN, until, stop_) != Waited::ready) return false;
    if (PQconsumeInput(connection) == 0) return false;
  }
}

void PostgresListener::tell_heard(PGconn* connection) {
  while (PGnotify* heard = PQnotifies(connection)) {
    // "lqn NAME": what was touched, and who touched it.
    const std::string_view notice = heard->extra;
    const size_t space = notice.find(' ');
    const bool is_own = space != std::string_view::npos && notice.substr(space + 1) == own_;
    if (!is_own) tell_(decode(notice.substr(0, space)));
    PQfreemem(heard);
  }
}

void PostgresListener::listen_once() {
  const Connected connected = connect_postgres(url_, {}, stop_);
  if (!connected.problem.empty()) return;
  PGconn* connection = connected.connection.get();
  if (!ask(connection, "LISTEN deskwire")) return;
  // What was committed while nobody listened is looked for once.
  tell_({.lanes = true, .queues = true, .notes = true});
  for (;;) {
    tell_heard(connection);
    switch (wait_for(PQsocket(connection), POLLIN, from_now(silence_max), stop_)) {
      case Waited::ready:
        if (PQconsumeInput(connection) == 0) return;
        break;
      case Waited::late:
        // A server that is silent may be one that is gone: LISTEN again does no harm.
        if (!ask(connection, "LISTEN deskwire")) return;
        break;
      case Waited::interrupted:
        return;
    }
  }
}

}  // namespace dw
