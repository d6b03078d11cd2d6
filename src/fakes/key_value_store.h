// A key-value store in memory; several readers of one are the replicas of a store.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "ports/key_value_store.h"

namespace dw {

class FakeKeyValueStore : public KeyValueStore {
 public:
  Task<Result<StoredValue>> read(std::string name) override { co_return kept[name]; }
  Task<Result<void>> write(std::string name, std::string text, int64_t version) override {
    StoredValue& one = kept[name];
    if (is_full) co_return Error{ErrorKind::full, "key-value store", "the disk is full"};
    if (one.version != version) {
      co_return Error{ErrorKind::conflict, "key-value store", "another has written meanwhile"};
    }
    one = {std::move(text), version + 1};
    if (std::exchange(loses_answer, false)) {
      co_return Error{ErrorKind::unsure, "key-value store", "the answer was lost"};
    }
    co_return Result<void>();
  }
  Task<Result<bool>> acquire_lease(std::string name, Millis) override {
    co_return taken_by_others.count(name) == 0;
  }
  Task<Result<void>> release_lease(std::string) override { co_return Result<void>(); }

  std::map<std::string, StoredValue> kept;
  std::map<std::string, bool> taken_by_others;
  bool is_full = false;
  bool loses_answer = false;  ///< of the next write, which stands
};

}  // namespace dw
