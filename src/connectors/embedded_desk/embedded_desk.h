// Our own desk: comments and changes are applied to the store in the transaction that plans them.
#pragma once
#include <string>

#include "ports/store.h"
#include "ports/target.h"

namespace dw {

class EmbeddedDesk : public LocalTarget {
 public:
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Result<Outcome> apply(Db& db, const Delivery& delivery, TimePoint now) override;

 private:
  std::string name_ = "desk:embedded", label_ = "embedded:desk";
};

}  // namespace dw
