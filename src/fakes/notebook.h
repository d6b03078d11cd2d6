// A notebook in memory; several readers of one are the replicas of a store.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "ports/notebook.h"

namespace dw {

class FakeNotebook : public Notebook {
 public:
  Task<Result<Kept>> read(std::string name) override { co_return kept[name]; }
  Task<Result<void>> write(std::string name, std::string text, int64_t version) override {
    Kept& one = kept[name];
    if (is_full) co_return Error{ErrorKind::full, "notebook", "the disk is full"};
    if (one.version != version) {
      co_return Error{ErrorKind::conflict, "notebook", "another has written meanwhile"};
    }
    one = {std::move(text), version + 1};
    if (std::exchange(loses_answer, false)) {
      co_return Error{ErrorKind::unsure, "notebook", "the answer was lost"};
    }
    co_return Result<void>();
  }
  Task<Result<bool>> take_turn(std::string name, Millis) override {
    co_return taken_by_others.count(name) == 0;
  }
  Task<Result<void>> end_turn(std::string) override { co_return Result<void>(); }

  std::map<std::string, Kept> kept;
  std::map<std::string, bool> taken_by_others;
  bool is_full = false;
  bool loses_answer = false;  ///< of the next write, which stands
};

}  // namespace dw
