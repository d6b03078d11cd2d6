#include "connectors/teams/teams.h"

#include <gtest/gtest.h>

#include "connectors/teams/wire.h"

namespace dw {
namespace {

// A vector computed apart from this code, with OpenSSL's command line.
constexpr const char* token = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr const char* body =
    R"({"type":"message","id":"1485983408511","text":"<at>helper</at> hi"})";
constexpr const char* signature = "HMAC feB9G23RFGdlIVVBi7fz3U0c+9HJhOPArhvB7H2bh+8=";

RawHook hook(std::string_view bytes, std::string_view authorization, bool is_loopback = true) {
  return {.body = bytes,
          .header = [authorization](std::string_view) { return authorization; },
          .is_loopback_caller = is_loopback};
}

TEST(Teams, a_request_is_taken_with_the_right_signature_only) {
  const TeamsSource source(TeamsSettings{"it", {Secret("c2Vjb25k"), Secret(token)}});
  EXPECT_TRUE(source.verify(hook(body, signature)).ok());
  const std::string lower = "hmac " + std::string(signature).substr(5);
  EXPECT_TRUE(source.verify(hook(body, lower)).ok());
  for (const char* wrong : {"", "HMAC", "HMAC ", "HMAC x", "Bearer abc",
                            "HMAC AAAAG23RFGdlIVVBi7fz3U0c+9HJhOPArhvB7H2bh+8="}) {
    EXPECT_FALSE(source.verify(hook(body, wrong)).ok()) << wrong;
  }
  const std::string other = std::string(body) + " ";
  EXPECT_FALSE(source.verify(hook(other, signature)).ok()) << "every byte is signed";
}

TEST(Teams, the_local_hook_serves_this_machine_only) {
  const TeamsSource source = TeamsSource::local();
  EXPECT_TRUE(source.verify(hook(body, "", true)).ok());
  EXPECT_FALSE(source.verify(hook(body, "", false)).ok());
}

TEST(Teams, an_activity_becomes_an_event_whose_key_is_channel_and_message) {
  const auto event = decode_activity(
      R"({"type":"message","id":"17","text":"<at>D</at> Title: x","from":{"id":"29:a","name":"Ana"},
          "conversation":{"id":"19:r@thread.tacv2;messageid=16"}})",
      "teams:it", TimePoint{});
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->key, "19:r@thread.tacv2/17");
  EXPECT_TRUE(event->is_for_ever);
  const JsonView view(event->body);
  EXPECT_EQ(view["text"].text(), "Title: x");
  EXPECT_EQ(view["sender"]["id"].text(), "teams:29:a");
  EXPECT_EQ(view["thread"].text(), "16");
}

TEST(Teams, our_name_goes_wherever_it_stands_and_a_quoted_message_with_it) {
  const auto text = [](const std::string& more) {
    const auto event = decode_activity("{\"id\":\"1\"," + more + "}", "teams:it", TimePoint{});
    EXPECT_TRUE(event.ok());
    return JsonView(event->body)["text"].text().value_or("");
  };
  EXPECT_EQ(text(R"("text":"<at>Bo</at> look, <at>Desk</at> Title: x","entities":[
      {"type":"mention","mentioned":{"id":"29:b","name":"Bo"},"text":"<at>Bo</at>"},
      {"type":"mention","mentioned":{"id":"28:d","name":"Desk"},"text":"<at>Desk</at>"}])"),
            "Bo look,\nTitle: x");
  EXPECT_EQ(
      text(R"("text":"<at>Desk</at> Title: x","attachments":[{"contentType":"text/html","content":
      "<blockquote itemtype=\"http://schema.skype.com/Reply\"><p>Title: old</p></blockquote><p><at>Desk</at>&nbsp;Title: x</p>"}])"),
      "Title: x");
  EXPECT_EQ(text(R"("text":"<at>Desk</at> Title: x<br>Description: he said)"
                 R"(<blockquote>Title: old<br>Priority: low</blockquote>Priority: high")"),
            "Title: x\nDescription: he said\n> Title: old\n> Priority: low\nPriority: high")
      << "what a quote repeats is nobody's field";
  EXPECT_EQ(text(R"("text":"<at>Desk</at> Title: a&#7;b\u0001c")"),
            "Title: a\x07"
            "b\x01"
            "c")
      << "to be refused, and not replaced";
}

