// What repeats a comment is asked about right before it is sent, and a question that is refused
// needs nobody.
#include "contract/engine_world.h"
#include "domain/delivery.h"
#include "domain/event.h"

namespace dw {
namespace {

/// Repeats a comment of a desk in a chat, or asks the chat something.
class Repeats : public JobOf<NoView> {
 public:
  std::string_view name() const override { return "repeats"; }
  bool takes(std::string_view kind) const override {
    return kind == "post" || kind == "ask" || kind == "remind" || kind == "answered";
  }
  Result<NoView> read(const Event&, ReadDb&) const override { return NoView{}; }
  Plan plan(const Event& event, const NoView&) const override {
    Plan plan;
    if (event.kind == "answered") {
      answers.push_back(to_text(event.body));
      return plan;
    }
    Delivery delivery{.lane = "c", .target = "chat", .payload = Lookup{"person", {{"id", "U7"}}}};
    delivery.answer_kind = "answered";
    delivery.holds_lane = false;
    if (event.kind == "post") {
      delivery.payload = ChatPost{
          .channel = "C1", .text = event.key, .source = {"desk:d", "42", event.key, "digest"}};
    }
    if (event.kind == "remind") {
      delivery.payload = ChatPost{.channel = "C1", .text = event.key, .reminds_of = {42}};
    }
    plan.deliveries.push_back(std::move(delivery));
    return plan;
  }
  mutable std::vector<std::string> answers;
};

class Scripted : public Target {
 public:
  explicit Scripted(std::string name) : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override {
    EXPECT_TRUE(attempt.may_send());
    performed.push_back(to_text(encode(deliveries.front().payload)));
    Outcome outcome = Outcome::done(json::object{{"stands", true}});
    if (!script.empty()) {
      outcome = script.front();
      script.erase(script.begin());
    }
    co_return std::vector<Outcome>(1, outcome);
  }
  Task<Settled> settle(Delivery, Attempt) override {
    ++settled;
    co_return Settled{.kind = found, .why = "looked"};
  }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

  std::vector<Outcome> script;
  std::vector<std::string> performed;
  Settled::Kind found = Settled::Kind::repeatable;
  int settled = 0;

 private:
  std::string name_;
};

Outcome withdrawn(const char* why) {
  return Outcome::done(json::object{{"stands", false}, {"why", why}});
}

struct LateWorld {
  Loop loop;
  ManualClock clock;
  Random random{7};
  Metrics metrics;
  std::unique_ptr<Store> store;
  Repeats job;
  Scripted chat{"chat"}, desk{"desk:d"}, waiting{waiting_target_name};
  TaskGroup tasks{loop, clock};
  std::unique_ptr<Inbox> inbox;
  std::unique_ptr<Outbox> outbox;

