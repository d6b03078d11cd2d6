// /v1/volume: hours with their band, incidents, another sensitivity tried on the spot, and what
// people say of an incident.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "jobs/volume/telling.h"
#include "web/api/api.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr std::chrono::hours span_default{7 * 24}, span_max{92 * 24};

/// What is asked for: a span, and perhaps another rule than the one that is configured.
struct VolumeQuery {
  TimePoint since{}, until{};
  Judging judging;
  bool is_trial = false;
};

std::optional<double> real_parameter(const Request& request, std::string_view name, double low,
                                     double high, std::vector<Problem>& problems) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool is_number = failed == std::errc{} && end == text->data() + text->size();
  if (is_number && value > low && value <= high) return value;
  problems.push_back(
      {std::string(name), fmt::format("must be above {} and at most {}", low, high)});
  return std::nullopt;
}

VolumeQuery query_of(const Request& request, const Judging& configured, TimePoint now,
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
  return out;
}

json::object hour_shape(const JudgedHour& one, const Judging& judging) {
  const Band band = band_of(one, judging);
  json::value probability = nullptr;
  if (judging.method == VolumeMethod::seasonal) probability = tail_of(one);
  return {{"hour", to_rfc3339(one.hour)},
          {"count", one.count},
          {"expected", std::round(one.law.mean * 100) / 100},
          {"low", band.low},
          {"high", band.high},
          {"probability", std::move(probability)},
          {"is_spike", one.mark == Mark::spike},
          {"is_drop", one.mark == Mark::drop},
          {"basis", json::string(name_of(static_cast<Basis>(one.basis)))}};
}

/// Replays what is stored; on the store's reading thread, so that the loop goes on meanwhile.
Result<json::object> volume_shape(Reader& reader, const VolumeQuery& query) {
  DW_TRY(const std::vector<HourCount> hours,
         reader.volume_hours(query.since - 2 * query.judging.history, query.until));
  const Replay seen = replay(hours, query.judging);
  json::array items, incidents;
  for (const JudgedHour& one : seen.hours) {
    if (one.hour >= query.since) items.push_back(hour_shape(one, query.judging));
  }
  if (query.is_trial) {
    for (const VolumeIncident& one : seen.incidents) {
      if (one.to >= query.since) incidents.push_back(incident_shape(one));
    }
  } else {
    DW_TRY(const std::vector<VolumeIncident> known, reader.incidents(query.since));
    for (const VolumeIncident& one : known) {
      if (one.from < query.until) incidents.push_back(incident_shape(one));
    }
  }
  const bool is_mean = query.judging.method == VolumeMethod::mean;
  return json::object{{"method", is_mean ? "mean" : "seasonal"},
                      {"sensitivity", query.judging.sensitivity},
                      {"threshold", query.judging.threshold},
                      {"timezone", query.judging.timezone},
                      {"is_trial", query.is_trial},
                      {"hours", std::move(items)},
                      {"incidents", std::move(incidents)}};
}

}  // namespace

void Api::add_volume(Routes& routes) {
  add(routes, "GET", "/v1/volume", &Api::show_volume);
  add(routes, "POST", "/v1/volume/incidents/{}/feedback", &Api::judge_incident);
}

Task<Response> Api::show_volume(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const VolumeQuery query = query_of(request, parts_.volume, parts_.clock.now(), problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  json::object shape;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(shape, volume_shape(reader, query));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  co_return json_answer(200, shape);
}

Task<Response> Api::judge_incident(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  const Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  const auto id = number_of(request.path_parameters.at(0));
  if (!id) co_return problem(404, "there is no such incident");
  std::vector<Problem> problems;
  const std::string verdict = JsonView(*body, problems)["verdict"].text().value_or("");
  if (verdict != "real" && verdict != "false_alarm" && !verdict.empty()) {
    problems.push_back({"verdict", "must be \"real\", \"false_alarm\" or null"});
  }
  if (!problems.empty()) {
    Error error{ErrorKind::invalid, "feedback", "is not one of the verdicts"};
    error.problems = std::move(problems);
    co_return problem(error);
  }
  json::object shape;
  auto work = [&](Journal& journal) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(journal.keep_feedback(*id, verdict, caller->name, now));
    DW_CHECK(journal.add_audit({now, caller->name, "volume.feedback", std::to_string(*id)}));
    DW_TRY(const std::optional<VolumeIncident> one, journal.incident(*id));
    if (one) shape = incident_shape(*one);
    return {};
  };
  const Result<void> written = co_await parts_.store.write(work);
  if (!written.ok()) co_return problem(written.error());
  co_return json_answer(200, shape);
}

}  // namespace dw
