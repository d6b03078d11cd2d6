#include "app/daemon.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "app/bridge_figures.h"
#include "app/exit_code.h"
#include "app/oauth_callback.h"
#include "app/systemd.h"
#include "app/tally_recount.h"
#include "app/volume_round.h"
#include "base/log.h"
#include "web/board.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr Millis stop_deadline{10'000};
constexpr Millis socket_away_max{60'000};

constexpr const char* slack_socket_name = "slack:socket";

/// What a source heard by itself goes the way that hooks' events go.
class InboxSink : public EventSink {
 public:
  InboxSink(Inbox& inbox, Clock& clock, ConnectorStates& states, std::string name)
      : inbox_(inbox), clock_(clock), states_(states), name_(std::move(name)) {}

  bool takes(std::string_view kind) const override { return inbox_.takes(kind); }
  Task<Result<json::value>> accept(Event event) override {
    Result<Accepted> accepted = co_await inbox_.accept(std::move(event));
    if (!accepted.ok()) co_return accepted.error();
    states_.note_success(name_, clock_.now());
    co_return std::move(accepted->reply);
  }

 private:
  Inbox& inbox_;
  Clock& clock_;
  ConnectorStates& states_;
  std::string name_;
};

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
  return static_cast<Access::Mode>(settings.access.mode);
}
static_assert(static_cast<int>(AccessMode::oidc) == static_cast<int>(Access::Mode::oidc));

std::string default_role(const Settings& settings) {
  return std::string(name_of(static_cast<Role>(settings.access.default_role)));
}

std::unique_ptr<Oidc> oidc_of(Core& core) {
  const AccessSettings& access = core.settings.access;
  if (access.mode != AccessMode::oidc) return nullptr;
  return std::make_unique<Oidc>(
      core.http, core.clock,
      OidcSettings{access.oidc_issuer, access.oidc_client_id, access.oidc_client_secret,
                   core.public_url + "/oidc/callback"});
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
      outbox_(core_->loop, core_->clock, core_->random, *core_->store, *core_->inbox,
              core_->metrics, tasks_, core_->outside_targets(), core_->outbox_settings()),
      scheduler_(core_->loop, core_->clock, tasks_),
      janitor_(core_->loop, *core_->store, core_->clock, core_->metrics,
               {core_->settings.store.retention, core_->holder}),
      depths_(core_->gauges),
      stats_files_(core_->loop, core_->clock, *core_->store, core_->settings.tallies),
      live_(core_->loop, core_->clock, *core_->store, tasks_, core_->shapes(), core_->queue_names(),
            depths_, configured_judging(*core_)),
      states_([this](const ConnectorState& state) { live_.tell(state); }),
      sessions_(*core_->store, core_->clock),
      access_(*core_->store, core_->clock, sessions_, access_mode(core_->settings),
              core_->public_url),
      sign_in_(SignInParts{core_->loop, core_->clock, *core_->store, access_, sessions_,
                           oidc_of(*core_), default_role(core_->settings)}),
      hooks_(*core_->inbox, core_->clock, core_->metrics, states_, core_->hook_sources()),
      sqs_(core_->loop, core_->clock, *core_->store, sqs_settings(*core_)),
      api_(ApiParts{*core_->store, *core_->inbox, core_->clock, core_->metrics, access_, scheduler_,
                    live_, core_->shapes(), core_->queue_names(), depths_, states_, DW_VERSION,
                    started_at_, [this] { outbox_.notify(); }, *core_->notices,
                    configured_judging(*core_)}) {}

Daemon::~Daemon() = default;

void Daemon::wire_notices() {
  core_->store->on_change([this](Touched touched) {
    if (touched.lanes) outbox_.notify();
    if (touched.queues) sqs_.queues_changed();
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
      states_.note_trouble(label, outcome.why);
    }
  });
}

void Daemon::start_schedules() {
  const auto add = [this](const char* name, const char* when, auto action) {
    const Result<Schedule> schedule = Schedule::parse(when);
    DW_ASSERT(schedule.ok(), "a schedule that is written here is right");
    scheduler_.add({name, when, *schedule, core_->settings.hours.timezone, std::move(action)});
  };
  add("retention", "hourly :17", [this](TimePoint) { return janitor_.sweep(); });
  if (!core_->gauges.empty()) {
    add("queue depths", "* * * * *", [this](TimePoint) { return depths_.measure(); });
    tasks_.run("queue depths", depths_.measure());
  }
  declare_bridge_figures(core_->metrics);
  if (!core_->settings.bridges.empty()) {
    add("bridge figures", "* * * * *", [this](TimePoint) { return measure_bridges(*core_); });
    tasks_.run("bridge figures", measure_bridges(*core_));
  }
  tasks_.run("search index", janitor_.index_until_stopped());
}

