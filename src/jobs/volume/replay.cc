#include "jobs/volume/replay.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dw {
namespace {

/// What keeps an incident open, less rare than what opens one.
constexpr double still_out_tail = 0.01;
/// A count is cut where the tail is this small: so far out that an honest law is hardly bent by
/// it. What was cut, and what belongs to a lasting incident, weighs less besides.
constexpr double cut_tail = 1e-5;
constexpr double weight_out = 0.25;
/// An incident so short may be chance.
constexpr int open_hours_believed = 3;
/// Silence is looked for over the last hours together, too: the tail is shared among the windows.
constexpr std::array<int, 5> silence_windows = {1, 2, 4, 8, 16};

/// The mean of the same hour of day over the last `history`, as running sums.
class SimpleRule {
 public:
  SimpleRule(std::span<const HourCount> hours, const Judging& judging)
      : hours_(hours), judging_(judging), season_(judging.timezone, {}) {
    hour_of_day_.resize(hours.size());
  }

  JudgedHour judge(size_t i) {
    const HourCount& now = hours_[i];
    while (hours_[oldest_].hour < now.hour - judging_.history) {
      Sum& sum = sums_[hour_of_day_[oldest_]];
      sum.total -= hours_[oldest_].count;
      --sum.hours;
      ++oldest_;
    }
    const int hour = season_.local().at(now.hour).hour;
    hour_of_day_[i] = static_cast<uint8_t>(hour);
    Sum& sum = sums_[static_cast<size_t>(hour)];
    JudgedHour out{.hour = now.hour, .count = now.count, .law = {}};
    if (sum.hours > 0) {
      out.law.mean = static_cast<double>(sum.total) / static_cast<double>(sum.hours);
      const double limit = (1 + judging_.threshold) * out.law.mean;
      if (static_cast<double>(now.count) > limit) out.mark = Mark::spike;
      out.basis = static_cast<uint8_t>(Basis::hour_of_day);
    }
    sum.total += now.count;
    ++sum.hours;
    return out;
  }

 private:
  struct Sum {
    int64_t total = 0, hours = 0;
  };
  std::span<const HourCount> hours_;
  const Judging& judging_;
  Season season_;
  std::vector<uint8_t> hour_of_day_;
  std::array<Sum, 24> sums_{};
  size_t oldest_ = 0;
};

/// The last hours, for silence over several of them.
class Recent {
 public:
  void add(const JudgedHour& hour) {
    if (size_ > 0 && hour.hour - last_ != one_hour) size_ = 0;
    last_ = hour.hour;
    ring_[next_] = hour;
    next_ = (next_ + 1) % ring_.size();
    size_ = std::min(size_ + 1, ring_.size());
  }
  void forget() { size_ = 0; }

  /// The rarest of the windows: its tail (times the number of windows) and length.
  std::pair<double, int> silence(int64_t excess_min) const {
    double mean = 0, own = 0, shared = 0, best = 1;
    int64_t count = 0;
    int length = 0, at_best = 1;
    for (const int window : silence_windows) {
      if (static_cast<size_t>(window) > size_) break;
      for (; length < window; ++length) {
        const JudgedHour& one =
            ring_[(next_ + ring_.size() - 1 - static_cast<size_t>(length)) % ring_.size()];
        count += one.count;
        mean += one.law.mean;
        own += one.law.dispersion * one.law.mean * one.law.mean;
        shared +=
            std::sqrt(one.law.unknown) * one.law.mean;  // an error of the level is in all of them
      }
      const double missing = mean - static_cast<double>(count);
      if (missing < std::max(0.5, static_cast<double>(excess_min))) continue;
      const CountLaw together{mean, own / (mean * mean), shared * shared / (mean * mean)};
      const double tail = lower_tail(together, count) * silence_windows.size();
      if (tail < best) {
        best = tail;
        at_best = window;
      }
    }
    return {best, at_best};
  }

 private:
  std::array<JudgedHour, 16> ring_{};
  size_t next_ = 0, size_ = 0;
  TimePoint last_{};
};

class SeasonalRule {
 public:
  explicit SeasonalRule(const Judging& judging)
      : judging_(judging), baseline_({judging.timezone, judging.holidays}, judging.history) {}

  JudgedHour judge(const HourCount& now, Incidents& incidents) {
    const Expected expected = baseline_.expect(now.hour);
    JudgedHour out{.hour = now.hour,
                   .count = now.count,
                   .law = expected.law,
                   .basis = static_cast<uint8_t>(expected.basis)};
    if (expected.basis != Basis::none) look(out);
    const Incidents::Step step = incidents.next(out);
    learn(now, expected, out, step);
    return out;
  }

