// Teams' JSON to our words and back; pure. Read from learn.microsoft.com and from recorded
// activities, 2026-11. A request:
//   {"type":"message","id":"1771290107407","text":"<at>Deskwire</at> Title: …",
//    "from":{"id":"29:1a2b","name":"Ana Lopez","aadObjectId":"7a9b12a6-…"},
//    "conversation":{"id":"19:d441…@thread.tacv2;messageid=1771290107407"},
//    "attachments":[{"contentType":"text/html","content":"<div>…</div>"}],
//    "channelData":{"team":{"id":"19:8j-M…"}}}
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "domain/event.h"

namespace dw {

/// One activity as an event of kind "chat.ticket", its key the channel and the message's id:
///   {"text":"Title: …","sender":{"name":"Ana Lopez","id":"teams:29:1a2b","directory_id":"7a9b…"},
///    "channel":"19:d441…","team":"19:8j-M…","thread":"1771290107407","message":"1771290107407"}
/// Lenient: whatever is absent is empty, and without a message's id its bytes are its key. Bytes
/// that are no UTF-8 become U+FFFD, and the body says "is_damaged": true. What is no message (an
/// installation, a reaction) has no text. Pure.
/// errors  invalid: no JSON object
Result<Event> decode_activity(std::string_view body, const std::string& source, TimePoint at);

/// {"type":"message","text":…}: Teams shows a subset of HTML and Markdown, so what would be read
/// as either is escaped, and line ends are <br>. All else stands as it is.
std::string encode_message(std::string_view text);

}  // namespace dw
