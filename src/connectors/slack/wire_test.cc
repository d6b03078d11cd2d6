#include "connectors/slack/wire.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "connectors/slack/api.h"
#include "connectors/slack/limits.h"
#include "connectors/slack/scopes.h"
#include "support/source_dir.h"

namespace dw {
namespace {

json::value parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value.ok()) << text;
  return value.ok() ? *value : json::value();
}

json::value callback(std::string_view event) {
  json::value payload = parsed(
      R"({"type":"event_callback","event_id":"Ev1","team_id":"T1","api_app_id":"A1",
          "authorizations":[{"user_id":"U1","is_bot":true}]})");
  payload.as_object()["event"] = parsed(event);
  return payload;
}

std::optional<Event> decode(std::string_view event, SlackReading reading = {}) {
  return decode_callback(callback(event), reading, TimePoint{});
}

std::string at(const Event& event, std::string_view key) {
  return to_text(event.body.as_object().at(key));
}

constexpr const char* plain =
    R"({"type":"message","user":"U2","text":"<@U1> hi &amp; bye","client_msg_id":"f058",
        "ts":"1700000000.000200","team":"T1","channel":"C1","channel_type":"channel",
        "event_ts":"1700000000.000200"})";

TEST(SlackWire, a_message_is_known_by_its_channel_and_ts) {
  const auto event = decode(plain);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind + " " + event->source, "chat.message slack");
  EXPECT_EQ(event->key, "C1/1700000000.000200");
  EXPECT_EQ(to_text(event->body),
            R"({"channel":"C1","message":"1700000000.000200","thread":"1700000000.000200",)"
            R"("is_top":true,"text":"<@U1> hi &amp; bye",)"
            R"("author":{"id":"U2","is_bot":false,"bot_id":""},"files":[],"blocks_text":"",)"
            R"("sent_at":1700000000,"is_mention_of_us":true,"is_ours":false,"marker":"",)"
            R"("our_id":"U1"})");
}

TEST(SlackWire, a_mention_and_its_message_are_two_events_of_one_message) {
  std::string mention(plain);
  mention.replace(mention.find("\"message\""), 9, "\"app_mention\"");
  const auto one = decode(plain), other = decode(mention);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->key, "C1/1700000000.000200");
  EXPECT_EQ(other->key, "C1/mention/1700000000.000200") << "each may hold what the other does not";
  EXPECT_EQ(one->kind, other->kind);
  EXPECT_EQ(one->body, other->body);
}

TEST(SlackWire, a_reply_names_its_thread) {
  const auto event = decode(
      R"({"type":"message","user":"U2","text":"x","ts":"2.1","thread_ts":"1.1","channel":"C1"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(at(*event, "thread") + at(*event, "is_top"), "\"1.1\"false");
  const auto root = decode(
      R"({"type":"message","user":"U2","text":"x","ts":"1.1","thread_ts":"1.1","channel":"C1"})");
  EXPECT_EQ(at(*root, "is_top"), "true") << "a root that has replies is still the root";
}

TEST(SlackWire, what_nobody_said_is_no_event) {
  for (const char* subtype :
       {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name",
        "channel_archive", "channel_posting_permissions", "pinned_item", "message_replied",
        "ekm_access_denied", "bot_add", "reminder_add"}) {
    json::value event = parsed(plain);
    event.as_object()["subtype"] = subtype;
    EXPECT_FALSE(decode(to_text(event))) << subtype;
  }
  for (const char* subtype : {"bot_message", "thread_broadcast", "file_share", "me_message"}) {
    json::value event = parsed(plain);
    event.as_object()["subtype"] = subtype;
    EXPECT_TRUE(decode(to_text(event))) << subtype;
  }
  EXPECT_FALSE(decode(R"({"type":"message","ts":"1.1","channel":"C1","text":"no author"})"));
  EXPECT_FALSE(decode(R"({"type":"team_join"})"));
  EXPECT_FALSE(decode_callback(parsed(R"({"type":"app_rate_limited"})"), {}, TimePoint{}));
  EXPECT_FALSE(decode_callback(parsed("[1]"), {}, TimePoint{}));
}

