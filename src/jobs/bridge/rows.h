// What the bridge keeps: what was said in a thread, what the outside answered, and figures of a
// channel.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/bridge/records.h"
#include "records/tickets.h"

namespace dw {

enum class ChannelTickets {
  open,    ///< open or pending now, whenever opened
  opened,  ///< opened since the given time
  solved,  ///< solved since then, and still so
};

/// Writes down what was said, and what the outside answered.
struct SetThreadMessage {
  ThreadMessage said;
  Result<void> write(Db& db, TimePoint now) const;
};
struct SetCachedLookup {
  CachedLookup known;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace bridge {

Result<std::optional<ThreadMessage>> message(ReadDb& db, const std::string& key);

/// What waits in a thread, in the order in which it was said.
Result<std::vector<ThreadMessage>> waiting_messages(ReadDb& db, const std::string& channel,
                                                    const std::string& thread, size_t limit);

/// All that was said in a thread, in order: messages, edits, deletions, reactions.
Result<std::vector<ThreadMessage>> thread_messages(ReadDb& db, const std::string& channel,
                                                   const std::string& thread, size_t limit);

/// The greatest message id of a thread; empty if nothing was said.
Result<std::string> last_message(ReadDb& db, const std::string& channel, const std::string& thread);

/// Messages of a thread that people wrote, with ids above `after` and up to `until`, ascending.
Result<std::vector<ThreadMessage>> messages_between(ReadDb& db, const std::string& channel,
                                                    const std::string& thread,
                                                    const std::string& after,
                                                    const std::string& until, size_t limit);

/// Whether that person's emoji on a thread's first message came before.
Result<bool> has_reacted(ReadDb& db, const std::string& channel, const std::string& thread,
                         const std::string& author);

/// How much was carried to the other side of what was said since then; counts up to `count_max`.
Result<int64_t> count_messages(ReadDb& db, const std::string& channel, const std::string& thread,
                               TimePoint since, int64_t count_max);

Result<std::optional<CachedLookup>> lookup(ReadDb& db, const std::string& id);

/// The names of people whom the chat told of.
Result<std::vector<std::string>> names_of_people(ReadDb& db);

/// Of tickets that a channel brought, by thread or by email; an empty channel is all of them.
Result<TicketMetrics> channel_metrics(ReadDb& db, const std::string& channel, TimePoint since);

/// The same tickets, the oldest first.
Result<std::vector<OpenTicketRow>> channel_tickets(ReadDb& db, const std::string& channel,
                                                   ChannelTickets which, TimePoint since,
                                                   size_t limit);

/// Tickets of shadow mode that are not solved, the oldest first.
Result<std::vector<Ticket>> unsolved_shadows(ReadDb& db, size_t limit);

Result<void> set_message(Db& db, const ThreadMessage& said);

Result<void> set_lookup(Db& db, const CachedLookup& known);

/// What was said about tickets that go next; their links behind it.
Result<int64_t> prune_threads(Db& db, const std::string& tickets, int64_t limit);
/// Messages without a ticket, and lookups.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace bridge

}  // namespace dw
