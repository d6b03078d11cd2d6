// What we say in Slack, as Slack takes it; pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "connectors/slack/api.h"
#include "domain/payload.h"

namespace dw {

/// A post's words as mrkdwn: the people who are told, the author's name, the text, links to the
/// files that were not copied. What is longer than Slack shows is cut, and says so.
std::string words_of(const ChatPost& post, const std::vector<FileLink>& linked);
/// The blocks of a post with buttons: its words in a section, the buttons in a row below. Slack
/// refuses what is beyond its limits (docs.slack.dev, "Block Kit", read 2026-11), so the words are
/// cut at 3,000 characters and labels at 75, and a button whose value or link is too long is left
/// out, as are those after the 25th.
json::array encode_blocks(const std::string& words, const std::vector<ChatButton>& buttons);
/// Where no blocks are shown (notifications, screen readers): the words, and the buttons' links.
std::string fallback_of(const std::string& words, const std::vector<ChatButton>& buttons);
/// The form of chat.update: the message loses the blocks that it had.
SlackFields encode_rewrite(const ChatPost& post, const std::string& words);
/// The form of chat.postEphemeral.
SlackFields encode_ephemeral(const ChatPost& post, const std::string& words);
/// The form of chat.postMessage. `delivery` and the ids of uploaded files go into its metadata, by
/// which it is found again. Links are not unfurled, and nothing in the text is turned into a
/// mention.
SlackFields encode_post(const ChatPost& post, const std::string& words, const std::string& delivery,
                        const std::vector<std::string>& file_ids);
/// The uploaded files that a message of ours says it was posted with.
std::vector<std::string> file_ids_of(const json::value& message);
/// The `files` field of files.completeUploadExternal.
std::string encode_shares(const std::vector<std::string>& file_ids);

/// "#general" is a name, "C0123456789" an id.
bool is_channel_name(std::string_view channel);
/// Cut to at most `bytes_max`, no token and no entity broken.
std::string_view cut_mrkdwn(std::string_view mrkdwn, size_t bytes_max);

}  // namespace dw
