#include "jobs/volume/backtest.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/volume/count_files.h"

namespace dw {
namespace {

template <class A, class B>
bool is_touching(const A& a, const B& b) {
  return a.from <= b.to && b.from <= a.to;
}

double ratio(size_t part, size_t whole) {
  return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Score score(const std::vector<VolumeAlert>& incidents, const std::vector<LabelledSpan>& labels) {
  Score out;
  out.labels = labels.size();
  out.incidents = incidents.size();
  double delay = 0;
  for (const LabelledSpan& label : labels) {
    std::optional<TimePoint> first;
    for (const VolumeAlert& incident : incidents) {
      if (!is_touching(incident, label)) continue;
      const TimePoint from = std::max(incident.from, label.from);
      first = std::min(first.value_or(from), from);
    }
    if (!first) continue;
    ++out.found;
    delay += std::chrono::duration<double, std::ratio<3600>>(*first - label.from).count();
  }
  for (const VolumeAlert& incident : incidents) {
    const bool is_right = std::any_of(labels.begin(), labels.end(), [&](const LabelledSpan& label) {
      return is_touching(incident, label);
    });
    out.right += is_right ? 1 : 0;
  }
  out.precision = ratio(out.right, out.incidents);
  out.recall = ratio(out.found, out.labels);
  const double sum = out.precision + out.recall;
  out.f1 = sum > 0 ? 2 * out.precision * out.recall / sum : 0;
  out.delay_hours = out.found > 0 ? delay / static_cast<double>(out.found) : 0;
  return out;
}

FeedbackScore score_feedback(const std::vector<VolumeAlert>& incidents,
                             const std::vector<VolumeAlert>& judged) {
  FeedbackScore out;
  for (const VolumeAlert& past : judged) {
    if (past.feedback.empty()) continue;
    const bool is_raised =
        std::any_of(incidents.begin(), incidents.end(),
                    [&](const VolumeAlert& one) { return is_touching(one, past); });
    if (past.feedback == "real") {
      ++out.real;
      out.real_found += is_raised ? 1 : 0;
    } else {
      ++out.false_alarms;
      out.false_alarms_raised += is_raised ? 1 : 0;
    }
  }
  return out;
}

Result<std::vector<LabelledSpan>> read_labels(std::string_view csv) {
  std::vector<LabelledSpan> out;
  int number = 0;
  bool has_two = false;
  for (const std::string_view raw : split(csv, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty()) continue;
    const std::vector<std::string_view> cells = split(line, ',');
    if (number == 1) {
      has_two = cells.size() > 1 && to_lower(trim(cells[0])) == "from";
      const std::string first = to_lower(trim(cells[0]));
      if (first == "timestamp" || first == "from") continue;
      return Error{ErrorKind::invalid, "line 1",
                   "the heading of labels is `timestamp` or `from,to`"};
    }
    const auto from = read_instant(trim(cells[0]));
    const auto to = has_two && cells.size() > 1 ? read_instant(trim(cells[1])) : from;
    if (!from || !to || *to < *from) {
      return Error{ErrorKind::invalid, fmt::format("line {}", number),
                   "is no time, or ends before it begins (2026-11-21T15:00:00Z)"};
    }
    out.push_back({hour_of(*from), hour_of(*to)});
  }
  return out;
}

}  // namespace dw
