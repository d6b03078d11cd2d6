// What the author of a message is told. Plain text with line feeds; the connector makes it its
// system's own.
#pragma once
#include <string>
#include <vector>

#include "config/sections.h"
#include "jobs/intake/parse.h"

namespace dw {

/// "Ticket #42 (high): VPN drops every ten minutes → queue high"
/// and, where a mail was pasted into the description, what was taken.
std::string reply_opened(const Ticket& ticket, bool has_pasted_mail);
/// Each problem in a line, then the message as it was understood with the faulty lines marked, or
/// the format where nothing was understood.
std::string reply_faulty(const Draft& draft, const std::vector<Fault>& faults,
                         const IntakeSettings& settings);
/// The format with an example.
std::string reply_format(const IntakeSettings& settings);

}  // namespace dw
