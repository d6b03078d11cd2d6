#include "jobs/volume/simple_rule.h"

#include <algorithm>
#include <array>

namespace dw {
namespace {

constexpr size_t calm_hours_max = 1;
constexpr std::chrono::hours gap_max{6};
/// The rule is out of line so often where weekends are quiet: one hour in so many begins an alert.
constexpr size_t hours_per_alert = 8;
/// Hours are looked at in blocks, and what is out of line is gathered afterwards: a branch on each
/// hour would be guessed wrong too often, and take most of the time.
constexpr size_t block_hours = 512;

/// What was counted in one hour of day within the history.
struct PastCounts {
  int64_t total = 0, hours = 0;

  double mean() const {
    return hours == 0 ? 0 : static_cast<double>(total) / static_cast<double>(hours);
  }
};

/// The mean of the same hour of day over the last `history`, as running sums.
class SimpleRule {
 public:
  SimpleRule(std::span<const HourCount> hours, const DetectorConfig& judging)
      : hours_(hours),
        history_(judging.history),
        factor_(1 + judging.threshold),
        local_(judging.timezone),
        hour_of_day_(hours.size()) {}

  /// Each hour once, in order. `before`: what it is judged by.
  bool is_spike(size_t i, PastCounts& before) {
    const HourCount now = hours_[i];
    for (; hours_[oldest_].hour < now.hour - history_; ++oldest_) {
      PastCounts& gone = past_[static_cast<size_t>(hour_of_day_[oldest_])];
      gone.total -= hours_[oldest_].count;
      --gone.hours;
    }
    const int hour = local_.hour_of_day(now.hour);
    hour_of_day_[i] = static_cast<int16_t>(hour);
    PastCounts& past = past_[static_cast<size_t>(hour)];
    const PastCounts known = past;
    past = {known.total + now.count, known.hours + 1};
    before = known;
    return known.hours > 0 && static_cast<double>(now.count * known.hours) >
                                  factor_ * static_cast<double>(known.total);
  }

 private:
  std::span<const HourCount> hours_;
  Millis history_;
  double factor_;
  LocalTime local_;
  std::vector<int16_t> hour_of_day_;  // bytes might be any member's, and slow the loop down
  std::array<PastCounts, 24> past_{};
  size_t oldest_ = 0;
};

}  // namespace

SpikeRuns::SpikeRuns(std::span<const HourCount> hours) : hours_(hours) {
  alerts_.reserve(hours.size() / hours_per_alert);
}

/// So many hours later, or with hours missing: the alert was over.
bool SpikeRuns::is_ended_before(size_t i) const {
  if (i - last_ > calm_hours_max + 1) return true;
  for (size_t k = last_; k < i; ++k) {
    if (hours_[k + 1].hour - hours_[k].hour > gap_max) return true;
  }
  return false;
}

void SpikeRuns::add(size_t i, double expected, double expected_before) {
  const HourCount now = hours_[i];
  const bool is_new = alerts_.empty() || is_ended_before(i);
  if (is_new) {
    if (!alerts_.empty()) alerts_.back().end = AlertEnd::calm;
    alerts_.emplace_back().from = now.hour;
  }
  VolumeAlert& alert = alerts_.back();
  if (!is_new && i - last_ > 1) {
    alert.total += hours_[i - 1].count;
    alert.total_expected += expected_before;
  }
  last_ = i;
  alert.to = now.hour;
  alert.total += now.count;
  alert.total_expected += expected;
  const double excess = static_cast<double>(now.count) - expected;
  if (!is_new && excess <= static_cast<double>(alert.peak_count) - alert.peak_expected) return;
  alert.peak = now.hour;
  alert.peak_count = now.count;
  alert.peak_expected = expected;
}

std::vector<VolumeAlert> SpikeRuns::take() {
  // The hours at the end are calm: one more than an alert bears ends it.
  const bool has_ended = !alerts_.empty() && (hours_.size() - 1 - last_ > calm_hours_max ||
                                              is_ended_before(hours_.size() - 1));
  if (has_ended) alerts_.back().end = AlertEnd::calm;
  return std::move(alerts_);
}

Replay replay_simple_rule(std::span<const HourCount> hours, const DetectorConfig& judging) {
  Replay out;
  out.hours.reserve(hours.size());
  SimpleRule rule(hours, judging);
  SpikeRuns runs(hours);
  double mean_before = 0;
  PastCounts before;
  for (size_t i = 0; i < hours.size(); ++i) {
    ScoredHour& judged = out.hours.emplace_back();
    judged.hour = hours[i].hour;
    judged.count = hours[i].count;
    const bool is_spike = rule.is_spike(i, before);
    judged.law.mean = before.mean();
    if (before.hours > 0) {
      judged.basis = static_cast<uint8_t>(BaselineSource::hour_of_day);
    }
    if (is_spike) {
      judged.mark = Verdict::spike;
      runs.add(i, judged.law.mean, mean_before);
    }
    mean_before = judged.law.mean;
  }
  out.incidents = runs.take();
  return out;
}

std::vector<VolumeAlert> simple_rule_alerts(std::span<const HourCount> hours,
                                            const DetectorConfig& judging) {
  SimpleRule rule(hours, judging);
  SpikeRuns runs(hours);
  std::array<PastCounts, block_hours + 1> before{};  // the first: of the hour before the block
  std::array<size_t, block_hours> spikes{};          // places in the block
  for (size_t from = 0; from < hours.size(); from += block_hours) {
    const size_t length = std::min(block_hours, hours.size() - from);
    size_t found = 0;
    before.front() = before.back();
    for (size_t k = 0; k < length; ++k) {
      spikes[found] = k;
      found += rule.is_spike(from + k, before[k + 1]) ? 1 : 0;
    }
    for (const size_t k : std::span(spikes).first(found)) {
      runs.add(from + k, before[k + 1].mean(), before[k].mean());
    }
  }
  return runs.take();
}

}  // namespace dw
