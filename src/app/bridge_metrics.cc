#include "app/bridge_metrics.h"

#include "base/log.h"
#include "jobs/bridge/rows.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr Millis span{7LL * 86'400'000};

struct ChannelMetrics {
  std::string name;  ///< as it is configured: a closed set
  TicketMetrics metrics;
  std::optional<TimePoint> oldest_at;
};

Result<void> read_channel(ReadDb& db, TimePoint now, const std::string& name,
                          std::vector<ChannelMetrics>& out) {
  std::string id = name;
  if (name.starts_with('#')) {
    DW_TRY(const auto known, bridge::lookup(db, name));
    id = known ? JsonView(known->body)["id"].text().value_or("") : "";
    if (id.empty()) return {};
  }
  ChannelMetrics one{.name = name, .metrics = {}, .oldest_at = {}};
  DW_TRY(one.metrics, bridge::channel_metrics(db, id, now - span));
  DW_TRY(const auto open, bridge::channel_tickets(db, id, ChannelTickets::open, now, 1));
  if (!open.empty()) one.oldest_at = open.front().ticket.opened_at;
  out.push_back(std::move(one));
  return {};
}

void show_times(Metrics& metrics, const char* name, const std::string& channel,
                const Quantiles& times) {
  if (times.median) metrics.set(name, *times.median, {{"channel", channel}, {"quantile", "0.5"}});
  if (times.p90) metrics.set(name, *times.p90, {{"channel", channel}, {"quantile", "0.9"}});
}

}  // namespace

void declare_bridge_metrics(Metrics& metrics) {
  metrics.declare_gauge("deskwire_bridge_tickets",
                        "Tickets of a bridged channel: open now; opened, solved in seven days");
  metrics.declare_gauge("deskwire_bridge_oldest_open_seconds",
                        "Age of a bridged channel's oldest open ticket");
  metrics.declare_gauge("deskwire_bridge_first_reply_seconds",
                        "Time to the first reply by another than the requester, of seven days");
  metrics.declare_gauge("deskwire_bridge_cycle_seconds",
                        "Time from opened to solved, of tickets solved in seven days");
}

Task<void> measure_bridges(Core& core) {
  const TimePoint now = core.clock.now();
  std::vector<ChannelMetrics> found;
  auto work = [&](ReadDb& db) -> Result<void> {
    for (const BridgeSettings& bridge : core.settings.bridges) {
      DW_CHECK(read_channel(db, now, bridge.channel, found));
    }
    return {};
  };
  const Result<void> read = co_await core.store->read(work);
  if (!read.ok()) {
    log_warn("bridge", read.error().text());
    co_return;
  }
  for (const ChannelMetrics& one : found) {
    const auto count = [&](std::string_view state, int64_t number) {
      core.metrics.set("deskwire_bridge_tickets", static_cast<double>(number),
                       {{"channel", one.name}, {"state", state}});
    };
    count("open", one.metrics.open_now);
    count("opened", one.metrics.opened);
    count("solved", one.metrics.solved);
    const Millis age = one.oldest_at ? now - *one.oldest_at : Millis(0);
    core.metrics.set("deskwire_bridge_oldest_open_seconds", static_cast<double>(age.count()) / 1000,
                     {{"channel", one.name}});
    show_times(core.metrics, "deskwire_bridge_first_reply_seconds", one.name,
               one.metrics.first_reply);
    show_times(core.metrics, "deskwire_bridge_cycle_seconds", one.name, one.metrics.cycle);
  }
}

}  // namespace dw
