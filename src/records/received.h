// What a chat said and we have acknowledged, until it is planned in its turn. It is in no lane and
// in no journal yet: engine/in_order.h plans it, and it leaves with that commit.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/event.h"
#include "ports/db.h"

namespace dw {

/// A point of a conversation: all that was said in a channel up to a moment.
using SaidUntil = std::map<std::string, int64_t>;  ///< by channel, microseconds since 1970

namespace received {

/// `said_at`: in microseconds since 1970. The same event may be there twice.
Result<void> add(Db& db, const Event& event, const std::string& channel, int64_t said_at);

/// Removes what was received of one channel and said no later than `until`, the first `limit` of
/// it, and returns it in the order in which it was said; of one moment, in which it came. With a
/// word comes each edit of it and its deletion, however late they were: what somebody has taken
/// back before it is planned must not go out. Until the commit nobody else takes of this channel.
Result<std::vector<Event>> take(Db& db, const std::string& channel, int64_t until, int64_t limit);

/// Where something waits that came before `before`.
Result<SaidUntil> waiting(ReadDb& db, TimePoint before);

}  // namespace received
}  // namespace dw
