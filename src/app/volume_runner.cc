#include "app/volume_runner.h"

#include "engine/outbox.h"
#include "jobs/volume/alerting.h"
#include "jobs/volume/rows.h"
#include "records/deliveries.h"

namespace dw {
namespace {

/// How long a command waits for its own alerts to go out; the daemon goes on with what is left.
constexpr Millis sending_max{30'000};
constexpr Millis look_again{50};
/// A question that was tried this often without an answer is given up by whoever waits.
constexpr int tries_max = 6;
/// Longer than a page and what Zendesk may ask us to wait.
constexpr Millis timeout_max{600'000};

/// A run and the question that it waits for.
struct Watched {
  std::optional<VolumeRun> run;
  std::optional<Delivery> question;
};

class VolumeRunner {
 public:
  VolumeRunner(Core& core, HistoryProgress told)
      : core_(core),
        told_(std::move(told)),
        tasks_(core.loop, core.clock),
        pause_(core.loop, core.clock) {}

  Task<Result<json::object>> run(std::string kind, json::object body);
  Task<void> send_alerts();
  /// Sends from here on; a run that needs no question sends nothing.
  void start();
  Task<void> stop();

 private:
  Task<Result<json::object>> begin(std::string kind, std::string key, json::object body);
  Task<Result<VolumeRun>> wait_for(std::string key, bool is_own);
  Task<Result<Watched>> look(std::string key);
  Task<Result<VolumeRun>> give_up(std::string key, bool is_own, std::string why);
  Task<void> rest() { co_await pause_.wait(core_.clock.monotonic() + look_again); }

  Core& core_;
  HistoryProgress told_;
  TaskGroup tasks_;
  std::unique_ptr<Outbox> outbox_;
  AsyncEvent pause_;
};

void VolumeRunner::start() {
  if (outbox_) return;
  OutboxSettings settings = core_.outbox_settings();
  settings.is_alone = false;  // a daemon or another command may be there
  outbox_ =
      std::make_unique<Outbox>(core_.loop, core_.clock, core_.random, *core_.store, *core_.inbox,
                               core_.metrics, tasks_, core_.outside_targets(), settings);
  core_.store->on_change([this](DirtyFlags touched) {
    if (touched.lanes) outbox_->notify();
  });
  outbox_->start();
}

Task<void> VolumeRunner::stop() {
  if (!outbox_) co_return;
  outbox_->stop();
  co_await tasks_.stop(sending_max);
  core_.store->on_change({});
}

Task<Result<json::object>> VolumeRunner::begin(std::string kind, std::string key,
                                               json::object body) {
  Event event{.source = "command",
              .key = std::move(key),
              .kind = std::move(kind),
              .at = core_.clock.now(),
              .body = std::move(body)};
  DW_CO_TRY(const Accepted accepted, co_await core_.inbox->accept(std::move(event)));
  if (accepted.is_parked) {
    co_return Error{ErrorKind::conflict, "volume", "a defect kept it from being planned"};
  }
  co_return accepted.reply.is_object() ? accepted.reply.get_object() : json::object{};
}

Task<Result<json::object>> VolumeRunner::run(std::string kind, json::object body) {
  for (;;) {
    const std::string key = random_uuid();
    json::object copy = body;
    DW_CO_TRY(const json::object reply, co_await begin(kind, key, std::move(copy)));
    if (const json::value* summary = reply.if_contains("summary")) co_return summary->as_object();
    start();
    const json::value* other = reply.if_contains("waits_for");
    if (other != nullptr) {
      // What comes of it is for whoever began it.
      DW_CO_CHECK(co_await wait_for(std::string(other->as_string()), false));
      continue;
    }
    DW_CO_TRY(const VolumeRun ended, co_await wait_for(key, true));
    if (ended.state == RunState::failed) co_return decode_error(ended.result);
    co_return ended.result.as_object();
  }
}

Task<Result<Watched>> VolumeRunner::look(std::string key) {
  Watched out;
  auto work = [&](ReadDb& db) -> Result<void> {
    out = {};
    DW_TRY(out.run, volume::run(db, key));
    if (!out.run) return {};
    const char* lane = out.run->is_backfill ? volume_backfill_lane : volume_look_lane;
    DW_TRY(const std::vector<Delivery> waiting, deliveries::open_in_lane(db, lane, 20));
    for (const Delivery& one : waiting) {
      const auto question = decode_question(one.reference);
      if (question && question->run == key) out.question = one;
    }
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(work));
  co_return out;
}

Task<Result<VolumeRun>> VolumeRunner::wait_for(std::string key, bool is_own) {
  DeliveryId at;
  Monotonic since = core_.clock.monotonic();
  for (;;) {
    DW_CO_TRY(Watched seen, co_await look(key));
    if (!seen.run) co_return Error{ErrorKind::busy, "volume", "the run is gone"};
    if (seen.run->history) told_(seen.run->history->reached, seen.run->history->tickets);
    if (seen.run->state != RunState::open) co_return std::move(*seen.run);
    const DeliveryId now = seen.question ? seen.question->id : DeliveryId{};
    if (now != at) since = core_.clock.monotonic();
    at = now;
    const bool is_tried =
        seen.question && !seen.question->is_in_doubt && seen.question->attempts >= tries_max;
    if (is_tried || core_.clock.monotonic() - since > timeout_max) {
      std::string why = seen.question ? seen.question->reason : "no answer";
      co_return co_await give_up(std::move(key), is_own, std::move(why));
    }
    co_await rest();
  }
}

Task<Result<VolumeRun>> VolumeRunner::give_up(std::string key, bool is_own, std::string why) {
  if (!is_own) {
    co_return Error{ErrorKind::busy, "volume", "another replica is counting: " + why};
  }
  Event event{.source = "command",
              .key = key + "/cancel",
              .kind = std::string(volume_cancel_kind),
              .at = core_.clock.now(),
              .body = json::object{{"run", key}, {"why", why}}};
  DW_CO_CHECK(co_await core_.inbox->accept(std::move(event)));
  co_return Error{ErrorKind::unreachable, "zendesk", std::move(why)};
}

/// As the daemon would: cron users have none.
Task<void> VolumeRunner::send_alerts() {
  const Monotonic until = core_.clock.monotonic() + sending_max;
  bool is_waiting = true;
  auto look = [&](ReadDb& db) -> Result<void> {
    is_waiting = false;
    for (const char* lane : alert_lanes) {
      DW_TRY(const std::vector<Delivery> open, deliveries::open_in_lane(db, lane, 20));
      for (const Delivery& one : open) {
        is_waiting = is_waiting || (one.state == DeliveryState::pending && one.attempts == 0);
      }
    }
    return {};
  };
  while (is_waiting && core_.clock.monotonic() < until) {
    co_await rest();
    const Result<void> read = co_await core_.store->read(look);
    if (!read.ok()) co_return;
  }
}

}  // namespace

Task<Result<json::object>> run_volume(Core& core, std::string_view kind, json::object body,
                                      HistoryProgress told) {
  const json::value* dry = body.if_contains("is_dry");
  const bool is_dry = dry != nullptr && dry->as_bool();
  VolumeRunner runner(core, std::move(told));
  Result<json::object> ended = co_await runner.run(std::string(kind), std::move(body));
  const bool has_alerts = ended.ok() && !is_dry && ended->contains("told") &&
                          ended->at("told").as_int64() > 0 && !core.outside_targets().empty();
  if (has_alerts) {
    runner.start();
    co_await runner.send_alerts();
  }
  co_await runner.stop();
  co_return ended;
}

}  // namespace dw
