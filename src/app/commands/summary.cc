// deskwire summary: the daily report, to stdout.
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "jobs/bridge/bridge.h"

namespace dw {
namespace {

void print_summary(Invocation& invocation) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  std::string text;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(text, read_summary(reader, core->clock.now(), core->settings.hours.timezone));
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) return fail(invocation, read.error());
  if (invocation.is_json) return print_one(invocation, {{"text", text}});
  fmt::print("{}\n", text);
}

}  // namespace

void add_summary(Command app, Invocation& invocation) {
  add_command(app, invocation, "summary", "The daily report as it would be sent now",
              [&invocation] { print_summary(invocation); });
}

}  // namespace dw
