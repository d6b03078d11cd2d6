#include "jobs/storm/thread_command.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "domain/mrkdwn.h"

namespace dw {
ChatPerson who_pressed(const JsonView& body) {
  return {text_at(body["user"], "id"), text_at(body["user"], "name")};
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
  const size_t end = std::min(rest.find_first_of(" \n\t"), rest.size());
  ThreadCommand out;
  out.word = to_lower(rest.substr(0, end));
  out.text = trim(plain_of_mrkdwn(trim(rest.substr(end))));
  const bool is_one = (out.word == "answer" && !out.text.empty()) || out.word == "close" ||
                      (out.word == "dissolve" && out.text.empty());
  if (!is_one) return std::nullopt;
  out.key = event.source + "/" + event.key;
  out.channel = text_at(body, "channel");
  out.thread = text_at(body, "thread");
  out.person.id = text_at(body["author"], "id");
  const bool is_bot = body["author"]["is_bot"].boolean().value_or(false);
  if (is_bot || out.person.id.empty()) return std::nullopt;
  return out;
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

std::string encode_thread_command(const ThreadCommand& command) {
  return to_text(json::object{{"group", command.group},
                              {"ticket", command.ticket.value},
                              {"key", command.key},
                              {"word", command.word},
                              {"text", command.text},
                              {"channel", command.channel},
                              {"thread", command.thread},
                              {"user", command.person.id}});
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
  return out;
}

}  // namespace dw
