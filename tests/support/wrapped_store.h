// A store around another, for tests: what it does not do otherwise, the other does.
#pragma once
#include "ports/store.h"

namespace dw {

class WrappedStore : public Store {
 public:
  explicit WrappedStore(Store& inner) : inner_(inner) {}
  Task<Result<void>> write(WriteWork work) override { return inner_.write(std::move(work)); }
  Task<Result<void>> read(ReadWork work) override { return inner_.read(std::move(work)); }
  Task<Result<void>> look(ReadWork work) override { return inner_.look(std::move(work)); }
  void close() override { inner_.close(); }
  Result<void> write_now(const WriteWork& work) override { return inner_.write_now(work); }
  Result<void> read_now(const ReadWork& work) override { return inner_.read_now(work); }
  void on_change(std::function<void(DirtyFlags)> notice) override {
    inner_.on_change(std::move(notice));
  }
  StoreHealth health() const override { return inner_.health(); }
  std::string kind() const override { return inner_.kind(); }
  Result<void> backup(const std::string& file) override { return inner_.backup(file); }
  Result<std::vector<std::string>> verify() override { return inner_.verify(); }

 protected:
  Store& inner_;
};

}  // namespace dw
