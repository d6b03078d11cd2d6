// The connectors' notebook, over the store.
#pragma once
#include "ports/notebook.h"
#include "ports/store.h"

namespace dw {

class StoreNotebook : public Notebook {
 public:
  /// `holder` is this process among its replicas.
  StoreNotebook(Store& store, Clock& clock, std::string holder)
      : store_(store), clock_(clock), holder_(std::move(holder)) {}

  Task<Result<Kept>> read(std::string name) override;
  Task<Result<void>> write(std::string name, std::string text, int64_t version) override;
  Task<Result<bool>> take_turn(std::string name, Millis length) override;
  Task<Result<void>> end_turn(std::string name) override;

 private:
  Store& store_;
  Clock& clock_;
  std::string holder_;
};

}  // namespace dw
