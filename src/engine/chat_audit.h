// Who in a chat changed a ticket: a press or a command there is a person's decision, and stands in
// the audit list as one that is made on the board.
#pragma once
#include <optional>

#include "domain/delivery.h"
#include "domain/event.h"
#include "records/audit.h"

namespace dw {

/// The line for a change of a ticket at its desk, planned on `event` or on an answer to what that
/// planned. Absent: no person in a chat is behind it, or it is no such change.
Result<std::optional<AuditEntry>> chat_audit(ReadDb& db, const Event& event,
                                             const Delivery& delivery);

}  // namespace dw
