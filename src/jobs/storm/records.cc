#include "jobs/storm/records.h"

#include <fmt/format.h>

#include "base/number.h"
#include "domain/words.h"

namespace dw {
namespace {

constexpr std::string_view group_prefix = "g-";

}  // namespace

std::string_view name_of(IncidentState state) {
  switch (state) {
    case IncidentState::seen:
      return "seen";
    case IncidentState::dismissed:
      return "dismissed";
    case IncidentState::open:
      return "open";
    case IncidentState::solved:
      return "solved";
    case IncidentState::dissolved:
      return "dissolved";
  }
  return "seen";
}

std::optional<IncidentState> incident_state_named(std::string_view name) {
  for (const IncidentState one :
       {IncidentState::seen, IncidentState::dismissed, IncidentState::open, IncidentState::solved,
        IncidentState::dissolved}) {
    if (name == name_of(one)) return one;
  }
  return std::nullopt;
}

std::string_view name_of(JoinedHow how) {
  switch (how) {
    case JoinedHow::seen:
      return "seen";
    case JoinedHow::matched:
      return "matched";
    case JoinedHow::person:
      return "person";
    case JoinedHow::desk:
      return "desk";
  }
  return "seen";
}

std::string_view name_of(HeardState state) {
  switch (state) {
    case HeardState::pending:
      return "pending";
    case HeardState::heard:
    case HeardState::copied:
      return "heard";
    case HeardState::refused:
      return "refused";
  }
  return "pending";
}

std::string group_name(int64_t group) {
  return fmt::format("g-{:06}", group);
}

std::optional<int64_t> group_named(std::string_view text) {
  if (!text.starts_with(group_prefix)) return std::nullopt;
  const std::optional<int64_t> number = number_in(text.substr(group_prefix.size()));
  if (!number || *number <= 0) return std::nullopt;
  return number;
}

bool is_shown(const IncidentWord& word) {
  return !word.is_name && may_be_shown(word.word.word);
}

std::string shown_words(const std::vector<IncidentWord>& words) {
  std::string out;
  for (const IncidentWord& one : words) {
    if (!is_shown(one)) continue;
    if (!out.empty()) out += ", ";
    out += one.word.word;
  }
  return out.empty() ? "the same thing" : out;
}

}  // namespace dw
