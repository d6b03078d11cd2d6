// The connectors' key-value store, over the store.
#pragma once
#include "ports/key_value_store.h"
#include "ports/store.h"

namespace dw {

class StoredKeyValues : public KeyValueStore {
 public:
  /// `holder` is this process among its replicas.
  StoredKeyValues(Store& store, Clock& clock, std::string holder)
      : store_(store), clock_(clock), holder_(std::move(holder)) {}

  Task<Result<StoredValue>> read(std::string name) override;
  Task<Result<void>> write(std::string name, std::string text, int64_t version) override;
  Task<Result<bool>> acquire_lease(std::string name, Millis length) override;
  Task<Result<void>> release_lease(std::string name) override;

 private:
  Store& store_;
  Clock& clock_;
  std::string holder_;
};

}  // namespace dw
