// What every target that reaches out of this machine must do, whoever is on the other end. A new
// connector adds its line to `targets` at the end.
#include "ports/target.h"

#include <gtest/gtest.h>

#include <atomic>

#include "connectors/opsgenie/opsgenie.h"
#include "connectors/pagerduty/pagerduty.h"
#include "connectors/slack/slack.h"
#include "connectors/sqs/sqs.h"
#include "connectors/webhook/webhook.h"
#include "contract/zendesk_world.h"
#include "domain/delivery.h"
#include "support/loop_world.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;
using Fault = HttpStep::Kind;

constexpr Millis plenty{5000};
/// Long enough for a request over loopback, short enough to be waited for.
constexpr Millis little{200};
constexpr const char* secret = "do-not-tell-anyone";

struct TargetCase {
  std::string name;
  std::function<std::unique_ptr<Target>(LoopWorld&)> make;
  std::function<Delivery(int number)> delivery;
  /// What the other side answers when it did the first `count` deliveries at once.
  std::function<HttpStep(size_t count)> success;
  bool is_repeatable = false;     ///< a delivery that happens twice does no harm
  bool is_status_enough = false;  ///< a 2xx is done, whatever its body says
};

void PrintTo(const TargetCase& one, std::ostream* out) {  // NOLINT: GoogleTest calls it so
  *out << one.name;
}

class TargetContract : public testing::TestWithParam<TargetCase> {
 protected:
  std::vector<Delivery> deliveries(size_t count) const {
    std::vector<Delivery> out;
    for (size_t i = 0; i < count; ++i) out.push_back(GetParam().delivery(static_cast<int>(i)));
    return out;
  }
  /// One delivery against one step of the other side.
  Outcome outcome_of(HttpStep step, Millis timeout = plenty) {
    LoopWorld world;
    const auto target = GetParam().make(world);
    world.script.then(std::move(step));
    const auto outcomes =
        world.wait_for(target->perform(deliveries(1), Attempt::within(world.clock, timeout)));
    EXPECT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(world.script.seen().size(), 1U) << "a target never tries twice";
    const Outcome outcome = outcomes.empty() ? Outcome{} : outcomes.front();
    EXPECT_EQ(outcome.why.empty(), outcome.kind == Kind::done) << "who waits is told why";
    EXPECT_EQ(outcome.why.find(secret), std::string::npos) << outcome.why;
    EXPECT_LT(outcome.why.size(), 2048U);
    return outcome;
  }
};

TEST_P(TargetContract, what_the_other_side_did_is_done_with_its_answer) {
  const Outcome outcome = outcome_of(GetParam().success(1));
  EXPECT_EQ(outcome.kind, Kind::done) << outcome.why;
}

TEST_P(TargetContract, several_deliveries_get_an_outcome_each) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  const size_t count = target->batch_max();
  world.script.then(GetParam().success(count));
  const auto outcomes =
      world.wait_for(target->perform(deliveries(count), Attempt::within(world.clock, plenty)));
  ASSERT_EQ(outcomes.size(), count);
  for (const Outcome& one : outcomes) EXPECT_EQ(one.kind, Kind::done) << one.why;
  EXPECT_TRUE(world.wait_for(target->perform({}, Attempt::within(world.clock, plenty))).empty());
}

TEST_P(TargetContract, nobody_there_is_later) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  world.script.stop();
  const auto outcomes =
      world.wait_for(target->perform(deliveries(1), Attempt::within(world.clock, plenty)));
  EXPECT_EQ(outcomes.at(0).kind, Kind::later) << "nothing of the request was written";
  EXPECT_FALSE(outcomes.at(0).why.empty());
}

/// Open for so many questions.
struct CountedFence : Fence {
  explicit CountedFence(int count) : left(count) {}
  bool may_send() const override { return left-- > 0; }
  mutable std::atomic<int> left;
};

TEST_P(TargetContract, what_another_may_have_taken_over_is_not_sent) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  const CountedFence shut(0);
  const Attempt late = Attempt::within(world.clock, plenty, &shut);
  const auto outcomes = world.wait_for(target->perform(deliveries(1), late));
  EXPECT_EQ(outcomes.at(0).kind, Kind::later) << "there is no doubt: nothing left this machine";
  EXPECT_FALSE(outcomes.at(0).why.empty());
  EXPECT_TRUE(world.script.seen().empty());
  EXPECT_LT(shut.left, 0) << "it was asked";
}

