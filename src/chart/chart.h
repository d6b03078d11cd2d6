// A picture of hourly counts: the expected band, the counts, the hours out of line, one marked.
// Pure: values in, the bytes of a PNG or SVG out. Cairo stays in the .cc.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace dw {

struct ChartHour {
  TimePoint hour{};
  double count = 0;
  double expected = 0;
  double low = 0, high = 0;  ///< the band
  bool is_out = false;       ///< a dot on it
};

struct Chart {
  std::string title;             ///< one line; empty: none
  std::vector<ChartHour> hours;  ///< ascending; a gap of more than an hour breaks the line
  std::optional<TimePoint> marked;
  struct Tick {
    TimePoint at{};
    std::string label;
  };
  std::vector<Tick> ticks;        ///< of the time axis
  int width = 800, height = 380;  ///< pixels; text is large enough for half of that on a phone
};

/// PNG, opaque and light: readable in a dark mail, too. errors  invalid: cairo's own words
Result<std::string> draw_png(const Chart& chart);
Result<std::string> draw_svg(const Chart& chart);

}  // namespace dw