TEST(SlackWire, bots_are_bots_unless_they_are_allowed) {
  const char* said =
      R"({"type":"message","user":"U9","bot_id":"B9","app_id":"A9","text":"x","ts":"1.1",
          "channel":"C1"})";
  EXPECT_EQ(at(*decode(said), "author"), R"({"id":"U9","is_bot":true,"bot_id":"B9"})");
  EXPECT_EQ(at(*decode(said, {.self = {}, .allowed_bots = {"B9"}}), "author"),
            R"({"id":"U9","is_bot":false,"bot_id":"B9"})");
  const char* ours =
      R"({"type":"message","user":"U1","bot_id":"B1","app_id":"A1","text":"x","ts":"1.1",
          "channel":"C1","metadata":{"event_type":"deskwire_delivery",
          "event_payload":{"delivery":"d-000191"}}})";
  EXPECT_EQ(at(*decode(ours), "is_ours") + at(*decode(ours), "marker"), "true\"d-000191\"");
  EXPECT_EQ(at(*decode(ours), "author"), R"({"id":"U1","is_bot":true,"bot_id":"B1"})");
}

TEST(SlackWire, an_edit_is_an_event_only_if_it_changes_the_text) {
  const auto change = [](std::string_view message, std::string_view before) {
    return std::string(
               R"({"type":"message","subtype":"message_changed","hidden":true,"ts":"9.9",)") +
           R"("channel":"C1","message":)" + std::string(message) + R"(,"previous_message":)" +
           std::string(before) + "}";
  };
  const std::string before = R"({"type":"message","user":"U2","text":"a","ts":"1.1"})";
  const auto edit = decode(
      change(R"({"user":"U2","text":"b","ts":"1.1","edited":{"user":"U2","ts":"5.0"}})", before));
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->kind + " " + edit->key, "chat.edit C1/1.1/5.0");
  EXPECT_EQ(at(*edit, "text"), R"("b")");
  EXPECT_EQ(to_text(edit->body).find(R"("a")"), std::string::npos) << to_text(edit->body);
  EXPECT_FALSE(decode(change(R"({"user":"U2","text":"a","ts":"1.1"})", before))) << "unfurled";
  EXPECT_FALSE(
      decode(change(R"({"user":"U2","text":"a","ts":"1.1","edited":{"ts":"5.0"}})", before)));
  const auto attached = decode(change(
      R"({"bot_id":"B7","subtype":"bot_message","text":"a","ts":"1.1",
          "attachments":[{"text":"INC1 was closed"}]})",
      R"({"bot_id":"B7","subtype":"bot_message","text":"a","ts":"1.1",
          "attachments":[{"text":"INC1 was opened"}]})"));
  ASSERT_TRUE(attached) << "what is attached alone, without a mark of an edit";
  EXPECT_EQ(attached->key, "C1/1.1/9.9");
  EXPECT_TRUE(decode(R"({"type":"message","subtype":"message_changed","ts":"9.9","channel":"C1",
      "message":{"bot_id":"B7","subtype":"bot_message","text":"a","ts":"1.1"}})"))
      << "and where Slack does not say what it was before";
  const auto tomb = decode(change(R"({"subtype":"tombstone","text":"gone","ts":"1.1"})", before));
  ASSERT_TRUE(tomb);
  EXPECT_EQ(tomb->kind + " " + tomb->key, "chat.delete C1/1.1/deleted");
}

