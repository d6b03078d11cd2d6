#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "app/commands/commands.h"
#include "app/doctor.h"
#include "app/exit_code.h"
#include "app/older_variables.h"
#include "app/print.h"
#include "app/probing.h"
#include "app/tls_files.h"
#include "app/volume_files.h"
#include "base/log.h"
#include "base/text_file.h"

namespace dw {
namespace {

constexpr Millis probe_timeout{10'000};

std::string file_of(const Settings& settings) {
  return settings.file.empty() ? "no file: defaults" : settings.file;
}

/// "warn" is what works and should not stay so; for machines ("--json") that is good.
void print_line(const TimedProbe& line, const std::string& fix, size_t name_columns) {
  constexpr std::string_view warning = "warning: ";
  const bool is_warning = line.probe.is_ok && line.probe.detail.starts_with(warning);
  const char* verdict = line.probe.is_ok ? (is_warning ? "warn" : "ok") : "FAILED";
  const std::string detail = line.probe.detail.substr(is_warning ? warning.size() : 0);
  print("{:<6} {:<{}} {} ({} ms)\n", verdict, line.probe.name, name_columns, detail,
        line.took.count());
  if (!fix.empty()) print("{:<6} {:<{}} to fix it: {}\n", "", "", name_columns, fix);
}

void print_lines(Invocation& invocation, const std::vector<TimedProbe>& lines,
                 const Settings& settings) {
  size_t name_columns = 28;
  for (const TimedProbe& line : lines)
    name_columns = std::max(name_columns, line.probe.name.size());
  json::array items;
  for (const TimedProbe& line : lines) {
    if (!line.probe.is_ok) invocation.exit_code = exit_found;
    const std::string fix = fix_for(line.probe, settings);
    items.push_back(json::object{{"name", line.probe.name},
                                 {"ok", line.probe.is_ok},
                                 {"detail", line.probe.detail},
                                 {"fix", fix},
                                 {"milliseconds", line.took.count()}});
    if (!invocation.is_json) print_line(line, fix, name_columns);
  }
  if (invocation.is_json) print_items(invocation, items, {});
}

void check_offline(Invocation& invocation) {
  const auto settings = read_settings(invocation, {every_section});
  if (!settings) return;
  if (const Result<void> tls = check_tls_files(*settings); !tls.ok()) {
    fail(invocation, tls.error());
    invocation.exit_code = exit_configuration;
    return;
  }
  const Result<Holidays> holidays = load_holidays(*settings);
  if (!holidays.ok()) {
    fail(invocation, holidays.error());
    invocation.exit_code = exit_configuration;
    return;
  }
  for (const std::string& one : holidays->unused) log_warn("volume", "holidays: " + one);
  const std::string file = file_of(*settings);
  std::vector<TimedProbe> lines;
  for (Probe& probe : probe_settings(*settings)) {
    // The file is valid: another part of it, or the file of counts, may come with the machine.
    if (probe.name != template_probe) {
      const std::string fix = fix_for(probe, *settings);
      probe = {probe.name, true, "warning: " + probe.detail + ". To fix it: " + fix};
    }
    lines.push_back({std::move(probe), Millis(0)});
  }
  if (lines.empty() && !invocation.is_json) {
    return print("the configuration is valid ({})\n", file);
  }
  lines.insert(lines.begin(), {{"configuration", true, file}, Millis(0)});
  print_lines(invocation, lines, *settings);
}

/// What an older tool left in the environment.
std::vector<Probe> probe_environment(const Settings& settings) {
  std::vector<Probe> out;
  const Environment environment = process_environment();
  const Result<void> checked = check_older_switch(environment);
  if (!checked.ok()) out.push_back({"environment", false, checked.error().text()});
  const Result<std::string> toml = read_whole(settings.file, 1 << 20);
  const std::string older = older_variables(environment, toml.ok() ? *toml : "");
  if (!older.empty()) {
    out.push_back({"environment", true, "warning: set, and not read: " + older});
  }
  return out;
}

/// A check leaves nothing behind: the store is made by whoever serves. Absent: it is there.
std::optional<Probe> probe_new_store(const Settings& settings) {
  const std::string file = new_store_file(settings);
  if (file.empty()) return std::nullopt;
  const std::filesystem::path parent = std::filesystem::path(file).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  Probe probe{.name = "store", .is_ok = ::access(folder.c_str(), W_OK | X_OK) == 0};
  probe.detail = probe.is_ok ? file + " is not there yet; `deskwire serve` makes it"
                             : fmt::format("{} cannot be made in {}: {}", file, folder,
                                           std::generic_category().message(errno));
  return probe;
}

}  // namespace

void check_live(Invocation& invocation) {
  std::optional<Settings> settings = read_settings(invocation, {every_section});
  if (!settings) return;
  const Settings told = *settings;  // the core takes the other one
  bool is_configuration = false;
  std::vector<TimedProbe> lines;
  lines.push_back({{"configuration", true, file_of(told)}, Millis(0)});
  for (Probe& probe : probe_environment(told)) lines.push_back({std::move(probe), Millis(0)});
  for (Probe& probe : probe_settings(told)) lines.push_back({std::move(probe), Millis(0)});
  const auto started = std::chrono::steady_clock::now();
  std::optional<Probe> new_store = probe_new_store(told);
  Result<std::unique_ptr<Core>> core =
      build_core(without_new_store(std::move(*settings)), OpenMode::visit);
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - started);
  if (core.ok()) {
    Probe store{"store", true, std::string((*core)->store->kind())};
    lines.push_back({new_store ? std::move(*new_store) : std::move(store), took});
    Probed found = run_task(**core, probe_all(**core, probe_timeout));
    for (TimedProbe& probe : found.probes) lines.push_back(std::move(probe));
    const Result<void> storm = run_task(**core, check_storm_channel(**core, probe_timeout));
    if (!storm.ok()) {
      lines.push_back({{"storm channel", false, storm.error().text()}, Millis(0)});
      is_configuration = true;
    }
  } else {
    lines.push_back({{"store", false, core.error().text()}, took});
  }
  print_lines(invocation, lines, told);
  if (is_configuration) invocation.exit_code = exit_configuration;
}

void add_check(Command app, Invocation& invocation) {
  auto is_offline = std::make_shared<bool>(false);  // shared with the callback, which runs later
  Command command = add_command(app, invocation, "check",
                                "Validate the configuration and probe every system in it",
                                [&invocation, is_offline] {
                                  if (*is_offline) return check_offline(invocation);
                                  check_live(invocation);
                                });
  command.add_flag("--offline", *is_offline, "validate only");
}

}  // namespace dw
