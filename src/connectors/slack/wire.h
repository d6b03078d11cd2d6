// Slack's JSON to our words; pure. Read from docs.slack.dev and from the payloads of the official
// SDKs' tests, 2026-11. An event as both HTTP and Socket Mode bring it:
//   {"type":"event_callback","event_id":"Ev1","team_id":"T1","api_app_id":"A1",
//    "authorizations":[{"user_id":"U1","is_bot":true}],
//    "event":{"type":"message","user":"U2","text":"<@U1> hi &amp; bye","ts":"1700000000.000200",
//             "channel":"C1","channel_type":"channel","event_ts":"1700000000.000200"}}
// The shapes of the events that come out are in README.md of this folder.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/event.h"

namespace dw {

constexpr std::string_view slack_name = "slack";
/// "slack:F1": a file whose address has to be asked for. It is for us alone.
constexpr std::string_view slack_file_scheme = "slack:";
/// The type of our metadata; its payload is {"delivery":"d-000191","files":["F1"]}.
constexpr std::string_view slack_marker_type = "deskwire_delivery";

/// Who we are in the workspace, as far as it is known.
struct SlackSelf {
  std::string user, bot, app, team;
  std::string name;  ///< as people type it: "deskwire"
};

/// What decoding needs to know.
struct SlackReading {
  SlackSelf self;
  std::vector<std::string> allowed_bots;
};

/// The payload of an `event_callback`. Nothing where it is no event of ours: joins, topics, an
/// unfurled link, a payload without an inner event. A message's key is its channel and ts; where it
/// came as an `app_mention` "mention" stands between them.
std::optional<Event> decode_callback(const json::value& payload, const SlackReading& reading,
                                     TimePoint at);
/// A slash command: "chat.command".
/// errors  invalid: no trigger_id
Result<Event> decode_command(const json::value& payload, TimePoint at);
/// A button, a menu or a shortcut: "chat.action". Nothing for views and other types.
std::optional<Event> decode_interactive(const json::value& payload, TimePoint at);

/// The body of a "chat.message", from an event's message or one of conversations.history.
json::object message_body(const json::value& message, std::string_view channel,
                          const SlackReading& reading);
/// Something that a person or a bot said; joins, pins and topics are not.
bool is_speech(const json::value& message);
/// What a person reads of a message, as mrkdwn: its blocks or its text, and what is attached and
/// forwarded, without previews of links.
std::string words_of_message(const json::value& message);
/// Blocks and attachments alone: apps post a report there, beside a short `text`.
std::string text_of_blocks(const json::value& message);
/// Our delivery's id in a message's metadata; empty: none.
std::string marker_of(const json::value& message);

/// "a=1&b=2" as {"a":"1","b":"2"}. errors  invalid: a field can't be decoded: none is left out
Result<json::value> json_of_form(std::string_view form);
/// Seconds of "1700000000.000200"; 0 if it is no ts.
int64_t seconds_of_ts(std::string_view ts);

/// "v0=<hex>" over "v0:TIME:BODY" (docs.slack.dev, "Verifying requests from Slack").
std::string slack_signature(std::string_view secret, std::string_view time, std::string_view body);

}  // namespace dw
