#include "connectors/slack/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/mrkdwn.h"
#include "net/url.h"

namespace dw {
namespace {

/// Slack's payloads vary; what has another type than expected counts as absent.
class Reading {
 public:
  explicit Reading(const json::value& value) : view_(value, ignored_) {}
  const JsonView& operator*() const { return view_; }
  JsonView operator[](std::string_view key) const { return view_[key]; }

 private:
  mutable std::vector<Problem> ignored_;
  JsonView view_;
};

Event event_of(std::string kind, std::string key, json::object body, TimePoint at) {
  return {.source = std::string(slack_name),
          .key = std::move(key),
          .kind = std::move(kind),
          .at = at,
          .body = std::move(body)};
}

/// Channel and ts are ours to trust only as far as they can be a key.
bool is_id(std::string_view text) {
  constexpr size_t id_bytes_max = 64;
  return !text.empty() && text.size() <= id_bytes_max &&
         text.find_first_of("/ \n\t") == std::string_view::npos;
}

std::string thread_of(const JsonView& message) {
  const std::string thread = text_at(message, "thread_ts");
  return thread.empty() ? text_at(message, "ts") : thread;
}

/// The envelope tells who we are where nobody asked yet.
SlackReading with_envelope(SlackReading reading, const JsonView& payload) {
  const std::string app = text_at(payload, "api_app_id");
  if (!app.empty()) reading.self.app = app;
  for (const JsonView& one : payload["authorizations"].elements()) {
    const bool is_bot = one["is_bot"].boolean().value_or(false);
    if (is_bot && reading.self.user.empty()) reading.self.user = text_at(one, "user_id");
  }
  return reading;
}

std::optional<Event> decode_message(const JsonView& event, const SlackReading& reading,
                                    TimePoint at) {
  const std::string channel = text_at(event, "channel");
  const std::string ts = text_at(event, "ts");
  if (!is_id(channel) || !is_id(ts) || !is_speech(*event.raw())) return std::nullopt;
  json::object body = message_body(*event.raw(), channel, reading);
  // One message in two events; each may hold what the other does not.
  const bool is_mention = event["type"].text() == "app_mention";
  if (is_mention) body["is_mention_of_us"] = true;
  const std::string key = channel + (is_mention ? "/mention/" : "/") + ts;
  return event_of("chat.message", key, std::move(body), at);
}

std::optional<Event> deletion(const JsonView& event, const std::string& ts, TimePoint at,
                              const SlackReading& reading) {
  const std::string channel = text_at(event, "channel");
  if (!is_id(channel) || !is_id(ts)) return std::nullopt;
  const JsonView before = event["previous_message"];
  json::object body{{"channel", channel}, {"message", ts}, {"thread", ts}};
  if (before.is_object()) {
    const std::string thread = thread_of(before);
    if (!thread.empty()) body["thread"] = thread;
    body["author"] = message_body(*before.raw(), channel, reading)["author"];
  }
  return event_of("chat.delete", channel + "/" + ts + "/deleted", std::move(body), at);
}

std::optional<Event> decode_change(const JsonView& event, const SlackReading& reading,
                                   TimePoint at) {
  const JsonView message = event["message"];
  const std::string channel = text_at(event, "channel");
  const std::string ts = text_at(message, "ts");
  // A parent that was deleted while it has replies stays as a tombstone.
  if (text_at(message, "subtype") == "tombstone") return deletion(event, ts, at, reading);
  std::string edited = text_at(message["edited"], "ts");
  // A program that changes what is attached to its message leaves no mark of an edit: it was when
  // Slack says so. What only shows a link is told from it by its words, below.
  if (edited.empty()) edited = text_at(event, "ts");
  if (!is_id(channel) || !is_id(ts) || !is_id(edited) || !is_speech(*message.raw())) {
    return std::nullopt;
  }
  const JsonView before = event["previous_message"];
  if (before.is_object()) {
    // An unfurled link changes a message and not what it says.
    const bool is_same = words_of_message(*before.raw()) == words_of_message(*message.raw()) &&
                         text_of_blocks(*before.raw()) == text_of_blocks(*message.raw());
    if (is_same) return std::nullopt;
  }
  json::object body = message_body(*message.raw(), channel, reading);
  return event_of("chat.edit", channel + "/" + ts + "/" + edited, std::move(body), at);
}

std::optional<Event> decode_reaction(const JsonView& event, bool is_added, TimePoint at) {
  const JsonView item = event["item"];
  const std::string channel = text_at(item, "channel"), ts = text_at(item, "ts");
  const std::string user = text_at(event, "user"), emoji = text_at(event, "reaction");
  if (text_at(item, "type") != "message" || !is_id(channel) || !is_id(ts) || !is_id(user)) {
    return std::nullopt;
  }
  std::string key = fmt::format("{}/{}/{}/{}/{}/{}", channel, ts, emoji, user,
                                is_added ? "added" : "removed", text_at(event, "event_ts"));
  return event_of("chat.reaction", std::move(key),
                  {{"channel", channel},
                   {"message", ts},
                   {"emoji", emoji},
                   {"user", user},
                   {"is_added", is_added}},
                  at);
}

/// What Slack tells of the author beside the id, of strangers from other workspaces above all.
std::string name_in(const JsonView& message) {
  const JsonView profile = message["user_profile"];
  for (std::string name :
       {text_at(message, "username"), text_at(profile, "real_name"),
        text_at(profile, "display_name"), text_at(profile, "name"),
        text_at(profile, "real_name_normalized"), text_at(profile, "display_name_normalized"),
        text_at(profile, "first_name"), text_at(message["bot_profile"], "name")}) {
    if (!trim(name).empty()) return name;
  }
  return {};
}

json::object author_of(const JsonView& message, const SlackReading& reading) {
  const std::string bot = text_at(message, "bot_id");
  const auto& allowed = reading.allowed_bots;
  const bool is_allowed = std::find(allowed.begin(), allowed.end(), bot) != allowed.end();
  const bool is_ours = !reading.self.user.empty() && text_at(message, "user") == reading.self.user;
  const bool is_bot = !bot.empty() || text_at(message, "subtype") == "bot_message";
  json::object author{{"id", text_at(message, "user")},
                      {"is_bot", is_ours || (is_bot && !is_allowed)},
                      {"bot_id", bot}};
  if (const std::string name = name_in(message); !name.empty()) author["name"] = name;
  return author;
}

bool is_ours(const JsonView& message, const SlackSelf& self) {
  const auto is_same = [&](std::string_view key, const std::string& own) {
    return !own.empty() && text_at(message, key) == own;
  };
  return is_same("user", self.user) || is_same("bot_id", self.bot) || is_same("app_id", self.app);
}

void add_files(json::array& out, const JsonView& message, int depth = 0) {
  for (const JsonView& file : message["files"].elements()) {
    const std::string id = text_at(file, "id");
    const std::string mode = text_at(file, "mode");
    // Deleted, or older than what the workspace's plan shows.
    if (mode == "tombstone" || mode == "hidden_by_limit") continue;
    std::string url = text_at(file, "url_private_download");
    if (url.empty()) url = text_at(file, "url_private");
    // A file of another workspace is known by its id alone until it is asked for.
    if (url.empty() && is_id(id)) url = std::string(slack_file_scheme) + id;
    std::string name = text_at(file, "name");
    if (name.empty()) name = text_at(file, "title");
    const auto is_same = [&](const json::value& one) { return one.at("url") == json::string(url); };
    if (url.empty() || std::any_of(out.begin(), out.end(), is_same)) continue;
    out.push_back(json::object{{"name", name.empty() ? "file" : name},
                               {"url", url},
                               {"content_type", text_at(file, "mimetype")},
                               {"bytes", file["size"].integer().value_or(0)}});
  }
  constexpr int depth_max = 4;
  if (depth >= depth_max) return;
  // A forwarded message brings its own.
  for (const JsonView& one : message["attachments"].elements()) add_files(out, one, depth + 1);
}

/// "@" that is not Slack's own "<@U1>".
bool has_typed_name(std::string_view text) {
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at == 0 || text[at - 1] != '<') return true;
  }
  return text.find("\uFF20") != std::string_view::npos;
}

}  // namespace

