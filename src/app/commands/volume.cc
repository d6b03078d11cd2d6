#include "app/commands/volume.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands/front_door.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "app/volume_files.h"
#include "app/volume_runner.h"
#include "base/text_file.h"
#include "jobs/volume/auth_ini.h"
#include "jobs/volume/count_files.h"
#include "jobs/volume/rows.h"

namespace dw {
namespace {

Result<OlderVolume> read_older(const std::string& file, VolumeSettings& volume) {
  DW_TRY(const std::string text, read_whole(file, count_file_bytes_max));
  Result<OlderVolume> older = read_auth_ini(text, volume);
  if (!older.ok()) older.error().where = file + " " + older.error().where;
  return older;
}

/// What the older file knows of Zendesk is handed on as its environment variables, which the
/// configuration reads; those that are set already win.
void hand_on(const OlderVolume& older) {
  const auto set = [](const char* name, const std::string& value) {
    if (!value.empty()) ::setenv(name, value.c_str(), 0);
  };
  set("ZENDESK_SUBDOMAIN", older.subdomain);
  set("ZENDESK_EMAIL", older.email);
  set("ZENDESK_TOKEN", older.token.reveal());
}

/// Somebody who has the older file alone has an account all the same. False: told why not.
bool complete_from_older(Settings& settings, const OlderVolume& older, const std::string& file) {
  if (settings.zendesk.is_configured || older.subdomain.empty()) return true;
  Problems problems(file);
  complete_zendesk(settings.zendesk, process_environment(), 0, problems);
  if (problems.is_empty()) return true;
  print(stderr, "{}\n", problems.error().text());
  return false;
}

/// Settings of the file, changed by the older one where --auth-ini names it. A run sends whatever
/// is pending, so it needs all secrets.
std::optional<Settings> read_both(Invocation& invocation, const std::string& auth_ini) {
  if (auth_ini.empty()) return read_settings(invocation, {every_section});
  VolumeSettings ignored;
  const Result<OlderVolume> first = read_older(auth_ini, ignored);
  if (!first.ok()) {
    fail(invocation, first.error());
    invocation.exit_code = exit_configuration;
    return std::nullopt;
  }
  hand_on(*first);
  std::optional<Settings> settings = read_settings(invocation, {every_section});
  if (!settings) return std::nullopt;
  if (!complete_from_older(*settings, *first, auth_ini)) {
    invocation.exit_code = exit_configuration;
    return std::nullopt;
  }
  const Result<OlderVolume> again = read_older(auth_ini, settings->volume);
  settings->volume.is_on = again.ok();
  if (first->has_mail) {
    print(stderr, "deskwire: the mail password of {} is not taken: write a [mail] section\n",
          auth_ini);
  }
  return settings;
}

Result<std::unique_ptr<Core>> open_with(Settings settings) {
  return build_core(std::move(settings), OpenMode::visit);
}

/// A file's counts, as the operation importVolume takes them.
ApiAnswer keep_counts(Core& core, const std::vector<HourCount>& counts, const std::string& file) {
  json::array hours;
  for (const HourCount& one : counts) {
    hours.push_back(json::object{{"hour", to_rfc3339(one.hour)}, {"count", one.count}});
  }
  FrontDoor door(core);
  return door.call("importVolume", {.body = {{"file", file}, {"hours", std::move(hours)}}});
}

/// The older CSV becomes the first history, once.
Result<void> take_history(Core& core, const std::string& auth_ini) {
  VolumeSettings ignored;
  DW_TRY(const OlderVolume older, read_older(auth_ini, ignored));
  if (older.history_file.empty()) return {};
  std::vector<HourCount> stored;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(stored, volume::hours(db, TimePoint{}, TimePoint::max()));
    return {};
  };
  DW_CHECK(core.store->read_now(look));
  if (!stored.empty()) return {};
  const Result<std::vector<HourCount>> counts =
      read_count_file(older.history_file, core.clock.now());
  if (!counts.ok()) {
    // No history is no failure: it is fetched, or grows.
    print(stderr, "deskwire: {}\n", counts.error().text());
    return {};
  }
  const ApiAnswer kept = keep_counts(core, *counts, older.history_file);
  if (kept.error) return *kept.error;
  return {};
}

void run(Invocation& invocation, const VolumeArguments& given) {
  std::optional<Settings> settings = read_both(invocation, given.auth_ini);
  if (!settings) return;
  const auto core = open_with(std::move(*settings));
  if (!core.ok()) return fail(invocation, core.error());
  if (!given.auth_ini.empty()) {
    const Result<void> taken = take_history(**core, given.auth_ini);
    if (!taken.ok()) return fail(invocation, taken.error());
  }
  Result<json::object> body = run_body((*core)->settings.volume);
  if (!body.ok()) return fail(invocation, body.error());
  (*body)["is_dry"] = given.is_dry;
  if (!given.at.empty()) {
    const auto at = read_instant(given.at);
    if (!at) {
      return fail(invocation, {ErrorKind::invalid, "--at", "is no time (2026-11-21T15:00:00Z)"});
    }
    (*body)["at"] = at->time_since_epoch().count();
  }
  auto told = [](TimePoint, int64_t) {};
  Result<json::object> seen =
      run_task(**core, run_volume(**core, volume_look_kind, std::move(*body), told));
  if (!seen.ok()) return fail(invocation, seen.error());
  const bool is_out = seen->at("mark").as_string() != "normal";
  if (given.has_exit_code && is_out) invocation.exit_code = exit_found;
  print_one(invocation, readable(invocation, *seen));
}

Result<void> run_backfill(Core& core, TimePoint since) {
  DW_TRY(json::object body, run_body(core.settings.volume));
  body["since"] = since.time_since_epoch().count();
  const TimePoint now = core.clock.now();
  const bool has_bar = ::isatty(STDERR_FILENO) != 0;
  auto told = [since, now, has_bar](TimePoint done, int64_t tickets) {
    if (!has_bar) return;
    const double share = static_cast<double>((done - since).count()) /
                         std::max(1.0, static_cast<double>((now - since).count()));
    const auto filled = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * 30);
    print(stderr, "\r[{:<30}] {:3.0f}%  {} tickets ", std::string(filled, '='),
          std::clamp(share, 0.0, 1.0) * 100, tickets);
  };
  const Result<json::object> done =
      run_task(core, run_volume(core, volume_backfill_kind, std::move(body), told));
  if (has_bar) print(stderr, "\n");
  return done.ok() ? Result<void>() : done.error();
}

