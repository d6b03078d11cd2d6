#include "chart/chart.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/unique_handle.h"

namespace dw {
namespace {

struct Colour {
  double red, green, blue;
};
constexpr Colour paper{1, 1, 1}, ink{0.13, 0.15, 0.19}, faint{0.42, 0.45, 0.50},
    grid{0.90, 0.91, 0.93}, band{0.80, 0.88, 0.97}, middle{0.45, 0.62, 0.84},
    line{0.15, 0.30, 0.55}, alarm{0.80, 0.12, 0.15}, spot{1.0, 0.93, 0.80};

constexpr double text_size = 19, title_size = 22, left = 64, right = 18, bottom = 40;
constexpr std::chrono::hours gap_min{1};

struct Box {
  double x0, y0, x1, y1;
};

/// 1, 2 or 5 times a power of ten, so that about four lines fit.
double nice_step(double top) {
  const double rough = std::max(top, 1.0) / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return std::max(1.0, factor * power);
  }
  return 10 * power;
}

class Painter {
 public:
  Painter(cairo_t* cairo, const Chart& chart)
      : cairo_(cairo),
        chart_(chart),
        box_{left, chart.title.empty() ? 16.0 : 48.0, chart.width - right, chart.height - bottom} {
    from_ = chart.hours.front().hour;
    until_ = chart.hours.back().hour + gap_min;
    for (const ChartHour& one : chart.hours) top_ = std::max({top_, one.count, one.high});
    step_ = nice_step(top_);
    top_ = std::ceil(top_ * 1.05 / step_) * step_;
  }

  void paint() {
    colour(paper);
    cairo_paint(cairo_);
    cairo_select_font_face(cairo_, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    paint_mark();
    paint_axes();
    paint_band();
    paint_counts();
    paint_title();
  }

 private:
  void colour(const Colour& c) { cairo_set_source_rgb(cairo_, c.red, c.green, c.blue); }
  double x_of(TimePoint at) const {
    const double share =
        static_cast<double>((at - from_).count()) / static_cast<double>((until_ - from_).count());
    return box_.x0 + share * (box_.x1 - box_.x0);
  }
  /// The middle of an hour.
  double middle_of(const ChartHour& one) const { return x_of(one.hour + gap_min / 2); }
  double y_of(double count) const {
    return box_.y1 - std::min(count, top_) / top_ * (box_.y1 - box_.y0);
  }

  void text(const std::string& words, double x, double y, double anchor, double size) {
    cairo_set_font_size(cairo_, size);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, words.c_str(), &extents);
    const double most = chart_.width - 2 - extents.x_advance;
    cairo_move_to(cairo_, std::clamp(x - anchor * extents.x_advance, 2.0, std::max(2.0, most)), y);
    cairo_show_text(cairo_, words.c_str());
  }

  void paint_mark() {
    if (!chart_.marked) return;
    const double x0 = x_of(*chart_.marked), x1 = x_of(*chart_.marked + gap_min);
    const double widen = std::max(0.0, 10 - (x1 - x0)) / 2;
    colour(spot);
    cairo_rectangle(cairo_, x0 - widen, box_.y0, x1 - x0 + 2 * widen, box_.y1 - box_.y0);
    cairo_fill(cairo_);
  }

  void paint_axes() {
    cairo_set_line_width(cairo_, 1);
    for (double count = 0; count <= top_ + step_ / 2; count += step_) {
      colour(grid);
      const double y = std::round(y_of(count)) + 0.5;
      cairo_move_to(cairo_, box_.x0, y);
      cairo_line_to(cairo_, box_.x1, y);
      cairo_stroke(cairo_);
      colour(faint);
      cairo_set_font_size(cairo_, text_size);
      cairo_text_extents_t extents;
      const std::string label = fmt::format("{}", static_cast<int64_t>(count));
      cairo_text_extents(cairo_, label.c_str(), &extents);
      cairo_move_to(cairo_, box_.x0 - 8 - extents.x_advance, y + text_size / 3);
      cairo_show_text(cairo_, label.c_str());
    }
    for (const Chart::Tick& tick : chart_.ticks) {
      const double x = std::round(x_of(tick.at)) + 0.5;
      if (x < box_.x0 || x > box_.x1) continue;
      colour(grid);
      cairo_move_to(cairo_, x, box_.y0);
      cairo_line_to(cairo_, x, box_.y1);
      cairo_stroke(cairo_);
      colour(faint);
      text(tick.label, x, box_.y1 + text_size + 8, 0, text_size);
    }
  }

