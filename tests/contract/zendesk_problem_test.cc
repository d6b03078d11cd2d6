// Problems and incidents: the desk against the fake Zendesk.
#include <fmt/format.h>

#include "contract/zendesk_world.h"
#include "domain/delivery.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;
using World = ZendeskWorld;

/// A problem of our own, and a ticket of somebody else's.
struct Outage : World {
  int64_t problem = 0, ticket = 0;

  Outage() {
    DeskOpen open{.ticket = {50},
                  .key = "storm:g-000003",
                  .title = "Incident: vpn",
                  .description = "Tickets: #42",
                  .requester = {},
                  .tags = {},
                  .thread_url = "",
                  .follow_up_of = "",
                  .type = TicketType::problem,
                  .is_private = true};
    const Outcome opened = perform(delivery_of(std::move(open), 300));
    EXPECT_EQ(opened.kind, Kind::done) << opened.why;
    problem = fake.last_ticket();
    ticket = fake.mail_in("VPN down", "Since ten.", "bo@example.com");
  }
  Delivery linking(int64_t id, TicketType type, std::string to) const {
    DeskUpdate update{.ticket = {7},
                      .patch = {},
                      .external_id = std::to_string(ticket),
                      .problem = std::move(to)};
    update.patch.type = type;
    update.patch.problem_id = update.problem.empty() ? TicketId() : TicketId{50};
    return delivery_of(std::move(update), id);
  }
  Outcome link() { return perform(linking(301, TicketType::incident, std::to_string(problem))); }
};

TEST(ZendeskProblem, is_opened_by_ourselves_and_its_first_comment_is_private) {
  Outage w;
  const json::object& made = w.fake.ticket(w.problem);
  EXPECT_EQ(text_at(made, "type"), "problem");
  EXPECT_EQ(text_at(made, "external_id"), "storm:g-000003");
  EXPECT_EQ(w.fake.name_of(made.at("requester_id").as_int64()), "Deskwire");
  EXPECT_FALSE(w.fake.comments(w.problem).front().at("public").as_bool());
}

TEST(ZendeskProblem, a_ticket_becomes_its_incident_and_what_it_was_before) {
  Outage w;
  w.fake.change(w.ticket, {{"type", "question"}});
  const Outcome linked = w.link();
  ASSERT_EQ(linked.kind, Kind::done) << linked.why;
  EXPECT_EQ(text_at(linked.answer, "problem_id"), std::to_string(w.problem));
  const Outcome told = w.ask("ticket", {{"id", std::to_string(w.ticket)}});
  EXPECT_EQ(text_at(told.answer, "type"), "incident");
  EXPECT_EQ(text_at(told.answer, "problem_id"), std::to_string(w.problem));
  EXPECT_TRUE(w.fake.ticket(w.problem).at("has_incidents").as_bool());
  ASSERT_EQ(w.perform(w.linking(302, TicketType::question, "")).kind, Kind::done);
  EXPECT_EQ(text_at(w.fake.ticket(w.ticket), "type"), "question");
  EXPECT_TRUE(w.fake.ticket(w.ticket).at("problem_id").is_null());
  EXPECT_FALSE(w.fake.ticket(w.problem).at("has_incidents").as_bool());
}

TEST(ZendeskProblem, a_link_whose_answer_was_lost_is_found_by_its_marker) {
  Outage w;
  w.fake.fail_next(
      {"PUT", "/api/v2/tickets", HttpStep::fault(HttpStep::Kind::hang_up), /*is_after=*/true});
  EXPECT_EQ(w.link().kind, Kind::unsure);
  const Delivery sent = w.linking(301, TicketType::incident, std::to_string(w.problem));
  EXPECT_EQ(w.settle(sent).kind, Settled::Kind::happened);
}

TEST(ZendeskProblem, without_the_type_field_nothing_is_linked_and_a_check_says_so) {
  Outage w;
  w.fake.options.is_type_field_active = false;
  const Outcome linked = w.link();
  EXPECT_EQ(linked.kind, Kind::refused);
  EXPECT_TRUE(linked.why.starts_with("not linked: ")) << linked.why;
  const auto is_it = [](const Probe& one) { return one.name == "zendesk type field"; };
  auto probes = w.world.wait_for(w.desk->probe(zendesk_timeout));
  const auto found = std::find_if(probes.begin(), probes.end(), is_it);
  ASSERT_NE(found, probes.end());
  EXPECT_TRUE(found->detail.starts_with("warning: the Type field is not active"));
  w.fake.options.is_type_field_active = true;
  probes = w.world.wait_for(w.desk->probe(zendesk_timeout));
  EXPECT_TRUE(std::none_of(probes.begin(), probes.end(), is_it));
}

TEST(ZendeskProblem, only_a_problem_has_incidents_and_a_closed_ticket_takes_no_link) {
  Outage w;
  const std::string other = std::to_string(w.fake.mail_in("Hi", "Hello", "al@example.com"));
  EXPECT_EQ(w.perform(w.linking(303, TicketType::incident, other)).kind, Kind::refused);
  w.fake.change(w.ticket, {{"status", "closed"}});
  const Outcome closed = w.link();
  EXPECT_EQ(closed.kind, Kind::refused);
  EXPECT_EQ(closed.why, "closed");
}

