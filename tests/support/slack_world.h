// A loop with real time and a Slack at the other end of its sockets.
#pragma once
#include <functional>
#include <optional>

#include "connectors/slack/slack.h"
#include "fakes/slack.h"
#include "net/async_event.h"
#include "net/loop_clock.h"
#include "ports/rates.h"

namespace dw {

struct SlackWorld {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  HttpClient http{loop};
  MemoryRates rates{clock};
  FakeSlack slack;

  explicit SlackWorld(FakeSlackOptions options = {})
      : slack(loop, clock, tasks, http, std::move(options)) {
    slack.workspace().add_channel("C1", "general");
    slack.workspace().add_person("U7", "Ana Lopez", "ana@example.com");
  }
  ~SlackWorld() {
    slack.stop();
    run_until([this] { return tasks.size() == 0; }, Millis(2000));
  }

  SlackSettings settings() const {
    SlackSettings out;
    out.is_given = true;
    out.bot_token = Secret(slack.options().bot_token);
    out.app_token = Secret(slack.options().app_token);
    out.signing_secrets = {Secret(slack.options().signing_secret)};
    out.api_url = slack.api_url();
    return out;
  }
  /// Runs the loop until it holds, or the time is over; then false.
  bool run_until(const std::function<bool()>& holds, Millis at_most = Millis(5000)) {
    const Monotonic end = clock.monotonic() + at_most;
    loop.restart();
    while (!holds() && clock.monotonic() < end) loop.run_for(Millis(5));
    return holds();
  }
  template <class T>
  T wait_for(Task<T> task) {
    std::optional<T> out;
    tasks.run("test", keep(std::move(task), &out));
    run_until([&out] { return out.has_value(); }, Millis(20'000));
    return std::move(*out);
  }

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>* out) {
    *out = co_await std::move(task);
  }
};

}  // namespace dw
