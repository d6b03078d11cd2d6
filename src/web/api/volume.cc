// /v1/volume: hours with their band, incidents, another sensitivity tried on the spot, and what
// people say of an incident.
#include <fmt/format.h>

#include "base/number.h"
#include "jobs/volume/rows.h"
#include "records/audit.h"
#include "web/api/operations.h"
#include "web/volume_shapes.h"

namespace dw {
namespace {

constexpr size_t hours_per_commit = 1000;
constexpr std::chrono::hours span_default{7 * 24}, span_max{92 * 24};

/// What is asked for: a span, and perhaps another rule than the one that is configured.
struct VolumeQuery {
  TimePoint since{}, until{};
  DetectorConfig judging;
  bool is_trial = false;
};

std::optional<double> real_parameter(const Request& request, std::string_view name, double low,
                                     double high, std::vector<Problem>& problems) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  const auto value = number_in<double>(*text);
  if (value && *value > low && *value <= high) return value;
  problems.push_back(
      {std::string(name), fmt::format("must be above {} and at most {}", low, high)});
  return std::nullopt;
}

VolumeQuery query_of(const Request& request, const DetectorConfig& configured, TimePoint now,
                     std::vector<Problem>& problems) {
  VolumeQuery out{.judging = configured};
  out.until = time_parameter(request, "until", problems).value_or(now);
  out.since = time_parameter(request, "since", problems).value_or(out.until - span_default);
  if (out.since > out.until || out.until - out.since > span_max) {
    problems.push_back({"since", "must be before `until`, by at most 92 days"});
  }
  if (const auto value = real_parameter(request, "sensitivity", 0, 0.1, problems)) {
    out.judging.sensitivity = *value;
    out.is_trial = true;
  }
  if (const auto value = real_parameter(request, "threshold", 0, 1000, problems)) {
    out.judging.threshold = *value;
    out.is_trial = true;
  }
  if (const auto method = request.parameter("method")) {
    if (*method != "seasonal" && *method != "mean") {
      problems.push_back({"method", "must be seasonal or mean"});
    }
    out.judging.method = *method == "mean" ? VolumeMethod::mean : VolumeMethod::seasonal;
    out.is_trial = true;
  }
  out.until = std::min(out.until, now);
  return out;
}

/// Replays what is stored; on the store's reading thread, so that the loop goes on meanwhile.
Result<ShownVolume> read_volume(ReadDb& db, const VolumeQuery& query) {
  DW_TRY(const std::vector<HourCount> hours,
         volume::hours(db, query.since - 2 * query.judging.history, query.until));
  DetectorConfig judging = query.judging;
  DW_TRY(judging.feedback, volume::feedback(db));
  const Replay seen = replay(hours, judging);
  ShownVolume out{.judging = judging,
                  .is_trial = query.is_trial,
                  .hours = {},
                  .incidents = {},
                  .thresholds = moved_thresholds(judging)};
  for (const ScoredHour& one : seen.hours) {
    if (one.hour >= query.since) out.hours.push_back(shown_hour(one, judging));
  }
  if (query.is_trial) {
    for (const VolumeAlert& one : seen.incidents) {
      if (one.to >= query.since) out.incidents.push_back(one);
    }
  } else {
    DW_TRY(const std::vector<VolumeAlert> known, volume::incidents(db, query.since));
    for (const VolumeAlert& one : known) {
      if (one.from < query.until) out.incidents.push_back(one);
    }
  }
  return out;
}

/// errors  invalid: an hour that is no time or in the future, or a count that is none
Result<std::vector<HourCount>> hours_in(const JsonView& list, TimePoint now) {
  std::vector<HourCount> out;
  for (const JsonView& one : list.elements()) {
    const auto hour = from_rfc3339(one["hour"].text().value_or(""));
    const auto count = one["count"].integer();
    if (!hour || !count)
      return Error{ErrorKind::invalid, one.path(), "is not an hour with its count"};
    if (*hour > now) {
      return Error{ErrorKind::invalid, one.path(),
                   fmt::format("{} is in the future", to_rfc3339(*hour))};
    }
    out.push_back({*hour, *count});
  }
  if (out.empty()) return Error{ErrorKind::invalid, "hours", "there are none"};
  return out;
}

}  // namespace

void Operations::add_volume() {
  add_own("getVolume", &Operations::show_volume);
  add_own("judgeIncident", &Operations::score_alert);
  add_own("importVolume", &Operations::import_volume);
}

Task<ApiAnswer> Operations::show_volume(Call& call) {
  std::vector<Problem> problems;
  const VolumeQuery query = query_of(call.request, parts_.volume, parts_.clock.now(), problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  ShownVolume shown;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(shown, read_volume(db, query));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(shown);
}

Task<ApiAnswer> Operations::score_alert(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  const auto id = number_of(call.name());
  if (!id) co_return Error{ErrorKind::missing, "", "there is no such incident"};
  std::vector<Problem> problems;
  const std::string verdict = JsonView(body, problems)["verdict"].text().value_or("");
  if (verdict != "real" && verdict != "false_alarm" && !verdict.empty()) {
    problems.push_back({"verdict", "must be \"real\", \"false_alarm\" or null"});
  }
  if (!problems.empty()) {
    Error error{ErrorKind::invalid, "feedback", "is not one of the verdicts"};
    error.problems = std::move(problems);
    co_return error;
  }
  json::object shape;
  auto work = [&](Db& db) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(volume::set_feedback(db, *id, verdict, call.caller.name, now));
    DW_CHECK(audit::add(db, {now, call.caller.name, "volume.feedback", std::to_string(*id)}));
    DW_TRY(const std::optional<VolumeAlert> one, volume::incident(db, *id));
    if (one) shape = shape_of(*one);
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape;
}

/// Years of hours are written in pieces: a daemon beside us writes to the same store.
Task<ApiAnswer> Operations::import_volume(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  const std::string file = view["file"].required_text();
  DW_CO_TRY(const std::vector<HourCount> counts, hours_in(view["hours"], parts_.clock.now()));
  for (size_t first = 0; first < counts.size(); first += hours_per_commit) {
    const size_t last = std::min(first + hours_per_commit, counts.size());
    const std::vector<HourCount> piece(counts.begin() + static_cast<ptrdiff_t>(first),
                                       counts.begin() + static_cast<ptrdiff_t>(last));
    auto work = [&](Db& db) -> Result<void> {
      const TimePoint now = parts_.clock.now();
      DW_CHECK(volume::set_hours(db, piece, now));
      if (first > 0) return {};
      return audit::add(db, {now, call.caller.name, "volume.import", file});
    };
    DW_CO_CHECK(co_await parts_.store.write(work));
  }
  co_return shape_of(
      ImportedVolume{static_cast<int64_t>(counts.size()), counts.front().hour, counts.back().hour});
}

}  // namespace dw
