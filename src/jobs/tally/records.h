// What is counted per agent: update lines in messages of a channel, kept per message, so that any
// period can be asked for and another pattern can count anew.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace dw {

/// One line that reports a ticket update: {"jxsrcc", "Jon Snow", "INC0000017"}.
struct TallyUpdate {
  std::string username;  ///< as written; compared in lower case
  std::string name;      ///< as the line has it; the newest is shown
  std::string ticket;    ///< may be empty
  friend bool operator==(const TallyUpdate&, const TallyUpdate&) = default;
};

/// A message of a tallied channel with all that it counts.
struct TallyMessage {
  std::string channel;   ///< "C0987654321"
  std::string message;   ///< its id in the channel, "1771290107.000400"
  int64_t revision = 0;  ///< microseconds since 1970: when this text was written or read
  TimePoint at{};        ///< when it was sent: the count stands here
  std::string text;      ///< kept, so that another pattern can count it
  std::string blocks;    ///< the text of its blocks and attachments
  std::vector<TallyUpdate> updates{};
};

/// Which counts are asked for.
struct TallyQuery {
  std::optional<TimePoint> since, until;  ///< sent at or after, and before
  std::string channel;                    ///< empty: all
};

/// One bar. `updates` has `opening` in it, which counts only where no period and no channel is
/// asked for: it has neither.
struct TallyAgent {
  std::string username, name;
  int64_t updates = 0;
  int64_t opening = 0;  ///< taken over from an older bot
  std::optional<TimePoint> first_at, last_at;
};

/// What was counted of one agent in one channel.
struct TallyBar {
  int64_t id = 0;
  std::string channel, username, name;
  int64_t updates = 0;
};

/// One counted line: the row behind a number.
struct TallyRow {
  std::string channel, message;
  int64_t line = 0;  ///< its place among those of the message, from 1
  TallyUpdate update;
  TimePoint at{};
  std::string text{};  ///< the line itself; empty: its message is no longer kept
};

/// An agent's count as an older bot left it.
struct TallyBalance {
  std::string username, name;
  int64_t updates = 0;
};

}  // namespace dw
