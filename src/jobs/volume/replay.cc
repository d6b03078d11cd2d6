#include "jobs/volume/replay.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "jobs/volume/simple_rule.h"

namespace dw {
namespace {

/// What keeps an incident open, less rare than what opens one.
constexpr double still_out_tail = 0.01;
/// A count is cut where the tail is this small, found out of line or not: an honest law is hardly
/// bent by it, and spikes that nobody noticed widen no dispersion. How heavy the tail really is,
/// the calibration learns. What was cut, and what belongs to a lasting incident, weighs less
/// besides.
constexpr double cut_tail = 1e-3;
constexpr double weight_out = 0.25;
/// Nearer to the mean than so many standard deviations no tail is small enough to matter. Upwards
/// the law is skewed, downwards a small tail is reached sooner.
constexpr double inside_up = 2, inside_down = 1.2;
/// The largest count ever by this factor is a spike, whatever the law says of it, once a whole week
/// is known; before, when a first Monday may be many times a first Sunday, it takes more.
constexpr double record_factor = 2.5, record_factor_young = 10;
constexpr int record_hours_min = 168, record_hours_young = 12;
constexpr double record_extra_young = 10;
/// An incident so short may be chance.
constexpr int open_hours_believed = 3;
/// Silence is looked for over the last hours together, too: the tail is shared among the windows.
constexpr std::array<int, 5> silence_windows = {1, 2, 4, 8, 16};
/// So are spikes that are too small for one hour to tell. These windows share a third of the tail:
/// they see much more than one hour does, and an hour alone keeps the whole.
constexpr std::array<int, 3> spike_windows = {2, 3, 4};
constexpr double spike_windows_share = 0.3;
/// Hours in a row are tied to each other more or less. So far out, an hour says no more about it,
/// and so many hours' worth of belief that there are no ties at all is there from the beginning.
constexpr double distance_max = 3, ties_pseudo = 300;

/// The last hours, for what shows over several of them together.
class Recent {
 public:
  /// The rarest window: its tail, corrected for the choice, and its length.
  struct Rarest {
    double tail = 1;
    int hours = 1;
  };

  explicit Recent(Millis history)
      : fade_(std::exp2(-4.0 * 3.6e6 / static_cast<double>(std::max(history, one_hour).count()))) {}

  void add(const ScoredHour& hour) {
    if (size_ > 0 && hour.hour - last_ != one_hour) size_ = 0;
    learn_ties();
    last_ = hour.hour;
    ring_[next_] = hour;
    next_ = (next_ + 1) % ring_.size();
    size_ = std::min(size_ + 1, ring_.size());
  }
  /// What is out of line teaches nothing about ties.
  void mark(Verdict mark) { ring_[(next_ + ring_.size() - 1) % ring_.size()].mark = mark; }
  void forget() { size_ = 0; }
  /// No later window reaches an hour that an alert covers: it would be alerted on once more.
  void cut_after(TimePoint hour) { alerted_until_ = hour; }

  /// The law's tail of a window is corrected as that of an hour, before it is paid for the choice.
  Rarest silence(int64_t excess_min, const TailCorrection& correction) const {
    Rarest out;
    Sum sum;
    for (const int window : silence_windows) {
      if (!widen(sum, window)) break;
      if (-sum.excess() < std::max(0.5, static_cast<double>(excess_min))) continue;
      const double tail = correction.corrected(lower_tail(sum.law(tied_over(window)), sum.count)) *
                          silence_windows.size();
      if (tail < out.tail) out = {tail, window};
    }
    return out;
  }
  Rarest spike(int64_t excess_min, const TailCorrection& correction) const {
    Rarest out;
    Sum sum;
    for (const int window : spike_windows) {
      if (!widen(sum, window)) break;
      // Far inside, the exact tail is of no use and costs the most.
      const CountDistribution law = sum.law(tied_over(window));
      const double least = std::max(static_cast<double>(excess_min), 3 * std::sqrt(law.variance()));
      if (sum.excess() < least) continue;
      const double tail = correction.corrected(upper_tail(law, sum.count)) * spike_windows.size() /
                          spike_windows_share;
      if (tail < out.tail) out = {tail, window};
    }
    return out;
  }

 private:
  struct Sum {
    double mean = 0, own = 0, shared = 0;
    int64_t count = 0;
    int hours = 0;

    double excess() const { return static_cast<double>(count) - mean; }
    /// `tied`: how many times the variance is that of hours which know nothing of each other.
    CountDistribution law(double tied) const {
      const double square = mean * mean;
      return {mean, (tied * own + (tied - 1) * mean) / square, shared * shared / square};
    }
  };