 private:
  void look(JudgedHour& out) {
    const auto count = static_cast<double>(out.count);
    const double mean = out.law.mean;
    if (count > mean) {
      // Far inside, the exact tail is of no use and costs the most.
      if (count < mean + 2 * std::sqrt(out.law.variance())) {
        out.probability = 0.5;
      } else {
        out.probability = upper_tail(out.law, out.count);
      }
      const bool is_enough = out.count >= judging_.count_min &&
                             count - mean >= static_cast<double>(judging_.excess_min);
      out.is_still_out = is_enough && out.probability < still_out_tail;
      if (is_enough && out.probability < judging_.sensitivity) out.mark = Mark::spike;
    }
    recent_.add(out);
    if (!judging_.has_silence || count >= mean) return;
    const auto [tail, hours] = recent_.silence(judging_.excess_min);
    out.probability = std::min(1.0, tail);
    if (tail < judging_.sensitivity) {
      out.mark = Mark::drop;
      out.hours_back = static_cast<uint8_t>(hours - 1);
    }
    out.is_still_out = lower_tail(out.law, out.count) < still_out_tail;
  }

  void learn(const HourCount& now, const Expected& expected, const JudgedHour& judged,
             const Incidents::Step& step) {
    auto count = static_cast<double>(now.count);
    bool is_extreme = false;
    if (judged.mark == Mark::spike) {
      const int64_t limit = upper_limit(expected.law, cut_tail);
      is_extreme = now.count > limit;
      count = std::min(count, static_cast<double>(limit));
    } else if (judged.mark == Mark::drop) {
      const int64_t limit = lower_limit(expected.law, cut_tail);
      is_extreme = now.count < limit;
      count = std::max(count, static_cast<double>(limit));
    }
    open_hours_ = step.is_open ? open_hours_ + 1 : 0;
    const bool is_apart = is_extreme || open_hours_ > open_hours_believed;
    baseline_.learn(now.hour, expected, count, is_apart ? weight_out : 1);
    if (step.new_level) {
      baseline_.adopt_level(now.hour, *step.new_level);
      recent_.forget();
    }
  }

  const Judging& judging_;
  Baseline baseline_;
  Recent recent_;
  int open_hours_ = 0;
};

template <class Keep>
std::vector<VolumeIncident> each(std::span<const HourCount> hours, const Judging& judging,
                                 const Keep& keep) {
  Incidents incidents(judging.method == VolumeMethod::seasonal);
  if (judging.method == VolumeMethod::seasonal) {
    SeasonalRule rule(judging);
    for (const HourCount& hour : hours) keep(rule.judge(hour, incidents));
  } else {
    SimpleRule rule(hours, judging);
    for (size_t i = 0; i < hours.size(); ++i) {
      const JudgedHour judged = rule.judge(i);
      incidents.next(judged);
      keep(judged);
    }
  }
  return incidents.take();
}

}  // namespace

Judging judging_of(const VolumeSettings& settings, const std::string& timezone,
                   std::vector<int64_t> holidays) {
  return {.method = settings.method,
          .threshold = settings.threshold,
          .sensitivity = settings.sensitivity,
          .count_min = settings.count_min,
          .excess_min = settings.excess_min,
          .has_silence = settings.has_silence,
          .history = settings.history,
          .timezone = settings.timezone.empty() ? timezone : settings.timezone,
          .holidays = std::move(holidays)};
}

Replay replay(std::span<const HourCount> hours, const Judging& judging) {
  Replay out;
  out.hours.reserve(hours.size());
  out.incidents =
      each(hours, judging, [&out](const JudgedHour& hour) { out.hours.push_back(hour); });
  return out;
}

std::vector<VolumeIncident> replay_incidents(std::span<const HourCount> hours,
                                             const Judging& judging) {
  return each(hours, judging, [](const JudgedHour&) {});
}

double tail_of(const JudgedHour& hour) {
  if (hour.mark != Mark::normal) return hour.probability;
  const bool is_high = static_cast<double>(hour.count) > hour.law.mean;
  return is_high ? upper_tail(hour.law, hour.count) : lower_tail(hour.law, hour.count);
}

Band band_of(const JudgedHour& hour, const Judging& judging) {
  if (judging.method == VolumeMethod::mean) {
    return {0, static_cast<int64_t>(std::floor((1 + judging.threshold) * hour.law.mean))};
  }
  const double extra = static_cast<double>(judging.excess_min);
  const int64_t rare = upper_limit(hour.law, judging.sensitivity) - 1;
  const auto least = static_cast<int64_t>(std::ceil(hour.law.mean + extra)) - 1;
  return {std::max<int64_t>(0, lower_limit(hour.law, judging.sensitivity) + 1),
          std::max({rare, least, judging.count_min - 1})};
}

}  // namespace dw
