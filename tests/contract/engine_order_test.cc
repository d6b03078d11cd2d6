// What several connections bring at nearly the same time is taken in the order in which it was
// said.
#include "contract/engine_world.h"
#include "engine/in_order.h"

namespace dw {
namespace {

struct OrderWorld {
  Loop loop;
  ManualClock clock;
  TaskGroup tasks{loop, clock};
  InOrder order{loop, clock};
  Texts taken;

  Task<void> take(Event event) {
    co_await order.wait_for_slot(event);
    taken.push_back(event.key);
  }
  void say(const char* key, const char* kind = "chat.message", const char* channel = "C1") {
    Event event{.source = "slack", .key = key, .kind = kind, .at = clock.now(), .body = {}};
    event.body = json::object{{"channel", channel}};
    tasks.run("say", take(std::move(event)));
    pump();
  }
  void pump() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  void pass(Millis time) {
    for (Millis step(0); step < time; step += Millis(10)) {
      clock.advance(Millis(10));
      pump();
    }
  }
};

TEST(EngineOrder, three_at_once_are_taken_as_they_were_said) {
  OrderWorld world;
  world.say("C1/100.000300");
  world.pass(Millis(100));
  world.say("C1/100.000100");
  world.say("C1/100.000200");
  EXPECT_EQ(world.taken, Texts{});
  world.pass(Millis(160));
  EXPECT_EQ(world.taken, (Texts{"C1/100.000100", "C1/100.000200", "C1/100.000300"}));
  EXPECT_EQ(world.order.waiting(), 0U);
}

TEST(EngineOrder, what_comes_later_than_the_window_holds_nobody) {
  OrderWorld world;
  world.say("C1/100.000300");
  world.pass(Millis(260));
  EXPECT_EQ(world.taken, Texts{"C1/100.000300"});
  world.say("C1/100.000100");
  world.pass(Millis(260));
  EXPECT_EQ(world.taken, (Texts{"C1/100.000300", "C1/100.000100"}));
}

TEST(EngineOrder, a_word_that_nobody_speaks_before_waits_for_the_window_alone) {
  OrderWorld world;
  for (int i = 0; i < 20; ++i) {
    world.say(fmt::format("C1/{}.0", 200 - i).c_str());
    world.pass(Millis(50));
  }
  EXPECT_GE(world.taken.size(), 15U) << "ever older ones do not hold it for ever";
  world.pass(Millis(300));
  EXPECT_EQ(world.taken.size(), 20U);
}

TEST(EngineOrder, an_edit_counts_by_its_own_time_and_other_channels_and_kinds_do_not_wait) {
  OrderWorld world;
  world.say("C1/100.000100/105.0", "chat.edit");
  world.say("C1/104.0");
  world.say("C2/90.0", "chat.message", "C2");
  world.say("k", "chat.command");
  EXPECT_EQ(world.taken, Texts{"k"});
  world.pass(Millis(260));
  EXPECT_EQ(world.taken.size(), 4U);
  const auto at = [&](const char* key) {
    return std::find(world.taken.begin(), world.taken.end(), key);
  };
  EXPECT_LT(at("C1/104.0"), at("C1/100.000100/105.0"));
}

TEST(EngineOrder, one_message_that_comes_twice_is_taken_twice) {
  OrderWorld world;
  world.say("C1/100.1");
  world.say("C1/100.1");
  world.pass(Millis(300));
  EXPECT_EQ(world.taken.size(), 2U);
}

}  // namespace
}  // namespace dw
