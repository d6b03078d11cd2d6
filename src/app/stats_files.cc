#include "app/stats_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text_file.h"
#include "jobs/tally/formats.h"
#include "jobs/tally/rows.h"

namespace dw {
namespace {

/// Often enough for the older chart, which looks once a second.
constexpr Millis written_every{500};
constexpr Millis look_anyway{10'000};
constexpr size_t names_bytes_max = 200;
constexpr int64_t count_max = 1'000'000'000;

/// The counts of several channels with opening balances, one entry per agent.
Result<std::vector<TallyAgent>> counts_of(ReadDb& db, const std::vector<std::string>& channels) {
  std::map<std::string, TallyAgent> agents;
  for (const std::string& channel : channels) {
    DW_TRY(const std::vector<TallyAgent> found, tally::agents(db, {.channel = channel}));
    for (const TallyAgent& one : found) {
      const auto [entry, is_new] = agents.emplace(one.username, one);
      if (is_new) continue;
      entry->second.updates += one.updates;
      entry->second.first_at = std::min(entry->second.first_at, one.first_at);
    }
  }
  DW_TRY(const std::vector<TallyAgent> all, tally::agents(db, {}));
  for (const TallyAgent& one : all) {
    if (one.opening == 0) continue;
    TallyAgent opening = one;
    opening.updates = 0;
    opening.first_at = TimePoint{};  // an opening balance was there first
    TallyAgent& agent = agents.emplace(one.username, opening).first->second;
    agent.first_at = TimePoint{};
    agent.updates += one.opening;
  }
  std::vector<TallyAgent> out;
  for (auto& [username, agent] : agents) out.push_back(std::move(agent));
  return out;
}

}  // namespace

StatsFiles::StatsFiles(Loop& loop, Clock& clock, Store& store,
                       const std::vector<TallySettings>& settings)
    : loop_(loop), clock_(clock), store_(store), changed_(loop, clock) {
  for (const TallySettings& one : settings) {
    if (!one.stats_file.empty()) channels_[one.stats_file].push_back(one.channel);
  }
}

void StatsFiles::notify() {
  if (!channels_.empty()) changed_.notify();
}

void StatsFiles::stop() {
  is_stopping_ = true;
  changed_.notify();
}

Task<void> StatsFiles::write_until_stopped() {
  while (!is_stopping_ && !channels_.empty()) {
    co_await write_all();
    AsyncEvent pause(loop_, clock_);
    co_await pause.wait(clock_.monotonic() + written_every);
    if (!is_stopping_) co_await changed_.wait(clock_.monotonic() + look_anyway);
  }
  if (!channels_.empty()) co_await write_all();
}

Task<void> StatsFiles::write_all() {
  std::map<std::string, std::string> texts;
  auto work = [&](ReadDb& db) -> Result<void> {
    texts.clear();
    for (const auto& [file, channels] : channels_) {
      DW_TRY(std::vector<TallyAgent> agents, counts_of(db, channels));
      texts[file] = to_text(stats_of(std::move(agents)));
    }
    return {};
  };
  const Result<void> read = co_await store_.read(work);
  if (!read.ok()) co_return;  // the store says so itself; the next look mends it
  for (const auto& [file, text] : texts) {
    if (written_[file] == text) continue;
    if (const Result<void> done = write_whole(file, text); done.ok()) {
      written_[file] = text;
    } else {
      log_error("tally", done.error().text());
    }
  }
}

json::object stats_of(std::vector<TallyAgent> agents) {
  std::stable_sort(agents.begin(), agents.end(), [](const TallyAgent& a, const TallyAgent& b) {
    return a.first_at < b.first_at;
  });
  json::object out;
  for (const TallyAgent& one : agents) out[stats_key(one.name, one.username)] = one.updates;
  return out;
}

Result<std::vector<TallyBalance>> balances_in(std::string_view text) {
  const auto wrong = [](const std::string& what) {
    return Error{ErrorKind::invalid, "stats file",
                 what + " (an object such as {\"Jon S\\njxsrcc\": 4} or {\"jxsrcc\": 4})"};
  };
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return wrong("is not valid JSON");
  if (!parsed->is_object()) return wrong("is not a JSON object");
  std::map<std::string, TallyBalance> balances;  // a change of name had split one in two
  for (const auto& member : parsed->get_object()) {
    const std::string key(member.key());
    const json::value& count = member.value();
    const bool is_count =
        count.is_int64() && count.get_int64() >= 0 && count.get_int64() <= count_max;
    if (!is_count) return wrong(fmt::format("the count of \"{}\" is not a whole number", key));
    const size_t line = key.rfind('\n');
    TallyBalance one{.username = line == std::string::npos ? key : key.substr(line + 1),
                     .name = line == std::string::npos ? key : key.substr(0, line),
                     .updates = count.get_int64()};
    if (one.username.empty() || key.size() > names_bytes_max) return wrong("a name is too long");
    TallyBalance& known = balances.emplace(one.username, one).first->second;
    known.updates = known.name == one.name ? one.updates : known.updates + one.updates;
    known.name = one.name;
  }
  std::vector<TallyBalance> out;
  for (auto& [username, balance] : balances) out.push_back(std::move(balance));
  return out;
}

}  // namespace dw
