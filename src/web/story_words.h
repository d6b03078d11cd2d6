// A story in words: who said what, what Deskwire sent, what came back. A private message and a
// deleted one are named without their words, in every version and in what was sent of them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "domain/event.h"
#include "domain/mrkdwn.h"
#include "jobs/bridge/records.h"

namespace dw {

/// What the words need besides an event.
struct StoryNames {
  NamesById people;                               ///< and channels and groups, by their ids
  std::map<std::string, ThreadMessage> messages;  ///< of the bridged thread, by the event's key
  std::map<DeliveryId, std::string> deliveries;   ///< in words
  std::vector<std::string> sent;                  ///< texts that the desk was given
};

/// A message of a bot that is not read; most are Deskwire's own posts as the chat reports them.
bool is_of_bot(const Event& event);
/// "Ana Lopez wrote: VPN is down"
std::string words_of(const Event& event, const StoryNames& names);
/// What came in, without the words of what stays in the chat or was withdrawn.
json::value body_shown(const Event& event, const StoryNames& names);
/// The same delivery; "(withdrawn)" stands in place of the words of a message that was deleted or
/// made private, and of a comment that was made private before it was posted.
Delivery without_withdrawn_words(Delivery delivery, const StoryNames& names);
/// "C1/100.2": the message that this is a version of, or that it carries. Empty: none.
std::string message_key_of(const Event& event);
std::string message_key_of(const Delivery& delivery);
/// "look up person U7 at slack", "post to slack: Ticket #42: https://desk/42"
std::string words_of(const Delivery& delivery, const std::string& target);

}  // namespace dw