TEST(SlackWire, a_deletion_holds_nothing_of_what_was_deleted) {
  const auto event = decode(
      R"({"type":"message","subtype":"message_deleted","hidden":true,"channel":"C1","ts":"9.9",
          "deleted_ts":"2.1","previous_message":{"user":"U2","text":"hunter2","ts":"2.1",
          "thread_ts":"1.1"}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind + " " + event->key, "chat.delete C1/2.1/deleted");
  EXPECT_EQ(at(*event, "thread"), R"("1.1")");
  EXPECT_EQ(to_text(event->body).find("hunter2"), std::string::npos) << to_text(event->body);
}

TEST(SlackWire, a_reaction_names_its_message_and_who_gave_it) {
  const auto event = decode(
      R"({"type":"reaction_added","user":"U2","reaction":"eyes","item_user":"U3",
          "item":{"type":"message","channel":"C1","ts":"1.2"},"event_ts":"3.4"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->key, "C1/1.2/eyes/U2/added/3.4");
  EXPECT_EQ(to_text(event->body),
            R"({"channel":"C1","message":"1.2","emoji":"eyes","user":"U2","is_added":true})");
  EXPECT_FALSE(decode(R"({"type":"reaction_added","user":"U2","reaction":"eyes",
                          "item":{"type":"file","file":"F1"},"event_ts":"3.4"})"));
}

TEST(SlackWire, files_keep_where_they_lie) {
  const auto event = decode(
      R"({"type":"message","subtype":"file_share","user":"U2","text":"","ts":"1.1","channel":"C1",
          "files":[{"id":"F1","name":"a.png","mimetype":"image/png","size":7,
          "url_private":"https://files.slack.com/1","url_private_download":
          "https://files.slack.com/d/1"},{"id":"F2","file_access":"check_file_info"}]})");
  ASSERT_TRUE(event);
  EXPECT_EQ(at(*event, "files"),
            R"([{"name":"a.png","url":"https://files.slack.com/d/1","content_type":"image/png",)"
            R"("bytes":7},{"name":"file","url":"slack:F2","content_type":"","bytes":0}])");
}

TEST(SlackWire, blocks_and_attachments_speak) {
  EXPECT_EQ(text_of_blocks(parsed(
                R"({"blocks":[{"type":"header","text":{"type":"plain_text","text":"a < b"}},
        {"type":"section","text":{"type":"mrkdwn","text":"*bold*"},
         "fields":[{"type":"mrkdwn","text":"f"}]},
        {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
          {"type":"text","text":"hi "},{"type":"user","user_id":"U7"},
          {"type":"link","url":"https://x.example","text":"x"}]},
          {"type":"rich_text_list","elements":[{"type":"rich_text_section",
           "elements":[{"type":"text","text":"one"}]}]}]},
        {"type":"context","elements":[{"type":"mrkdwn","text":"c"}]}]})")),
            "a &lt; b\n*bold*\nf\nhi <@U7><https://x.example|x>\n• one\nc");
  EXPECT_EQ(text_of_blocks(parsed(
                R"({"attachments":[{"pretext":"p","title":"t","text":"x","fallback":"no",
                    "fields":[{"title":"k","value":"v"}]},{"fallback":"yes"}]})")),
            "p\nt\nx\nk: v\nyes");
}

TEST(SlackWire, commands_and_buttons_are_events) {
  const auto command = decode_command(
      *json_of_form("channel_id=C1&user_id=U2&user_name=bo&command=%2Fdesk&text=stats+7d&"
                    "trigger_id=1.2.x&response_url=https%3A%2F%2Fhooks.slack.com%2F1"),
      TimePoint{});
  ASSERT_TRUE(command.ok());
  EXPECT_EQ(command->kind + " " + command->key, "chat.command 1.2.x");
  EXPECT_EQ(at(*command, "text") + at(*command, "user"), R"("stats 7d"{"id":"U2","name":"bo"})");
  EXPECT_FALSE(decode_command(parsed("{}"), TimePoint{}).ok());
  for (const char* bad : {"text=a%00b&command=%2Fdesk", "a%00=b", "text=%zz", "text=%2"}) {
    EXPECT_FALSE(json_of_form(bad).ok()) << bad << " would lose a field";
  }
  const auto press = decode_interactive(
      parsed(R"({"type":"block_actions","trigger_id":"3.4","user":{"id":"U2","username":"bo"},
                 "channel":{"id":"C1"},"container":{"message_ts":"1.1"},
                 "actions":[{"action_id":"solve","value":"42"}]})"),
      TimePoint{});
  ASSERT_TRUE(press);
  EXPECT_EQ(to_text(press->body), R"({"action":"solve","value":"42","channel":"C1",)"
                                  R"("message":"1.1","user":{"id":"U2","name":"bo"}})");
  EXPECT_FALSE(
      decode_interactive(parsed(R"({"type":"view_submission","trigger_id":"3.4"})"), TimePoint{}));
}

