// What a person reads of a message: text, blocks, rich text, attachments, forwarded messages.
#include <gtest/gtest.h>

#include "connectors/slack/wire.h"
#include "domain/mrkdwn.h"

namespace dw {
namespace {

json::value parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value.ok()) << text;
  return value.ok() ? *value : json::value();
}

std::string plain(std::string_view message) {
  return plain_of_mrkdwn(words_of_message(parsed(message)),
                         {{"U2", "Bo Ek"}, {"S1", "sre-team"}, {"C1", "general"}});
}

/// A message whose only block is rich text of these elements.
std::string rich(const std::string& elements) {
  return R"({"text":"shown elsewhere","blocks":[{"type":"rich_text","elements":[)" + elements +
         "]}]}";
}

std::string section(const std::string& elements) {
  return R"({"type":"rich_text_section","elements":[)" + elements + "]}";
}

std::string text(const std::string& words, const std::string& style = "{}") {
  return R"({"type":"text","text":")" + words + R"(","style":)" + style + "}";
}

std::string list(const std::string& style, const std::string& more,
                 const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + section(text(item));
  return R"({"type":"rich_text_list","style":")" + style + "\"," + more + R"("elements":[)" + out +
         "]}";
}

TEST(SlackWords, blocks_are_what_is_seen_and_text_is_their_notification) {
  EXPECT_EQ(plain(rich(section(text("The lift is stuck on floor 4")))),
            "The lift is stuck on floor 4");
  EXPECT_EQ(plain(R"({"text":"A form was sent","blocks":[{"type":"section",
      "text":{"type":"mrkdwn","text":"*Device*\nScanner 7"}},{"type":"divider"}]})"),
            "*Device*\nScanner 7");
  EXPECT_EQ(plain(R"({"text":"look","blocks":[{"type":"image","alt_text":"the rack"},
                      {"type":"actions","elements":[]}]})"),
            "look\nthe rack")
      << "a picture and buttons stand beside the text";
  EXPECT_EQ(plain(R"({"text":"look","blocks":[]})"), "look");
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"header","text":{"type":"plain_text",
      "text":"Ask <IT>"}},{"type":"section","fields":[{"type":"mrkdwn","text":"*Floor:* 4"},
      {"type":"plain_text","text":"Room: 12"}]},{"type":"context","elements":[{"type":"mrkdwn",
      "text":"sent by <@U2>"}]}]})"),
            "Ask <IT>\n*Floor:* 4\nRoom: 12\nsent by @Bo Ek");
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"hologram","body":{"content":[
      {"type":"plain_text","text":"from the future"}]}}]})"),
            "from the future");
}

TEST(SlackWords, rich_text_keeps_what_it_names) {
  EXPECT_EQ(
      plain(rich(section(
          text("due ") +
          R"(,{"type":"date","timestamp":1795860000,"format":"{date}","fallback":"Nov 28"},)" +
          text(", by ") + R"(,{"type":"user","user_id":"U2"},)" + text(" or ") +
          R"(,{"type":"usergroup","usergroup_id":"S1"},)" + text(" in ") +
          R"(,{"type":"channel","channel_id":"C1"},)" + text(" ") +
          R"(,{"type":"emoji","name":"wave","unicode":"1f44b","skin_tone":3},)" +
          R"({"type":"emoji","name":"our_logo"},)" + text(" ") +
          R"(,{"type":"color","value":"#F405B3"},)" + text(" ") +
          R"(,{"type":"link","url":"https://x.example/a|b","text":"page"},)" +
          R"({"type":"hologram","fallback":"!"})"))),
      "due Nov 28, by @Bo Ek or @sre-team in #general 👋🏼:our_logo: #F405B3 "
      "page (https://x.example/a%7Cb)!");
  EXPECT_EQ(plain(rich(section(R"({"type":"date","timestamp":1764000000,"format":"{date}"})"))),
            "2025-11-24T16:00:00.000Z");
}

TEST(SlackWords, lists_keep_their_numbers_and_depth) {
  EXPECT_EQ(
      plain(rich(
          section(text("Steps:")) + "," + list("ordered", R"("indent":0,)", {"stop", "wait"}) +
          "," + list("bullet", R"("indent":1,)", {"ten seconds", "or more"}) + "," +
          list("ordered", R"("indent":0,"offset":2,)", {"start"}) + "," + section(text("Done?")))),
      "Steps:\n1. stop\n2. wait\n    • ten seconds\n    • or more\n3. start\nDone?");
  EXPECT_EQ(plain(rich(list("ordered", R"("indent":0,)", {"a"}) + "," +
                       list("ordered", R"("indent":1,)", {"b", "c"}) + "," +
                       list("ordered", R"("indent":0,)", {"d"}))),
            "1. a\n    1. b\n    2. c\n2. d");
}

