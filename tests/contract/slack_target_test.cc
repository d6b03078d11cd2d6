// The Slack target with a Slack that keeps messages, loses answers and limits calls.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "connectors/slack/inbound.h"
#include "domain/delivery.h"
#include "support/slack_world.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;
using Fault = FakeSlackFault::Kind;
constexpr Millis plenty{20'000};

struct World : SlackWorld {
  SlackTarget target{http, loop, clock, rates, settings()};

  Delivery delivery(Payload payload, int64_t id = 191) {
    return {
        .id = {id}, .target = "slack", .payload = std::move(payload), .created_at = clock.now()};
  }
  Outcome perform(Delivery one) {
    const auto outcomes =
        wait_for(target.perform({std::move(one)}, Attempt::within(clock, plenty)));
    EXPECT_EQ(outcomes.size(), 1U);
    return outcomes.at(0);
  }
  Outcome perform(Payload payload) { return perform(delivery(std::move(payload))); }
  Settled settle(Delivery one) {
    return wait_for(target.settle(std::move(one), Attempt::within(clock, plenty)));
  }
  json::object ask(json::object details) {
    const std::string about(details.at("about").as_string());
    details.erase("about");
    const Outcome outcome = perform(Lookup{about, details});
    EXPECT_EQ(outcome.kind, Kind::done) << outcome.why;
    return outcome.kind == Kind::done ? outcome.answer.as_object() : json::object();
  }
  std::vector<FakeSlackWorkspace::Message> messages() { return slack.workspace().messages("C1"); }
};

TEST(SlackTarget, a_post_says_it_in_the_thread_and_carries_its_delivery) {
  World world;
  const std::string root = world.slack.workspace().say("C1", "U7", "VPN is down");
  const Outcome outcome = world.perform(ChatPost{.channel = "C1",
                                                 .thread = root,
                                                 .text = "<!channel> a & b",
                                                 .mentions = {"U7", "<!here>"},
                                                 .author_name = "Bo *Ek*"});
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  const auto said = world.messages().back();
  EXPECT_EQ(said.text, "<@U7> *Bo Ek*: &lt;!channel&gt; a &amp; b");
  EXPECT_EQ(said.thread, root);
  EXPECT_EQ(to_text(outcome.answer),
            to_text(json::object{{"message", said.ts}, {"channel", "C1"}}));
  EXPECT_EQ(to_text(said.metadata),
            R"({"event_type":"deskwire_delivery","event_payload":{"delivery":"d-000191"}})");
}

ChatPost with_buttons() {
  ChatPost post;
  post.channel = "C1";
  post.text = "Ticket #17 (high): Door";
  post.buttons = {{"Take it", "", "ticket.take", "17"}, {"Open", "https://d/tickets/17", "", ""}};
  return post;
}

TEST(SlackTarget, a_post_has_buttons_and_is_written_anew_without_them) {
  World world;
  ASSERT_EQ(world.perform(with_buttons()).kind, Kind::done);
  const std::string ts = world.messages().back().ts;
  EXPECT_NE(to_text(world.messages().back().blocks).find("ticket.take"), std::string::npos);
  ChatPost anew = with_buttons();
  anew.text += "\nTaken by Bo";
  anew.buttons.clear();
  anew.replaces = ts;
  const Outcome outcome = world.perform(anew);
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  ASSERT_EQ(world.messages().size(), 1U);
  EXPECT_EQ(world.messages().back().text, "Ticket #17 (high): Door\nTaken by Bo");
  EXPECT_EQ(to_text(world.messages().back().blocks), "[]");
  EXPECT_EQ(world.settle(world.delivery(anew)).kind, Settled::Kind::repeatable);
  world.slack.fault(
      {.kind = Fault::answer, .method = "chat.update", .word = "cant_update_message"});
  EXPECT_EQ(world.perform(anew).kind, Kind::refused);
}

TEST(SlackTarget, a_message_that_is_gone_need_not_be_written_anew) {
  World world;
  ChatPost anew = with_buttons();
  anew.replaces = "1.1";
  EXPECT_EQ(world.perform(anew).kind, Kind::done);
  world.slack.fault({.kind = Fault::answer, .method = "chat.update", .word = "is_archived"});
  EXPECT_EQ(world.perform(anew).kind, Kind::done);
  EXPECT_TRUE(world.messages().empty());
}

TEST(SlackTarget, buttons_that_slack_refuses_are_left_out_and_the_words_are_said) {
  World world;
  world.slack.fault(
      {.kind = Fault::answer, .method = "chat.postMessage", .word = "invalid_blocks"});
  EXPECT_EQ(world.perform(with_buttons()).kind, Kind::done);
  ASSERT_EQ(world.messages().size(), 1U);
  EXPECT_TRUE(world.messages().back().blocks.is_null());
  EXPECT_EQ(world.messages().back().text, "Ticket #17 (high): Door\n<https://d/tickets/17|Open>");
}

TEST(SlackTarget, a_word_to_one_person_is_no_message) {
  World world;
  ChatPost post;
  post.channel = "C1";
  post.text = "Bo has ticket #17 already.";
  post.only_to = "U7";
  EXPECT_EQ(world.perform(post).kind, Kind::done);
  EXPECT_TRUE(world.messages().empty());
  ASSERT_EQ(world.slack.count("chat.postEphemeral"), 1U);
  EXPECT_EQ(world.slack.calls().back().fields.at("user"), "U7");
  EXPECT_EQ(world.settle(world.delivery(post)).kind, Settled::Kind::repeatable);
}

TEST(SlackTarget, rich_text_becomes_slacks_markup) {
  World world;
  world.perform(ChatPost{.channel = "C1", .html = "<p>It is <b>fixed</b>, @here</p>"});
  EXPECT_EQ(world.messages().back().text, "It is *fixed*, @\u2060here");
  const FakeSlackWorkspace::Fields& fields = world.slack.calls().back().fields;
  EXPECT_EQ(fields.at("parse") + fields.at("link_names"), "nonefalse");
}

TEST(SlackTarget, a_channel_may_be_given_by_its_name) {
  World world;
  EXPECT_EQ(world.perform(ChatPost{.channel = "#general", .text = "x"}).kind, Kind::done);
  EXPECT_EQ(world.perform(ChatPost{.channel = "#nowhere", .text = "x"}).kind, Kind::refused);
  EXPECT_EQ(world.messages().size(), 1U);
}

TEST(SlackTarget, a_post_whose_answer_was_lost_is_found_again) {
  World world;
  const std::string root = world.slack.workspace().say("C1", "U7", "VPN is down");
  for (const std::string& thread : {root, std::string()}) {
    const Delivery one = world.delivery(ChatPost{.channel = "C1", .thread = thread, .text = "x"});
    world.slack.fault({.kind = Fault::lost, .method = "chat.postMessage"});
    EXPECT_EQ(world.perform(one).kind, Kind::unsure);
    const Settled settled = world.settle(one);
    EXPECT_EQ(settled.kind, Settled::Kind::happened) << settled.why;
    EXPECT_EQ(std::string(settled.answer.at("message").as_string()), world.messages().back().ts);
  }
}

TEST(SlackTarget, a_post_that_never_came_about_may_be_tried_again) {
  World world;
  world.slack.workspace().say("C1", "U7", "x");
  const Delivery one = world.delivery(ChatPost{.channel = "C1", .text = "x"});
  world.slack.fault({.kind = Fault::hang_up, .method = "chat.postMessage"});
  EXPECT_EQ(world.perform(one).kind, Kind::unsure);
  EXPECT_EQ(world.settle(one).kind, Settled::Kind::not_happened) << "equal texts prove nothing";
  Delivery other = world.delivery(ChatPost{.channel = "C1", .text = "x"}, 192);
  world.perform(other);
  EXPECT_EQ(world.settle(one).kind, Settled::Kind::not_happened) << "another delivery's";
}

TEST(SlackTarget, a_search_goes_through_all_pages) {
  World world;
  const std::string root = world.slack.workspace().say("C1", "U7", "VPN is down");
  const Delivery one = world.delivery(ChatPost{.channel = "C1", .thread = root, .text = "x"});
  for (int i = 0; i < 450; ++i) world.slack.workspace().say("C1", "U7", "noise", root);
  world.perform(one);
  EXPECT_EQ(world.settle(one).kind, Settled::Kind::happened);
  EXPECT_EQ(world.slack.count("conversations.replies"), 3U);
}

TEST(SlackTarget, after_trouble_at_slack_it_looks_before_it_posts_again) {
  World world;
  Delivery one = world.delivery(ChatPost{.channel = "C1", .text = "x"});
  world.slack.fault({.kind = Fault::trouble, .method = "chat.postMessage", .status = 503});
  EXPECT_EQ(world.perform(one).kind, Kind::unsure) << "whatever its reason is later";
  EXPECT_EQ(world.settle(one).kind, Settled::Kind::happened);
  EXPECT_EQ(world.messages().size(), 1U);
  world.slack.fault({.kind = Fault::answer, .word = "internal_error"});
  EXPECT_EQ(world.perform(ChatPost{.channel = "C1", .text = "y"}).kind, Kind::unsure);
}

TEST(SlackTarget, limits_are_respected) {
  World world;
  world.slack.fault({.kind = Fault::answer,
                     .method = "chat.postMessage",
                     .status = 429,
                     .word = "ratelimited",
                     .retry_after = 40});
  const Outcome limited = world.perform(ChatPost{.channel = "C1", .text = "x"});
  EXPECT_EQ(limited.kind, Kind::later);
  EXPECT_EQ(limited.when, Millis(40'000));
  const Outcome next = world.perform(ChatPost{.channel = "C1", .text = "x"});
  EXPECT_EQ(next.kind, Kind::later);
  EXPECT_GT(next.when, Millis(30'000)) << "not even asked";
  EXPECT_EQ(world.slack.count("chat.postMessage"), 0U);
  world.slack.workspace().add_channel("C2", "other");
  EXPECT_EQ(world.perform(ChatPost{.channel = "C2", .text = "x"}).kind, Kind::done);
}

TEST(SlackTarget, two_posts_in_a_channel_are_a_second_apart) {
  World world;
  world.perform(ChatPost{.channel = "C1", .text = "a"});
  world.perform(ChatPost{.channel = "C1", .text = "b"});
  const auto& calls = world.slack.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_GE(calls[1].at - calls[0].at, Millis(950));
}

TEST(SlackTarget, what_a_person_mends_waits_and_what_nobody_can_is_refused) {
  const std::pair<const char*, Kind> words[] = {
      {"not_in_channel", Kind::later}, {"invalid_auth", Kind::later},
      {"missing_scope", Kind::later},  {"channel_not_found", Kind::refused},
      {"is_archived", Kind::refused},  {"msg_too_long", Kind::refused}};
  for (const auto& [word, kind] : words) {
    World world;
    world.slack.fault({.kind = Fault::answer, .word = word});
    const Outcome outcome = world.perform(ChatPost{.channel = "C1", .text = "x"});
    EXPECT_EQ(outcome.kind, kind) << word;
    EXPECT_NE(outcome.why.find(word), std::string::npos) << outcome.why;
  }
}

TEST(SlackTarget, a_reaction_that_is_there_already_is_done) {
  World world;
  const std::string root = world.slack.workspace().say("C1", "U7", "x");
  const Delivery one = world.delivery(ChatReact{"C1", root, "eyes"});
  EXPECT_EQ(world.perform(one).kind, Kind::done);
  EXPECT_EQ(world.perform(one).kind, Kind::done);
  EXPECT_EQ(world.messages().front().reactions.at("eyes").size(), 1U);
  const Delivery off = world.delivery(ChatReact{"C1", root, "eyes", true});
  EXPECT_EQ(world.perform(off).kind, Kind::done);
  EXPECT_EQ(world.perform(off).kind, Kind::done);
  EXPECT_TRUE(world.messages().front().reactions.at("eyes").empty());
  EXPECT_EQ(world.settle(off).kind, Settled::Kind::repeatable);
}

TEST(SlackTarget, it_answers_questions_about_people_and_channels_and_keeps_the_answers) {
  World world;
  const json::object person = world.ask({{"about", "person"}, {"id", "U7"}});
  EXPECT_EQ(to_text(person),
            R"({"id":"U7","name":"Ana Lopez","email":"ana@example.com","is_bot":false,)"
            R"("is_full_member":true})");
  world.ask({{"about", "person"}, {"id", "U7"}});
  EXPECT_EQ(world.slack.count("users.info"), 1U);
  EXPECT_EQ(world.ask({{"about", "channel"}, {"id", "C1"}}).at("name").as_string(), "general");
  EXPECT_EQ(
      world.ask({{"about", "person_by_email"}, {"email", "ana@example.com"}}).at("id").as_string(),
      "U7");
  EXPECT_EQ(world.ask({{"about", "channel_by_name"}, {"name", "#general"}}).at("id").as_string(),
            "C1");
  const std::string root = world.slack.workspace().say("C1", "U7", "x");
  const json::object link =
      world.ask({{"about", "permalink"}, {"channel", "C1"}, {"message", root}});
  EXPECT_NE(std::string(link.at("url").as_string()).find("/archives/C1/p"), std::string::npos);
  EXPECT_EQ(world.perform(Lookup{"person_by_email", {{"email", "no@x"}}}).kind, Kind::refused);
  EXPECT_EQ(world.perform(Lookup{"the weather", {}}).kind, Kind::refused);
}

TEST(SlackTarget, a_guest_and_somebody_of_another_company_are_no_full_members) {
  World world;
  world.slack.workspace().add_outsider("U20", "Gus Guest", "");
  world.slack.workspace().add_outsider("U21", "Olga Other", "T9");
  const auto is_member = [&](const char* id) {
    return world.ask({{"about", "person"}, {"id", id}}).at("is_full_member").as_bool();
  };
  EXPECT_TRUE(is_member("U7"));
  EXPECT_FALSE(is_member("U20"));
  EXPECT_FALSE(is_member("U21"));
}

TEST(SlackTarget, history_comes_page_by_page_as_message_bodies) {
  World world;
  FakeSlackWorkspace& workspace = world.slack.workspace();
  const std::string root = workspace.say("C1", "U7", "first");
  for (int i = 0; i < 149; ++i) workspace.say("C1", "U7", "more");
  const std::string reply = workspace.say("C1", "U7", "in the thread", root);
  json::object asked{{"about", "history"}, {"channel", "C1"}, {"since", ""}, {"cursor", ""}};
  json::object page = world.ask(asked);
  EXPECT_EQ(page.at("messages").as_array().size(), 100U);
  asked["cursor"] = page.at("next_cursor");
  page = world.ask(asked);
  EXPECT_EQ(page.at("messages").as_array().size(), 50U);
  EXPECT_EQ(page.at("next_cursor").as_string(), "");
  EXPECT_EQ(page.at("messages").at(0).at("text").as_string(), "first") << "the oldest first";
  page = world.ask({{"about", "history"}, {"channel", "C1"}, {"thread", root}, {"cursor", ""}});
  ASSERT_EQ(page.at("messages").as_array().size(), 1U) << "without its root";
  EXPECT_EQ(page.at("messages").at(0).at("message").as_string(), reply);
  EXPECT_EQ(page.at("messages").at(0).at("thread").as_string(), root);
}

TEST(SlackTarget, an_overview_of_a_channel_says_what_each_thread_has_last) {
  World world;
  FakeSlackWorkspace& workspace = world.slack.workspace();
  const std::string before = workspace.say("C1", "U7", "long ago");
  const std::string quiet = workspace.say("C1", "U7", "quiet");
  const std::string answered = workspace.say("C1", "U7", "answered");
  const std::string edited = workspace.say("C1", "U7", "edited");
  const std::string gone = workspace.say("C1", "U7", "gone");
  const std::string reply = workspace.say("C1", "U7", "in the thread", answered);
  workspace.say("C1", "U7", "in the other thread", gone);
  workspace.edit("C1", edited, "other words");
  workspace.remove("C1", gone);
  const json::object page =
      world.ask({{"about", "threads"}, {"channel", "C1"}, {"since", before}, {"cursor", ""}});
  const json::array& threads = page.at("threads").as_array();
  ASSERT_EQ(threads.size(), 4U);
  EXPECT_TRUE(threads[0].at("is_deleted").as_bool());
  EXPECT_TRUE(threads[1].as_object().contains("edited"));
  EXPECT_EQ(to_text(threads[2]),
            to_text(json::object{{"message", answered}, {"latest_reply", reply}}));
  EXPECT_EQ(to_text(threads[3]), to_text(json::object{{"message", quiet}}));
  EXPECT_EQ(page.at("next_cursor").as_string(), "");
}

/// A desk whose files are in memory.
struct Shelf : FileSource {
  std::map<std::string, std::string, std::less<>> files;
  std::optional<ErrorKind> trouble;

  bool has(std::string_view url) const override { return url.starts_with("https://desk.example/"); }
  Task<Result<int64_t>> fetch(FileLink file, int64_t, ScratchFile* into, Millis) override {
    if (trouble) co_return Error{*trouble, "desk", "no"};
    const std::string& bytes = files[file.url];
    into->append(bytes);
    co_return static_cast<int64_t>(bytes.size());
  }
};

TEST(SlackTarget, files_are_copied_into_the_thread) {
  World world;
  Shelf shelf;
  shelf.files["https://desk.example/1"] = std::string(300'000, 'x');
  world.target.files().use({&shelf});
  const std::string root = world.slack.workspace().say("C1", "U7", "x");
  const Outcome outcome =
      world.perform(ChatPost{.channel = "C1",
                             .thread = root,
                             .text = "see",
                             .files = {{"a.txt", "https://desk.example/1", "text/plain", 0},
                                       {"b.txt", "https://elsewhere.example/2", "text/plain", 0}}});
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  const auto messages = world.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[1].text, "see\n📎 <https://elsewhere.example/2|b.txt>");
  ASSERT_EQ(messages[2].files.size(), 1U);
  EXPECT_EQ(messages[2].thread, root);
  EXPECT_EQ(world.slack.workspace().files().at(messages[2].files[0]).bytes.size(), 300'000U);
}

TEST(SlackTarget, files_that_can_not_be_had_now_hold_back_the_post_and_nothing_is_seen) {
  World world;
  Shelf shelf;
  shelf.trouble = ErrorKind::busy;
  world.target.files().use({&shelf});
  const ChatPost post{.channel = "C1", .text = "see", .files = {{"a", "https://desk.example/1"}}};
  EXPECT_EQ(world.perform(post).kind, Kind::later);
  EXPECT_TRUE(world.messages().empty());
  shelf.trouble = ErrorKind::denied;
  EXPECT_EQ(world.perform(post).kind, Kind::done);
  EXPECT_EQ(world.messages().back().text, "see\n📎 <https://desk.example/1|a>");
}

TEST(SlackTarget, files_that_were_not_shared_are_shared_when_the_doubt_is_settled) {
  for (const Fault fault : {Fault::hang_up, Fault::lost}) {
    World world;
    Shelf shelf;
    shelf.files["https://desk.example/1"] = "bytes";
    world.target.files().use({&shelf});
    const Delivery one = world.delivery(
        ChatPost{.channel = "C1", .text = "see", .files = {{"a", "https://desk.example/1"}}});
    world.slack.fault({.kind = fault, .method = "files.completeUploadExternal"});
    EXPECT_EQ(world.perform(one).kind, Kind::unsure);
    const Settled settled = world.settle(one);
    EXPECT_EQ(settled.kind, Settled::Kind::happened) << settled.why;
    const auto messages = world.messages();
    ASSERT_EQ(messages.size(), 2U) << "the words once, the file once";
    EXPECT_EQ(messages[1].files.size(), 1U);
    EXPECT_EQ(messages[1].thread, messages[0].ts);
  }
}

TEST(SlackTarget, a_file_is_fetched_with_the_token_from_slacks_own_host_only) {
  World world;
  const std::string id = world.slack.workspace().add_file("a.txt", "text/plain", "hello");
  SlackFiles& files = world.target.files();
  const std::string url = world.slack.url() + "/files-pri/" + id + "/a.txt";
  EXPECT_TRUE(files.has(url));
  EXPECT_FALSE(files.has("https://files.slack.com.evil.example/x"));
  EXPECT_FALSE(files.has("http://127.0.0.1:1/x"));
  ScratchFile taken = *ScratchFile::make(), by_id = *ScratchFile::make();
  ScratchFile cut = *ScratchFile::make(), none = *ScratchFile::make();
  EXPECT_EQ(*world.wait_for(files.fetch({"a", url, "text/plain", 5}, 5, &taken, plenty)), 5);
  char bytes[6] = {};
  EXPECT_EQ(taken.read_at(0, bytes, 5), 5);
  EXPECT_STREQ(bytes, "hello");
  EXPECT_EQ(*world.wait_for(files.fetch({"a", "slack:" + id}, 100, &by_id, plenty)), 5);
  const auto large = world.wait_for(files.fetch({"a", url}, 4, &cut, plenty));
  EXPECT_EQ(large.error().kind, ErrorKind::invalid);
  SlackSettings stale = world.settings();
  stale.bot_token = Secret("xoxb-old");
  SlackTarget other(world.http, world.loop, world.clock, world.rates, stale);
  const auto denied = world.wait_for(other.files().fetch({"a", url}, 100, &none, plenty));
  EXPECT_EQ(denied.error().kind, ErrorKind::denied) << "a sign-in page is no file";
}

TEST(SlackTarget, a_probe_names_the_scopes_that_are_missing) {
  World world;
  for (const Probe& one : world.wait_for(world.target.probe(plenty))) {
    EXPECT_TRUE(one.is_ok) << one.name << ": " << one.detail;
  }
  FakeSlackOptions few;
  few.scopes = {"chat:write", "users:read"};
  SlackWorld poor(few);
  SlackTarget target(poor.http, poor.loop, poor.clock, poor.rates, poor.settings());
  const auto probes = poor.wait_for(target.probe(plenty));
  EXPECT_FALSE(probes.at(1).is_ok);
  EXPECT_NE(probes.at(1).detail.find("files:write"), std::string::npos) << probes.at(1).detail;
  EXPECT_EQ(probes.at(1).detail.find("chat:write"), std::string::npos);
}

// ---- hooks

struct Hook {
  SlackWorld world;
  SlackApi api;
  SlackHook events{SlackHook::Kind::events, api};
  SlackHook commands{SlackHook::Kind::commands, api};
  TimePoint now{std::chrono::seconds(1'700'000'100)};

  Hook() : api(world.http, world.loop, world.clock, world.rates, two_secrets(world)) {}
  static SlackSettings two_secrets(const SlackWorld& world) {
    SlackSettings settings = world.settings();
    settings.signing_secrets = {Secret("old-secret"), Secret("test-secret")};
    return settings;
  }
  RawHook request(std::string_view body, std::string time, std::string signature) const {
    return {.body = body,
            .header =
                [time, signature](std::string_view name) {
                  return std::string_view(name == "x-slack-signature" ? signature : time);
                },
            .at = now};
  }
};

constexpr const char* vector_body = R"({"type":"event_callback","event_id":"Ev1"})";
constexpr const char* vector_signature =
    "v0=4780f3e9833499c08e8ad77ce04f80ff8dcfbf802cf0b309feb2dae199b6af21";

TEST(SlackHook, a_request_is_taken_with_a_right_and_recent_signature_only) {
  Hook hook;
  const auto verify = [&hook](std::string_view body, const char* time, const char* signature) {
    return hook.events.verify(hook.request(body, time, signature)).ok();
  };
  EXPECT_TRUE(verify(vector_body, "1700000000", vector_signature));
  EXPECT_FALSE(verify(vector_body, "1700000001", vector_signature));
  EXPECT_FALSE(verify(vector_body, "", vector_signature));
  EXPECT_FALSE(verify(vector_body, "1700000000", ""));
  EXPECT_FALSE(verify("{}", "1700000000", vector_signature));
  for (const int64_t off : {-500, 1000}) {
    hook.now = TimePoint{std::chrono::seconds(1'700'000'000 + off)};
    EXPECT_FALSE(verify(vector_body, "1700000000", vector_signature)) << off;
  }
  hook.now = TimePoint{std::chrono::seconds(1'700'000'000)};
  const std::string old = slack_signature("old-secret", "1700000000", "x");
  EXPECT_TRUE(verify("x", "1700000000", old.c_str())) << "two secrets are live";
  const std::string odd = slack_signature("test-secret", "1e9", "x");
  EXPECT_FALSE(verify("x", "1e9", odd.c_str()));
}

TEST(SlackHook, a_challenge_is_answered_and_what_is_no_event_is_no_error) {
  Hook hook;
  const auto answer = hook.events.answer_without_event(
      hook.request(R"({"type":"url_verification","challenge":"3eZ"})", "", ""));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "3eZ");
  const auto join = hook.events.answer_without_event(hook.request(
      R"({"type":"event_callback","event":{"type":"message","subtype":"channel_join",
          "user":"U2","ts":"1.1","channel":"C1"}})",
      "", ""));
  ASSERT_TRUE(join);
  EXPECT_EQ(join->status, 200);
  const RawHook broken = hook.request("{", "", "");
  EXPECT_FALSE(hook.events.answer_without_event(broken));
  EXPECT_EQ(hook.events.encode_error(hook.events.decode(broken).error()).status, 400);
}

TEST(SlackHook, a_command_is_answered_to_its_caller_alone) {
  Hook hook;
  const RawHook request =
      hook.request("command=%2Fdesk&text=stats&trigger_id=1.2.x&channel_id=C1", "", "");
  EXPECT_FALSE(hook.commands.answer_without_event(request));
  EXPECT_EQ(hook.commands.decode(request)->key, "1.2.x");
  const HookAnswer answer = hook.commands.encode_reply(json::object{{"text", "<!here> 3 open"}});
  EXPECT_EQ(answer.body, R"({"response_type":"ephemeral","text":"&lt;!here&gt; 3 open"})");
  EXPECT_EQ(hook.commands.encode_reply(nullptr).body, "");
  EXPECT_EQ(hook.events.encode_reply(json::object{{"text", "x"}}).body, "");
}

TEST(SlackTarget, a_lease_that_ends_while_a_post_waits_for_its_turn_keeps_it_here) {
  World world;
  world.perform(ChatPost{.channel = "C1", .text = "a"});  // one a second and channel
  struct Lease : Fence {
    Lease(Clock& c, Millis length) : clock(c), until(c.monotonic() + length) {}
    bool may_send() const override { return clock.monotonic() < until; }
    Clock& clock;
    Monotonic until;
  };
  const Lease lease(world.clock, Millis(300));
  std::vector<Delivery> late{world.delivery(ChatPost{.channel = "C1", .text = "b"})};
  const auto outcomes = world.wait_for(
      world.target.perform(std::move(late), Attempt::within(world.clock, plenty, &lease)));
  EXPECT_EQ(outcomes.at(0).kind, Kind::later) << outcomes.at(0).why;
  EXPECT_EQ(world.slack.count("chat.postMessage"), 1U);
}

}  // namespace
}  // namespace dw
