// Rates that replicas share: in the store.
#pragma once
#include <string>

#include "ports/rates.h"
#include "ports/store.h"

namespace dw {

class StoreRates : public Rates {
 public:
  explicit StoreRates(Store& store) : store_(store) {}

  Task<Result<Millis>> book(std::vector<RateRule> rules, Millis timeout) override;
  Task<void> pause(std::string name, Millis length) override;

 private:
  Store& store_;
};

}  // namespace dw