std::optional<Event> decode_callback(const json::value& payload, const SlackReading& reading,
                                     TimePoint at) {
  const Reading callback(payload);
  const JsonView event = callback["event"];
  if (!event.is_object()) return std::nullopt;
  const SlackReading known = with_envelope(reading, *callback);
  const std::string type = text_at(event, "type");
  if (type == "reaction_added") return decode_reaction(event, true, at);
  if (type == "reaction_removed") return decode_reaction(event, false, at);
  if (type == "app_mention") return decode_message(event, known, at);
  if (type != "message") return std::nullopt;
  const std::string subtype = text_at(event, "subtype");
  if (subtype == "message_changed") return decode_change(event, known, at);
  if (subtype == "message_deleted") {
    return deletion(event, text_at(event, "deleted_ts"), at, known);
  }
  return decode_message(event, known, at);
}

Result<Event> decode_command(const json::value& payload, TimePoint at) {
  const Reading command(payload);
  const std::string trigger = text_at(*command, "trigger_id");
  if (!is_id(trigger)) return Error{ErrorKind::invalid, "slack", "a command without a trigger_id"};
  return event_of("chat.command", trigger,
                  {{"channel", text_at(*command, "channel_id")},
                   {"thread", text_at(*command, "thread_ts")},
                   {"user", json::object{{"id", text_at(*command, "user_id")},
                                         {"name", text_at(*command, "user_name")}}},
                   {"command", text_at(*command, "command")},
                   {"text", text_at(*command, "text")},
                   {"reply_url", text_at(*command, "response_url")}},
                  at);
}

