// What the engine does with events, lanes and answers.
#include "contract/engine_world.h"
#include "domain/delivery.h"
#include "domain/ticket.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/paging.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {
namespace {

TEST(Engine, an_event_is_performed_once_however_often_it_comes) {
  World world;
  EXPECT_TRUE(world.say("a", "1")->is_first);
  const Result<Accepted> again = world.say("a", "1");
  EXPECT_FALSE(again->is_first);
  EXPECT_EQ(to_text(again->reply), R"({"said":"1"})");
  EXPECT_EQ(world.target.performed, Texts{"1"});
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(Engine, every_job_that_takes_a_kind_plans_it_and_the_first_reply_is_the_senders) {
  World world(true);
  const Result<Accepted> taken = world.say("a", "1");
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(to_text(taken->reply), R"({"said":"1"})");
  EXPECT_EQ(world.target.performed.size(), 2U);
  EXPECT_FALSE(world.say("a", "1")->is_first);
  EXPECT_EQ(world.target.performed.size(), 2U) << "a repeat is a repeat for all of them";
  EXPECT_EQ(to_text(world.say("a", "2", "count")->reply), R"({"counted":"2"})");
}

TEST(Engine, what_one_job_refuses_or_breaks_on_none_has_planned) {
  World world(true);
  EXPECT_FALSE(world.say("a", "refused").ok());
  EXPECT_TRUE(world.target.performed.empty()) << "the other job's delivery is rolled back";
  EXPECT_TRUE(world.inbox->takes("say"));
  EXPECT_FALSE(world.inbox->takes("unknown"));
}

TEST(Engine, a_refused_message_may_be_corrected_under_its_key_once) {
  World world;
  const auto said = [&](const char* body) {
    const Result<Accepted> out = world.say("a", "1", "correct", body);
    return fmt::format("{} {}", out->is_first ? "first" : "repeat", to_text(out->reply));
  };
  const std::string refused = R"({"said":"1","may_be_corrected":true})";
  EXPECT_EQ(said("bad"), "first " + refused);
  EXPECT_EQ(said("bad"), "repeat " + refused);
  EXPECT_TRUE(world.target.performed.empty());
  const std::string corrected = said("good");
  EXPECT_TRUE(corrected.starts_with("first {\"said\":\"1#")) << corrected;
  EXPECT_EQ(world.target.performed.size(), 1U);
  const std::string again = "repeat" + corrected.substr(corrected.find(' '));
  EXPECT_EQ(said("good"), again) << "a repeat of the correction";
  EXPECT_EQ(said("better"), again) << "what was taken is corrected no more";
  EXPECT_TRUE(said("bad").starts_with("repeat {\"said\":\"1\"")) << "a late repeat of the first";
  EXPECT_EQ(world.target.performed.size(), 1U);
  EXPECT_EQ(to_text(world.say("a", "2", "correct", "good")->reply), R"({"said":"2"})");
  EXPECT_FALSE(world.say("a", "2", "correct", "bad")->is_first) << "nor what was good at once";
  EXPECT_EQ(world.target.performed.size(), 2U);
}

TEST(Engine, of_a_body_that_was_used_an_event_keeps_what_the_plan_says) {
  World world;
  const Result<Accepted> taken = world.say("a", "1", "page");
  ASSERT_TRUE(taken.ok());
  const Result<void> read = world.store->read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto event, events::find(db, taken->event));
    EXPECT_EQ(to_text(event->event.body), R"({"kept":"a word"})");
    return {};
  });
  EXPECT_TRUE(read.ok());
  EXPECT_FALSE(world.say("a", "1", "page")->is_first);
}

