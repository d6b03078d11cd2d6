// How rough an hour is: its variance as a multiple of what all hours have under one dispersion. An
// hour of day may be rougher than the others, and small hours rougher than large ones. Knows
// squares of distances only; docs/volume.md has the mathematics.
#pragma once
#include <array>

namespace dw {

class Roughness {
 public:
  struct Hour {
    int of_day = 0;
    double mean = 0;   ///< as its parent has it, which one count hardly bends
    double error = 0;  ///< relative variance of that
  };

  double of(const Hour& hour) const;
  /// `square` of the distance from what was expected, in variances.
  void learn(const Hour& hour, double square, double weight);
  void fade(double factor);

 private:
  /// Discounted sums over hours; `size` is the logarithm of the mean.
  struct Sums {
    double seen = 0, squares = 0, size = 0;

    void add(double weight, double square, double of_size);
    void fade(double factor);
  };
  double of_size(double size) const;
  void solve_slope();
  void solve_belief();

  std::array<Sums, 24> days_{};
  Sums all_;
  double sizes_squared_ = 0, sizes_error_ = 0, squares_by_size_ = 0;
  double slope_ = 0;    // of the logarithm of the roughness over the size
  double belief_ = 60;  // in hours: that an hour of day is as rough as its size says
};

}  // namespace dw
