#include "jobs/storm/refusals.h"

#include <fmt/format.h>

namespace dw {
std::string problem_of_join(const std::string& number, const Ticket& ticket, bool is_full_member,
                            TicketId parent) {
  if (!is_full_member) return "Only full members of this workspace add a ticket to an incident.";
  if (!parent) return fmt::format("There is no open incident #{}.", number);
  if (ticket.type == TicketType::problem) return "This ticket is an incident itself.";
  if (ticket.problem_id == parent) {
    return fmt::format("This ticket is part of incident #{} already.", number);
  }
  if (ticket.problem_id) return "This ticket is part of another incident: remove it there first.";
  return "";
}

}  // namespace dw
