#include "domain/payload.h"

#include <gtest/gtest.h>

#include "domain/comment_source.h"

namespace dw {
namespace {

/// Every kind of payload, each with every field filled in.
std::vector<Payload> one_of_each() {
  const FileLink file{"a.png", "https://files.example/a.png", "image/png", 7};
  TicketPatch patch{.status = Status::solved,
                    .priority = Priority::low,
                    .assignee = "Bo",
                    .tags = std::vector<std::string>{"vpn"},
                    .external = {},
                    .type = TicketType::incident,
                    .problem_id = TicketId{50}};
  return {
      QueueSend{"high", "{}", {{"ticket", "17"}}, "teams:1", "ticket-17"},
      DeskComment{{17}, "Ana", "ana@example.com", "Hello", true, "board", "42", {file}},
      DeskUpdate{{17}, patch, "42", "3465"},
      DeskOpen{{17},
               "slack:C1/1.1",
               "VPN",
               "It is down",
               Priority::high,
               {"Ana", "ana@example.com", "slack:U1"},
               {"slack"},
               "https://chat.example/1",
               "41",
               TicketType::problem,
               true},
      ChatPost{"C1",
               "1.1",
               "text",
               "<b>html</b>",
               {"U7"},
               "Bo",
               {file},
               {{"Take it", "", "ticket.take", "17"}, {"Open", "https://d/tickets/17", "", ""}},
               "1.2",
               "U8"},
      ChatReact{"C1", "1.1", "eyes", true},
      Lookup{"person", {{"id", "U7"}}},
      MailSend{{"ana@example.com"}, "Hi", "text", "<p>html", {{"c", "image/png", "AA=="}}, "<x>"},
      WebhookPost{"{}", "key"}};
}

TEST(Payloads, each_reads_back_as_it_was_written) {
  const std::vector<Payload> all = one_of_each();
  ASSERT_EQ(all.size(), std::variant_size_v<Payload>);
  for (const Payload& payload : all) {
    const json::value written = encode(payload);
    const Result<Payload> back = decode_payload(operation_of(payload), written);
    ASSERT_TRUE(back.ok()) << operation_of(payload) << back.error().text();
    EXPECT_EQ(back->index(), payload.index());
    EXPECT_EQ(to_text(encode(*back)), to_text(written));
  }
}

TEST(Payloads, what_was_written_before_a_field_was_added_has_its_default) {
  const json::value before = json::parse(R"({"ticket":17,"body":"Hello","public":true})");
  const Result<Payload> comment = decode_payload("comment", before);
  ASSERT_TRUE(comment.ok());
  EXPECT_TRUE(std::get<DeskComment>(*comment).files.empty());
  EXPECT_TRUE(std::get<DeskComment>(*comment).external_id.empty());
  const Result<Payload> post = decode_payload("post", json::parse(R"({"channel":"C1"})"));
  ASSERT_TRUE(post.ok());
  EXPECT_TRUE(std::get<ChatPost>(*post).buttons.empty());
  EXPECT_TRUE(std::get<ChatPost>(*post).replaces.empty());
}

TEST(Payloads, buttons_read_back_and_each_has_a_label) {
  const ChatPost post{
      .channel = "C1",
      .text = "x",
      .buttons = {{"Take it", "", "ticket.take", "17"}, {"Open", "https://d/tickets/17", "", ""}}};
  const json::value written = encode(post);
  EXPECT_EQ(to_text(written.at("buttons")),
            R"([{"label":"Take it","action":"ticket.take","value":"17"},)"
            R"({"label":"Open","url":"https://d/tickets/17"}])");
  const json::value nameless = json::parse(R"({"channel":"C1","buttons":[{"action":"a"}]})");
  EXPECT_FALSE(decode_payload("post", nameless).ok());
}

TEST(Payloads, a_comment_that_repeats_one_at_a_desk_asks_first_whether_that_is_still_public) {
  const CommentSource said{"desk:zendesk", "3465", "7001", "9f2c"};
  DeskComment comment{.ticket = {17}, .body = "Back.", .source = encode_comment_source(said)};
  EXPECT_EQ(comment.source, "desk:zendesk/3465/7001/9f2c");
  const auto first = precondition_of(comment);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->target, "desk:zendesk");
  EXPECT_EQ(first->question.about, "comment_stands");
  EXPECT_EQ(to_text(first->question.details), R"({"id":"3465","comment":"7001","digest":"9f2c"})");
  for (const char* elsewhere : {"incident", "slack:C1", "desk:zendesk", "desk:zendesk///x", ""}) {
    comment.source = elsewhere;
    EXPECT_FALSE(precondition_of(comment)) << elsewhere;
  }
}

TEST(Payloads, a_missing_field_is_named) {
  const Result<Payload> broken = decode_payload("post", json::object{{"text", "x"}});
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().text().find("channel"), std::string::npos);
  EXPECT_FALSE(decode_payload("dance", json::object{}).ok());
}

}  // namespace
}  // namespace dw
