// What several connections bring at nearly the same time is acknowledged as it comes, and planned
// in the order in which it was said; once, whichever replica received it, and whatever was lost.
#include "contract/engine_world.h"
#include "contract/store_world.h"
#include "engine/in_order.h"

namespace dw {
namespace {

/// Plans nothing for what is said in chats, and meets what it is told to.
class Hearing : public JobOf<NoView> {
 public:
  std::string_view name() const override { return "hearing"; }
  bool takes(std::string_view kind) const override { return kind.starts_with("chat."); }
  Result<NoView> read(const Event&, ReadDb&) const override { return NoView{}; }
  Plan plan(const Event& event, const NoView&) const override {
    DW_ASSERT(event.body.at("text") != "broken", "this text is here to break");
    Plan plan;
    if (event.body.at("text") == "refused") {
      plan.refusal = Error{ErrorKind::invalid, "hearing", "no more"};
    }
    if (event.body.at("text") == "late" && ++asked <= 2) {
      plan.refusal = Error{ErrorKind::conflict, "hearing", "another was in front"};
    }
    return plan;
  }

  mutable int asked = 0;
};

/// A process over the store.
struct Listener {
  Loop loop;
  Clock& clock;
  Metrics metrics;
  Hearing job;
  TaskGroup tasks;
  Lying store;
  InOrder order;
  Inbox inbox;
  int acknowledged = 0, refused = 0;

  Listener(Store& inner, Clock& time)
      : clock(time),
        tasks(loop, clock),
        store(inner),
        order(loop, clock, store),
        inbox(store, clock, metrics, {&job}, {}) {
    inbox.put_in_order(order);
    tasks.run("in order", order.plan_until_stopped(inbox));
    pump();
  }
  void pump() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  Task<void> hand(Event event) {
    const Result<Accepted> taken = co_await inbox.accept(std::move(event));
    ++(taken.ok() ? acknowledged : refused);
  }
  void say(const std::string& key, const char* kind = "chat.message", const char* channel = "C1",
           const char* text = "x") {
    Event event{.source = "slack", .key = key, .kind = kind, .at = clock.now()};
    event.body = json::object{{"channel", channel}, {"text", text}};
    tasks.run("say", hand(std::move(event)));
    pump();
  }
};

class EngineOrder : public testing::TestWithParam<std::string> {
 protected:
  EngineOrder() : bundle_(place_for(GetParam())) {
    bundle_->reopen();
    start();
  }
  Listener& start() {
    listeners_.push_back(std::make_unique<Listener>(*bundle_->store, clock_));
    return *listeners_.back();
  }
  Listener& first() { return *listeners_.front(); }
  /// It runs no more; what it waits for comes to nobody.
  void kill_last() {
    killed_.push_back(std::move(listeners_.back()));
    listeners_.pop_back();
  }
  void pass(Millis time) {
    for (Millis step(0); step < time; step += Millis(10)) {
      clock_.advance(Millis(10));
      for (const auto& one : listeners_) one->pump();
    }
  }
  std::vector<StoredEvent> journal() {
    std::vector<StoredEvent> out;
    bundle_->read([&](ReadDb& db) -> Result<void> {
      for (int64_t id = 1; id < 2000; ++id) {
        DW_TRY(auto found, events::find(db, {id}));
        if (found) out.push_back(std::move(*found));
      }
      return {};
    });
    return out;
  }
  Texts planned() {
    Texts out;
    for (const StoredEvent& one : journal()) out.push_back(one.event.key);
    return out;
  }

