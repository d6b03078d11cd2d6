#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/daemon.h"
#include "app/doctor.h"
#include "app/exit_code.h"
#include "app/older_variables.h"
#include "app/tls_files.h"
#include "base/log.h"
#include "base/text_file.h"
#include "jobs/storm/section.h"

namespace dw {

namespace {

/// Slack may be down while Deskwire starts.
constexpr Millis slack_timeout{5'000};

/// False: a switch of the older bot is set, and that was told.
bool check_environment(Invocation& invocation, const Settings& settings) {
  const Environment environment = process_environment();
  if (const Result<void> checked = check_older_switch(environment); !checked.ok()) {
    fail(invocation, checked.error());
    invocation.exit_code = exit_configuration;
    return false;
  }
  const Result<std::string> toml = read_whole(settings.file, 1 << 20);
  const std::string older = older_variables(environment, toml.ok() ? *toml : "");
  if (!older.empty()) {
    log_warn("config", "environment variables of an older tool are set and not read",
             {{"variables", older}});
  }
  return true;
}

}  // namespace

void add_serve(Command app, Invocation& invocation) {
  Command command = app.add("serve", "Run the daemon");
  command.on_run([&invocation] {
    std::optional<Settings> settings = read_settings(invocation, {every_section});
    if (!settings) return;
    if (!check_environment(invocation, *settings)) return;
    if (const Result<void> tls = check_tls_files(*settings); !tls.ok()) {
      fail(invocation, tls.error());
      invocation.exit_code = exit_configuration;
      return;
    }
    for (const Probe& probe : probe_settings(*settings)) {
      log_warn("config", probe.detail, {{"key", probe.name}, {"fix", fix_for(probe, *settings)}});
    }
    const Result<std::string> listen = with_port(settings->server.listen);
    if (!listen.ok()) return fail(invocation, listen.error());
    settings->server.listen = *listen;
    Result<std::unique_ptr<Core>> core = build_core(std::move(*settings), OpenMode::serve);
    if (!core.ok()) return fail(invocation, core.error());
    const bool has_channel = !(*core)->settings.own.get<StormSettings>().channel.empty();
    const Result<void> storm =
        has_channel ? run_task(**core, check_storm_channel(**core, slack_timeout)) : Result<void>();
    if (!storm.ok()) {
      fail(invocation, storm.error());
      invocation.exit_code = exit_configuration;
      return;
    }
    Daemon daemon(std::move(*core));
    invocation.exit_code = daemon.run();
  });
}

}  // namespace dw
