// Counts tickets per hour out of a stream that tells a ticket again whenever it changed: each is
// counted once, at its birth, and no more once it is deleted. Pure: what was seen before comes in,
// what is new goes out, so that a count of millions goes on behind each page, and nothing of it is
// held in memory.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jobs/volume/records.h"

namespace dw {

/// Ids are given in a row, so 1,024 of them share a chunk, a bit each: a million tickets take
/// 250 KiB in the store.
constexpr int64_t ids_per_chunk = 1024;
using IdChunk = std::array<uint64_t, 16>;
/// By number: the ids from number × 1,024 on.
using IdChunks = std::map<int64_t, IdChunk>;

/// "0000…01", 256 hexadecimal digits, and back. errors  invalid
std::string encode(const IdChunk& chunk);
Result<IdChunk> decode_chunk(std::string_view text);

/// The number of a ticket; 0 for what is none.
int64_t ticket_number_of(const TaggedTicket& ticket);
/// Which chunks a page needs.
std::vector<int64_t> chunks_of(const std::vector<TaggedTicket>& page);

/// What a page adds to a count.
struct CountedBirths {
  IdChunks seen;                       ///< chunks that changed, whole
  std::map<TimePoint, int64_t> hours;  ///< by how many each hour grows; less than 0: shrinks
  int64_t tickets() const;
};

/// Counts the tickets of a page that are not in `seen`; those born before `from`, or at no
/// believable time, never. Takes off those in `seen` that are deleted by now.
CountedBirths count_created(const std::vector<TaggedTicket>& page, TimePoint from, IdChunks seen);

/// Every hour from `from` to `until` (exclusive), those without a ticket as 0. `counted` ascends;
/// what lies outside is left out.
std::vector<HourCount> every_hour(const std::vector<HourCount>& counted, TimePoint from,
                                  TimePoint until);

}  // namespace dw
