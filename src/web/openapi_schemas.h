// The bodies of the API as JSON Schema: what web/shapes makes, and what requests hold.
#pragma once
#include <string_view>

#include "base/json.h"

namespace dw::openapi {

/// Every schema by its name: "Ticket", "TicketPage", "NewTicket".
json::object schemas();

/// {"$ref": "#/components/schemas/Ticket"}
json::object ref(std::string_view schema);
/// {"type": "string"}
json::object typed(std::string_view type);

}  // namespace dw::openapi