TEST(Engine, a_target_gets_the_time_that_it_needs_for_a_delivery_at_least) {
  World world;
  world.send("a", "1");
  EXPECT_EQ(world.target.given, Millis(20'000));
  world.target.needs = Millis(60'000);
  world.send("b", "2");
  EXPECT_EQ(world.target.given, Millis(60'000));
}

TEST(Engine, a_lane_that_waits_keeps_its_order_and_holds_back_no_other) {
  World world;
  world.target.script = {Outcome::later("busy", Millis(5000))};
  world.send("a", "a1");
  world.send("a", "a2");
  world.send("b", "b1");
  EXPECT_EQ(world.target.performed, (Texts{"a1", "b1"}));
  world.pass(Millis(4900));
  EXPECT_EQ(world.target.performed.size(), 2U) << "not before it was asked to";
  world.pass(Millis(3000));
  EXPECT_EQ(world.target.performed, (Texts{"a1", "b1", "a1", "a2"}));
}

TEST(Engine, a_delivery_that_has_a_time_is_not_tried_before) {
  World world;
  EXPECT_TRUE(world.say("a", "1", "say later").ok());
  world.pass(Millis(2900));
  EXPECT_EQ(world.target.performed, Texts{});
  world.pass(Millis(200));
  EXPECT_EQ(world.target.performed, Texts{"1"});
}

TEST(Engine, what_was_found_later_is_planned_unless_it_came_by_itself) {
  World world;
  world.send("a", "1");
  EXPECT_TRUE(world.say("a", "history", "find").ok());
  EXPECT_EQ(world.target.performed, (Texts{"1", "2"}));
  EXPECT_FALSE(world.say("a", "2")->is_first);
}

TEST(Engine, a_doubtful_delivery_is_settled_before_it_is_sent_again) {
  World world;
  world.target.script = {Outcome::unsure("no answer")};
  world.target.answer = Settled::Kind::happened;
  world.send("a", "1");
  world.pass(Millis(3000));
  EXPECT_EQ(world.target.settled, 1);
  EXPECT_EQ(world.target.performed, Texts{"1"}) << "it had happened";
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(Engine, what_the_target_cannot_tell_waits_for_a_person) {
  World world;
  world.target.script = {Outcome::unsure("no answer")};
  world.target.answer = Settled::Kind::unknown;
  world.send("a", "1");
  world.send("a", "2");
  world.pass(Millis(30'000));
  EXPECT_EQ(world.state_of(1), DeliveryState::unsure);
  EXPECT_EQ(world.target.performed, Texts{"1"}) << "its lane waits";
  const Result<void> decided = world.store->write_now(
      [&](Db& db) { return deliveries::discard(db, {1}, "seen", world.clock.now()); });
  EXPECT_TRUE(decided.ok());
  world.pass(Millis(2000));
  EXPECT_EQ(world.target.performed, (Texts{"1", "2"}));
}

TEST(Engine, what_a_person_sends_again_is_sent_even_if_the_target_cannot_tell) {
  World world;
  world.target.script = {Outcome::unsure("no answer")};
  world.target.answer = Settled::Kind::unknown;
  world.send("a", "1");
  world.pass(Millis(3000));
  EXPECT_EQ(world.state_of(1), DeliveryState::unsure);
  const Result<void> decided =
      world.store->write_now([&](Db& db) { return deliveries::retry(db, {1}, world.clock.now()); });
  EXPECT_TRUE(decided.ok());
  world.pass(Millis(3000));
  EXPECT_EQ(world.performed(), (Texts{"1", "1"}));
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(Engine, a_target_that_cannot_be_asked_is_asked_less_and_less_often) {
  World world;
  world.target.script = {Outcome::unsure("no answer")};
  world.target.answer = Settled::Kind::later;
  world.send("a", "1");
  world.pass(Millis(600'000));
  EXPECT_GT(world.target.settled, 60);  // at most ten seconds apart in this world
  EXPECT_LT(world.target.settled, 300);
  EXPECT_EQ(world.performed(), Texts{"1"});
}

TEST(Engine, a_lane_is_held_for_a_whole_lease_from_each_take) {
  World world;
  world.target.script = {Outcome::later("busy", Millis(5000))};
  world.send("a", "1");
  world.send("a", "2");
  std::vector<size_t> taken_over;
  world.target.meanwhile = [&] {
    taken_over.push_back(world.lanes_for_another(world.clock.now() + Millis(20'000)));
    world.clock.advance(Millis(19'000));  // two of them are longer than the first hold
  };
  world.pass(Millis(10'000));
  EXPECT_EQ(world.performed(), (Texts{"1", "1", "2"}));
  EXPECT_EQ(taken_over, (std::vector<size_t>{0, 0}));
}

TEST(Engine, leases_are_renewed_by_the_clock_and_not_with_every_lane_that_ends) {
  World world;
  AsyncEvent answer(world.loop, world.clock);
  world.target.slow_text = "slow";
  world.target.slow_answer = &answer;
  world.send("slow lane", "slow");
  for (int i = 0; i < 100; ++i) {
    world.send(fmt::format("lane {}", i), "1");
    world.pass(Millis(100));
  }
  EXPECT_EQ(world.performed().size(), 101U);
  const std::string metrics = world.metrics.text();
  const std::string name = "\ndeskwire_lane_renewals_total ";
  const size_t at = metrics.find(name);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(metrics.substr(at + name.size(), 2), "1\n");  // 10 s, of a lease of 30
  EXPECT_EQ(world.lanes_for_another(world.clock.now() + Millis(29'000)), 0U);
  answer.notify();
  world.pump();
}

TEST(Engine, a_delivery_goes_out_while_every_reader_waits_behind_a_long_query) {
  World world(false, true);
  world.send("a", "1");
  world.pass(Millis(1000));
  EXPECT_EQ(world.performed(), Texts{"1"});
}

TEST(Engine, a_clock_set_forward_does_not_send_what_is_being_sent) {
  World world;
  bool is_first = true;
  world.target.meanwhile = [&] {
    if (!is_first) return;
    is_first = false;
    world.clock.jump(Millis(3'600'000));
    EXPECT_EQ(world.lanes_for({"me", {"a"}}, world.clock.now()), 0U);
  };
  world.send("a", "1");
  world.pass(Millis(5000));
  EXPECT_EQ(world.performed(), Texts{"1"});
}

TEST(Engine, a_refused_delivery_is_dead_and_one_that_never_works_is_given_up) {
  World world;
  world.target.script = {Outcome::refused("too large")};
  world.send("a", "1");
  EXPECT_EQ(world.state_of(1), DeliveryState::dead);
  world.target.script.assign(10'000, Outcome::later("away"));
  world.send("b", "2");
  world.pass(Millis(3'700'000));
  EXPECT_EQ(world.state_of(2), DeliveryState::dead);
  EXPECT_GT(world.target.performed.size(), 100U);
}

TEST(Engine, what_a_target_said_is_kept_as_text_whatever_bytes_it_is) {
  World world;
  world.target.script = {Outcome::refused("550 Empf\xE4nger unbekannt"),
                         Outcome::refused(std::string(2047, 'x') + "é and more")};
  world.send("a", "1");
  world.send("b", "2");
  EXPECT_EQ(world.delivery(1).reason, "550 Empf?nger unbekannt");
  EXPECT_EQ(world.delivery(2).reason, std::string(2047, 'x')) << "a character is not cut in two";
}

TEST(Engine, what_is_in_doubt_is_asked_about_by_no_clock_that_is_ahead) {
  World world;
  world.target.script = {Outcome::unsure("the connection broke")};
  world.send("a", "1");
  const TimePoint now = world.clock.now();
  EXPECT_EQ(world.lanes_for_another(now + Millis(2900)), 0U)
      << "two seconds apart, and one to wait";
  EXPECT_EQ(world.lanes_for_another(now + Millis(3100)), 1U);
}

TEST(Engine, what_a_person_has_discarded_already_is_no_conflict) {
  World world;
  EXPECT_TRUE(world.say("a", "1", "say later").ok());
  auto discard = [&](Db& db) -> Result<void> {
    return deliveries::discard(db, {1}, "by a person", world.clock.now());
  };
  ASSERT_TRUE(world.store->write_now(discard).ok());
  EXPECT_TRUE(world.say("a", "2", "drop").ok());
  EXPECT_EQ(world.delivery(1).reason, "by a person");
}

TEST(Engine, what_an_answer_brings_about_is_counted) {
  World world;
  EXPECT_TRUE(world.say("a", "1", "ask").ok());
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
  EXPECT_NE(world.metrics.text().find("deskwire_tickets_opened_total 1"), std::string::npos);
}

TEST(Engine, a_defect_in_a_job_parks_the_event_and_the_sender_is_told_success) {
  World world;
  const Result<Accepted> parked = world.say("a", "1", "broken");
  ASSERT_TRUE(parked.ok());
  EXPECT_TRUE(parked->is_parked);
  EXPECT_FALSE(world.say("a", "1", "broken")->is_first);
  EXPECT_FALSE(world.say("a", "2", "unknown").ok());
}

TEST(Engine, an_answer_whose_plan_is_a_defect_is_parked_and_leaves_nothing_of_it) {
  World world(true);
  EXPECT_TRUE(world.say("a", "1", "ask").ok());
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
  EXPECT_EQ(world.performed(), Texts{"1"});
  const Result<void> read = world.store->read_now([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> tickets, tickets::list(db, {}));
    EXPECT_TRUE(tickets.items.empty()) << "the first job's half of the plan";
    return {};
  });
  EXPECT_TRUE(read.ok());
  EXPECT_NE(world.metrics.text().find("deskwire_events_parked_total{source=\"delivery\"} 1"),
            std::string::npos);
}

TEST(Backoff, waits_grow_are_jittered_and_respect_what_the_target_asked_for) {
  Random random(3);
  const BackoffSettings settings{Millis(1000), Millis(60'000), Millis(0)};
  Millis widest{};
  for (int i = 0; i < 1000; ++i) {
    const Millis wait = next_wait(settings, 20, {}, random);
    EXPECT_LT(wait, Millis(60'000));
    widest = std::max(widest, wait);
    EXPECT_LT(next_wait(settings, 1, {}, random), Millis(1000));
    EXPECT_GE(next_wait(settings, 5, Millis(7000), random), Millis(7000));
  }
  EXPECT_GT(widest, Millis(50'000));
}

}  // namespace
}  // namespace dw
