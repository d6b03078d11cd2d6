// A story in words: who said what, what Deskwire sent, what came back. A private message and a
// deleted one are named without their words; what a delivery sent is shown.
#pragma once
#include <map>
#include <string>

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
};

/// "Ana Lopez wrote: VPN is down"
std::string words_of(const Event& event, const StoryNames& names);
/// "look up person U7 at slack", "post to slack: Ticket #42: https://desk/42"
std::string words_of(const Delivery& delivery, const std::string& target);

}  // namespace dw
