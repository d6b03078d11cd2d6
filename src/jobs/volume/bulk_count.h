// Counts tickets per hour out of a stream that tells a ticket again whenever it changed: each is
// counted once, at its birth. What was seen goes into a text and back, so that a count of hours
// survives a restart.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "jobs/volume/records.h"

namespace dw {

class BulkCount {
 public:
  /// Counts from the hour of `since` on.
  explicit BulkCount(TimePoint since) : from_(hour_of(since)) {}

  /// Takes a ticket once; older ones, and those of no believable time, never.
  void take(int64_t ticket, TimePoint created_at);

  TimePoint from() const { return from_; }
  int64_t tickets() const;
  /// Every hour from the first to `until` (exclusive), those without a ticket as 0.
  std::vector<HourCount> hours(TimePoint until) const;

  /// {"from","cursor","counts":[…],"ids":"1f:8000000000000001 …"}: where the stream was left, and
  /// all that was taken. About a third of a byte for each ticket of an unbroken row of ids.
  std::string encode() const;
  /// errors  invalid: no such text
  static Result<BulkCount> decode(std::string_view text);

  std::string cursor;  ///< where the stream goes on; empty: at its beginning

 private:
  TimePoint from_;
  std::vector<int64_t> counts_;  // by hours since from_
  // Ids are given in a row, so 64 of them share a word: a million tickets take 250 KiB.
  std::unordered_map<uint64_t, uint64_t> seen_;
};

}  // namespace dw
