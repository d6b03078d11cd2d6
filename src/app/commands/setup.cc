#include "connectors/zendesk/setup.h"

#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/print.h"
#include "base/authority.h"

namespace dw {
namespace {

constexpr Millis setup_timeout{60'000};

struct SetupChoice {
  bool is_undo = false, is_dry_run = false;
};

void set_up_zendesk(Invocation& invocation, SetupChoice choice) {
  const auto core = open_core(invocation, OpenMode::visit, {"zendesk"});
  if (!core) return;
  if (!core->zendesk) {
    return fail(invocation, {ErrorKind::missing, "zendesk", "there is no [zendesk] section"});
  }
  const bool is_told_where = !core->settings.server.public_url.empty();
  if (!choice.is_undo && !is_told_where && !is_loopback_url(core->settings.zendesk.url)) {
    return fail(
        invocation,
        {ErrorKind::invalid, "zendesk setup",
         "server.public_url is not set: Zendesk cannot reach Deskwire. Set it, or skip this setup: "
         "the incremental export (zendesk.poll) brings the same changes once a minute"});
  }
  ZendeskSetup setup(*core->zendesk, core->public_url + "/hooks/zendesk", choice.is_dry_run);
  const Result<std::vector<SetupStep>> steps =
      run_task(*core, choice.is_undo ? setup.undo(setup_timeout) : setup.make(setup_timeout));
  if (!steps.ok()) return fail(invocation, steps.error());
  json::array items;
  for (const SetupStep& step : *steps) {
    items.push_back(
        json::object{{"thing", step.thing}, {"what", step.what}, {"detail", step.detail}});
    if (!invocation.is_json) print("{:<15} {:<17} {}\n", step.thing, step.what, step.detail);
  }
  if (invocation.is_json) print_items(invocation, items, {});
}

}  // namespace

void add_setup(Command app, Invocation& invocation) {
  auto choice = std::make_shared<SetupChoice>();  // shared with a callback that runs later
  Command setup = app.add_group("setup", "Configure an outside system for Deskwire");
  Command command = add_command(setup, invocation, "zendesk",
                                "Create the webhook and the trigger that report changes",
                                [&invocation, choice] { set_up_zendesk(invocation, *choice); });
  command.add_flag("--undo", choice->is_undo, "remove them again");
  command.add_flag("--dry-run", choice->is_dry_run, "print the changes without making them");
}

}  // namespace dw
