// The real engine and the job of the ticket volume over a real store, with a clock that stands and
// a desk that answers questions about a ticket every ten minutes.
#pragma once
#include "contract/store_world.h"
#include "engine/inbox.h"
#include "engine/outbox.h"
#include "jobs/volume/rows.h"
#include "jobs/volume/volume.h"
#include "net/task_group.h"
#include "records/deliveries.h"

namespace dw {

constexpr std::chrono::minutes ten_minutes{10};

/// A desk with a ticket every ten minutes, and an outage on request. Its export tells each ticket
/// in the order of birth, and the first of each page a second time at the end, as if it had
/// changed.
class CountingDesk : public Target {
 public:
  explicit CountingDesk(const Clock& clock) : clock_(clock) {}
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }

  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt) override {
    const Lookup question = std::get<Lookup>(deliveries.at(0).payload);
    ++asked[question.about];
    std::vector<Outcome> out;
    if (silent != nullptr) co_await silent->wait();
    if (down_from.contains(question.about) && asked[question.about] >= down_from[question.about]) {
      out.push_back(Outcome::later("down", Millis(0)));
    } else if (asked[question.about] == fails_at[question.about]) {
      out.push_back(Outcome::refused("not now"));
    } else {
      out.push_back(answer(question));
    }
    co_return out;
  }
  Task<Settled> settle(Delivery, Attempt) override {
    ++settled;
    co_return Settled{.kind = Settled::Kind::repeatable, .why = "a question"};
  }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

  std::map<std::string, int> asked;
  std::map<std::string, int> fails_at;   // the n-th question of a kind is refused
  std::map<std::string, int> down_from;  // the n-th and all after it find nobody there
  std::map<TimePoint, int64_t> extra;    // tickets that an hour has beside its six
  bool is_admin = true;
  AsyncEvent* silent = nullptr;  ///< an answer comes when it is notified, if ever
  int settled = 0;

 private:
  Outcome answer(const Lookup& question) const {
    const TimePoint from = *from_rfc3339(std::string(question.details.at("from").as_string()));
    if (question.about == "export") {
      return is_admin ? Outcome::done(export_page(question, from))
                      : Outcome::refused("for admins only");
    }
    const TimePoint until = *from_rfc3339(std::string(question.details.at("to").as_string()));
    if (question.about == "search") return Outcome::done(page(question, from, until));
    int64_t count = (until - from) / ten_minutes;
    if (const auto more = extra.find(from); more != extra.end()) count += more->second;
    return Outcome::done(json::object{{"count", count}});
  }

  static json::object birth(TimePoint at) {
    return {{"id", to_text(json::value(at.time_since_epoch() / ten_minutes))},
            {"created_at", to_rfc3339(at)}};
  }

  static json::value page(const Lookup& question, TimePoint from, TimePoint until) {
    constexpr int64_t page_size = 500;
    const std::string cursor(question.details.at("cursor").as_string());
    const int64_t first = cursor.empty() ? 0 : std::stoll(cursor);
    json::array tickets;
    int64_t i = first;
    for (; i < first + page_size && from + i * ten_minutes < until; ++i) {
      json::object ticket = birth(from + i * ten_minutes);
      ticket["subject"] = "s";
      ticket["tags"] = json::array{"vpn"};
      tickets.push_back(std::move(ticket));
    }
    json::value next = nullptr;
    if (from + i * ten_minutes < until) next = json::string(std::to_string(i));
    return json::object{{"tickets", std::move(tickets)}, {"next_cursor", std::move(next)}};
  }

  json::value export_page(const Lookup& question, TimePoint from) const {
    const std::string cursor(question.details.at("cursor").as_string());
    const TimePoint first = cursor.empty() ? from : *from_rfc3339(cursor);
    json::array tickets;
    TimePoint at = first;
    for (; at < first + 500 * ten_minutes && at < clock_.now(); at += ten_minutes) {
      tickets.push_back(birth(at));
    }
    tickets.push_back(birth(first));
    return json::object{{"tickets", std::move(tickets)},
                        {"next_cursor", to_rfc3339(at)},
                        {"reached", to_rfc3339(at)},
                        {"is_end", at >= clock_.now()}};
  }

  const Clock& clock_;
  std::string name_ = "desk:zendesk";
};

inline VolumeParts volume_parts() {
  VolumeParts parts;
  parts.settings.is_on = true;
  parts.settings.history = std::chrono::hours(21 * 24);
  parts.settings.notify = {"team@example.org"};
  parts.judging = judging_of(parts.settings, "UTC", {});
  parts.account = "https://acme.example";
  return parts;
}

