// `volume backtest` and `volume report`: both replay stored hours, or those of a file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "app/commands/volume.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "app/volume_files.h"
#include "base/text_file.h"
#include "jobs/volume/alerting.h"
#include "jobs/volume/backtest.h"
#include "jobs/volume/count_files.h"
#include "jobs/volume/picture.h"
#include "jobs/volume/rows.h"

namespace dw {
namespace {

constexpr std::chrono::hours report_span{7 * 24};
const TimePoint always{};

/// What a replay needs: hours, the rule, and what people said.
struct Past {
  std::vector<HourCount> hours;
  DetectorConfig judging;
  std::vector<VolumeAlert> judged;
  std::optional<TimePoint> since;
};

Result<void> load_stored(const Settings& settings, Past& past) {
  DW_TRY(const std::unique_ptr<Store> store,
         open_store(settings.store.url, OpenMode::look, nullptr));
  auto work = [&past](ReadDb& db) -> Result<void> {
    // An hour that is still to come would be taken for the latest one.
    DW_TRY(past.hours, volume::hours(db, always, system_now()));
    DW_TRY(past.judged, volume::incidents(db, always));
    past.judging.feedback = feedback_of(past.judged);
    return {};
  };
  DW_CHECK(store->read_now(work));
  if (!past.hours.empty()) return {};
  return Error{ErrorKind::missing, "volume",
               "no hour is stored yet: `deskwire volume backfill`, `import`, or --input FILE"};
}

Result<Past> load_past(const Settings& settings, const VolumeArguments& given) {
  Past past;
  DW_TRY(past.judging, load_judging(settings));
  if (given.sensitivity > 0) past.judging.sensitivity = given.sensitivity;
  if (given.method == "mean") past.judging.method = VolumeMethod::mean;
  if (given.method == "seasonal") past.judging.method = VolumeMethod::seasonal;
  if (!given.since.empty()) {
    past.since = read_instant(given.since);
    if (!past.since) return Error{ErrorKind::invalid, "--since", "is no date (2026-11-21)"};
  }
  if (given.input.empty()) {
    DW_CHECK(load_stored(settings, past));
  } else {
    DW_TRY(past.hours, read_count_file(given.input));
  }
  return past;
}

Result<void> write_chart(const std::string& file, const Chart& chart) {
  const bool is_png = file.ends_with(".png");
  if (!is_png && !file.ends_with(".svg")) {
    return Error{ErrorKind::invalid, "--chart", "must end with .png or .svg"};
  }
  DW_TRY(const std::string picture, is_png ? draw_png(chart) : draw_svg(chart));
  std::ofstream out(file, std::ios::binary);
  out << picture;
  out.close();
  if (out.good()) return {};
  return Error{ErrorKind::invalid, file, "can't be written"};
}

std::span<const ScoredHour> hours_since(const Replay& replay, TimePoint since) {
  const auto first =
      std::lower_bound(replay.hours.begin(), replay.hours.end(), since,
                       [](const ScoredHour& one, TimePoint at) { return one.hour < at; });
  return {first, replay.hours.end()};
}

double rounded(double value) {
  return std::round(value * 10'000) / 10'000;
}

struct Tested {
  json::object shape;
  std::vector<VolumeAlert> incidents;
  Replay replay;
};

json::array alerts_of(const std::vector<VolumeAlert>& incidents, VolumeMethod method) {
  json::array out;
  for (const VolumeAlert& one : incidents) {
    json::value probability = nullptr;
    if (method == VolumeMethod::seasonal) probability = one.probability;
    out.push_back(json::object{{"from", to_rfc3339(one.from)},
                               {"to", to_rfc3339(one.to)},
                               {"peak", to_rfc3339(one.peak)},
                               {"count", one.peak_count},
                               {"expected", std::round(one.peak_expected * 100) / 100},
                               {"probability", std::move(probability)},
                               {"kind", json::string(name_of(one.kind))}});
  }
  return out;
}

/// Each hour as others can check it: the tail by the law alone, too, before the correction.
json::array by_hour(std::span<const ScoredHour> hours, const DetectorConfig& judging) {
  json::array out;
  for (const ScoredHour& one : hours) {
    json::object item = hour_summary(one, judging);
    const Band band = band_of(one, judging);
    json::value by_law = nullptr;
    if (judging.method == VolumeMethod::seasonal) by_law = tail_by_law(one);
    out.push_back(json::object{{"hour", item["hour"]},
                               {"count", item["count"]},
                               {"expected", item["expected"]},
                               {"low", band.low},
                               {"high", band.high},
                               {"probability", item["probability"]},
                               {"probability_by_law", std::move(by_law)},
                               {"mark", item["mark"]},
                               {"basis", item["basis"]}});
  }
  return out;
}

/// What people said, against these alerts, and what it changed.
json::object feedback_shape(const FeedbackScore& said, const Past& past,
                            const DetectorConfig& judging, TimePoint since) {
  DetectorConfig without = judging;
  without.feedback.clear();
  int64_t alerts = 0;
  for (const VolumeAlert& one : replay_incidents(past.hours, without)) {
    alerts += one.to >= since ? 1 : 0;
  }
  json::array thresholds;
  for (const MovedThreshold& one : moved_thresholds(judging)) thresholds.push_back(shape_of(one));
  return {{"real", static_cast<int64_t>(said.real)},
          {"real_found", static_cast<int64_t>(said.real_found)},
          {"false_alarms", static_cast<int64_t>(said.false_alarms)},
          {"false_alarms_raised", static_cast<int64_t>(said.false_alarms_raised)},
          {"alerts_without_feedback", alerts},
          {"thresholds", std::move(thresholds)}};
}

Tested test_past(const Past& past, VolumeMethod method,
                 const std::optional<std::vector<LabelledSpan>>& labels, bool has_hours) {
  DetectorConfig judging = past.judging;
  judging.method = method;
  Tested out;
  out.replay = replay(past.hours, judging);
  const TimePoint since = past.since.value_or(past.hours.front().hour);
  for (const VolumeAlert& one : out.replay.incidents) {
    if (one.to >= since) out.incidents.push_back(one);
  }
  out.shape = {{"method", method == VolumeMethod::mean ? "mean" : "seasonal"},
               {"hours", static_cast<int64_t>(hours_since(out.replay, since).size())},
               {"alerts", alerts_of(out.incidents, method)}};
  if (labels) {
    std::vector<LabelledSpan> wanted;
    for (const LabelledSpan& one : *labels) {
      if (one.to >= since) wanted.push_back(one);
    }
    const Score found = score(out.incidents, wanted);
    out.shape["precision"] = rounded(found.precision);
    out.shape["recall"] = rounded(found.recall);
    out.shape["f1"] = rounded(found.f1);
    out.shape["delay_hours"] = rounded(found.delay_hours);
  }
  const FeedbackScore said = score_feedback(out.incidents, past.judged);
  if (said.real + said.false_alarms > 0) {
    out.shape["feedback"] = feedback_shape(said, past, judging, since);
  }
  if (has_hours) out.shape["by_hour"] = by_hour(hours_since(out.replay, since), judging);
  return out;
}

void print_alerts(const Invocation& invocation, const Tested& tested) {
  json::array items;
  for (const json::value& one : tested.shape.at("alerts").as_array()) {
    items.push_back(readable(invocation, one.as_object()));
  }
  print_items(invocation, items,
              {{"FROM", "from"},
               {"TO", "to"},
               {"KIND", "kind"},
               {"PEAK", "peak"},
               {"COUNT", "count"},
               {"EXPECTED", "expected"},
               {"PROBABILITY", "probability"}});
}

/// What people marked, and which alarm lines it moved.
void print_feedback(const json::object& said) {
  const auto number = [&](const char* key) { return said.at(key).as_int64(); };
  print("marked real: {}, alerted on here: {}\n", number("real"), number("real_found"));
  print("marked false alarm: {}, alerted on here: {}\n", number("false_alarms"),
        number("false_alarms_raised"));
  print("alerts without feedback: {}\n", number("alerts_without_feedback"));
  for (const json::value& one : said.at("thresholds").as_array()) {
    const json::object& moved = one.as_object();
    const auto word = [&](const char* key) { return std::string_view(moved.at(key).as_string()); };
    print("{} on a {}, hours {} to {}: sensitivity × {:.3g}\n", word("kind"), word("day"),
          to_text(moved.at("from_hour")), to_text(moved.at("to_hour")),
          moved.at("sensitivity_factor").as_double());
  }
}

void print_metrics(const Tested& tested) {
  for (const auto& [key, value] : tested.shape) {
    const std::string_view name = key;
    if (name == "alerts") {
      print("alerts: {}\n", value.as_array().size());
    } else if (value.is_object()) {
      print_feedback(value.as_object());
    } else if (value.is_double()) {
      print("{}: {:g}\n", name, value.as_double());
    } else {
      print("{}: {}\n", name, value.is_string() ? std::string(value.as_string()) : to_text(value));
    }
  }
}

void print_compared(const Invocation& invocation, const std::vector<Tested>& all) {
  json::array items;
  for (const Tested& one : all) items.push_back(one.shape);
  if (invocation.is_json) {
    print_json(json::object{{"items", std::move(items)}});
    return;
  }
  for (json::value& item : items) {
    item.as_object()["alerts"] = static_cast<int64_t>(item.at("alerts").as_array().size());
    item = readable(invocation, item.as_object());
  }
  print_items(invocation, items,
              {{"METHOD", "method"},
               {"HOURS", "hours"},
               {"ALERTS", "alerts"},
               {"PRECISION", "precision"},
               {"RECALL", "recall"},
               {"F1", "f1"},
               {"DELAY", "delay_hours"}});
}

Result<void> backtest(Invocation& invocation, const Settings& settings,
                      const VolumeArguments& given) {
  DW_TRY(const Past past, load_past(settings, given));
  std::optional<std::vector<LabelledSpan>> labels;
  if (!given.labels.empty()) {
    DW_TRY(const std::string text, read_whole(given.labels, count_file_bytes_max));
    Result<std::vector<LabelledSpan>> read = read_labels(text);
    if (!read.ok()) {
      read.error().where = given.labels + " " + read.error().where;
      return read.error();
    }
    labels = std::move(*read);
  }
  std::vector<VolumeMethod> methods = {past.judging.method};
  if (given.is_compared) methods = {VolumeMethod::mean, VolumeMethod::seasonal};
  std::vector<Tested> tested;
  const bool has_hours = given.has_hours && invocation.is_json;
  for (const VolumeMethod method : methods) {
    tested.push_back(test_past(past, method, labels, has_hours));
  }
  if (!given.chart.empty()) {
    const TimePoint since = past.since.value_or(past.hours.front().hour);
    DetectorConfig judging = past.judging;
    judging.method = methods.back();
    Chart chart = picture_of(hours_since(tested.back().replay, since), judging,
                             fmt::format("{} alerts", tested.back().incidents.size()), {});
    chart.width = 1600;
    DW_CHECK(write_chart(given.chart, chart));
  }
  if (given.is_compared) {
    print_compared(invocation, tested);
  } else if (invocation.is_json) {
    print_json(tested.front().shape);
  } else {
    print_alerts(invocation, tested.front());
    print_metrics(tested.front());
  }
  return {};
}

Result<void> report(Invocation& invocation, const Settings& settings,
                    const VolumeArguments& given) {
  DW_TRY(const Past past, load_past(settings, given));
  const Replay seen = replay(past.hours, past.judging);
  const TimePoint since = past.since.value_or(past.hours.back().hour - report_span);
  const std::span<const ScoredHour> hours = hours_since(seen, since);
  json::array items;
  for (const ScoredHour& one : hours) {
    json::object item = hour_summary(one, past.judging);
    const Band band = band_of(one, past.judging);
    item["low"] = band.low;
    item["high"] = band.high;
    items.push_back(readable(invocation, std::move(item)));
  }
  if (!given.chart.empty()) {
    DW_CHECK(write_chart(given.chart, picture_of(hours, past.judging, "Tickets per hour", {})));
  }
  print_items(invocation, items,
              {{"HOUR", "hour"},
               {"COUNT", "count"},
               {"EXPECTED", "expected"},
               {"LOW", "low"},
               {"HIGH", "high"},
               {"MARK", "mark"},
               {"BASIS", "basis"}});
  return {};
}

}  // namespace

json::object readable(const Invocation& invocation, json::object shape) {
  if (invocation.is_json) return shape;
  for (auto& member : shape) {
    if (member.value().is_double()) {
      member.value() = json::string(fmt::format("{:.4g}", member.value().get_double()));
    }
  }
  return shape;
}

void volume_backtest(Invocation& invocation, const VolumeArguments& given) {
  const auto settings = read_settings(invocation);
  if (!settings) return;
  const Result<void> done = backtest(invocation, *settings, given);
  if (!done.ok()) fail(invocation, done.error());
}

void volume_report(Invocation& invocation, const VolumeArguments& given) {
  const auto settings = read_settings(invocation);
  if (!settings) return;
  const Result<void> done = report(invocation, *settings, given);
  if (!done.ok()) fail(invocation, done.error());
}

}  // namespace dw
