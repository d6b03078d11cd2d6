// /v1/now: the numbers of today beside what is usual, who waits, and the worst thing in a sentence.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/log.h"
#include "domain/day.h"
#include "jobs/bridge/waiting_times.h"
#include "jobs/storm/incident_rows.h"
#include "jobs/volume/rows.h"
#include "jobs/volume/volume.h"
#include "records/deliveries.h"
#include "records/delivery_groups.h"
#include "records/queues.h"
#include "web/api/api.h"
#include "web/now_shapes.h"
#include "web/volume_shapes.h"

namespace dw {
namespace {

constexpr size_t waiting_shown = 12, facts_shown = 3;
/// So many that wait are looked at one by one.
constexpr size_t waiters_max = 1000;
constexpr int64_t pending_seen_max = 5000;
constexpr size_t outages_max = 20;
/// A group that nobody decided on and that has stopped to grow is no news any more.
constexpr Millis group_news{12 * 3'600'000};
constexpr Millis older_budget{100}, start_budget{600'000};
constexpr Millis queue_late{5 * 60'000};
constexpr Millis alerts_span{48 * 3'600'000};
constexpr size_t hours_a_day = 24;

OfficeTime office_time(const BridgeParts& parts) {
  return [clock = desk_clock(parts)](TimePoint from, TimePoint until) {
    return clock.between(from, until);
  };
}

/// What is read in one go.
struct Reading {
  DeskHours fresh;
  std::optional<TimePoint> first;
  tickets::Unsolved present;
  int64_t late = 0;
  std::vector<ListedTicket> longest;
  BacklogMetrics backlog;
  std::map<std::string, int64_t> pending;
  std::vector<HourCount> counts;
  std::vector<VolumeAlert> alerts;
  std::vector<StuckQueue> queues;
  std::vector<Outage> outages;
  channel_names::Names channels;
};

/// Queues of our own: those elsewhere are their owner's to watch.
Result<void> read_queues(ReadDb& db, const std::vector<QueueName>& names, TimePoint now,
                         Reading& out) {
  for (const QueueName& queue : names) {
    if (queue.kind != "embedded") continue;
    DW_TRY(const QueueMetrics shown, queues::metrics(db, queue.name, now));
    DW_TRY(const QueueMetrics buried, queues::metrics(db, queue.name + "-dead", now));
    StuckQueue stuck{.name = queue.name,
                     .depth = shown.depth,
                     .dead = buried.depth + buried.in_flight + buried.delayed,
                     .since = {}};
    if (shown.oldest_at && now - *shown.oldest_at >= queue_late) stuck.since = shown.oldest_at;
    if (stuck.since || stuck.dead > 0) out.queues.push_back(std::move(stuck));
  }
  return {};
}

Result<void> read_volume(ReadDb& db, const DetectorConfig& rule, TimePoint now, Reading& out) {
  DW_TRY(out.counts, volume::hours(db, replay_from(now, rule), now));
  if (out.counts.empty()) return {};
  DW_TRY(const std::vector<VolumeAlert> known, volume::incidents(db, now - alerts_span));
  for (const VolumeAlert& one : known) {
    if (one.end == AlertEnd::open) out.alerts.push_back(one);
  }
  return {};
}

Result<void> read_outages(ReadDb& db, TimePoint now, Reading& out) {
  const PageRequest page{.limit = outages_max, .cursor = {}};
  for (const IncidentState state : {IncidentState::open, IncidentState::seen}) {
    DW_TRY(Page<Incident> found, storm::list(db, state, page));
    for (Incident& one : found.items) {
      if (!one.parent && one.updated_at < now - group_news) continue;
      Outage outage{.incident = std::move(one), .replied = 0};
      DW_TRY(outage.again, storm::earlier_of(db, outage.incident));
      if (outage.incident.first_answer_at) {
        DW_TRY(const auto replied, storm::replied(db, outage.incident.group));
        outage.replied = static_cast<int64_t>(replied.size());
      }
      out.outages.push_back(std::move(outage));
    }
  }
  return {};
}

/// Who waits longest, and how many wait too long.
Result<void> read_waiting(ReadDb& db, const BridgeParts& bridge, std::optional<Millis> late_after,
                          TimePoint now, Reading& out) {
  DW_TRY(const std::vector<Waiter> waiters, tickets::waiters(db, {}, {}, waiters_max));
  DW_TRY(const std::vector<WaitingTime> times, bridge::waiting_times(db, bridge, waiters, now));
  std::vector<size_t> order(waiters.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return times[a].waited > times[b].waited; });
  if (late_after) {
    out.late = std::count_if(times.begin(), times.end(),
                             [&](const WaitingTime& one) { return one.waited >= *late_after; });
  }
  if (late_after && waiters.size() == waiters_max) {
    DW_TRY(const int64_t late,
           tickets::waiting_since(db, desk_clock(bridge).before(now, *late_after)));
    out.late = std::max(out.late, late);
  }
  order.resize(std::min(order.size(), waiting_shown));
  std::vector<TicketId> ids;
  for (const size_t place : order) ids.push_back(waiters[place].id);
  DW_TRY(std::vector<Ticket> shown, tickets::by_ids(db, ids));
  for (size_t i = 0; i < shown.size(); ++i) {
    out.longest.push_back({std::move(shown[i]), times[order[i]]});
  }
  return {};
}

/// What the hours that are not over yet would have been a week ago: with them behind the counted
/// ones, the rule says what it expects of them.
std::vector<HourCount> with_coming(std::vector<HourCount> counts, TimePoint until) {
  const size_t counted = counts.size();
  for (TimePoint hour = counts.back().hour + one_hour; hour < until; hour += one_hour) {
    const TimePoint week_ago = hour - 7 * hours_a_day * one_hour;
    const auto found =
        std::lower_bound(counts.begin(), counts.begin() + static_cast<ptrdiff_t>(counted), week_ago,
                         [](const HourCount& one, TimePoint at) { return one.hour < at; });
    const bool is_known = found != counts.end() && found->hour == week_ago;
    counts.push_back({hour, is_known ? found->count : 0});
  }
  return counts;
}

/// By the rule of [volume], from the hours that it has counted.
void add_judged_hours(const Reading& reading, const DetectorConfig& rule, bool is_own,
                      TimePoint midnight, TimePoint next_midnight, ShownNow& out, int64_t running) {
  const TimePoint counted_until = reading.counts.back().hour + one_hour;
  const Replay seen = replay(with_coming(reading.counts, next_midnight), rule);
  for (const ScoredHour& one : seen.hours) {
    if (one.hour < midnight || one.hour >= next_midnight) continue;
    NowHour hour{.hour = one.hour,
                 .state = "past",
                 .count = {},
                 .usual = {},
                 .alarm = {},
                 .probability = {}};
    const bool is_counted = one.hour < counted_until;
    if (one.hour + one_hour > out.as_of) hour.state = one.hour > out.as_of ? "coming" : "running";
    if (is_counted) {
      hour.count = one.count;
      hour.verdict = one.mark;
      if (rule.method == VolumeMethod::seasonal) hour.probability = tail_of(one);
    } else if (hour.state == "running") {
      hour.count = running;
    }
    if (one.basis != 0) {
      const Band usual = usual_of(one, rule);
      hour.usual = Range{static_cast<double>(usual.low), static_cast<double>(usual.high)};
      hour.alarm = band_of(one, rule).high + 1;
    }
    out.hours.push_back(std::move(hour));
  }
  out.hours_source = is_own ? "Deskwire" : "Zendesk";
  out.running_source = "Deskwire";
}

/// Without [volume]: what was opened here.
void add_own_hours(const DeskHistory& history, TimePoint midnight, TimePoint next_midnight,
                   ShownNow& out) {
  const std::vector<int64_t> opened = history.opened_today(out.as_of, out.timezone);
  const auto usual = history.usual_opened(out.as_of, out.timezone);
  size_t i = 0;
  for (TimePoint hour = midnight; hour < next_midnight; hour += one_hour, ++i) {
    NowHour one{
        .hour = hour, .state = "coming", .count = {}, .usual = {}, .alarm = {}, .probability = {}};
    if (hour <= out.as_of) one.state = hour + one_hour <= out.as_of ? "past" : "running";
    if (i < opened.size()) one.count = opened[i];
    if (i < usual.size()) one.usual = usual[i];
    out.hours.push_back(std::move(one));
  }
  out.hours_source = "Deskwire";
  out.running_source = "Deskwire";
}

/// "Opened today" agrees with the hours beside it: where they are counted at the desk, so is it.
void count_from_hours(const Reading& reading, ShownNow& out) {
  NowNumber& opened = *std::find_if(out.numbers.begin(), out.numbers.end(),
                                    [](const NowNumber& one) { return one.name == "opened"; });
  DeskHours hours{.from = reading.counts.front().hour, .hours = {}};
  for (const HourCount& one : reading.counts) {
    const auto place = static_cast<size_t>((one.hour - hours.from) / one_hour);
    hours.hours.resize(place + 1);
    hours.hours[place].opened = one.count;
  }
  for (const NowHour& one : out.hours) {
    if (one.state != "running" || !one.count) continue;
    const auto place = static_cast<size_t>((one.hour - hours.from) / one_hour);
    if (place >= hours.hours.size()) hours.hours.resize(place + 1);
    hours.hours[place].opened = *one.count;
  }
  DeskHistory counted;
  const TimePoint from = hours.from;
  counted.take(std::move(hours), from);
  const std::vector<NowNumber> numbers = counted.numbers({}, out.as_of, out.timezone);
  for (const NowNumber& one : numbers) {
    if (one.name == "opened") opened = one;
  }
  opened.source = out.hours_source;
}

void choose_headline(const NowFindings& findings, ShownNow& out) {
  std::vector<NowFact> facts = facts_of(findings, out);
  if (facts.empty()) {
    out.headline = all_is_well(findings, out);
    return;
  }
  out.headline = facts.front();
  const size_t shown = std::min(facts.size(), facts_shown);
  out.next.assign(facts.begin() + 1, facts.begin() + static_cast<ptrdiff_t>(shown));
  out.more = static_cast<int64_t>(facts.size() - shown);
}

}  // namespace

/// Weeks of the past, as many as a caller waits for; the next caller goes on. What "no usual yet"
/// depends on is read in any case: it would be untrue.
Task<Result<void>> Api::read_older(TimePoint now, Millis budget) {
  const Monotonic began = parts_.clock.monotonic();
  const OfficeTime office = office_time(parts_.bridge);
  while (const auto wanted = history_.wanted_before(now)) {
    const bool is_late = parts_.clock.monotonic() - began > budget;
    if (is_late && history_.days(now, parts_.shapes.timezone) >= days_needed) break;
    DeskHours older;
    auto work = [&](ReadDb& db) -> Result<void> {
      DW_TRY(older, tickets::hours(db, wanted->from, wanted->until, office));
      return {};
    };
    DW_CO_CHECK(co_await parts_.store.read(work));
    history_.take_before(std::move(older), wanted->until);
  }
  late_after_ = parts_.late_after ? parts_.late_after : history_.late_after(now);
  co_return Result<void>();
}

Task<void> Api::learn_history() {
  const TimePoint now = parts_.clock.now();
  const TimePoint from = history_.wanted_from(now);
  const OfficeTime office = office_time(parts_.bridge);
  DeskHours fresh;
  std::optional<TimePoint> first;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(fresh, tickets::hours(db, from, now + Millis(1), office));
    DW_TRY(first, tickets::oldest(db));
    return {};
  };
  Result<void> read = co_await parts_.store.read(work);
  if (read.ok() && history_.wanted_from(now) == from) {
    history_.take(std::move(fresh), first);
    read = co_await read_older(now, start_budget);
  }
  if (!read.ok()) log_warn("api", "the past is read when it is asked for: " + read.error().what);
}

Task<ApiAnswer> Api::now(Call&) {
  ShownNow out;
  out.as_of = parts_.clock.now();
  out.timezone = parts_.shapes.timezone;
  out.days_required = days_needed;
  NowFindings findings;
  findings.store_trouble = co_await parts_.watch.trouble();
  const StoreHealth health = parts_.store.health();
  if (findings.store_trouble.empty() && !health.is_ok) findings.store_trouble = health.detail;
  const TimePoint from = history_.wanted_from(out.as_of);
  const std::optional<double> late = parts_.late_after ? parts_.late_after : late_after_;
  std::optional<Millis> late_after;
  if (late) late_after = Millis(static_cast<int64_t>(*late * 1e3));
  const OfficeTime office = office_time(parts_.bridge);
  Reading reading;
  auto work = [&](ReadDb& db) -> Result<void> {
    reading = Reading{};
    DW_TRY(reading.fresh, tickets::hours(db, from, out.as_of + Millis(1), office));
    DW_TRY(reading.first, tickets::oldest(db));
    DW_TRY(reading.present, tickets::unsolved(db));
    DW_CHECK(read_waiting(db, parts_.bridge, late_after, out.as_of, reading));
    DW_TRY(reading.backlog, deliveries::backlog(db));
    DW_TRY(reading.pending, deliveries::pending_by_target(db, pending_seen_max));
    DW_CHECK(read_queues(db, parts_.queues, out.as_of, reading));
    DW_CHECK(read_outages(db, out.as_of, reading));
    DW_TRY(reading.channels, channel_names::get(db));
    return read_volume(db, parts_.volume, out.as_of, reading);
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  // Another call may have taken in later hours meanwhile: what ends sooner is of no use then.
  if (history_.wanted_from(out.as_of) == from) {
    history_.take(std::move(reading.fresh), reading.first);
  }
  DW_CO_CHECK(co_await read_older(out.as_of, older_budget));
  out.days_known = std::min(history_.days(out.as_of, out.timezone), days_needed);
  out.numbers = history_.numbers(reading.present, out.as_of, out.timezone);
  out.waiting = {.total = reading.present.unanswered,
                 .late = reading.late,
                 .late_after_seconds = late_after_,
                 .is_late_set = parts_.late_after.has_value(),
                 .items = std::move(reading.longest)};
  const TimePoint midnight = day_start(out.as_of, out.timezone);
  const TimePoint next = day_start(out.as_of, out.timezone, -1);
  const bool is_counted =
      !reading.counts.empty() && reading.counts.back().hour > out.as_of - alerts_span;
  if (is_counted) {
    const std::vector<int64_t> own = history_.opened_today(out.as_of, out.timezone);
    add_judged_hours(reading, parts_.volume, parts_.is_volume_own, midnight, next, out,
                     own.empty() ? 0 : own.back());
    count_from_hours(reading, out);
  } else {
    add_own_hours(history_, midnight, next, out);
  }
  findings.alerts = std::move(reading.alerts);
  findings.pending = std::move(reading.pending);
  findings.queues = std::move(reading.queues);
  findings.outages = std::move(reading.outages);
  findings.channels = std::move(reading.channels);
  findings.undecided = reading.backlog.dead + reading.backlog.unsure;
  for (const ConnectorState& one : parts_.connectors.list()) {
    ++findings.connectors;
    if (!one.is_ok) findings.broken.emplace_back(one.name, one.detail);
  }
  choose_headline(findings, out);
  co_return shape_of(out, parts_.shapes);
}

}  // namespace dw
