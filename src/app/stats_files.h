// tally.stats_file: the counts as the older bot wrote them, kept up to date for older tools.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "jobs/tally/records.h"
#include "jobs/tally/section.h"
#include "net/async_event.h"
#include "ports/store.h"

namespace dw {

class StatsFiles {
 public:
  StatsFiles(Loop& loop, Clock& clock, Store& store, const std::vector<TallySettings>& settings);

  /// Something changed; the files follow within a second.
  void notify();
  void stop();
  Task<void> write_until_stopped();

 private:
  Task<void> write_all();

  Loop& loop_;
  Clock& clock_;
  Store& store_;
  AsyncEvent changed_;
  std::map<std::string, std::vector<std::string>> channels_;  // by file
  std::map<std::string, std::string> written_;                // what each file has
  bool is_stopping_ = false;
};

/// The object that the older bot kept: {"Jon S\njxsrcc": 4}, in the order of first appearance.
json::object stats_of(std::vector<TallyAgent> agents);
/// Both older forms: the one above, and {"jxsrcc": 4}. errors  invalid
Result<std::vector<TallyBalance>> balances_in(std::string_view text);

}  // namespace dw
