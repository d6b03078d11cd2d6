// What the bridge remembers: each thing said in a thread, and what it was told about people,
// channels and who is on call. Plain structs.
#pragma once
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "domain/bridge_link.h"
#include "domain/ticket.h"

namespace dw {

enum class ThreadMessageState {
  waiting,  ///< for the desk, for names, or for the breaker
  carried,  ///< a delivery carries it to the other side
  kept,     ///< stays where it was said: private, a command, a bot's, Deskwire's own
};

/// One message, edit, deletion or reaction in a thread, or one comment at the desk. `key` is
/// unique for as long as the ticket is kept: one message is one comment.
struct ThreadMessage {
  std::string key;   ///< "C1/1771290107.000400", "desk/42/7001"
  std::string kind;  ///< "chat.message", "chat.edit", …, "desk.comment", "own"
  std::string channel, thread, message;
  std::string author;     ///< "U7"
  std::string digest;     ///< of what it says, white space aside
  std::string edited_at;  ///< when its newest text was made, as the chat writes it; empty: as said
  ThreadMessageState state = ThreadMessageState::waiting;
  json::value body{};  ///< as it came in, while it waits; null afterwards
  TimePoint at{};      ///< when it was said
};

/// What the outside answered to a question: a person, a channel's name, who is on call; or how far
/// something was read. `id`: "U7", "C1", "oncall:sre", "summary", "read:C1".
struct CachedLookup {
  std::string id;
  json::value body{};  ///< {"name","email","is_bot"}; null: it was asked and there is no answer
  TimePoint at{};
};

/// A ticket of shadow mode and its thread.
struct ShadowTicket {
  Ticket ticket;
  std::optional<BridgeLink> link;
};

/// An open ticket and where it is talked about.
struct OpenTicketRow {
  Ticket ticket;
  std::string thread_url;
};

}  // namespace dw