void Daemon::start_slack() {
  if (core_->slack == nullptr || core_->settings.slack.app_token.empty()) return;
  states_.expect(slack_socket_name, "connecting");
  slack_sink_ =
      std::make_unique<InboxSink>(*core_->inbox, core_->clock, states_, slack_socket_name);
  auto away_since = std::optional<Monotonic>();
  const auto tell = [this, away_since](bool is_working, const std::string& why) mutable {
    const Monotonic now = core_->clock.monotonic();
    if (is_working) {
      states_.note_success(slack_socket_name, core_->clock.now());
      // Slack gives an event up after some minutes.
      if (away_since && now - *away_since > socket_away_max) catch_up();
      away_since.reset();
    } else {
      away_since = away_since.value_or(now);
      states_.note_trouble(slack_socket_name, why);
    }
  };
  slack_socket_ =
      std::make_unique<SlackSocket>(core_->slack->api(), *slack_sink_, tasks_, core_->random, tell);
  slack_socket_->start();
}

/// Something fell due: an event whose key is its due time, so that replicas take it once.
Task<void> Daemon::tick(std::string kind, std::string key) {
  Event event{.source = "clock",
              .key = std::move(key),
              .kind = std::move(kind),
              .at = core_->clock.now(),
              .body = json::object{}};
  const std::string what = event.kind;
  const Result<Accepted> accepted = co_await core_->inbox->accept(std::move(event));
  if (!accepted.ok()) log_error(what, accepted.error().text());
}

void Daemon::start_bridge() {
  const Settings& settings = core_->settings;
  if (!settings.summary.channel.empty() || !settings.summary.mail.empty()) {
    Result<Schedule> schedule = Schedule::parse(settings.summary.schedule);
    DW_ASSERT(schedule.ok(), "the schedule was checked with the settings");
    scheduler_.add(
        {"summary", settings.summary.schedule, *schedule, settings.hours.timezone,
         [this](TimePoint due) { return tick("bridge.summary", "summary/" + to_rfc3339(due)); }});
  }
  if (settings.bridges.empty()) return;
  catch_up();
}

/// What was said while we were away.
void Daemon::catch_up() {
  const std::string key =
      fmt::format("catchup/{}/{}", core_->holder, to_rfc3339(core_->clock.now()));
  tasks_.run("catch up", tick("bridge.catchup", key));
}

void Daemon::start_export() {
  if (!core_->zendesk || core_->settings.zendesk.poll == Millis(0)) return;
  constexpr const char* shown_as = "zendesk:export";
  states_.expect(shown_as, "no look yet");
  export_sink_ = std::make_unique<InboxSink>(*core_->inbox, core_->clock, states_, shown_as);
  export_ = std::make_unique<ZendeskExport>(*core_->zendesk, core_->loop, *core_->notebook,
                                            *export_sink_, [this](const std::string& trouble) {
                                              if (trouble.empty()) {
                                                states_.note_success(shown_as, core_->clock.now());
                                              } else {
                                                states_.note_trouble(shown_as, trouble);
                                              }
                                            });
  tasks_.run("zendesk export", export_->run());
}

void Daemon::start_tally() {
  if (core_->settings.tallies.empty()) return;
  tasks_.run("tally recount", recount_changed(*core_));
  tasks_.run("stats files", stats_files_.write_until_stopped());
}

void Daemon::start_notices() {
  const NoticesSettings& notices = core_->settings.notices;
  if (!notices.has_report() || notices.schedule.empty()) return;
  Result<Schedule> schedule = Schedule::parse(notices.schedule);
  DW_ASSERT(schedule.ok(), "the settings' schedules were checked when they were read");
  scheduler_.add({"notices", notices.schedule, *schedule, core_->settings.hours.timezone,
                  [this](TimePoint) { return run_notices(); }});
}

/// Replicas may do this at once: the ledger takes one of them, and the others find nothing new.
Task<void> Daemon::run_notices() {
  const NoticesSettings& notices = core_->settings.notices;
  const Result<NoticeRun> made = co_await core_->notices->plan(notices.is_test);
  if (!made.ok()) {
    log_error("notices", made.error().text());
    states_.note_trouble("notices", made.error().text());
    co_return;
  }
  states_.note_success("notices", core_->clock.now());
  bool is_asking = false;
  auto look = [&](Reader& reader) -> Result<void> {
    DW_TRY(const NoticeMarks marks, reader.notice_marks());
    is_asking = marks.is_asking;
    return {};
  };
  const Result<void> read = co_await core_->store->read(look);
  if (notices.is_test || notices.is_approval_needed || is_asking || !read.ok()) {
    log_info("notices", "a plan waits for a person", {{"run", made->id}});
    co_return;
  }
  const Result<NoticeRun> applied = co_await core_->notices->apply(made->id, true);
  if (!applied.ok()) log_warn("notices", applied.error().text());
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
  sign_in_.add_to(routes);
  add_oauth_callback(routes, *core_);
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
  start_schedules();
  start_bridge();
  start_export();
  start_tally();
  start_notices();
  start_volume();
  scheduler_.start();
  start_slack();
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
  notify_systemd("READY=1");
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
  if (core_->slack != nullptr) {
    core_->slack->api().change_signing_secrets(next->slack.signing_secrets);
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
  notify_systemd("STOPPING=1");
  log_info("serve", "stopping: what is in flight is finished first");
  server_->stop();
  if (slack_socket_) slack_socket_->stop();
  outbox_.stop();
  scheduler_.stop();
  janitor_.stop();
  if (export_) export_->stop();
  stats_files_.stop();
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
