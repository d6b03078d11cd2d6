// What the ticket volume asks of Zendesk: an hour's count, the tickets of a stretch of time, and
// all births in bulk. It waits while Zendesk says "later".
#pragma once
#include <string>
#include <vector>

#include "app/core.h"

namespace dw {

class VolumeSource {
 public:
  VolumeSource(Core& core, std::string query) : core_(core), query_(std::move(query)) {}

  /// How many tickets of the query were created from `from` to `until` (exclusive).
  /// errors (all three)  invalid: there is no [zendesk], or it refuses the question
  ///                     unreachable: it did not answer, however often it was asked
  Task<Result<int64_t>> count(TimePoint from, TimePoint until);
  /// Those tickets with their tags, each once.
  Task<Result<std::vector<TaggedTicket>>> tickets(TimePoint from, TimePoint until);

  struct Births {
    std::vector<TaggedTicket> tickets;  ///< id and created_at alone
    std::string next_cursor;
    TimePoint reached{};  ///< how far the page goes; the epoch: nothing is in it
    bool is_end = false;
  };
  /// A page of what changed since `from`, of all tickets whatever the query; "" begins.
  /// errors  denied: the user is no admin, or the cursor is no longer taken
  Task<Result<Births>> births(TimePoint from, std::string cursor);

 private:
  Task<Result<json::value>> ask(json::object question);

  Core& core_;
  std::string query_;
};

}  // namespace dw