  ManualClock clock_;
  std::unique_ptr<Bundle> bundle_;
  std::vector<std::unique_ptr<Listener>> listeners_, killed_;
};

TEST_P(EngineOrder, three_at_once_are_acknowledged_as_they_come_and_planned_as_they_were_said) {
  first().say("C1/100.000300");
  pass(Millis(100));
  first().say("C1/100.000100");
  first().say("C1/100.000200");
  EXPECT_EQ(first().acknowledged, 3);
  EXPECT_EQ(planned(), Texts{});
  pass(Millis(160));
  EXPECT_EQ(planned(), (Texts{"C1/100.000100", "C1/100.000200", "C1/100.000300"}));
}

/// Or a word would go out that somebody has taken back, and we have acknowledged that.
TEST_P(EngineOrder, a_word_comes_with_all_that_was_done_to_it_so_far) {
  first().say("C1/100.000100/100.000300", "chat.edit");
  pass(Millis(10));
  first().say("C1/100.000100/deleted", "chat.delete");
  first().say("C1/100.000200/deleted", "chat.delete");
  first().say("C2/100.000100/deleted", "chat.delete", "C2");
  pass(Millis(10));
  first().say("C1/100.000100");
  pass(Millis(230));
  EXPECT_EQ(planned(),
            (Texts{"C1/100.000100", "C1/100.000100/100.000300", "C1/100.000100/deleted"}));
  pass(Millis(260));
  EXPECT_EQ(planned().size(), 5U);
}

TEST_P(EngineOrder, what_comes_later_than_the_window_holds_nobody) {
  first().say("C1/100.000300");
  pass(Millis(260));
  EXPECT_EQ(planned(), Texts{"C1/100.000300"});
  first().say("C1/100.000100");
  pass(Millis(260));
  EXPECT_EQ(planned(), (Texts{"C1/100.000300", "C1/100.000100"}));
}

TEST_P(EngineOrder, a_word_that_nobody_speaks_before_waits_for_the_window_alone) {
  for (int i = 0; i < 20; ++i) {
    first().say(fmt::format("C1/{}.0", 200 - i));
    pass(Millis(50));
  }
  EXPECT_GE(planned().size(), 15U) << "ever older ones do not hold it for ever";
  pass(Millis(300));
  EXPECT_EQ(planned().size(), 20U);
}

TEST_P(EngineOrder, an_edit_counts_by_its_own_time_and_other_kinds_do_not_wait) {
  first().say("C1/100.000100/105.0", "chat.edit");
  first().say("C1/104.0");
  first().say("C2/90.0", "chat.message", "C2");
  first().say("k", "chat.command");
  EXPECT_EQ(planned(), Texts{"k"});
  pass(Millis(260));
  EXPECT_EQ(planned(), (Texts{"k", "C1/104.0", "C1/100.000100/105.0", "C2/90.0"}));
}

TEST_P(EngineOrder, what_says_no_time_counts_as_said_when_it_came) {
  first().say("C1/reaction-7", "chat.reaction");
  pass(Millis(20));
  first().say("C1/1795000000.010000");
  first().say("C1/1795000000.030000");
  pass(Millis(300));
  EXPECT_EQ(planned(), (Texts{"C1/reaction-7", "C1/1795000000.010000", "C1/1795000000.030000"}));
}

TEST_P(EngineOrder, one_message_that_comes_twice_is_planned_once) {
  first().say("C1/100.1");
  first().say("C1/100.1");
  pass(Millis(300));
  first().say("C1/100.1");
  pass(Millis(300));
  EXPECT_EQ(first().acknowledged, 3);
  EXPECT_EQ(planned(), Texts{"C1/100.1"});
}

TEST_P(EngineOrder, what_another_replica_received_before_it_was_said_goes_first) {
  Listener& second = start();
  first().say("C1/100.3");
  pass(Millis(200));
  second.say("C1/100.1");
  second.say("C1/100.4");
  pass(Millis(60));
  EXPECT_EQ(planned(), (Texts{"C1/100.1", "C1/100.3"}));
  pass(Millis(300));
  EXPECT_EQ(planned(), (Texts{"C1/100.1", "C1/100.3", "C1/100.4"}));
}

TEST_P(EngineOrder, what_was_acknowledged_by_one_that_died_is_planned_by_the_next) {
  first().say("C1/100.2");
  first().say("C1/100.1");
  kill_last();
  Listener& next = start();
  next.say("C1/100.3");
  pass(Millis(300));
  EXPECT_EQ(planned(), (Texts{"C1/100.1", "C1/100.2", "C1/100.3"}));
}

TEST_P(EngineOrder, a_replica_that_goes_on_plans_what_one_that_died_has_acknowledged) {
  start();
  listeners_.back()->say("C1/100.1");
  kill_last();
  pass(Millis(11'000));
  EXPECT_EQ(planned(), Texts{"C1/100.1"});
}

TEST_P(EngineOrder, one_that_stops_plans_what_it_has_at_once) {
  first().say("C1/100.2");
  first().say("C1/100.1");
  first().order.stop();
  first().pump();
  EXPECT_EQ(planned(), (Texts{"C1/100.1", "C1/100.2"}));
  EXPECT_EQ(first().tasks.size(), 0U);
}

TEST_P(EngineOrder, one_that_is_refused_or_meets_a_defect_holds_none_of_the_others) {
  first().say("C1/100.1");
  first().say("C1/100.2", "chat.message", "C1", "broken");
  first().say("C1/100.3", "chat.message", "C1", "refused");
  first().say("C1/100.4");
  first().say("C2/100.5", "chat.message", "C2", "late");
  pass(Millis(300));
  EXPECT_EQ(planned(), (Texts{"C1/100.1", "C1/100.2", "C1/100.3", "C1/100.4", "C2/100.5"}));
  std::vector<EventState> states;
  for (const StoredEvent& one : journal()) states.push_back(one.state);
  using enum EventState;
  EXPECT_EQ(states, (std::vector<EventState>{done, parked, parked, done, done}));
  EXPECT_EQ(journal().at(2).reason, "no more");
  EXPECT_NE(journal().at(1).reason.find("this text is here to break"), std::string::npos);
  first().say("C1/100.2", "chat.message", "C1", "broken");
  pass(Millis(300));
  EXPECT_EQ(planned().size(), 5U) << "what is parked is parked once";
}

TEST_P(EngineOrder, more_than_one_commit_takes_is_planned_in_order_too) {
  Texts said;
  for (int i = 0; i < 300; ++i) said.push_back(fmt::format("C1/{}.5", 1000 - i));
  for (const std::string& one : said) first().say(one);
  pass(Millis(300));
  std::reverse(said.begin(), said.end());
  EXPECT_EQ(planned(), said);
}

/// Where the answer of a write is lost, or the write itself: the first records, the next ones plan.
TEST_P(EngineOrder, whatever_answer_is_lost_all_that_was_acknowledged_is_planned_once) {
  for (const bool stands : {true, false}) {
    for (const int lies_at : {1, 2, 3, 4}) {
      const std::string channel = fmt::format("C{}{}", lies_at, stands);
      Listener& one = *listeners_.back();
      one.store.writes = 0;
      one.store.stands = stands;
      one.store.lies_at = lies_at;
      for (const char* said : {"300.3", "300.1", "300.2"}) {
        one.say(channel + "/" + said, "chat.message", channel.c_str());
      }
      pass(Millis(11'000));  // who was told that it failed may not come again
      Texts in_channel;
      for (const std::string& key : planned()) {
        if (key.starts_with(channel)) in_channel.push_back(key.substr(channel.size() + 1));
      }
      const bool is_refused = lies_at <= 3;
      EXPECT_EQ(one.refused, is_refused ? 1 : 0) << lies_at;
      one.refused = 0;
      Texts wanted{"300.1", "300.2", "300.3"};
      const Texts lost{"300.3", "300.1", "300.2"};
      if (is_refused && !stands) std::erase(wanted, lost.at(static_cast<size_t>(lies_at - 1)));
      EXPECT_EQ(in_channel, wanted) << lies_at << stands;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, EngineOrder, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace dw
