#include "jobs/greeting/rows.h"

#include "sql/greeting.h"

namespace dw {

Result<void> AddGreeting::write(Db& db, TimePoint now) const {
  return db.send(stmt::add_greeting, {person, now});
}

namespace greeting {

Result<bool> has(ReadDb& db, const std::string& person) {
  DW_CHECK(db.guard("greeting:" + person));
  bool is_there = false;
  DW_CHECK(db.run(stmt::find_greeting, {person}, [&](const Row&) { is_there = true; }));
  return is_there;
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  return db.run(stmt::prune_greetings, {before, limit});
}

}  // namespace greeting
}  // namespace dw
