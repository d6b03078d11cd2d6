#include "app/probing.h"

#include <map>

#include "app/doctor.h"
#include "base/log.h"

namespace dw {
namespace {

constexpr Millis round_timeout{20'000};
constexpr std::string_view channel_prefix = "slack channel ";

/// Waits for one group of probes and notes how long it took.
Task<void> add_probes(Core& core, std::vector<TimedProbe>& out, Task<std::vector<Probe>> asking) {
  const Monotonic started = core.clock.monotonic();
  std::vector<Probe> probes = co_await std::move(asking);
  const auto took = std::chrono::duration_cast<Millis>(core.clock.monotonic() - started);
  for (Probe& probe : probes) out.push_back({std::move(probe), took});
}

void note(Core& core, ConnectorStates& states, const Probe& probe, const ConnectorState* before) {
  const TimePoint now = core.clock.now();
  if (probe.is_ok) {
    const bool is_back = before != nullptr && !before->is_ok;
    if (is_back) log_info("check", "works again", {{"probe", probe.name}});
    // Healthy probes besides the channels have a connector that says so.
    if (is_back || probe.name.starts_with(channel_prefix)) states.note_success(probe.name, now);
    return;
  }
  const std::string fix = fix_for(probe, core.settings);
  const std::string why = fix.empty() ? probe.detail : probe.detail + ". To fix it: " + fix;
  if (before == nullptr || before->is_ok || before->detail != why) {
    log_warn("check", probe.detail, {{"probe", probe.name}, {"fix", fix}});
  }
  states.note_error(probe.name, why, now);
}

}  // namespace

Task<Probed> probe_all(Core& core, Millis timeout) {
  Probed found;
  std::vector<TimedProbe>& out = found.probes;
  for (Probe& probe : probe_hooks(core)) out.push_back({std::move(probe), Millis(0)});
  for (Probe& probe : probe_gaps(core)) out.push_back({std::move(probe), Millis(0)});
  for (const auto& target : core.targets) {
    co_await add_probes(core, out, target->probe(timeout));
  }
  co_await add_probes(core, out, probe_channels(core, timeout, found.channels));
  co_await add_probes(core, out, probe_clock(core, timeout));
  co_await add_probes(core, out, probe_address(core, timeout));
  co_return found;
}

Task<void> watch_probes(Core& core, ConnectorStates& states) {
  const Probed found = co_await probe_all(core, round_timeout);
  std::map<std::string, ConnectorState> before;
  for (ConnectorState& state : states.list()) before[state.name] = std::move(state);
  for (const TimedProbe& one : found.probes) {
    const auto known = before.find(one.probe.name);
    note(core, states, one.probe, known == before.end() ? nullptr : &known->second);
  }
  if (found.channels.empty()) co_return;
  auto remember = [&](Db& db) -> Result<void> { return channel_names::add(db, found.channels); };
  const Result<void> written = co_await core.store->write(remember);
  if (!written.ok()) log_warn("check", "names of channels: " + written.error().what);
}

}  // namespace dw
