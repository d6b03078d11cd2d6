// What is kept of a group of tickets that are about the same thing. Plain structs.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "jobs/storm/grouping.h"

namespace dw {

enum class IncidentState {
  seen,       ///< a group that nobody has decided on
  dismissed,  ///< a person said that it is no incident
};

std::string_view name_of(IncidentState state);
std::optional<IncidentState> incident_state_named(std::string_view name);

/// One of a group's words. People's names group tickets, and are never shown.
struct IncidentWord {
  StormWord word;
  bool is_name = false;
};

struct Incident {
  int64_t group = 0;  ///< "g-000003"
  IncidentState state = IncidentState::seen;
  std::vector<IncidentWord> words;  ///< the heaviest first, of the time when it was largest
  int64_t largest = 0;              ///< tickets of the window then
  int64_t tickets = 0, requesters = 0;
  TimePoint since{};    ///< when the first of them was written
  TimePoint seen_at{};  ///< when it was seen, or again after it had doubled
  TimePoint updated_at{};
  std::string channel, message;   ///< of its announcement; empty: there is none, or not yet
  int64_t announced = 0;          ///< tickets that the announcement names or counts
  int64_t dismissed_tickets = 0;  ///< how many it had when a person dismissed it; 0: never
};

/// A ticket of a group.
struct IncidentTicket {
  TicketId ticket;
  std::string number;  ///< that its desk gives it
};

/// "g-000003"
std::string group_name(int64_t group);
std::optional<int64_t> group_named(std::string_view text);

/// Neither a person's name nor something that a customer wrote to be more than a word: a tag can be
/// an address, a link or "<!channel>".
bool is_shown(const IncidentWord& word);

/// The words that may be shown, "vpn, 619"; "the same thing" where none may be.
std::string shown_words(const std::vector<IncidentWord>& words);

}  // namespace dw
