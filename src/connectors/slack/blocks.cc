// What a person sees of a message: its blocks where it has some that speak (`text` is then only
// what a notification says), else its text; and beside either, attachments and forwarded messages
// (docs.slack.dev, "Block Kit" and "Attachments", read 2026-11).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/slack/rich_text.h"
#include "connectors/slack/wire.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

/// Forwarded messages hold forwarded messages.
constexpr int depth_max = 4;

bool is_set(const JsonView& view, std::string_view key) {
  return view[key].boolean().value_or(false);
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// A text, a number: {"type":"raw_number","value":4}.
std::string scalar(const JsonView& value) {
  if (const auto text = value.text()) return encode_slack_entities(*text);
  const json::value* raw = value.raw();
  if (raw == nullptr || !raw->is_primitive() || raw->is_null()) return {};
  return raw->is_double() ? fmt::format("{}", raw->get_double()) : to_text(*raw);
}

/// {"type":"mrkdwn"|"plain_text","text":…}, or a rich_text in its place.
std::string text_object(const JsonView& object) {
  const std::string type = text_at(object, "type");
  if (type == "rich_text") return mrkdwn_of_rich_text(object);
  const std::string text = text_at(object, "text");
  if (text.empty() && object["value"].is_present()) return scalar(object["value"]);
  return type == "mrkdwn" ? text : encode_slack_entities(text);
}

/// "U7" -> "<@U7>", "C1" -> "<#C1>".
std::string named(std::string_view id) {
  const bool is_channel = id.starts_with('C') || id.starts_with('G');
  return fmt::format("<{}{}>", is_channel ? '#' : '@', id);
}

/// One thing that was filled in: what was typed, or the option, person, channel or time chosen.
std::string filled_value(const JsonView& element) {
  for (const char* key : {"value", "initial_value", "selected_date", "initial_date",
                          "selected_time", "initial_time"}) {
    const JsonView given = element[key];
    if (given.is_object()) return text_object(given);
    if (given.is_present()) return scalar(given);
  }
  for (const char* key : {"selected_option", "initial_option"}) {
    if (element[key].is_object()) return text_object(element[key]["text"]);
  }
  for (const char* key : {"selected_user", "initial_user", "selected_channel", "initial_channel",
                          "selected_conversation", "initial_conversation"}) {
    if (const auto id = element[key].text()) return named(*id);
  }
  for (const char* key : {"selected_date_time", "initial_date_time"}) {
    if (const auto seconds = element[key].integer()) return moment_text(*seconds);
  }
  return {};
}

/// What somebody filled in, as far as the block says.
std::string filled_in(const JsonView& element) {
  const std::string type = text_at(element, "type");
  if (type.ends_with("button") || type == "image" || type == "overflow") return {};
  if (std::string one = filled_value(element); !one.empty()) return one;
  for (const char* key : {"selected_options", "initial_options", "selected_users", "initial_users",
                          "selected_channels", "initial_channels", "selected_conversations",
                          "initial_conversations"}) {
    std::vector<std::string> chosen;
    for (const JsonView& one : element[key].elements()) {
      const auto id = one.text();
      chosen.push_back(id ? named(*id) : text_object(one["text"]));
    }
    if (!chosen.empty()) return join(chosen, ", ");
  }
  return {};
}

std::string table(const JsonView& block) {
  std::string out;
  for (const JsonView& row : block["rows"].elements()) {
    std::vector<std::string> cells;
    for (const JsonView& cell : row.elements()) {
      cells.push_back(replace_all(trim(text_object(cell)), "\n", " "));
    }
    add_line(out, join(cells, " | "));
  }
  return out;
}

/// The words of a kind of block that is not known here: whatever calls itself text.
void add_unknown(std::string& out, const json::value& value, int depth) {
  if (depth > depth_max) return;
  const JsonView view(value);
  if (value.is_array()) {
    for (const json::value& one : value.get_array()) add_unknown(out, one, depth + 1);
  } else if (value.is_object()) {
    const bool is_text = view["text"].raw() != nullptr && view["text"].raw()->is_string();
    const bool is_rich = text_at(view, "type") == "rich_text";
    if (is_text || is_rich) return add_line(out, text_object(view));
    for (const auto& member : value.get_object()) {
      const bool is_title = member.key() == "title" && member.value().is_string();
      if (is_title) add_line(out, encode_slack_entities(text_at(view, "title")));
      add_unknown(out, member.value(), depth + 1);
    }
  }
}

void add_block(std::string& out, const JsonView& block) {
  const std::string type = text_at(block, "type");
  if (type == "rich_text") return add_line(out, mrkdwn_of_rich_text(block));
  if (type == "table") return add_line(out, table(block));
  if (is_one_of(type, {"divider", "actions", "context_actions", "file"})) return;
  if (type == "image") {
    if (block["title"].is_object()) add_line(out, text_object(block["title"]));
    return add_line(out, encode_slack_entities(text_at(block, "alt_text")));
  }
  if (type == "video") {
    const std::string url = text_at(block, "title_url");
    const std::string title = text_at(block["title"], "text");
    add_line(out, url.empty() ? encode_slack_entities(title) : mrkdwn_link(url, title));
    return add_line(out, encode_slack_entities(text_at(block["description"], "text")));
  }
  if (type == "call") {
    const JsonView call = block["call"]["v1"];
    const std::string url = text_at(call, "join_url"), name = text_at(call, "name");
    return add_line(out, url.empty() ? encode_slack_entities(name) : mrkdwn_link(url, name));
  }
  if (type == "markdown") return add_line(out, encode_slack_entities(text_at(block, "text")));
  if (is_one_of(type, {"section", "header", "context", "input"})) {
    for (const char* key : {"label", "text"}) {
      if (block[key].is_object()) add_line(out, text_object(block[key]));
    }
    for (const JsonView& field : block["fields"].elements()) add_line(out, text_object(field));
    if (type == "input") add_line(out, filled_in(block["element"]));
    if (type == "section") add_line(out, filled_in(block["accessory"]));
    if (type != "context") return;
    for (const JsonView& element : block["elements"].elements()) {
      if (text_at(element, "type") != "image") add_line(out, text_object(element));
    }
    return;
  }
  if (block.raw() != nullptr) add_unknown(out, *block.raw(), 0);
}

std::string words_of_blocks(const JsonView& blocks) {
  std::string out;
  for (const JsonView& block : blocks.elements()) add_block(out, block);
  return out;
}

/// Whether Slack shows these in place of the text: pictures and buttons alone stand beside it.
bool has_speaking_block(const JsonView& blocks) {
  for (const JsonView& block : blocks.elements()) {
    if (is_one_of(text_at(block, "type"),
                  {"divider", "actions", "context_actions", "file", "image", "video", "context"})) {
      continue;
    }
    std::string said;
    add_block(said, block);
    if (!said.empty()) return true;
  }
  return false;
}

/// A preview of an address that the message names is not what its author said.
bool is_preview(const JsonView& attachment, std::string_view said) {
  if (is_set(attachment, "is_share")) return false;
  bool has_address = is_set(attachment, "is_app_unfurl");
  for (const char* key : {"from_url", "original_url", "app_unfurl_url"}) {
    const std::string address = text_at(attachment, key);
    if (address.empty()) continue;
    has_address = true;
    if (said.find(encode_slack_entities(address)) != std::string_view::npos) return true;
  }
  return has_address && !is_set(attachment, "is_msg_unfurl");
}

std::string words(const JsonView& message, int depth);
void add_attachments(std::string& out, const JsonView& message, int depth);

/// Whose words, and the words as a quote.
std::string forwarded(const JsonView& attachment, int depth) {
  std::string said;
  for (const JsonView& one : attachment["message_blocks"].elements()) {
    add_line(said, words_of_blocks(one["message"]["blocks"]));
  }
  if (said.empty()) {
    said = words(attachment, depth + 1);
  } else {
    add_attachments(said, attachment, depth + 1);
  }
  if (said.empty() && attachment["files"].elements().empty()) {
    said = text_at(attachment, "fallback");
  }
  std::string who = encode_slack_entities(text_at(attachment, "author_name"));
  if (who.empty()) who = encode_slack_entities(text_at(attachment, "author_subname"));
  const std::string id = text_at(attachment, "author_id");
  if (who.empty() && !id.empty()) who = "<@" + id + ">";
  std::string out = who.empty() ? "Forwarded message:" : "Forwarded from " + who + ":";
  if (!said.empty()) out += "\n" + quoted_lines(said);
  return out;
}

/// "Host: db1". A title that is a line of its own ("INC1 … added by Jon Snow (jx):") stands above
/// what was said.
std::string field_line(std::string_view title, std::string_view value) {
  if (trim(value).empty()) return std::string(title);
  if (trim(title).empty()) return std::string(value);
  std::string_view name = trim(title);
  while (name.ends_with(':')) name.remove_suffix(1);
  const bool is_line = name.ends_with(')') && name.find(" by ") != std::string_view::npos;
  if (is_line) return std::string(trim(title)) + "\n" + quoted_lines(value);
  return std::string(name) + ": " + std::string(value);
}

/// What an app attached: a ticket system's update, an alert.
std::string attached(const JsonView& attachment, int depth) {
  std::string said;
  add_line(said, text_at(attachment, "pretext"));
  add_line(said, encode_slack_entities(text_at(attachment, "author_name")));
  const std::string title = text_at(attachment, "title");
  const std::string address = text_at(attachment, "title_link");
  add_line(said, address.empty() ? title : mrkdwn_link(address, plain_of_mrkdwn(title)));
  add_line(said, text_at(attachment, "text"));
  for (const JsonView& field : attachment["fields"].elements()) {
    const std::string name = text_at(field, "title"), value = text_at(field, "value");
    add_line(said, field_line(name, value));
  }
  add_line(said, words_of_blocks(attachment["blocks"]));
  for (const JsonView& one : attachment["attachments"].elements()) {
    if (depth < depth_max) add_line(said, attached(one, depth + 1));
  }
  if (said.empty()) said = text_at(attachment, "fallback");
  add_line(said, encode_slack_entities(text_at(attachment, "footer")));
  return said;
}

void add_attachments(std::string& out, const JsonView& message, int depth) {
  if (depth >= depth_max) return;
  const std::string own = out;
  for (const JsonView& one : message["attachments"].elements()) {
    if (is_preview(one, own)) continue;
    const bool is_forward = is_set(one, "is_share") || is_set(one, "is_msg_unfurl");
    const std::string said = is_forward ? forwarded(one, depth) : attached(one, depth);
    // An app that says the same in both is heard once.
    const bool is_said = !trim(said).empty() && own.find(trim(said)) != std::string::npos;
    if (is_said) continue;
    if (is_forward && !out.empty()) out += out.ends_with('\n') ? "\n" : "\n\n";
    add_line(out, said);
  }
}

std::string words(const JsonView& message, int depth) {
  const std::string text = text_at(message, "text");
  std::string out = words_of_blocks(message["blocks"]);
  if (!has_speaking_block(message["blocks"])) {
    std::string both = text;
    add_line(both, out);
    out = std::move(both);
  }
  add_attachments(out, message, depth);
  return out;
}

}  // namespace

std::string words_of_message(const json::value& message) {
  return words(JsonView(message), 0);
}

std::string text_of_blocks(const json::value& message) {
  const JsonView view(message);
  std::string out = words_of_blocks(view["blocks"]);
  const std::string text = text_at(view, "text"), blocks = out;
  for (const JsonView& one : view["attachments"].elements()) {
    if (is_preview(one, text)) continue;
    const std::string said = attached(one, 0);
    // What the blocks say already is not a second time that it happened.
    if (blocks.find(trim(said)) == std::string::npos) add_line(out, said);
  }
  return out;
}

}  // namespace dw
