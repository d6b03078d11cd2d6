// Looks every few seconds whether many new tickets are about one thing; the storm's job decides.
#pragma once
#include "app/core.h"
#include "jobs/storm/looking.h"
#include "net/async_event.h"

namespace dw {

class StormLooks {
 public:
  explicit StormLooks(Core& core);

  /// Each replica looks for itself. What several see is one event: its key is the tickets.
  Task<void> look_until_stopped();
  void stop();

 private:
  Task<Result<void>> read_usual();
  Task<Result<void>> look();

  Core& core_;
  StormLooking looking_;
  AsyncEvent stopping_;
  std::string last_key_;
  bool is_owed_ = false;  ///< groups were found and are not written down
  bool is_stopping_ = false;
};

}  // namespace dw