TEST_P(TargetContract, a_try_whose_time_is_over_sends_nothing) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  for (const Millis time : {Millis(0), Millis(-60'000)}) {
    const auto outcomes =
        world.wait_for(target->perform(deliveries(1), Attempt::within(world.clock, time)));
    EXPECT_EQ(outcomes.at(0).kind, Kind::later);
  }
  EXPECT_TRUE(world.script.seen().empty());
}

TEST_P(TargetContract, what_is_on_its_way_when_the_lease_ends_is_cut_and_a_doubt) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  world.script.then(HttpStep::fault(Fault::hang));
  struct Clocked : Fence {
    explicit Clocked(Clock& c) : clock(c), until(c.monotonic() + little) {}
    bool may_send() const override { return clock.monotonic() < until; }
    Clock& clock;
    Monotonic until;
  };
  const Clocked lease(world.clock);
  const Monotonic began = world.clock.monotonic();
  const auto outcomes =
      world.wait_for(target->perform(deliveries(1), Attempt::within(world.clock, plenty, &lease)));
  EXPECT_EQ(outcomes.at(0).kind, Kind::unsure);
  EXPECT_LT(world.clock.monotonic() - began, plenty / 2);
}

TEST_P(TargetContract, a_connection_that_breaks_after_the_request_is_a_doubt) {
  EXPECT_EQ(outcome_of(HttpStep::fault(Fault::hang_up)).kind, Kind::unsure);
}

TEST_P(TargetContract, a_kept_connection_that_breaks_is_a_doubt_too) {
  if (GetParam().is_repeatable) GTEST_SKIP() << "a second time does no harm there";
  LoopWorld world;
  const auto target = GetParam().make(world);
  world.script.then(GetParam().success(1));
  world.script.then(HttpStep::fault(Fault::hang_up));
  EXPECT_EQ(world.wait_for(target->perform(deliveries(1), Attempt::within(world.clock, plenty)))
                .at(0)
                .kind,
            Kind::done);
  EXPECT_EQ(world.wait_for(target->perform(deliveries(1), Attempt::within(world.clock, plenty)))
                .at(0)
                .kind,
            Kind::unsure);
  EXPECT_EQ(world.script.seen().size(), 2U) << "nothing below tries again by itself";
}

TEST_P(TargetContract, an_answer_that_breaks_off_is_a_doubt) {
  EXPECT_EQ(outcome_of(HttpStep::fault(Fault::half)).kind,
            GetParam().is_status_enough ? Kind::done : Kind::unsure);
}

TEST_P(TargetContract, an_answer_that_never_ends_is_a_doubt_at_the_deadline) {
  const auto began = std::chrono::steady_clock::now();
  const Kind kind = outcome_of(HttpStep::fault(Fault::stall), Millis(3000)).kind;
  EXPECT_EQ(kind, GetParam().is_status_enough ? Kind::done : Kind::unsure);
  EXPECT_LT(std::chrono::steady_clock::now() - began, plenty);
}

TEST_P(TargetContract, silence_is_a_doubt_at_the_deadline) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome_of(HttpStep::fault(Fault::hang), little).kind, Kind::unsure);
  EXPECT_LT(std::chrono::steady_clock::now() - began, plenty);
}

TEST_P(TargetContract, an_answer_that_nobody_understands_is_a_doubt) {
  const Kind kind = outcome_of(HttpStep::answer(200, "<html>welcome</html>")).kind;
  EXPECT_EQ(kind, GetParam().is_status_enough ? Kind::done : Kind::unsure);
  EXPECT_EQ(outcome_of(HttpStep::fault(Fault::noise)).kind, Kind::unsure);
}

/// Some say that a request may have taken effect all the same: that is a doubt, to be settled.
TEST_P(TargetContract, a_server_in_trouble_is_tried_again_at_the_time_that_it_gives) {
  const auto is_open = [](const Outcome& one) {
    return one.kind == Kind::later || one.kind == Kind::unsure;
  };
  EXPECT_TRUE(is_open(outcome_of(HttpStep::answer(500, "oops"))));
  const Outcome busy = outcome_of(HttpStep::answer(503, "", {{"Retry-After", "9"}}));
  EXPECT_TRUE(is_open(busy));
  EXPECT_EQ(busy.when, Millis(9000));
}