TEST(Teams, what_varies_in_an_activity_is_read_leniently) {
  for (const char* odd : {"{}", R"({"text":7,"from":[],"conversation":"x"})",
                          R"({"attachments":[{"contentType":"text/html","content":5}]})"}) {
    EXPECT_TRUE(decode_activity(odd, "teams:it", TimePoint{}).ok()) << odd;
  }
  for (const char* none : {"", "[]", "nonsense", "{\"a\":"}) {
    EXPECT_FALSE(decode_activity(none, "teams:it", TimePoint{}).ok()) << none;
  }
}

TEST(Teams, a_whole_activity_is_read_from_its_html) {
  // As Teams sends it, with ids shortened.
  const auto event = decode_activity(
      R"({"type":"message","id":"1771290107407","timestamp":"2026-02-17T01:01:47.4513813Z",
          "localTimezone":"America/Los_Angeles","channelId":"msteams","textFormat":"plain",
          "from":{"id":"29:198Pb","name":"Bo Ek","aadObjectId":"7a9b12a6-4f02"},
          "conversation":{"isGroup":true,"conversationType":"channel","tenantId":"ed6e",
            "id":"19:d441@thread.tacv2;messageid=1771290107407","name":"General"},
          "recipient":null,"text":"<at>helper</at> Title: a Priority: low\n",
          "attachments":[{"contentType":"text/html","content":
            "<div><div><span itemscope=\"\" )"
      R"(itemtype=\"http://schema.skype.com/Mention\" itemid=\"0\">helper</span>&nbsp;)"
      R"(Title: a</div><div>Priority: low</div></div>"}],
          "entities":[{"type":"clientInfo","locale":"en-US"}],
          "channelData":{"teamsChannelId":"19:d441@thread.tacv2","team":{"id":"19:8j-M"}},
          "replyToId":null,"value":null})",
      "teams:it", TimePoint{});
  ASSERT_TRUE(event.ok());
  const JsonView view(event->body);
  EXPECT_EQ(view["text"].text(), "Title: a\nPriority: low") << "the HTML has the lines";
  EXPECT_EQ(view["sender"]["name"].text(), "Bo Ek");
  EXPECT_EQ(view["sender"]["directory_id"].text(), "7a9b12a6-4f02");
  EXPECT_EQ(view["team"].text(), "19:8j-M");
}

TEST(Teams, who_may_have_been_heard_is_not_told_to_send_it_again) {
  const TeamsSource source = TeamsSource::local();
  const HookAnswer full = source.encode_error({ErrorKind::full, "store", "x"});
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(full.body.find("Please send it again"), std::string::npos) << full.body;
  const HookAnswer unsure = source.encode_error({ErrorKind::unsure, "store", "x"});
  EXPECT_EQ(unsure.status, 503);
  EXPECT_NE(unsure.body.find("does not know yet"), std::string::npos) << unsure.body;
  EXPECT_EQ(unsure.body.find("Please send it again"), std::string::npos) << unsure.body;
}

TEST(Teams, an_answer_can_neither_format_nor_link) {
  const std::pair<std::string, std::string> cases[] = {
      {"Ticket #42 (high): VPN drops every ten minutes → queue high",
       "Ticket #42 (high): VPN drops every ten minutes → queue high"},
      {"a<b>&\n[x](http://y/)", "a&lt;b&gt;&amp;<br>\\[x](http://y/)"},
      {"<at>Everyone</at>", "&lt;at&gt;Everyone&lt;/at&gt;"},
      {"*b* `c` ~~d~~ _e_", "\\*b\\* \\`c\\` \\~\\~d\\~\\~ \\_e\\_"},
      {"my_file_name ~1 C:\\temp a\\*", "my_file_name ~1 C:\\temp a\\\\\\*"},
      {"# a\n# b", "\\# a<br>\\# b"},
  };
  for (const auto& [text, shown] : cases) {
    EXPECT_EQ(encode_message(text), to_text(json::object{{"type", "message"}, {"text", shown}}));
  }
}

}  // namespace
}  // namespace dw
