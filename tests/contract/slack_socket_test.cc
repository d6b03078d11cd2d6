// Socket Mode against a Slack whose connections end, break, fall silent or go deaf.
#include <gtest/gtest.h>

#include <set>

#include "connectors/slack/socket.h"
#include "domain/event.h"
#include "support/slack_world.h"

namespace dw {
namespace {

using Trouble = FakeSlackSockets::Trouble;

/// Keeps what it is handed; can be told to fail or to be slow.
struct Inbasket : EventSink {
  explicit Inbasket(SlackWorld& w) : world(w) {}
  bool takes(std::string_view kind) const override { return kind != "chat.reaction"; }
  Task<Result<json::value>> accept(Event event) override {
    if (is_slow) {
      AsyncEvent pause(world.loop, world.clock);
      co_await pause.wait(world.clock.monotonic() + Millis(150));
    }
    if (is_full) co_return Error{ErrorKind::full, "store", "no room"};
    unanswered_at_commit = std::max(unanswered_at_commit, world.slack.sockets().unacknowledged());
    if (keys.insert(event.key).second) events.push_back(std::move(event));
    co_return reply;
  }
  bool has(const std::string& key) const { return keys.count(key) > 0; }

  SlackWorld& world;
  bool is_slow = false, is_full = false;
  json::value reply{};
  std::vector<Event> events;
  std::set<std::string> keys;
  size_t unanswered_at_commit = 0;
};

FakeSlackOptions quick() {
  FakeSlackOptions options;
  options.ping_every = Millis(100);
  options.redeliver_after = Millis(400);
  return options;
}

SlackSocketSettings quick_settings() {
  SlackSocketSettings settings;
  settings.limits.silence_max = Millis(600);
  settings.backoff_first = Millis(50);
  settings.backoff_max = Millis(200);
  settings.refused_pause = Millis(500);
  settings.hello_timeout = Millis(500);
  return settings;
}

struct World : SlackWorld {
  SlackApi api{http, loop, clock, rates, settings()};
  Random random{7};
  Inbasket sink{*this};
  std::vector<std::pair<bool, std::string>> told;
  std::optional<SlackSocket> socket;

