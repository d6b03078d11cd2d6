// The Web API's methods over a FakeSlackWorkspace: what each takes, refuses and answers.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "fakes/slack_workspace.h"

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

/// Sections and rows of buttons within the limits of Block Kit; nothing else is said with blocks.
bool are_blocks(const json::value& blocks) {
  if (blocks.is_null()) return true;
  std::set<std::string> actions;
  const auto text = [](const JsonView& at, size_t max) {
    const std::string found = at["text"]["text"].text().value_or("");
    return !found.empty() && count_characters(found) <= max;
  };
  for (const JsonView& block : JsonView(blocks).elements()) {
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
json::object FakeSlackWorkspace::ephemeral(const Fields& fields) {
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
  // Slack's own cursors end with "=" as well: who puts one into a URL must encode it.
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
                                   {"is_ext_shared", in->is_ext_shared},
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
          {"team_id", person.team.empty() ? options_.team : person.team},
          {"is_restricted", person.is_guest},
          {"is_ultra_restricted", false},
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

json::object FakeSlackWorkspace::groups(const Fields&) {
  json::array out;
  for (const auto& [id, handle] : groups_) {
    out.push_back(json::object{{"id", id}, {"handle", handle}, {"name", handle + " people"}});
  }
  return {{"ok", true}, {"usergroups", std::move(out)}};
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
    const std::string id = JsonView(one)["id"].text().value_or("");
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
      {"chat.postEphemeral", &W::ephemeral},
      {"chat.delete", &W::erase},
      {"chat.getPermalink", &W::permalink},
      {"conversations.history", &W::history},
      {"conversations.replies", &W::replies},
      {"conversations.info", &W::describe_channel},
      {"conversations.list", &W::list},
      {"conversations.join", &W::join},
      {"users.info", &W::describe_person},
      {"users.lookupByEmail", &W::person_by_email},
      {"usergroups.list", &W::groups},
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
