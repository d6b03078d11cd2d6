// Groups of tickets as the API and the live stream show them.
#pragma once
#include "jobs/storm/records.h"
#include "ports/live_topic.h"

namespace dw {

/// A group with the first of its tickets.
struct ShownIncident {
  Incident incident;
  std::vector<IncidentTicket> tickets;  ///< the first ten
};

constexpr size_t incident_tickets_shown = 10;

const Shape<IncidentTicket>& shape_for(const IncidentTicket*);
const Shape<IncidentWord>& shape_for(const IncidentWord*);
const Shape<ShownIncident>& shape_for(const ShownIncident*);

LiveTopic incident_topic();

}  // namespace dw
