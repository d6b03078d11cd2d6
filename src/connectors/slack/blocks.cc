// Apps and integrations often leave `text` empty and say what they have to say in blocks and
// attachments (docs.slack.dev, "Block Kit" and "Attachments", read 2026-11).
#include "base/text.h"
#include "connectors/slack/wire.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

std::string text_at(const JsonView& view, std::string_view key) {
  return view[key].text().value_or("");
}

void add_line(std::string& out, std::string_view line) {
  if (trim(line).empty()) return;
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  out += line;
}

/// {"type":"mrkdwn"|"plain_text","text":…}
std::string text_object(const JsonView& object) {
  const std::string text = text_at(object, "text");
  return text_at(object, "type") == "plain_text" ? mrkdwn_of_plain(text) : text;
}

/// A piece of rich text, or a section, list or quote of them.
void add_rich(std::string& out, const JsonView& element) {
  const std::string type = text_at(element, "type");
  if (type == "text") {
    out += mrkdwn_of_plain(text_at(element, "text"));
  } else if (type == "link") {
    out += mrkdwn_link(text_at(element, "url"), text_at(element, "text"));
  } else if (type == "emoji") {
    out += ":" + text_at(element, "name") + ":";
  } else if (type == "user") {
    out += "<@" + text_at(element, "user_id") + ">";
  } else if (type == "channel") {
    out += "<#" + text_at(element, "channel_id") + ">";
  } else if (type == "usergroup") {
    out += "<!subteam^" + text_at(element, "usergroup_id") + ">";
  } else if (type == "broadcast") {
    out += "<!" + text_at(element, "range") + ">";
  }
  const bool is_list = type == "rich_text_list";
  for (const JsonView& inner : element["elements"].elements()) {
    if (is_list || type == "rich_text") {
      std::string line = is_list ? "• " : "";
      add_rich(line, inner);
      add_line(out, line);
    } else {
      add_rich(out, inner);
    }
  }
}

void add_blocks(std::string& out, const JsonView& blocks) {
  for (const JsonView& block : blocks.elements()) {
    const std::string type = text_at(block, "type");
    if (type == "rich_text") {
      std::string rich;
      add_rich(rich, block);
      add_line(out, rich);
      continue;
    }
    if (type == "image") {
      add_line(out, mrkdwn_of_plain(text_at(block, "alt_text")));
      continue;
    }
    if (block["text"].is_object()) add_line(out, text_object(block["text"]));
    for (const JsonView& field : block["fields"].elements()) add_line(out, text_object(field));
    if (type != "context") continue;
    for (const JsonView& element : block["elements"].elements()) {
      if (text_at(element, "type") != "image") add_line(out, text_object(element));
    }
  }
}

void add_attachment(std::string& out, const JsonView& attachment) {
  std::string said;
  add_line(said, text_at(attachment, "pretext"));
  const std::string title = text_at(attachment, "title");
  const std::string address = text_at(attachment, "title_link");
  add_line(said, address.empty() ? title : mrkdwn_link(address, plain_of_mrkdwn(title)));
  add_line(said, text_at(attachment, "text"));
  for (const JsonView& field : attachment["fields"].elements()) {
    add_line(said, text_at(field, "title") + ": " + text_at(field, "value"));
  }
  add_blocks(said, attachment["blocks"]);
  if (said.empty()) said = text_at(attachment, "fallback");
  add_line(out, said);
}

}  // namespace

std::string text_of_blocks(const json::value& message) {
  std::vector<Problem> ignored;
  const JsonView view(message, ignored);
  std::string out;
  add_blocks(out, view["blocks"]);
  for (const JsonView& one : view["attachments"].elements()) add_attachment(out, one);
  return out;
}

}  // namespace dw
