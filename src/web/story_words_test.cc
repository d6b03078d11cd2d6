// A story names what was withdrawn, and never says it.
#include "web/story_words.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

Event said(const std::string& kind, const std::string& key, const std::string& text) {
  Event event;
  event.kind = kind;
  event.source = "slack";
  event.key = key;
  event.body = json::object{{"channel", "C1"},
                            {"message", "100.2"},
                            {"thread", "100.1"},
                            {"text", text},
                            {"blocks_text", text},
                            {"slack_text", text},
                            {"author", json::object{{"id", "U8"}, {"name", "Ben"}}}};
  return event;
}

/// The message C1/100.2 is in this state by what is known now.
StoryNames names_with(ThreadMessageState state, const std::string& digest,
                      const std::string& edited_at = "") {
  StoryNames names;
  names.messages["C1/100.2"] = {.key = "C1/100.2",
                                .kind = "chat.message",
                                .channel = "C1",
                                .thread = "100.1",
                                .message = "100.2",
                                .digest = digest,
                                .edited_at = edited_at,
                                .state = state};
  return names;
}

void add_edit(StoryNames& names, ThreadMessageState state) {
  names.messages["C1/100.2/101.0"] = {.key = "C1/100.2/101.0",
                                      .kind = "chat.edit",
                                      .channel = "C1",
                                      .thread = "100.1",
                                      .message = "100.2",
                                      .digest = "d",
                                      .state = state};
}

Delivery comment(const std::string& reference, const std::string& body) {
  Delivery delivery;
  delivery.state = DeliveryState::done;
  delivery.reference = reference;
  delivery.payload = DeskComment{.author_name = "Ben", .body = body};
  return delivery;
}

void expect_silent(const Event& event, const StoryNames& names) {
  EXPECT_EQ(words_of(event, names).find("secret"), std::string::npos) << words_of(event, names);
  EXPECT_EQ(to_text(body_shown(event, names)).find("secret"), std::string::npos);
}

TEST(StoryWords, each_version_of_a_deleted_message_is_withdrawn) {
  StoryNames names = names_with(ThreadMessageState::kept, "", "101.0");
  add_edit(names, ThreadMessageState::carried);
  for (const char* key : {"C1/100.2", "C1/mention/100.2"}) {
    expect_silent(said("chat.message", key, "secret"), names);
  }
  expect_silent(said("chat.edit", "C1/100.2/101.0", "secret"), names);
}

TEST(StoryWords, a_private_message_that_became_public_keeps_its_first_words) {
  StoryNames names = names_with(ThreadMessageState::carried, "d", "101.0");
  add_edit(names, ThreadMessageState::carried);
  expect_silent(said("chat.message", "C1/100.2", "#internal secret"), names);
  const Event edit = said("chat.edit", "C1/100.2/101.0", "VPN is down");
  EXPECT_EQ(words_of(edit, names), "Ben edited: VPN is down");
  EXPECT_EQ(to_text(body_shown(edit, names)), to_text(edit.body));
}

TEST(StoryWords, an_older_version_that_the_desk_was_told_is_shown) {
  StoryNames names = names_with(ThreadMessageState::carried, "d", "101.0");
  names.sent.push_back("VPN is down\n\nhttps://s/p1001");
  EXPECT_EQ(words_of(said("chat.message", "C1/100.2", "VPN is down"), names),
            "Ben wrote: VPN is down");
}

TEST(StoryWords, a_public_message_that_became_private_is_withdrawn_in_all_versions) {
  StoryNames names = names_with(ThreadMessageState::kept, "d", "102.0");
  add_edit(names, ThreadMessageState::carried);
  names.sent.push_back("secret");
  expect_silent(said("chat.message", "C1/100.2", "secret"), names);
  expect_silent(said("chat.edit", "C1/100.2/101.0", "secret"), names);
}

TEST(StoryWords, a_delivery_of_withdrawn_words_is_shown_without_them) {
  const StoryNames names = names_with(ThreadMessageState::kept, "");
  for (const char* message : {"C1/100.2", "C1/100.2/101.0"}) {
    const Delivery shown = without_withdrawn_words(
        comment("comment C1 100.1 " + std::string(message), "secret"), names);
    EXPECT_EQ(words_of(shown, "desk"), "comment to desk “public, Ben: (withdrawn)”");
  }
  const Delivery note = comment("comment C1 100.1 C1/100.2/deleted", "A message was deleted.");
  EXPECT_EQ(words_of(without_withdrawn_words(note, names), "desk"),
            "comment to desk “public, Ben: A message was deleted.”");
  Delivery post = comment("", "");
  post.payload = ChatPost{.channel = "C1", .html = "<p>secret</p>", .source = {"desk:d", "42"}};
  post.state = DeliveryState::discarded;
  EXPECT_EQ(words_of(without_withdrawn_words(post, {}), "slack"), "post to slack “(withdrawn)”");
}

TEST(StoryWords, what_a_bot_posted_is_said_by_nobody) {
  Event echo = said("chat.message", "C1/100.2", "Ticket #42");
  EXPECT_FALSE(is_of_bot(echo));
  echo.body.as_object()["author"] = json::object{{"id", "U1"}, {"is_bot", true}};
  EXPECT_TRUE(is_of_bot(echo));
  EXPECT_EQ(words_of(echo, names_with(ThreadMessageState::kept, "d")),
            "U1 is a bot: what it wrote is not read");
}

TEST(StoryWords, a_note_by_command_is_named_without_its_words) {
  Event event;
  event.kind = "chat.command";
  event.body = json::object{
      {"command", "/desk"}, {"text", " Note secret"}, {"user", json::object{{"name", "Ben"}}}};
  expect_silent(event, {});
  EXPECT_EQ(words_of(event, {}), "Ben used /desk note");
}

}  // namespace
}  // namespace dw
