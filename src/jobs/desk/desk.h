// The desk's own work: people comment on a ticket and change it, on the board, through the API
// and with `deskwire ticket`. Takes
//   "desk.comment" {"ticket","author":{"name","email"},"body","public","source"}
//   "desk.update"  {"ticket","status"?,"priority"?,"assignee"?,"tags"?,"by"}
// and plans a delivery to the desk where the ticket is worked. Where a chat thread talks about the
// ticket, or an outside desk works it, what the desk answers becomes "desk.done" for the bridge.
#pragma once
#include "ports/job.h"

namespace dw {

class Desk : public Job {
 public:
  std::string_view name() const override { return "desk"; }
  bool takes(std::string_view kind) const override;
  Result<View> read(const Event& event, Reader& reader) const override;
  Plan plan(const Event& event, const View& view) const override;
};

}  // namespace dw