TEST(SlackWire, the_signature_is_slacks) {
  // Computed with Slack's own SDK.
  EXPECT_EQ(
      slack_signature("test-secret", "1700000000", R"({"type":"event_callback","event_id":"Ev1"})"),
      "v0=4780f3e9833499c08e8ad77ce04f80ff8dcfbf802cf0b309feb2dae199b6af21");
}

TEST(SlackWire, odd_payloads_are_no_events) {
  for (const char* odd :
       {R"({"type":"message","user":7,"ts":[],"channel":{}})",
        R"({"type":"message","subtype":"message_changed"})",
        R"({"type":"message","subtype":"message_deleted"})", R"({"type":"reaction_added"})",
        R"({"type":"message","user":"U1","ts":"1/2","channel":"C1"})", "{}"}) {
    EXPECT_FALSE(decode(odd)) << odd;
  }
}

TEST(SlackManifest, asks_for_exactly_the_scopes_that_are_used) {
  std::ifstream file(source_dir() / "packaging/slack-app-manifest.yaml");
  std::set<std::string> asked, used;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    const std::string_view word = trim(line);
    if (is_inside && !word.starts_with("- ")) break;
    if (is_inside) asked.emplace(trim(word.substr(2, word.find('#') - 2)));
    is_inside = is_inside || word == "bot:";
  }
  for (const auto& [scope, what_for] : slack_scopes) used.emplace(scope);
  EXPECT_EQ(asked, used);
}

HttpAnswer answer(int status, std::string body, std::string retry_after = "") {
  HttpAnswer out{.status = status, .headers = {}, .body = std::move(body)};
  if (!retry_after.empty()) out.headers.emplace_back("retry-after", retry_after);
  return out;
}

TEST(SlackAnswer, each_word_says_what_can_be_done) {
  const std::pair<const char*, ErrorKind> words[] = {
      {"ratelimited", ErrorKind::busy},          {"internal_error", ErrorKind::unsure},
      {"invalid_auth", ErrorKind::denied},       {"not_in_channel", ErrorKind::denied},
      {"channel_not_found", ErrorKind::missing}, {"no_text", ErrorKind::invalid},
  };
  for (const auto& [word, kind] : words) {
    const auto decoded = decode_slack_answer(
        answer(200, std::string(R"({"ok":false,"error":")") + word + "\"}"), "x.y", TimePoint{});
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.error().kind, kind) << word;
    EXPECT_EQ(error_code(decoded.error()), word);
  }
  const auto scope = decode_slack_answer(
      answer(200, R"({"ok":false,"error":"missing_scope","needed":"files:write"})"), "x", {});
  EXPECT_NE(scope.error().what.find("files:write"), std::string::npos);
}

