// What the store knows of the incident that an event is about.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "domain/event.h"
#include "jobs/storm/member_links.h"
#include "jobs/storm/relaying.h"

namespace dw {

inline constexpr std::string_view storm_open_kind = "storm.open";
/// A group is to be made one incident without asking.
inline constexpr std::string_view storm_auto_kind = "storm.auto";
/// Somebody wrote in a ticket's thread that it is part of an incident.
inline constexpr std::string_view storm_join_kind = "storm.join";
inline constexpr std::string_view storm_answer_kind = "storm.answer";
inline constexpr std::string_view storm_tickets_kind = "storm.tickets";
inline constexpr std::string_view storm_close_kind = "storm.close";
inline constexpr std::string_view storm_dissolve_kind = "storm.dissolve";
inline constexpr std::string_view storm_opened_kind = "storm.opened";
inline constexpr std::string_view storm_person_kind = "storm.person";

/// An outside desk has changed a ticket.
inline constexpr std::string_view changed_kind = "desk.changed";
/// The bridge has asked an outside desk how one of its tickets is.
inline constexpr std::string_view desk_ticket_kind = "bridge.answered";
bool is_desk_ticket(const Event& event);

/// An outside desk has opened a ticket for the intake, or (with the kind above) for the bridge.
inline constexpr std::string_view intake_opened_kind = "intake.opened";
bool is_opened_at_desk(const Event& event);

/// A ticket that a request names, and the group that it is in.
struct NamedTicket {
  Ticket ticket;
  std::optional<Incident> incident;
};

struct IncidentView {
  std::optional<Incident> incident;
  std::optional<Ticket> parent;
  TicketId fresh_ticket;                 ///< the number that a new parent gets
  std::vector<IncidentTicket> tickets;   ///< the first of the group
  bool is_mostly_outside = false;        ///< most of them are at Zendesk
  std::map<int64_t, NamedTicket> named;  ///< by id; one that is not there is absent
  std::vector<IncidentAnswer> answers;   ///< so far; read where a message was edited
  std::optional<Delivery> twin;  ///< what the other event of the same message in the chat asked
  StepWork work;
  bool is_asking = false;           ///< the parent's updates are about to be asked for
  std::optional<MemberRow> member;  ///< of the ticket that an answer of its desk is about
  MembershipView membership;
};

/// Nothing is locked before the event is known to be about an incident.
Result<IncidentView> read_incident(const Event& event, ReadDb& db);

}  // namespace dw
