// Socket Mode: Slack's events over web sockets that we open (docs.slack.dev, "Using Socket Mode",
// read 2026-11). Several connections are open at once; Slack gives each payload to one of them. A
// payload is acknowledged after it is committed and not before.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "connectors/slack/api.h"
#include "net/async_event.h"
#include "net/task_group.h"
#include "net/websocket.h"
#include "ports/source.h"

namespace dw {

struct SlackSocketSettings {
  size_t connections = 2;
  WebSocketLimits limits{};
  Millis hello_timeout{10'000};
  Millis backoff_first{1'000}, backoff_max{60'000};
  /// Socket Mode is switched off, or the token is refused: looked at again this often.
  Millis refused_pause{300'000};
  /// Nothing heard for so long in a workspace that talks: is it silence, or are we deaf?
  Millis deaf_after{600'000};
  Millis late_after{60'000};  ///< a message may be on its way for so long without our being deaf
};

class SlackSocket {
 public:
  /// "slack:socket" as people are shown it; `told` hears whether it works and why not.
  using Told = std::function<void(bool is_working, const std::string& why)>;

  SlackSocket(SlackApi& api, EventSink& sink, TaskGroup& tasks, Random& random, Told told,
              SlackSocketSettings settings = {});
  ~SlackSocket();

  /// Keeps connections open until stop(). Call once.
  void start();
  /// Takes no more; what is being committed is still acknowledged, then the connections end.
  void stop();
  /// Connections that have said hello and are not about to end.
  size_t connections() const;

 private:
  struct Session;

  Task<void> keep_until_stopped();
  Task<Result<void>> open_one();
  Task<void> run(std::shared_ptr<Session> session);  // shared with its envelopes
  Task<void> take(std::shared_ptr<Session> session,  // shared: see run()
                  json::value envelope);
  Task<Result<json::value>> accept(std::string type, json::value payload);
  void hear(const std::shared_ptr<Session>& session, json::value frame);  // shared: see run()
  void hear_disconnect(Session& session, std::string_view reason);
  void replace_leaving();
  Monotonic next_look(const Error* failed);
  void hear_answer();
  Task<void> listen_for_deafness();
  Task<void> end();

  SlackApi& api_;
  EventSink& sink_;
  TaskGroup& tasks_;
  Random& random_;
  Told told_;
  SlackSocketSettings settings_;
  AsyncEvent changed_;
  std::vector<std::shared_ptr<Session>> sessions_;  // shared: see run()
  size_t in_work_ = 0;
  int failures_ = 0;
  bool is_stopping_ = false;
  bool is_away_ = false;  ///< the latest failure was that nobody answered
  Monotonic failed_at_{};
  Monotonic heard_at_{};
  Monotonic refused_until_{};
  std::string last_channel_, last_message_;  // of the newest message that was heard
};

}  // namespace dw
