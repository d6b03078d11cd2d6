#include "web/now_shapes.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/grouped_number.h"
#include "base/text.h"
#include "domain/day.h"
#include "domain/local_time.h"
#include "web/connector_titles.h"
#include "web/now_incidents.h"

namespace dw {
namespace {

constexpr size_t short_word = 4;

struct Word {
  std::string text;
  int64_t count = 0;
};

/// The tags that an alert's tickets share, the most telling first.
std::vector<Word> words_in(const VolumeAlert& alert, int64_t& of) {
  std::vector<Word> out;
  const JsonView tags(alert.tags);
  if (!tags.is_present() || !alert.tags.is_object()) return out;
  of = tags["tickets"].integer().value_or(0);
  for (const JsonView& one : tags["by_lift"].elements()) {
    out.push_back({one["tag"].text().value_or(""), one["count"].integer().value_or(0)});
  }
  return out;
}

const NowHour* hour_at(const ShownNow& now, TimePoint hour) {
  for (const NowHour& one : now.hours) {
    if (one.hour == hour) return &one;
  }
  return nullptr;
}

std::string usual_of(const ShownNow& now, const VolumeAlert& alert) {
  const NowHour* hour = hour_at(now, alert.peak);
  if (hour != nullptr && hour->usual) return range_text(*hour->usual);
  return grouped(std::llround(alert.peak_expected));
}

/// The hours from `from` to the last one that is out of line: "from 22:00 to 23:00"; "since 11:00"
/// where they reach this moment.
std::string hours_text(TimePoint from, TimePoint last, const ShownNow& now) {
  const std::string begin = clock_text(from, now.as_of, now.timezone);
  const TimePoint end = std::max(from, last) + one_hour;
  if (end > now.as_of) return "since " + begin;
  return fmt::format("from {} to {}", begin, clock_text(end, now.as_of, now.timezone));
}

/// The hour that is not over: an alert's counts know nothing of it.
const NowHour* running_hour(const ShownNow& now) {
  for (const NowHour& one : now.hours) {
    if (one.state == "running" && one.count) return &one;
  }
  return nullptr;
}

/// "31 tickets since 23:00", with its source where the other hours have another.
std::string running_text(const ShownNow& now, const NowHour& hour) {
  const bool is_same = now.running_source == now.hours_source;
  return fmt::format("{} since {}{}", counted(*hour.count, "ticket", "tickets"),
                     clock_text(hour.hour, now.as_of, now.timezone),
                     is_same ? "" : " through " + now.running_source);
}

/// ", 31 tickets since 23:00" behind hours that are over; empty: `last` reaches this moment, or the
/// count is not known.
std::string and_running(const ShownNow& now, TimePoint last) {
  const NowHour* hour = running_hour(now);
  return hour == nullptr || hour->hour <= last ? "" : ", " + running_text(now, *hour);
}

/// "54 tickets from 22:00 to 23:00, 31 tickets since 23:00"
std::string total_text(const VolumeAlert& alert, const ShownNow& now) {
  return fmt::format("{} {}{}", counted(alert.total, "ticket", "tickets"),
                     hours_text(alert.from, alert.to, now), and_running(now, alert.to));
}

NowFact spike_of(const VolumeAlert& alert, const ShownNow& now) {
  const std::string usual = fmt::format("Usual at this time: {} an hour.", usual_of(now, alert));
  if (alert.kind == AlertKind::drop) {
    return {"silence", total_text(alert, now), usual, "/volume", 0};
  }
  NowFact out{"spike", total_text(alert, now), usual, "/volume", alert.total};
  int64_t of = 0;
  const std::vector<Word> words = words_in(alert, of);
  if (words.empty()) return out;
  // The words are those of the last hour that is out of line.
  const TimePoint last = std::max(alert.from, alert.to);
  out.text = fmt::format("{}: {} of {} {}{}", titled(words[0].text), grouped(words[0].count),
                         counted(of, "ticket", "tickets"), hours_text(last, last, now),
                         and_running(now, last));
  out.detail += " The words they share: ";
  constexpr size_t words_shown = 3;
  for (size_t i = 0; i < std::min(words.size(), words_shown); ++i) {
    out.detail += fmt::format("{}{} {}", i > 0 ? ", " : "", words[i].text, grouped(words[i].count));
  }
  out.detail += ".";
  return out;
}

std::string late_after_text(const NowWaiting& waiting) {
  return minutes_text(std::llround(waiting.late_after_seconds.value_or(0) / 60));
}

/// "longer than usual" is said where a usual is shown beside it; else how long that is.
std::string longer_than(const ShownNow& now) {
  const bool has_usual = !now.waiting.is_late_set && now.days_known >= now.days_required;
  return has_usual ? "longer than usual" : "longer than " + late_after_text(now.waiting);
}

NowFact late_of(const ShownNow& now) {
  const NowWaiting& waiting = now.waiting;
  NowFact out{"late",
              fmt::format("{} for a first reply {}",
                          counted(waiting.late, "ticket waits", "tickets wait"), longer_than(now)),
              "", "/tickets?view=unanswered&sort=waiting", waiting.late};
  if (!waiting.items.empty()) {
    const WaitingTime longest = waiting.items.front().waiting.value_or(WaitingTime{});
    const auto minutes = std::chrono::floor<std::chrono::minutes>(longest.waited);
    const std::string rest =
        waiting.is_late_set ? "reminders begin after " : "9 of 10 get a reply within ";
    out.detail = fmt::format("The longest wait is {}; {}{}.", minutes_text(minutes.count()), rest,
                             late_after_text(waiting));
  }
  return out;
}

NowFact stuck_of(const StuckQueue& queue, const ShownNow& now) {
  const std::string link = "/queues?queue=" + queue.name;
  if (queue.dead > 0) {
    return {"queue",
            fmt::format("{} of queue {} {} dead", counted(queue.dead, "message", "messages"),
                        queue.name, queue.dead == 1 ? "is" : "are"),
            "Its consumer received them too often and deleted none.", link, 0};
  }
  return {
      "queue",
      fmt::format("{} in queue {} since {}", counted(queue.depth, "message waits", "messages wait"),
                  queue.name, clock_text(*queue.since, now.as_of, now.timezone)),
      "Its consumer is away, slow, or was never started.", link, 0};
}

/// One thing is said once: what the hours say of it stands behind the incident's own words.
void add_spikes(const NowFindings& findings, const ShownNow& now, std::vector<NowFact>& out) {
  const std::vector<Outage>& outages = findings.outages;
  const auto explaining = [&outages](const SpikeNow& spike) {
    return std::find_if(outages.begin(), outages.end(),
                        [&spike](const Outage& one) { return explains(one, spike); });
  };
  const auto explain = [&](const SpikeNow& spike, const std::string& text) {
    const auto same = explaining(spike);
    if (same == outages.end()) return false;
    out[static_cast<size_t>(same - outages.begin())].detail += text;
    return true;
  };
  bool is_running_said = false;
  for (const VolumeAlert& one : findings.alerts) {
    int64_t of = 0;
    const std::vector<Word> words = words_in(one, of);
    const SpikeNow spike{one.from, one.total, words.empty() ? "" : words[0].text};
    is_running_said = is_running_said || one.kind == AlertKind::spike;
    const bool is_explained = one.kind == AlertKind::spike &&
                              explain(spike, fmt::format(" In all {}, usual {} an hour.",
                                                         total_text(one, now), usual_of(now, one)));
    if (!is_explained) out.push_back(spike_of(one, now));
  }
  // The running hour is out of line already, and no alert says so yet.
  const NowHour* hour = running_hour(now);
  const bool is_out = hour != nullptr && hour->alarm && *hour->count >= *hour->alarm;
  if (is_running_said || !is_out) return;
  const std::string text = running_text(now, *hour);
  const std::string usual = hour->usual ? range_text(*hour->usual) + " an hour." : "";
  if (explain({hour->hour, *hour->count, ""},
              fmt::format(" In all {}{}", text, usual.empty() ? "." : ", usual " + usual))) {
    return;
  }
  out.push_back({"spike", text, usual.empty() ? "" : "Usual at this time: " + usual, "/volume",
                 *hour->count});
}

}  // namespace

std::string clock_text(TimePoint at, TimePoint now, const std::string& timezone) {
  LocalTime local(timezone);
  const std::string text = local.text(at);  // "2026-11-21 15:00"
  constexpr size_t clock_begins = 11;
  const std::string clock = text.substr(clock_begins);
  if (day_start(at, timezone) == day_start(now, timezone)) return clock;
  std::istringstream in(text.substr(0, clock_begins - 1));
  date::sys_days day;
  in >> date::parse("%F", day);
  return date::format("%a %e %b ", day) + clock;
}

std::string minutes_text(int64_t minutes) {
  constexpr int64_t hour = 60, day = 24 * hour;
  if (minutes < hour) return fmt::format("{} min", minutes);
  if (minutes >= day) return fmt::format("{} d", grouped((minutes + day / 2) / day));
  if (minutes % hour == 0) return fmt::format("{} h", minutes / hour);
  return fmt::format("{} h {:02}", minutes / hour, minutes % hour);
}

std::string titled(std::string word) {
  const size_t notices = word.size() <= short_word ? word.size() : 1;
  for (size_t i = 0; i < notices; ++i) {
    word[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[i])));
  }
  return word;
}

