#include "jobs/volume/births.h"

#include <fmt/format.h>

#include <set>

#include "base/number.h"

namespace dw {
namespace {

constexpr uint64_t ids_per_word = 64;
constexpr size_t digits_per_word = 16;
/// A broken time must not become a row of hours up to the year 9999.
constexpr std::chrono::hours span_max{50LL * 366 * 24};

}  // namespace

std::string encode(const IdChunk& chunk) {
  std::string out;
  for (const uint64_t word : chunk) fmt::format_to(std::back_inserter(out), "{:016x}", word);
  return out;
}

Result<IdChunk> decode_chunk(std::string_view text) {
  const Error broken{ErrorKind::invalid, "volume", "what was counted can't be read"};
  IdChunk out{};
  if (text.size() != out.size() * digits_per_word) return broken;
  for (size_t i = 0; i < out.size(); ++i) {
    const std::string_view digits = text.substr(i * digits_per_word, digits_per_word);
    const auto word = number_in<IdChunk::value_type>(digits, 16);
    if (!word) return broken;
    out.at(i) = *word;
  }
  return out;
}

int64_t ticket_number_of(const TaggedTicket& ticket) {
  return std::max<int64_t>(number_in(ticket.id).value_or(0), 0);
}

std::vector<int64_t> chunks_of(const std::vector<TaggedTicket>& page) {
  std::set<int64_t> chunks;
  for (const TaggedTicket& one : page) chunks.insert(ticket_number_of(one) / ids_per_chunk);
  return {chunks.begin(), chunks.end()};
}

int64_t CountedBirths::tickets() const {
  int64_t out = 0;
  for (const auto& [hour, count] : hours) out += count;
  return out;
}

CountedBirths count_created(const std::vector<TaggedTicket>& page, TimePoint from, IdChunks seen) {
  CountedBirths out;
  for (const TaggedTicket& one : page) {
    if (one.created_at < from || one.created_at >= from + span_max) continue;
    const auto id = static_cast<uint64_t>(ticket_number_of(one));
    const auto chunk = static_cast<int64_t>(id / ids_per_chunk);
    uint64_t& word = seen[chunk].at(id % ids_per_chunk / ids_per_word);
    const uint64_t bit = uint64_t{1} << (id % ids_per_word);
    const bool is_counted = (word & bit) != 0;
    if (is_counted != one.is_deleted) continue;
    word ^= bit;
    out.seen[chunk] = {};
    out.hours[hour_of(one.created_at)] += one.is_deleted ? -1 : 1;
  }
  for (auto& [chunk, bits] : out.seen) bits = seen.at(chunk);
  return out;
}

std::vector<HourCount> every_hour(const std::vector<HourCount>& counted, TimePoint from,
                                  TimePoint until) {
  std::vector<HourCount> out;
  size_t i = 0;
  for (TimePoint hour = from; hour < until; hour += one_hour) {
    while (i < counted.size() && counted[i].hour < hour) ++i;
    const bool is_there = i < counted.size() && counted[i].hour == hour;
    out.push_back({hour, is_there ? counted[i].count : 0});
  }
  return out;
}

}  // namespace dw
