// Why something that a person wants of an incident can't be done, in words for them. Pure.
#pragma once
#include <string>

#include "domain/ticket.h"

namespace dw {

/// Of a ticket whose thread has the command "incident #50"; empty: it joins. `parent`: of the open
/// incident of that number; none: there is none. Whoever joins a ticket hears the incident's
/// answers: nobody from outside does.
std::string problem_of_join(const std::string& number, const Ticket& ticket, bool is_full_member,
                            TicketId parent);

}  // namespace dw
