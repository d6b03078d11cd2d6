#include "connectors/teams/wire.h"

#include <cctype>
#include <optional>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/markup.h"

namespace dw {
namespace {

constexpr size_t key_bytes_max = 512;

/// What we are called there, as far as the activity says: a bot's id begins with "28:".
std::vector<std::string> our_names(const JsonView& activity) {
  std::vector<std::string> out;
  const JsonView recipient = activity["recipient"];
  if (const auto name = recipient["name"].text(); name && !name->empty()) out.push_back(*name);
  for (const JsonView& entity : activity["entities"].elements()) {
    const JsonView who = entity["mentioned"];
    const bool is_bot = who["id"].text().value_or("").starts_with("28:");
    if (entity["type"].text() == "mention" && is_bot)
      out.push_back(who["name"].text().value_or(""));
  }
  return out;
}

/// The HTML that Teams attaches beside the text says more about lines and mentions.
std::string text_of(const JsonView& activity) {
  const std::vector<std::string> names = our_names(activity);
  for (const JsonView& attachment : activity["attachments"].elements()) {
    const auto type = attachment["contentType"].text();
    const auto content = attachment["content"].raw();
    if (type == "text/html" && content != nullptr && content->is_string()) {
      const std::string text = text_of_html(content->get_string(), names, Quotes::marked);
      if (!text.empty()) return text;
    }
  }
  return text_of_html(activity["text"].text().value_or(""), names, Quotes::marked);
}

/// The length of the well-formed character at `at`, 0 if there is none.
size_t character_bytes(std::string_view text, size_t at) {
  for (size_t bytes = 1; bytes <= 4 && at + bytes <= text.size(); ++bytes) {
    if (is_utf8(text.substr(at, bytes))) return bytes;
  }
  return 0;
}

/// The unit of UTF-16 that an escape "\uD83D" at `at` writes.
std::optional<unsigned> escaped_unit(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  return number_in<unsigned>(text.substr(at + 2, 4), 16);
}

/// JSON with U+FFFD in place of bytes that are no UTF-8 and of halves of characters: whoever wrote
/// it gets an answer that says so, where a refused request would leave them with Teams' own
/// "there was a problem".
std::string fixed(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    if (bytes == 0) {
      out += "\uFFFD";
      ++at;
      continue;
    }
    size_t taken = bytes;
    if (text[at] == '\\') {
      const auto unit = escaped_unit(text, at);
      taken = unit ? 6 : 2;
      if (unit && *unit >= 0xD800 && *unit <= 0xDFFF) {
        const auto next = escaped_unit(text, at + 6);
        const bool is_pair = *unit <= 0xDBFF && next && *next >= 0xDC00 && *next <= 0xDFFF;
        out += is_pair ? text.substr(at, 12) : "\\uFFFD";
        at += is_pair ? 12 : 6;
        continue;
      }
    }
    out += text.substr(at, taken);
    at += taken;
  }
  return out;
}

struct Activity {
  json::value root;
  bool is_damaged = false;
};

Result<Activity> read_activity(std::string_view body, const std::string& source) {
  Result<json::value> root = parse_json(body);
  bool is_damaged = false;
  if (!root.ok()) {
    if (Result<json::value> second = parse_json(fixed(body)); second.ok()) {
      root = std::move(second);
      is_damaged = true;
    }
  }
  if (!root.ok()) return root.error();
  if (!root->is_object()) return Error{ErrorKind::invalid, source, "the body is not a JSON object"};
  return Activity{std::move(*root), is_damaged};
}

bool is_word(std::string_view text, size_t at) {
  if (at >= text.size()) return false;
  const auto c = static_cast<unsigned char>(text[at]);
  return std::isalnum(c) != 0 || c >= 0x80;
}

/// Whether Markdown would take the sign at `at` for its own.
bool is_markdown(std::string_view text, size_t at) {
  const bool is_first = at == 0 || text[at - 1] == '\n';
  const char next = at + 1 < text.size() ? text[at + 1] : '\n';
  switch (text[at]) {
    case '*':
    case '`':
    case '[':  // a link that shows one address and opens another
      return true;
    case '_':
      return !(at > 0 && is_word(text, at - 1) && is_word(text, at + 1));
    case '~':
      return next == '~' || (at > 0 && text[at - 1] == '~');
    case '#':
      return is_first;
    case '\\':
      return next == '\n' || std::ispunct(static_cast<unsigned char>(next)) != 0;
    default:
      return false;
  }
}

}  // namespace

Result<Event> decode_activity(std::string_view body, const std::string& source, TimePoint at) {
  DW_TRY(const Activity read, read_activity(body, source));
  const JsonView activity(read.root);
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
  json::object out{
      {"text", is_message ? text_of(activity) : ""},
      {"sender", json::object{{"name", from["name"].text().value_or("")},
                              {"id", sender.empty() ? "" : "teams:" + sender},
                              {"directory_id", from["aadObjectId"].text().value_or("")}}},
      {"channel", channel},
      {"team", activity["channelData"]["team"]["id"].text().value_or("")},
      {"thread", thread},
      {"message", message}};
  if (read.is_damaged) out["is_damaged"] = true;
  return Event{.source = source,
               .key = std::move(key),
               .kind = "chat.ticket",
               .at = at,
               .body = std::move(out),
               .is_for_ever = true};
}

std::string encode_message(std::string_view text) {
  std::string safe;
  for (size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
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
      default:
        if (is_markdown(text, at)) safe += '\\';
        safe += text[at];
    }
  }
  return to_text(json::object{{"type", "message"}, {"text", safe}});
}

}  // namespace dw
