#include "jobs/volume/alerts.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

/// Evidence of twenty to one that the counts are back to normal closes an incident (Wald).
const double calm_evidence_min = std::log(20.0);
constexpr int calm_hours_max = 24;
constexpr double ratio_least = 0.02;
constexpr std::chrono::hours gap_max{6}, spike_new_after{24}, drop_new_after{168};

/// log P(count | mean × ratio) - log P(count | mean) of negative binomials.
double log_likelihood_ratio(const CountDistribution& law, int64_t count, double ratio) {
  const double high = law.mean * ratio, low = law.mean;
  const double d = std::max(law.dispersion, 1e-9);
  return static_cast<double>(count) *
             (std::log(ratio) - std::log1p(d * high) + std::log1p(d * low)) -
         (std::log1p(d * high) - std::log1p(d * low)) / d;
}

}  // namespace

void Incidents::open(const ScoredHour& hour) {
  VolumeAlert& incident = all_.emplace_back();
  incident.kind = hour.mark == Verdict::drop ? AlertKind::drop : AlertKind::spike;
  incident.from = hour.hour - hour.hours_back * one_hour;
  incident.to = incident.peak = hour.hour;
  incident.probability = 2;  // so that the first hour is its peak
  is_open_ = true;
  since_count_ = since_expected_ = 0;
  calm_count_ = 0;
  calm_hours_ = 0;
  calm_expected_ = calm_evidence_ = 0;
  // What shows over several hours together began before this one.
  for (size_t back = hour.hours_back; back > 0; --back) {
    ScoredHour before = past_[(next_ + past_.size() - back) % past_.size()];
    before.probability = hour.probability;
    include(before);
  }
}

void Incidents::include(const ScoredHour& hour) {
  VolumeAlert& incident = all_.back();
  incident.to = hour.hour;
  incident.total += calm_count_ + hour.count;
  incident.total_expected += calm_expected_ + hour.law.mean;
  calm_count_ = 0;
  calm_hours_ = 0;
  calm_expected_ = calm_evidence_ = 0;
  const double excess = static_cast<double>(hour.count) - hour.law.mean;
  const double before = static_cast<double>(incident.peak_count) - incident.peak_expected;
  const bool is_further = incident.kind == AlertKind::spike ? excess > before : excess < before;
  if (!is_further && incident.probability <= 1) return;
  incident.peak = hour.hour;
  incident.peak_count = hour.count;
  incident.peak_expected = hour.law.mean;
  incident.probability = hour.probability;
}

bool Incidents::is_calm_now(const ScoredHour& hour) {
  ++calm_hours_;
  calm_count_ += hour.count;
  calm_expected_ += hour.law.mean;
  const VolumeAlert& incident = all_.back();
  const double ratio = std::max(
      ratio_least, static_cast<double>(incident.total) / std::max(1e-3, incident.total_expected));
  // At night a few tickets say nothing about the day's level: the evidence grows slowly then, and
  // a shift of level is not taken for a new incident each morning.
  calm_evidence_ -= log_likelihood_ratio(hour.law, hour.count, ratio);
  return calm_evidence_ >= calm_evidence_min || calm_hours_ >= calm_hours_max;
}

void Incidents::close(AlertEnd end) {
  all_.back().end = end;
  is_open_ = false;
}

Incidents::Step Incidents::next(const ScoredHour& hour) {
  const Step out = step(hour);
  past_[next_] = hour;
  next_ = (next_ + 1) % past_.size();
  return out;
}

Incidents::Step Incidents::step(const ScoredHour& hour) {
  if (is_open_ && hour.hour - last_ > gap_max) close(AlertEnd::calm);
  last_ = hour.hour;
  const Verdict kind = !is_open_                              ? hour.mark
                       : all_.back().kind == AlertKind::spike ? Verdict::spike
                                                              : Verdict::drop;
  if (is_open_ && hour.mark != Verdict::normal && hour.mark != kind) close(AlertEnd::calm);
  if (!is_open_ && hour.mark == Verdict::normal) return {};
  if (!is_open_) open(hour);
  since_count_ += static_cast<double>(hour.count);
  since_expected_ += hour.law.mean;
  if (hour.mark != Verdict::normal || hour.is_still_out) {
    include(hour);
  } else if (is_calm_now(hour)) {
    close(AlertEnd::calm);
    return {};
  }
  const VolumeAlert& incident = all_.back();
  const auto timeout = incident.kind == AlertKind::spike ? spike_new_after : drop_new_after;
  if (hour.hour - incident.from < timeout) return {true, {}};
  close(AlertEnd::new_level);
  return {false, std::max(ratio_least, since_count_ / std::max(1e-3, since_expected_))};
}

}  // namespace dw
