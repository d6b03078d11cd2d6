#include "app/bridge_figures.h"

#include "base/log.h"
#include "jobs/bridge/rows.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr Millis span{7LL * 86'400'000};

struct ChannelFigures {
  std::string name;  ///< as it is configured: a closed set
  TicketFigures figures;
  std::optional<TimePoint> oldest_at;
};

Result<void> read_channel(ReadDb& db, TimePoint now, const std::string& name,
                          std::vector<ChannelFigures>& out) {
  std::string id = name;
  if (name.starts_with('#')) {
    DW_TRY(const auto known, bridge::lookup(db, name));
    id = known ? JsonView(known->body)["id"].text().value_or("") : "";
    if (id.empty()) return {};
  }
  ChannelFigures one{.name = name, .figures = {}, .oldest_at = {}};
  DW_TRY(one.figures, bridge::channel_figures(db, id, now - span));
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

void declare_bridge_figures(Metrics& metrics) {
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
  std::vector<ChannelFigures> found;
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
  for (const ChannelFigures& one : found) {
    const auto count = [&](std::string_view state, int64_t number) {
      core.metrics.set("deskwire_bridge_tickets", static_cast<double>(number),
                       {{"channel", one.name}, {"state", state}});
    };
    count("open", one.figures.open_now);
    count("opened", one.figures.opened);
    count("solved", one.figures.solved);
    const Millis age = one.oldest_at ? now - *one.oldest_at : Millis(0);
    core.metrics.set("deskwire_bridge_oldest_open_seconds", static_cast<double>(age.count()) / 1000,
                     {{"channel", one.name}});
    show_times(core.metrics, "deskwire_bridge_first_reply_seconds", one.name,
               one.figures.first_reply);
    show_times(core.metrics, "deskwire_bridge_cycle_seconds", one.name, one.figures.cycle);
  }
}

}  // namespace dw
