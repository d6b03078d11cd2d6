// What happens to an incident at its outside desk: what agents do to its parent and link to it, and
// what the desk does behind that. Pure.
//   "desk.changed", "storm.updates"          parent_updates.h
//   "storm.copied"                           parent_copies.h
//   "bridge.answered", "storm.membership", "storm.replies"   member_links.h
#pragma once
#include <string>
#include <string_view>

#include "jobs/storm/incident_view.h"
#include "ports/plan.h"

namespace dw::desk_side {

bool takes(std::string_view kind);
/// `zone`: of the times in an announcement.
Plan plan(const Event& event, const IncidentView& view, const std::string& zone);

}  // namespace dw::desk_side
