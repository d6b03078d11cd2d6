#include "connectors/teams/wire.h"

#include "base/hash.h"
#include "base/text.h"
#include "domain/markup.h"

namespace dw {
namespace {

constexpr size_t key_bytes_max = 512;

/// The HTML that Teams attaches beside the text says more about lines and mentions.
std::string text_of(const JsonView& activity) {
  for (const JsonView& attachment : activity["attachments"].elements()) {
    const auto type = attachment["contentType"].text();
    const auto content = attachment["content"].raw();
    if (type == "text/html" && content != nullptr && content->is_string()) {
      const std::string text = text_of_html(content->get_string());
      if (!text.empty()) return text;
    }
  }
  return text_of_html(activity["text"].text().value_or(""));
}

}  // namespace

Result<Event> decode_activity(std::string_view body, const std::string& source, TimePoint at) {
  DW_TRY(const json::value root, parse_json(body));
  if (!root.is_object()) return Error{ErrorKind::invalid, source, "the body is no JSON object"};
  std::vector<Problem> ignored;  // Teams' fields vary; what is odd is left out
  const JsonView activity(root, ignored);
  const std::string conversation = activity["conversation"]["id"].text().value_or("");
  const std::string channel = conversation.substr(0, conversation.find(';'));
  const size_t root_message = conversation.find(";messageid=");
  const std::string thread =
      root_message == std::string::npos ? "" : conversation.substr(root_message + 11);
  // Without an id the bytes themselves tell a repeat.
  std::string message = activity["id"].text().value_or("");
  if (message.empty()) message = "body-" + to_hex(bytes_of(sha256(body)));
  std::string key = channel + "/" + message;
  if (key.size() > key_bytes_max) key = to_hex(bytes_of(sha256(key)));
  const JsonView from = activity["from"];
  const std::string sender = from["id"].text().value_or("");
  const bool is_message = activity["type"].text().value_or("message") == "message";
  Event event{
      .source = source,
      .key = std::move(key),
      .kind = "chat.ticket",
      .at = at,
      .body =
          json::object{
              {"text", is_message ? text_of(activity) : ""},
              {"sender", json::object{{"name", from["name"].text().value_or("")},
                                      {"id", sender.empty() ? "" : "teams:" + sender},
                                      {"directory_id", from["aadObjectId"].text().value_or("")}}},
              {"channel", channel},
              {"thread", thread},
              {"message", message}},
      .is_for_ever = true};
  return event;
}

std::string encode_message(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '\n':
        safe += "<br>";
        break;
      case '*':
      case '`':
      case '[':  // a link that shows one address and opens another
        safe += '\\';
        [[fallthrough]];
      default:
        safe += c;
    }
  }
  return to_text(json::object{{"type", "message"}, {"text", safe}});
}

}  // namespace dw
