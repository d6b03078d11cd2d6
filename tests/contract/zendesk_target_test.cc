// The Zendesk desk against a whole Zendesk, small as it is: effects, doubts, questions, limits.
#include "contract/zendesk_world.h"
#include "domain/delivery.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;
using World = ZendeskWorld;

FakeFault lost(const std::string& method, const std::string& path, bool is_after) {
  return {method, path, HttpStep::fault(HttpStep::Kind::hang_up), is_after};
}

TEST(ZendeskDesk, a_ticket_is_opened_and_its_number_comes_back) {
  World w;
  const Outcome outcome = w.perform(World::opening());
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  EXPECT_EQ(text_at(outcome.answer, "id"), "41");
  EXPECT_EQ(text_at(outcome.answer, "url"), w.settings.url + "/agent/tickets/41");
  EXPECT_EQ(text_at(w.fake.ticket(41), "external_id"), "slack:C1/1.1");
  EXPECT_EQ(text_at(w.fake.ticket(41), "description"), "Since ten.");
}

TEST(ZendeskDesk, a_requester_without_an_address_is_named_all_the_same) {
  World w;
  Delivery delivery = World::opening();
  std::get<DeskOpen>(delivery.payload).requester = {"Xenia Far", "", "slack:U9"};
  ASSERT_EQ(w.perform(delivery).kind, Kind::done);
  const json::value id = w.fake.ticket(41).at("requester_id");
  EXPECT_EQ(w.fake.name_of(id.as_int64()), "Xenia Far");
  // An account that wants an address of everybody gets the name in the words.
  w.fake.fail_next({"POST", "/api/v2/tickets",
                    HttpStep::answer(422, R"({"error":"RecordInvalid","details":{"requester":[
                      {"description":"Requester: Email: cannot be blank"}]}})")});
  Delivery other = World::opening(193, "slack:C1/2.1");
  std::get<DeskOpen>(other.payload).requester = {"Xenia Far", "", "slack:U9"};
  ASSERT_EQ(w.perform(other).kind, Kind::done);
  EXPECT_EQ(text_at(w.fake.ticket(42), "description"), "Xenia Far:\n\nSince ten.");
}

TEST(ZendeskDesk, a_ticket_whose_answer_was_lost_is_found_again_and_not_opened_twice) {
  World w;
  w.fake.fail_next(lost("POST", "/api/v2/tickets", true));
  EXPECT_EQ(w.perform(World::opening()).kind, Kind::unsure);
  const Settled settled = w.settle(World::opening());
  EXPECT_EQ(settled.kind, Settled::Kind::happened) << settled.why;
  EXPECT_EQ(text_at(settled.answer, "id"), "41");
  // And if it is sent again all the same, the key gives the first one back.
  EXPECT_EQ(text_at(w.perform(World::opening()).answer, "id"), "41");
  EXPECT_EQ(w.fake.ticket_count(), 1U);
}

TEST(ZendeskDesk, what_was_lost_on_the_way_there_gets_time_before_it_is_sent_again) {
  World w;
  w.fake.fail_next(lost("POST", "/api/v2/tickets", false));
  EXPECT_EQ(w.perform(World::opening()).kind, Kind::unsure);
  EXPECT_EQ(w.settle(World::opening()).kind, Settled::Kind::later) << "it may still arrive";
  const size_t asked = w.world.script.seen().size();
  EXPECT_EQ(w.settle(World::opening()).kind, Settled::Kind::later);
  EXPECT_EQ(w.world.script.seen().size(), asked) << "one question is enough for now";
  w.build();
  EXPECT_EQ(w.settle(World::opening()).kind, Settled::Kind::later) << "another replica's is young";
  w.settle_after = Millis(0);
  w.build();  // long after
  EXPECT_EQ(w.settle(World::opening()).kind, Settled::Kind::not_happened);
}

TEST(ZendeskDesk, a_key_that_was_used_with_other_words_gives_the_ticket_that_it_made) {
  World w;
  ASSERT_EQ(w.perform(World::opening()).kind, Kind::done);
  const Outcome again = w.perform(World::opening(555));  // another marker, so another body
  EXPECT_EQ(again.kind, Kind::done) << again.why;
  EXPECT_EQ(text_at(again.answer, "id"), "41");
  EXPECT_EQ(w.fake.ticket_count(), 1U);
}

