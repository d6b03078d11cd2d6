// The real inbox and outbox over a real store, with a clock that stands and a target that does as
// it is told.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/inbox.h"
#include "engine/outbox.h"
#include "ports/job.h"
#include "records/deliveries.h"
#include "records/lanes.h"
#include "records/tickets.h"
#include "store/open.h"
#include "support/wrapped_store.h"

namespace dw {

/// What a job may know: a number for a new ticket.
struct Reserved {
  TicketId fresh_ticket;
};

/// Plans one delivery for each event, in the lane that the event names.
class Relay : public JobOf<Reserved> {
 public:
  std::string_view name() const override { return "relay"; }
  bool takes(std::string_view kind) const override {
    return kind == "say" || kind == "broken" || kind == "say later" || kind == "find" ||
           kind == "ask" || kind == "answered" || kind == "drop" || kind == "throw" ||
           kind == "ask same" || kind == "answered same" || kind == "page" || kind == "ask newer" ||
           kind == "correct" || (knows_newer && kind == "answered newer");
  }
  Result<Reserved> read(const Event& event, ReadDb& db) const override {
    Reserved view;
    if (event.kind == "answered") {
      DW_TRY(view.fresh_ticket, tickets::reserve_id(db));
    }
    return view;
  }
  Plan plan(const Event& event, const Reserved& view) const override {
    DW_ASSERT(event.kind != "broken", "this kind is here to break");
    if (event.kind == "throw") throw std::runtime_error("no such thing");
    Plan plan;
    if (event.kind == "answered same") {
      plan.changes.push_back(OpenTicket{{.id = {7}, .title = "x"}});
      return plan;
    }
    if (event.kind == "answered") {
      plan.changes.push_back(OpenTicket{{.id = view.fresh_ticket, .title = "x"}});
      return plan;
    }
    if (event.kind == "page") {
      plan.kept_body = json::object{{"kept", "a word"}};
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
    if (event.kind == "correct" && event.body == "bad") {
      plan.may_be_corrected = true;
      return plan;
    }
    plan.deliveries.push_back({.lane = event.source,
                               .target = "queue:out",
                               .payload = QueueSend{.queue = "out", .body = event.key}});
    if (event.kind == "ask same") plan.deliveries.back().answer_kind = "answered same";
    if (event.kind == "ask") plan.deliveries.back().answer_kind = "answered";
    if (event.kind == "ask newer") plan.deliveries.back().answer_kind = "answered newer";
    if (event.kind == "say later") {
      plan.deliveries.back().next_attempt_at = event.at + Millis(3000);
    }
    return plan;
  }

  bool knows_newer = false;  ///< it is of the version that has "answered newer"
};

/// Takes the same events as Relay does, and some of its own.
class Counting : public JobOf<NoView> {
 public:
  std::string_view name() const override { return "counting"; }
  bool takes(std::string_view kind) const override {
    return kind == "say" || kind == "count" || kind == "answered";
  }
  Result<NoView> read(const Event&, ReadDb&) const override { return NoView{}; }
  Plan plan(const Event& event, const NoView&) const override {
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
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override {
    std::vector<Outcome> outcomes;
    ++begun;
    given = attempt.left(*clock);
    if (throws_before) throw std::runtime_error("broken before a byte");
    if (pace > Millis(0)) {
      AsyncEvent turn(*loop, *clock);
      co_await turn.wait(clock->monotonic() + pace);
    }
    if (!attempt.may_send()) {
      co_return std::vector<Outcome>(deliveries.size(), Outcome::later("not sent"));
    }
    if (throws_behind) throw std::runtime_error("broken behind it");
    if (meanwhile) meanwhile();
    if (takes > Millis(0)) {
      AsyncEvent heard(*loop, *clock);
      co_await heard.wait(clock->monotonic() + takes);
    }
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
  Millis timeout_min(const Delivery&) const override { return needs; }
  Task<Settled> settle(Delivery, Attempt) override {
    ++settled;
    if (settling_takes > Millis(0)) {
      AsyncEvent told(*loop, *clock);
      co_await told.wait(clock->monotonic() + settling_takes);
    }
    co_return Settled{.kind = answer, .why = "asked"};
  }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

  std::function<void()> meanwhile;  ///< happens while a request is on its way
  std::string slow_text;            ///< is answered when `slow_answer` is notified
  AsyncEvent* slow_answer = nullptr;
  Loop* loop = nullptr;
  Clock* clock = nullptr;
  Millis pace{}, takes{}, settling_takes{};
  Millis needs{}, given{};  ///< the time of a try
  bool throws_before = false, throws_behind = false;
  std::vector<Outcome> script;
  Settled::Kind answer = Settled::Kind::not_happened;
  std::vector<std::string> performed;
  int begun = 0, settled = 0;

 private:
  std::string name_ = "queue:out";
};

/// A store whose readers are all behind a query without end.
class BusyReaders : public WrappedStore {
 public:
  BusyReaders(std::unique_ptr<Store> own, Loop& loop, Clock& clock)
      : WrappedStore(*own), own_(std::move(own)), loop_(loop), clock_(clock) {}
  Task<Result<void>> read(ReadWork work) override {
    AsyncEvent turn(loop_, clock_);
    co_await turn.wait(clock_.monotonic() + Millis(40'000));
    co_return inner_.read_now(work);
  }

 private:
  std::unique_ptr<Store> own_;
  Loop& loop_;
  Clock& clock_;
};

/// A store that does what it is asked, or does not, and says of one write that it failed.
class Lying : public WrappedStore {
 public:
  using WrappedStore::WrappedStore;

  Task<Result<void>> write(WriteWork work) override {
    if (++writes != lies_at) {
      Result<void> done = co_await inner_.write(std::move(work));
      if (behind_write) behind_write();
      co_return done;
    }
    const Error lie{kind_of_lie, "store", "the answer was lost"};
    if (stands) {
      const Result<void> done = co_await inner_.write(std::move(work));
      if (!done.ok()) co_return done.error();
    }
    co_return lie;
  }

  int writes = 0, lies_at = 0;
  bool stands = false;
  ErrorKind kind_of_lie = ErrorKind::full;
  std::function<void()> behind_write;  ///< happens before the writer goes on
};

struct World {
  Loop loop;
  ManualClock clock;
  Random random{7};
  Metrics metrics;
  std::unique_ptr<Store> store;
  std::unique_ptr<Lying> lying;
  Relay job;
  Counting counting;
  Told target;
  TaskGroup tasks{loop, clock};
  std::unique_ptr<Inbox> inbox;
  std::unique_ptr<Outbox> outbox;

  explicit World(bool is_counted = false, bool has_busy_readers = false,
                 Millis lease = Millis(30'000)) {
    auto opened = open_store("sqlite::memory:", OpenMode::visit, nullptr);
    store = std::move(*opened);
    if (has_busy_readers) store = std::make_unique<BusyReaders>(std::move(store), loop, clock);
    std::vector<const Job*> jobs = {&job};
    if (is_counted) jobs.push_back(&counting);
    lying = std::make_unique<Lying>(*store);
    target.loop = &loop;
    target.clock = &clock;
    inbox = std::make_unique<Inbox>(*lying, clock, metrics, std::move(jobs),
                                    std::vector<LocalTarget*>{});
    OutboxSettings settings;
    settings.holder = "me";
    settings.lease = lease;
    settings.backoff = {Millis(1000), Millis(10'000), Millis(3'600'000)};
    start(settings, {&target});
    store->on_change([this](DirtyFlags touched) {
      if (touched.lanes) outbox->notify();
    });
    pump();
  }
  void start(OutboxSettings settings, std::vector<Target*> targets) {
    outbox = std::make_unique<Outbox>(loop, clock, random, *lying, *inbox, metrics, tasks,
                                      std::move(targets), std::move(settings));
    outbox->start();
  }
  /// The process is started again with those targets in its configuration.
  void restart_with(std::vector<Target*> targets) {
    outbox->stop();
    pass(Millis(5000));
    OutboxSettings settings;
    settings.holder = "me";
    settings.backoff = {Millis(1000), Millis(10'000), Millis(3'600'000)};
    start(std::move(settings), std::move(targets));
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
                       const std::string& kind = "say", const std::string& body = "x") {
    Result<Accepted> out = Error{};
    Event event{
        .source = lane, .key = key, .kind = kind, .at = clock.now(), .body = json::string(body)};
    tasks.run("say", hand(*inbox, std::move(event), out));
    pump();
    return out;
  }
  void send(const std::string& lane, const std::string& key) { EXPECT_TRUE(say(lane, key).ok()); }
  const std::vector<std::string>& performed() const { return target.performed; }
  /// How many lanes `worker` could claim at that time; none is claimed.
  size_t lanes_for(const LaneWorker& worker, TimePoint at) {
    size_t count = 0;
    const Result<void> undone = store->write_now([&](Db& db) -> Result<void> {
      DW_TRY(const auto claims, lanes::claim(db, worker, at, at + Millis(1000), 10));
      count = claims.size();
      return Error{};
    });
    EXPECT_FALSE(undone.ok());
    return count;
  }
  size_t lanes_for_another(TimePoint at) { return lanes_for({"another"}, at); }
  Delivery delivery(int64_t id) {
    Delivery out;
    const Result<void> read = store->read_now([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto found, deliveries::find(db, {id}));
      out = found.value();
      return {};
    });
    EXPECT_TRUE(read.ok());
    return out;
  }
  DeliveryState state_of(int64_t id) { return delivery(id).state; }
};

using Texts = std::vector<std::string>;

}  // namespace dw