  const ScoredHour& back(size_t hours) const {
    return ring_[(next_ + 2 * ring_.size() - 1 - hours) % ring_.size()];
  }
  /// How far the hour lies out, in standard deviations; what is told of teaches nothing.
  static double distance(const ScoredHour& hour) {
    const double variance = hour.law.variance();
    if (hour.mark != Verdict::normal || hour.is_still_out || variance <= 0) return 0;
    return std::clamp((static_cast<double>(hour.count) - hour.law.mean) / std::sqrt(variance),
                      -distance_max, distance_max);
  }
  /// Takes in how the newest whole hour goes with those before it.
  void learn_ties() {
    if (size_ == 0) return;
    const double newest = distance(back(0));
    seen_ = seen_ * fade_ + 1;
    for (size_t lag = 1; lag < ties_.size(); ++lag) {
      ties_[lag] *= fade_;
      if (lag < size_) ties_[lag] += newest * distance(back(lag));
    }
  }
  double tied_over(int hours) const {
    double out = 1;
    for (int lag = 1; lag < hours; ++lag) {
      const double tie = ties_[static_cast<size_t>(lag)] / (seen_ + ties_pseudo);
      out += 2 * (1 - static_cast<double>(lag) / hours) * std::max(0.0, tie);
    }
    return out;
  }

  /// False if there are not so many hours in a row, or an alert covers one of them.
  bool widen(Sum& sum, int hours) const {
    if (static_cast<size_t>(hours) > size_) return false;
    for (; sum.hours < hours; ++sum.hours) {
      const ScoredHour& one = back(static_cast<size_t>(sum.hours));
      if (one.hour <= alerted_until_) return false;
      sum.count += one.count;
      sum.mean += one.law.mean;
      sum.own += one.law.dispersion * one.law.mean * one.law.mean;
      // An error of the level is in all of them.
      sum.shared += std::sqrt(one.law.unknown) * one.law.mean;
    }
    return true;
  }

  std::array<ScoredHour, 16> ring_{};
  size_t next_ = 0, size_ = 0;
  TimePoint last_{}, alerted_until_ = TimePoint::min();
  double fade_;                    // of what was learnt, from hour to hour
  double seen_ = 0;                // hours, faded
  std::array<double, 16> ties_{};  // by lag: sums of products of distances, faded
};

class SeasonalRule {
 public:
  explicit SeasonalRule(const DetectorConfig& judging)
      : judging_(judging),
        baseline_({judging.timezone, judging.holidays}, judging.history),
        recent_(judging.history),
        up_(calibration_half_life(judging)),
        down_(calibration_half_life(judging)),
        thresholds_(judging.feedback, baseline_.season()) {}

  ScoredHour judge(const HourCount& now, Incidents& incidents) {
    const Expected expected = baseline_.expect(now.hour);
    ScoredHour out{.hour = now.hour,
                   .count = now.count,
                   .law = expected.law,
                   .basis = static_cast<uint8_t>(expected.basis)};
    prepare(out, expected.slot);
    tail_up_ = tail_down_ = 1;
    const bool is_known = expected.basis != BaselineSource::none;
    if (is_known) look(out);
    const Incidents::Step step = incidents.next(out);
    if (!incidents.all().empty()) recent_.cut_after(incidents.all().back().to);
    learn(now, expected, out, step);
    // Hours of one incident are one piece of news: its first hour stands for it.
    if (is_known) {
      up_.learn(tail_up_, open_hours_ > 1);
      down_.learn(tail_down_, open_hours_ > 1);
    }
    return out;
  }

 private:
  /// A tail is rarer than a season's hour: it is remembered for longer.
  static double calibration_half_life(const DetectorConfig& judging) {
    return std::max(168.0, static_cast<double>(judging.history.count()) / 3.6e6);
  }

  void prepare(ScoredHour& out, const SeasonSlot& slot) {
    out.up = up_.correction();
    out.down = down_.correction();
    if (!thresholds_.is_empty()) {
      out.spike_factor = thresholds_.factor(out.hour, AlertKind::spike, slot);
      out.drop_factor = thresholds_.factor(out.hour, AlertKind::drop, slot);
    }
    const auto largest = static_cast<double>(largest_);
    if (hours_ >= record_hours_min && largest_ > 0) {
      out.record = static_cast<int64_t>(std::ceil(record_factor * largest));
    } else if (hours_ >= record_hours_young) {
      out.record =
          static_cast<int64_t>(std::ceil(record_factor_young * largest + record_extra_young));
    }
    ++hours_;
    largest_ = std::max(largest_, out.count);
  }

  void look(ScoredHour& out) {
    const auto count = static_cast<double>(out.count);
    if (count > out.law.mean) {
      look_up(out);
    } else {
      recent_.add(out);
      if (judging_.has_silence && count < out.law.mean) look_down(out);
    }
  }

