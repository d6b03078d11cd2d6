// Greets each person once: a job as small as one can be, with a section, a table, a view, a change,
// a metric and its cases. Takes "greeting.met" {"person","channel"}.
#pragma once
#include <string>

#include "config/own_section.h"
#include "ports/job.h"

namespace dw {

struct GreetingSettings {
  std::string words = "Hello";
};

const OwnSection& own_greeting_section();

struct GreetingView {
  bool is_known = false;  ///< the person has been greeted
};

class Greeting : public JobOf<GreetingView> {
 public:
  explicit Greeting(GreetingSettings settings) : settings_(std::move(settings)) {}

  std::string_view name() const override { return "greeting"; }
  bool takes(std::string_view kind) const override { return kind == "greeting.met"; }
  void declare(Metrics& metrics) const override;
  Retention retention() const override;
  Result<GreetingView> read(const Event& event, ReadDb& db) const override;
  Plan plan(const Event& event, const GreetingView& view) const override;

 private:
  GreetingSettings settings_;
};

}  // namespace dw
