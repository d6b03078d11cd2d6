// What the store knows of all threads that may have missed something while we were away.
#include "jobs/bridge/catchup_view.h"

#include <set>

#include "jobs/bridge/context.h"
#include "jobs/bridge/rows.h"
#include "records/deliveries.h"

namespace dw::bridge {
namespace {

constexpr size_t live_max = 1000;
constexpr size_t unread_max = 2000;

}  // namespace

Result<void> read_live(ReadDb& db, TimePoint now, BridgeView& out) {
  DW_TRY(out.live, links::live(db, now - reopen_window, live_max));
  for (const BridgeLink& link : out.live) {
    DW_TRY(std::string last, last_message(db, link.channel, link.thread));
    out.last_said[link.channel + "/" + link.thread] = std::move(last);
    for (std::string id : {"read:" + link.channel, missed_id(link.channel, link.thread)}) {
      if (out.known.contains(id)) continue;
      DW_TRY(auto mark, lookup(db, id));
      if (mark) out.known.emplace(std::move(id), std::move(*mark));
    }
  }
  return {};
}

Result<void> read_unread(ReadDb& db, const std::vector<BridgeSettings>& bridges, BridgeView& out) {
  std::set<std::string> channels;
  for (const BridgeSettings& one : bridges) channels.insert(one.channel);
  for (const BridgeLink& link : out.live) channels.insert(link.channel);
  for (const std::string& channel : channels) {
    const std::string lane = Context::lane_of(channel, "") + "/history";
    DW_TRY(auto waiting, deliveries::open_in_lane(db, lane, unread_max));
    for (Delivery& one : waiting) out.unread.push_back(std::move(one));
  }
  return {};
}

Result<void> read_shadows(ReadDb& db, BridgeView& out) {
  DW_TRY(auto shadows, unsolved_shadows(db, live_max));
  for (Ticket& one : shadows) {
    DW_TRY(auto link, links::of_ticket(db, one.id));
    // A channel that is configured by its name is known by its id.
    if (link) {
      DW_TRY(auto known, lookup(db, link->channel));
      if (known) out.known.emplace(link->channel, std::move(*known));
    }
    out.shadows.push_back({std::move(one), std::move(link)});
  }
  return {};
}

}  // namespace dw::bridge
