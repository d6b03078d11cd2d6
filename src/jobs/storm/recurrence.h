// An incident that came back: the last one about the same thing that was solved before.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/storm/records.h"
#include "ports/db.h"

namespace dw {

struct EarlierIncident {
  TicketId parent;
  std::string number;  ///< that its desk gives the parent
  TimePoint solved_at{};
};

/// Pure. Each has at least half of the other's weight of words. People's names are no thing.
bool is_same_thing(const std::vector<IncidentWord>& one, const std::vector<IncidentWord>& other);

/// From the end of the earlier one to the first ticket of this one; never below zero.
Millis time_between(const EarlierIncident& earlier, const Incident& incident);

namespace storm {

/// Of those that were solved when it was seen. Absent: it is the first that is known.
Result<std::optional<EarlierIncident>> earlier_of(ReadDb& db, const Incident& incident);

}  // namespace storm

}  // namespace dw
