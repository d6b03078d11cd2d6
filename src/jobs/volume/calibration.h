// How far the tail probabilities of the model can be trusted on this series, learnt from those of
// its past hours. Where the model is right, the inverse of a tail has a Pareto distribution of
// index one; where the series has heavier tails, Hill's estimator says of which. docs/volume.md has
// the mathematics. Knows probabilities only: no counts, no season.
#pragma once
#include <cstdint>

namespace dw {

/// From a tail by the model to the tail by the series' own past; never to a smaller one.
struct TailCorrection {
  double share = 0.02;  ///< of hours with a tail below 0.02
  double index = 1;     ///< how heavy the tail is: 1 as the model says, 2 twice as many digits
  double shape = 0;     ///< how much heavier still the rarer it is: of a generalized Pareto tail

  double corrected(double tail) const;
  /// The tail by the model that is corrected to this one.
  double before(double corrected) const;
};

class TailCalibration {
 public:
  /// An hour's weight halves every `half_life` hours.
  explicit TailCalibration(double half_life);

  /// Takes in the tail of an hour, one after the other, ordinary hours included. Of an incident's
  /// hours the first stands for it: of the others it is learnt that they were there.
  void learn(double tail, bool is_of_incident = false);
  const TailCorrection& correction() const { return correction_; }

 private:
  void solve();

  /// What lies beyond the start, by how much, faded.
  struct Excess {
    double sum = 0, seen = 0;
    void add(double excess) {
      sum += excess;
      seen += 1;
    }
    void fade(double by) {
      sum *= by;
      seen *= by;
    }
    double index() const;
  };

  double fade_;
  double hours_ = 0, beyond_ = 0;
  Excess all_, alone_;  ///< alone: neither the hour before nor the one after lies beyond
  double waiting_ = 0;  ///< the excess of the hour before, which may stand alone
  bool was_beyond_ = false;
  int until_solved_ = 0;
  TailCorrection correction_;
};

}  // namespace dw