  LateWorld() {
    auto opened = open_store("sqlite::memory:", OpenMode::visit, nullptr);
    store = std::move(*opened);
    inbox = std::make_unique<Inbox>(*store, clock, metrics, std::vector<const Job*>{&job},
                                    std::vector<LocalTarget*>{});
    OutboxSettings settings;
    settings.holder = "me";
    settings.backoff = {Millis(1000), Millis(10'000), Millis(3'600'000)};
    outbox = std::make_unique<Outbox>(loop, clock, random, *store, *inbox, metrics, tasks,
                                      std::vector<Target*>{&chat, &desk, &waiting}, settings);
    store->on_change([this](DirtyFlags touched) {
      if (touched.lanes) outbox->notify();
    });
    outbox->start();
    pass(Millis(100));
  }
  ~LateWorld() {
    outbox->stop();
    pass(Millis(60'000));
  }
  void pass(Millis time) {
    for (Millis step(0); step < time; step += Millis(100)) {
      clock.advance(Millis(100));
      loop.restart();
      while (loop.poll() > 0) loop.restart();
    }
  }
  void take(const char* kind, const char* key) {
    Result<Accepted> out = Error{};
    Event event{.source = "s", .key = key, .kind = kind, .at = clock.now(), .body = "x"};
    tasks.run("take", World::hand(*inbox, std::move(event), out));
    loop.restart();
    while (loop.poll() > 0) loop.restart();
    EXPECT_TRUE(out.ok());
  }
  DeliveryState state_of(int64_t id) {
    DeliveryState state{};
    const Result<void> read = store->read_now([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto found, deliveries::find(db, {id}));
      state = found.value().state;
      return {};
    });
    EXPECT_TRUE(read.ok());
    return state;
  }
};

TEST(EngineLate, what_is_made_private_within_a_second_is_not_sent_either) {
  LateWorld world;
  world.desk.script = {withdrawn("private")};
  world.take("post", "7");
  world.pass(Millis(500));
  EXPECT_EQ(world.desk.performed.size(), 1U);
  EXPECT_TRUE(world.chat.performed.empty());
  EXPECT_EQ(world.state_of(1), DeliveryState::discarded);
}

TEST(EngineLate, a_question_that_is_refused_or_given_up_needs_no_person) {
  LateWorld world;
  world.chat.script = {Outcome::refused("forbidden")};
  world.take("ask", "1");
  world.pass(Millis(1000));
  EXPECT_EQ(world.state_of(1), DeliveryState::discarded);
  EXPECT_EQ(world.job.answers.size(), 1U);
  world.chat.script.assign(10'000, Outcome::later("401"));
  world.take("ask", "2");
  world.clock.advance(Millis(3'600'000));
  world.pass(Millis(30'000));
  EXPECT_EQ(world.state_of(2), DeliveryState::discarded);
  EXPECT_EQ(world.job.answers.size(), 2U);
}

TEST(EngineLate, what_still_stands_is_sent) {
  LateWorld world;
  world.chat.script = {Outcome::later("away")};
  world.take("post", "7");
  world.pass(Millis(20'000));
  ASSERT_EQ(world.desk.performed.size(), 2U) << "each time";
  EXPECT_EQ(world.desk.performed[0],
            R"({"id":"42","comment":"7","digest":"digest","about":"comment_stands"})");
  EXPECT_EQ(world.chat.performed.size(), 2U);
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineLate, what_was_made_private_meanwhile_is_never_sent_and_needs_no_person) {
  LateWorld world;
  world.chat.script = {Outcome::later("away", Millis(5000))};
  const Outcome stands = Outcome::done(json::object{{"stands", true}});
  world.desk.script = {stands, withdrawn("private")};
  world.take("post", "7");
  world.take("post", "8");
  world.pass(Millis(30'000));
  EXPECT_EQ(world.state_of(1), DeliveryState::discarded);
  EXPECT_EQ(world.state_of(2), DeliveryState::done) << "what waited behind it is asked about, too";
  EXPECT_EQ(world.desk.performed.size(), 3U);
  EXPECT_EQ(world.chat.performed.size(), 2U) << "7 once, in time; then 8";
  ASSERT_FALSE(world.job.answers.empty());
  EXPECT_NE(world.job.answers[0].find(R"("is_done":false,"why":"private")"), std::string::npos)
      << world.job.answers[0];
}

TEST(EngineLate, while_the_desk_cannot_say_whether_it_stands_nothing_is_sent) {
  LateWorld world;
  world.chat.script = {Outcome::unsure("HTTP 500")};
  const Outcome stands = Outcome::done(json::object{{"stands", true}});
  world.desk.script = {stands, Outcome::later("down"), Outcome::unsure("hung up")};
  world.take("post", "7");
  world.pass(Millis(60'000));
  EXPECT_EQ(world.desk.performed.size(), 4U);
  EXPECT_EQ(world.chat.settled, 3) << "the doubt outlives the desk's trouble";
  EXPECT_EQ(world.chat.performed.size(), 2U);
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineLate, a_reminder_asks_each_time_whether_the_ticket_still_waits) {
  LateWorld world;
  world.waiting.script = {withdrawn("it has a reply")};
  world.take("remind", "1");
  world.take("remind", "2");
  world.pass(Millis(2000));
  EXPECT_EQ(world.state_of(1), DeliveryState::discarded) << "a reply came in time";
  EXPECT_EQ(world.state_of(2), DeliveryState::done);
  ASSERT_EQ(world.waiting.performed.size(), 2U);
  EXPECT_EQ(world.waiting.performed[0], R"({"ticket":42,"about":"waits"})");
  EXPECT_EQ(world.chat.performed.size(), 1U);
}

TEST(EngineLate, a_question_that_is_refused_for_good_is_told_and_needs_no_person) {
  LateWorld world;
  Outcome unknown = Outcome::refused("user_not_found");
  unknown.is_unwanted = true;
  world.chat.script = {std::move(unknown)};
  world.take("ask", "1");
  world.pass(Millis(2000));
  EXPECT_EQ(world.state_of(1), DeliveryState::discarded);
  ASSERT_EQ(world.job.answers.size(), 1U);
  EXPECT_NE(world.job.answers[0].find("user_not_found"), std::string::npos);
}

}  // namespace
}  // namespace dw
