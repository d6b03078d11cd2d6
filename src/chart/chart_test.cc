#include "chart/chart.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

Chart week() {
  Chart chart;
  chart.title = "Tickets";
  for (int i = 0; i < 168; ++i) {
    const double expected = 5 + i % 24;
    chart.hours.push_back({TimePoint(i * std::chrono::hours(1)), i == 100 ? 90.0 : expected + i % 3,
                           expected, expected / 2, expected * 2, i == 100});
  }
  chart.marked = TimePoint(std::chrono::hours(100));
  chart.ticks = {{TimePoint(std::chrono::hours(24)), "Tue 2"}};
  return chart;
}

TEST(chart, is_a_png_of_the_size_that_was_asked_for) {
  const auto png = draw_png(week());
  ASSERT_TRUE(png.ok());
  EXPECT_EQ(png->substr(1, 3), "PNG");
  const auto number = [&](size_t at) {
    int out = 0;
    for (size_t i = at; i < at + 4; ++i) out = out * 256 + static_cast<unsigned char>((*png)[i]);
    return out;
  };
  EXPECT_EQ(number(16), 800);
  EXPECT_EQ(number(20), 380);
  EXPECT_LT(png->size(), 60'000u) << "it goes into a mail";
  EXPECT_EQ(*png, *draw_png(week())) << "the same values are the same bytes";
}

TEST(chart, is_an_svg) {
  const auto svg = draw_svg(week());
  ASSERT_TRUE(svg.ok());
  EXPECT_NE(svg->find("<svg"), std::string::npos);
}

/// The path that is filled with the band's colour.
std::string band_in(const std::string& svg) {
  const size_t fill = svg.find("rgb(80%,88%,97%)") == std::string::npos
                          ? svg.find("rgb(80%, 88%, 97%)")
                          : svg.find("rgb(80%,88%,97%)");
  if (fill == std::string::npos) return "";
  const size_t from = svg.rfind("<path", fill);
  const size_t path = svg.find(" d=\"", from);
  return svg.substr(path, svg.find('"', path + 4) - path);
}

TEST(chart, a_label_on_the_axis_does_not_pull_the_band) {
  Chart chart = week();
  chart.ticks = {};
  const std::string bare = band_in(*draw_svg(chart));
  ASSERT_FALSE(bare.empty());
  chart.ticks = {{chart.hours[12].hour, "Sun 15"}, {chart.hours[36].hour, "Mon 16"}};
  EXPECT_EQ(band_in(*draw_svg(chart)), bare);
}

TEST(chart, survives_one_hour_gaps_and_nothing) {
  Chart chart = week();
  chart.hours.erase(chart.hours.begin() + 20, chart.hours.begin() + 90);
  EXPECT_TRUE(draw_png(chart).ok());
  chart.hours.resize(1);
  EXPECT_TRUE(draw_png(chart).ok());
  chart.hours.clear();
  EXPECT_TRUE(draw_png(chart).ok());
}

}  // namespace
}  // namespace dw
