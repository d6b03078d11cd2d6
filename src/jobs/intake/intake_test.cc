#include "jobs/intake/intake.h"

#include <gtest/gtest.h>

#include "config/template_text.h"
#include "jobs/intake/body.h"
#include "jobs/intake/replies.h"
#include "records/tickets.h"

namespace dw {
namespace {

Intake job(std::vector<RouteSettings> routes = {}, std::vector<QueueSettings> more = {}) {
  IntakeParts parts{.routes = std::move(routes), .public_url = "http://d"};
  parts.queues = std::move(more);
  for (const char* name : {"high", "medium", "low"}) parts.queues.push_back({.name = name});
  return Intake(std::move(parts));
}

Plan plan(const Intake& intake, const std::string& text) {
  const Event event{.source = "teams:it",
                    .key = "1",
                    .kind = "chat.ticket",
                    .at = *from_rfc3339("2026-11-21T09:04:05.123Z"),
                    .body = json::object{
                        {"text", text},
                        {"sender", json::object{{"name", "Ana Lopez"}, {"id", "teams:29:1a2b"}}}}};
  return intake.plan(event, IntakeView{.written = intake.written_in(event), .fresh_ticket = {42}});
}

std::string reply(const Plan& plan) {
  return JsonView(plan.reply)["text"].text().value_or("");
}

const Ticket& opened(const Plan& plan) {
  return plan.changes.at(0).get_if<OpenTicket>()->ticket;
}

TEST(Intake, a_good_message_is_a_ticket_a_queue_message_and_an_answer) {
  const Plan p = plan(job(),
                      "Title: VPN drops every ten minutes\nPriority: HIGH\n"
                      "Description: Since 9 this morning.\nHappens on wifi and on cable.\n\n"
                      "Error 619.");
  EXPECT_EQ(reply(p), "Ticket #42 (high): VPN drops every ten minutes → queue high");
  ASSERT_EQ(p.deliveries.size(), 1U);
  const auto& send = std::get<QueueSend>(p.deliveries[0].payload);
  EXPECT_EQ(p.deliveries[0].target, "queue:high");
  EXPECT_EQ(p.deliveries[0].lane, "queue:high");
  EXPECT_FALSE(p.deliveries[0].holds_lane);
  EXPECT_EQ(send.body,
            R"({"version":1,"ticket":42,"title":"VPN drops every ten minutes","priority":"high",)"
            R"("description":"Since 9 this morning.\nHappens on wifi and on cable.\n\nError 619.",)"
            R"("requester":{"name":"Ana Lopez","email":null,"id":"teams:29:1a2b"},)"
            R"("source":"teams:it","tags":[],"received_at":"2026-11-21T09:04:05.123Z",)"
            R"("url":"http://d/tickets/42"})");
  EXPECT_EQ(send.attributes.at("ticket"), "42");
}

TEST(Intake, an_address_in_a_request_is_cleaned) {
  const auto address_of = [](const char* email) {
    const json::object body{{"title", "x"},
                            {"priority", "low"},
                            {"description", "d"},
                            {"requester", json::object{{"name", "Ann"}, {"email", email}}}};
    Ticket ticket;
    return check_request(body, {}, ticket).empty() ? ticket.requester.email : "refused";
  };
  for (const char* written : {"ann@x.example\u00A0", "\uFEFFann@x.\u200Bexample",
                              "Ann <ann@x.example>", "mailto:ann@x.example"}) {
    EXPECT_EQ(address_of(written), "ann@x.example") << written;
  }
  EXPECT_EQ(address_of("ann@x.example,bob@x.example"), "refused");
}

TEST(Intake, labels_come_in_any_case_order_and_kin) {
  const Plan p = plan(job(),
                      "@Deskwire details: line one\n\nError: 619\nSEVERITY: p4\n"
                      "- **Subject:** see https://x.example:8080/a at 10:30\n"
                      "Tags: VPN, wifi,vpn\nEmail: Pat Doe <pat@x.example>");
  const Ticket& ticket = opened(p);
  EXPECT_EQ(ticket.title, "see https://x.example:8080/a at 10:30");
  EXPECT_EQ(ticket.description, "line one\n\nError: 619");
  EXPECT_EQ(ticket.priority, Priority::low);
  EXPECT_EQ(ticket.tags, (std::vector<std::string>{"vpn", "wifi"}));
  EXPECT_EQ(ticket.requester.email, "pat@x.example");
}

TEST(Intake, labels_may_be_a_numbered_list_and_steps_of_a_description_are_none) {
  const Plan form = plan(job(), "1. Title: t\n2. Priority: low\n3. Description: d");
  EXPECT_EQ(opened(form).title, "t");
  EXPECT_EQ(opened(form).description, "d");
  const Plan steps =
      plan(job(), "Title: t\nPriority: low\nDescription: steps\n1. Subject: none\n2. Send");
  EXPECT_EQ(opened(steps).description, "steps\n1. Subject: none\n2. Send");
}

TEST(Intake, a_label_word_inside_a_sentence_is_text) {
  const Plan p = plan(job(),
                      "Title: the priority: is wrong\nPriority: low\n"
                      "Description: my title: none");
  EXPECT_EQ(opened(p).title, "the priority: is wrong");
  EXPECT_EQ(opened(p).description, "my title: none");
}

TEST(Intake, labels_of_a_mail_in_the_description_are_its_text) {
  const std::string mail =
      "see below\n\nFrom: Bo Ek <bo@x.example>\nSent: Tuesday 10:00\nTo: Ana\nSubject: RE: VPN\n"
      "Priority: normal\n\nDescription: old";
  const Plan p = plan(job(), "Title: VPN down\nPriority: high\nDescription: " + mail);
  EXPECT_EQ(opened(p).title, "VPN down");
  EXPECT_EQ(opened(p).priority, Priority::high);
  EXPECT_EQ(opened(p).description, mail);
  EXPECT_NE(reply(p).find("VPN down → queue"), std::string::npos);
  EXPECT_NE(reply(p).find("The description contains a mail"), std::string::npos);
  const Plan german = plan(job(),
                           "Title: x\nPriority: low\nDescription: d\n*Von:* Bo\n*Gesendet:* "
                           "Montag\n*Betreff:* AW\nSubject: y");
  EXPECT_EQ(opened(german).title, "x");
  const Plan twice = plan(job(), "Title: x\nPriority: low\nDescription: d\nFrom: now on\nTitle: y");
  EXPECT_NE(reply(twice).find("title is given twice"), std::string::npos);
}

TEST(Intake, colons_and_spaces_of_any_width_are_read_as_people_mean_them) {
  const Plan p = plan(job(), "Title\uFF1A a\nPriority\u00A0: low\n\u3000Description\uFF1Ab");
  EXPECT_EQ(opened(p).title, "a");
  EXPECT_EQ(opened(p).priority, Priority::low);
  EXPECT_EQ(opened(p).description, "b");
}

TEST(Intake, a_label_is_read_as_people_see_it) {
  for (const char* text : {"Ｔｉｔｌｅ：a\nＰｒｉｏｒｉｔｙ：ｌｏｗ\nＤｅｓｃｒｉｐｔｉｏｎ：b",
                           "\u200BTitle: a\nPrio\u00ADrity: low\n\uFEFFDescription\u200B: b",
                           "Title\u200C: a\nPriority: lo\u200Bw\nDescription\u2060: b",
                           "\u200ETitle:\u200E a\n\u202APriority\u202C: low\nDescription\uFE55 b",
                           "Title: a\r\nPriority: low\r\nDescription: \f b\v\r\n",
                           "✅ Title: a\n🔥 Priority: low!\n📝 Description: b",
                           "– Title: a\n– Priority: (low)\n– Description: b",
                           "▪ Title: a\n▪ Priority: LOW.\n▪ Description: b",
                           "**Title:** a\n**Priority:** **low**\n**Description:** b",
                           "◦ *Title*: a\n◦ *Priority*: 🟢 low\n◦ *Description*: b"}) {
    const Plan p = plan(job(), text);
    ASSERT_FALSE(p.changes.empty()) << text << "\n" << reply(p);
    EXPECT_EQ(opened(p).title, "a") << text;
    EXPECT_EQ(opened(p).priority, Priority::low) << text;
    EXPECT_EQ(opened(p).description, "b") << text;
  }
  const Plan steps =
      plan(job(), "Title: t\nPriority: low\nDescription: d\n🔧 Issue: none\n– Body: x");
  EXPECT_EQ(opened(steps).description, "d\n🔧 Issue: none\n– Body: x");
  const Plan json = plan(job(), "Title: t\nPriority: low\nDescription: {\n\"title\": \"x\"\n}");
  EXPECT_EQ(opened(json).description, "{\n\"title\": \"x\"\n}");
}

TEST(Intake, a_quoted_line_has_no_label) {
  const Plan p = plan(job(), "> Title: old\nTitle: new\nPriority: low\nDescription: d\n> Title: e");
  EXPECT_EQ(opened(p).title, "new");
  EXPECT_EQ(opened(p).description, "d\n> Title: e");
}

std::vector<std::string> rejected(const Plan& plan) {
  std::vector<std::string> reasons;
  for (const Counted& one : plan.counted) reasons.push_back(one.value);
  return reasons;
}

TEST(Intake, everything_that_is_wrong_is_said_at_once_and_nothing_is_queued) {
  const Plan p = plan(job(), "Title:\nTitle: b\nPriority: soon\nEmail: nobody");
  EXPECT_TRUE(p.changes.empty() && p.deliveries.empty());
  for (const char* part :
       {"Title is empty", "Priority \"soon\" is not known (allowed: high, urgent",
        "Description is missing", "title is given twice", "Email is not an address",
        "Priority: soon   ← fix this"}) {
    EXPECT_NE(reply(p).find(part), std::string::npos) << part << "\n" << reply(p);
  }
  EXPECT_EQ(rejected(p),
            (std::vector<std::string>{"description", "email", "priority", "title", "twice"}));
}

TEST(Intake, lengths_are_counted_in_characters) {
  std::string title;
  for (int i = 0; i < 200; ++i) title += "ü";
  const std::string rest = "\nPriority: low\nDescription: d";
  EXPECT_EQ(opened(plan(job(), "Title: " + title + rest)).title, title);
  const Plan longer = plan(job(), "Title: " + title + "ü" + rest);
  EXPECT_NE(reply(longer).find("Title has 201 characters; at most 200"), std::string::npos);
}

TEST(Intake, text_that_is_not_utf8_or_has_control_characters_is_refused) {
  EXPECT_EQ(plan(job(),
                 "Title: a\x01"
                 "b\nPriority: low\nDescription: d")
                .counted.at(0)
                .value,
            "control");
  EXPECT_EQ(plan(job(), "Title: a\xFF\nPriority: low\nDescription: d").counted.at(0).value,
            "encoding");
}

TEST(Intake, help_or_nothing_is_answered_with_the_format) {
  for (const char* text : {"", "  ", "help", "HELP", "@Deskwire"}) {
    const Plan p = plan(job(), text);
    EXPECT_NE(reply(p).find("Title: VPN drops"), std::string::npos);
    EXPECT_TRUE(p.counted.empty());
  }
}

TEST(Intake, the_first_route_that_matches_wins) {
  const Intake intake = job({{.priorities = {"low"}, .queue = "low"},
                             {.text = "vpn|wifi", .queue = "medium", .tags = {"net"}},
                             {.queue = "low"}});
  const Plan p = plan(intake, "Title: WiFi\nPriority: high\nDescription: d");
  EXPECT_EQ(opened(p).queue, "medium");
  EXPECT_EQ(opened(p).tags, std::vector<std::string>{"net"});
  EXPECT_EQ(opened(plan(intake, "Title: Door\nPriority: high\nDescription: d")).queue, "low");
}

TEST(Intake, a_fifo_queue_keeps_order_for_each_requester) {
  const Intake intake = job({{.queue = "jobs.fifo"}}, {{.name = "jobs.fifo"}});
  const Plan p = plan(intake, "Title: a\nPriority: high\nDescription: d");
  const auto& send = std::get<QueueSend>(p.deliveries.at(0).payload);
  EXPECT_EQ(send.group, "teams:29:1a2b");
  EXPECT_EQ(send.deduplication, "ticket-42");
  EXPECT_TRUE(p.deliveries.at(0).holds_lane);
  EXPECT_EQ(p.deliveries.at(0).lane, "queue:jobs.fifo:teams:29:1a2b");
}

TEST(Intake, a_body_template_replaces_the_json) {
  const Intake intake = job(
      {{.queue = "old"}}, {{.name = "old", .body = R"({"t":{{title_json}},"p":"{{priority}}"})"}});
  const Plan p = plan(intake, "Title: a \"b\"\nPriority: high\nDescription: d");
  EXPECT_EQ(std::get<QueueSend>(p.deliveries.at(0).payload).body, R"({"t":"a \"b\"","p":"high"})");
}

TEST(render_body, each_variable_that_a_template_may_name_is_filled_in) {
  Ticket ticket;
  ticket.id = {7};
  ticket.title = "VPN";
  ticket.description = "Since 9";
  ticket.source = "teams:it";
  ticket.tags = {"network"};
  ticket.requester = {.name = "Ana", .email = "ana@x.example", .id = "29:1a"};
  const TemplateNames& names = queue_body_names();
  for (const std::string& name : names.names) {
    if (names.inside.contains(name)) continue;
    const std::string form = "{{" + name + "}}";
    EXPECT_NE(render_body(form, ticket, TimePoint{}, "http://d"), "") << form;
  }
  for (const auto& [section, inner] : names.inside) {
    for (const std::string& name : inner) {
      const std::string form = "{{#" + section + "}}{{" + name + "}}{{/" + section + "}}";
      EXPECT_NE(render_body(form, ticket, TimePoint{}, "http://d"), "") << form;
    }
  }
}

}  // namespace
}  // namespace dw
