// Groups of tickets as the API and the live stream show them.
#pragma once
#include "jobs/storm/incident_rows.h"
#include "jobs/storm/matching.h"
#include "jobs/storm/records.h"
#include "jobs/storm/recurrence.h"
#include "ports/live_topic.h"

namespace dw {

/// A group with the first of its tickets.
struct ShownIncident {
  Incident incident;
  std::vector<IncidentTicket> tickets;   ///< the first ten
  int64_t replied = 0;                   ///< requesters, since the last answer
  std::optional<EarlierIncident> again;  ///< it came back
};

/// Something that happened to an incident.
struct IncidentMoment {
  TimePoint at{};
  std::string what, who;  ///< "answered", "ana"; nobody, where Deskwire did it
};

/// With all that its page shows.
struct WholeIncident {
  ShownIncident shown;
  std::vector<JoinedTicket> tickets;
  std::vector<IncidentAnswer> answers;
  std::vector<MaybeTicket> maybe;
  std::vector<IncidentMoment> timeline;
};

constexpr size_t incident_tickets_shown = 10;

const Shape<IncidentTicket>& shape_for(const IncidentTicket*);
const Shape<IncidentWord>& shape_for(const IncidentWord*);
const Shape<EarlierIncident>& shape_for(const EarlierIncident*);
const Shape<ShownIncident>& shape_for(const ShownIncident*);
const Shape<JoinedTicket::Heard>& shape_for(const JoinedTicket::Heard*);
const Shape<JoinedTicket>& shape_for(const JoinedTicket*);
const Shape<IncidentAnswer>& shape_for(const IncidentAnswer*);
const Shape<MaybeTicket>& shape_for(const MaybeTicket*);
const Shape<IncidentMoment>& shape_for(const IncidentMoment*);
const Shape<WholeIncident>& shape_for(const WholeIncident*);

/// errors  of the store
Result<ShownIncident> show_incident(ReadDb& db, Incident incident);
Result<WholeIncident> show_whole(ReadDb& db, Incident incident);

LiveTopic incident_topic();

}  // namespace dw