TEST(ZendeskDesk, a_comment_is_added_and_known_as_ours) {
  World w;
  w.perform(World::opening());
  const Outcome outcome = w.perform(World::commenting("41"));
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  const Outcome told = w.ask("comments", {{"id", "41"}});
  ASSERT_EQ(told.kind, Kind::done) << told.why;
  const json::array& comments = told.answer.at("comments").as_array();
  ASSERT_EQ(comments.size(), 2U);
  EXPECT_EQ(comments[1].at("id").as_string(), text_at(outcome.answer, "comment"));
  EXPECT_EQ(comments[0].at("marker").as_string(), "d-000191");
  EXPECT_EQ(comments[1].at("marker").as_string(), "d-000192");
  EXPECT_NE(std::string(comments[1].at("text").as_string()).find("Ana"), std::string::npos);
}

TEST(ZendeskDesk, a_comment_at_which_zendesk_broke_is_looked_for_at_once) {
  for (const bool is_after : {false, true}) {
    World w;
    w.perform(World::opening());
    w.fake.fail_next({"PUT", "/api/v2/tickets/41", HttpStep::answer(500, ""), is_after});
    EXPECT_EQ(w.perform(World::commenting("41")).kind, Kind::unsure);
    const auto expected = is_after ? Settled::Kind::happened : Settled::Kind::not_happened;
    EXPECT_EQ(w.settle(World::commenting("41")).kind, expected);
  }
}

TEST(ZendeskDesk, a_question_that_broke_off_is_asked_again_and_in_no_doubt) {
  World w;
  w.perform(World::opening());
  w.fake.fail_next({"GET", "/api/v2/tickets/41", HttpStep::answer(502, "")});
  EXPECT_EQ(w.ask("ticket", {{"id", "41"}}).kind, Kind::later);
  EXPECT_EQ(w.ask("ticket", {{"id", "41"}}).kind, Kind::done);
}

TEST(ZendeskDesk, a_comment_in_doubt_is_found_by_its_marker) {
  World w;
  w.perform(World::opening());
  w.fake.fail_next(lost("PUT", "/api/v2/tickets/41", true));
  EXPECT_EQ(w.perform(World::commenting("41")).kind, Kind::unsure);
  const Settled settled = w.settle(World::commenting("41"));
  ASSERT_EQ(settled.kind, Settled::Kind::happened) << settled.why;
  EXPECT_EQ(text_at(settled.answer, "comment"),
            std::to_string(w.fake.comments(41).back().at("id").as_int64()));
  w.settle_after = Millis(0);
  w.build();
  EXPECT_EQ(w.settle(World::commenting("41", 777)).kind, Settled::Kind::not_happened);
}

TEST(ZendeskDesk, a_marker_from_before_the_delivery_is_another_installations) {
  World w;
  w.settle_after = Millis(0);
  w.build();
  w.perform(World::opening());
  w.perform(World::commenting("41"));
  Delivery later = World::commenting("41");
  later.created_at = system_now() + std::chrono::hours(1);
  EXPECT_EQ(w.settle(later).kind, Settled::Kind::not_happened);
}

TEST(ZendeskDesk, a_marker_is_found_behind_many_newer_audits) {
  World w;
  w.perform(World::opening());
  w.perform(World::commenting("41"));
  for (int i = 0; i < 250; ++i) w.fake.say(41, "<p>more</p>", true);
  EXPECT_EQ(w.settle(World::commenting("41")).kind, Settled::Kind::happened);
}

TEST(ZendeskDesk, a_closed_ticket_refuses_with_that_word) {
  World w;
  w.perform(World::opening());
  w.fake.change(41, {{"status", "closed"}});
  EXPECT_EQ(w.perform(World::commenting("41")).why, "closed");
  const Outcome outcome = w.perform(World::solving("41"));
  EXPECT_EQ(outcome.kind, Kind::refused);
  EXPECT_EQ(outcome.why, "closed");
  Delivery follow = World::opening(300, "slack:C1/2.2");
  std::get<DeskOpen>(follow.payload).follow_up_of = "41";
  EXPECT_EQ(text_at(w.perform(follow).answer, "id"), "42");
}

