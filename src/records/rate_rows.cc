// Rates that all processes keep together: one row each, locked while its next turn is booked, in
// the order of names, so that no two wait for each other.
#include "records/rate_rows.h"

#include <algorithm>

#include "sql/rate_rows.h"

namespace dw {

namespace rate_rows {

Result<RateSlot> reserve(Db& db, const std::vector<RateRule>& rules, Millis timeout) {
  std::vector<RateRule> sorted = rules;
  std::sort(sorted.begin(), sorted.end(),
            [](const RateRule& a, const RateRule& b) { return a.name < b.name; });
  std::vector<RateState> states;
  int64_t now = 0;
  for (const RateRule& rule : sorted) {
    // The time is that of the last lock: who waited for it must not count from before.
    DW_CHECK(db.run(stmt::lock_rate, {rule.name}, [&](const Row& row) {
      states.push_back({row.integer(0), row.integer(1)});
      now = row.integer(2);
    }));
  }
  if (states.size() != sorted.size()) return Error{ErrorKind::full, "store", "no row of a rate"};
  const RateSlot turn = reserve_slot(sorted, states, now, timeout);
  for (size_t i = 0; i < sorted.size(); ++i) {
    DW_CHECK(db.send(stmt::set_rate, {sorted[i].name, states[i].free_at, states[i].promised_at}));
  }
  return turn;
}

Result<void> pause(Db& db, const std::string& name, Millis length) {
  int64_t now = 0;
  DW_CHECK(db.run(stmt::lock_rate, {name}, [&](const Row& row) { now = row.integer(2); }));
  return db.send(stmt::pause_rate, {name, now + length.count()});
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  return db.run(stmt::prune_rates, {before, limit});
}

}  // namespace rate_rows
}  // namespace dw
