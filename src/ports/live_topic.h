// A topic of the live stream: things that boards are told of when they change, as they are now. It
// belongs to whoever keeps them, who adds a change note under its name in the commit of the change.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/shape.h"
#include "ports/db.h"

namespace dw {

struct LiveTopic {
  std::string name;  ///< of its change notes, and of its events: "tally"
  JsonType type;     ///< what an event carries
  /// The things with these ids as they are now; one that is no longer kept is absent.
  std::function<Result<std::map<int64_t, json::object>>(ReadDb& db, const std::vector<int64_t>& ids,
                                                        TimePoint now)>
      show;
};

}  // namespace dw