TEST(ZendeskDesk, a_ticket_is_solved_and_assigned) {
  World w;
  w.fake.options.is_assignee_needed_to_solve = true;
  w.perform(World::opening());
  const Outcome solved = w.perform(World::solving("41"));
  EXPECT_EQ(solved.kind, Kind::done) << solved.why;
  EXPECT_EQ(text_at(w.fake.ticket(41), "status"), "solved");
  EXPECT_EQ(w.fake.ticket(41).at("assignee_id").as_int64(), 1) << "somebody must have it: we do";
  DeskUpdate update{.ticket = {17}, .patch = {}, .external_id = "41"};
  update.patch.assignee = "ida@acme.example";
  update.patch.priority = Priority::high;
  EXPECT_EQ(w.perform(World::delivery_of(update, 400)).kind, Kind::done);
  EXPECT_EQ(w.fake.ticket(41).at("assignee_id").as_int64(), 2);
  const Outcome told = w.ask("ticket", {{"id", "41"}});
  EXPECT_EQ(text_at(told.answer, "assignee"), "ida@acme.example");
  EXPECT_EQ(text_at(told.answer, "priority"), "high");
  update.patch.assignee = "bo@example.com";
  EXPECT_EQ(w.perform(World::delivery_of(update, 401)).kind, Kind::refused) << "no agent";
}

