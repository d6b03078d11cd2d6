// Agents link tickets to an incident's parent at the desk, and unlink them: the one adds a ticket
// to the incident, the other removes it. What the bridge hears of a ticket may be older than
// Deskwire's own update of it: the desk is asked once more, behind that update, and then it counts.
// Pure.
//   "bridge.answered"    how a ticket is at its desk
//   "storm.membership"   how it is now
#pragma once
#include <optional>
#include <string>

#include "base/json.h"
#include "jobs/storm/relaying.h"

namespace dw {

inline constexpr std::string_view storm_membership_kind = "storm.membership";
inline constexpr std::string_view storm_replies_kind = "storm.replies";

/// What is known of a ticket that the desk tells of.
struct MembershipView {
  std::optional<Ticket> ticket;
  std::optional<BridgeLink> link;
  std::optional<MemberRow> row;
  std::optional<Incident> of;      ///< the incident that it is part of, or was
  std::optional<Ticket> parent;    ///< of that one
  std::optional<Incident> linked;  ///< the one whose parent the desk names as its problem
  bool is_asking = false;          ///< what was said on it is about to be asked for
};

/// "bridge.answered"
Plan plan_link_news(const JsonView& answer, const MembershipView& view);
/// "storm.membership"
Plan plan_membership(const JsonView& answer, const MembershipView& view);
/// "storm.replies"
Plan plan_replies(const JsonView& answer, const MembershipView& view);

std::string replies_lane(TicketId ticket);

}  // namespace dw
