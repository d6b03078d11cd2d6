// Taking: a press on the button "Take it" makes the presser the ticket's assignee. Takes
//   "chat.action"   of "ticket.take", see connectors/slack/README.md; asks who pressed
//   "taking.asked"  who that is: the first one known gets the ticket, later ones are told whose
//   it is
//   "taking.done"   the desk's answer: the announcement says who has it, or the presser why not
//   "taking.rewritten"   where Slack lets nobody write the announcement anew, its thread says it
#pragma once
#include <string>

#include "domain/ticket.h"
#include "ports/job.h"

namespace dw {

struct AssignmentView {
  std::optional<Ticket> ticket;
};

class Assignment : public JobOf<AssignmentView> {
 public:
  explicit Assignment(std::string public_url) : public_url_(std::move(public_url)) {}

  std::string_view name() const override { return "taking"; }
  bool takes(std::string_view kind) const override;
  Result<AssignmentView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const AssignmentView& view) const override;

 private:
  std::string public_url_;
};

}  // namespace dw
