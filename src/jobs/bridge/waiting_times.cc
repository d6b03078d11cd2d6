#include "jobs/bridge/waiting_times.h"

#include "jobs/bridge/context.h"
#include "jobs/bridge/rows.h"
#include "records/joined.h"

namespace dw {
namespace {

/// The clocks of tickets, by their source.
class Clocks {
 public:
  explicit Clocks(const BridgeParts& parts) : parts_(parts) {}

  Result<WaitingClock> of(ReadDb& db, const std::string& source) {
    const auto known = by_source_.find(source);
    if (known != by_source_.end()) return known->second;
    DW_TRY(const WaitingClock clock, read(db, source));
    by_source_.emplace(source, clock);
    return clock;
  }

 private:
  /// "slack:C1" and "email:C1" name a channel, which may be configured by its name.
  Result<WaitingClock> read(ReadDb& db, const std::string& source) const {
    const size_t colon = source.find(':');
    const bool is_bridged = source.starts_with("slack:") || source.starts_with("email:");
    if (!is_bridged || parts_.bridges.empty()) return desk_clock(parts_);
    const std::string channel = source.substr(colon + 1);
    DW_TRY(auto name, bridge::lookup(db, channel));
    const BridgeSettings* bridge =
        bridge_of(parts_, channel, {{channel, name.value_or(CachedLookup{})}});
    return bridge == nullptr ? desk_clock(parts_) : waiting_clock(parts_, *bridge);
  }

  const BridgeParts& parts_;
  std::map<std::string, WaitingClock> by_source_;
};

}  // namespace

WaitingClock desk_clock(const BridgeParts& parts) {
  return WaitingClock(parts.has_hours ? &parts.hours : nullptr);
}

namespace bridge {

Result<std::vector<WaitingTime>> waiting_times(ReadDb& db, const BridgeParts& parts,
                                               const std::vector<Waiter>& waiters, TimePoint at) {
  std::vector<TicketId> ids;
  for (const Waiter& one : waiters) ids.push_back(one.id);
  DW_TRY(tickets::JoinedSpans joined, tickets::joined_spans(db, ids));
  Clocks clocks(parts);
  std::vector<WaitingTime> out;
  for (const Waiter& one : waiters) {
    DW_TRY(const WaitingClock clock, clocks.of(db, one.source));
    TicketWait wait{.opened_at = one.opened_at};
    if (const auto spans = joined.find(one.id); spans != joined.end()) {
      wait.joined = std::move(spans->second);
    }
    out.push_back({clock.waited(wait, at), clock.is_open_at(at)});
  }
  return out;
}

Result<std::map<TicketId, WaitingTime>> waiting_among(ReadDb& db, const BridgeParts& parts,
                                                      const std::vector<Ticket>& tickets,
                                                      TimePoint at) {
  std::vector<TicketId> ids;
  for (const Ticket& one : tickets) ids.push_back(one.id);
  DW_TRY(const std::vector<Waiter> waiters, tickets::waiters_among(db, ids));
  DW_TRY(const std::vector<WaitingTime> times, waiting_times(db, parts, waiters, at));
  std::map<TicketId, WaitingTime> out;
  for (size_t i = 0; i < waiters.size(); ++i) out[waiters[i].id] = times[i];
  return out;
}

}  // namespace bridge
}  // namespace dw
