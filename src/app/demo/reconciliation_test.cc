// The demo's proof has to see what is lost and what is doubled: here both are made by hand.
#include "app/demo/reconciliation.h"

#include <gtest/gtest.h>

namespace dw::demo {
namespace {

struct World {
  ManualClock clock;
  FakeSlackWorkspace slack{clock, {}};
  FakeZendesk desk{[this] { return clock.now(); }, "http://127.0.0.1:4"};
  std::string root;

  World() {
    slack.add_channel("C1", "support");
    slack.add_person("U7", "Ana Lopez", "ana@shop.example");
    root = slack.say("C1", "U7", "VPN is down");
  }

  HttpStep call(const std::string& method, const std::string& path, const json::object& body) {
    return desk.answer({.method = method,
                        .path = path,
                        .body = to_text(body),
                        .headers = {{"authorization", "Bearer ready-token"},
                                    {"content-type", "application/json"}}});
  }
  void open() {
    const HttpStep step =
        call("POST", "/api/v2/tickets",
             {{"ticket", json::object{{"subject", "VPN"},
                                      {"external_id", "slack:C1:" + root},
                                      {"comment", json::object{{"body", "VPN is down"}}}}}});
    ASSERT_EQ(step.status, 201) << step.body;
  }
  void carry(const std::string& html) {
    const std::string path = "/api/v2/tickets/" + std::to_string(desk.last_ticket());
    const json::object comment{{"html_body", html}, {"public", true}};
    ASSERT_EQ(call("PUT", path, {{"ticket", json::object{{"comment", comment}}}}).status, 200);
  }
  void tell(const std::string& text) {
    slack.call("chat.postMessage", {{"channel", "C1"}, {"text", text}, {"thread_ts", root}});
  }
  Reconciliation books() { return compare(slack, "C1", desk, desk.first_ticket()); }
};

TEST(Reconciliation, a_ticket_waits_is_there_and_is_doubled) {
  World world;
  EXPECT_EQ(world.books().tickets.waiting(), 1);
  world.open();
  EXPECT_EQ(world.books().tickets.arrived, 1);
  EXPECT_EQ(world.books().tickets.doubled, 0);
  world.open();
  EXPECT_EQ(world.books().tickets.doubled, 1);
}

TEST(Reconciliation, comments_are_told_by_text_in_whatever_markup) {
  World world;
  world.open();
  world.slack.say("C1", "U7", "It &lt;b&gt;broke&lt;/b&gt; &amp; *stays*", world.root);
  world.slack.say("C1", "U7", "ok", world.root);
  world.slack.say("C1", "U7", "ok", world.root);
  world.slack.say("C1", "U7", "done", world.root);
  world.slack.say("C1", "U7", "#internal what a day", world.root);
  EXPECT_EQ(world.books().comments.said, 3);
  world.carry("<p><strong>Ana Lopez</strong></p><p>It &lt;b&gt;broke&lt;/b&gt; &amp; stays</p>");
  world.carry("<p><strong>Ana Lopez</strong></p><p>ok</p>");
  EXPECT_EQ(world.books().comments.waiting(), 1);
  world.carry("<p><strong>Ana Lopez</strong></p><p>ok</p>");
  EXPECT_EQ(world.books().comments.waiting(), 0);
  EXPECT_EQ(world.books().comments.doubled, 0);
  world.carry("<p><strong>Ana Lopez</strong></p><p>ok</p>");
  EXPECT_EQ(world.books().comments.doubled, 1);
}

TEST(Reconciliation, answers_arrive_once_and_notes_stay_where_they_are) {
  World world;
  world.open();
  const int64_t ticket = world.desk.last_ticket();
  world.desk.say(ticket, "<p>Try again</p>", true);
  world.desk.say(ticket, "<p>He forgot his password</p>", false);
  EXPECT_EQ(world.books().answers.waiting(), 1);
  world.tell("Ticket <http://x|#41> is open");
  world.tell("*Ida Agent*: Try again");
  EXPECT_EQ(world.books().answers.arrived, 1);
  EXPECT_EQ(world.books().leaked, 0);
  world.tell("*Ida Agent*: Try again");
  EXPECT_EQ(world.books().answers.doubled, 1);
  world.tell("*Ida Agent*: He forgot his password");
  EXPECT_EQ(world.books().leaked, 1);
}

TEST(Reconciliation, an_answer_to_an_incident_is_once_in_each_of_its_threads) {
  World world;
  world.open();
  const std::string child = "/api/v2/tickets/" + std::to_string(world.desk.last_ticket());
  const json::object quiet{{"body", "Tickets of this incident: #1"}, {"public", false}};
  ASSERT_EQ(world
                .call("POST", "/api/v2/tickets",
                      {{"ticket", json::object{{"subject", "Incident: vpn"},
                                               {"type", "problem"},
                                               {"comment", quiet}}}})
                .status,
            201);
  const int64_t problem = world.desk.last_ticket();
  const json::object link{{"type", "incident"}, {"problem_id", problem}};
  ASSERT_EQ(world.call("PUT", child, {{"ticket", link}}).status, 200);
  EXPECT_EQ(world.books().incidents.said, 0);
  const std::string answer = "<p><strong>Greta</strong></p><p>It is back</p>";
  world.carry(answer);
  EXPECT_EQ(world.books().incidents.waiting(), 1);
  const json::object copy{{"html_body", answer}, {"public", true}};
  ASSERT_EQ(world.call("PUT", child, {{"ticket", json::object{{"comment", copy}}}}).status, 200);
  EXPECT_EQ(world.books().comments.doubled, 0) << "nobody said it in the thread";
  world.tell("*Greta*: It is back");
  EXPECT_EQ(world.books().incidents.arrived, 1);
  EXPECT_EQ(world.books().incidents.doubled, 0);
  world.tell("*Greta*: It is back");
  EXPECT_EQ(world.books().incidents.doubled, 1);
}

TEST(Reconciliation, a_reply_from_the_board_is_told_in_both) {
  World world;
  world.open();
  const std::string child = "/api/v2/tickets/" + std::to_string(world.desk.last_ticket());
  const json::object reply{{"html_body", "<p><strong>Ida</strong></p><p>On it</p>"},
                           {"public", true}};
  ASSERT_EQ(world.call("PUT", child, {{"ticket", json::object{{"comment", reply}}}}).status, 200);
  world.tell("*Ida*: On it");
  EXPECT_EQ(world.books().comments.doubled, 0);
  ASSERT_EQ(world.call("PUT", child, {{"ticket", json::object{{"comment", reply}}}}).status, 200);
  EXPECT_EQ(world.books().comments.doubled, 1);
}

TEST(Reconciliation, a_mail_has_one_thread) {
  World world;
  world.open();
  world.desk.mail_in("Invoice", "Where is it?", "kim@shop.example");
  EXPECT_EQ(world.books().mirrors.waiting(), 1);
  world.slack.call("chat.postMessage", {{"channel", "C1"}, {"text", "Invoice"}});
  EXPECT_EQ(world.books().mirrors.arrived, 1);
  world.slack.call("chat.postMessage", {{"channel", "C1"}, {"text", "Invoice"}});
  EXPECT_EQ(world.books().mirrors.doubled, 1);
}

}  // namespace
}  // namespace dw::demo
