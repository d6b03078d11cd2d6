// The target of a bridge in shadow mode: takes everything, writes nothing. What would have been
// written stands in the list of deliveries, on the board.
#pragma once
#include <string>

#include "ports/target.h"

namespace dw {

class Shadow : public LocalTarget {
 public:
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }
  /// Answers as the real one would, with numbers that nobody else has.
  Result<Outcome> apply(Db& db, const Delivery& delivery, TimePoint now) override;

 private:
  std::string name_ = "shadow";
};

}  // namespace dw
