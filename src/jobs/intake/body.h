// The message body that consumers of a queue read.
#pragma once
#include <string>

#include "base/clock.h"
#include "domain/ticket.h"

namespace dw {

/// The JSON of the spec (version 1), or `mustache` with the same fields: queue_body_names() of
/// config/template_text.h. Nothing is escaped in a template; title_json and its kin are the same as
/// JSON strings with their quotes.
std::string render_body(const std::string& mustache, const Ticket& ticket, TimePoint received_at,
                        const std::string& public_url);

}  // namespace dw