TEST_P(TargetContract, too_many_requests_is_later_and_says_when) {
  const Outcome outcome = outcome_of(HttpStep::answer(429, "", {{"Retry-After", "7"}}));
  EXPECT_EQ(outcome.kind, Kind::later);
  EXPECT_EQ(outcome.when, Millis(7000));
}

TEST_P(TargetContract, an_answer_without_end_is_cut) {
  const std::string endless(8 * 1024 * 1024, 'x');
  EXPECT_EQ(outcome_of(HttpStep::answer(200, endless)).kind,
            GetParam().is_status_enough ? Kind::done : Kind::unsure);
}

TEST_P(TargetContract, a_redirect_is_not_followed) {
  const auto away = HttpStep::answer(302, "", {{"Location", "http://127.0.0.1:1/elsewhere"}});
  EXPECT_NE(outcome_of(away).kind, Kind::done);
}

TEST_P(TargetContract, a_probe_says_what_is_missing) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  world.script.stop();
  for (const Probe& one : world.wait_for(target->probe(plenty))) {
    EXPECT_FALSE(one.is_ok);
    EXPECT_FALSE(one.name.empty());
    EXPECT_FALSE(one.detail.empty());
    EXPECT_EQ(one.detail.find(secret), std::string::npos);
  }
}

TEST_P(TargetContract, names_tell_whom_deliveries_mean_and_whom_people_see) {
  LoopWorld world;
  const auto target = GetParam().make(world);
  EXPECT_EQ(target->name(), GetParam().delivery(0).target);
  EXPECT_NE(target->label().find(':'), std::string::npos);
  EXPECT_GE(target->batch_max(), 1U);
}

