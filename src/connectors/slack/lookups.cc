#include "connectors/slack/lookups.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/slack/posts.h"

namespace dw {
namespace {

constexpr std::chrono::hours kept_for{24};
constexpr size_t kept_max = 10'000;
constexpr int messages_per_page = 100;
/// As many as Slack gives: an overview has one short line of each.
constexpr int threads_per_page = 999;
constexpr int channels_per_page = 1000;
constexpr int channel_pages_max = 50;

std::string text_in(const json::object& object, std::string_view key) {
  const json::value whole = object;
  const JsonView value = JsonView(whole)[key];
  if (const auto number = value.integer()) return std::to_string(*number);
  return value.text().value_or("");
}

/// What a person is called: what they chose, else their name, else the account's.
std::string name_of_person(const JsonView& user) {
  const JsonView profile = user["profile"];
  for (std::string name : {text_at(profile, "real_name"), text_at(user, "real_name"),
                           text_at(profile, "display_name"), text_at(user, "name")}) {
    if (!name.empty()) return name;
  }
  return text_at(user, "id");
}

/// Of this workspace (or of the organization that it belongs to), and no guest.
bool is_full_member(const JsonView& user, const std::string& team) {
  for (const char* key :
       {"is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted"}) {
    if (user[key].boolean().value_or(false)) return false;
  }
  const std::vector<std::string> teams = user["enterprise_user"]["teams"].texts();
  return !team.empty() && (text_at(user, "team_id") == team ||
                           std::find(teams.begin(), teams.end(), team) != teams.end());
}

/// Whoever gave a message an emoji, each for itself; our own are no news.
std::vector<json::object> reactions_of(const JsonView& message, const std::string& own_id) {
  std::vector<json::object> out;
  const std::string ts = text_at(message, "ts");
  for (const JsonView& one : message["reactions"].elements()) {
    for (const std::string& user : one["users"].texts()) {
      if (user == own_id) continue;
      out.push_back({{"message", ts}, {"emoji", text_at(one, "name")}, {"user", user}});
    }
  }
  return out;
}

std::string next_cursor_of(const JsonView& body) {
  return text_at(body["response_metadata"], "next_cursor");
}

}  // namespace

const json::object* SlackLookups::find(const std::string& key) {
  const auto found = kept_.find(key);
  if (found == kept_.end() || found->second.until < api_.clock().monotonic()) return nullptr;
  return &found->second.answer;
}

void SlackLookups::keep(const std::string& key, const json::object& answer) {
  const Monotonic now = api_.clock().monotonic();
  if (kept_.size() >= kept_max) {
    std::erase_if(kept_, [now](const auto& one) { return one.second.until < now; });
    if (kept_.size() >= kept_max) kept_.clear();
  }
  kept_[key] = {answer, now + kept_for};
}

Task<Result<json::object>> SlackLookups::answer(Lookup ask, Attempt attempt) {
  const json::object& details = ask.details;
  const std::string& about = ask.about;
  if (about == "person") {
    co_return co_await person("users.info", "user", text_in(details, "id"), attempt);
  }
  if (about == "person_by_email") {
    co_return co_await person("users.lookupByEmail", "email", text_in(details, "email"), attempt);
  }
  if (about == "group") co_return co_await group(text_in(details, "id"), attempt);
  if (about == "file") co_return co_await file(text_in(details, "id"), attempt);
  if (about == "channel") co_return co_await channel(text_in(details, "id"), attempt);
  if (about == "channel_by_name") {
    std::string name = text_in(details, "name");
    if (!is_channel_name(name)) name.insert(0, 1, '#');
    const Result<std::string> id = co_await channel_id(name, attempt);
    if (!id.ok()) co_return id.error();
    co_return json::object{{"id", *id}, {"name", name.substr(1)}};
  }
  if (about == "permalink") {
    co_return co_await permalink(text_in(details, "channel"), text_in(details, "message"), attempt);
  }
  if (about == "history") co_return co_await history(details, attempt);
  if (about == "threads") co_return co_await threads(details, attempt);
  co_return Error{ErrorKind::invalid, "slack", "can't be asked about " + about};
}

Task<Result<json::object>> SlackLookups::person(std::string method, std::string field,
                                                std::string value, Attempt attempt) {
  const std::string key = field + " " + value;
  if (const json::object* kept = find(key)) co_return *kept;
  SlackCall call{.method = std::move(method), .fields = {{std::move(field), std::move(value)}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  const Result<SlackSelf> own = co_await api_.self(attempt);
  const JsonView user = JsonView(answer->body)["user"];
  const bool is_bot = user["is_bot"].boolean().value_or(false);
  json::object out{{"id", text_at(user, "id")},
                   {"name", name_of_person(user)},
                   {"email", text_at(user["profile"], "email")},
                   {"is_bot", is_bot},
                   {"is_full_member", own.ok() && is_full_member(user, own->team)}};
  if (own.ok()) keep(key, out);
  co_return out;
}

Task<Result<json::object>> SlackLookups::channel(std::string id, Attempt attempt) {
  const std::string key = "channel " + id;
  if (const json::object* kept = find(key)) co_return *kept;
  SlackCall call{.method = "conversations.info", .fields = {{"channel", id}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  const JsonView found = JsonView(answer->body)["channel"];
  json::object out{{"id", id}, {"name", text_at(found, "name")}};
  keep(key, out);
  co_return out;
}

Task<Result<json::object>> SlackLookups::group(std::string id, Attempt attempt) {
  const std::string key = "group " + id;
  if (const json::object* kept = find(key)) co_return *kept;
  SlackCall call{.method = "usergroups.list", .fields = {{"include_disabled", "true"}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  // An app from before this scope was asked for: the group stands as its id, and nothing waits.
  const bool is_denied = !answer.ok() && answer.error().kind == ErrorKind::denied;
  if (!answer.ok() && !is_denied) co_return answer.error();
  json::object out{{"id", id}, {"name", ""}};
  if (is_denied) co_return out;
  for (const JsonView& one : JsonView(answer->body)["usergroups"].elements()) {
    std::string name = text_at(one, "handle");
    if (name.empty()) name = text_at(one, "name");
    json::object found{{"id", text_at(one, "id")}, {"name", name}};
    if (text_at(one, "id") == id) out = found;
    keep("group " + text_at(one, "id"), found);
  }
  co_return out;
}

Task<Result<json::object>> SlackLookups::file(std::string id, Attempt attempt) {
  SlackCall call{.method = "files.info", .fields = {{"file", id}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  const JsonView found = JsonView(answer->body)["file"];
  std::string name = text_at(found, "name");
  if (name.empty()) name = text_at(found, "title");
  co_return json::object{{"id", id},
                         {"name", name},
                         {"content_type", text_at(found, "mimetype")},
                         {"bytes", found["size"].integer().value_or(0)}};
}

Task<Result<std::string>> SlackLookups::channel_id(std::string channel, Attempt attempt) {
  if (!is_channel_name(channel)) co_return channel;
  const std::string wanted = channel.substr(1);
  if (const json::object* kept = find(channel)) co_return text_in(*kept, "id");
  std::string cursor;
  for (int page = 0; page < channel_pages_max; ++page) {
    SlackCall call{.method = "conversations.list",
                   .fields = {{"types", "public_channel,private_channel"},
                              {"exclude_archived", "true"},
                              {"limit", std::to_string(channels_per_page)}}};
    if (!cursor.empty()) call.fields.emplace_back("cursor", cursor);
    const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
    if (!answer.ok()) co_return answer.error();
    const JsonView body(answer->body);
    for (const JsonView& one : body["channels"].elements()) {
      if (text_at(one, "name") != wanted) continue;
      keep(channel, {{"id", text_at(one, "id")}});
      co_return text_at(one, "id");
    }
    cursor = next_cursor_of(body);
    if (cursor.empty()) break;
  }
  co_return Error{ErrorKind::missing, "slack",
                  fmt::format("channel {} not found, or the app cannot see it", channel)};
}

Task<Result<json::object>> SlackLookups::permalink(std::string channel, std::string message,
                                                   Attempt attempt) {
  SlackCall call{.method = "chat.getPermalink",
                 .fields = {{"channel", std::move(channel)}, {"message_ts", std::move(message)}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  co_return json::object{{"url", text_at(JsonView(answer->body), "permalink")}};
}

Task<Result<json::object>> SlackLookups::threads(json::object asked, Attempt attempt) {
  const Result<SlackSelf> self = co_await api_.self(attempt);
  if (!self.ok()) co_return self.error();
  SlackCall call{.method = "conversations.history",
                 .fields = {{"channel", text_in(asked, "channel")},
                            {"oldest", text_in(asked, "since")},
                            {"limit", std::to_string(threads_per_page)}}};
  call.is_patient = true;
  const std::string cursor = text_in(asked, "cursor");
  if (!cursor.empty()) call.fields.emplace_back("cursor", cursor);
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  const JsonView body(answer->body);
  json::array threads;
  for (const JsonView& one : body["messages"].elements()) {
    json::object root{{"message", text_at(one, "ts")}};
    const std::string latest = text_at(one, "latest_reply"), edited = text_at(one["edited"], "ts");
    if (!latest.empty()) root["latest_reply"] = latest;
    if (!edited.empty()) root["edited"] = edited;
    if (text_at(one, "subtype") == "tombstone") root["is_deleted"] = true;
    if (!reactions_of(one, self->user).empty()) root["is_marked"] = true;
    threads.push_back(std::move(root));
  }
  co_return json::object{{"threads", std::move(threads)}, {"next_cursor", next_cursor_of(body)}};
}

Task<Result<json::object>> SlackLookups::history(json::object asked, Attempt attempt) {
  // Who we are is needed to tell our own messages from others'.
  const Result<SlackSelf> self = co_await api_.self(attempt);
  if (!self.ok()) co_return self.error();
  const Result<std::string> found_id = co_await channel_id(text_in(asked, "channel"), attempt);
  if (!found_id.ok()) co_return found_id.error();
  const std::string& channel = *found_id;
  const std::string thread = text_in(asked, "thread");
  const std::string since = text_in(asked, "since"), cursor = text_in(asked, "cursor");
  SlackCall call{.method = thread.empty() ? "conversations.history" : "conversations.replies",
                 .fields = {{"channel", channel},
                            {"include_all_metadata", "true"},
                            {"limit", std::to_string(messages_per_page)}}};
  call.is_patient = asked.if_contains("is_urgent") == nullptr;
  if (!thread.empty()) call.fields.emplace_back("ts", thread);
  if (!since.empty()) call.fields.emplace_back("oldest", since);
  if (!cursor.empty()) call.fields.emplace_back("cursor", cursor);
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) co_return answer.error();
  const JsonView body(answer->body);
  std::vector<const json::value*> found;
  json::array deleted, reactions, threads;
  for (const JsonView& one : body["messages"].elements()) {
    if (text_at(one, "subtype") == "tombstone") deleted.emplace_back(text_at(one, "ts"));
    const bool is_thread = text_at(one, "thread_ts") == text_at(one, "ts");
    if (thread.empty() && is_thread) {
      threads.push_back(json::object{{"message", text_at(one, "ts")},
                                     {"latest_reply", text_at(one, "latest_reply")}});
    }
    for (json::object& given : reactions_of(one, api_.reading().self.user)) {
      reactions.push_back(std::move(given));
    }
    // The root is repeated on each page of its thread. Only its edit is news.
    const bool is_root = !thread.empty() && text_at(one, "ts") == thread;
    const bool is_notified = !is_root || (cursor.empty() && !text_at(one["edited"], "ts").empty());
    if (is_notified && is_speech(*one.raw())) found.push_back(one.raw());
  }
  if (thread.empty()) std::reverse(found.begin(), found.end());
  json::array messages;
  const SlackReading reading = api_.reading();
  for (const json::value* one : found) messages.push_back(message_body(*one, channel, reading));
  json::object out{{"messages", std::move(messages)}, {"next_cursor", next_cursor_of(body)}};
  if (!deleted.empty()) out["deleted"] = std::move(deleted);
  if (!threads.empty()) out["threads"] = std::move(threads);
  if (!reactions.empty()) out["reactions"] = std::move(reactions);
  co_return out;
}

}  // namespace dw
