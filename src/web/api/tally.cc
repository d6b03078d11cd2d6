// /v1/tally: updates per agent, and the lines behind each number.
#include "domain/day.h"
#include "jobs/tally/rows.h"
#include "records/audit.h"
#include "records/channel_names.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/tally_shapes.h"

namespace dw {
namespace {

/// Those of [[tally]], and those that counted before and are configured no more.
std::vector<std::string> channels_of(std::vector<std::string> configured,
                                     const std::vector<std::string>& seen) {
  for (const std::string& channel : seen) {
    const bool is_known =
        std::find(configured.begin(), configured.end(), channel) != configured.end();
    if (!is_known) configured.push_back(channel);
  }
  return configured;
}

/// As long as what is asked for, whole days earlier: a morning is compared with a morning.
std::optional<TallyQuery> period_before(const TallyQuery& query, TimePoint now) {
  const TimePoint until = std::min(query.until.value_or(now), now);
  if (!query.since || until <= *query.since) return std::nullopt;
  const Millis days =
      std::chrono::ceil<std::chrono::duration<int64_t, std::ratio<86'400>>>(until - *query.since);
  return TallyQuery{.since = *query.since - days, .until = until - days, .channel = query.channel};
}

}  // namespace

void Operations::add_tally() {
  add_own("getTally", &Operations::tally);
  add_own("listTallyUpdates", &Operations::tally_updates);
  add_own("importTally", &Operations::import_tally);
}

TallyQuery Operations::tally_query(const Request& request, std::vector<Problem>& problems) const {
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

Task<ApiAnswer> Operations::tally(Call& call) {
  std::vector<Problem> problems;
  const TallyQuery query = tally_query(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  const TimePoint now = parts_.clock.now();
  const TimePoint today = day_start(now, parts_.shapes.timezone);
  ShownTally shown;
  std::vector<std::string> seen;
  channel_names::Names names;
  const std::optional<TallyQuery> before = period_before(query, now);
  if (before) shown.before_since = before->since;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(shown.agents, tally::agents(db, query));
    if (before) {
      DW_TRY(shown.before, tally::agents(db, *before));
    }
    DW_TRY(shown.today, tally::bars(db, today));
    DW_TRY(seen, tally::channels(db));
    DW_TRY(names, channel_names::get(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  shown.channels = channels_of(parts_.shapes.tally_channels, seen);
  for (const std::string& channel : shown.channels) {
    const auto name = names.find(channel);
    if (name != names.end()) shown.channel_names.push_back({channel, name->second});
  }
  shown.today_until = day_start(now, parts_.shapes.timezone, -1);
  shown.timezone = parts_.shapes.timezone;
  co_return shape_of(shown);
}

Task<ApiAnswer> Operations::tally_updates(Call& call) {
  std::vector<Problem> problems;
  const TallyQuery query = tally_query(call.request, problems);
  const PageRequest page = page_parameters(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  const std::string username = call.request.parameter("username").value_or("");
  Page<TallyRow> rows;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(rows, tally::rows(db, query, username, page));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(rows, parts_.shapes);
}

Task<ApiAnswer> Operations::import_tally(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  const std::string file = view["file"].required_text();
  std::vector<TallyBalance> balances;
  ImportedTally imported;
  for (const JsonView& one : view["agents"].elements()) {
    balances.push_back({one["username"].text().value_or(""), one["name"].text().value_or(""),
                        one["updates"].integer().value_or(0)});
    ++imported.agents;
    imported.updates += balances.back().updates;
  }
  auto work = [&](Db& db) -> Result<void> {
    const TimePoint now = parts_.clock.now();
    DW_CHECK(tally::set_balances(db, balances, now));
    return audit::add(db, {now, call.caller.name, "tally.import", file});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(imported);
}

}  // namespace dw