Environment only(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TargetCase sqs() {
  TargetCase out{.name = "sqs"};
  out.is_repeatable = true;
  out.make = [](LoopWorld& world) -> std::unique_ptr<Target> {
    const QueueSettings queue{.name = "high",
                              .url = "https://sqs.eu-west-1.amazonaws.com/1/jobs",
                              .region = "eu-west-1",
                              .endpoint = world.script.url()};
    return std::make_unique<SqsTarget>(
        world.http, world.clock, queue,
        only({{"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", secret}}));
  };
  out.delivery = [](int number) {
    return Delivery{.id = {number + 1},
                    .target = "queue:high",
                    .payload = QueueSend{"high", "message", {{"ticket", "42"}}, "", ""}};
  };
  out.success = [](size_t count) {
    if (count == 1) return HttpStep::answer(200, R"({"MessageId":"m"})");
    json::array done;
    for (size_t i = 0; i < count; ++i) {
      done.push_back(json::object{{"Id", std::to_string(i)}, {"MessageId", "m"}});
    }
    return HttpStep::answer(200, to_text(json::object{{"Successful", done}}));
  };
  return out;
}

TargetCase slack() {
  TargetCase out{.name = "slack"};
  out.make = [](LoopWorld& world) -> std::unique_ptr<Target> {
    SlackSettings settings;
    settings.bot_token = Secret(secret);
    settings.api_url = world.script.url() + "/api/";
    return std::make_unique<SlackTarget>(world.http, world.loop, world.clock, world.rates,
                                         settings);
  };
  out.delivery = [](int number) {
    return Delivery{.id = {number + 1},
                    .target = "slack",
                    .payload = ChatPost{.channel = "C1", .thread = "1.1", .text = "Ticket #42"}};
  };
  out.success = [](size_t) {
    return HttpStep::answer(200, R"({"ok":true,"channel":"C1","ts":"1.2"})");
  };
  return out;
}

/// A target and the client behind it, as one.
struct ZendeskAlone : Target {
  explicit ZendeskAlone(LoopWorld& world)
      : settings(zendesk_settings(world.script.url())),
        client(world.http, world.loop, world.clock, key_values, world.rates, settings),
        desk(client) {}

  const std::string& name() const override { return desk.name(); }
  const std::string& label() const override { return desk.label(); }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override {
    return desk.perform(std::move(deliveries), attempt);
  }
  Task<Settled> settle(Delivery delivery, Attempt attempt) override {
    return desk.settle(std::move(delivery), attempt);
  }
  Task<std::vector<Probe>> probe(Millis timeout) override { return desk.probe(timeout); }

  ZendeskSettings settings;
  FakeKeyValueStore key_values;
  ZendeskClient client;
  ZendeskDesk desk;
};

TargetCase zendesk(std::string name, std::function<Delivery(int)> delivery, std::string success) {
  TargetCase out{.name = std::move(name)};
  out.make = [](LoopWorld& world) -> std::unique_ptr<Target> {
    return std::make_unique<ZendeskAlone>(world);
  };
  out.delivery = std::move(delivery);
  out.success = [success = std::move(success)](size_t) { return HttpStep::answer(200, success); };
  return out;
}

TargetCase zendesk_open() {
  return zendesk(
      "zendesk_open", [](int number) { return ZendeskWorld::opening(number + 1); },
      R"({"ticket":{"id":42,"requester_id":7},"audit":{}})");
}

TargetCase zendesk_comment() {
  return zendesk(
      "zendesk_comment", [](int number) { return ZendeskWorld::commenting("42", number + 1); },
      R"({"ticket":{"id":42},"audit":{"events":[{"id":7001,"type":"Comment"}]}})");
}

TargetCase zendesk_update() {
  return zendesk(
      "zendesk_update", [](int number) { return ZendeskWorld::solving("42", number + 1); },
      R"({"ticket":{"id":42}})");
}

TargetCase webhook() {
  TargetCase out{.name = "webhook", .is_status_enough = true};
  out.make = [](LoopWorld& world) -> std::unique_ptr<Target> {
    return std::make_unique<WebhookTarget>(world.loop, world.http, world.clock, world.rates,
                                           WebhookSettings{.name = "notices:webhook",
                                                           .url = world.script.url() + "/hook",
                                                           .secret = Secret(secret),
                                                           .per_minute = 600'000});
  };
  out.delivery = [](int number) {
    return Delivery{.id = {number + 1},
                    .target = "notices:webhook",
                    .payload = WebhookPost{R"({"to":"pat@customer.example"})", "notice-1"}};
  };
  out.success = [](size_t) { return HttpStep::answer(204, ""); };
  return out;
}

template <class Connector>
TargetCase oncall(std::string name, std::string success) {
  TargetCase out{.name = std::move(name), .is_repeatable = true};  // it only asks
  out.make = [](LoopWorld& world) -> std::unique_ptr<Target> {
    OncallSettings settings;
    settings.name = "sre";
    settings.token = Secret(secret);
    settings.policy = "P1";
    settings.api_url = world.script.url();
    return std::make_unique<Connector>(world.http, world.clock, settings);
  };
  out.delivery = [](int number) {
    return Delivery{.id = {number + 1}, .target = "oncall:sre", .payload = Lookup{"oncall", {}}};
  };
  out.success = [success = std::move(success)](size_t) { return HttpStep::answer(200, success); };
  return out;
}

TEST(WebhookTarget, a_redirect_may_come_after_the_work_is_done) {
  LoopWorld world;
  const TargetCase one = webhook();
  const std::unique_ptr<Target> target = one.make(world);
  world.script.then(HttpStep::answer(302, "", {{"location", "https://elsewhere.example/"}}));
  const auto outcomes = world.wait_for(
      target->perform({one.delivery(1)}, Attempt::within(world.clock, Millis(5000))));
  EXPECT_EQ(outcomes.at(0).kind, Outcome::Kind::unsure) << outcomes.at(0).why;
  EXPECT_EQ(world.script.seen().size(), 1U) << "it is not followed";
  Delivery doubtful = one.delivery(1);
  doubtful.reason = outcomes.at(0).why;
  const Settled settled = world.wait_for(
      target->settle(std::move(doubtful), Attempt::within(world.clock, Millis(5000))));
  EXPECT_EQ(settled.kind, Settled::Kind::unknown);
  EXPECT_TRUE(
      settled.why.starts_with("the webhook answered 302 (to https://elsewhere.example/); "
                              "the webhook may have received it"))
      << settled.why;
}

INSTANTIATE_TEST_SUITE_P(
    targets, TargetContract,
    testing::Values(sqs(), slack(), zendesk_open(), zendesk_comment(), zendesk_update(), webhook(),
                    oncall<PagerdutyOncall>("pagerduty", R"({"oncalls":[],"more":false})"),
                    oncall<OpsgenieOncall>("opsgenie", R"({"data":{"onCallRecipients":[]}})")),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace dw
