#include "records/activity.h"

#include "sql/activity.h"

namespace dw::activity {
namespace {

constexpr int64_t rows_max = 2000;

}  // namespace

Result<LastTimes> of_targets(ReadDb& db) {
  LastTimes out;
  DW_CHECK(db.run(stmt::last_of_targets, {rows_max},
                  [&](const Row& row) { out[std::string(row.text(0))] = row.time(1); }));
  return out;
}

Result<LastTimes> of_sources(ReadDb& db) {
  LastTimes out;
  DW_CHECK(db.run(stmt::last_of_sources, {rows_max},
                  [&](const Row& row) { out[std::string(row.text(0))] = row.time(1); }));
  return out;
}

}  // namespace dw::activity