  /// Calls `draw` with the first and past-the-last place of each stretch without a gap.
  template <class Draw>
  void each_stretch(const Draw& draw) {
    const auto& hours = chart_.hours;
    size_t first = 0;
    for (size_t i = 1; i <= hours.size(); ++i) {
      if (i < hours.size() && hours[i].hour - hours[i - 1].hour <= gap_min) continue;
      draw(first, i);
      first = i;
    }
  }

  void paint_band() {
    each_stretch([&](size_t first, size_t last) {
      // Text that was written leaves a point from which the path would go on.
      cairo_new_path(cairo_);
      for (size_t i = first; i < last; ++i) {
        cairo_line_to(cairo_, middle_of(chart_.hours[i]), y_of(chart_.hours[i].high));
      }
      for (size_t i = last; i-- > first;) {
        cairo_line_to(cairo_, middle_of(chart_.hours[i]), y_of(chart_.hours[i].low));
      }
      cairo_close_path(cairo_);
      colour(band);
      cairo_fill(cairo_);
      stroke_line(first, last, middle, 1.2, &ChartHour::expected);
    });
  }

  void stroke_line(size_t first, size_t last, const Colour& c, double width,
                   double ChartHour::*member) {
    cairo_new_path(cairo_);
    for (size_t i = first; i < last; ++i) {
      cairo_line_to(cairo_, middle_of(chart_.hours[i]), y_of(chart_.hours[i].*member));
    }
    colour(c);
    cairo_set_line_width(cairo_, width);
    cairo_stroke(cairo_);
  }

  void paint_counts() {
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
    each_stretch(
        [&](size_t first, size_t last) { stroke_line(first, last, line, 2, &ChartHour::count); });
    colour(alarm);
    for (const ChartHour& one : chart_.hours) {
      if (!one.is_out) continue;
      const bool is_marked = chart_.marked && one.hour == *chart_.marked;
      cairo_new_path(cairo_);
      cairo_arc(cairo_, middle_of(one), y_of(one.count), is_marked ? 7 : 4, 0, 2 * M_PI);
      cairo_fill(cairo_);
    }
  }

  void paint_title() {
    if (chart_.title.empty()) return;
    colour(ink);
    text(chart_.title, 14, 30, 0, title_size);
  }

  cairo_t* cairo_;
  const Chart& chart_;
  Box box_;
  TimePoint from_{}, until_{};
  double top_ = 1, step_ = 1;
};

cairo_status_t append(void* out, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

using Surface = UniqueHandle<cairo_surface_t, cairo_surface_destroy>;

Result<void> paint_on(cairo_surface_t* surface, const Chart& chart) {
  const UniqueHandle<cairo_t, cairo_destroy> cairo(cairo_create(surface));
  if (!chart.hours.empty()) Painter(cairo.get(), chart).paint();
  const cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) return {};
  return Error{ErrorKind::invalid, "chart", cairo_status_to_string(status)};
}

}  // namespace

Result<std::string> draw_png(const Chart& chart) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, chart.width, chart.height));
  DW_CHECK(paint_on(surface.get(), chart));
  std::string out;
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), append, &out);
  if (status == CAIRO_STATUS_SUCCESS) return out;
  return Error{ErrorKind::invalid, "chart", cairo_status_to_string(status)};
}

Result<std::string> draw_svg(const Chart& chart) {
  std::string out;
  {
    const Surface surface(
        cairo_svg_surface_create_for_stream(append, &out, chart.width, chart.height));
    DW_CHECK(paint_on(surface.get(), chart));
    cairo_surface_finish(surface.get());
  }
  return out;
}

}  // namespace dw
