#include "connectors/slack/posts.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace dw {
namespace {

ChatButton action(std::string label, std::string value) {
  return {.label = std::move(label), .url = {}, .action = "ticket.take", .value = std::move(value)};
}

ChatButton link(std::string label, std::string url) {
  return {.label = std::move(label), .url = std::move(url), .action = {}, .value = {}};
}

std::string field(const SlackFields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return "none";
}

TEST(SlackPosts, a_reminder_mentions_people_behind_its_words) {
  ChatPost post;
  post.channel = "C1";
  post.text = "No reply yet after 30m.";
  post.mentions = {"U20", "U21", "@channel"};
  post.has_mentions_last = true;
  EXPECT_EQ(words_of(post, {}), "No reply yet after 30m. <@U20> <@U21>");
}

TEST(SlackPosts, buttons_are_a_row_below_the_words_and_links_are_in_the_fallback) {
  ChatPost post;
  post.channel = "C1";
  post.text = "Ticket #17 (high): <!channel> & co";
  post.buttons = {action("Take it", "17"), link("Open", "https://d/tickets/17")};
  const SlackFields fields = encode_post(post, words_of(post, {}), "d-000191", {});
  EXPECT_EQ(field(fields, "blocks"),
            R"([{"type":"section","text":{"type":"mrkdwn",)"
            R"("text":"Ticket #17 (high): &lt;!channel&gt; &amp; co","verbatim":true}},)"
            R"({"type":"actions","elements":[)"
            R"({"type":"button","text":{"type":"plain_text","text":"Take it"},)"
            R"("action_id":"ticket.take","value":"17"},)"
            R"({"type":"button","text":{"type":"plain_text","text":"Open"},)"
            R"("action_id":"link.1","url":"https://d/tickets/17"}]}])");
  EXPECT_EQ(field(fields, "text"),
            "Ticket #17 (high): &lt;!channel&gt; &amp; co\n<https://d/tickets/17|Open>");
}

TEST(SlackPosts, a_post_without_buttons_has_no_blocks) {
  ChatPost post;
  post.channel = "C1";
  post.text = "x";
  EXPECT_EQ(field(encode_post(post, "x", "d-1", {}), "blocks"), "none");
  post.replaces = "1.1";
  // Those that it had go away.
  EXPECT_EQ(field(encode_rewrite(post, "x"), "blocks"), "[]");
  EXPECT_EQ(field(encode_rewrite(post, "x"), "ts"), "1.1");
}

TEST(SlackPosts, what_is_beyond_block_kits_limits_is_cut_or_left_out) {
  std::vector<ChatButton> buttons(30, link("Open", "https://d/"));
  buttons[0] = action(std::string(90, 'L'), "1");
  buttons[1] = action("too long", std::string(2001, 'v'));
  buttons[2] = link("too long", "https://d/" + std::string(3000, 'u'));
  buttons[3] = {.label = "neither", .url = {}, .action = {}, .value = {}};
  const json::array blocks = encode_blocks(std::string(2996, 'w') + "&amp;&amp;", buttons);
  ASSERT_EQ(blocks.size(), 2U);
  const std::string words(blocks[0].at("text").at("text").as_string());
  EXPECT_LE(words.size(), 3000U);
  EXPECT_TRUE(words.ends_with("w …"));  // no entity is broken
  const json::array& row = blocks[1].at("elements").as_array();
  EXPECT_EQ(row.size(), 25U);
  const std::string label(row[0].at("text").at("text").as_string());
  EXPECT_LE(count_characters(label), 75U);
  EXPECT_EQ(row[1].at("action_id").as_string(), "link.1");
}

TEST(SlackPosts, a_whisper_names_its_reader) {
  ChatPost post;
  post.channel = "C1";
  post.only_to = "U8";
  const SlackFields fields = encode_ephemeral(post, "Bo has it");
  EXPECT_EQ(field(fields, "user"), "U8");
  EXPECT_EQ(field(fields, "text"), "Bo has it");
  EXPECT_EQ(field(fields, "thread_ts"), "none");
}

}  // namespace
}  // namespace dw
