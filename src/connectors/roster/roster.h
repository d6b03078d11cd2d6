// Target "oncall:NAME" over a static rota of the configuration: people take turns on a schedule.
#pragma once
#include <optional>

#include "config/oncall_section.h"
#include "domain/schedule.h"
#include "ports/oncall.h"
#include "ports/target.h"

namespace dw {

class Roster : public Target {
 public:
  /// `settings.rotate` was checked. `zone`: IANA name.
  Roster(Clock& clock, const OncallSettings& settings, std::string zone);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  /// A question may be asked again.
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

  /// Primary and secondary at a time. The turn is counted from Monday, 2024-01-01 UTC, so that all
  /// replicas and restarts agree; before that it is the first one's.
  std::vector<OncallPerson> people_at(TimePoint at);

 private:
  Clock& clock_;
  OncallSettings settings_;
  Schedule schedule_;
  std::string timezone_, name_, label_;
  size_t turn_ = 0;       // who is on, since the last change that was counted
  TimePoint counted_to_;  // up to here
};

/// "" or what is wrong with a rotation: no schedule, or one that changes more than once an hour.
std::string check_rotation(const std::string& rotate, const std::string& zone);

}  // namespace dw
