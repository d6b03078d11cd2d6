// Where the job asks for what takes long: the report as a plan in the store, the next event of a
// run, the older tool's file. It is a target of deliveries like any other, so that the engine
// retries, and another replica takes over what a dead one was at.
//
// A second time does no harm: each reading makes a plan of its own, whose letters belong to nobody
// until the job has heard of it.
#pragma once
#include <string>
#include <vector>

#include "ports/table.h"
#include "ports/target.h"

namespace dw {

class NoticeRuns;

constexpr const char* notice_target_name = "notices:run";

/// Takes Ask:
///   "report"     {"is_test"}, and {"name","version"} of a report that has arrived; null where that
///                one was replaced or removed, which the next look sees. Else ->
///                {"run","imported_day","is_test","keeps_date"}
///   "go_on"      {"run","letters","asked_at",…} -> the same, with so many letters as the store
///                is fast
///   "date_file"  {"day"}     -> null
class NoticeTarget : public Target {
 public:
  NoticeTarget(NoticeRuns& runs, Clock& clock) : runs_(runs), clock_(clock) {}

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Task<Outcome> read_report(bool is_test, const ReportVersion& wanted);

  NoticeRuns& runs_;
  Clock& clock_;
  std::string name_ = notice_target_name;
  std::string label_ = "notices";
};

}  // namespace dw
