#include "jobs/volume/bulk_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/text.h"

namespace dw {
namespace {

constexpr uint64_t ids_per_word = 64;
/// A broken time must not become a row of hours up to the year 9999.
constexpr int64_t hours_max = 50 * 366 * 24;

bool read_hex(std::string_view text, uint64_t& out) {
  const char* end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, out, 16);
  return problem == std::errc() && stopped == end;
}

Error no_count() {
  return {ErrorKind::invalid, "backfill", "where it stopped can't be read"};
}

}  // namespace

void BulkCount::take(int64_t ticket, TimePoint created_at) {
  const int64_t hour = (hour_of(created_at) - from_) / one_hour;
  if (created_at < from_ || hour >= hours_max) return;
  const auto id = static_cast<uint64_t>(ticket);
  uint64_t& word = seen_[id / ids_per_word];
  const uint64_t bit = uint64_t{1} << (id % ids_per_word);
  if ((word & bit) != 0) return;
  word |= bit;
  if (static_cast<size_t>(hour) >= counts_.size()) counts_.resize(static_cast<size_t>(hour) + 1);
  ++counts_[static_cast<size_t>(hour)];
}

int64_t BulkCount::tickets() const {
  return std::accumulate(counts_.begin(), counts_.end(), int64_t{0});
}

std::vector<HourCount> BulkCount::hours(TimePoint until) const {
  std::vector<HourCount> out;
  size_t i = 0;
  for (TimePoint hour = from_; hour < until; hour += one_hour, ++i) {
    out.push_back({hour, i < counts_.size() ? counts_[i] : 0});
  }
  return out;
}

std::string BulkCount::encode() const {
  std::vector<std::pair<uint64_t, uint64_t>> words(seen_.begin(), seen_.end());
  std::sort(words.begin(), words.end());
  std::string ids;
  uint64_t before = 0;
  for (const auto& [place, bits] : words) {
    // A step instead of the place itself: short in an unbroken row.
    fmt::format_to(std::back_inserter(ids), "{:x}:{:x} ", place - before, bits);
    before = place;
  }
  return to_text(json::object{{"from", to_rfc3339(from_)},
                              {"cursor", cursor},
                              {"counts", json::value_from(counts_)},
                              {"ids", std::move(ids)}});
}

Result<BulkCount> BulkCount::decode(std::string_view text) {
  DW_TRY(const json::value parsed, parse_json(text));
  std::vector<Problem> problems;
  const JsonView view(parsed, problems);
  const auto from = from_rfc3339(view["from"].text().value_or(""));
  if (!from || !view["cursor"].is_present() || !view["ids"].is_present()) return no_count();
  BulkCount out(*from);
  out.cursor = view["cursor"].text().value_or("");
  for (const JsonView& count : view["counts"].elements()) {
    out.counts_.push_back(count.integer().value_or(0));
  }
  const std::string ids = view["ids"].text().value_or("");
  uint64_t place = 0;
  for (const std::string_view word : split(ids, ' ')) {
    if (word.empty()) continue;
    const size_t colon = word.find(':');
    uint64_t step = 0, bits = 0;
    if (colon == std::string_view::npos || !read_hex(word.substr(0, colon), step) ||
        !read_hex(word.substr(colon + 1), bits)) {
      return no_count();
    }
    place += step;
    out.seen_[place] = bits;
  }
  if (!problems.empty()) return no_count();
  return out;
}

}  // namespace dw
