// What the tally keeps: messages, the lines that each counts, and whose they are.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/tally/records.h"
#include "records/paging.h"

namespace dw {

/// Keeps what a message counts, unless a newer text of it is known, or that it is gone.
struct KeepTally {
  TallyMessage message;
  Result<void> write(Db& db, TimePoint now) const;
};

/// Takes a message back that was deleted: nothing that comes later counts it again.
struct DropTally {
  std::string channel, message;
  TimePoint at{};
  Result<void> write(Db& db, TimePoint now) const;
};

namespace tally {

/// A bar per agent, longest first, then by username.
Result<std::vector<TallyAgent>> agents(ReadDb& db, const TallyQuery& query);

/// The same per channel, without opening balances: what the live stream counts on from.
Result<std::vector<TallyBar>> bars(ReadDb& db, TimePoint since);

/// One bar, counted since then. Absent: there is none with that number.
Result<std::optional<TallyBar>> bar(ReadDb& db, int64_t id, TimePoint since);

/// Channels that ever counted anything.
Result<std::vector<std::string>> channels(ReadDb& db);

/// The greatest id of a message that is known of a channel; empty: none is.
Result<std::string> newest_message(ReadDb& db, const std::string& channel);

/// The lines behind an agent's number (`username` empty: everybody's), newest first.
Result<Page<TallyRow>> rows(ReadDb& db, const TallyQuery& query, const std::string& username,
                            const PageRequest& page);

/// Kept messages of a channel that still have their text, by id, behind `after`; without what
/// they count.
Result<std::vector<TallyMessage>> texts(ReadDb& db, const std::string& channel,
                                        const std::string& after, size_t limit);

/// What the counts of a channel were made with; empty: never counted.
Result<std::string> rule(ReadDb& db, const std::string& channel);

/// Keeps a message with what it counts, unless a newer text is known or the message is gone.
Result<void> count(Db& db, const TallyMessage& message);

/// Takes a message back for good; also one that was never seen.
Result<void> drop(Db& db, const std::string& channel, const std::string& message, TimePoint at);

/// Sets opening balances; those of other agents stay.
Result<void> set_balances(Db& db, const std::vector<TallyBalance>& balances, TimePoint now);

Result<void> set_rule(Db& db, const std::string& channel, const std::string& rule);

/// Lines become sums, and their messages take no more: what is older than retention is counted for
/// good.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace tally

}  // namespace dw
