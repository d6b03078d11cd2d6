#include "fakes/slack_workspace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace dw {
namespace {

std::string text_of(const FakeSlackWorkspace::Fields& fields, std::string_view key) {
  const auto found = fields.find(key);
  return found == fields.end() ? std::string() : found->second;
}

json::value json_of(const FakeSlackWorkspace::Fields& fields, std::string_view key) {
  const std::string text = text_of(fields, key);
  if (text.empty()) return nullptr;
  Result<json::value> parsed = parse_json(text);
  return parsed.ok() ? std::move(*parsed) : json::value();
}

json::object failure(std::string_view word) {
  return {{"ok", false}, {"error", json::string(word)}};
}

bool is_true(const FakeSlackWorkspace::Fields& fields, std::string_view key) {
  return text_of(fields, key) == "true" || text_of(fields, key) == "1";
}

std::string now_ts(int64_t microseconds) {
  return fmt::format("{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000);
}

/// Sections and rows of buttons within the limits of Block Kit; nothing else is said with blocks.
bool are_blocks(const json::value& blocks) {
  if (blocks.is_null()) return true;
  std::vector<Problem> ignored;
  std::set<std::string> actions;
  const auto text = [](const JsonView& at, size_t max) {
    const std::string found = at["text"]["text"].text().value_or("");
    return !found.empty() && count_characters(found) <= max;
  };
  for (const JsonView& block : JsonView(blocks, ignored).elements()) {
    if (block["type"].text() == "section" && !text(block, 3000)) return false;
    if (block["type"].text() != "actions") continue;
    const std::vector<JsonView> row = block["elements"].elements();
    if (row.empty() || row.size() > 25) return false;
    for (const JsonView& button : row) {
      const std::string action = button["action_id"].text().value_or("");
      if (action.empty() || !actions.insert(action).second || !text(button, 75)) return false;
      if (button["value"].text().value_or("").size() > 2000) return false;
      if (button["url"].text().value_or("").size() > 3000) return false;
    }
  }
  return true;
}

}  // namespace

FakeSlackWorkspace::FakeSlackWorkspace(Clock& clock, FakeSlackOptions options)
    : clock_(clock), options_(std::move(options)) {
  people_[options_.bot_user] = {options_.bot_user, "deskwire", "", true};
}

void FakeSlackWorkspace::add_channel(const std::string& id, const std::string& name) {
  channels_[id] = Channel{.id = id, .name = name};
}

void FakeSlackWorkspace::add_person(const std::string& id, const std::string& name,
                                    const std::string& email) {
  people_[id] = {id, name, email};
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
  if (has_replies) out["thread_ts"] = said.ts;
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
  in.messages.erase(ts);
  const std::string at = fresh_ts();
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

json::object FakeSlackWorkspace::post(const Fields& fields) {
  Channel* in = channel(text_of(fields, "channel"));
  if (in == nullptr) return failure("channel_not_found");
  if (in->is_archived) return failure("is_archived");
  if (!in->is_member) return failure("not_in_channel");
  const std::string text = text_of(fields, "text");
  const json::value blocks = json_of(fields, "blocks");
  if (text.empty() && blocks.is_null()) return failure("no_text");
  if (!are_blocks(blocks)) return failure("invalid_blocks");
  const std::string ts = add(*in, {.user = options_.bot_user,
                                   .bot = options_.bot,
                                   .text = text,
                                   .thread = text_of(fields, "thread_ts"),
                                   .metadata = json_of(fields, "metadata"),
                                   .blocks = blocks});
  return {{"ok", true},
          {"channel", in->id},
          {"ts", ts},
          {"message", message_json(*in, in->messages.at(ts), true)}};
}

json::object FakeSlackWorkspace::update(const Fields& fields) {
  const std::string id = text_of(fields, "channel"), ts = text_of(fields, "ts");
  Message* said = message(id, ts);
  if (said == nullptr) return failure("message_not_found");
  if (said->bot != options_.bot) return failure("cant_update_message");
  const json::value blocks = json_of(fields, "blocks");
  if (!are_blocks(blocks)) return failure("invalid_blocks");
  if (!blocks.is_null()) said->blocks = blocks;
  edit(id, ts, text_of(fields, "text"));
  return {{"ok", true}, {"channel", channel(id)->id}, {"ts", ts}, {"text", said->text}};
}

/// Seen by one person and kept nowhere: only the call tells of it.
json::object FakeSlackWorkspace::whisper(const Fields& fields) {
  if (channel(text_of(fields, "channel")) == nullptr) return failure("channel_not_found");
  if (people_.count(text_of(fields, "user")) == 0) return failure("user_not_in_channel");
  if (text_of(fields, "text").empty()) return failure("no_text");
  return {{"ok", true}, {"message_ts", fresh_ts()}};
}

json::object FakeSlackWorkspace::erase(const Fields& fields) {
  const std::string id = text_of(fields, "channel"), ts = text_of(fields, "ts");
  if (message(id, ts) == nullptr) return failure("message_not_found");
  remove(id, ts);
  return {{"ok", true}, {"channel", id}, {"ts", ts}};
}

json::object FakeSlackWorkspace::permalink(const Fields& fields) {
  const std::string id = text_of(fields, "channel"), ts = text_of(fields, "message_ts");
  const Message* said = message(id, ts);
  if (said == nullptr) return failure("message_not_found");
  std::string link = fmt::format("{}/archives/{}/p{}", url_, id, replace_all(ts, ".", ""));
  if (!said->thread.empty()) link += fmt::format("?thread_ts={}&cid={}", said->thread, id);
  return {{"ok", true}, {"channel", id}, {"permalink", link}};
}

json::object FakeSlackWorkspace::page(const Channel& in, std::vector<const Message*> found,
                                      const Fields& fields) const {
  size_t limit = 100;
  if (const std::string given = text_of(fields, "limit"); !given.empty()) {
    limit = std::clamp<size_t>(std::strtoul(given.c_str(), nullptr, 10), 1, 999);
  }
  limit = std::min(limit, options_.page_max);
  // "next_ts:" is what Slack's own cursors hold, in base64; they end with "=".
  const std::string cursor = text_of(fields, "cursor");
  size_t from = 0;
  if (cursor.starts_with("at:")) from = std::strtoul(cursor.c_str() + 3, nullptr, 10);
  from = std::min(from, found.size());
  const size_t to = std::min(found.size(), from + limit);
  json::array messages;
  for (size_t i = from; i < to; ++i) {
    messages.push_back(message_json(in, *found[i], is_true(fields, "include_all_metadata")));
  }
  const bool has_more = to < found.size();
  return {{"ok", true},
          {"messages", std::move(messages)},
          {"has_more", has_more},
          {"response_metadata",
           json::object{{"next_cursor", has_more ? fmt::format("at:{}=", to) : ""}}}};
}

json::object FakeSlackWorkspace::history(const Fields& fields) {
  const Channel* in = channel(text_of(fields, "channel"));
  if (in == nullptr) return failure("channel_not_found");
  if (!in->is_member) return failure("not_in_channel");
  const std::string oldest = text_of(fields, "oldest"), latest = text_of(fields, "latest");
  std::vector<const Message*> found;
  for (const auto& [ts, said] : in->messages) {
    const bool is_reply = !said.thread.empty() && said.subtype != "thread_broadcast";
    const bool is_inside = (oldest.empty() || ts > oldest) && (latest.empty() || ts < latest);
    if (!is_reply && is_inside) found.push_back(&said);
  }
  std::reverse(found.begin(), found.end());
  return page(*in, std::move(found), fields);
}

json::object FakeSlackWorkspace::replies(const Fields& fields) {
  const Channel* in = channel(text_of(fields, "channel"));
  if (in == nullptr) return failure("channel_not_found");
  const std::string root = text_of(fields, "ts"), oldest = text_of(fields, "oldest");
  if (in->messages.count(root) == 0) return failure("thread_not_found");
  std::vector<const Message*> found;
  for (const auto& [ts, said] : in->messages) {
    const bool is_inside = oldest.empty() || ts > oldest;
    if (ts == root || (said.thread == root && is_inside)) found.push_back(&said);
  }
  return page(*in, std::move(found), fields);
}

json::object FakeSlackWorkspace::describe_channel(const Fields& fields) {
  const Channel* in = channel(text_of(fields, "channel"));
  if (in == nullptr) return failure("channel_not_found");
  return {{"ok", true},
          {"channel", json::object{{"id", in->id},
                                   {"name", in->name},
                                   {"is_channel", true},
                                   {"is_private", in->is_private},
                                   {"is_member", in->is_member},
                                   {"is_archived", in->is_archived}}}};
}

json::object FakeSlackWorkspace::list(const Fields&) {
  json::array out;
  for (const auto& [id, one] : channels_) {
    out.push_back(json::object{{"id", id}, {"name", one.name}, {"is_member", one.is_member}});
  }
  return {{"ok", true},
          {"channels", std::move(out)},
          {"response_metadata", json::object{{"next_cursor", ""}}}};
}

json::object FakeSlackWorkspace::join(const Fields& fields) {
  Channel* in = channel(text_of(fields, "channel"));
  if (in == nullptr) return failure("channel_not_found");
  in->is_member = true;
  return describe_channel(fields);
}

json::object FakeSlackWorkspace::person_json(const Person& person) const {
  json::object profile{{"real_name", person.name}, {"display_name", ""}};
  if (!person.email.empty()) profile["email"] = person.email;
  return {{"id", person.id},
          {"team_id", options_.team},
          {"name", to_lower(replace_all(person.name, " ", "."))},
          {"deleted", false},
          {"is_bot", person.is_bot},
          {"real_name", person.name},
          {"profile", std::move(profile)}};
}

json::object FakeSlackWorkspace::describe_person(const Fields& fields) {
  const auto found = people_.find(text_of(fields, "user"));
  if (found == people_.end()) return failure("user_not_found");
  return {{"ok", true}, {"user", person_json(found->second)}};
}

json::object FakeSlackWorkspace::person_by_email(const Fields& fields) {
  for (const auto& [id, person] : people_) {
    const bool is_same = !person.email.empty() && person.email == text_of(fields, "email");
    if (is_same) return {{"ok", true}, {"user", person_json(person)}};
  }
  return failure("users_not_found");
}

json::object FakeSlackWorkspace::add_reaction(const Fields& fields) {
  const std::string id = text_of(fields, "channel"), ts = text_of(fields, "timestamp");
  const std::string emoji = text_of(fields, "name");
  Message* said = message(id, ts);
  if (said == nullptr) return failure("message_not_found");
  if (said->reactions[emoji].count(options_.bot_user) > 0) return failure("already_reacted");
  react(id, ts, options_.bot_user, emoji);
  return {{"ok", true}};
}

json::object FakeSlackWorkspace::remove_reaction(const Fields& fields) {
  const std::string id = text_of(fields, "channel"), ts = text_of(fields, "timestamp");
  const std::string emoji = text_of(fields, "name");
  Message* said = message(id, ts);
  if (said == nullptr) return failure("message_not_found");
  if (said->reactions[emoji].count(options_.bot_user) == 0) return failure("no_reaction");
  react(id, ts, options_.bot_user, emoji, false);
  return {{"ok", true}};
}

json::object FakeSlackWorkspace::begin_upload(const Fields& fields) {
  if (text_of(fields, "filename").empty()) return failure("invalid_arguments");
  const std::string id = add_file(text_of(fields, "filename"), "application/octet-stream", "");
  return {{"ok", true}, {"upload_url", url_ + "/upload/v1/" + id}, {"file_id", id}};
}

json::object FakeSlackWorkspace::complete_upload(const Fields& fields) {
  const json::value given = json_of(fields, "files");
  Channel* in = channel(text_of(fields, "channel_id"));
  if (!given.is_array()) return failure("invalid_arguments");
  json::array out;
  std::vector<std::string> ids;
  for (const json::value& one : given.get_array()) {
    std::vector<Problem> ignored;
    const std::string id = JsonView(one, ignored)["id"].text().value_or("");
    if (files_.count(id) == 0) return failure("file_not_found");
    if (in != nullptr) files_[id].shared_in.push_back(in->id);
    ids.push_back(id);
    out.push_back(file_json(files_[id]));
  }
  if (in != nullptr) {
    add(*in, {.user = options_.bot_user,
              .bot = options_.bot,
              .text = text_of(fields, "initial_comment"),
              .thread = text_of(fields, "thread_ts"),
              .subtype = "file_share",
              .files = std::move(ids)});
  }
  return {{"ok", true}, {"files", std::move(out)}};
}

json::object FakeSlackWorkspace::describe_file(const Fields& fields) {
  const auto found = files_.find(text_of(fields, "file"));
  if (found == files_.end()) return failure("file_not_found");
  return {{"ok", true}, {"file", file_json(found->second)}};
}

json::object FakeSlackWorkspace::who_am_i(const Fields&) {
  return {{"ok", true},
          {"url", url_ + "/"},
          {"team", "Acme"},
          {"user", "deskwire"},
          {"team_id", options_.team},
          {"user_id", options_.bot_user},
          {"bot_id", options_.bot},
          {"is_enterprise_install", false}};
}

json::object FakeSlackWorkspace::nothing(const Fields&) {
  return {{"ok", true}};
}

const std::map<std::string_view, FakeSlackWorkspace::Method>& FakeSlackWorkspace::methods() {
  using W = FakeSlackWorkspace;
  static const std::map<std::string_view, Method> all = {
      {"api.test", &W::nothing},
      {"auth.test", &W::who_am_i},
      {"chat.postMessage", &W::post},
      {"chat.update", &W::update},
      {"chat.postEphemeral", &W::whisper},
      {"chat.delete", &W::erase},
      {"chat.getPermalink", &W::permalink},
      {"conversations.history", &W::history},
      {"conversations.replies", &W::replies},
      {"conversations.info", &W::describe_channel},
      {"conversations.list", &W::list},
      {"conversations.join", &W::join},
      {"users.info", &W::describe_person},
      {"users.lookupByEmail", &W::person_by_email},
      {"reactions.add", &W::add_reaction},
      {"reactions.remove", &W::remove_reaction},
      {"files.getUploadURLExternal", &W::begin_upload},
      {"files.completeUploadExternal", &W::complete_upload},
      {"files.info", &W::describe_file},
  };
  return all;
}

json::object FakeSlackWorkspace::call(std::string_view method, const Fields& fields) {
  const auto found = methods().find(method);
  if (found == methods().end()) return failure("unknown_method");
  return (this->*found->second)(fields);
}

}  // namespace dw
