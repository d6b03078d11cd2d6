#include "app/volume_backfill.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "jobs/volume/rows.h"

namespace dw {
namespace {

constexpr std::chrono::hours week{7 * 24};
/// What the export counts: all tickets.
constexpr const char* query_of_all = "type:ticket";
/// About a minute's pages: what a restart reads again, against what a look back costs to write.
constexpr int pages_between_looks = 10;
constexpr const char* turn_name = "volume.gap";
/// Longer than a page or a week takes, short enough to wait for after a crash.
constexpr Millis turn_length{600'000};

void take_all(BulkCount& count, const std::vector<TaggedTicket>& tickets) {
  for (const TaggedTicket& one : tickets) {
    int64_t id = 0;
    std::from_chars(one.id.data(), one.id.data() + one.id.size(), id);
    count.take(id, one.created_at);
  }
}

bool is_denied(const Result<int64_t>& total) {
  return !total.ok() && total.error().kind == ErrorKind::denied;
}

}  // namespace

Task<Result<int64_t>> VolumeBackfill::run(TimePoint since, TimePoint until, Told told) {
  Range range{place_name("backfill " + to_rfc3339(since)), hour_of(since), until, false};
  DW_CO_TRY(const std::string kept, co_await place(range.name));
  // A time: all before it is there. Else a count on its way.
  if (const auto done = from_rfc3339(kept)) range.from = std::max(range.from, *done);
  co_return co_await count(std::move(range), kept, std::move(told));
}

Task<Result<int64_t>> VolumeBackfill::fill_gap(TimePoint since, TimePoint until) {
  Range range{place_name("gap"), hour_of(since), until, true};
  DW_CO_CHECK(co_await hold_turn(range));
  DW_CO_TRY(const std::string kept, co_await place(range.name));
  auto told = [](TimePoint, int64_t) {};
  Result<int64_t> total = co_await count(std::move(range), kept, told);
  const Result<void> ended = co_await core_.notebook->end_turn(turn_name);
  if (!ended.ok()) log_warn("volume", ended.error().text());
  co_return total;
}

Task<Result<void>> VolumeBackfill::hold_turn(Range range) {
  if (!range.is_in_turn) co_return Result<void>{};
  DW_CO_TRY(const bool is_ours, co_await core_.notebook->take_turn(turn_name, turn_length));
  if (is_ours) co_return Result<void>{};
  co_return Error{ErrorKind::busy, "volume", "another replica is counting the history"};
}

Task<Result<int64_t>> VolumeBackfill::count(Range range, std::string kept, Told told) {
  if (range.from >= range.until) co_return int64_t{0};
  if (query_ != query_of_all) co_return co_await by_search(std::move(range), std::move(told));
  BulkCount count(range.from);
  Result<BulkCount> begun = BulkCount::decode(kept);
  const bool has_begun = begun.ok() && begun->from() <= range.from;
  if (has_begun) count = std::move(*begun);
  Result<int64_t> total = co_await by_export(range, std::move(count), told);
  if (!is_denied(total)) co_return total;
  if (has_begun) {
    // The cursor of long ago is no longer taken.
    log_warn("volume", "history is counted anew", {{"why", total.error().text()}});
    BulkCount fresh(range.from);
    total = co_await by_export(range, std::move(fresh), told);
    if (!is_denied(total)) co_return total;
  }
  log_warn("volume", "history is counted through the search", {{"why", total.error().text()}});
  co_return co_await by_search(std::move(range), std::move(told));
}

/// Hours are kept at the end alone: until the last page is read, each may still be short of some.
Task<Result<int64_t>> VolumeBackfill::by_export(Range range, BulkCount count, Told told) {
  for (int page = 1;; ++page) {
    DW_CO_TRY(VolumeSource::Births births, co_await source_.births(count.from(), count.cursor));
    take_all(count, births.tickets);
    if (births.is_end) break;
    count.cursor = std::move(births.next_cursor);
    told(std::min(births.reached, range.until), count.tickets());
    DW_CO_CHECK(co_await hold_turn(range));
    if (page % pages_between_looks == 0) {
      std::vector<HourCount> none_yet;
      DW_CO_CHECK(co_await keep(std::move(none_yet), range.name, count.encode()));
    }
  }
  DW_CO_CHECK(co_await keep(count.hours(range.until), range.name, to_rfc3339(range.until)));
  told(range.until, count.tickets());
  co_return count.tickets();
}

Task<Result<int64_t>> VolumeBackfill::by_search(Range range, Told told) {
  int64_t total = 0;
  for (TimePoint from = range.from; from < range.until;) {
    const TimePoint end = std::min<TimePoint>(from + week, range.until);
    DW_CO_TRY(const std::vector<TaggedTicket> found, co_await source_.tickets(from, end));
    BulkCount count(from);
    take_all(count, found);
    std::vector<HourCount> hours = count.hours(end);
    for (const HourCount& one : hours) total += one.count;
    DW_CO_CHECK(co_await keep(std::move(hours), range.name, to_rfc3339(end)));
    from = end;
    told(end, total);
    DW_CO_CHECK(co_await hold_turn(range));
  }
  co_return total;
}

/// Another account's cursor, or another query's counts, say nothing about these.
std::string VolumeBackfill::place_name(const std::string& of) const {
  return fmt::format("{} {} {}", of, core_.settings.zendesk.url, query_);
}

Task<Result<std::string>> VolumeBackfill::place(std::string name) {
  std::string out;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(out, volume::cursor(db, name));
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(look));
  co_return out;
}

Task<Result<void>> VolumeBackfill::keep(std::vector<HourCount> hours, std::string name,
                                        std::string place) {
  const TimePoint now = core_.clock.now();
  auto work = [&](Db& db) -> Result<void> {
    if (!hours.empty()) DW_CHECK(volume::set_hours(db, hours, now));
    return volume::set_cursor(db, name, place, now);
  };
  co_return co_await core_.store->write(work);
}

}  // namespace dw
