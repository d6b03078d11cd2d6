// Hours out of line become incidents: opened by one rare hour, kept open until the counts speak
// for calm (a sequential test), closed as the new normal when they stay.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "jobs/volume/calibration.h"
#include "jobs/volume/negative_binomial.h"
#include "jobs/volume/records.h"

namespace dw {

enum class Verdict { normal, spike, drop };

/// An hour with its verdict.
struct ScoredHour {
  TimePoint hour{};
  int64_t count = 0;
  CountDistribution law;  ///< what was expected; the mean alone under the simple rule
  /// Of a count at least so high (or so low), corrected by the series' past; 1 under the simple
  /// rule.
  double probability = 1;
  TailCorrection up{}, down{};               ///< of the law's tails, at that hour
  double spike_factor = 1, drop_factor = 1;  ///< what feedback makes of the sensitivity
  int64_t record = 0;  ///< from so many tickets on it is a spike in any case; 0: too early to say
  Verdict mark = Verdict::normal;
  uint8_t basis = 0;          ///< a BaselineSource
  bool is_still_out = false;  ///< not rare enough to open an incident, but to keep one open
  uint8_t hours_back = 0;     ///< it may have begun this many hours earlier
};

class Incidents {
 public:
  /// What the baseline has to know after an hour.
  struct Step {
    bool is_open = false;
    std::optional<double> new_level;  ///< adopt this ratio
  };
  Step next(const ScoredHour& hour);
  const std::vector<VolumeAlert>& all() const { return all_; }
  std::vector<VolumeAlert> take() { return std::move(all_); }

 private:
  Step step(const ScoredHour& hour);
  void open(const ScoredHour& hour);
  void include(const ScoredHour& hour);
  bool is_calm_now(const ScoredHour& hour);
  void close(AlertEnd end);

  bool is_open_ = false;
  std::vector<VolumeAlert> all_;
  TimePoint last_{};
  double since_count_ = 0, since_expected_ = 0;  // of the open incident, calm hours included
  int64_t calm_count_ = 0;                       // of the calm hours at its end
  double calm_expected_ = 0, calm_evidence_ = 0;
  int calm_hours_ = 0;
  std::array<ScoredHour, 16> past_{};  // the last hours, for what began before it showed
  size_t next_ = 0;
};

}  // namespace dw
