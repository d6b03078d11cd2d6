// What one incident does to its tickets, some at a time: links them, tells their threads, relays
// answers, solves them. A step plans what the states ask for and asks for the next one; each ticket
// has its own lanes, so none waits for another. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/storm/incident_rows.h"
#include "jobs/storm/parent_rows.h"
#include "ports/plan.h"

namespace dw {

/// Of the button "Not this one"; its value is the ticket.
inline constexpr std::string_view leave_action = "storm.leave";

/// It is time for a group's next step.
inline constexpr std::string_view storm_step_kind = "storm.step";
/// What the desk answered to a link, and chat or desk to an answer.
inline constexpr std::string_view storm_linked_kind = "storm.linked";
inline constexpr std::string_view storm_heard_kind = "storm.heard";

/// What the desk answered to whether it has solved a ticket with the parent: parent_copies.h
inline constexpr std::string_view storm_copied_kind = "storm.copied";
/// For the bridge: the thread of a ticket that is on its own again mentions who is on call.
inline constexpr std::string_view mention_kind = "bridge.mention";

/// How many tickets a step works on at most.
constexpr size_t step_tickets_max = 25;

/// What a step has to do; later kinds wait until the earlier ones are through. A ticket that its
/// desk has not opened yet is left out: the desk's answer asks for a step of its own.
struct StepWork {
  std::vector<IncidentMember> joining, leaving, ending, solving;
  std::vector<Unheard> unheard;
  std::vector<TicketId> replied;  ///< of the ending ones, and others
  bool is_unlinking = false;      ///< an outside desk has not unlinked all that leave
  ParentAtDesk parent;            ///< who solved it there, if anybody did
};

/// Asks for the next step.
Delivery next_step(const Incident& incident);

/// `parent`: of the incident, opened at its desk.
void plan_step(Plan& plan, const Incident& incident, const Ticket& parent, const StepWork& work,
               TimePoint now);

/// It is on its own again: unlinked, and its thread is told.
void plan_leave(Plan& plan, const IncidentMember& member, const Incident& incident,
                const Ticket& parent);

/// A ticket's change at its desk, in its lane.
Delivery at_desk(const Ticket& ticket, const std::optional<BridgeLink>& link, Payload payload);

/// "17 41 main": the answer, the ticket, and whether this is where its requester hears it: the
/// thread, or without one the desk.
struct HeardReference {
  int64_t answer = 0;
  TicketId ticket;
  bool is_main = false;
};

/// "3 41 leave": group, ticket, and which way.
struct LinkReference {
  int64_t group = 0;
  TicketId ticket;
  bool is_leaving = false;
};
std::string encode_link(const LinkReference& reference);
LinkReference decode_link(std::string_view text);

std::string encode_heard(const HeardReference& reference);
HeardReference decode_heard(std::string_view text);

}  // namespace dw
