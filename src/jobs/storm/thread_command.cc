#include "jobs/storm/thread_command.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "domain/file_link.h"
#include "domain/mrkdwn.h"

namespace dw {

ChatPerson who_pressed(const JsonView& body) {
  return {text_at(body["user"], "id"), text_at(body["user"], "name")};
}

namespace {

/// Who says it, and where; nothing where a program does.
std::optional<ThreadCommand> said_in(const Event& event) {
  const JsonView body(event.body);
  ThreadCommand out;
  out.channel = text_at(body, "channel");
  out.thread = text_at(body, "thread");
  out.person.id = text_at(body["author"], "id");
  out.files = files_in(event.body);
  // Slack tells of a message that mentions us twice; an edit is one more.
  const std::string message = out.channel + "/" + text_at(body, "message");
  const bool is_first_said = event.kind == "chat.message";
  out.key = event.source + "/" + (is_first_said ? message : event.key);
  out.is_mention_alone = is_first_said && event.key != message;
  const bool is_program = body["author"]["is_bot"].boolean().value_or(false) ||
                          body["is_ours"].boolean().value_or(false);
  if (is_program || out.person.id.empty()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<ThreadCommand> talk_in(const Event& event) {
  if (event.kind != "chat.message" || thread_command_in(event)) return std::nullopt;
  std::optional<ThreadCommand> out = said_in(event);
  if (!out) return std::nullopt;
  const std::string text = text_at(JsonView(event.body), "text");
  out->word = "note";
  out->text = trim(plain_of_mrkdwn(trim(text)));
  if (out->text.empty()) out->text = attached(out->files);
  if (out->text.empty()) return std::nullopt;
  return out;
}

std::optional<ThreadCommand> thread_command_in(const Event& event) {
  const JsonView body(event.body);
  const std::string text = text_at(body, "text");
  std::string_view rest = trim(text);
  if (!body["is_mention_of_us"].boolean().value_or(false) || !rest.starts_with("<@")) {
    return std::nullopt;
  }
  rest = rest.substr(std::min(rest.find('>'), rest.size() - 1) + 1);
  rest = trim(rest.starts_with(":") ? rest.substr(1) : rest);
  std::optional<ThreadCommand> out = said_in(event);
  if (!out) return std::nullopt;
  const size_t end = std::min(rest.find_first_of(" \n\t"), rest.size());
  out->word = to_lower(rest.substr(0, end));
  out->text = trim(plain_of_mrkdwn(trim(rest.substr(end))));
  const bool is_dissolve = out->word == "dissolve" && out->text.empty();
  // A screenshot alone says something, too.
  if (out->text.empty() && !is_dissolve) out->text = attached(out->files);
  const bool is_one =
      (out->word == "answer" && !out->text.empty()) || out->word == "close" || is_dissolve;
  return is_one ? out : std::nullopt;
}

ThreadCommand join_command_in(const Event& event) {
  const JsonView body(event.body);
  ThreadCommand out;
  out.word = "incident";
  out.ticket = {body["ticket"].integer().value_or(0)};
  out.key = event.source + "/" + event.key;
  out.text = text_at(body, "number");
  out.channel = text_at(body, "channel");
  out.thread = text_at(body, "thread");
  out.person.id = text_at(body, "user");
  return out;
}

std::string command_lane(int64_t group) {
  return fmt::format("storm:command:{}", group);
}

std::string encode_thread_command(const ThreadCommand& command) {
  return to_text(json::object{{"group", command.group},
                              {"ticket", command.ticket.value},
                              {"key", command.key},
                              {"word", command.word},
                              {"text", command.text},
                              {"channel", command.channel},
                              {"thread", command.thread},
                              {"user", command.person.id},
                              {"files", encode_files(command.files)}});
}

ThreadCommand decode_thread_command(const std::string& text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return {};
  const JsonView view(*parsed);
  ThreadCommand out;
  out.group = view["group"].integer().value_or(0);
  out.ticket = {view["ticket"].integer().value_or(0)};
  out.key = text_at(view, "key");
  out.word = text_at(view, "word");
  out.text = text_at(view, "text");
  out.channel = text_at(view, "channel");
  out.thread = text_at(view, "thread");
  out.person.id = text_at(view, "user");
  out.files = files_in(*parsed);
  return out;
}

}  // namespace dw
