// Slack as a program: `fake_slack [--port N] [--page MESSAGES]` prints its address and obeys orders
// at /fake/… until it is ended; --page is the most that one answer of history holds. One channel
// and one person are there from the start.
#include <fmt/format.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fakes/slack.h"
#include "net/loop_clock.h"

int main(int count, char** arguments) {
  using namespace dw;
  FakeSlackOptions options;
  for (int i = 1; i + 1 < count; ++i) {
    const std::string_view option = arguments[i];
    if (option == "--port") options.port = std::atoi(arguments[i + 1]);
    if (option == "--page") options.page_max = static_cast<size_t>(std::atoi(arguments[i + 1]));
  }
  Loop loop;
  LoopClock clock(loop);
  TaskGroup tasks(loop, clock);
  HttpClient http(loop);
  FakeSlack slack(loop, clock, tasks, http, options);
  slack.workspace().add_channel("C1", "general");
  slack.workspace().add_person("U7", "Ana Lopez", "ana@example.com");
  slack.workspace().add_person("U8", "Ben Ek", "ben@example.com");
  fmt::print("fake slack on {}\n", slack.url());
  std::fflush(stdout);
  asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&loop](boost::system::error_code, int) { loop.stop(); });
  loop.run();
  return 0;
}