  explicit World(SlackSocketSettings given = quick_settings()) : SlackWorld(quick()) {
    const auto tell = [this](bool is_working, const std::string& why) {
      told.emplace_back(is_working, why);
    };
    socket.emplace(api, sink, tasks, random, tell, given);
    socket->start();
  }
  ~World() {
    socket->stop();
    run_until([this] { return socket->connections() == 0 && slack.sockets().connections() == 0; });
    slack.stop();
    run_until([this] { return tasks.size() == 0; });
  }
  bool is_connected() {
    return run_until([this] { return socket->connections() == 2; });
  }
  std::string say(const std::string& text) {
    return "C1/" + slack.workspace().say("C1", "U7", text);
  }
  bool hears(const std::string& key, Millis at_most = Millis(5000)) {
    return run_until([&] { return sink.has(key); }, at_most);
  }
  bool is_all_acknowledged() {
    return run_until([this] { return slack.sockets().unacknowledged() == 0; });
  }
};

TEST(SlackSocket, a_press_on_a_button_is_an_action_with_its_value) {
  World world;
  ASSERT_TRUE(world.is_connected());
  world.slack.press("C1", "900.1", "U7", "ticket.take", "17");
  ASSERT_TRUE(world.run_until([&] { return !world.sink.events.empty(); }));
  const Event& event = world.sink.events.front();
  EXPECT_EQ(event.kind, "chat.action");
  EXPECT_EQ(to_text(event.body), R"({"action":"ticket.take","value":"17","channel":"C1",)"
                                 R"("message":"900.1","user":{"id":"U7","name":"u7"}})");
  EXPECT_TRUE(world.is_all_acknowledged());
}

TEST(SlackSocket, two_connections_bring_events_which_are_acknowledged_after_the_commit) {
  World world;
  ASSERT_TRUE(world.is_connected());
  EXPECT_EQ(world.slack.sockets().connections(), 2U);
  world.sink.is_slow = true;
  const std::string key = world.say("<@U1> VPN is down");
  ASSERT_TRUE(world.hears(key));
  EXPECT_GE(world.sink.unanswered_at_commit, 1U) << "acknowledged before it was committed";
  ASSERT_TRUE(world.is_all_acknowledged());
  EXPECT_EQ(world.sink.events.size(), 2U) << "the message, and that it mentions us";
  EXPECT_TRUE(world.told.back().first);
}

TEST(SlackSocket, what_could_not_be_committed_is_not_acknowledged_and_comes_again) {
  World world;
  ASSERT_TRUE(world.is_connected());
  world.sink.is_full = true;
  const std::string key = world.say("x");
  EXPECT_FALSE(world.hears(key, Millis(300)));
  EXPECT_EQ(world.slack.sockets().unacknowledged(), 1U);
  world.sink.is_full = false;
  EXPECT_TRUE(world.hears(key));
  EXPECT_TRUE(world.is_all_acknowledged());
}

TEST(SlackSocket, what_is_no_event_of_ours_is_acknowledged_at_once) {
  World world;
  ASSERT_TRUE(world.is_connected());
  world.slack.sockets().send("events_api", json::object{{"type", "app_rate_limited"}});
  world.slack.sockets().send("interactive", json::object{{"type", "view_closed"}});
  world.slack.sockets().send("unheard_of", nullptr);
  const std::string root = world.slack.workspace().say("C1", "U7", "x");
  world.slack.workspace().react("C1", root, "U7", "eyes");
  EXPECT_TRUE(world.is_all_acknowledged());
  EXPECT_EQ(world.sink.events.size(), 1U);
}

TEST(SlackSocket, a_command_gets_its_answer_with_the_acknowledgement) {
  World world;
  ASSERT_TRUE(world.is_connected());
  world.sink.reply = json::object{{"text", "3 open"}};
  world.slack.command("C1", "U7", "stats");
  ASSERT_TRUE(world.is_all_acknowledged());
  EXPECT_EQ(world.sink.events.at(0).kind, "chat.command");
  EXPECT_EQ(to_text(world.slack.sockets().acknowledged().at(0).answer),
            R"({"response_type":"ephemeral","text":"3 open"})");
}

TEST(SlackSocket, before_a_connection_ends_another_has_taken_over) {
  World world;
  for (const Trouble trouble : {Trouble::warning, Trouble::refresh}) {
    ASSERT_TRUE(world.is_connected());
    const size_t before = world.slack.sockets().connected_ever();
    world.slack.sockets().disturb(trouble);
    size_t fewest = 2;
    const auto has_others = [&] {
      fewest = std::min(fewest, world.slack.sockets().connections());
      return world.slack.sockets().connected_ever() == before + 2;
    };
    EXPECT_TRUE(world.run_until(has_others));
    EXPECT_EQ(fewest, 2U) << "there was a moment without";
    const std::string key = world.say("during");
    EXPECT_TRUE(world.hears(key));
    EXPECT_TRUE(world.run_until([&] { return world.slack.sockets().connections() == 2; }));
  }
  EXPECT_TRUE(world.is_all_acknowledged());
}

TEST(SlackSocket, broken_connections_are_opened_again_and_nothing_is_lost) {
  World world;
  ASSERT_TRUE(world.is_connected());
  std::vector<std::string> keys;
  for (int i = 0; i < 20; ++i) {
    keys.push_back(world.say("message " + std::to_string(i)));
    if (i % 7 == 3) world.slack.sockets().disturb(Trouble::drop);
    world.run_until([] { return false; }, Millis(30));
  }
  for (const std::string& key : keys) EXPECT_TRUE(world.hears(key)) << key;
  EXPECT_TRUE(world.is_all_acknowledged());
  EXPECT_TRUE(world.is_connected());
}

TEST(SlackSocket, after_slack_was_away_it_connects_as_soon_as_a_call_succeeds) {
  SlackSocketSettings settings = quick_settings();
  settings.backoff_first = Millis(1500);
  settings.backoff_max = Millis(60'000);
  World world(settings);
  ASSERT_TRUE(world.is_connected());
  constexpr int refused = 3;  // behind the third it would wait three seconds at least
  for (int i = 0; i < refused; ++i) {
    world.slack.fault({.method = "apps.connections.open", .status = 503});
  }
  world.told.clear();
  world.slack.sockets().disturb(Trouble::drop);
  const auto failures = [&] {
    return std::count_if(world.told.begin(), world.told.end(), [](const auto& one) {
      return one.second.find("503") != std::string::npos;
    });
  };
  ASSERT_TRUE(world.run_until([&] { return failures() >= refused; }, Millis(10'000)));
  EXPECT_EQ(world.socket->connections(), 0U);
  SlackCall call{.method = "auth.test", .fields = {}};
  const Attempt attempt(world.clock.monotonic() + Millis(5000));
  EXPECT_TRUE(world.wait_for(world.api.call(std::move(call), attempt)).ok());
  EXPECT_TRUE(world.run_until([&] { return world.socket->connections() == 2; }, Millis(2000)));
}

TEST(SlackSocket, a_silent_connection_is_given_up) {
  World world;
  ASSERT_TRUE(world.is_connected());
  world.slack.sockets().disturb(Trouble::silence);
  const std::string key = world.say("x");
  EXPECT_TRUE(world.hears(key)) << "over a new one";
}

TEST(SlackSocket, a_deaf_connection_is_found_out_and_what_was_missed_is_read) {
  SlackSocketSettings settings = quick_settings();
  settings.deaf_after = Millis(1500);
  settings.late_after = Millis(0);
  World world(settings);
  ASSERT_TRUE(world.is_connected());
  ASSERT_TRUE(world.hears(world.say("heard")));
  world.slack.sockets().disturb(Trouble::deaf);
  const size_t before = world.slack.sockets().connected_ever();
  const std::string key = world.say("unheard");
  EXPECT_TRUE(world.hears(key));
  EXPECT_GE(world.slack.count("conversations.history"), 1U);
  EXPECT_TRUE(world.run_until([&] { return world.slack.sockets().connected_ever() > before; }));
}

TEST(SlackSocket, switched_off_it_waits_and_says_so) {
  World world;
  ASSERT_TRUE(world.is_connected());
  const size_t before = world.slack.sockets().connected_ever();
  world.slack.sockets().disturb(Trouble::disable);
  EXPECT_TRUE(world.run_until([&] { return !world.told.back().first; }));
  EXPECT_NE(world.told.back().second.find("switched off"), std::string::npos);
  world.run_until([] { return false; }, Millis(200));
  EXPECT_EQ(world.slack.sockets().connected_ever(), before) << "not at once";
  EXPECT_TRUE(world.is_connected()) << "but later";
}

TEST(SlackSocket, a_refused_token_is_not_tried_for_ever) {
  World world;
  world.slack.fault({.method = "apps.connections.open", .word = "invalid_auth"});
  world.run_until([&] { return !world.told.empty(); });
  ASSERT_FALSE(world.told.empty());
  EXPECT_FALSE(world.told.front().first);
  EXPECT_TRUE(world.is_connected());
}

TEST(SlackSocket, it_stops_when_what_is_under_way_is_acknowledged) {
  World world;
  ASSERT_TRUE(world.is_connected());
  world.sink.is_slow = true;
  const std::string key = world.say("last words");
  world.run_until([] { return false; }, Millis(50));
  world.socket->stop();
  EXPECT_TRUE(world.run_until([&] { return world.slack.sockets().connections() == 0; }));
  EXPECT_TRUE(world.sink.has(key));
  EXPECT_EQ(world.slack.sockets().unacknowledged(), 0U);
}

}  // namespace
}  // namespace dw
