// The desk's own work: people comment on a ticket and change it, on the board, through the API
// and with `deskwire ticket`. Takes
//   "desk.comment" {"ticket","author":{"name","email"},"body","public","source"}
//   "desk.update"  {"ticket","status"?,"priority"?,"assignee"?,"tags"?,"by"}
// and plans a delivery to the desk where the ticket is worked. Where a chat thread talks about the
// ticket, or an outside desk works it, what the desk answers becomes "desk.done" for the bridge.
#pragma once
#include "domain/bridge_link.h"
#include "domain/ticket.h"
#include "ports/job.h"

namespace dw {

struct DeskView {
  std::optional<Ticket> ticket;    ///< that the event is about
  std::optional<BridgeLink> link;  ///< the thread that talks about it
};

class Desk : public JobOf<DeskView> {
 public:
  std::string_view name() const override { return "desk"; }
  bool takes(std::string_view kind) const override;
  Result<DeskView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const DeskView& view) const override;
};

}  // namespace dw
