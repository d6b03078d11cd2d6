#include "store/work_db.h"

#include <algorithm>

#include "sql/engine.h"

namespace dw {

void merge(DirtyFlags& into, const DirtyFlags& from) {
  into.lanes = into.lanes || from.lanes;
  into.queues = into.queues || from.queues;
  into.notes = into.notes || from.notes;
}

Result<void> WorkDb::lock(const Statement& row, std::initializer_list<Value> values) {
  return is_guarding_ ? connection_.send(row, values) : Result<void>{};
}

Result<void> WorkDb::guard(const std::string& name) {
  return is_guarding_ ? connection_.send(stmt::guard_name, {name}) : Result<void>{};
}

Result<void> WorkDb::guard_shared(const std::string& name) {
  return is_guarding_ ? connection_.send(stmt::guard_name_shared, {name}) : Result<void>{};
}

void WorkDb::send_last(const Statement& statement, const std::string& key, TimePoint at) {
  Last& last = last_.try_emplace({statement.name, key}, Last{&statement, at}).first->second;
  last.at = std::min(last.at, at);
}

void WorkDb::touch(DirtyFlags touched) {
  merge(touched_, touched);
}

Result<void> WorkDb::run_work(const WriteWork& work) {
  DW_CHECK(work(*this));
  return send_deferred();
}

Result<void> WorkDb::run_last(const WriteWork& work) {
  DW_CHECK(work.last()(*this));
  return send_deferred();
}

Result<void> WorkDb::send_deferred() {
  for (const auto& [key, last] : last_) {
    DW_CHECK(connection_.send(*last.statement, {key.second, last.at}));
  }
  last_.clear();
  return {};
}

}  // namespace dw
