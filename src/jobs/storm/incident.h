// One incident: a group with a parent ticket. What people and desks do to it is written down as
// states; relaying.h does the rest.
//   "storm.open"      {"group":"g-000003","by":"ana"} or
//   {"tickets":[41,42],"title":"VPN","by":"ana"} "storm.answer"    {"incident":50,"body":"The
//   gateway is back.","by":"ana"} "storm.tickets"
//   {"incident":50,"add":[43],"remove":[41],"by":"ana"} "storm.close" {"incident":50,"answer":"It
//   is fixed.","by":"ana"}; "answer" may be absent "storm.dissolve"  {"incident":50,"by":"ana"}
//   "desk.comment", "desk.update"   of the parent, through the API or the board
//   "storm.opened"    the desk has the parent
//   "storm.step", "storm.linked", "storm.heard"   relaying.h
//   "storm.auto"      a group is made one without asking
//   "storm.join"      thread_command.h: a ticket joins; "storm.person" says by whose word
//   "intake.opened", "bridge.answered"   a desk has opened a ticket
//   "chat.action"     the buttons "Make it one incident" and "Not this one"
//   "chat.message"    commands and talk in the announcement's thread; "storm.person" says who
//   wrote it
#pragma once
#include <string>

#include "jobs/storm/incident_view.h"
#include "ports/plan.h"

namespace dw {

namespace incidents {

bool takes(std::string_view kind);
/// `zone`: of the times in an announcement.
Plan plan(const Event& event, const IncidentView& view, const std::string& zone);

}  // namespace incidents

}  // namespace dw
