#include "store/postgres/listener.h"

#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <array>

#include "base/owned.h"
#include "store/postgres/postgres_db.h"

namespace dw {
namespace {

constexpr int reconnect_milliseconds = 1000;

Touched decode(std::string_view text) {
  return {.lanes = text.find('l') != std::string_view::npos,
          .queues = text.find('q') != std::string_view::npos,
          .notes = text.find('n') != std::string_view::npos};
}

}  // namespace

PostgresListener::PostgresListener(std::string url, std::string own,
                                   std::function<void(Touched)> tell)
    : url_(std::move(url)), own_(std::move(own)), tell_(std::move(tell)) {
  const int made = ::pipe(stop_pipe_);
  DW_ASSERT(made == 0, "a process that starts has two file descriptors to spare");
  thread_ = std::thread([this] { listen_until_stopped(); });
}

PostgresListener::~PostgresListener() {
  is_stopping_ = true;
  ::close(stop_pipe_[1]);
  thread_.join();
  ::close(stop_pipe_[0]);
}

void PostgresListener::listen_until_stopped() {
  while (!is_stopping_) {
    listen_once();
    pollfd stop{stop_pipe_[0], POLLIN, 0};
    if (!is_stopping_) ::poll(&stop, 1, reconnect_milliseconds);
  }
}

void PostgresListener::listen_once() {
  const Owned<PGconn, PQfinish> connection(connect_postgres(url_));
  if (PQstatus(connection.get()) != CONNECTION_OK) return;
  PQclear(PQexec(connection.get(), "LISTEN deskwire"));
  // What was committed while nobody listened is looked for once.
  tell_({.lanes = true, .queues = true, .notes = true});
  while (!is_stopping_) {
    std::array<pollfd, 2> waiting = {
        {{PQsocket(connection.get()), POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[1].revents != 0 || PQconsumeInput(connection.get()) == 0) return;
    while (PGnotify* heard = PQnotifies(connection.get())) {
      // "lqn NAME": what was touched, and who touched it.
      const std::string_view notice = heard->extra;
      const size_t space = notice.find(' ');
      const bool is_own = space != std::string_view::npos && notice.substr(space + 1) == own_;
      if (!is_own) tell_(decode(notice.substr(0, space)));
      PQfreemem(heard);
    }
  }
}

}  // namespace dw
