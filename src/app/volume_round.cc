#include "app/volume_round.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/text_file.h"
#include "jobs/volume/count_files.h"
#include "jobs/volume/rows.h"
#include "jobs/volume/tags.h"
#include "records/tickets.h"

namespace dw {
namespace {

/// Ages in hours at which an hour is counted again, for what came late.
constexpr int recount_ages[] = {1, 2, 3, 6, 12, 24};
/// More missing hours than this are fetched in bulk.
constexpr size_t single_max = 48;
constexpr std::chrono::hours week{7 * 24};
constexpr size_t tickets_max = 20'000;

/// Every hour of a range, those without a ticket as 0.
std::vector<HourCount> filled(const std::vector<HourCount>& found, TimePoint from,
                              TimePoint until) {
  std::vector<HourCount> out;
  size_t i = 0;
  for (TimePoint hour = from; hour < until; hour += one_hour) {
    while (i < found.size() && found[i].hour < hour) ++i;
    const bool is_there = i < found.size() && found[i].hour == hour;
    out.push_back({hour, is_there ? found[i].count : 0});
  }
  return out;
}

}  // namespace

Result<std::vector<HourCount>> read_count_file(const std::string& path) {
  DW_TRY(const std::string text, read_whole(path, count_file_bytes_max));
  Result<std::vector<HourCount>> counts = read_counts(text);
  if (!counts.ok()) counts.error().where = path + " " + counts.error().where;
  return counts;
}

Result<Judging> load_judging(const Settings& settings) {
  std::vector<int64_t> days;
  const bool has_own = !settings.volume.holidays.empty();
  for (const std::string& one : has_own ? settings.volume.holidays : settings.hours.holidays) {
    const bool is_date = one.size() == 10 && from_rfc3339(one).has_value();
    std::string text = one;
    if (!is_date) {
      DW_TRY(text, read_whole(one, count_file_bytes_max));
    }
    Result<std::vector<int64_t>> read = read_holidays(text);
    if (!read.ok()) {
      read.error().where = (has_own ? "volume.holidays " : "hours.holidays ") + one;
      return read.error();
    }
    days.insert(days.end(), read->begin(), read->end());
  }
  return judging_of(settings.volume, settings.hours.timezone, std::move(days));
}

Task<Result<void>> VolumeRound::keep(std::vector<HourCount> hours) {
  if (hours.empty()) co_return Result<void>{};
  const TimePoint now = core_.clock.now();
  auto work = [&hours, now](Db& db) -> Result<void> { return volume::set_hours(db, hours, now); };
  co_return co_await core_.store->write(work);
}

Task<Result<VolumeView>> VolumeRound::known(TimePoint latest) {
  VolumeView view;
  Event event;
  event.body = json::object{{"latest", latest.time_since_epoch().count()}};
  const Volume job(parts_);
  auto work = [&view, &event, &job](ReadDb& db) -> Result<void> {
    DW_TRY(view, job.read(event, db));
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(work));
  co_return view;
}

Task<Result<void>> VolumeRound::count_zendesk(TimePoint latest, std::vector<HourCount> stored) {
  std::set<TimePoint> wanted;
  const TimePoint first =
      stored.empty() ? hour_of(latest - parts_.judging.history) : stored.front().hour;
  std::set<TimePoint> there;
  for (const HourCount& one : stored) there.insert(one.hour);
  for (TimePoint hour = first; hour <= latest; hour += one_hour) {
    if (!there.contains(hour)) wanted.insert(hour);
  }
  if (wanted.size() > single_max) {
    VolumeBackfill backfill(core_, parts_.settings);
    DW_CO_CHECK(co_await backfill.fill_gap(*wanted.begin(), latest + one_hour));
    wanted.clear();
  }
  for (const int age : recount_ages) {
    const TimePoint hour = latest - age * one_hour;
    if (there.contains(hour)) wanted.insert(hour);
  }
  for (const TimePoint hour : wanted) {
    DW_CO_TRY(const int64_t count, co_await source_.count(hour, hour + one_hour));
    // Each is kept at once: what was paid for with a request is not asked for again.
    std::vector<HourCount> one;
    one.push_back({hour, count});
    DW_CO_CHECK(co_await keep(std::move(one)));
  }
  co_return Result<void>{};
}

Task<Result<void>> VolumeRound::count(TimePoint latest) {
  const TimePoint from = replay_from(latest, parts_.judging);
  if (parts_.settings.is_from_file()) {
    Result<std::vector<HourCount>> counts = read_count_file(parts_.settings.file());
    if (!counts.ok()) co_return counts.error();
    std::erase_if(*counts,
                  [&](const HourCount& one) { return one.hour > latest || one.hour < from; });
    co_return co_await keep(std::move(*counts));
  }
  std::vector<HourCount> stored, opened;
  const bool is_embedded = parts_.settings.source == "embedded";
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(stored, volume::hours(db, from, latest + one_hour));
    if (!is_embedded) return {};
    DW_TRY(const std::vector<OpenedHour> found,
           tickets::opened_per_hour(db, from, latest + one_hour));
    opened.clear();
    for (const OpenedHour& one : found) opened.push_back({one.hour, one.count});
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(work));
  if (!is_embedded) co_return co_await count_zendesk(latest, std::move(stored));
  if (stored.empty() && opened.empty()) co_return Result<void>{};
  // Counts that were imported are older than what the desk knows: only its own time is filled.
  TimePoint first = opened.empty() ? stored.back().hour + one_hour : opened.front().hour;
  if (!stored.empty()) first = std::max(first, stored.back().hour - std::chrono::hours(24));
  std::vector<HourCount> fresh = filled(opened, first, latest + one_hour);
  co_return co_await keep(std::move(fresh));
}

