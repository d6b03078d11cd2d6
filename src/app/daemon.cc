#include "app/daemon.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "app/exit_code.h"
#include "app/volume_round.h"
#include "base/log.h"
#include "web/board.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr Millis stop_deadline{10'000};

OutboxSettings outbox_settings(const RetrySettings& retry, const std::string& holder) {
  OutboxSettings settings;
  settings.backoff = {retry.first, retry.max, retry.give_up};
  settings.timeout = retry.timeout;
  settings.lease = std::max(settings.lease, retry.timeout + Millis(10'000));
  settings.holder = holder;
  return settings;
}

std::vector<const HookSource*> sources_of(const Core& core) {
  std::vector<const HookSource*> out;
  for (const auto& source : core.teams) out.push_back(source.get());
  return out;
}

SqsEndpointSettings sqs_settings(const Core& core) {
  SqsEndpointSettings settings{.public_url = core.public_url};
  settings.is_key_required = core.settings.access.mode != AccessMode::loopback;
  for (const QueueSettings& queue : core.settings.queues) {
    if (!queue.is_embedded()) continue;
    settings.queues.push_back({queue.name, queue.receives_max, queue.visibility, queue.is_fifo()});
  }
  return settings;
}

Judging configured_judging(const Core& core) {
  // The core was built with the same: its file of holidays is as it was a moment ago.
  Result<Judging> judging = load_judging(core.settings);
  return judging.ok() ? std::move(*judging) : Judging{};
}

Access::Mode access_mode(const Settings& settings) {
  return settings.access.mode == AccessMode::loopback ? Access::Mode::loopback
                                                      : Access::Mode::token;
}

}  // namespace

struct Daemon::Signals {
  explicit Signals(Loop& loop) : set(loop, SIGTERM, SIGINT, SIGHUP) {}
  asio::signal_set set;
};

Daemon::Daemon(std::unique_ptr<Core> core)
    : core_(std::move(core)),
      signals_(std::make_unique<Signals>(core_->loop)),
      holder_(random_uuid()),
      tasks_(core_->loop, core_->clock),
      outbox_(core_->loop, core_->clock, core_->random, *core_->store, *core_->inbox,
              core_->metrics, tasks_, core_->outside_targets(),
              outbox_settings(core_->settings.retry, holder_)),
      scheduler_(core_->loop, core_->clock, tasks_),
      janitor_(core_->loop, *core_->store, core_->clock, core_->metrics,
               {core_->settings.store.retention, holder_}),
      live_(core_->loop, core_->clock, *core_->store, tasks_, core_->shapes(),
            core_->queue_names()),
      states_([this](const ConnectorState& state) { live_.tell(state); }),
      access_(*core_->store, core_->clock, access_mode(core_->settings), core_->public_url),
      hooks_(*core_->inbox, core_->clock, core_->metrics, states_, sources_of(*core_)),
      sqs_(core_->loop, core_->clock, *core_->store, sqs_settings(*core_)),
      api_(ApiParts{*core_->store, *core_->inbox, core_->clock, core_->metrics, access_, scheduler_,
                    live_, core_->shapes(), core_->queue_names(), states_, DW_VERSION, started_at_,
                    [this] { outbox_.notify(); }, configured_judging(*core_)}) {}

Daemon::~Daemon() = default;

void Daemon::wire_notices() {
  core_->store->on_change([this](Touched touched) {
    if (touched.lanes) outbox_.notify();
    if (touched.queues) sqs_.queues_changed();
    if (touched.notes) janitor_.notify();
    live_.notify(touched);
  });
  for (const auto& source : core_->teams) states_.expect(source->name(), "no request yet");
  for (const auto& target : core_->targets) states_.expect(target->label(), "nothing sent yet");
  outbox_.on_outcome([this](const std::string& label, const Outcome& outcome) {
    const bool is_working =
        outcome.kind == Outcome::Kind::done || outcome.kind == Outcome::Kind::refused;
    if (is_working) {
      states_.note_success(label, core_->clock.now());
    } else {
      states_.note_trouble(label, outcome.why);
    }
  });
}

void Daemon::start_janitor() {
  Result<Schedule> schedule = Schedule::parse("hourly :17");
  DW_ASSERT(schedule.ok(), "a schedule that is written here is right");
  scheduler_.add({"retention", "hourly :17", *schedule, core_->settings.hours.timezone,
                  [this](TimePoint) { return janitor_.sweep(); }});
  tasks_.run("search index", janitor_.index_until_stopped());
}

void Daemon::start_volume() {
  const VolumeSettings& volume = core_->settings.volume;
  if (!volume.is_on) return;
  Result<Schedule> schedule = Schedule::parse(volume.schedule);
  DW_ASSERT(schedule.ok(), "the configuration has checked it");
  scheduler_.add({"volume", volume.schedule, *schedule, core_->settings.hours.timezone,
                  [this](TimePoint due) { return look_at_volume(due); }});
}

Task<void> Daemon::look_at_volume(TimePoint due) {
  const Result<Judging> judging = load_judging(core_->settings);
  if (!judging.ok()) {
    log_error("volume", judging.error().text());
    co_return;
  }
  VolumeRound round(*core_, {core_->settings.volume, *judging, core_->public_url});
  RoundOptions options;
  options.key = to_rfc3339(due);
  const Result<json::object> seen = co_await round.run(std::move(options));
  if (!seen.ok()) {
    // The next round makes up for what was missed.
    log_warn("volume", seen.error().text());
    co_return;
  }
  log_info("volume", "looked",
           {{"hour", to_text(seen->at("hour"))},
            {"count", to_text(seen->at("count"))},
            {"mark", to_text(seen->at("mark"))}});
}

Routes Daemon::routes() {
  Routes routes;
  hooks_.add_to(routes);
  api_.add_to(routes);
  sqs_.add_to(routes);
  add_board_routes(routes);
  return routes;
}

ServerOptions Daemon::server_options() {
  const ServerSettings& server = core_->settings.server;
  core_->metrics.declare_histogram("deskwire_http_seconds",
                                   "From a request's last byte to its answer, by route",
                                   {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 20});
  ServerOptions options;
  options.listen = server.listen;
  options.tls_cert = server.tls_cert;
  options.tls_key = server.tls_key;
  options.trusted_proxies = server.trusted_proxies;
  options.limits.body_bytes_max = server.body_bytes_max;
  options.refuse = [](int status, std::string_view, std::string detail) {
    return problem(status, detail);
  };
  options.observe = [this](std::string_view pattern, std::string_view, int, double seconds) {
    core_->metrics.observe("deskwire_http_seconds", seconds,
                           {{"route", pattern.empty() ? "none" : pattern}});
  };
  return options;
}

Result<std::string> Daemon::start() {
  server_ =
      std::make_unique<HttpServer>(core_->loop, core_->clock, tasks_, routes(), server_options());
  DW_TRY(std::string bound, server_->start());
  wire_notices();
  outbox_.start();
  start_janitor();
  start_volume();
  scheduler_.start();
  live_.start();
  return bound;
}

int Daemon::run() {
  const Result<std::string> bound = start();
  if (!bound.ok()) {
    fmt::print(stderr, "{}\n", bound.error().text());
    // Tasks that were started refer to this object: let them end.
    return exit_code_of(bound.error());
  }
  wait_for_signals();
  const char* scheme = core_->settings.server.tls_cert.empty() ? "http" : "https";
  fmt::print("deskwire {} ready on {}://{}\n", DW_VERSION, scheme, *bound);
  std::fflush(stdout);
  log_info(
      "serve", "ready",
      {{"address", *bound}, {"store", core_->store->kind()}, {"config", core_->settings.file}});
  core_->loop.run();
  return 0;
}

void Daemon::wait_for_signals() {
  signals_->set.async_wait([this](boost::system::error_code failed, int signal) {
    if (failed) return;
    if (signal == SIGHUP) {
      reload();
    } else if (is_stopping_) {
      std::_Exit(1);  // asked twice: now
    } else {
      is_stopping_ = true;
      tasks_.run("stop", stop());
    }
    wait_for_signals();
  });
}

void Daemon::reload() {
  const Result<Settings> next = load_settings(core_->settings.file, process_environment());
  if (!next.ok()) {
    log_error("reload", "the configuration stays as it was: " + next.error().text());
    return;
  }
  for (const std::string& key : keys_needing_restart(core_->settings, *next)) {
    log_warn("reload", "needs a restart", {{"key", key}});
  }
  for (const TeamsSettings& teams : next->teams) {
    for (const auto& source : core_->teams) {
      if (source->name() == "teams:" + teams.name) source->change_secrets(teams);
    }
  }
  set_log(next->log.level, next->log.format);
  outbox_.change({next->retry.first, next->retry.max, next->retry.give_up}, next->retry.timeout);
  janitor_.change(next->store.retention);
  if (const Result<void> tls = server_->reload_tls(); !tls.ok()) {
    log_error("reload", tls.error().text());
  }
  log_info("reload", "done", {{"config", core_->settings.file}});
}

Task<void> Daemon::stop() {
  log_info("serve", "stopping: what is in flight is finished first");
  server_->stop();
  outbox_.stop();
  scheduler_.stop();
  janitor_.stop();
  live_.stop();
  sqs_.stop();
  const Monotonic until = core_->clock.monotonic() + stop_deadline;
  // This task is one of the group: it waits for the others.
  while (tasks_.size() > 1 && core_->clock.monotonic() < until) {
    Wake pause(core_->loop, core_->clock);
    co_await pause.wait(core_->clock.monotonic() + Millis(10));
  }
  log_info("serve", "stopped", {{"cut", tasks_.size() - 1}});
  core_->loop.stop();
}

}  // namespace dw
