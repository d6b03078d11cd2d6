#include "fakes/slack_workspace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace dw {
namespace {

std::string now_ts(int64_t microseconds) {
  return fmt::format("{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000);
}

}  // namespace

FakeSlackWorkspace::FakeSlackWorkspace(Clock& clock, FakeSlackOptions options)
    : clock_(clock), options_(std::move(options)) {
  people_[options_.bot_user] = {options_.bot_user, "deskwire", "", true};
}

void FakeSlackWorkspace::add_channel(const std::string& id, const std::string& name,
                                     bool is_ext_shared) {
  channels_[id] = Channel{.id = id, .name = name, .is_ext_shared = is_ext_shared};
}

void FakeSlackWorkspace::add_group(const std::string& id, const std::string& handle) {
  groups_[id] = handle;
}

void FakeSlackWorkspace::add_person(const std::string& id, const std::string& name,
                                    const std::string& email) {
  people_[id] = {id, name, email};
}

void FakeSlackWorkspace::add_outsider(const std::string& id, const std::string& name,
                                      const std::string& team) {
  people_[id] = {.id = id, .name = name, .email = "", .is_guest = team.empty(), .team = team};
}

std::string FakeSlackWorkspace::fresh_ts() {
  last_ts_ = std::max<int64_t>(last_ts_ + 1, clock_.now().time_since_epoch().count() * 1000);
  return now_ts(last_ts_);
}

FakeSlackWorkspace::Channel* FakeSlackWorkspace::channel(std::string_view id) {
  for (auto& [own, one] : channels_) {
    if (own == id || "#" + one.name == id) return &one;
  }
  return nullptr;
}

FakeSlackWorkspace::Message* FakeSlackWorkspace::message(const std::string& id,
                                                         const std::string& ts) {
  Channel* in = channel(id);
  if (in == nullptr) return nullptr;
  const auto found = in->messages.find(ts);
  return found == in->messages.end() ? nullptr : &found->second;
}

void FakeSlackWorkspace::tell(json::object event) {
  if (told_) told_(std::move(event));
}

json::object FakeSlackWorkspace::file_json(const File& file) const {
  json::object shares;
  for (const std::string& channel : file.shared_in) {
    shares["public"].emplace_object()[channel] = json::array{json::object{{"ts", "1.1"}}};
  }
  const std::string address = fmt::format("{}/files-pri/{}/{}", url_, file.id, file.name);
  return {{"id", file.id},
          {"name", file.name},
          {"title", file.name},
          {"mimetype", file.content_type},
          {"size", file.bytes.size()},
          {"url_private", address},
          {"url_private_download", address},
          {"permalink", url_ + "/files/" + file.id},
          {"shares", std::move(shares)}};
}

json::object FakeSlackWorkspace::message_json(const Channel& in, const Message& said,
                                              bool has_metadata) const {
  json::object out{
      {"type", "message"}, {"text", said.text}, {"ts", said.ts}, {"team", options_.team}};
  if (!said.user.empty()) out["user"] = said.user;
  if (!said.bot.empty()) out["bot_id"] = said.bot;
  if (said.bot == options_.bot) out["app_id"] = options_.app;
  if (!said.subtype.empty()) out["subtype"] = said.subtype;
  if (!said.thread.empty()) out["thread_ts"] = said.thread;
  if (!said.blocks.is_null()) out["blocks"] = said.blocks;
  if (!said.edited.empty()) {
    out["edited"] = json::object{{"user", said.edited_by}, {"ts", said.edited}};
  }
  if (has_metadata && !said.metadata.is_null()) out["metadata"] = said.metadata;
  json::array attached;
  for (const std::string& id : said.files) attached.push_back(file_json(files_.at(id)));
  if (!attached.empty()) out["files"] = std::move(attached);
  json::array reactions;
  for (const auto& [emoji, users] : said.reactions) {
    if (users.empty()) continue;
    reactions.push_back(json::object{{"name", emoji},
                                     {"users", json::array(users.begin(), users.end())},
                                     {"count", users.size()}});
  }
  if (!reactions.empty()) out["reactions"] = std::move(reactions);
  const bool has_replies =
      said.thread.empty() &&
      std::any_of(in.messages.begin(), in.messages.end(),
                  [&said](const auto& one) { return one.second.thread == said.ts; });
  if (has_replies) {
    out["thread_ts"] = said.ts;
    std::string latest;
    for (const auto& [ts, one] : in.messages) {
      if (one.thread == said.ts) latest = std::max(latest, ts);
    }
    out["latest_reply"] = latest;
  }
  return out;
}

std::string FakeSlackWorkspace::add(Channel& in, Message said) {
  said.ts = fresh_ts();
  const std::string ts = said.ts;
  const Message& kept = in.messages[ts] = std::move(said);
  json::object event = message_json(in, kept);
  event["channel"] = in.id;
  event["channel_type"] = in.is_private ? "group" : "channel";
  event["event_ts"] = ts;
  const bool is_mention = kept.text.find("<@" + options_.bot_user + ">") != std::string::npos;
  if (is_mention) {
    json::object mention = event;
    mention["type"] = "app_mention";
    tell(std::move(mention));
  }
  tell(std::move(event));
  return ts;
}

std::string FakeSlackWorkspace::say(const std::string& id, const std::string& user,
                                    const std::string& text, const std::string& thread,
                                    const std::vector<std::string>& files) {
  Channel* in = channel(id);
  if (in == nullptr) return "";
  for (const std::string& file : files) files_.at(file).shared_in.push_back(in->id);
  return add(*in, {.user = user,
                   .text = text,
                   .thread = thread,
                   .subtype = files.empty() ? "" : "file_share",
                   .files = files});
}

std::string FakeSlackWorkspace::say_as_bot(const std::string& id, const std::string& bot,
                                           const std::string& text) {
  Channel* in = channel(id);
  return in == nullptr ? "" : add(*in, {.bot = bot, .text = text, .subtype = "bot_message"});
}

void FakeSlackWorkspace::put(const std::string& id, Message said) {
  Channel* in = channel(id);
  if (in == nullptr) return;
  const std::string ts = said.ts;
  in->messages[ts] = std::move(said);
}

void FakeSlackWorkspace::edit(const std::string& id, const std::string& ts,
                              const std::string& text) {
  Message* said = message(id, ts);
  if (said == nullptr) return;
  const Channel& in = *channel(id);
  json::object before = message_json(in, *said);
  said->text = text;
  said->edited = fresh_ts();
  said->edited_by = said->user;
  tell({{"type", "message"},
        {"subtype", "message_changed"},
        {"hidden", true},
        {"channel", in.id},
        {"ts", said->edited},
        {"event_ts", said->edited},
        {"message", message_json(in, *said)},
        {"previous_message", std::move(before)}});
}

void FakeSlackWorkspace::remove(const std::string& id, const std::string& ts) {
  Message* said = message(id, ts);
  if (said == nullptr) return;
  Channel& in = *channel(id);
  json::object before = message_json(in, *said);
  const std::string at = fresh_ts();
  if (before.if_contains("latest_reply") != nullptr) {
    // What has replies stays, without its words.
    *said = {
        .ts = ts, .user = "USLACKBOT", .text = "This message was deleted.", .subtype = "tombstone"};
    return tell({{"type", "message"},
                 {"subtype", "message_changed"},
                 {"hidden", true},
                 {"channel", in.id},
                 {"ts", at},
                 {"event_ts", at},
                 {"message", message_json(in, *said)},
                 {"previous_message", std::move(before)}});
  }
  in.messages.erase(ts);
  tell({{"type", "message"},
        {"subtype", "message_deleted"},
        {"hidden", true},
        {"channel", in.id},
        {"ts", at},
        {"event_ts", at},
        {"deleted_ts", ts},
        {"previous_message", std::move(before)}});
}

void FakeSlackWorkspace::react(const std::string& id, const std::string& ts,
                               const std::string& user, const std::string& emoji, bool is_added) {
  Message* said = message(id, ts);
  if (said == nullptr) return;
  if (is_added) {
    said->reactions[emoji].insert(user);
  } else {
    said->reactions[emoji].erase(user);
  }
  tell({{"type", is_added ? "reaction_added" : "reaction_removed"},
        {"user", user},
        {"reaction", emoji},
        {"item_user", said->user},
        {"item", json::object{{"type", "message"}, {"channel", channel(id)->id}, {"ts", ts}}},
        {"event_ts", fresh_ts()}});
}

std::string FakeSlackWorkspace::add_file(const std::string& name, const std::string& content_type,
                                         const std::string& bytes) {
  const std::string id = fmt::format("F{}", ++last_file_);
  files_[id] = {id, name, content_type, bytes, {}};
  return id;
}

std::vector<FakeSlackWorkspace::Message> FakeSlackWorkspace::messages(const std::string& id) const {
  std::vector<Message> out;
  const auto found = channels_.find(id);
  if (found == channels_.end()) return out;
  for (const auto& [ts, said] : found->second.messages) out.push_back(said);
  return out;
}

}  // namespace dw
