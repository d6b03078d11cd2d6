#include "app/volume_round.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "base/log.h"
#include "jobs/volume/count_files.h"
#include "jobs/volume/tags.h"
#include "net/wake.h"

namespace dw {
namespace {

constexpr const char* desk_target = "desk:zendesk";
/// Zendesk's search index lags behind its tickets: an hour is asked for once it has settled.
constexpr std::chrono::minutes index_lag{2};
/// Ages in hours at which an hour is counted again, for what came late.
constexpr int recount_ages[] = {1, 2, 3, 6, 12, 24};
/// More missing hours than this are fetched in bulk.
constexpr size_t single_max = 48;
constexpr std::chrono::hours week{7 * 24};
constexpr int asks_max = 6, pages_max = 10'000;
constexpr Millis patience_max{90'000}, pause_first{1'000};
constexpr size_t tickets_max = 20'000;
constexpr size_t count_file_bytes_max = 64 << 20;

std::string kept_range(TimePoint since) {
  return "backfill " + to_rfc3339(since);
}

TaggedTicket ticket_in(const JsonView& view) {
  TaggedTicket out;
  const json::value* id = view["id"].raw();
  if (id != nullptr) out.id = id->is_string() ? std::string(id->get_string()) : to_text(*id);
  out.subject = view["subject"].text().value_or("");
  out.tags = view["tags"].texts();
  out.created_at = from_rfc3339(view["created_at"].text().value_or("")).value_or(TimePoint{});
  return out;
}

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

std::vector<HourCount> counted(const std::vector<TaggedTicket>& tickets, TimePoint from,
                               TimePoint until) {
  std::vector<HourCount> out = filled({}, from, until);
  std::set<std::string> seen;  // a page may repeat what moved while it was read
  for (const TaggedTicket& one : tickets) {
    if (one.created_at < from || one.created_at >= until) continue;
    if (!one.id.empty() && !seen.insert(one.id).second) continue;
    ++out[static_cast<size_t>((hour_of(one.created_at) - from) / one_hour)].count;
  }
  return out;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream out;
  out << stream.rdbuf();
  if (!stream) return Error{ErrorKind::invalid, path, "can't be read"};
  std::string text = out.str();
  if (text.size() <= count_file_bytes_max) return text;
  return Error{ErrorKind::invalid, path, "is larger than 64 MiB"};
}

Result<std::vector<HourCount>> read_count_file(const std::string& path) {
  DW_TRY(const std::string text, read_text_file(path));
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
      DW_TRY(text, read_text_file(one));
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

Target* VolumeRound::zendesk() const {
  for (const auto& target : core_.targets) {
    if (target->name() == desk_target) return target.get();
  }
  return nullptr;
}

/// Asks again while the desk says "later"; a person who waits sees the backfill go on.
Task<Result<json::value>> VolumeRound::ask(json::object question) {
  Target* target = zendesk();
  if (target == nullptr) {
    co_return Error{ErrorKind::invalid, "volume.source",
                    "is \"zendesk\", but there is no [zendesk] (or set source = \"embedded\" or "
                    "\"file:PATH\")"};
  }
  Delivery delivery;
  delivery.target = desk_target;
  const std::string about(question.at("about").as_string());
  delivery.payload = Ask{about, std::move(question)};
  Millis pause = pause_first;
  std::string why = "no answer";
  for (int i = 0; i < asks_max; ++i) {
    std::vector<Delivery> one;
    one.push_back(delivery);
    std::vector<Outcome> outcomes =
        co_await target->perform(std::move(one), core_.settings.retry.timeout);
    Outcome& outcome = outcomes.at(0);
    if (outcome.kind == Outcome::Kind::done) co_return std::move(outcome.answer);
    why = outcome.why;
    if (outcome.kind == Outcome::Kind::refused) {
      co_return Error{ErrorKind::invalid, "zendesk", why};
    }
    const Millis wait = std::min(outcome.when.value_or(pause), patience_max);
    pause *= 2;
    if (i + 1 == asks_max) break;
    Wake wake(core_.loop, core_.clock);
    co_await wake.wait(core_.clock.monotonic() + wait);
  }
  co_return Error{ErrorKind::unreachable, "zendesk", why};
}

Task<Result<std::vector<TaggedTicket>>> VolumeRound::search(TimePoint from, TimePoint until) {
  std::vector<TaggedTicket> out;
  std::string cursor;
  for (int page = 0; page < pages_max; ++page) {
    json::object question{{"about", "search"},
                          {"query", parts_.settings.query},
                          {"from", to_rfc3339(from)},
                          {"to", to_rfc3339(until)},
                          {"cursor", cursor}};
    DW_CO_TRY(const json::value answer, co_await ask(std::move(question)));
    std::vector<Problem> problems;
    const JsonView view(answer, problems);
    const std::vector<JsonView> found = view["tickets"].elements();
    for (const JsonView& one : found) out.push_back(ticket_in(one));
    cursor = view["next_cursor"].text().value_or("");
    if (cursor.empty()) co_return out;
  }
  co_return Error{ErrorKind::invalid, "zendesk", "a search that never ends"};
}

Task<Result<void>> VolumeRound::keep(std::vector<HourCount> hours) {
  if (hours.empty()) co_return Result<void>{};
  const TimePoint now = core_.clock.now();
  auto work = [&hours, now](Journal& journal) -> Result<void> {
    return journal.keep_volume_hours(hours, now);
  };
  co_return co_await core_.store->write(work);
}

Task<Result<View>> VolumeRound::known(TimePoint latest) {
  View view;
  Event event;
  event.body = json::object{{"latest", latest.time_since_epoch().count()}};
  const Volume job(parts_);
  auto work = [&view, &event, &job](Reader& reader) -> Result<void> {
    DW_TRY(view, job.read(event, reader));
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
    const TimePoint from = *wanted.begin();
    DW_CO_CHECK(co_await backfill(from, [](TimePoint, int64_t) {}));
    wanted.clear();
  }
  for (const int age : recount_ages) {
    const TimePoint hour = latest - age * one_hour;
    if (there.contains(hour)) wanted.insert(hour);
  }
  for (const TimePoint hour : wanted) {
    json::object question{{"about", "count"},
                          {"query", parts_.settings.query},
                          {"from", to_rfc3339(hour)},
                          {"to", to_rfc3339(hour + one_hour)}};
    DW_CO_TRY(const json::value answer, co_await ask(std::move(question)));
    std::vector<Problem> problems;
    const auto count = JsonView(answer, problems)["count"].integer();
    if (!count || *count < 0) {
      co_return Error{ErrorKind::unreachable, "zendesk", "answered without a count"};
    }
    // Each is kept at once: what was paid for with a request is not asked for again.
    std::vector<HourCount> one;
    one.push_back({hour, *count});
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
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(stored, reader.volume_hours(from, latest + one_hour));
    if (!is_embedded) return {};
    DW_TRY(opened, reader.opened_per_hour(from, latest + one_hour));
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
  if (parts_.settings.source == "zendesk") co_return co_await search(from, until);
  std::vector<TaggedTicket> out;
  if (parts_.settings.is_from_file()) co_return out;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(out, reader.opened_between(from, until, tickets_max));
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
  const TimePoint finished = hour_of(core_.clock.now() - index_lag) - one_hour;
  TimePoint latest = options.at ? hour_of(*options.at) : finished;
  if (latest > finished) {
    co_return Error{ErrorKind::invalid, "--at", "that hour is not over yet"};
  }
  DW_CO_CHECK(co_await count(latest));
  DW_CO_TRY(const View view, co_await known(latest));
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

Task<Result<int64_t>> VolumeRound::backfill(
    TimePoint since, std::function<void(TimePoint done, int64_t tickets)> told) {
  const TimePoint until = hour_of(core_.clock.now() - index_lag);
  const std::string name = kept_range(since);
  TimePoint from = hour_of(since);
  if (parts_.settings.source != "zendesk") {
    DW_CO_CHECK(co_await count(until - one_hour));
    co_return int64_t{0};
  }
  std::string reached;
  auto look = [&](Reader& reader) -> Result<void> {
    DW_TRY(reached, reader.volume_cursor(name));
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(look));
  if (const auto at = from_rfc3339(reached)) from = std::max(from, *at);
  int64_t total = 0;
  while (from < until) {
    const TimePoint end = std::min<TimePoint>(from + week, until);
    DW_CO_TRY(const std::vector<TaggedTicket> found, co_await search(from, end));
    const std::vector<HourCount> hours = counted(found, from, end);
    for (const HourCount& one : hours) total += one.count;
    const TimePoint now = core_.clock.now();
    auto work = [&](Journal& journal) -> Result<void> {
      DW_CHECK(journal.keep_volume_hours(hours, now));
      return journal.keep_volume_cursor(name, to_rfc3339(end), now);
    };
    DW_CO_CHECK(co_await core_.store->write(work));
    from = end;
    told(end, total);
  }
  co_return total;
}

}  // namespace dw