void backfill(Invocation& invocation, const VolumeArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::visit, {every_section});
  if (!core) return;
  TimePoint since = hour_of(core->clock.now() - core->judging.history);
  if (!given.since.empty()) {
    const auto at = read_instant(given.since);
    if (!at) return fail(invocation, {ErrorKind::invalid, "--since", "is no date (2026-11-21)"});
    since = hour_of(*at);
  }
  const Result<void> done = run_backfill(*core, since);
  if (!done.ok()) return fail(invocation, done.error());
  std::vector<HourCount> hours;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(hours, volume::hours(db, since, TimePoint::max()));
    return {};
  };
  const Result<void> read = core->store->read_now(look);
  if (!read.ok()) return fail(invocation, read.error());
  int64_t tickets = 0;
  for (const HourCount& one : hours) tickets += one.count;
  print_one(invocation, {{"since", to_rfc3339(since)},
                         {"hours", static_cast<int64_t>(hours.size())},
                         {"tickets", tickets}});
}

void import(Invocation& invocation, const VolumeArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::visit);
  if (!core) return;
  const Result<std::vector<HourCount>> counts = read_count_file(given.file, core->clock.now());
  if (!counts.ok()) return fail(invocation, counts.error());
  const ApiAnswer kept = keep_counts(*core, *counts, given.file);
  if (kept.error) return fail(invocation, *kept.error);
  print_one(invocation, kept.body);
}

void add_lookers(Command volume, Invocation& invocation,
                 // shared with callbacks that run later
                 const std::shared_ptr<VolumeArguments>& given) {
  Command test = add_command(volume, invocation, "backtest",
                             "Replay history as if live: the alerts that it would have sent",
                             [&invocation, given] { volume_backtest(invocation, *given); });
  test.add_option("--method", given->method, "seasonal or mean; default as configured")
      .one_of({"seasonal", "mean"});
  test.add_option("--since", given->since, "from this day on; what is older is learnt from");
  test.add_option("--labels", given->labels, "CSV of true spikes: timestamp, or from,to");
  test.add_flag("--compare", given->is_compared, "both methods side by side");
  test.add_flag("--hours", given->has_hours,
                "with --json: each hour with its probability and expected band");
  test.add_option("--chart", given->chart, "draw it into this .svg or .png");
  test.add_option("--input", given->input, "a file of counts instead of the store");
  test.add_option("--sensitivity", given->sensitivity, "another tail probability")
      .within(1e-15, 0.1);
  Command report = add_command(volume, invocation, "report", "Hours and what was expected",
                               [&invocation, given] { volume_report(invocation, *given); });
  report.add_option("--since", given->since, "from this day on; default the last week");
  report.add_option("--chart", given->chart, "draw it into this .svg or .png");
  report.add_option("--input", given->input, "a file of counts instead of the store");
}

}  // namespace

void add_volume(Command app, Invocation& invocation) {
  auto given = std::make_shared<VolumeArguments>();  // shared with callbacks that run later
  Command volume = app.add_group("volume", "Ticket volume: the hour that is out of line");
  Command one = add_command(volume, invocation, "run", "Count the finished hours, decide, tell",
                            [&invocation, given] { run(invocation, *given); });
  one.add_option("--at", given->at, "look at this hour as if it had just ended");
  one.add_flag("--dry-run", given->is_dry, "tell nobody");
  one.add_flag("--exit-code", given->has_exit_code, "exit 1 if the hour is out of line");
  one.add_option("--auth-ini", given->auth_ini, "the older spike notifier's settings");
  Command fill = add_command(volume, invocation, "backfill", "Fill history in bulk; resumable",
                             [&invocation, given] { backfill(invocation, *given); });
  fill.add_option("--since", given->since, "from this day on; default volume.history");
  add_lookers(volume, invocation, given);
  Command from = add_command(volume, invocation, "import", "Take counts out of a file",
                             [&invocation, given] { import(invocation, *given); });
  from.add_option("file", given->file, "the older CSV, or timestamp,count").required();
}

}  // namespace dw
