// A job for the simulator, with all that a job can plan: several lanes and targets, answers that
// come back and plan more, local deliveries with answers, defects. Takes
//   "sim.order"    {"thread":"C1","items":["open","post","note","mail","alert","local"],"ticket":7}
//   "sim.answered" what an "open" or a "local" was answered; plans one post
//   "sim.tick"     a schedule; plans an alert
//   "sim.broken"   a defect
#pragma once
#include "ports/job.h"

namespace dw::sim {

class Courier : public JobOf<NoView> {
 public:
  std::string_view name() const override { return "courier"; }
  bool takes(std::string_view kind) const override;
  Result<NoView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const NoView& view) const override;
};

}  // namespace dw::sim
