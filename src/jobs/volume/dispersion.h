// How far counts stray beyond Poisson, learnt from the distances of past counts to what was
// expected.
//
// An estimating equation is summed at each of a row of candidate values, and the candidate that
// solves it is the answer. So the weight of an old hour follows from the candidate alone, and never
// from what was believed when the hour was learnt: a wrong guess of the first days leaves no trace.
// The mathematics are in docs/volume.md.
#pragma once
#include <array>
#include <cstddef>

namespace dw {

/// Relative variance of an estimated mean. What Poisson noise left open, what dispersion did (a
/// factor of it), and what no count has settled yet.
struct MeanError {
  double poisson = 0, over = 0, prior = 0;

  double at(double dispersion) const { return poisson + over * dispersion + prior; }
};

class DispersionEstimate {
 public:
  DispersionEstimate();

  /// `error` is that of `mean`; a weight is below 1 for what is out of line.
  void learn(double mean, double count, const MeanError& error, double weight);
  void fade(double factor);

  struct Found {
    double value = 0;
    double error = 0;  ///< standard error of its logarithm
  };
  Found found() const;

 private:
  static constexpr size_t candidates = 28;
  std::array<double, candidates> values_{}, score_{}, information_{};
};

}  // namespace dw