  void look_up(ScoredHour& out) {
    const double excess = static_cast<double>(out.count) - out.law.mean;
    const double sensitivity = judging_.sensitivity * out.spike_factor;
    // Far inside, the exact tail is of no use and costs the most.
    const bool is_inside = excess < inside_up * std::sqrt(out.law.variance());
    tail_up_ = is_inside ? 0.5 : upper_tail(out.law, out.count);
    out.probability = out.up.corrected(tail_up_);
    const bool is_enough = out.count >= judging_.count_min;
    const bool is_far = excess >= static_cast<double>(judging_.excess_min);
    const bool is_record = out.record > 0 && out.count >= out.record;
    out.is_still_out = is_enough && is_far && (out.probability < still_out_tail || is_record);
    if (is_enough && is_far && (out.probability < sensitivity || is_record)) {
      out.mark = Verdict::spike;
    }
    recent_.add(out);
    if (!is_enough || out.mark == Verdict::spike) return;
    const Recent::Rarest found = recent_.spike(judging_.excess_min, out.up);
    if (found.tail >= sensitivity) return;
    out.probability = found.tail;
    out.mark = Verdict::spike;
    out.hours_back = static_cast<uint8_t>(found.hours - 1);
    recent_.mark(Verdict::spike);
  }

  void look_down(ScoredHour& out) {
    const Recent::Rarest found = recent_.silence(judging_.excess_min, out.down);
    out.probability = found.tail;
    if (found.tail < judging_.sensitivity * out.drop_factor) {
      out.mark = Verdict::drop;
      recent_.mark(Verdict::drop);
      out.hours_back = static_cast<uint8_t>(found.hours - 1);
    }
    const double missing = out.law.mean - static_cast<double>(out.count);
    if (missing < inside_down * std::sqrt(out.law.variance())) return;
    tail_down_ = lower_tail(out.law, out.count);
    out.is_still_out = out.down.corrected(tail_down_) < still_out_tail;
  }

  void learn(const HourCount& now, const Expected& expected, const ScoredHour& judged,
             const Incidents::Step& step) {
    auto count = static_cast<double>(now.count);
    bool is_extreme = false;
    if (judged.mark == Verdict::spike || tail_up_ < cut_tail) {
      const int64_t limit = upper_limit(expected.law, cut_tail);
      is_extreme = now.count > limit;
      count = std::min(count, static_cast<double>(limit));
    } else if (judged.mark == Verdict::drop || tail_down_ < cut_tail) {
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

  const DetectorConfig& judging_;
  Baseline baseline_;
  Recent recent_;
  TailCalibration up_, down_;
  FeedbackThresholds thresholds_;
  int open_hours_ = 0;
  double tail_up_ = 1, tail_down_ = 1;  // by the law, of the hour that was judged last
  int64_t hours_ = 0, largest_ = 0;
};

template <class Keep>
std::vector<VolumeAlert> each(std::span<const HourCount> hours, const DetectorConfig& judging,
                              const Keep& keep) {
  Incidents incidents;
  SeasonalRule rule(judging);
  for (const HourCount& hour : hours) keep(rule.judge(hour, incidents));
  return incidents.take();
}

}  // namespace

DetectorConfig judging_of(const VolumeSettings& settings, const std::string& timezone,
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

Replay replay(std::span<const HourCount> hours, const DetectorConfig& judging) {
  if (judging.method == VolumeMethod::mean) return replay_simple_rule(hours, judging);
  Replay out;
  out.hours.reserve(hours.size());
  out.incidents =
      each(hours, judging, [&out](const ScoredHour& hour) { out.hours.push_back(hour); });
  return out;
}

std::vector<VolumeAlert> replay_incidents(std::span<const HourCount> hours,
                                          const DetectorConfig& judging) {
  if (judging.method == VolumeMethod::mean) return simple_rule_alerts(hours, judging);
  return each(hours, judging, [](const ScoredHour&) {});
}

double tail_by_law(const ScoredHour& hour) {
  const bool is_high = static_cast<double>(hour.count) > hour.law.mean;
  return is_high ? upper_tail(hour.law, hour.count) : lower_tail(hour.law, hour.count);
}

double tail_of(const ScoredHour& hour) {
  if (hour.mark != Verdict::normal) return hour.probability;
  const bool is_high = static_cast<double>(hour.count) > hour.law.mean;
  return (is_high ? hour.up : hour.down).corrected(tail_by_law(hour));
}

std::vector<MovedThreshold> moved_thresholds(const DetectorConfig& judging) {
  if (judging.method == VolumeMethod::mean) return {};
  Season season(judging.timezone, judging.holidays);
  return FeedbackThresholds::moved(judging.feedback, season);
}

Band band_of(const ScoredHour& hour, const DetectorConfig& judging) {
  if (judging.method == VolumeMethod::mean) {
    return {0, static_cast<int64_t>(std::floor((1 + judging.threshold) * hour.law.mean))};
  }
  const double extra = static_cast<double>(judging.excess_min);
  const double up = hour.up.before(judging.sensitivity * hour.spike_factor);
  const double down = hour.down.before(judging.sensitivity * hour.drop_factor);
  const int64_t rare = upper_limit(hour.law, up) - 1;
  const auto least = static_cast<int64_t>(std::ceil(hour.law.mean + extra)) - 1;
  int64_t high = std::max({rare, least, judging.count_min - 1});
  if (hour.record > 0) high = std::min(high, std::max(hour.record - 1, least));
  return {std::max<int64_t>(0, lower_limit(hour.law, down) + 1), high};
}

}  // namespace dw
