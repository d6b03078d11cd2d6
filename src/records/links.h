// Which thread of a chat talks about which ticket.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/bridge_link.h"
#include "ports/db.h"

namespace dw {

/// Adds a linked thread, or writes it anew.
struct SetLink {
  BridgeLink link;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace links {

/// Until the commit, no other replica gets past this for the same thread. Asked for before
/// anything about the thread is read, whether it is linked yet or not.
Result<void> guard_thread(ReadDb& db, const std::string& channel, const std::string& thread);

Result<std::optional<BridgeLink>> of_thread(ReadDb& db, const std::string& channel,
                                            const std::string& thread);

Result<std::optional<BridgeLink>> of_ticket(ReadDb& db, TicketId ticket);

/// Links that are not solved, or were since then; the newest first.
Result<std::vector<BridgeLink>> live(ReadDb& db, TimePoint since, size_t limit);

/// Adds a link or writes it anew; one with a ticket is shown with the ticket.
Result<void> set(Db& db, const BridgeLink& link);

}  // namespace links

}  // namespace dw
