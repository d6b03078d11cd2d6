#include "web/desk_history.h"

#include <algorithm>
#include <utility>

#include "domain/day.h"

namespace dw {
namespace {

constexpr Millis hour_length{3'600'000};
constexpr std::chrono::hours span{58 * 24}, reply_span{28 * 24}, first_span{48}, piece{7 * 24};
constexpr size_t hours_a_day = 24;

double hours_between(TimePoint from, TimePoint to) {
  return static_cast<double>((to - from).count()) / static_cast<double>(hour_length.count());
}

double median_of(std::vector<int64_t> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

}  // namespace

TimePoint DeskHistory::wanted_from(TimePoint now) const {
  const auto this_hour = std::chrono::floor<std::chrono::hours>(now);
  if (hours_.empty()) return this_hour - first_span;
  const TimePoint end = from_ + hour_length * static_cast<int64_t>(hours_.size());
  return std::max<TimePoint>(from_, std::min<TimePoint>(end, this_hour) - 2 * hour_length);
}

void DeskHistory::take(DeskHours fresh, std::optional<TimePoint> first) {
  if (hours_.empty()) {
    from_ = fresh.from;
    hours_ = std::move(fresh.hours);
  } else {
    const auto kept = static_cast<size_t>(std::max<int64_t>(0, (fresh.from - from_) / hour_length));
    hours_.resize(std::min(kept, hours_.size()));
    for (DeskHour& one : fresh.hours) hours_.push_back(std::move(one));
  }
  const size_t most = static_cast<size_t>(span.count()) + hours_a_day;
  if (hours_.size() > 2 * most) {
    const size_t gone = hours_.size() - most;
    hours_.erase(hours_.begin(), hours_.begin() + static_cast<ptrdiff_t>(gone));
    from_ += hour_length * static_cast<int64_t>(gone);
  }
  first_ = first.value_or(TimePoint::max());
}

std::optional<DeskHistory::Span> DeskHistory::wanted_before(TimePoint now) const {
  const TimePoint least =
      std::max<TimePoint>(first_ - hour_length, std::chrono::floor<std::chrono::hours>(now) - span);
  if (hours_.empty() || from_ <= least) return std::nullopt;
  return Span{std::max<TimePoint>(least, from_ - piece), from_};
}

void DeskHistory::take_before(DeskHours older, TimePoint until) {
  if (until != from_ || older.hours.empty()) return;
  for (DeskHour& one : hours_) older.hours.push_back(std::move(one));
  hours_ = std::move(older.hours);
  from_ = older.from;
}

const DeskHour* DeskHistory::at(TimePoint hour) const {
  if (hour < from_) return nullptr;
  const auto place = static_cast<size_t>((hour - from_) / hour_length);
  return place < hours_.size() ? &hours_[place] : nullptr;
}

/// How many since midnight.
DayCurve DeskHistory::sums(TimePoint midnight, Member member, TimePoint until) const {
  DayCurve out(curve_points);
  double sum = 0;
  out[0] = 0;
  for (size_t i = 0; i + 1 < curve_points; ++i) {
    const TimePoint hour = midnight + hour_length * static_cast<int64_t>(i);
    if (hour >= until) break;
    if (const DeskHour* one = at(hour)) sum += static_cast<double>(one->*member);
    out[i + 1] = sum;
  }
  return out;
}

/// How many there were at each hour, counted back from how many there are.
DayCurve DeskHistory::levels(TimePoint midnight, Member in, Member out_of, int64_t at_present,
                             TimePoint until) const {
  DayCurve out(curve_points);
  double level = static_cast<double>(at_present);
  for (size_t i = hours_.size(); i-- > 0;) {
    const TimePoint begin = from_ + hour_length * static_cast<int64_t>(i);
    const int64_t place = (begin - midnight) / hour_length;
    if (begin < midnight) break;
    if (place + 1 < static_cast<int64_t>(curve_points) && begin < until) {
      out[static_cast<size_t>(place) + 1] = std::max(0.0, level);
    }
    level -= static_cast<double>(hours_[i].*in - hours_[i].*out_of);
    if (place < static_cast<int64_t>(curve_points)) {
      out[static_cast<size_t>(place)] = std::max(0.0, level);
    }
  }
  return out;
}

/// The median of the day's first replies so far.
DayCurve DeskHistory::medians(TimePoint midnight, TimePoint until) const {
  DayCurve out(curve_points);
  std::vector<int64_t> so_far;
  for (size_t i = 0; i + 1 < curve_points; ++i) {
    const TimePoint hour = midnight + hour_length * static_cast<int64_t>(i);
    if (hour >= until) break;
    if (const DeskHour* one = at(hour)) {
      so_far.insert(so_far.end(), one->reply_seconds.begin(), one->reply_seconds.end());
    }
    if (!so_far.empty()) out[i + 1] = median_of(so_far);
  }
  return out;
}

template <class Curve>
NowNumber DeskHistory::number(std::string name, std::optional<double> value,
                              const std::string& timezone, TimePoint now,
                              const Curve& curve) const {
  NowNumber out{
      .name = std::move(name), .value = value, .usual = {}, .today = {}, .usual_by_hour = {}};
  const TimePoint midnight = day_start(now, timezone);
  const double hours = hours_between(midnight, now);
  const DayCurve today = curve(midnight, now);
  for (size_t i = 0; i < curve_points && static_cast<double>(i) <= hours; ++i) {
    if (today[i]) out.today.push_back(*today[i]);
  }
  if (value) out.today.push_back(*value);
  if (days(now, timezone) < days_needed) return out;
  std::vector<DayCurve> past;
  for (const PastDay& day : days_like_today(now, timezone, known_since())) {
    past.push_back(curve(day.midnight, TimePoint::max()));
  }
  const auto range_at = [&](double place) {
    std::vector<double> values;
    for (const DayCurve& one : past) {
      if (const auto found = value_at(one, place)) values.push_back(*found);
    }
    return range_of(std::move(values));
  };
  out.usual = range_at(hours);
  for (size_t i = 0; out.usual && i < curve_points; ++i) {
    out.usual_by_hour.push_back(
        range_at(static_cast<double>(i))
            .value_or(out.usual_by_hour.empty() ? *out.usual : out.usual_by_hour.back()));
  }
  return out;
}

std::vector<NowNumber> DeskHistory::numbers(const tickets::Unsolved& at_present, TimePoint now,
                                            const std::string& timezone) const {
  const TimePoint midnight = day_start(now, timezone);
  const auto level = [&](Member in, Member out, int64_t present) {
    return [this, in, out, present](TimePoint day, TimePoint until) {
      return levels(day, in, out, present, until);
    };
  };
  const auto sum = [this](Member member) {
    return [this, member](TimePoint day, TimePoint until) { return sums(day, member, until); };
  };
  const auto last_of = [](const DayCurve& curve) {
    std::optional<double> out;
    for (const auto& one : curve) out = one ? one : out;
    return out;
  };
  const auto median = [this](TimePoint day, TimePoint until) { return medians(day, until); };
  std::vector<NowNumber> out;
  out.push_back(number(
      "waiting", static_cast<double>(at_present.unanswered), timezone, now,
      level(&DeskHour::opened, &DeskHour::answered, at_present.unanswered + at_present.joined)));
  out.push_back(number("first_reply", last_of(medians(midnight, now)), timezone, now, median));
  out.push_back(number("opened", last_of(sums(midnight, &DeskHour::opened, now)), timezone, now,
                       sum(&DeskHour::opened)));
  out.push_back(number("solved", last_of(sums(midnight, &DeskHour::solved, now)), timezone, now,
                       sum(&DeskHour::solved)));
  out.push_back(number("open", static_cast<double>(at_present.count), timezone, now,
                       level(&DeskHour::opened, &DeskHour::solved, at_present.count)));
  return out;
}

std::vector<int64_t> DeskHistory::opened_today(TimePoint now, const std::string& timezone) const {
  std::vector<int64_t> out;
  const TimePoint midnight = day_start(now, timezone);
  for (TimePoint hour = midnight; hour <= now; hour += hour_length) {
    const DeskHour* one = at(hour);
    out.push_back(one ? one->opened : 0);
  }
  return out;
}

std::vector<std::optional<Range>> DeskHistory::usual_opened(TimePoint now,
                                                            const std::string& timezone) const {
  std::vector<std::optional<Range>> out(hours_a_day);
  if (days(now, timezone) < days_needed) return out;
  const std::vector<PastDay> past = days_like_today(now, timezone, known_since());
  for (size_t i = 0; i < hours_a_day; ++i) {
    std::vector<double> values;
    for (const PastDay& day : past) {
      const DeskHour* one = at(day.midnight + hour_length * static_cast<int64_t>(i));
      if (one) values.push_back(static_cast<double>(one->opened));
    }
    out[i] = range_of(std::move(values));
  }
  return out;
}

std::optional<double> DeskHistory::late_after(TimePoint now) const {
  std::vector<int64_t> all;
  const TimePoint from = now - reply_span;
  for (size_t i = 0; i < hours_.size(); ++i) {
    if (from_ + hour_length * static_cast<int64_t>(i) < from) continue;
    all.insert(all.end(), hours_[i].office_seconds.begin(), hours_[i].office_seconds.end());
  }
  constexpr size_t replies_min = 20;
  if (all.size() < replies_min) return std::nullopt;
  const auto place = all.begin() + static_cast<ptrdiff_t>(all.size() * 9 / 10);
  std::nth_element(all.begin(), place, all.end());
  return static_cast<double>(*place);
}

int DeskHistory::days(TimePoint now, const std::string& timezone) const {
  return first_ > now ? 0 : days_known(now, timezone, known_since());
}

}  // namespace dw
