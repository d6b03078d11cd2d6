// /v1/tally: updates per agent, and the lines behind each number.
#include "domain/day.h"
#include "web/api/api.h"
#include "web/problem.h"

namespace dw {
namespace {

json::string text(const std::string& value) {
  return json::string(value.data(), value.size());
}

/// Those of [[tally]], and those that counted before and are configured no more.
json::array channels_of(std::vector<std::string> configured, const std::vector<std::string>& seen) {
  for (const std::string& channel : seen) {
    const bool is_known =
        std::find(configured.begin(), configured.end(), channel) != configured.end();
    if (!is_known) configured.push_back(channel);
  }
  json::array out;
  for (const std::string& channel : configured) out.push_back(text(channel));
  return out;
}

}  // namespace

void Api::add_tally(Routes& routes) {
  add(routes, "GET", "/v1/tally", &Api::tally);
  add(routes, "GET", "/v1/tally/updates", &Api::tally_updates);
}

TallyQuery Api::tally_query(const Request& request, std::vector<Problem>& problems) const {
  const auto time = [&](const char* name) -> std::optional<TimePoint> {
    const auto given = request.parameter(name);
    if (!given || given->empty()) return std::nullopt;
    const auto at = time_named(*given, parts_.clock.now(), parts_.shapes.timezone);
    if (!at) {
      problems.push_back({name, "must be a time, a day (2026-11-21), \"today\" or \"7d\""});
    }
    return at;
  };
  return {.since = time("since"),
          .until = time("until"),
          .channel = request.parameter("channel").value_or("")};
}

Task<Response> Api::tally(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const TallyQuery query = tally_query(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  const TimePoint now = parts_.clock.now();
  const TimePoint today = day_start(now, parts_.shapes.timezone);
  std::vector<TallyAgent> agents;
  std::vector<TallyBar> bars;
  std::vector<std::string> seen;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(agents, reader.tally(query));
    DW_TRY(bars, reader.tally_bars(today));
    DW_TRY(seen, reader.tally_channels());
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array shown, shown_bars;
  int64_t total = 0;
  for (const TallyAgent& agent : agents) {
    total += agent.updates;
    shown.push_back(shape_of(agent));
  }
  for (const TallyBar& bar : bars) shown_bars.push_back(shape_of(bar));
  json::object body{{"agents", std::move(shown)}, {"total", total}};
  body["channels"] = channels_of(parts_.shapes.tally_channels, seen);
  body["today"] = std::move(shown_bars);
  body["today_until"] = text(to_rfc3339(day_start(now, parts_.shapes.timezone, -1)));
  body["timezone"] = text(parts_.shapes.timezone);
  co_return json_answer(200, body);
}

Task<Response> Api::tally_updates(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const TallyQuery query = tally_query(request, problems);
  const PageRequest page = page_parameters(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  const std::string username = request.parameter("username").value_or("");
  Page<TallyRow> rows;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(rows, reader.tally_rows(query, username, page));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array items;
  for (const TallyRow& row : rows.items) items.push_back(shape_of(row));
  co_return json_answer(200, page_of(std::move(items), rows.next_cursor));
}

}  // namespace dw
