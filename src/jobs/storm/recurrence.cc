#include "jobs/storm/recurrence.h"

#include <algorithm>

#include "base/json.h"
#include "jobs/storm/rows.h"
#include "sql/storm.h"

namespace dw {
namespace {

/// Their own words alone, in order.
std::vector<IncidentWord> without_names(const std::vector<IncidentWord>& words) {
  std::vector<IncidentWord> out;
  std::copy_if(words.begin(), words.end(), std::back_inserter(out), is_shown);
  return out;
}

double share_of(const std::vector<IncidentWord>& words, const std::vector<IncidentWord>& other) {
  std::vector<StormWord> weights;
  std::vector<std::string> names;
  for (const IncidentWord& one : words) weights.push_back(one.word);
  for (const IncidentWord& one : other) names.push_back(one.word.word);
  std::sort(names.begin(), names.end());
  return match(weights, names);
}

}  // namespace

bool is_same_thing(const std::vector<IncidentWord>& one, const std::vector<IncidentWord>& other) {
  const std::vector<IncidentWord> a = without_names(one), b = without_names(other);
  if (a.empty() || b.empty()) return false;
  return share_of(a, b) >= match_min && share_of(b, a) >= match_min;
}

Millis time_between(const EarlierIncident& earlier, const Incident& incident) {
  return std::max(Millis(0), incident.since - earlier.solved_at);
}

Result<std::optional<EarlierIncident>> storm::earlier_of(ReadDb& db, const Incident& incident) {
  std::optional<EarlierIncident> found;
  if (incident.words.empty()) return found;
  const auto look = [&](const Row& row) {
    namespace col = columns::solved_storm;
    if (found) return;
    const Result<json::value> words = parse_json(row.text(col::words));
    if (!words.ok() || !is_same_thing(storm::decode_words(*words), incident.words)) return;
    found = {.parent = {row.integer(col::parent)},
             .number = std::string(row.text(col::number)),
             .solved_at = row.time(col::ended_at)};
  };
  DW_CHECK(db.run(stmt::storms_solved_before, {incident.group, incident.seen_at}, look));
  return found;
}

}  // namespace dw
