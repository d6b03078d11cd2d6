// What the bridge knows about an event when it plans it.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/bridge_link.h"
#include "domain/delivery.h"
#include "jobs/bridge/records.h"
#include "jobs/bridge/reminders.h"
#include "ports/ticket_match.h"
#include "records/tickets.h"

namespace dw {

/// What the bridge knows about the thread that an event is about.
struct BridgeView {
  std::string channel, thread;  ///< empty: about no thread, or none that is known
  std::optional<BridgeLink> link;
  std::optional<Ticket> ticket;
  TicketId problem;                    ///< ours, of the problem that the desk's answer names
  TicketId fresh_ticket;               ///< the number that a new ticket gets
  TicketMatch match;                   ///< what that has in common with an open incident
  std::vector<ThreadMessage> waiting;  ///< in the thread, in order
  std::optional<ThreadMessage> said;   ///< the message that the event brings, edits or deletes
  bool has_reacted = false;  ///< that person to that message, before: of a history's reaction
  std::optional<ThreadMessage> root;         ///< the thread's first message, while it has no ticket
  std::set<std::string> heard;               ///< keys that the event brings and that came before
  std::map<std::string, AnswerCopy> copies;  ///< of an incident's answer, by the comment's id
  std::map<std::string, CachedLookup> known;
  std::vector<Delivery> pending;            ///< open in the thread's two lanes
  std::vector<Delivery> unread;             ///< histories that wait; read where a catch-up begins
  std::vector<Delivery> told;               ///< to the desk, of what was said and is taken back now
  std::vector<Delivery> pending_reactions;  ///< open in its lane of the ⏳
  std::optional<Delivery> delivery;         ///< that the event is the answer to
  int64_t relayed_lately = 0;               ///< messages and comments, in the last minute
  bool waits = false;              ///< the ticket, for its first reply; read where a reminder asks
  bool is_mentioned = false;       ///< who is on call, in the thread; read where it may be now
  ReminderState reminder;          ///< where a reminder asks
  std::vector<JoinedSpan> joined;  ///< the same
  std::optional<ReplyCounts> replies;  ///< since the last report; absent: nothing is reminded of
  TicketMetrics metrics;
  std::vector<OpenTicketRow> open, opened, solved;
  std::vector<BridgeLink> live;                  ///< threads to catch up with
  std::map<std::string, std::string> last_said;  ///< of those threads, "C1/100.1" to "100.7"
  std::vector<ThreadMessage>
      listed;  ///< what was known of a thread where the event brings its history
  std::vector<ShadowTicket> shadows;  ///< unsolved tickets of shadow mode, at a catch-up
};

}  // namespace dw
