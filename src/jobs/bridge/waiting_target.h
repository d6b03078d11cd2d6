// Says of a ticket whether it still waits for its first reply: what a reminder asks right before it
// is posted. It only reads the store.
#pragma once
#include <string>
#include <vector>

#include "ports/store.h"
#include "ports/target.h"

namespace dw {

/// Takes Lookup "waits" {"ticket"} -> {"stands","why"}
class WaitingTarget : public Target {
 public:
  explicit WaitingTarget(Store& store) : store_(store) {}

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Store& store_;
  std::string name_ = waiting_target_name;
  std::string label_ = "tickets";
};

}  // namespace dw
