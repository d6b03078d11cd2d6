// What is usual at this weekday and time: the range in which 8 of 10 such days lie. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace dw {

/// Values of one day at each whole hour after midnight, 0 to 24; nullopt: not known.
using DayCurve = std::vector<std::optional<double>>;
constexpr size_t curve_points = 25;

struct Range {
  double low = 0, high = 0;
};

/// A day of the past that is like today.
struct PastDay {
  TimePoint midnight{};
  int days_ago = 0;
};

/// The last eight days of today's weekday; where there are fewer than four, other working days (or
/// weekends) of the last four weeks. Days that began before `first` are left out.
std::vector<PastDay> days_like_today(TimePoint now, const std::string& timezone, TimePoint first);

/// How many whole days lie between `first` and today, and how many a range needs.
int days_known(TimePoint now, const std::string& timezone, TimePoint first);
constexpr int days_needed = 14;

/// The tenth and ninetieth percentile. Nothing: fewer than three values.
std::optional<Range> range_of(std::vector<double> values);

/// The value of a curve between two hours.
std::optional<double> value_at(const DayCurve& curve, double hours);

}  // namespace dw
