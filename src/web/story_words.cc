#include "web/story_words.h"

#include <fmt/format.h>

#include "base/text.h"
#include "domain/markup.h"

namespace dw {
namespace {

json::value member(const json::value& of, std::string_view name) {
  const JsonView found = JsonView(of)[name];
  return found.is_present() ? *found.raw() : json::value();
}

std::string text_of(const json::value& of, std::string_view name) {
  return JsonView(of)[name].text().value_or("");
}

bool is_set(const json::value& of, std::string_view name) {
  return JsonView(of)[name].boolean().value_or(false);
}

std::string or_someone(std::string name) {
  return name.empty() ? "Someone" : name;
}

std::string name_of(const std::string& id, const StoryNames& names) {
  const auto found = names.people.find(id);
  return or_someone(found == names.people.end() ? id : found->second);
}

/// Who wrote in a chat: by the directory, else as the message itself says.
std::string author_of(const Event& event, const StoryNames& names) {
  const json::value author = member(event.body, "author");
  const std::string id = text_of(author, "id");
  if (names.people.count(id) > 0 && !id.empty()) return name_of(id, names);
  const std::string name = text_of(author, "name");
  return name.empty() ? name_of(id, names) : name;
}

std::string files_in(const json::value& body) {
  std::vector<std::string> out;
  for (const JsonView& file : JsonView(body)["files"].elements()) {
    out.push_back(file["name"].text().value_or("file"));
  }
  return out.empty() ? "" : "(files: " + join(out, ", ") + ")";
}

std::string said_in(const Event& event, const StoryNames& names) {
  std::string text = text_of(event.body, "text");
  if (trim(text).empty()) text = text_of(event.body, "blocks_text");
  std::string out(trim(plain_of_mrkdwn(text, names.people)));
  const std::string files = files_in(event.body);
  if (!files.empty()) out += (out.empty() ? "" : " ") + files;
  return out;
}

std::string words_of_message(const Event& event, const StoryNames& names) {
  const std::string who = author_of(event, names);
  const bool is_edit = event.kind == "chat.edit";
  // A mention arrives a second time under a key of its own.
  std::string key = event.key;
  if (const size_t at = key.find("/mention/"); at != std::string::npos) key.replace(at, 9, "/");
  const auto found = names.messages.find(key);
  const bool is_kept =
      found != names.messages.end() && found->second.state == ThreadMessageState::kept;
  if (is_kept && found->second.digest.empty()) {
    return who + " wrote a message that was deleted before the desk had it, or later";
  }
  if (is_kept) {
    return fmt::format("{} {} that stays in the chat: private, a command, a close word or thanks",
                       who, is_edit ? "made an edit" : "wrote something");
  }
  return fmt::format("{} {}: {}", who, is_edit ? "edited" : "wrote", said_in(event, names));
}

std::string words_of_reaction(const Event& event, const StoryNames& names) {
  const std::string who = name_of(text_of(event.body, "user"), names);
  return fmt::format("{} {} :{}:", who, is_set(event.body, "is_added") ? "added" : "removed",
                     text_of(event.body, "emoji"));
}

/// An answer to a delivery, or that it was refused.
std::string words_of_answer(const Event& event, const StoryNames& names) {
  const std::string target = text_of(event.body, "target");
  std::string what = text_of(event.body, "operation");
  const auto id = delivery_id_named(text_of(event.body, "delivery"));
  if (id) {
    const auto found = names.deliveries.find(*id);
    if (found != names.deliveries.end()) what = found->second;
  }
  if (text_of(event.body, "reference").starts_with("wake ")) return "It was time to go on";
  if (is_set(event.body, "is_done")) return fmt::format("{} answered: {}", target, what);
  return fmt::format("{} failed for good: {} ({})", target, what, text_of(event.body, "why"));
}

std::string words_of_change(const json::value& body) {
  std::vector<std::string> parts;
  for (const char* name : {"status", "priority", "assignee"}) {
    const std::string value = text_of(body, name);
    if (!value.empty()) parts.push_back(fmt::format("{} {}", name, value));
  }
  return parts.empty() ? "changed the ticket" : "set " + join(parts, ", ");
}

std::string words_of_patch(const TicketPatch& patch) {
  std::vector<std::string> parts;
  if (patch.status) parts.push_back(fmt::format("status {}", name_of(*patch.status)));
  if (patch.priority) parts.push_back(fmt::format("priority {}", name_of(*patch.priority)));
  if (patch.assignee) parts.push_back("assignee " + *patch.assignee);
  if (patch.tags) parts.push_back("tags " + join(*patch.tags, " "));
  return join(parts, ", ");
}

std::string words_of_post(const ChatPost& post) {
  const std::string text = post.text.empty() ? text_of_html(post.html) : post.text;
  return post.author_name.empty() ? text : post.author_name + ": " + text;
}

std::string words_of_lookup(const Lookup& question) {
  const json::value details = question.details;
  for (const char* name : {"id", "name", "thread", "message", "channel"}) {
    const std::string value = text_of(details, name);
    if (!value.empty()) return question.about + " " + value;
  }
  return question.about;
}

/// What a delivery carries, beside its operation.
std::string content_of(const Payload& payload) {
  if (const auto* open = std::get_if<DeskOpen>(&payload)) return open->title;
  if (const auto* update = std::get_if<DeskUpdate>(&payload)) return words_of_patch(update->patch);
  if (const auto* post = std::get_if<ChatPost>(&payload)) return words_of_post(*post);
  if (const auto* mail = std::get_if<MailSend>(&payload)) return mail->subject;
  if (const auto* comment = std::get_if<DeskComment>(&payload)) {
    return fmt::format("{}, {}: {}", comment->is_public ? "public" : "private",
                       comment->author_name, comment->body);
  }
  if (const auto* react = std::get_if<ChatReact>(&payload)) {
    return fmt::format("{} :{}:", react->is_removed ? "remove" : "add", react->emoji);
  }
  return "";
}

}  // namespace

std::string words_of(const Event& event, const StoryNames& names) {
  const json::value& body = event.body;
  if (event.kind == "chat.message" || event.kind == "chat.edit") {
    return words_of_message(event, names);
  }
  if (event.kind == "chat.delete") return "A message was deleted";
  if (event.kind == "chat.reaction") return words_of_reaction(event, names);
  if (event.kind == "chat.command") {
    return fmt::format("{} used {} {}", or_someone(text_of(member(body, "user"), "name")),
                       text_of(body, "command"), text_of(body, "text"));
  }
  if (event.kind == "chat.ticket") {
    return fmt::format("{} wrote: {}", or_someone(text_of(member(body, "sender"), "name")),
                       text_of(body, "text"));
  }
  if (event.kind == "api.ticket") {
    return fmt::format("{} asked for a ticket: {}",
                       or_someone(text_of(member(body, "requester"), "name")),
                       text_of(body, "title"));
  }
  if (event.kind == "desk.comment") {
    return fmt::format("{} wrote at the desk: {}",
                       or_someone(text_of(member(body, "author"), "name")), text_of(body, "body"));
  }
  if (event.kind == "desk.update") {
    return or_someone(text_of(body, "by")) + " " + words_of_change(body);
  }
  if (event.kind == "desk.changed") return "The desk reported a change of the ticket";
  if (is_set(body, "is_done") || !text_of(body, "delivery").empty()) {
    return words_of_answer(event, names);
  }
  return event.kind;
}

std::string words_of(const Delivery& delivery, const std::string& target) {
  if (const auto* question = std::get_if<Lookup>(&delivery.payload)) {
    return fmt::format("look up {} at {}", words_of_lookup(*question), target);
  }
  const std::string content = content_of(delivery.payload);
  const std::string what = fmt::format("{} to {}", operation_of(delivery.payload), target);
  return content.empty() ? what : what + " “" + content + "”";
}

}  // namespace dw