TEST(SlackWords, quotes_code_and_tables_are_told_apart) {
  EXPECT_EQ(plain(rich(section(text("he said")) + R"(,{"type":"rich_text_quote","elements":[)" +
                       text("no\\nnever") + R"(]},{"type":"rich_text_preformatted","elements":[)" +
                       text("if a < b:\\n  :tada:") + "]}," + section(text("so")))),
            "he said\n> no\n> never\n```\nif a < b:\n  :tada:\n```\nso");
  EXPECT_EQ(plain(rich(section(text("run ") + "," + text("rm -r", R"({"code":true})") + "," +
                               text(" now", R"({"bold":true})") + "," +
                               text("x", R"({"italic":true})")))),
            "run `rm -r` nowx")
      << "marks that Slack would not read as such are left out";
  EXPECT_EQ(plain(R"({"text":"t","blocks":[{"type":"table","rows":[
      [{"type":"raw_text","text":"host"},{"type":"raw_text","text":"state"}],
      [{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
        {"type":"text","text":"db1"}]}]},{"type":"raw_text","text":"down"}]]}]})"),
            "host | state\ndb1 | down");
}

TEST(SlackWords, a_forwarded_message_says_whose_words_it_is) {
  EXPECT_EQ(plain(R"({"text":"can you look?","attachments":[{"is_share":true,"is_msg_unfurl":true,
      "from_url":"https://acme.slack.com/archives/C2/p1","author_id":"U2","author_name":"Bo Ek",
      "text":"the scanner\nis dead","fallback":"[Nov 1] bo: the scanner"}]})"),
            "can you look?\n\nForwarded from Bo Ek:\n> the scanner\n> is dead");
  EXPECT_EQ(plain(R"({"text":"","attachments":[{"is_share":true,"author_id":"U2",
      "text":"notification","message_blocks":[{"team":"T1","message":{"blocks":[
      {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
      {"type":"text","text":"blocks of it"}]}]}]}}]}]})"),
            "Forwarded from @Bo Ek:\n> blocks of it");
  EXPECT_EQ(plain(R"({"text":"fyi","attachments":[{"is_share":true,"author_name":"Bo",
      "files":[{"id":"F1","name":"trace.log","url_private":"https://files.slack.com/1"}]}]})"),
            "fyi\n\nForwarded from Bo:");
  EXPECT_EQ(plain(R"({"text":"two deep","attachments":[{"is_share":true,"author_name":"Bo",
      "text":"see","attachments":[{"title":"Alert","text":"disk full"}]}]})"),
            "two deep\n\nForwarded from Bo:\n> see\n> Alert\n> disk full");
}

TEST(SlackWords, a_forwarded_message_brings_those_that_it_forwards) {
  EXPECT_EQ(plain(R"({"text":"look","attachments":[{"is_share":true,"author_name":"Bo Ek",
      "message_blocks":[{"message":{"blocks":[{"type":"rich_text","elements":[
        {"type":"rich_text_section","elements":[{"type":"text","text":"old"}]}]}]}}],
      "attachments":[{"is_share":true,"author_name":"Cy","text":"older"}]}]})"),
            "look\n\nForwarded from Bo Ek:\n> old\n> \n> Forwarded from Cy:\n> > older");
}

TEST(SlackWords, what_blocks_hold_beside_text_is_read) {
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"table","rows":[
      [{"type":"raw_text","text":"Nut"},{"type":"raw_number","value":4}],
      [{"type":"raw_text","text":"ok"},{"type":"raw_number","value":1.5}]]}]})"),
            "Nut | 4\nok | 1.5");
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"input","label":{"type":"plain_text",
      "text":"Device"},"element":{"type":"plain_text_input","initial_value":"Scanner 7"}},
      {"type":"input","label":{"type":"plain_text","text":"Site"},"element":{"type":
      "static_select","initial_option":{"text":{"type":"plain_text","text":"Oslo"},"value":"o"}}},
      {"type":"input","label":{"type":"plain_text","text":"Also"},"element":{"type":"checkboxes",
      "initial_options":[{"text":{"type":"mrkdwn","text":"urgent"}},{"text":{"type":"mrkdwn",
      "text":"visible"}}]}}]})"),
            "Device\nScanner 7\nSite\nOslo\nAlso\nurgent, visible");
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"call","call":{"v1":{"name":"Sync",
      "join_url":"https://x.example/j"}}}]})"),
            "Sync (https://x.example/j)");
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"plan","title":"Repair","tasks":[
      {"type":"task_card","title":"Order a part"}]}]})"),
            "Repair\nOrder a part");
  EXPECT_EQ(plain(rich(section(R"({"type":"canvas","title":"Floor plan"})"))), "Floor plan");
}