TEST(SlackAnswer, retry_after_is_kept) {
  const auto limited = decode_slack_answer(answer(429, "", "7"), "x", TimePoint{});
  EXPECT_EQ(limited.error().kind, ErrorKind::busy);
  EXPECT_EQ(limited.error().when, Millis(7000));
  EXPECT_EQ(decode_slack_answer(answer(429, ""), "x", {}).error().when, Millis(30'000));
  EXPECT_EQ(decode_slack_answer(answer(503, "", "7"), "x", {}).error().when, Millis(7000));
}

TEST(SlackAnswer, trouble_at_slack_leaves_open_whether_it_happened) {
  EXPECT_EQ(decode_slack_answer(answer(503, ""), "x", {}).error().kind, ErrorKind::unsure);
  EXPECT_EQ(decode_slack_answer(answer(200, "<html>"), "x", {}).error().kind, ErrorKind::unsure);
  EXPECT_EQ(decode_slack_answer(answer(404, ""), "x", {}).error().kind, ErrorKind::busy);
}

/// One call at that time; how long it has to wait, or nothing where that would be too long.
std::optional<Millis> turn_of(std::map<std::string, RateState>& states, std::string_view method,
                              std::string_view channel, int64_t now, Millis timeout,
                              bool is_patient = false) {
  const std::vector<RateRule> rules = slack_rates(method, channel, is_patient);
  std::vector<RateState> of_call;
  for (const RateRule& rule : rules) of_call.push_back(states[rule.name]);
  const RateSlot turn = reserve_slot(rules, of_call, now, timeout);
  for (size_t i = 0; i < rules.size(); ++i) states[rules[i].name] = of_call[i];
  return turn.is_booked ? std::optional(turn.wait) : std::nullopt;
}

constexpr int64_t any_time = 1'000'000;

TEST(SlackLimits, one_message_a_second_in_a_channel_and_none_holds_back_another) {
  std::map<std::string, RateState> states;
  const Millis timeout(5000);
  const auto post = [&](std::string_view channel, int64_t now) {
    return turn_of(states, "chat.postMessage", channel, now, timeout);
  };
  EXPECT_EQ(post("C1", any_time), Millis(0));
  EXPECT_EQ(post("C1", any_time), Millis(1000));
  EXPECT_EQ(post("C1", any_time), Millis(2000));
  EXPECT_EQ(post("C2", any_time), Millis(0));
  EXPECT_EQ(post("C1", any_time + 10'000), Millis(0));
}

TEST(SlackLimits, a_minute_has_its_calls) {
  std::map<std::string, RateState> states;
  int64_t now = any_time;
  const auto read = [&] {
    return turn_of(states, "conversations.history", "", now, Millis(0)).has_value();
  };
  int made = 0;
  while (read()) ++made;
  EXPECT_EQ(made, 17);
  for (int i = 0; i < 60'000 / 1200; ++i) {
    now += 1200;
    EXPECT_TRUE(read());
  }
}

TEST(SlackLimits, nothing_waits_behind_those_who_catch_up) {
  std::map<std::string, RateState> states;
  const auto read = [&](int64_t now, bool is_patient) {
    return turn_of(states, "conversations.replies", "", now, Millis(5000), is_patient);
  };
  int64_t now = any_time;
  int caught_up = 0;
  for (int second = 0; second < 120; ++second, now += 1000) {
    // Two hundred threads are to be read, and again and again somebody asks for a turn of theirs.
    for (int i = 0; i < 20; ++i) caught_up += read(now, true).has_value() ? 1 : 0;
    if (second % 10 != 0) continue;
    EXPECT_EQ(read(now, false), Millis(0)) << second;
  }
  EXPECT_GT(caught_up, 85) << "what nobody else needs is theirs";
  for (int i = 0; i < 9; ++i) read(now, false);
  EXPECT_EQ(read(now, true), std::nullopt) << "they come behind all others";
  EXPECT_TRUE(read(now, false)) << "whom their waiting does not put off";
}

TEST(SlackLimits, retry_after_is_meant_for_the_channel_where_there_is_one) {
  EXPECT_EQ(slack_rate_name("chat.postMessage", "C1"),
            slack_rates("chat.postMessage", "C1")[1].name);
  EXPECT_EQ(slack_rate_name("users.info", ""), slack_rates("users.info", "")[0].name);
}

}  // namespace
}  // namespace dw
