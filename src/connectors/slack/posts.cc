#include "connectors/slack/posts.h"

#include <algorithm>

#include "base/text.h"
#include "domain/mrkdwn.h"
#include "domain/pieces.h"

namespace dw {
namespace {

/// Slack cuts at 40,000 characters without a word.
constexpr size_t text_bytes_max = 39'000;
constexpr std::string_view cut_note = "\n_… cut here: the rest is in the ticket_";

/// Block Kit's limits, in characters; bytes are on the safe side.
constexpr size_t section_bytes_max = 3'000;
constexpr int label_characters_max = 75;
constexpr size_t value_bytes_max = 2'000, url_bytes_max = 3'000, action_bytes_max = 255;
constexpr size_t buttons_max = 25;
constexpr std::string_view ellipsis = " …";

bool is_person_id(std::string_view id) {
  const auto is_part = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return id.size() > 1 && id.size() < 32 && (id[0] == 'U' || id[0] == 'W') &&
         std::all_of(id.begin(), id.end(), is_part);
}

std::string bold(std::string_view name) {
  const std::string plain =
      replace_all(replace_all(trim(cut_characters(name, 80)), "*", ""), "\n", " ");
  return plain.empty() ? "" : "*" + mrkdwn_of_plain(plain) + "*";
}

std::string text_of(const ChatPost& post) {
  if (post.part <= 0) {
    return post.html.empty() ? mrkdwn_of_plain(post.text) : mrkdwn_of_html(post.html);
  }
  std::vector<std::string> pieces = pieces_of(post);
  const auto at = static_cast<size_t>(post.part) - 1;
  return at < pieces.size() ? std::move(pieces[at]) : std::string();
}

}  // namespace

std::string_view cut_mrkdwn(std::string_view mrkdwn, size_t bytes_max) {
  std::string_view out = cut_bytes(mrkdwn, bytes_max);
  if (out.size() == mrkdwn.size()) return out;
  const auto cut_open = [&out](char open, char close) {
    const size_t last = out.rfind(open);
    if (last == std::string_view::npos) return;
    if (out.find(close, last) == std::string_view::npos) out = out.substr(0, last);
  };
  cut_open('<', '>');
  cut_open('&', ';');
  return out;
}

std::string words_of(const ChatPost& post, const std::vector<FileLink>& linked) {
  std::string out;
  std::string mentions;
  for (const std::string& id : post.mentions) {
    if (is_person_id(id)) mentions += "<@" + id + "> ";
  }
  if (!post.has_mentions_last) out += mentions;
  if (const std::string author = bold(post.author_name); !author.empty()) out += author + ": ";
  std::string text = text_of(post);
  if (text.size() > text_bytes_max) {
    text = std::string(cut_mrkdwn(text, text_bytes_max)) + std::string(cut_note);
  }
  out += text;
  if (post.has_mentions_last) out += " " + mentions;
  for (const FileLink& file : linked) {
    if (!out.empty() && !out.ends_with('\n')) out += '\n';
    out += "📎 " + mrkdwn_link(file.url, file.name.empty() ? "file" : file.name);
  }
  return std::string(trim(out));
}

json::array encode_blocks(const std::string& words, const std::vector<ChatButton>& buttons) {
  json::array row;
  for (const ChatButton& one : buttons) {
    // A value that is cut would be another one.
    const bool is_good = !one.label.empty() && one.value.size() <= value_bytes_max &&
                         one.url.size() <= url_bytes_max && one.action.size() <= action_bytes_max &&
                         one.url.empty() != one.action.empty();
    if (!is_good || row.size() >= buttons_max) continue;
    json::object button{
        {"type", "button"},
        {"text", json::object{{"type", "plain_text"},
                              {"text", cut_characters(one.label, label_characters_max)}}}};
    // Slack tells of presses on links, too; each needs an id of its own.
    button["action_id"] = one.url.empty() ? one.action : "link." + std::to_string(row.size());
    if (!one.url.empty()) button["url"] = one.url;
    if (!one.value.empty()) button["value"] = one.value;
    row.push_back(std::move(button));
  }
  std::string shown = words;
  if (shown.size() > section_bytes_max) {
    shown = std::string(cut_mrkdwn(words, section_bytes_max - ellipsis.size()));
    shown += ellipsis;
  }
  json::array blocks;
  if (row.empty()) return blocks;
  // Verbatim: nothing in the words is turned into a mention or a link.
  blocks.push_back(json::object{
      {"type", "section"},
      {"text", json::object{{"type", "mrkdwn"}, {"text", shown}, {"verbatim", true}}}});
  blocks.push_back(json::object{{"type", "actions"}, {"elements", std::move(row)}});
  return blocks;
}

std::string fallback_of(const std::string& words, const std::vector<ChatButton>& buttons) {
  std::string out = words;
  for (const ChatButton& one : buttons) {
    if (!one.url.empty()) out += "\n" + mrkdwn_link(one.url, one.label);
  }
  return out;
}

SlackFields encode_rewrite(const ChatPost& post, const std::string& words) {
  return {{"channel", post.channel},
          {"ts", post.replaces},
          {"text", fallback_of(words, post.buttons)},
          {"parse", "none"},
          {"link_names", "false"},
          {"blocks", to_text(encode_blocks(words, post.buttons))}};
}

SlackFields encode_ephemeral(const ChatPost& post, const std::string& words) {
  SlackFields fields = {{"channel", post.channel},
                        {"user", post.only_to},
                        {"text", words},
                        {"parse", "none"},
                        {"link_names", "false"}};
  if (!post.thread.empty()) fields.emplace_back("thread_ts", post.thread);
  return fields;
}

SlackFields encode_post(const ChatPost& post, const std::string& words, const std::string& delivery,
                        const std::vector<std::string>& file_ids) {
  json::object marker{{"delivery", delivery}};
  if (!file_ids.empty()) marker["files"] = join(file_ids, ",");
  const json::object metadata{{"event_type", json::string(slack_marker_type)},
                              {"event_payload", std::move(marker)}};
  SlackFields fields = {{"channel", post.channel},
                        {"text", fallback_of(words, post.buttons)},
                        {"parse", "none"},
                        {"link_names", "false"},
                        {"unfurl_links", "false"},
                        {"unfurl_media", "false"},
                        {"metadata", to_text(metadata)}};
  if (!post.thread.empty()) fields.emplace_back("thread_ts", post.thread);
  const json::array blocks = encode_blocks(words, post.buttons);
  if (!blocks.empty()) fields.emplace_back("blocks", to_text(blocks));
  return fields;
}

std::vector<std::string> file_ids_of(const json::value& message) {
  const auto files = JsonView(message)["metadata"]["event_payload"]["files"].text();
  std::vector<std::string> out;
  if (!files) return out;
  for (const std::string_view id : split(*files, ',')) {
    if (!id.empty()) out.emplace_back(id);
  }
  return out;
}

std::string encode_shares(const std::vector<std::string>& file_ids) {
  json::array files;
  for (const std::string& id : file_ids) files.push_back(json::object{{"id", id}});
  return to_text(files);
}

bool is_channel_name(std::string_view channel) {
  return channel.starts_with('#');
}

}  // namespace dw