TEST(SlackWords, what_was_filled_into_a_form_is_told_with_the_names_of_its_fields) {
  const auto filled = [](const std::string& element) {
    return plain(R"({"subtype":"bot_message","bot_id":"B1","username":"Ask IT","text":"n",
        "metadata":{"event_type":"form","event_payload":{"id":"17"}},"blocks":[{"type":"input",
        "label":{"type":"plain_text","text":"What"},"element":)" +
                 element + "}]}");
  };
  EXPECT_EQ(filled(R"({"type":"rich_text_input","initial_value":{"type":"rich_text","elements":[
      {"type":"rich_text_section","elements":[{"type":"text","text":"monitor dead, ask "},
      {"type":"user","user_id":"U2"}]}]}})"),
            "What\nmonitor dead, ask @Bo Ek");
  EXPECT_EQ(filled(R"({"type":"users_select","initial_user":"U2"})"), "What\n@Bo Ek");
  EXPECT_EQ(filled(R"({"type":"multi_users_select","initial_users":["U2","U2"]})"),
            "What\n@Bo Ek, @Bo Ek");
  EXPECT_EQ(filled(R"({"type":"multi_channels_select","selected_channels":["C1"]})"),
            "What\n#general");
  EXPECT_EQ(filled(R"({"type":"conversations_select","initial_conversation":"U2"})"),
            "What\n@Bo Ek");
  EXPECT_EQ(filled(R"({"type":"datetimepicker","initial_date_time":1764000000})"),
            "What\n2025-11-24T16:00:00.000Z");
  EXPECT_EQ(filled(R"({"type":"datepicker","selected_date":"2026-11-27"})"), "What\n2026-11-27");
  EXPECT_EQ(filled(R"({"type":"number_input","value":"4"})"), "What\n4");
  EXPECT_EQ(filled(R"({"type":"plain_text_input"})"), "What");
  // Beside a question, as older forms have it; a button is nothing that was filled in.
  EXPECT_EQ(plain(R"({"text":"n","blocks":[{"type":"section","text":{"type":"mrkdwn",
      "text":"How soon?"},"accessory":{"type":"static_select","initial_option":{"text":
      {"type":"plain_text","text":"today"},"value":"1"}}},{"type":"section","text":{"type":"mrkdwn",
      "text":"Thanks"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Take it"},
      "value":"x"}}]})"),
            "How soon?\ntoday\nThanks");
}

TEST(SlackWords, lists_of_other_kinds_inside_keep_the_numbers_of_the_outer_one) {
  EXPECT_EQ(plain(rich(list("ordered", R"("indent":0,)", {"one", "two"}) + "," +
                       list("bullet", R"("indent":1,)", {"a"}) + "," +
                       list("ordered", R"("indent":2,)", {"deep"}) + "," +
                       list("ordered", R"("indent":0,"offset":2,)", {"three"}) + "," +
                       section(text("done")))),
            "1. one\n2. two\n    • a\n        1. deep\n3. three\ndone");
}

TEST(SlackWords, a_preview_of_a_link_is_nobodys_words) {
  EXPECT_EQ(plain(R"({"text":"see <https://x.example/?a=1&amp;b=2>","attachments":[
      {"from_url":"https://x.example/?a=1&b=2","title":"Example","text":"for examples"}]})"),
            "see https://x.example/?a=1&b=2");
  EXPECT_EQ(plain(R"({"text":"see <https://acme.slack.com/archives/C2/p1>","attachments":[
      {"from_url":"https://acme.slack.com/archives/C2/p1","is_msg_unfurl":true,"text":"secret"}]})"),
            "see https://acme.slack.com/archives/C2/p1");
  EXPECT_EQ(plain(R"({"text":"see <https://t.example/7>","attachments":[{"is_app_unfurl":true,
      "app_unfurl_url":"https://t.example/7","bot_id":"B1","text":"Ticket 7"}]})"),
            "see https://t.example/7");
}

TEST(SlackWords, what_an_app_attaches_stands_beside_its_text) {
  EXPECT_EQ(plain(R"({"text":"New alert","attachments":[{"pretext":"from Oslo","title":"Disk",
      "title_link":"https://m.example/1","text":"full","fields":[{"title":"Host","value":"db1"},
      {"value":"urgent"}],"footer":"Monitor","fallback":"no"},{"fallback":"only this"},
      {"text":"New alert"}]})"),
            "New alert\nfrom Oslo\nDisk (https://m.example/1)\nfull\nHost: db1\nurgent\nMonitor\n"
            "only this");
}

json::value body(const std::string& message) {
  return message_body(parsed(message), "C1", {.self = {.user = "U1"}, .allowed_bots = {}});
}

