#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/exit_code.h"

namespace dw {
namespace {

constexpr Millis probe_timeout{10'000};

struct Line {
  Probe probe;
  Millis took;
};

Task<void> probe_all(Core& core, std::vector<Line>& lines) {
  for (const auto& target : core.targets) {
    const Monotonic started = core.clock.monotonic();
    std::vector<Probe> probes = co_await target->probe(probe_timeout);
    const auto took = std::chrono::duration_cast<Millis>(core.clock.monotonic() - started);
    for (Probe& probe : probes) lines.push_back({std::move(probe), took});
  }
  if (!core.settings.notices.has_report()) co_return;
  const Monotonic started = core.clock.monotonic();
  std::vector<Probe> probes = co_await core.notices->probe();
  const auto took = std::chrono::duration_cast<Millis>(core.clock.monotonic() - started);
  for (Probe& probe : probes) lines.push_back({std::move(probe), took});
}

void check_live(Invocation& invocation) {
  std::optional<Settings> settings = read_settings(invocation);
  if (!settings) return;
  const std::string file = settings->file.empty() ? "no file: defaults" : settings->file;
  std::vector<Line> lines;
  lines.push_back({{"configuration", true, file}, Millis(0)});
  const auto started = std::chrono::steady_clock::now();
  Result<std::unique_ptr<Core>> core = build_core(std::move(*settings), OpenMode::visit);
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - started);
  if (core.ok()) {
    lines.push_back({{"store", true, (*core)->store->kind()}, took});
    for (const auto& source : (*core)->teams) {
      const bool is_local = source->name() == "teams:local";
      lines.push_back({{source->name(), true,
                        is_local ? "unsigned, for callers on this machine"
                                 : (*core)->public_url + source->path()},
                       Millis(0)});
    }
    for (const auto& hook : (*core)->slack_hooks) {
      lines.push_back({{hook->name(), true, (*core)->public_url + hook->path()}, Millis(0)});
    }
    for (const auto& source : (*core)->hooks) {
      lines.push_back({{source->name(), true, (*core)->public_url + source->path()}, Millis(0)});
    }
    run_task(**core, probe_all(**core, lines));
  } else {
    lines.push_back({{"store", false, core.error().text()}, took});
  }
  json::array items;
  for (const Line& line : lines) {
    if (!line.probe.is_ok) invocation.exit_code = exit_found;
    items.push_back(json::object{{"name", line.probe.name},
                                 {"ok", line.probe.is_ok},
                                 {"detail", line.probe.detail},
                                 {"milliseconds", line.took.count()}});
    if (invocation.is_json) continue;
    fmt::print("{:<6} {:<28} {} ({} ms)\n", line.probe.is_ok ? "ok" : "FAILED", line.probe.name,
               line.probe.detail, line.took.count());
  }
  if (invocation.is_json) print_items(invocation, items, {});
}

}  // namespace

void add_check(CLI::App& app, Invocation& invocation) {
  auto is_offline = std::make_shared<bool>(false);  // shared with the callback, which runs later
  CLI::App& command = add_command(
      app, invocation, "check", "Validate the configuration and probe every system in it",
      [&invocation, is_offline] {
        if (!*is_offline) return check_live(invocation);
        if (const auto settings = read_settings(invocation)) {
          fmt::print("the configuration is good ({})\n",
                     settings->file.empty() ? "no file: defaults" : settings->file);
        }
      });
  command.add_flag("--offline", *is_offline, "validate only");
}

}  // namespace dw
