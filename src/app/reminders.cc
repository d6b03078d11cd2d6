#include "app/reminders.h"

#include <algorithm>

#include "base/log.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/reminder_rows.h"

namespace dw {
namespace {

constexpr size_t page = 500;

bool reminds(const BridgeSettings& bridge) {
  return bridge.remind > Millis(0) || bridge.escalate > Millis(0);
}

/// The names of channels, as far as they are known, for bridges that are configured by name.
Result<void> read_name(ReadDb& db, const std::string& channel,
                       std::map<std::string, CachedLookup>& names) {
  if (names.count(channel) > 0) return {};
  DW_TRY(auto name, bridge::lookup(db, channel));
  names[channel] = name.value_or(CachedLookup{});
  return {};
}

Result<std::vector<TicketId>> read_due(ReadDb& db, const BridgeParts& parts, TimePoint now) {
  std::vector<TicketId> out;
  std::map<std::string, CachedLookup> names;
  std::map<std::string, std::optional<TimePoint>> since;
  for (const BridgeSettings& one : parts.bridges) {
    DW_TRY(since[one.channel], bridge::reminders_since(db, one.channel));
  }
  TicketId after;
  while (true) {
    DW_TRY(const auto threads, bridge::waiting_threads(db, after, page));
    for (const WaitingThread& thread : threads) {
      DW_CHECK(read_name(db, thread.channel, names));
      const BridgeSettings* bridge = bridge_of(parts, thread.channel, names);
      if (bridge == nullptr || !reminds(*bridge)) continue;
      const Reminder what = due_reminder(*bridge, waiting_clock(parts, *bridge), thread.wait,
                                         thread.state, since[bridge->channel].value_or(now), now);
      if (what != Reminder::none) out.push_back(thread.ticket);
    }
    if (threads.size() < page) return out;
    after = threads.back().ticket;
  }
}

}  // namespace

bool has_reminders(const Settings& settings) {
  return std::any_of(settings.bridges.begin(), settings.bridges.end(), reminds);
}

Task<void> begin_reminders(Core& core) {
  const TimePoint now = core.clock.now();
  auto work = [&](Db& db) -> Result<void> {
    for (const BridgeSettings& one : core.settings.bridges) {
      const std::optional<TimePoint> since = reminds(one) ? std::optional(now) : std::nullopt;
      DW_CHECK(bridge::set_reminders_since(db, one.channel, since));
    }
    return {};
  };
  if (core.settings.bridges.empty()) co_return;
  const Result<void> written = co_await core.store->write(work);
  if (!written.ok()) log_warn("reminders", written.error().text());
}

Task<void> remind_waiting(Core& core, TimePoint due) {
  const TimePoint now = core.clock.now();
  const BridgeParts parts = bridge_parts(core);
  std::vector<TicketId> tickets;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(tickets, read_due(db, parts, now));
    return {};
  };
  const Result<void> read = co_await core.store->read(work);
  if (!read.ok()) {
    log_warn("reminders", read.error().text());
    co_return;
  }
  for (const TicketId ticket : tickets) {
    Event event{.source = "clock",
                .key = fmt::format("remind/{}/{}", ticket.value, to_rfc3339(due)),
                .kind = "bridge.remind",
                .at = core.clock.now(),
                .body = json::object{{"ticket", ticket.value}}};
    const Result<Accepted> accepted = co_await core.inbox->accept(std::move(event));
    if (!accepted.ok()) log_warn("reminders", accepted.error().text());
  }
}

}  // namespace dw