TEST(ZendeskDesk, files_are_copied_from_the_hosts_that_are_allowed) {
  World w;
  HttpScript files(w.world.loop, w.world.tasks);
  const std::string bytes(200'000, 'x');
  files.otherwise([&](const HttpScript::Seen& seen) {
    if (seen.path == "/big") return HttpStep::answer(200, bytes, {{"Content-Type", "image/png"}});
    if (seen.path == "/page")
      return HttpStep::answer(200, "<html>", {{"Content-Type", "text/html"}});
    return HttpStep::answer(404, "");
  });
  w.files = std::make_unique<FilesAt>(w.world.http, files.url());
  w.build();
  w.perform(World::opening());
  Delivery comment = World::commenting("41");
  auto& said = std::get<DeskComment>(comment.payload);
  said.files = {{"screen.png", files.url() + "/big", "image/png", 0},
                {"secret.png", files.url() + "/page", "image/png", 0},
                {"gone.png", files.url() + "/gone", "image/png", 0},
                {"huge.iso", files.url() + "/huge", "", 60'000'000},
                {"away.png", "https://elsewhere.example/x.png", "image/png", 0}};
  const Outcome outcome = w.perform(comment);
  files.stop();
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  EXPECT_EQ(files.seen().size(), 3U);
  EXPECT_EQ(files.seen()[0].header("authorization"), "Bearer chat-token");
  const json::object& last = w.fake.comments(41).back();
  const json::array& attached = last.at("attachments").as_array();
  ASSERT_EQ(attached.size(), 1U);
  EXPECT_EQ(attached[0].at("size").as_int64(), 200'000);
  EXPECT_EQ(text_at(attached[0], "file_name"), "screen.png");
  const std::string html = text_at(last, "html_body");
  for (const char* name : {"secret.png", "gone.png", "huge.iso", "away.png"}) {
    EXPECT_NE(html.find(name), std::string::npos) << name << " is a link";
  }
  EXPECT_EQ(html.find("screen.png"), std::string::npos);
}

TEST(ZendeskDesk, a_file_that_is_away_for_now_waits_and_then_becomes_a_link) {
  World w;
  HttpScript files(w.world.loop, w.world.tasks);
  w.files = std::make_unique<FilesAt>(w.world.http, files.url());
  w.build();
  w.perform(World::opening());
  files.stop();
  Delivery comment = World::commenting("41");
  std::get<DeskComment>(comment.payload).files = {{"a.png", files.url() + "/a", "", 0}};
  EXPECT_EQ(w.perform(comment).kind, Kind::later);
  comment.attempts = 5;
  EXPECT_EQ(w.perform(comment).kind, Kind::done);
}

TEST(ZendeskDesk, its_own_files_can_be_fetched_and_no_others) {
  World world;
  ASSERT_EQ(world.perform(World::opening()).kind, Kind::done);
  world.fake.say(41, "<p>see</p>", true, FakeZendesk::ida,
                 {world.fake.add_file("a.txt", "text/plain", "contents")});
  const json::object& comment = world.fake.comments(41).back();
  const json::value& url = comment.at("attachments").as_array().at(0).at("content_url");
  FileLink file{"a.txt", std::string(url.as_string()), "text/plain", 8};
  ZendeskAttachments& source = world.desk->attachments();
  ASSERT_TRUE(source.has(file.url));
  EXPECT_FALSE(source.has("https://evil.example/attachments/token/1"));
  EXPECT_FALSE(source.has(world.settings.url + "/api/v2/users/me.json"));
  ScratchFile into = *ScratchFile::make();
  const auto fetched = world.world.wait_for(source.fetch(file, 100, &into, zendesk_timeout));
  ASSERT_TRUE(fetched.ok()) << fetched.error().text();
  EXPECT_EQ(*fetched, 8);
  std::string bytes(8, ' ');
  into.read_at(0, bytes.data(), bytes.size());
  EXPECT_EQ(bytes, "contents");
  file.bytes = 0;
  ScratchFile small = *ScratchFile::make();
  const auto large = world.world.wait_for(source.fetch(file, 4, &small, zendesk_timeout));
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().kind, ErrorKind::invalid);
  world.world.script.then(HttpStep::answer(302, "", {{"Location", "https://evil.example/x"}}));
  ScratchFile away = *ScratchFile::make();
  const auto elsewhere = world.world.wait_for(source.fetch(file, 100, &away, zendesk_timeout));
  ASSERT_FALSE(elsewhere.ok());
  EXPECT_EQ(elsewhere.error().kind, ErrorKind::denied);
}

TEST(ZendeskDesk, comments_are_told_after_the_last_seen_one) {
  World w;
  const int64_t id = w.fake.mail_in("Printer", "It burns", "bo@example.com");
  const int64_t first = w.fake.say(id, "<p>Which one?</p>", true);
  w.fake.say(id, "<p>note</p>", false);
  const Outcome told =
      w.ask("comments", {{"id", std::to_string(id)}, {"after", std::to_string(first)}});
  ASSERT_EQ(told.kind, Kind::done) << told.why;
  const json::array& comments = told.answer.at("comments").as_array();
  ASSERT_EQ(comments.size(), 1U);
  EXPECT_FALSE(comments[0].at("is_public").as_bool());
  EXPECT_TRUE(comments[0].at("author").at("is_agent").as_bool());
  EXPECT_TRUE(comments[0].at("marker").is_null());
  const Outcome ticket = w.ask("ticket", {{"id", std::to_string(id)}});
  EXPECT_EQ(text_at(ticket.answer, "via"), "email");
  EXPECT_EQ(text_at(ticket.answer.at("requester"), "email"), "bo@example.com");
  EXPECT_EQ(w.ask("ticket", {{"id", "9999"}}).kind, Kind::refused);
}

TEST(ZendeskDesk, many_comments_come_in_answers_of_a_hundred) {
  World w;
  const int64_t id = w.fake.mail_in("Printer", "It burns", "bo@example.com");
  for (int i = 0; i < 230; ++i) w.fake.say(id, "<p>x</p>", true);
  std::string after;
  size_t seen = 0;
  for (int i = 0; i < 3; ++i) {
    const Outcome told = w.ask("comments", {{"id", std::to_string(id)}, {"after", after}});
    ASSERT_EQ(told.kind, Kind::done);
    const json::array& comments = told.answer.at("comments").as_array();
    seen += comments.size();
    after = text_at(comments.back(), "id");
    EXPECT_EQ(told.answer.at("has_more").as_bool(), i < 2);
  }
  EXPECT_EQ(seen, 231U);
}

TEST(ZendeskDesk, tickets_are_counted_and_found) {
  World w;
  for (int i = 0; i < 3; ++i) w.fake.mail_in("VPN", "x", "bo@example.com");
  const std::string now = to_rfc3339(system_now() + std::chrono::minutes(1));
  const std::string before = to_rfc3339(system_now() - std::chrono::minutes(1));
  const json::object hour{{"query", "type:ticket"}, {"from", before}, {"to", now}};
  EXPECT_EQ(w.ask("count", hour).answer.at("count").as_int64(), 3);
  const Outcome found = w.ask("search", hour);
  ASSERT_EQ(found.kind, Kind::done) << found.why;
  EXPECT_EQ(found.answer.at("tickets").as_array().size(), 3U);
  EXPECT_TRUE(found.answer.at("next_cursor").is_null());
  const json::object past{{"query", ""}, {"from", ""}, {"to", before}};
  EXPECT_EQ(w.ask("count", past).answer.at("count").as_int64(), 0);
  EXPECT_EQ(w.ask("weather", {}).kind, Kind::refused);
}

TEST(ZendeskDesk, births_come_in_pages_a_changed_ticket_again_a_deleted_one_marked) {
  World w;
  w.fake.options.export_page_max = 3;
  std::vector<int64_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(w.fake.mail_in("VPN", "x", "bo@example.com"));
  w.fake.change(ids[4], {{"status", "deleted"}});
  const std::string hour_ago = to_rfc3339(system_now() - std::chrono::hours(1));
  const Outcome first = w.ask("export", {{"from", hour_ago}});
  ASSERT_EQ(first.kind, Kind::done) << first.why;
  EXPECT_EQ(first.answer.at("tickets").as_array().size(), 3U);
  EXPECT_FALSE(first.answer.at("is_end").as_bool());
  EXPECT_TRUE(from_rfc3339(text_at(first.answer.as_object(), "reached")));
  w.fake.say(ids[0], "<p>Again</p>", true);
  const std::string cursor = text_at(first.answer.as_object(), "next_cursor");
  const Outcome last = w.ask("export", {{"from", hour_ago}, {"cursor", cursor}});
  ASSERT_EQ(last.kind, Kind::done) << last.why;
  const json::array& created = last.answer.at("tickets").as_array();
  ASSERT_EQ(created.size(), 3U);
  EXPECT_EQ(text_at(created[1], "id"), std::to_string(ids[4]));
  EXPECT_TRUE(created[1].as_object().contains("is_deleted"));
  EXPECT_EQ(text_at(created[2], "id"), std::to_string(ids[0]));
  EXPECT_FALSE(created[2].as_object().contains("is_deleted"));
  EXPECT_TRUE(last.answer.at("is_end").as_bool());
  EXPECT_EQ(w.ask("export", {{"from", "yesterday"}}).kind, Kind::refused);
  EXPECT_EQ(w.ask("export", {{"from", hour_ago}, {"cursor", "gone"}}).kind, Kind::refused);
}

TEST(ZendeskDesk, the_limit_of_the_export_stops_the_export_alone) {
  World w;
  const json::object from{{"from", to_rfc3339(system_now() - std::chrono::hours(1))}};
  w.fake.options.exports_per_minute_max = 1;
  EXPECT_EQ(w.ask("export", from).kind, Kind::done);
  const Outcome limited = w.ask("export", from);
  EXPECT_EQ(limited.kind, Kind::later);
  EXPECT_TRUE(limited.when);
  EXPECT_EQ(w.perform(World::opening()).kind, Kind::done);
}

TEST(ZendeskDesk, what_zendesk_says_about_its_limits_stops_all_requests) {
  World w;
  w.fake.fail_next({"GET", "/api/v2/tickets", HttpStep::answer(429, "", {{"Retry-After", "93"}})});
  EXPECT_EQ(w.ask("ticket", {{"id", "1"}}).when, Millis(93'000));
  const size_t asked = w.world.script.seen().size();
  const Outcome next = w.perform(World::opening());
  EXPECT_EQ(next.kind, Kind::later);
  EXPECT_GT(next.when, Millis(90'000));
  EXPECT_EQ(w.world.script.seen().size(), asked) << "nothing was sent";
}

TEST(ZendeskDesk, one_tickets_own_limit_stops_that_delivery_alone) {
  World w;
  w.perform(World::opening());
  w.fake.fail_next(
      {"PUT", "/api/v2/tickets/41",
       HttpStep::answer(429, "", {{"Retry-After", "468"}, {"X-Rate-Limit-Remaining", "650"}})});
  EXPECT_EQ(w.perform(World::commenting("41")).when, Millis(468'000));
  EXPECT_EQ(w.perform(World::opening(300, "slack:C1/2.2")).kind, Kind::done);
}

TEST(ZendeskDesk, a_minute_has_only_so_many_requests) {
  World w;
  w.settings.rate_per_minute = 10;
  w.build();
  w.ask("ticket", {{"id", "1"}});
  const Outcome next = w.ask("ticket", {{"id", "1"}});
  EXPECT_EQ(next.kind, Kind::later);
  EXPECT_GT(next.when, Millis(5'000)) << "ten a minute are one each six seconds";
}

TEST(ZendeskDesk, a_check_says_who_we_are_and_what_is_missing) {
  World w;
  EXPECT_TRUE(w.world.wait_for(w.desk->probe(zendesk_timeout)).at(0).is_ok);
  w.settings.oauth_token = Secret();
  w.settings.email = "ida@acme.example";
  w.settings.token = Secret("api-token");
  w.build();
  const auto agent = w.world.wait_for(w.desk->probe(zendesk_timeout));
  EXPECT_TRUE(agent.at(0).is_ok) << agent.at(0).detail;
  EXPECT_FALSE(agent.at(1).is_ok) << "the export is for admins";
  EXPECT_NE(agent.at(2).detail.find("2027-04-30"), std::string::npos);
  w.settings.token = Secret("wrong");
  w.build();
  const auto nobody = w.world.wait_for(w.desk->probe(zendesk_timeout));
  ASSERT_EQ(nobody.size(), 1U);
  EXPECT_FALSE(nobody[0].is_ok) << "200 with an anonymous user is no sign-in";
}

}  // namespace
}  // namespace dw