TEST(SlackWords, files_that_can_be_had_are_named_and_others_are_not) {
  EXPECT_EQ(to_text(body(R"({"user":"U2","ts":"1.1","text":"x","files":[
      {"id":"FGONE","mode":"tombstone"},{"id":"FOLD","mode":"hidden_by_limit","name":"o.txt"},
      {"id":"F2","file_access":"check_file_info"},{"name":"nowhere.txt"}],
      "attachments":[{"is_share":true,"files":[{"id":"F3","name":"in.log","size":5,
        "mimetype":"text/plain","url_private":"https://files.slack.com/3"}]}]})")
                        .at("files")),
            R"([{"name":"file","url":"slack:F2","content_type":"","bytes":0},)"
            R"({"name":"in.log","url":"https://files.slack.com/3","content_type":"text/plain",)"
            R"("bytes":5}])");
}

TEST(SlackWords, a_stranger_from_another_workspace_is_named_by_the_message) {
  EXPECT_EQ(to_text(body(R"({"user":"U9","user_team":"T9","ts":"1.1","text":"x","user_profile":
      {"real_name":"Xenia Far","display_name":"xen","name":"xfar"}})")
                        .at("author")),
            R"({"id":"U9","is_bot":false,"bot_id":"","name":"Xenia Far"})");
  EXPECT_EQ(to_text(body(R"({"user":"U9","ts":"1.1","text":"x","user_profile":
      {"real_name":" ","real_name_normalized":"","first_name":"Xenia"}})")
                        .at("author")),
            R"({"id":"U9","is_bot":false,"bot_id":"","name":"Xenia"})");
}

TEST(SlackWords, a_mention_in_blocks_alone_is_a_mention) {
  const json::value found = body(
      R"({"user":"U2","ts":"1.1","text":"look","blocks":[{"type":"rich_text","elements":[
          {"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"},
          {"type":"text","text":" status"}]}]}]})");
  EXPECT_EQ(to_text(found.at("is_mention_of_us")), "true");
  EXPECT_EQ(to_text(found.at("text")) + to_text(found.at("slack_text")), R"("<@U1> status""look")");
}

TEST(SlackWords, a_count_of_updates_finds_all_of_it_beside_what_is_read) {
  const auto told = [](const std::string& message) {
    const json::value found = body(R"({"user":"U2","ts":"1.1",)" + message + "}");
    const json::object& all = found.as_object();
    return to_text(found.at("text")) + to_text(found.at("blocks_text")) +
           (all.contains("slack_text") ? to_text(found.at("slack_text")) : "-");
  };
  EXPECT_EQ(told(R"("text":"a")"), R"("a"""-)");
  EXPECT_EQ(told(R"("text":"","attachments":[{"text":"b"}])"), R"("b"""-)");
  EXPECT_EQ(told(R"("text":"a","attachments":[{"text":"b"}])"), R"("a\nb""b""a")");
  EXPECT_EQ(told(R"("text":"a","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"b"}}])"),
            R"("b""b""a")");
  EXPECT_EQ(told(R"("text":"b","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"b"}}],
                    "attachments":[{"text":"b"},{"text":"c"}])"),
            R"("b\nc""b\nc""b")");
}

TEST(SlackWords, the_title_of_a_field_is_its_label_or_a_line_above_its_words) {
  const auto field = [](const std::string& title, const std::string& value) {
    return text_of_blocks(parsed(R"({"attachments":[{"fields":[{"title":")" + title +
                                 R"(","value":")" + value + R"("}]}]})"));
  };
  EXPECT_EQ(field("Host", "db1"), "Host: db1");
  EXPECT_EQ(field("Updated by:", "Jon Snow (jx)"), "Updated by: Jon Snow (jx)");
  EXPECT_EQ(field("INC1 Work note added by Jon Snow (jx):", "Fixed"),
            "INC1 Work note added by Jon Snow (jx):\n&gt; Fixed");
}

TEST(SlackWords, an_edit_of_attachments_alone_is_an_edit) {
  const auto edit = [](const std::string& before, const std::string& after) {
    const json::value payload = parsed(
        R"({"event":{"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9",
            "message":{"user":"U2","ts":"1.1","text":"u","edited":{"ts":"5.0"},"attachments":)" +
        after + R"(},"previous_message":{"user":"U2","ts":"1.1","text":"u","attachments":)" +
        before + "}}}");
    return decode_callback(payload, {}, TimePoint{});
  };
  EXPECT_TRUE(edit(R"([{"text":"one"}])", R"([{"text":"one"},{"text":"two"}])"));
  EXPECT_TRUE(edit(R"([{"text":"u"}])", R"([])")) << "the tally reads attachments alone, too";
  EXPECT_FALSE(edit(R"([{"text":"one"}])", R"([{"text":"one","color":"red"}])"));
  EXPECT_FALSE(edit("[]", R"([{"from_url":"https://x.example","text":"a preview"}])"));
}

}  // namespace
}  // namespace dw
