// What the bridge remembers: a chat thread and its ticket, each thing said in the thread, and what
// it was told about people, channels and who is on call. Plain structs; the rules are in
// jobs/bridge.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "domain/ticket.h"

namespace dw {

/// Where a linked thread stands. Messages wait in the store unless it is open or solved.
enum class LinkStage {
  opening,    ///< the desk has not answered yet: it is down, or names are still asked for
  open,       ///< the ticket is there and is worked
  solved,     ///< a close word, a close emoji, or somebody at the desk
  reopening,  ///< asked the desk to open it again: it may be closed there for good
};

/// A chat thread and its ticket. (channel, thread) is unique.
struct BridgeLink {
  std::string channel;  ///< "C0123456789"
  std::string thread;   ///< the id of its first message: "1771290107.000400"
  TicketId ticket;      ///< none until the names for it are known
  LinkStage stage = LinkStage::opening;
  std::string url;             ///< the first message's permalink
  bool has_url = false;        ///< the chat was asked for it and answered, if only "no"
  bool is_greeted = false;     ///< on call, hours and greeting were said
  std::string requester;       ///< the first message's author, "U7"
  std::string comments_until;  ///< the desk's id of the newest comment that was read there
  TimePoint opened_at{};       ///< when the first message was said
  std::optional<TimePoint> solved_at;
  std::optional<TimePoint> paused_until;  ///< the breaker: nothing is carried before then
};

}  // namespace dw