std::string range_text(const Range& range) {
  const auto low = static_cast<int64_t>(std::floor(range.low));
  const auto high = static_cast<int64_t>(std::ceil(range.high));
  return low == high ? grouped(low) : fmt::format("{}–{}", grouped(low), grouped(high));
}

std::vector<NowFact> facts_of(const NowFindings& findings, const ShownNow& now) {
  std::vector<NowFact> out;
  for (const Outage& one : findings.outages) out.push_back(fact_of(one, now));
  add_spikes(findings, now, out);
  for (const auto& [name, why] : findings.broken) {
    const auto pending = findings.pending.find(name);
    out.push_back({"connection", connector_title(name, findings.channels) + " does not work", why,
                   "/status", pending == findings.pending.end() ? 0 : pending->second});
  }
  if (findings.undecided > 0) {
    const bool is_one = findings.undecided == 1;
    out.push_back({"deliveries",
                   counted(findings.undecided, "delivery needs", "deliveries need") + " a decision",
                   is_one ? "It was not delivered, or nobody knows whether it was."
                          : "They were not delivered, or nobody knows whether they were.",
                   "/deliveries", findings.undecided});
  }
  if (now.waiting.late > 0) out.push_back(late_of(now));
  for (const StuckQueue& one : findings.queues) out.push_back(stuck_of(one, now));
  std::stable_sort(out.begin(), out.end(),
                   [](const NowFact& a, const NowFact& b) { return a.people > b.people; });
  if (!findings.store_trouble.empty()) {
    out.insert(out.begin(),
               {"store", "The store does not commit", findings.store_trouble, "/status", 0});
  }
  return out;
}

