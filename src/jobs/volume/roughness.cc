#include "jobs/volume/roughness.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

constexpr double least = 0.15, most = 6;
/// The neighbours of an hour of day count half, which leaves so much of a square's variance in the
/// mean.
constexpr double neighbour = 0.5;
constexpr double square_variance = 3, noise = square_variance * 0.75;
/// How much belief is due that hours of day differ by their size alone, the hours show.
constexpr double belief_min = 4, belief_max = 400;
/// The slope is believed to be 0, give or take a half, and taken one standard error nearer to it.
constexpr double slope_variance = 0.25, doubt = 1;
constexpr double of_size_max = 1.5;  // logarithm

}  // namespace

void Roughness::Sums::add(double weight, double square, double of_size) {
  seen += weight;
  squares += weight * square;
  size += weight * of_size;
}

void Roughness::Sums::fade(double factor) {
  seen *= factor;
  squares *= factor;
  size *= factor;
}

void Roughness::fade(double factor) {
  for (Sums& one : days_) one.fade(factor);
  all_.fade(factor);
  sizes_squared_ *= factor;
  sizes_error_ *= factor;
  squares_by_size_ *= factor;
}

double Roughness::of_size(double size) const {
  return std::exp(std::clamp(slope_ * (size - all_.size / all_.seen), -of_size_max, of_size_max));
}

double Roughness::of(const Hour& hour) const {
  if (all_.seen <= 0 || all_.squares <= 0) return 1;
  const Sums& day = days_[static_cast<size_t>(hour.of_day)];
  const double by_size = of_size(std::log(hour.mean));
  const double usual = day.seen > 0 ? of_size(day.size / day.seen) : by_size;
  const double all = all_.squares / all_.seen;
  const double own = (day.squares / all + belief_ * usual) / (day.seen + belief_);
  return std::clamp(own * by_size / usual, least, most);
}

void Roughness::learn(const Hour& hour, double square, double weight) {
  const double size = std::log(hour.mean);
  for (const int next : {-1, 0, 1}) {
    const auto i = static_cast<size_t>((hour.of_day + next + 24) % 24);
    days_[i].add(weight * (next == 0 ? 1 : neighbour), square, size);
  }
  all_.add(weight, square, size);
  sizes_squared_ += weight * size * size;
  sizes_error_ += weight * hour.error;
  squares_by_size_ += weight * square * size;
  if (hour.of_day != 0 || all_.squares <= 0) return;
  solve_slope();
  solve_belief();
}

/// A mean that was estimated too large has small squares: hours that differ by the errors of their
/// means alone show a slope that is none, and only what they differ beyond that counts.
void Roughness::solve_slope() {
  const double middle = all_.size / all_.seen;
  const double spread = sizes_squared_ - all_.seen * middle * middle;
  const double real = spread > 0 ? std::max(0.0, 1 - sizes_error_ / spread) : 0;
  const double tilt = (squares_by_size_ - middle * all_.squares) / (all_.squares / all_.seen);
  const double information = real * spread / square_variance + 1 / slope_variance;
  const double slope = real * tilt / square_variance / information;
  const double sure = std::max(0.0, std::abs(slope) - doubt / std::sqrt(information));
  slope_ = std::copysign(sure, slope);
}

/// Hours of day differ by what their variances show beyond chance: the more, the less each is drawn
/// to all.
void Roughness::solve_belief() {
  const double all = all_.squares / all_.seen;
  double beyond = 0;
  for (const Sums& one : days_) {
    if (one.seen <= 0) continue;
    const double distance = one.squares / one.seen / all / of_size(one.size / one.seen) - 1;
    beyond += distance * distance - noise / one.seen;
  }
  const double differ = std::max(beyond / static_cast<double>(days_.size()), noise / belief_max);
  belief_ = std::max(noise / differ, belief_min);
}

}  // namespace dw
