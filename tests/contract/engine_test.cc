// The real inbox and outbox over a real store, with a clock that stands and a target that does as
// it is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/inbox.h"
#include "engine/outbox.h"
#include "store/open.h"

namespace dw {
namespace {

/// Plans one delivery for each event, in the lane that the event names.
class Relay : public Job {
 public:
  std::string_view name() const override { return "relay"; }
  bool takes(std::string_view kind) const override {
    return kind == "say" || kind == "broken" || kind == "say later" || kind == "find" ||
           kind == "ask" || kind == "answered" || kind == "drop";
  }
  Result<View> read(const Event& event, Reader& reader) const override {
    View view;
    if (event.kind == "answered") {
      DW_TRY(view.fresh_ticket, reader.fresh_ticket());
    }
    return view;
  }
  Plan plan(const Event& event, const View& view) const override {
    DW_ASSERT(event.kind != "broken", "this kind is here to break");
    Plan plan;
    if (event.kind == "answered") {
      plan.changes.push_back(OpenTicket{{.id = view.fresh_ticket, .title = "x"}});
      return plan;
    }
    if (event.kind == "drop") {
      plan.changes.push_back(DropDelivery{{1}, "no longer needed"});
      return plan;
    }
    if (event.kind == "find") {
      for (const char* key : {"1", "2"}) {
        plan.found.push_back(
            {.source = event.source, .key = key, .kind = "say", .at = event.at, .body = "x"});
      }
      return plan;
    }
    plan.reply = json::object{{"said", event.key}};
    plan.deliveries.push_back({.lane = event.source,
                               .target = "queue:out",
                               .payload = QueueSend{.queue = "out", .body = event.key}});
    if (event.kind == "ask") plan.deliveries.back().answer_kind = "answered";
    if (event.kind == "say later") {
      plan.deliveries.back().next_attempt_at = event.at + Millis(3000);
    }
    return plan;
  }
};

/// Takes the same events as Relay does, and some of its own.
class Counting : public Job {
 public:
  std::string_view name() const override { return "counting"; }
  bool takes(std::string_view kind) const override {
    return kind == "say" || kind == "count" || kind == "answered";
  }
  Result<View> read(const Event&, Reader&) const override { return View{}; }
  Plan plan(const Event& event, const View&) const override {
    DW_ASSERT(event.kind != "answered", "answers are here to break");
    Plan plan;
    plan.reply = json::object{{"counted", event.key}};
    if (event.key == "refused") plan.refusal = Error{ErrorKind::invalid, "count", "no more"};
    plan.deliveries.push_back(
        {.lane = "counts",
         .target = "queue:out",
         .payload = QueueSend{.queue = "out", .body = "counted " + event.key}});
    return plan;
  }
};

class Told : public Target {
 public:
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt) override {
    std::vector<Outcome> outcomes;
    if (meanwhile) meanwhile();
    for (const Delivery& one : deliveries) {
      performed.push_back(std::get<QueueSend>(one.payload).body);
      if (slow_answer != nullptr && performed.back() == slow_text) co_await slow_answer->wait();
      Outcome outcome = Outcome::done();
      if (!script.empty()) {
        outcome = script.front();
        script.erase(script.begin());
      }
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }
  Task<Settled> settle(Delivery, Attempt) override {
    ++settled;
    co_return Settled{.kind = answer, .why = "asked"};
  }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

  std::function<void()> meanwhile;  ///< happens while a request is on its way
  std::string slow_text;            ///< is answered when `slow_answer` is notified
  Wake* slow_answer = nullptr;
  std::vector<Outcome> script;
  Settled::Kind answer = Settled::Kind::not_happened;
  std::vector<std::string> performed;
  int settled = 0;

 private:
  std::string name_ = "queue:out";
};

/// A store whose readers are all behind a query without end.
class BusyReaders : public Store {
 public:
  BusyReaders(std::unique_ptr<Store> inner, Loop& loop, Clock& clock)
      : inner_(std::move(inner)), loop_(loop), clock_(clock) {}
  Task<Result<void>> write(WriteWork work) override { return inner_->write(std::move(work)); }
  Task<Result<void>> look(ReadWork work) override { return inner_->look(std::move(work)); }
  Task<Result<void>> read(ReadWork work) override {
    Wake turn(loop_, clock_);
    co_await turn.wait(clock_.monotonic() + Millis(40'000));
    co_return inner_->read_now(work);
  }
  Result<void> write_now(const WriteWork& work) override { return inner_->write_now(work); }
  Result<void> read_now(const ReadWork& work) override { return inner_->read_now(work); }
  void close() override { inner_->close(); }
  void on_change(std::function<void(Touched)> notice) override {
    inner_->on_change(std::move(notice));
  }
  StoreHealth health() const override { return inner_->health(); }
  std::string kind() const override { return inner_->kind(); }
  Result<void> backup(const std::string& file) override { return inner_->backup(file); }
  Result<std::vector<std::string>> verify() override { return inner_->verify(); }

 private:
  std::unique_ptr<Store> inner_;
  Loop& loop_;
  Clock& clock_;
};

struct World {
  Loop loop;
  ManualClock clock;
  Random random{7};
  Metrics metrics;
  std::unique_ptr<Store> store;
  Relay job;
  Counting counting;
  Told target;
  TaskGroup tasks{loop, clock};
  std::unique_ptr<Inbox> inbox;
  std::unique_ptr<Outbox> outbox;

  explicit World(bool is_counted = false, bool has_busy_readers = false) {
    auto opened = open_store("sqlite::memory:", OpenMode::visit, nullptr);
    store = std::move(*opened);
    if (has_busy_readers) store = std::make_unique<BusyReaders>(std::move(store), loop, clock);
    std::vector<const Job*> jobs = {&job};
    if (is_counted) jobs.push_back(&counting);
    inbox = std::make_unique<Inbox>(*store, clock, metrics, std::move(jobs),
                                    std::vector<LocalTarget*>{});
    OutboxSettings settings;
    settings.holder = "me";
    settings.backoff = {Millis(1000), Millis(10'000), Millis(3'600'000)};
    outbox = std::make_unique<Outbox>(loop, clock, random, *store, *inbox, metrics, tasks,
                                      std::vector<Target*>{&target}, settings);
    store->on_change([this](Touched touched) {
      if (touched.lanes) outbox->notify();
    });
    outbox->start();
    pump();
  }
  ~World() {
    outbox->stop();
    pass(Millis(60'000));
  }
  /// Lets everything run that can, without time passing.
  void pump() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  void pass(Millis time) {
    for (Millis step(0); step < time; step += Millis(100)) {
      clock.advance(Millis(100));
      pump();
    }
  }
  static Task<void> hand(Inbox& inbox, Event event, Result<Accepted>& out) {
    out = co_await inbox.accept(std::move(event));
  }
  Result<Accepted> say(const std::string& lane, const std::string& key,
                       const std::string& kind = "say") {
    Result<Accepted> out = Error{};
    Event event{.source = lane, .key = key, .kind = kind, .at = clock.now(), .body = "x"};
    tasks.run("say", hand(*inbox, std::move(event), out));
    pump();
    return out;
  }
  void send(const std::string& lane, const std::string& key) { EXPECT_TRUE(say(lane, key).ok()); }
  const std::vector<std::string>& performed() const { return target.performed; }
  /// How many lanes `worker` could claim at that time; none is claimed.
  size_t lanes_for(const LaneWorker& worker, TimePoint at) {
    size_t count = 0;
    const Result<void> undone = store->write_now([&](Journal& journal) -> Result<void> {
      DW_TRY(const auto claims, journal.claim_lanes(worker, at, at + Millis(1000), 10));
      count = claims.size();
      return Error{};
    });
    EXPECT_FALSE(undone.ok());
    return count;
  }
  size_t lanes_for_another(TimePoint at) { return lanes_for({"another"}, at); }
  Delivery delivery(int64_t id) {
    Delivery out;
    const Result<void> read = store->read_now([&](Reader& reader) -> Result<void> {
      DW_TRY(const auto found, reader.delivery({id}));
      out = found.value();
      return {};
    });
    EXPECT_TRUE(read.ok());
    return out;
  }
  DeliveryState state_of(int64_t id) { return delivery(id).state; }
};

using Texts = std::vector<std::string>;

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
      [&](Journal& journal) { return journal.discard_delivery({1}, "seen", world.clock.now()); });
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
  const Result<void> decided = world.store->write_now(
      [&](Journal& journal) { return journal.retry_delivery({1}, world.clock.now()); });
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
  Wake answer(world.loop, world.clock);
  world.target.slow_text = "slow";
  world.target.slow_answer = &answer;
  world.send("slow lane", "slow");
  for (int i = 0; i < 100; ++i) {
    world.send(fmt::format("lane {}", i), "1");
    world.pass(Millis(100));
  }
  EXPECT_EQ(world.performed().size(), 101U);
  const std::string figures = world.metrics.text();
  const std::string name = "\ndeskwire_lane_renewals_total ";
  const size_t at = figures.find(name);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(figures.substr(at + name.size(), 2), "1\n");  // 10 s, of a lease of 30
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
  auto discard = [&](Journal& journal) -> Result<void> {
    return journal.discard_delivery({1}, "by a person", world.clock.now());
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
  const Result<void> read = world.store->read_now([](Reader& reader) -> Result<void> {
    DW_TRY(const Page<Ticket> tickets, reader.tickets({}));
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
