// Eight weeks of the desk, hour by hour, as far as numbers of today are compared with them. Past
// hours are read once, a week at a time, and kept; the last two are read again each time. It
// belongs to one thread.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "records/ticket_lists.h"
#include "web/usual.h"

namespace dw {

/// A number as Now shows it.
struct NowNumber {
  std::string name;  ///< "waiting", "first_reply", "opened", "solved", "open"
  std::optional<double> value;
  std::optional<Range> usual;        ///< by this time of such a day
  std::vector<double> today;         ///< at each whole hour after midnight, and at this moment
  std::vector<Range> usual_by_hour;  ///< 25 points; empty without a usual
  std::string source = "Deskwire";
};

class DeskHistory {
 public:
  /// From where hours have to be read.
  TimePoint wanted_from(TimePoint now) const;
  /// Takes in what was read from there, and when the first ticket of all was opened.
  void take(DeskHours fresh, std::optional<TimePoint> first);
  /// A week that is not known yet, before all that is; nothing: all is known.
  struct Span {
    TimePoint from{}, until{};
  };
  std::optional<Span> wanted_before(TimePoint now) const;
  /// Takes in what was read of it; nothing happens if another did so first.
  void take_before(DeskHours older, TimePoint until);

  /// The five numbers, in the order in which they are shown.
  std::vector<NowNumber> numbers(const tickets::Unsolved& at_present, TimePoint now,
                                 const std::string& timezone) const;
  /// The hours of today that have begun, and what is usual in each of the 24.
  std::vector<int64_t> opened_today(TimePoint now, const std::string& timezone) const;
  std::vector<std::optional<Range>> usual_opened(TimePoint now, const std::string& timezone) const;
  /// The 90th percentile of the times to a first reply in the last four weeks, in seconds of office
  /// time.
  std::optional<double> late_after(TimePoint now) const;
  int days(TimePoint now, const std::string& timezone) const;

 private:
  using Member = int64_t DeskHour::*;
  TimePoint known_since() const { return std::max(first_, from_); }
  const DeskHour* at(TimePoint hour) const;
  DayCurve sums(TimePoint midnight, Member member, TimePoint until) const;
  DayCurve levels(TimePoint midnight, Member in, Member out, int64_t at_present,
                  TimePoint until) const;
  DayCurve medians(TimePoint midnight, TimePoint until) const;
  template <class Curve>
  NowNumber number(std::string name, std::optional<double> value, const std::string& timezone,
                   TimePoint now, const Curve& curve) const;

  TimePoint from_{}, first_{};
  std::vector<DeskHour> hours_;
};

}  // namespace dw
