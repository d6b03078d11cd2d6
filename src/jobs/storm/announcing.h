// How a channel is asked about a group: a line that names words and numbers, never a person, and a
// button. Pure.
#pragma once
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "jobs/storm/records.h"

namespace dw {

/// Of the button "Make it one incident"; its value is one of the group's tickets, as of the next.
inline constexpr std::string_view open_action = "storm.open";
/// Of the button "Not an incident".
inline constexpr std::string_view dismiss_action = "storm.dismiss";
/// What Slack answered to an announcement, and to its later words.
inline constexpr std::string_view storm_announced_kind = "storm.announced";
inline constexpr std::string_view storm_rewritten_kind = "storm.rewritten";

struct Announcement {
  const Incident& incident;
  const std::vector<IncidentTicket>& tickets;  ///< the first ten
  std::string channel;
  std::string timezone;
};

/// Its first words, or (`incident.message`) its words anew. `end`: what was decided, in place of
/// the button; empty: nothing yet.
Delivery announce(const Announcement& what, const std::string& end = "");

/// What stands under an announcement once somebody decided; empty: nobody has.
std::string decision_of(const Incident& incident);

}  // namespace dw
