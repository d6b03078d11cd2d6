#include <gtest/gtest.h>

#include "domain/day.h"
#include "web/now_shapes.h"
#include "web/ticket_events.h"

namespace dw {
namespace {

constexpr Millis hour{3'600'000};
/// Thursday, 11:40 UTC.
const TimePoint now = *from_rfc3339("2026-11-26T11:40:00Z");

ShownNow desk() {
  ShownNow out;
  out.as_of = now;
  out.timezone = "UTC";
  return out;
}

VolumeAlert spike(int64_t tickets) {
  VolumeAlert out{.from = now - Millis(40 * 60'000), .to = {}, .peak = {}};
  out.total = tickets;
  out.peak_expected = 5;
  return out;
}

TEST(NowHeadline, names_what_keeps_most_people_waiting_first) {
  NowFindings findings;
  EXPECT_TRUE(facts_of(findings, desk()).empty()) << "then all is well, and only then";
  findings.undecided = 9;
  findings.broken = {{"sqs:medium", "unreachable"}};
  findings.alerts = {spike(54)};
  findings.alerts[0].tags = *parse_json(
      R"({"tickets":54,"by_lift":[{"tag":"vpn","count":40},{"tag":"619","count":22}]})");
  ShownNow shown = desk();
  shown.waiting.late = 3;
  std::vector<NowFact> facts = facts_of(findings, shown);
  ASSERT_EQ(facts.size(), 4U);
  EXPECT_EQ(facts[0].text, "VPN: 40 of 54 tickets since 11:00");
  EXPECT_EQ(facts[0].detail,
            "Usual at this time: 5 an hour. The words they share: vpn 40, 619 22.");
  EXPECT_EQ(facts[1].text, "9 deliveries need a decision");
  EXPECT_EQ(facts[2].text, "3 tickets wait for a first reply longer than usual");
  EXPECT_EQ(facts[3].text, "Amazon SQS “medium” does not work");
  findings.pending["sqs:medium"] = 31;
  findings.store_trouble = "disk full since 10:04";
  facts = facts_of(findings, shown);
  EXPECT_EQ(facts[0].kind, "store");
  EXPECT_EQ(facts[2].kind, "connection") << "31 deliveries wait for it";
}

Outage outage(int64_t tickets, TicketId parent = {}) {
  Outage out;
  out.incident.group = 3;
  out.incident.state = parent ? IncidentState::open : IncidentState::seen;
  out.incident.words = {{{.word = "vpn", .tickets = 14, .requesters = 12}, false},
                        {{.word = "lopez", .tickets = 9, .requesters = 9}, true},
                        {{.word = "619", .tickets = 9, .requesters = 9}, false}};
  out.incident.tickets = out.incident.joined = tickets;
  out.incident.requesters = 12;
  out.incident.since = now - Millis(40 * 60'000);
  out.incident.parent = parent;
  return out;
}

TEST(NowHeadline, a_group_is_said_in_words_with_the_page_on_which_a_person_decides) {
  NowFindings findings;
  findings.outages = {outage(14)};
  const std::vector<NowFact> facts = facts_of(findings, desk());
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].text, "VPN, 619: 14 tickets from 12 people since 11:00");
  EXPECT_EQ(facts[0].detail,
            "Nobody has decided yet whether this is one incident. The words they share: vpn 14, "
            "619 9.");
  EXPECT_EQ(facts[0].link, "/incidents/g-000003");
  EXPECT_EQ(facts[0].group, "g-000003");
}

TEST(NowHeadline, an_incident_that_came_back_says_after_which) {
  NowFindings findings;
  findings.outages = {outage(14)};
  findings.outages[0].again =
      EarlierIncident{.parent = {40},
                      .number = "3401",
                      .solved_at = findings.outages[0].incident.since - 72 * hour};
  EXPECT_TRUE(facts_of(findings, desk())[0].detail.starts_with(
      "Again: 3 d after #3401 was solved. Nobody has decided yet"));
  findings.outages[0].incident.parent = {50};
  findings.outages[0].again->solved_at += 73 * hour;
  EXPECT_EQ(facts_of(findings, desk())[0].detail,
            "Again: less than a minute after #3401 was solved. Nobody has answered yet.");
}

TEST(NowHeadline, an_open_incident_says_whether_it_is_answered) {
  NowFindings findings;
  findings.outages = {outage(31, {50})};
  findings.undecided = 40;
  std::vector<NowFact> facts = facts_of(findings, desk());
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts[0].kind, "deliveries") << "more people wait for these";
  EXPECT_EQ(facts[1].text, "VPN, 619: incident with 31 tickets since 11:00");
  EXPECT_EQ(facts[1].detail, "Nobody has answered yet.");
  EXPECT_EQ(facts[1].link, "/incidents/50");
  EXPECT_EQ(facts[1].group, "");
  findings.undecided = 0;
  findings.outages[0].incident.title = "The gateway is down";
  findings.outages[0].incident.first_answer_at = now - Millis(10 * 60'000);
  findings.outages[0].replied = 2;
  facts = facts_of(findings, desk());
  EXPECT_EQ(facts[0].text, "The gateway is down: incident with 31 tickets since 11:00");
  EXPECT_EQ(facts[0].detail, "First answered at 11:30. 2 have replied since the last answer.");
}

TEST(NowHeadline, a_spike_that_an_incident_explains_is_said_once) {
  NowFindings findings;
  findings.outages = {outage(31, {50})};
  findings.alerts = {spike(54)};
  std::vector<NowFact> facts = facts_of(findings, desk());
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].detail,
            "Nobody has answered yet. In all 54 tickets since 11:00, usual 5 an hour.");
  findings.alerts[0].total = 90;
  facts = facts_of(findings, desk());
  ASSERT_EQ(facts.size(), 2U) << "most of these tickets are about something else";
  EXPECT_EQ(facts[0].kind, "spike");
  findings.alerts[0].tags = *parse_json(R"({"tickets":90,"by_lift":[{"tag":"VPN","count":40}]})");
  EXPECT_EQ(facts_of(findings, desk()).size(), 1U) << "they share the word";
}

TEST(NowHeadline, a_wait_is_compared_with_the_usual_only_where_one_is_known) {
  ShownNow shown = desk();
  shown.days_required = days_needed;
  shown.waiting.late_after_seconds = 5400;
  NowFindings findings;
  EXPECT_EQ(all_is_well(findings, shown).detail,
            "Nobody waits for a first reply, everything is delivered.");
  shown.waiting.total = 1002;
  findings.connectors = 2;
  EXPECT_EQ(all_is_well(findings, shown).detail,
            "Nobody waits longer than 1 h 30 for a first reply, everything is delivered, all 2 "
            "connections work.");
  shown.waiting.late = 1002;
  EXPECT_EQ(facts_of({}, shown)[0].text, "1,002 tickets wait for a first reply longer than 1 h 30");
  shown.days_known = days_needed;
  EXPECT_EQ(facts_of({}, shown)[0].text, "1,002 tickets wait for a first reply longer than usual");
  shown.waiting.is_late_set = true;
  EXPECT_EQ(facts_of({}, shown)[0].text, "1,002 tickets wait for a first reply longer than 1 h 30")
      << "the setting is no usual";
  shown.waiting.late_after_seconds.reset();
  findings.connectors = 1;
  EXPECT_EQ(all_is_well(findings, shown).detail,
            "1,002 tickets wait for a first reply, everything is delivered, the connection works.");
}

TEST(NowHeadline, a_queue_that_nobody_empties_is_not_well) {
  NowFindings findings;
  findings.queues = {{.name = "high", .depth = 13, .dead = 0, .since = now - 28 * Millis(60'000)},
                     {.name = "low", .depth = 4, .dead = 1, .since = {}}};
  findings.undecided = 1;
  const std::vector<NowFact> facts = facts_of(findings, desk());
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_EQ(facts[0].kind, "deliveries") << "who waits for a person stands first";
  EXPECT_EQ(facts[1].text, "13 messages wait in queue high since 11:12");
  EXPECT_EQ(facts[1].link, "/queues?queue=high");
  EXPECT_EQ(facts[2].text, "1 message of queue low is dead");
}

TEST(NowHeadline, an_hour_that_is_not_over_is_out_of_line_already) {
  ShownNow shown = desk();
  shown.hours.push_back({.hour = now - Millis(40 * 60'000),
                         .state = "running",
                         .count = 20,
                         .usual = Range{3, 8},
                         .alarm = 17,
                         .probability = {}});
  const std::vector<NowFact> facts = facts_of({}, shown);
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].text, "20 tickets since 11:00");
  EXPECT_EQ(facts[0].detail, "Usual at this time: 3–8 an hour.");
}

NowHour running(int64_t count) {
  return {.hour = now - Millis(40 * 60'000),
          .state = "running",
          .count = count,
          .usual = Range{3, 8},
          .alarm = 17,
          .probability = {}};
}

TEST(NowHeadline, hours_that_are_over_say_which_and_the_running_one_stands_beside_them) {
  ShownNow shown = desk();
  shown.hours.push_back(running(31));
  NowFindings findings;
  findings.alerts = {spike(51)};
  findings.alerts[0].from = findings.alerts[0].to = now - Millis(100 * 60'000);
  std::vector<NowFact> facts = facts_of(findings, shown);
  ASSERT_EQ(facts.size(), 1U) << "one spike is one fact";
  EXPECT_EQ(facts[0].text, "51 tickets from 10:00 to 11:00, 31 tickets since 11:00");
  findings.alerts[0].from -= hour;
  findings.alerts[0].tags = *parse_json(R"({"tickets":40,"by_lift":[{"tag":"vpn","count":31}]})");
  EXPECT_EQ(facts_of(findings, shown)[0].text,
            "VPN: 31 of 40 tickets from 10:00 to 11:00, 31 tickets since 11:00")
      << "words are those of the last hour";
  findings.outages = {outage(31, {50})};
  findings.outages[0].incident.since = now - Millis(150 * 60'000);
  EXPECT_EQ(facts_of(findings, shown)[0].detail,
            "Nobody has answered yet. In all 51 tickets from 09:00 to 11:00, 31 tickets since "
            "11:00, usual 5 an hour.");
  findings = {};
  findings.alerts = {spike(0)};
  findings.alerts[0].kind = AlertKind::drop;
  findings.alerts[0].from = findings.alerts[0].to = now - Millis(100 * 60'000);
  shown.hours = {running(2)};
  shown.hours_source = "Zendesk";
  shown.running_source = "Deskwire";
  EXPECT_EQ(facts_of(findings, shown)[0].text,
            "0 tickets from 10:00 to 11:00, 2 tickets since 11:00 through Deskwire");
}

TEST(NowHeadline, an_incident_names_the_running_hour_that_it_explains) {
  ShownNow shown = desk();
  shown.hours.push_back(running(31));
  NowFindings findings;
  findings.outages = {outage(31, {50})};
  const std::vector<NowFact> facts = facts_of(findings, shown);
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].detail,
            "Nobody has answered yet. In all 31 tickets since 11:00, usual 3–8 an hour.");
}

TEST(Usual, is_the_range_of_such_weekdays_by_this_time) {
  DeskHistory history;
  DeskHours past{.from = now - Millis(56 * 24 * hour.count()), .hours = {}};
  past.from = std::chrono::floor<std::chrono::hours>(past.from);
  for (TimePoint at = past.from; at <= now; at += hour) {
    const bool is_thursday = (now - at) / (24 * hour) % 7 == 0 && at <= now;
    past.hours.push_back(
        {.opened = is_thursday ? 2 : 50, .reply_seconds = {}, .office_seconds = {}});
  }
  EXPECT_EQ(history.wanted_from(now), std::chrono::floor<std::chrono::hours>(now) - 48 * hour);
  const TimePoint first = past.from;
  history.take(std::move(past), first);
  EXPECT_EQ(history.wanted_from(now), std::chrono::floor<std::chrono::hours>(now) - 2 * hour);
  const std::vector<NowNumber> numbers = history.numbers({}, now, "UTC");
  EXPECT_EQ(numbers[2].name, "opened");
  EXPECT_EQ(numbers[2].value, 24) << "twelve hours that have begun";
  ASSERT_TRUE(numbers[2].usual);
  EXPECT_LT(numbers[2].usual->high, 200) << "other weekdays are not asked";
  EXPECT_EQ(numbers[2].usual_by_hour.size(), curve_points);
}

TEST(Usual, of_who_waits_counts_back_with_those_that_joined_an_incident) {
  DeskHistory history;
  DeskHours past{.from = std::chrono::floor<std::chrono::hours>(now) - 14 * hour, .hours = {}};
  past.hours.resize(15);
  past.hours[13].opened = 40;  // an outage: all of them joined since
  const TimePoint first = past.from;
  history.take(std::move(past), first);
  const std::vector<NowNumber> numbers =
      history.numbers({.count = 43, .unanswered = 3, .joined = 40}, now, "UTC");
  EXPECT_EQ(numbers[0].name, "waiting");
  EXPECT_EQ(numbers[0].value, 3);
  ASSERT_GT(numbers[0].today.size(), 3U);
  EXPECT_EQ(numbers[0].today.back(), 3);
  EXPECT_EQ(numbers[0].today.front(), 3) << "before the outage the same three waited";
}

TEST(Usual, of_late_replies_is_office_time) {
  DeskHistory history;
  DeskHours past{.from = std::chrono::floor<std::chrono::hours>(now) - 2 * hour, .hours = {}};
  past.hours.resize(3);
  past.hours[0].reply_seconds.assign(30, 60'000);
  past.hours[0].office_seconds.assign(30, 600);
  const TimePoint first = past.from;
  history.take(std::move(past), first);
  EXPECT_EQ(history.late_after(now), 600);
}

TEST(Usual, is_not_known_before_two_weeks) {
  DeskHistory history;
  history.take({.from = now - 48 * hour, .hours = std::vector<DeskHour>(49)}, now - 48 * hour);
  EXPECT_EQ(history.days(now, "UTC"), 1);
  EXPECT_FALSE(history.numbers({}, now, "UTC")[2].usual);
  EXPECT_FALSE(range_of({1, 2}));
}

TEST(TicketEvents, say_in_words_who_changed_what_and_what_was_sent) {
  const Ticket ticket{.id = {1}, .external = {"3457", ""}};
  const std::vector<TicketChange> changes = {{now, "priority", "medium", "high"},
                                             {now, "assignee", "", "Greta"},
                                             {now + hour, "status", "open", "solved"}};
  const std::vector<AskedChange> asked = {{now, "Hugo", json::object{{"priority", "high"}}},
                                          {now, "Greta", json::object{{"assignee", "Greta"}}}};
  Delivery sent{.target = "desk:zendesk", .payload = DeskOpen{}, .created_at = now};
  sent.state = DeliveryState::done;
  sent.done_at = now + Millis(18'000);
  Delivery dead{.target = "slack", .payload = ChatPost{}, .created_at = now + 2 * hour};
  dead.state = DeliveryState::dead;
  dead.reason = "channel_not_found";
  dead.attempts = 3;
  const std::vector<TicketEvent> events =
      ticket_events(ticket, changes, asked, {sent, dead}, ShapeContext{.public_url = ""});
  std::vector<std::string> texts;
  for (const TicketEvent& one : events) texts.push_back(one.text);
  EXPECT_EQ(texts, (std::vector<std::string>{
                       "Priority changed from medium to high by Hugo", "Greta took the ticket",
                       "Sent to Zendesk as #3457 · 18 s later", "Solved",
                       "Message to Slack not delivered: channel_not_found, 3 attempts"}));
  EXPECT_NE(delivery_hint("slack", "channel_not_found", DeliveryState::dead).find("/invite"),
            std::string::npos);
}

}  // namespace
}  // namespace dw