/// One process over the store of a bundle.
struct VolumeReplica {
  Loop& loop;
  Clock& clock;
  Random random{7};
  Metrics metrics;
  Volume job;
  TaskGroup tasks;
  Inbox inbox;
  Outbox outbox;

  VolumeReplica(Loop& given, Clock& time, Store& store, Target& desk, VolumeParts parts,
                std::string holder)
      : loop(given),
        clock(time),
        job(std::move(parts)),
        tasks(loop, clock),
        inbox(store, clock, metrics, {&job}, {}),
        outbox(loop, clock, random, store, inbox, metrics, tasks, {&desk},
               OutboxSettings{.backoff = {Millis(1000), Millis(10'000), Millis(3'600'000)},
                              .holder = std::move(holder)}) {
    store.on_change([this](DirtyFlags touched) {
      if (touched.lanes) outbox.notify();
    });
    outbox.start();
  }

  static Task<void> hand(Inbox& inbox, Event event, Result<Accepted>& out) {
    out = co_await inbox.accept(std::move(event));
  }
  Event event(const std::string& key, std::string_view kind, json::object body) const {
    return {.source = "clock",
            .key = key,
            .kind = std::string(kind),
            .at = clock.now(),
            .body = std::move(body)};
  }
};

struct VolumeWorld {
  Loop loop;
  ManualClock clock;
  std::unique_ptr<Bundle> bundle;
  CountingDesk desk{clock};
  VolumeParts parts = volume_parts();
  std::unique_ptr<VolumeReplica> replica;
  int runs = 0;

  explicit VolumeWorld(const std::string& kind) : bundle(place_for(kind)) { bundle->reopen(); }
  ~VolumeWorld() { stop(); }

  void start() {
    replica = std::make_unique<VolumeReplica>(loop, clock, *bundle->store, desk, parts,
                                              "me" + std::to_string(++runs));
    pump();
  }
  /// As a crash: what is on its way is cut, and its outcome never written.
  void stop();
  /// Lets everything run that can, without time passing.
  void pump() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  void pass(Millis time) {
    for (Millis step(0); step < time; step += Millis(500)) {
      clock.advance(Millis(500));
      pump();
    }
  }

  Result<Accepted> hand(const std::string& key, std::string_view kind, json::object body) {
    if (!replica) start();
    Result<Accepted> out = Error{};
    replica->tasks.run(
        "hand",
        VolumeReplica::hand(replica->inbox, replica->event(key, kind, std::move(body)), out));
    pump();
    return out;
  }
  /// Begins a run; its key.
  std::string begin(std::string_view kind, json::object body) {
    std::string key = "run " + std::to_string(++runs);
    const Result<Accepted> taken = hand(key, kind, std::move(body));
    EXPECT_TRUE(taken.ok()) << (taken.ok() ? "" : taken.error().text());
    return key;
  }
  VolumeRun run(const std::string& key) {
    VolumeRun out;
    bundle->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto found, volume::run(db, key));
      if (found) out = *found;
      return {};
    });
    return out;
  }
  VolumeRun look(json::object body = {}) {
    const std::string key = begin(volume_look_kind, std::move(body));
    pass(Millis(3000));
    return run(key);
  }
  VolumeRun backfill(TimePoint since) {
    const std::string key =
        begin(volume_backfill_kind, {{"since", since.time_since_epoch().count()}});
    pass(Millis(3000));
    return run(key);
  }
  void cancel(const std::string& key) {
    EXPECT_TRUE(hand(key + "/cancel", volume_cancel_kind, {{"run", key}, {"why", "down"}}).ok());
  }
  TimePoint latest() const { return hours_end(clock.now()) - one_hour; }

  /// As if the hours before `until` had been counted long ago.
  void fill(TimePoint until, int64_t count = 6) {
    std::vector<HourCount> hours;
    for (int i = 21 * 24; i > 0; --i) hours.push_back({until - i * one_hour, count});
    bundle->write([&](Db& db) { return volume::set_hours(db, hours, clock.now()); });
  }
  std::vector<HourCount> stored() {
    std::vector<HourCount> out;
    bundle->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(out, volume::hours(db, TimePoint{}, TimePoint::max()));
      return {};
    });
    return out;
  }
  std::vector<Delivery> open_in(const std::string& lane) {
    std::vector<Delivery> out;
    bundle->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(out, deliveries::open_in_lane(db, lane, 100));
      return {};
    });
    return out;
  }
  size_t alerts() { return open_in("volume:mail").size(); }
  size_t incidents() {
    size_t out = 0;
    bundle->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto found, volume::incidents(db, TimePoint{}));
      out = found.size();
      return {};
    });
    return out;
  }
};

}  // namespace dw
