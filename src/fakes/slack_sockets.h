// Socket Mode's other side: connections, envelopes, acknowledgements, and what goes wrong with
// them on demand.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fakes/slack_workspace.h"
#include "net/http_client.h"
#include "net/http_session.h"
#include "net/task_group.h"

namespace dw {

class FakeSlackSockets {
 public:
  enum class Trouble {
    warning,  ///< "disconnect" with a warning; the connection ends soon after
    refresh,  ///< "disconnect" with refresh_requested
    disable,  ///< Socket Mode was switched off
    drop,     ///< connections break without a word
    silence,  ///< no pings, no pongs, no events, until they are dropped
    deaf,     ///< pings, and no events
  };
  struct Acknowledged {
    std::string type;
    json::value payload, answer;
  };

  FakeSlackSockets(Loop& loop, Clock& clock, TaskGroup& tasks, HttpClient& http,
                   const FakeSlackOptions& options);
  ~FakeSlackSockets();

  /// A ticket for one connection.
  std::string fresh_ticket();
  bool use_ticket(const std::string& ticket);
  /// Upgrades a connection whose request had this head.
  void take(TcpSocket socket, std::string head);

  /// Sends until somebody has acknowledged: "events_api", "slash_commands", "interactive".
  void send(const std::string& type, json::value payload);
  /// For connections that there are now.
  void disturb(Trouble trouble);
  void use_events_url(std::string url);
  /// From now on what happens is told to nobody, and never will be: tries are used up.
  void lose_events(bool is_losing);

  /// How long each acknowledgement took since the envelope was written, since the last call.
  std::vector<std::chrono::microseconds> take_delays();
  /// What was acknowledged is counted and no longer kept.
  void keep_nothing();
  size_t connections() const;
  size_t connected_ever() const;
  size_t unacknowledged() const;
  const std::vector<Acknowledged>& acknowledged() const;
  void stop();

  struct State;

 private:
  // Shared with the tasks that serve: the last may end after this object.
  std::shared_ptr<State> state_;
};

}  // namespace dw
