#include "web/story_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/outside_text.h"
#include "base/text.h"
#include "domain/file_link.h"
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

std::string names_of_files(const json::value& body) {
  std::vector<std::string> out;
  for (const FileLink& file : files_in(body)) out.push_back(file.name);
  return out.empty() ? "" : "(files: " + join(out, ", ") + ")";
}

std::string said_in(const Event& event, const StoryNames& names) {
  std::string text = text_of(event.body, "text");
  if (is_blank(text)) text = text_of(event.body, "blocks_text");
  std::string out(trim(plain_of_mrkdwn(text, names.people)));
  const std::string files = names_of_files(event.body);
  if (!files.empty()) out += (out.empty() ? "" : " ") + files;
  return out;
}

const ThreadMessage* found_in(const StoryNames& names, const std::string& key) {
  const auto found = names.messages.find(key);
  return found == names.messages.end() ? nullptr : &found->second;
}

bool is_kept(const ThreadMessage* said) {
  return said != nullptr && said->state == ThreadMessageState::kept;
}

bool is_deleted(const ThreadMessage* said) {
  return is_kept(said) && said->kind == "chat.message" && said->digest.empty();
}

bool is_message(const Event& event) {
  return event.kind == "chat.message" || event.kind == "chat.edit";
}

/// A first version that was edited since: whether the desk had it, nothing but what was sent says.
bool is_untold(const Event& event, const ThreadMessage* said, const StoryNames& names) {
  const bool is_newest = event.kind != "chat.message" || said == nullptr || said->edited_at.empty();
  if (is_newest) return false;
  const std::string words(trim(plain_of_mrkdwn(text_of(event.body, "text"), names.people)));
  return words.empty() ||
         std::none_of(names.sent.begin(), names.sent.end(), [&words](const std::string& one) {
           return one.find(words) != std::string::npos;
         });
}

/// Whether these are words that stay in the chat or were withdrawn since.
bool is_hidden(const Event& event, const StoryNames& names) {
  if (!is_message(event)) return false;
  const ThreadMessage* said = found_in(names, message_key_of(event));
  return is_kept(said) || is_kept(found_in(names, event.key)) || is_untold(event, said, names);
}

std::string words_of_message(const Event& event, const StoryNames& names) {
  const std::string who = author_of(event, names);
  if (is_of_bot(event)) return who + " is a bot: what it wrote is not read";
  const bool is_edit = event.kind == "chat.edit";
  if (is_deleted(found_in(names, message_key_of(event)))) {
    return who + " wrote a message that was deleted before the desk had it, or later";
  }
  if (is_hidden(event, names)) {
    return fmt::format("{} {} that stays in the chat: private, a command, a close word or thanks",
                       who, is_edit ? "made an edit" : "wrote something");
  }
  return fmt::format("{} {}: {}", who, is_edit ? "edited" : "wrote", said_in(event, names));
}

/// "/desk note …" is private.
bool is_note(const Event& event) {
  if (event.kind != "chat.command") return false;
  const std::string text = to_lower(trim(text_of(event.body, "text")));
  const std::string verb = text.substr(0, text.find_first_of(" \t\r\n:,"));
  return verb == "note";
}

std::string words_of_command(const Event& event) {
  return fmt::format("{} used {} {}", or_someone(text_of(member(event.body, "user"), "name")),
                     text_of(event.body, "command"),
                     is_note(event) ? "note" : text_of(event.body, "text"));
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

void withdraw_words(Payload& payload) {
  const std::string instead = "(withdrawn)";
  if (auto* comment = std::get_if<DeskComment>(&payload)) {
    comment->body = instead;
    comment->files.clear();
  } else if (auto* post = std::get_if<ChatPost>(&payload)) {
    post->text = instead;
    post->html.clear();
    post->files.clear();
  } else if (auto* open = std::get_if<DeskOpen>(&payload)) {
    open->title = open->description = instead;
  }
}

/// Discarded since what it would have said was withdrawn: in the chat, or at the desk.
bool is_discarded_as_withdrawn(const Delivery& delivery) {
  if (delivery.state != DeliveryState::discarded) return false;
  const auto* post = std::get_if<ChatPost>(&delivery.payload);
  return (post != nullptr && !post->source.target.empty()) ||
         delivery.reason.find("deleted or withdrawn") != std::string::npos;
}

}  // namespace

std::string message_key_of(const Event& event) {
  const std::string channel = text_of(event.body, "channel");
  const std::string message = text_of(event.body, "message");
  return channel.empty() || message.empty() ? "" : channel + "/" + message;
}

std::string message_key_of(const Delivery& delivery) {
  // "comment C1 100.1 C1/100.2", of an edit "comment C1 100.1 C1/100.2/101.0"; what opens a ticket
  // is "open C1 100.1".
  const std::vector<std::string_view> words = split(delivery.reference, ' ');
  if (words.size() == 3 && words[0] == "open") return fmt::format("{}/{}", words[1], words[2]);
  if (words.size() != 4 || words[0] != "comment") return "";
  const std::vector<std::string_view> parts = split(words[3], '/');
  const bool is_text = parts.size() == 2 || (parts.size() == 3 && parts[2] != "deleted");
  return is_text ? fmt::format("{}/{}", parts[0], parts[1]) : "";
}

json::value body_shown(const Event& event, const StoryNames& names) {
  if (!is_hidden(event, names) && !is_note(event)) return event.body;
  json::object shown;
  for (const char* name : {"channel", "message", "thread", "author", "user", "command"}) {
    const json::value found = member(event.body, name);
    if (!found.is_null()) shown[name] = found;
  }
  return shown;
}

Delivery without_withdrawn_words(Delivery delivery, const StoryNames& names) {
  const std::string key = message_key_of(delivery);
  const ThreadMessage* said = key.empty() ? nullptr : found_in(names, key);
  const auto* comment = std::get_if<DeskComment>(&delivery.payload);
  // A note is a message that stays in the chat, and its private comment is no secret of the desk.
  const bool is_withdrawn =
      comment != nullptr && (is_deleted(said) || (is_kept(said) && comment->is_public));
  const bool is_opening = std::holds_alternative<DeskOpen>(delivery.payload) && is_kept(said);
  if (is_withdrawn || is_opening || is_discarded_as_withdrawn(delivery))
    withdraw_words(delivery.payload);
  return delivery;
}

bool is_of_bot(const Event& event) {
  return is_message(event) && is_set(member(event.body, "author"), "is_bot");
}

std::string words_of(const Event& event, const StoryNames& names) {
  const json::value& body = event.body;
  if (is_message(event)) return words_of_message(event, names);
  if (event.kind == "chat.delete") return "A message was deleted";
  if (event.kind == "chat.reaction") return words_of_reaction(event, names);
  if (event.kind == "chat.command") return words_of_command(event);
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