TEST(ZendeskProblem, solved_without_a_comment_solves_its_incidents_and_says_nothing) {
  Outage w;
  ASSERT_EQ(w.link().kind, Kind::done);
  DeskUpdate update{.ticket = {50}, .patch = {}, .external_id = std::to_string(w.problem)};
  update.patch.status = Status::solved;
  ASSERT_EQ(w.perform(World::delivery_of(update, 304)).kind, Kind::done);
  EXPECT_EQ(text_at(w.fake.ticket(w.ticket), "status"), "new") << "it is a job behind the request";
  w.fake.run_jobs();
  EXPECT_EQ(text_at(w.fake.ticket(w.ticket), "status"), "solved");
  EXPECT_EQ(w.fake.comments(w.ticket).size(), 1U);
}

TEST(ZendeskProblem, a_copied_comment_is_known_by_author_and_time) {
  Outage w;
  ASSERT_EQ(w.link().kind, Kind::done);
  const int64_t solved = w.fake.mail_in("VPN", "Me too", "al@example.com");
  w.fake.change(solved, {{"type", "incident"}, {"problem_id", w.problem}, {"status", "solved"}});
  w.fake.change(w.problem, {{"status", "solved"},
                            {"comment", json::object{{"body", "Fixed."}, {"public", true}}}});
  w.fake.run_jobs();
  const Outcome parent = w.ask("solutions", {{"id", std::to_string(w.problem)}});
  ASSERT_EQ(parent.kind, Kind::done) << parent.why;
  const json::value& first = parent.answer.at("solutions").at(0);
  const json::object query{{"author", first.at("author")}, {"since", first.at("at")}};
  json::object of_ticket = query, of_solved = query;
  of_ticket["id"] = std::to_string(w.ticket);
  of_solved["id"] = std::to_string(solved);
  const Outcome copied = w.ask("solutions", of_ticket);
  ASSERT_EQ(copied.answer.at("solutions").as_array().size(), 1U);
  const json::value& copy = copied.answer.at("solutions").at(0);
  EXPECT_EQ(text_at(copy, "comment"),
            std::to_string(w.fake.comments(w.ticket).back().at("id").as_int64()));
  EXPECT_TRUE(copy.at("is_public").as_bool());
  EXPECT_EQ(w.fake.comments(solved).size(), 1U) << "it was solved already: it gets no copy";
}

TEST(ZendeskProblem, its_updates_come_in_order_with_who_may_see_each_comment_now) {
  Outage w;
  const std::string id = std::to_string(w.problem);
  const Outcome first = w.ask("updates", {{"id", id}, {"after", ""}});
  ASSERT_EQ(first.kind, Kind::done) << first.why;
  const json::array& begun = first.answer.at("updates").as_array();
  ASSERT_EQ(begun.size(), 1U) << "its description";
  EXPECT_EQ(text_at(begun[0], "marker"), to_text(DeliveryId{300}));
  EXPECT_FALSE(begun[0].at("comment").at("is_public").as_bool());
  const std::string until = text_at(first.answer, "until");
  const int64_t hidden = w.fake.say(w.problem, "<p>oops</p>", true);
  w.fake.say(w.problem, "<p>We look.</p>", true);
  w.fake.change(w.problem, {{"priority", "high"}});
  w.fake.change(w.problem, {{"status", "solved"},
                            {"comment", json::object{{"body", "Fixed."}, {"public", true}}}});
  EXPECT_EQ(w.world
                .wait_for(w.client->call(
                    {.method = "PUT",
                     .path = fmt::format("/tickets/{}/comments/{}/make_private.json", id, hidden),
                     .body = "{}"},
                    Attempt::within(w.world.clock, zendesk_timeout)))
                ->status,
            200);
  const Outcome then = w.ask("updates", {{"id", id}, {"after", until}});
  ASSERT_EQ(then.kind, Kind::done) << then.why;
  const json::array& updates = then.answer.at("updates").as_array();
  ASSERT_EQ(updates.size(), 3U) << "a change of priority is none of them";
  EXPECT_FALSE(updates[0].at("comment").at("is_public").as_bool()) << "it was made private";
  EXPECT_TRUE(updates[0].at("status").is_null());
  EXPECT_EQ(text_at(updates[1].at("comment"), "text"), "We look.");
  EXPECT_TRUE(updates[1].at("comment").at("author").at("is_agent").as_bool());
  EXPECT_EQ(text_at(updates[2], "status"), "solved");
  EXPECT_EQ(text_at(updates[2].at("comment"), "text"), "Fixed.");
  EXPECT_EQ(text_at(updates[2], "author"), std::to_string(FakeZendesk::ida));
  EXPECT_TRUE(updates[2].at("marker").is_null());
  const Outcome last = w.ask("updates", {{"id", id}, {"after", text_at(then.answer, "until")}});
  EXPECT_TRUE(last.answer.at("updates").as_array().empty());
  EXPECT_EQ(text_at(last.answer, "until"), text_at(then.answer, "until"));
}

}  // namespace
}  // namespace dw
