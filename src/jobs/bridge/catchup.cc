// After a time away: what was said meanwhile is read from the chat's history, and taken under the
// keys that it would have had.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

std::string message_at(TimePoint at) {
  const int64_t millis = at.time_since_epoch().count();
  return fmt::format("{}.{:06}", millis / 1000, millis % 1000 * 1000);
}

void ask_history(Turn& turn, const std::string& channel, const std::string& thread,
                 const std::string& since, const std::string& cursor) {
  json::object details{{"channel", channel}, {"since", since}, {"cursor", cursor}};
  if (!thread.empty()) details["thread"] = thread;
  turn.deliver_in(
      Turn::lane_of(channel, thread) + "/history", Ask{"history", std::move(details)}, "slack",
      fmt::format("history {} {} {}", channel, thread.empty() ? "-" : thread, since), false);
}

void catch_up(Turn& turn, const std::string& channel) {
  const auto read = turn.known.find("read:" + channel);
  if (read == turn.known.end()) {
    // The first start: what was said before was said to nobody.
    turn.know("read:" + channel, json::object{{"message", message_at(turn.event.at)}});
  } else {
    ask_history(turn, channel, "", Turn::text_of(read->second.body, "message"), "");
  }
}

}  // namespace

void take_named(Turn& turn, const Answer& answer, const json::value& body) {
  const std::string id = Turn::text_of(body, "id");
  if (id.empty()) return;
  turn.know(answer.rest, json::object{{"id", id}});
  turn.know(id, json::object{{"name", answer.rest.substr(1)}});
  catch_up(turn, id);
}

void take_catchup_tick(Turn& turn) {
  for (const BridgeSettings& bridge : turn.parts.bridges) {
    if (bridge.channel.starts_with('#')) {
      turn.deliver_in("slack:" + bridge.channel + "/history",
                      Ask{"channel_by_name", {{"name", bridge.channel}}}, "slack",
                      "named - - " + bridge.channel, false);
    } else {
      catch_up(turn, bridge.channel);
    }
  }
  for (const BridgeLink& link : turn.view.bridge.live) {
    const auto last = turn.view.bridge.last_said.find(link.channel + "/" + link.thread);
    const bool has_last = last != turn.view.bridge.last_said.end() && !last->second.empty();
    ask_history(turn, link.channel, link.thread, has_last ? last->second : link.thread, "");
  }
}

void take_history(Turn& turn, const Answer& answer, const json::value& body) {
  if (!answer.is_done) return;
  std::vector<Problem> ignored;
  std::vector<Event> found;
  for (const JsonView& one : JsonView(body, ignored)["messages"].elements()) {
    const std::string message = one["message"].text().value_or("");
    if (one.raw() == nullptr || message.empty()) continue;
    json::value said = *one.raw();
    if (said.is_object() && !one["channel"].is_present()) {
      said.get_object()["channel"] = answer.channel;
    }
    found.push_back({.source = "slack",
                     .key = answer.channel + "/" + message,
                     .kind = "chat.message",
                     .at = turn.event.at,
                     .body = std::move(said)});
  }
  std::sort(found.begin(), found.end(),
            [](const Event& a, const Event& b) { return a.key < b.key; });
  for (const Event& one : found) {
    const std::string message = Turn::text_of(one.body, "message");
    const std::string thread = Turn::text_of(one.body, "thread");
    if (!thread.empty() && thread != message) continue;
    const bool is_speech = !Turn::is_set(Turn::member(one.body, "author"), "is_bot");
    // A thread that began while we were away has replies that no list of channels shows.
    if (answer.thread.empty() && is_speech) {
      ask_history(turn, answer.channel, message, message, "");
    }
  }
  turn.plan.found = std::move(found);
  const std::string next = Turn::text_of(body, "next_cursor");
  if (!next.empty()) ask_history(turn, answer.channel, answer.thread, answer.rest, next);
}

}  // namespace dw