std::optional<Event> decode_interactive(const json::value& payload, TimePoint at) {
  const Reading act(payload);
  const std::string type = text_at(*act, "type"), trigger = text_at(*act, "trigger_id");
  if (!is_id(trigger)) return std::nullopt;
  const JsonView user = act["user"];
  std::string name = text_at(user, "name");
  if (name.empty()) name = text_at(user, "username");
  json::object body{{"action", text_at(*act, "callback_id")},
                    {"value", ""},
                    {"channel", text_at(act["channel"], "id")},
                    {"message", text_at(*act, "message_ts")},
                    {"user", json::object{{"id", text_at(user, "id")}, {"name", name}}}};
  if (type == "block_actions") {
    const std::vector<JsonView> actions = act["actions"].elements();
    if (actions.empty()) return std::nullopt;
    std::string value = text_at(actions.front(), "value");
    if (value.empty()) value = text_at(actions.front()["selected_option"], "value");
    body["action"] = text_at(actions.front(), "action_id");
    body["value"] = value;
    body["message"] = text_at(act["container"], "message_ts");
  } else if (type != "shortcut" && type != "message_action") {
    return std::nullopt;
  }
  return event_of("chat.action", trigger, std::move(body), at);
}

json::object message_body(const json::value& message, std::string_view channel,
                          const SlackReading& reading) {
  const Reading said(message);
  const std::string ts = text_at(*said, "ts"), thread = thread_of(*said);
  const std::string own = text_at(*said, "text");
  const std::string text = words_of_message(message);
  std::string beside = text_of_blocks(message);
  // Each is told once: where Slack's text says nothing, all that there is stands in `text`.
  const bool is_said_twice = beside == text && (own.empty() || own == text);
  if (is_said_twice) beside.clear();
  const std::string& user = reading.self.user;
  const auto mentions = [&user](std::string_view words) {
    return !user.empty() && (words.find("<@" + user + ">") != std::string_view::npos ||
                             words.find("<@" + user + "|") != std::string_view::npos);
  };
  json::array files;
  add_files(files, *said);
  json::object out{{"channel", json::string(channel)},
                   {"message", ts},
                   {"thread", thread},
                   {"is_top", thread == ts},
                   {"text", text},
                   {"author", author_of(*said, reading)},
                   {"files", std::move(files)},
                   {"blocks_text", std::move(beside)},
                   {"sent_at", seconds_of_ts(ts)},
                   {"is_mention_of_us", mentions(own) || mentions(text)},
                   {"is_ours", is_ours(*said, reading.self)},
                   {"marker", marker_of(message)}};
  if (own != text && !is_said_twice) out["slack_text"] = own;
  if (mentions(text)) out["our_id"] = user;
  // Where Slack left our name as text, it is for the job to see.
  if (!reading.self.name.empty() && has_typed_name(text)) out["our_name"] = reading.self.name;
  const std::string edited = text_at(said["edited"], "ts");
  if (!edited.empty()) out["edited"] = edited;
  return out;
}

bool is_speech(const json::value& message) {
  constexpr std::array<std::string_view, 5> spoken = {"", "bot_message", "thread_broadcast",
                                                      "file_share", "me_message"};
  const Reading said(message);
  const std::string subtype = text_at(*said, "subtype");
  const bool has_author = said["user"].is_present() || said["bot_id"].is_present();
  const bool is_hidden = said["hidden"].boolean().value_or(false);
  return has_author && !is_hidden &&
         std::find(spoken.begin(), spoken.end(), subtype) != spoken.end();
}

std::string marker_of(const json::value& message) {
  const Reading said(message);
  const JsonView metadata = said["metadata"];
  if (metadata["event_type"].text() != slack_marker_type) return "";
  return text_at(metadata["event_payload"], "delivery");
}

Result<json::value> json_of_form(std::string_view form) {
  json::object out;
  for (const std::string_view pair : split(form, '&')) {
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decode_url_part(pair.substr(0, equals), true);
    const auto value = decode_url_part(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) {
      return Error{
          ErrorKind::invalid, "slack",
          "a field of the form has a NUL character, or a % without two hexadecimal digits"};
    }
    out[*name] = *value;
  }
  return json::value(std::move(out));
}

int64_t seconds_of_ts(std::string_view ts) {
  return number_in(ts.substr(0, ts.find('.'))).value_or(0);
}

std::string slack_signature(std::string_view secret, std::string_view time, std::string_view body) {
  const Sha256 digest = hmac_sha256(secret, fmt::format("v0:{}:{}", time, body));
  return "v0=" + to_hex(bytes_of(digest));
}

}  // namespace dw