NowFact all_is_well(const NowFindings& findings, const ShownNow& now) {
  std::string detail;
  if (now.waiting.total == 0) {
    detail = "Nobody waits for a first reply, everything is delivered";
  } else if (now.waiting.late_after_seconds) {
    detail =
        fmt::format("Nobody waits {} for a first reply, everything is delivered", longer_than(now));
  } else {
    detail = fmt::format("{} for a first reply, everything is delivered",
                         counted(now.waiting.total, "ticket waits", "tickets wait"));
  }
  if (findings.connectors == 1) detail += ", the connection works";
  if (findings.connectors > 1) {
    detail += fmt::format(", all {} connections work",
                          grouped(static_cast<int64_t>(findings.connectors)));
  }
  return {"well", "All is well.", detail + ".", "/tickets", 0};
}

const Shape<Range>& shape_for(const Range*) {
  static const auto shape = Shape<Range>("").add("low", &Range::low).add("high", &Range::high);
  return shape;
}

const Shape<NowFact>& shape_for(const NowFact*) {
  static const auto shape =
      Shape<NowFact>("NowFact")
          .add_words("kind",
                     {"well", "store", "incident", "spike", "silence", "connection", "deliveries",
                      "late", "queue"},
                     &NowFact::kind)
          .add("text", &NowFact::text)
          .add("detail", &NowFact::detail)
          .add("link", &NowFact::link, "the page with its rows")
          .add("people", &NowFact::people, "how many it keeps waiting, where that is known")
          .add("group", or_null(&NowFact::group),
               "of tickets, of which a person decides whether it is an incident");
  return shape;
}

const Shape<NowNumber>& shape_for(const NowNumber*) {
  static const auto shape =
      Shape<NowNumber>("NowNumber")
          .add_words("name", {"waiting", "first_reply", "opened", "solved", "open"},
                     &NowNumber::name)
          .add("value", &NowNumber::value, "first_reply: the median of today in seconds")
          .add("usual", &NowNumber::usual, "8 of 10 such days by this time")
          .add("today", &NowNumber::today, "at each hour after midnight, and now")
          .add("usual_by_hour", &NowNumber::usual_by_hour, "25 points from midnight to midnight")
          .add("source", &NowNumber::source);
  return shape;
}

const Shape<NowHour>& shape_for(const NowHour*) {
  static const auto shape =
      Shape<NowHour>("NowHour")
          .add("hour", &NowHour::hour)
          .add_words("state", {"past", "running", "coming"}, &NowHour::state)
          .add("count", &NowHour::count)
          .add("usual", &NowHour::usual)
          .add("alarm", &NowHour::alarm, "an alert begins at this count")
          .add("probability", &NowHour::probability)
          .add("is_spike", [](const NowHour& one) { return one.verdict == Verdict::spike; })
          .add("is_drop", [](const NowHour& one) { return one.verdict == Verdict::drop; });
  return shape;
}

const Shape<NowWaiting, ShapeContext>& shape_for(const NowWaiting*) {
  static const auto shape = Shape<NowWaiting, ShapeContext>("NowWaiting")
                                .add("total", &NowWaiting::total)
                                .add("late", &NowWaiting::late)
                                .add("late_after_seconds", &NowWaiting::late_after_seconds,
                                     "in office time: remind, or 9 of 10 replies came sooner")
                                .add("items", &NowWaiting::items, "who waits longest first");
  return shape;
}

const Shape<ShownNow, ShapeContext>& shape_for(const ShownNow*) {
  static const auto shape =
      Shape<ShownNow, ShapeContext>("Now")
          .add("as_of", &ShownNow::as_of)
          .add("timezone", &ShownNow::timezone)
          .add("headline", &ShownNow::headline)
          .add("next", &ShownNow::next, "the next two")
          .add("more", &ShownNow::more, "how many there are besides")
          .add("numbers", &ShownNow::numbers)
          .add("days_known", &ShownNow::days_known)
          .add("days_required", &ShownNow::days_required, "before a usual range is known")
          .add("waiting", &ShownNow::waiting)
          .add("hours", &ShownNow::hours, "of today")
          .add("hours_source", &ShownNow::hours_source)
          .add("running_source", &ShownNow::running_source);
  return shape;
}

}  // namespace dw
