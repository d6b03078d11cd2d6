// What a person writes in the thread of an announcement: a command, or talk. Pure.
#pragma once
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "domain/event.h"
#include "domain/payload.h"

namespace dw {

/// A person in the chat who pressed a button or wrote a command.
struct ChatPerson {
  std::string id, name;

  std::string shown() const { return name.empty() ? id : name; }
  std::string audited() const { return fmt::format("chat {} ({})", shown(), id); }
};

/// Who pressed a button: the `user` of a "chat.action".
ChatPerson who_pressed(const JsonView& body);

/// What somebody wrote in the thread of an announcement, or of a ticket. `word` "note": talk.
struct ThreadCommand {
  int64_t group = 0;
  TicketId ticket;  ///< of the thread, where it is the one of a ticket
  std::string key, word, text, channel, thread;
  ChatPerson person;
  std::vector<FileLink> files{};
  /// Told by the event for mentions: the one for messages comes as well, as a rule, and has files.
  bool is_mention_alone = false;

  /// "incident #50": the thread's ticket joins. `text` is the number.
  bool is_join() const { return word == "incident"; }
  bool is_talk() const { return word == "note"; }
};

/// "@Deskwire answer The gateway is back." Other words are talk.
std::optional<ThreadCommand> thread_command_in(const Event& event);
/// What a person says there that is no command, in the words of the chat.
std::optional<ThreadCommand> talk_in(const Event& event);

/// "@Deskwire incident #50" in the thread of a ticket, which the bridge has read:
/// {"number":"50","ticket":41,"channel":"C1","thread":"100.1","user":"U7"}
ThreadCommand join_command_in(const Event& event);

/// Where the author of what is said about a group is asked for, one after the other.
std::string command_lane(int64_t group);

/// It travels along as a reference while its author's name is asked for.
std::string encode_thread_command(const ThreadCommand& command);
ThreadCommand decode_thread_command(const std::string& text);

}  // namespace dw
