// How a channel is told of a ticket: a line, and buttons to take it and to open it.
#pragma once
#include <string>
#include <string_view>

#include "domain/payload.h"
#include "domain/ticket.h"

namespace dw {

/// The action of the button "Take it"; its value is the ticket's number.
inline constexpr std::string_view take_action = "ticket.take";

/// "Ticket #17 (high): Door" with both buttons.
ChatPost announcement(const Ticket& ticket, const std::string& channel,
                      const std::string& public_url);
/// The same message, written anew: who has it, and the button to open it alone.
ChatPost announcement_taken(const Ticket& ticket, const std::string& channel,
                            const std::string& message, const std::string& name,
                            const std::string& public_url);

}  // namespace dw
