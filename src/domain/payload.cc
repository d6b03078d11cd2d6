#include "domain/payload.h"

#include <fmt/format.h>

#include <array>

#include "domain/comment_source.h"

namespace dw {
namespace {

json::array texts(const std::vector<std::string>& from) {
  return json::array(from.begin(), from.end());
}

TicketId ticket_at(const JsonView& view) {
  return {view["ticket"].integer().value_or(0)};
}

std::vector<std::string> texts_at(const JsonView& view, std::string_view key) {
  return view[key].is_present() ? view[key].texts() : std::vector<std::string>();
}

CommentSource source_at(const JsonView& view) {
  return {text_at(view, "target"), text_at(view, "ticket"), text_at(view, "comment"),
          text_at(view, "digest")};
}

json::value encode_one(const QueueSend& send) {
  json::object attributes;
  for (const auto& [name, value] : send.attributes) attributes[name] = value;
  json::object out{{"queue", send.queue}, {"body", send.body}, {"attributes", attributes}};
  if (!send.group.empty()) out["group"] = send.group;
  if (!send.deduplication.empty()) out["deduplication"] = send.deduplication;
  return out;
}

json::value encode_one(const DeskComment& comment) {
  json::object out{{"ticket", comment.ticket.value},       {"author_name", comment.author_name},
                   {"author_email", comment.author_email}, {"body", comment.body},
                   {"public", comment.is_public},          {"source", comment.source}};
  if (!comment.external_id.empty()) out["external_id"] = comment.external_id;
  if (!comment.files.empty()) out["files"] = encode_files(comment.files);
  return out;
}

json::value encode_one(const DeskUpdate& update) {
  json::object out{{"ticket", update.ticket.value}};
  const TicketPatch& patch = update.patch;
  if (patch.status) out["status"] = json::string(name_of(*patch.status));
  if (patch.priority) out["priority"] = json::string(name_of(*patch.priority));
  if (patch.assignee) out["assignee"] = *patch.assignee;
  if (patch.tags) out["tags"] = texts(*patch.tags);
  if (patch.type) out["type"] = json::string(name_of(*patch.type));
  if (patch.problem_id) out["problem_id"] = patch.problem_id->value;
  if (!update.external_id.empty()) out["external_id"] = update.external_id;
  if (!update.problem.empty()) out["problem"] = update.problem;
  return out;
}

json::value encode_one(const DeskOpen& open) {
  json::object out{{"ticket", open.ticket.value},
                   {"key", open.key},
                   {"title", open.title},
                   {"description", open.description},
                   {"priority", json::string(name_of(open.priority))},
                   {"requester", json::object{{"name", open.requester.name},
                                              {"email", open.requester.email},
                                              {"id", open.requester.id}}},
                   {"tags", texts(open.tags)},
                   {"thread_url", open.thread_url},
                   {"follow_up_of", open.follow_up_of}};
  if (open.type != TicketType::none) out["type"] = json::string(name_of(open.type));
  if (open.is_private) out["private"] = true;
  return out;
}

json::array buttons(const std::vector<ChatButton>& all) {
  json::array out;
  for (const ChatButton& one : all) {
    json::object button{{"label", one.label}};
    if (!one.url.empty()) button["url"] = one.url;
    if (!one.action.empty()) button["action"] = one.action;
    if (!one.value.empty()) button["value"] = one.value;
    out.push_back(std::move(button));
  }
  return out;
}

json::value encode_one(const ChatPost& post) {
  json::object out{{"channel", post.channel}, {"thread", post.thread}};
  if (!post.text.empty()) out["text"] = post.text;
  if (!post.html.empty()) out["html"] = post.html;
  if (!post.mentions.empty()) out["mentions"] = texts(post.mentions);
  if (post.has_mentions_last) out["mentions_last"] = true;
  if (post.reminds_of) out["reminds_of"] = post.reminds_of.value;
  if (!post.author_name.empty()) out["author_name"] = post.author_name;
  if (!post.files.empty()) out["files"] = encode_files(post.files);
  if (!post.buttons.empty()) out["buttons"] = buttons(post.buttons);
  if (!post.replaces.empty()) out["replaces"] = post.replaces;
  if (!post.only_to.empty()) out["only_to"] = post.only_to;
  if (post.part > 0) out["part"] = post.part;
  const CommentSource& source = post.source;
  if (!source.target.empty()) {
    out["source"] = json::object{{"target", source.target},
                                 {"ticket", source.ticket},
                                 {"comment", source.comment},
                                 {"digest", source.digest}};
  }
  return out;
}

json::value encode_one(const ChatReact& react) {
  return json::object{{"channel", react.channel},
                      {"message", react.message},
                      {"emoji", react.emoji},
                      {"removed", react.is_removed}};
}

json::value encode_one(const Lookup& ask) {
  json::object out = ask.details;
  out["about"] = ask.about;
  return out;
}

json::value encode_one(const MailSend& mail) {
  json::array images;
  for (const MailImage& image : mail.images) {
    images.push_back(json::object{
        {"id", image.id}, {"content_type", image.content_type}, {"base64", image.base64}});
  }
  return json::object{{"to", texts(mail.to)}, {"subject", mail.subject},
                      {"text", mail.text},    {"html", mail.html},
                      {"images", images},     {"unsubscribe", mail.unsubscribe},
                      {"once", mail.is_once}, {"bulk", mail.is_bulk}};
}

json::value encode_one(const WebhookPost& post) {
  return json::object{{"body", post.body}, {"idempotency_key", post.idempotency_key}};
}

Payload decode_send(const JsonView& view) {
  QueueSend send{.queue = view["queue"].required_text(),
                 .body = view["body"].required_text(),
                 .attributes = {},
                 .group = text_at(view, "group"),
                 .deduplication = text_at(view, "deduplication")};
  if (const JsonView attributes = view["attributes"]; attributes.is_object()) {
    for (const auto& member : attributes.raw()->get_object()) {
      send.attributes[std::string(member.key())] = attributes[member.key()].required_text();
    }
  }
  return send;
}

Payload decode_comment(const JsonView& view) {
  return DeskComment{.ticket = ticket_at(view),
                     .author_name = text_at(view, "author_name"),
                     .author_email = text_at(view, "author_email"),
                     .body = view["body"].required_text(),
                     .is_public = view["public"].boolean().value_or(false),
                     .source = text_at(view, "source"),
                     .external_id = text_at(view, "external_id"),
                     .files = files_in(*view.raw())};
}

Payload decode_update(const JsonView& view) {
  DeskUpdate update{.ticket = ticket_at(view), .patch = {}};
  if (const auto status = view["status"].text()) update.patch.status = status_named(*status);
  if (const auto priority = view["priority"].text()) {
    update.patch.priority = priority_named(*priority);
  }
  update.patch.assignee = view["assignee"].text();
  if (view["tags"].is_present()) update.patch.tags = view["tags"].texts();
  if (const auto type = view["type"].text()) update.patch.type = ticket_type_named(*type);
  if (const auto problem = view["problem_id"].integer()) {
    update.patch.problem_id = TicketId{*problem};
  }
  update.external_id = text_at(view, "external_id");
  update.problem = text_at(view, "problem");
  return update;
}

Payload decode_open(const JsonView& view) {
  const JsonView requester = view["requester"];
  const auto priority = priority_named(text_at(view, "priority"));
  return DeskOpen{.ticket = ticket_at(view),
                  .key = view["key"].required_text(),
                  .title = view["title"].required_text(),
                  .description = text_at(view, "description"),
                  .priority = priority.value_or(Priority::medium),
                  .requester = {text_at(requester, "name"), text_at(requester, "email"),
                                text_at(requester, "id")},
                  .tags = texts_at(view, "tags"),
                  .thread_url = text_at(view, "thread_url"),
                  .follow_up_of = text_at(view, "follow_up_of"),
                  .type = ticket_type_named(text_at(view, "type")).value_or(TicketType::none),
                  .is_private = view["private"].boolean().value_or(false)};
}

Payload decode_post(const JsonView& view) {
  std::vector<ChatButton> buttons;
  for (const JsonView& one : view["buttons"].elements()) {
    buttons.push_back({one["label"].required_text(), text_at(one, "url"), text_at(one, "action"),
                       text_at(one, "value")});
  }
  return ChatPost{.channel = view["channel"].required_text(),
                  .thread = text_at(view, "thread"),
                  .text = text_at(view, "text"),
                  .html = text_at(view, "html"),
                  .mentions = texts_at(view, "mentions"),
                  .author_name = text_at(view, "author_name"),
                  .files = files_in(*view.raw()),
                  .buttons = std::move(buttons),
                  .replaces = text_at(view, "replaces"),
                  .only_to = text_at(view, "only_to"),
                  .source = source_at(view["source"]),
                  .part = static_cast<int>(view["part"].integer().value_or(0)),
                  .reminds_of = {view["reminds_of"].integer().value_or(0)},
                  .has_mentions_last = view["mentions_last"].boolean().value_or(false)};
}

Payload decode_react(const JsonView& view) {
  return ChatReact{.channel = view["channel"].required_text(),
                   .message = view["message"].required_text(),
                   .emoji = view["emoji"].required_text(),
                   .is_removed = view["removed"].boolean().value_or(false)};
}

Payload decode_ask(const JsonView& view) {
  Lookup ask{.about = view["about"].required_text(), .details = {}};
  if (view.is_object()) ask.details = view.raw()->get_object();
  ask.details.erase("about");
  return ask;
}

Payload decode_mail(const JsonView& view) {
  MailSend mail{.to = texts_at(view, "to"),
                .subject = text_at(view, "subject"),
                .text = text_at(view, "text"),
                .html = text_at(view, "html"),
                .images = {},
                .unsubscribe = text_at(view, "unsubscribe"),
                .is_once = view["once"].boolean().value_or(false),
                .is_bulk = view["bulk"].boolean().value_or(false)};
  for (const JsonView& image : view["images"].elements()) {
    mail.images.push_back(
        {text_at(image, "id"), text_at(image, "content_type"), text_at(image, "base64")});
  }
  return mail;
}

Payload decode_webhook(const JsonView& view) {
  return WebhookPost{.body = view["body"].required_text(),
                     .idempotency_key = text_at(view, "idempotency_key")};
}

struct Operation {
  std::string_view name;
  Payload (*decode)(const JsonView&);
};

/// In the order of Payload's alternatives.
constexpr std::array<Operation, std::variant_size_v<Payload>> operations = {
    {{"send", decode_send},
     {"comment", decode_comment},
     {"update", decode_update},
     {"open", decode_open},
     {"post", decode_post},
     {"react", decode_react},
     {"ask", decode_ask},
     {"mail", decode_mail},
     {"webhook", decode_webhook}}};

}  // namespace

std::string_view operation_of(const Payload& payload) {
  return operations.at(payload.index()).name;
}

json::value encode(const Payload& payload) {
  return std::visit([](const auto& one) { return encode_one(one); }, payload);
}

namespace {

Precondition still_stands(const CommentSource& source) {
  json::object details{
      {"id", source.ticket}, {"comment", source.comment}, {"digest", source.digest}};
  return {source.target, {"comment_stands", std::move(details)}};
}

}  // namespace

std::optional<Precondition> precondition_of(const Payload& payload) {
  if (const auto* comment = std::get_if<DeskComment>(&payload)) {
    const auto source = decode_comment_source(comment->source);
    return source ? std::optional(still_stands(*source)) : std::nullopt;
  }
  const auto* post = std::get_if<ChatPost>(&payload);
  if (post == nullptr) return std::nullopt;
  if (post->reminds_of) {
    return Precondition{waiting_target_name, {"waits", {{"ticket", post->reminds_of.value}}}};
  }
  if (post->source.target.empty()) return std::nullopt;
  return still_stands(post->source);
}

Result<Payload> decode_payload(std::string_view operation, const json::value& body) {
  for (const Operation& one : operations) {
    if (one.name != operation) continue;
    std::vector<Problem> problems;
    Payload payload = one.decode(JsonView(body, problems));
    if (problems.empty()) return payload;
    return Error{.kind = ErrorKind::invalid,
                 .where = "delivery",
                 .what = "payload",
                 .problems = std::move(problems)};
  }
  return Error{ErrorKind::invalid, "delivery", fmt::format("unknown operation {}", operation)};
}

}  // namespace dw
