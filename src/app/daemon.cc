#include "app/daemon.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "app/environment_file.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "app/start_pages.h"
#include "app/systemd.h"
#include "app/tally_recount.h"
#include "base/log.h"
#include "records/retention.h"

namespace dw {
namespace {

constexpr Millis stop_deadline{10'000};

JanitorSettings janitor_settings(const Core& core) {
  JanitorSettings out{core.settings.store.retention, core.holder};
  for (const QueueSettings& queue : core.settings.queues) {
    if (!queue.is_embedded() || queue.retention == Millis(0)) continue;
    out.queues.push_back({queue.name, queue.retention});
    out.queues.push_back({queue.name + "-dead", queue.retention});
  }
  for (const auto& job : core.jobs) retention::add(out.old, job->retention());
  return out;
}

/// Most shells and containers begin with 1,024 and allow more: each connection needs one.
void allow_open_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) log_debug("serve", "the limit of open files stays");
}

}  // namespace

struct Daemon::Signals {
  explicit Signals(Loop& loop) : set(loop, SIGTERM, SIGINT, SIGHUP) {}
  asio::signal_set set;
};

Daemon::Daemon(std::unique_ptr<Core> core)
    : core_(std::move(core)),
      signals_(std::make_unique<Signals>(core_->loop)),
      tasks_(core_->loop, core_->clock),
      in_order_(core_->loop, core_->clock, *core_->store),
      outbox_(core_->loop, core_->clock, core_->random, *core_->store, *core_->inbox,
              core_->metrics, tasks_, core_->outside_targets(), core_->outbox_settings()),
      janitor_(core_->loop, *core_->store, core_->clock, core_->metrics, janitor_settings(*core_)),
      depths_(core_->gauges),
      stats_files_(core_->loop, core_->clock, *core_->store, core_->settings.own.get<Tallies>()),
      live_(core_->loop, core_->clock, *core_->store, tasks_, core_->shapes(), core_->queue_names(),
            depths_, core_->live_topics),
      states_([this](const ConnectorState& state) { live_.tell(state); }),
      schedules_(*core_, tasks_, janitor_, depths_, states_),
      storm_looks_(*core_),
      inbound_(*core_, tasks_, states_),
      routes_(HttpRoutesParts{*core_, tasks_, schedules_.scheduler(), live_, states_, depths_,
                              [this] { outbox_.notify(); }}) {}

/// Nothing of the store runs after what its work refers to: it is closed before anything else goes,
/// however the daemon ends.
Daemon::~Daemon() {
  core_->store->close();
}

void Daemon::wire() {
  core_->inbox->put_in_order(in_order_);
  core_->store->on_change([this](DirtyFlags touched) {
    if (touched.lanes) outbox_.notify();
    if (touched.queues) routes_.queues_changed();
    if (touched.notes) janitor_.notify();
    if (touched.notes) stats_files_.notify();
    live_.notify(touched);
  });
  for (const HookSource* source : core_->hook_sources()) {
    states_.expect(source->name(), "no request yet");
  }
  for (const auto& target : core_->targets) states_.expect(target->label(), "nothing sent yet");
  if (core_->settings.notices.has_report()) states_.expect("notices", "no run yet");
  outbox_.on_outcome([this](const std::string& label, const Outcome& outcome) {
    const bool is_working =
        outcome.kind == Outcome::Kind::done || outcome.kind == Outcome::Kind::refused;
    if (is_working) {
      states_.note_success(label, core_->clock.now());
    } else {
      states_.note_error(label, outcome.why, core_->clock.now());
    }
  });
}

void Daemon::start_tally() {
  if (core_->settings.own.get<Tallies>().empty()) return;
  tasks_.run("tally recount", recount_changed(*core_));
  tasks_.run("stats files", stats_files_.write_until_stopped());
}

Result<std::string> Daemon::start() {
  DW_TRY(std::string bound, routes_.start());
  wire();
  outbox_.start();
  tasks_.run("in order", in_order_.plan_until_stopped(*core_->inbox));
  tasks_.run("search index", janitor_.index_until_stopped());
  start_tally();
  schedules_.start();
  if (core_->settings.own.get<StormSettings>().is_on) {
    tasks_.run("storm", storm_looks_.look_until_stopped());
  }
  inbound_.start();
  live_.start();
  tasks_.run("history", routes_.prepare());
  return bound;
}

int Daemon::run() {
  allow_open_files();
  const Result<std::string> bound = start();
  if (!bound.ok()) {
    print(stderr, "{}\n", bound.error().text());
    return exit_code_of(bound.error());
  }
  wait_for_signals();
  const char* scheme = core_->settings.server.tls_cert.empty() ? "http" : "https";
  print("deskwire {} ready on {}://{}\n", DW_VERSION, scheme, *bound);
  std::fflush(stdout);
  notify_systemd("READY=1");
  log_info(
      "serve", "ready",
      {{"address", *bound}, {"store", core_->store->kind()}, {"config", core_->settings.file}});
  give_back_start_pages();
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
  const Result<Settings> next =
      load_settings(core_->settings.file, settings_environment(core_->settings.file));
  for (const std::string& one : environment_problems(core_->settings.file)) {
    log_warn("reload", one);
  }
  if (!next.ok()) {
    log_error("reload", "configuration not reloaded: " + next.error().text());
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
  if (core_->slack != nullptr) {
    core_->slack->api().change_signing_secrets(next->slack.signing_secrets);
  }
  set_log(next->log.level, next->log.format);
  // The lease is no setting: it is renewed for as long as a try takes.
  outbox_.change({next->retry.first, next->retry.max, next->retry.give_up}, next->retry.timeout);
  janitor_.change(next->store.retention);
  if (const Result<void> tls = routes_.reload_tls(); !tls.ok()) {
    log_error("reload", tls.error().text());
  }
  log_info("reload", "done", {{"config", core_->settings.file}});
}

Task<void> Daemon::stop() {
  notify_systemd("STOPPING=1");
  log_info("serve", "stopping; finishing requests and deliveries in flight");
  routes_.stop();
  inbound_.stop();
  in_order_.stop();
  outbox_.stop();
  schedules_.stop();
  storm_looks_.stop();
  janitor_.stop();
  stats_files_.stop();
  live_.stop();
  const Monotonic until = core_->clock.monotonic() + stop_deadline;
  // This task is one of the group: it waits for the others.
  while (tasks_.size() > 1 && core_->clock.monotonic() < until) {
    AsyncEvent pause(core_->loop, core_->clock);
    co_await pause.wait(core_->clock.monotonic() + Millis(10));
  }
  log_info("serve", "stopped", {{"cut", tasks_.size() - 1}});
  core_->store->close();
  core_->loop.stop();
}

}  // namespace dw