Task<Result<std::vector<TaggedTicket>>> VolumeRound::tickets(TimePoint from, TimePoint until) {
  if (parts_.settings.source == "zendesk") co_return co_await source_.tickets(from, until);
  std::vector<TaggedTicket> out;
  if (parts_.settings.is_from_file()) co_return out;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const std::vector<OpenedTicket> found,
           tickets::opened_between(db, from, until, tickets_max));
    out.clear();
    for (const OpenedTicket& one : found) {
      out.push_back({std::to_string(one.id.value), one.title, one.tags, one.opened_at});
    }
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(work));
  co_return out;
}

/// The tags of the hour against those of the same time of the four weeks before, an hour around.
Task<Result<json::value>> VolumeRound::explain(TimePoint hour) {
  if (parts_.settings.is_from_file()) co_return json::value(nullptr);
  DW_CO_TRY(const std::vector<TaggedTicket> now, co_await tickets(hour, hour + one_hour));
  std::vector<TaggedTicket> before;
  for (int weeks = 1; weeks <= 4; ++weeks) {
    const TimePoint then = hour - weeks * week;
    DW_CO_TRY(std::vector<TaggedTicket> some,
              co_await tickets(then - one_hour, then + 2 * one_hour));
    before.insert(before.end(), std::make_move_iterator(some.begin()),
                  std::make_move_iterator(some.end()));
  }
  co_return encode(explain_tags(now, before, parts_.settings.omit_tags,
                                static_cast<size_t>(parts_.settings.top_tags)));
}

Task<Result<json::object>> VolumeRound::run(RoundOptions options) {
  const TimePoint finished = hours_end(core_.clock.now()) - one_hour;
  TimePoint latest = options.at ? hour_of(*options.at) : finished;
  if (latest > finished) {
    co_return Error{ErrorKind::invalid, "--at", "that hour is not over yet"};
  }
  DW_CO_CHECK(co_await count(latest));
  DW_CO_TRY(const VolumeView view, co_await known(latest));
  if (view.hours.empty()) {
    co_return Error{ErrorKind::missing, "volume", "nothing was counted yet"};
  }
  latest = view.hours.back().hour;
  if (options.at && latest != hour_of(*options.at)) {
    co_return Error{ErrorKind::missing, "--at",
                    fmt::format("there is no count of {}", to_rfc3339(hour_of(*options.at)))};
  }
  const TimePoint now = core_.clock.now();
  const Assessment seen = assess(view.hours, view.incidents, nullptr, parts_, now);
  json::object summary = hour_summary(seen.replay.hours.back(), parts_.judging);
  json::value tags = nullptr;
  if (seen.replay.hours.back().mark != Mark::normal) {
    Result<json::value> found = co_await explain(latest);
    if (found.ok()) {
      tags = std::move(*found);
    } else {
      // An alert without its tags is better than none.
      log_warn("volume", "the tags can't be fetched", {{"why", found.error().text()}});
    }
  }
  summary["tags"] = tags;
  summary["told"] = static_cast<int64_t>(seen.deliveries.size());
  summary["event"] = nullptr;
  if (options.is_dry) co_return summary;
  Event event{.source = "volume",
              .key = options.key,
              .kind = "volume.counted",
              .at = now,
              .body = json::object{{"latest", latest.time_since_epoch().count()},
                                   {"tags", std::move(tags)}}};
  DW_CO_TRY(const Accepted accepted, co_await core_.inbox->accept(std::move(event)));
  if (const json::object* reply = accepted.reply.if_object()) summary["told"] = reply->at("told");
  summary["event"] = accepted.event.value;
  co_return summary;
}

Task<Result<int64_t>> VolumeRound::backfill(TimePoint since, VolumeBackfill::Told told) {
  const TimePoint until = hours_end(core_.clock.now());
  if (parts_.settings.source == "zendesk") {
    VolumeBackfill backfill(core_, parts_.settings);
    co_return co_await backfill.run(since, until, std::move(told));
  }
  DW_CO_CHECK(co_await count(until - one_hour));
  co_return int64_t{0};
}

}  // namespace dw
