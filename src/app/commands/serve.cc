#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/daemon.h"
#include "app/exit_code.h"
#include "app/tls_files.h"

namespace dw {

void add_serve(Command app, Invocation& invocation) {
  Command command = app.add("serve", "Run the daemon");
  command.on_run([&invocation] {
    std::optional<Settings> settings = read_settings(invocation);
    if (!settings) return;
    if (const Result<void> tls = check_tls_files(*settings); !tls.ok()) {
      fail(invocation, tls.error());
      invocation.exit_code = exit_configuration;
      return;
    }
    const Result<std::string> listen = with_port(settings->server.listen);
    if (!listen.ok()) return fail(invocation, listen.error());
    settings->server.listen = *listen;
    Result<std::unique_ptr<Core>> core = build_core(std::move(*settings), OpenMode::serve);
    if (!core.ok()) return fail(invocation, core.error());
    Daemon daemon(std::move(*core));
    invocation.exit_code = daemon.run();
  });
}

}  // namespace dw
