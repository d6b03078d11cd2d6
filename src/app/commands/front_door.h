// The way of a command to the operations of the API: over the store, in this process, beside a
// daemon that may be running. Whoever may read the configuration is admin here, and is called
// "command line" in the audit list.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/core.h"
#include "web/api/operations.h"
#include "web/queue_depths.h"

namespace dw {

/// What a request to an operation holds, besides the operation.
struct Asking {
  std::string name{};  ///< for {id} or {name} in the path
  std::vector<std::pair<std::string, std::string>> query{};
  json::object body{};
};

class FrontDoor {
 public:
  explicit FrontDoor(Core& core);

  /// Performs an operation to its end on the core's loop. errors  the operation's
  ApiAnswer call(std::string_view id, const Asking& asking);
  /// Asks the queues outside this program how deep they are, as the daemon does all the time.
  void measure_queues();
  Core& core() { return core_; }

 private:
  Core& core_;
  QueueDepths depths_;
  Operations operations_;
};

}  // namespace dw
