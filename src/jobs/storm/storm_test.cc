#include "jobs/storm/storm.h"

#include <gtest/gtest.h>

#include "jobs/storm/live.h"
#include "jobs/storm/pace.h"
#include "jobs/storm/section.h"

namespace dw {
namespace {

constexpr TimePoint now{Millis(1'795'000'000'000)};
constexpr Millis hour{3'600'000}, day{86'400'000};

struct Read {
  StormSettings settings;
  std::string problems;
  std::vector<std::string> printed;
};

Read read_section_of(const std::string& toml) {
  Problems problems("deskwire.toml");
  const Environment none = [](const std::string&) { return std::nullopt; };
  const Node document = parse_document(toml, none, problems);
  OwnSettings out;
  own_storm_section().read(document.table()->at("storm"), out, problems);
  return {out.get<StormSettings>(), problems.is_empty() ? "" : problems.error().text(),
          own_storm_section().print(out)};
}

TEST(storm_section, an_empty_section_turns_it_on_and_none_is_printed_as_none) {
  const Read read = read_section_of("[storm]\n");
  EXPECT_TRUE(read.settings.is_on);
  EXPECT_EQ(read.settings.min_tickets, 8);
  EXPECT_EQ(read.settings.window, hour);
  EXPECT_EQ(read.printed.size(), 1U);
  EXPECT_TRUE(own_storm_section().print(OwnSettings{}).empty());
}

TEST(storm_section, values_out_of_bounds_are_refused_with_their_key) {
  EXPECT_NE(read_section_of("[storm]\nmin_tickets = 2\n").problems.find("storm.min_tickets"),
            std::string::npos);
  EXPECT_NE(read_section_of("[storm]\nwindow = \"1s\"\n").problems.find("storm.window"),
            std::string::npos);
  EXPECT_NE(read_section_of("[storm]\nwindows = \"1h\"\n").problems.find("unknown key"),
            std::string::npos);
}

/// `count` tickets in the hour before the same time on each of the last `days` days.
std::deque<TimePoint> usual_days(int days, int count) {
  std::deque<TimePoint> out{now - days * day - 2 * hour};
  for (int back = days; back >= 1; --back) {
    for (int i = count; i >= 1; --i) out.push_back(now - back * day - i * Millis(60'000));
  }
  return out;
}

TEST(storm_pace, twice_as_many_tickets_as_on_the_busiest_day_are_a_spike) {
  EXPECT_TRUE(is_pace_spike(usual_days(10, 5), now, hour, 10));
  EXPECT_FALSE(is_pace_spike(usual_days(10, 5), now, hour, 9));
  EXPECT_FALSE(is_pace_spike(usual_days(10, 0), now, hour, 4)) << "five more at least";
  EXPECT_TRUE(is_pace_spike(usual_days(10, 0), now, hour, 5));
}

TEST(storm_pace, a_week_has_to_be_known) {
  EXPECT_FALSE(is_pace_spike(usual_days(6, 1), now, hour, 100));
  EXPECT_TRUE(is_pace_spike(usual_days(7, 1), now, hour, 100));
  EXPECT_FALSE(is_pace_spike({}, now, hour, 100));
}

/// Tickets `first` to `last`, each of another person.
SeenGroup group_of(int64_t first, int64_t last) {
  SeenGroup out{.words = {{{.word = "vpn", .tickets = 8, .requesters = 8, .weight = 50}}},
                .tickets = {},
                .requesters = {},
                .needed = 8,
                .since = now};
  for (int64_t id = first; id <= last; ++id) {
    out.tickets.push_back({id});
    out.requesters.push_back(id);
    out.written.push_back(now + Millis(id));
  }
  return out;
}

Event seen(const std::vector<SeenGroup>& groups) {
  return {.source = "clock",
          .key = "storm/1",
          .kind = std::string(storm_seen_kind),
          .at = now,
          .body = encode_seen(groups)};
}

StormView known_group(IncidentState state, int64_t tickets, int64_t dismissed_tickets = 0) {
  StormView view;
  view.known[3] = {.group = 3,
                   .state = state,
                   .words = {},
                   .tickets = tickets,
                   .dismissed_tickets = dismissed_tickets};
  view.tickets[3] = {{{1}, "1"}};
  for (int64_t id = 1; id <= tickets; ++id) view.group_of[id] = 3;
  return view;
}

TEST(storm, what_is_found_for_the_first_time_is_a_group_of_its_own) {
  const Plan plan = Storm().plan(seen({group_of(1, 8)}), {});
  ASSERT_EQ(plan.changes.size(), 1U);
  const auto* added = plan.changes[0].get_if<AddIncident>();
  ASSERT_NE(added, nullptr);
  EXPECT_EQ(added->group.tickets.size(), 8U);
  EXPECT_EQ(added->group.words[0].word.word, "vpn");
  EXPECT_EQ(plan.counted, (std::vector<Counted>{{"deskwire_storm_groups_total", "what", "seen"}}));
}

TEST(storm, a_group_that_shares_more_than_half_of_its_tickets_with_a_known_one_is_that_one) {
  const StormView view = known_group(IncidentState::seen, 8);
  const Plan grown = Storm().plan(seen({group_of(4, 12)}), view);
  ASSERT_EQ(grown.changes.size(), 1U);
  const auto* more = grown.changes[0].get_if<GrowIncident>();
  ASSERT_NE(more, nullptr);
  EXPECT_EQ(more->group, 3);
  EXPECT_EQ(more->in_window, 9);
  EXPECT_EQ(more->fresh.tickets, (std::vector<TicketId>{{9}, {10}, {11}, {12}}));
  EXPECT_FALSE(more->is_shown_again);
  EXPECT_TRUE(Storm().plan(seen({group_of(2, 8)}), view).changes.empty()) << "nothing new";
}

TEST(storm, half_of_its_tickets_make_it_another_group_without_them) {
  const StormView view = known_group(IncidentState::seen, 8);
  const Plan another = Storm().plan(seen({group_of(1, 16)}), view);
  ASSERT_EQ(another.changes.size(), 1U);
  ASSERT_NE(another.changes[0].get_if<AddIncident>(), nullptr);
  EXPECT_EQ(another.changes[0].get_if<AddIncident>()->group.tickets.size(), 8U);
  SeenGroup few = group_of(5, 12);
  EXPECT_TRUE(Storm().plan(seen({few}), view).changes.empty()) << "four more are no group";
}

TEST(storm, what_was_said_of_a_solved_incident_stays_and_what_comes_after_it_is_another) {
  const StormView view = known_group(IncidentState::solved, 9);
  EXPECT_TRUE(Storm().plan(seen({group_of(4, 13)}), view).changes.empty())
      << "four more are no group, and no part of what is over";
  SeenGroup found = group_of(1, 17);
  found.words[0].word.tickets = found.words[0].word.requesters = 17;
  const Plan again = Storm().plan(seen({found}), view);
  ASSERT_EQ(again.changes.size(), 1U);
  const auto* added = again.changes[0].get_if<AddIncident>();
  ASSERT_NE(added, nullptr);
  EXPECT_EQ(added->group.tickets.size(), 8U);
  EXPECT_EQ(added->group.tickets.front(), TicketId{10});
  EXPECT_EQ(added->group.since, now + Millis(10)) << "when the first of these was written";
  EXPECT_EQ(added->group.words[0].word.tickets, 8) << "of these";
  EXPECT_EQ(added->group.words[0].word.requesters, 8);
}

TEST(storm, a_dissolved_incident_keeps_its_words_and_stays_silent) {
  const StormView view = known_group(IncidentState::dissolved, 9);
  const Plan plan = Storm().plan(seen({group_of(1, 12)}), view);
  ASSERT_EQ(plan.changes.size(), 1U);
  const auto* more = plan.changes[0].get_if<GrowIncident>();
  ASSERT_NE(more, nullptr);
  EXPECT_EQ(more->in_window, 0) << "fewer than it had: its words stay";
}

TEST(storm, a_dismissed_group_stays_silent_until_it_has_doubled) {
  const StormView view = known_group(IncidentState::dismissed, 10, 8);
  const Plan silent = Storm().plan(seen({group_of(1, 15)}), view);
  ASSERT_EQ(silent.changes.size(), 1U);
  EXPECT_FALSE(silent.changes[0].get_if<GrowIncident>()->is_shown_again);
  EXPECT_TRUE(silent.counted.empty());
  const Plan again = Storm().plan(seen({group_of(1, 16)}), view);
  EXPECT_TRUE(again.changes[0].get_if<GrowIncident>()->is_shown_again);
  EXPECT_EQ(again.counted.size(), 1U);
}

Event dismissal(const std::string& group) {
  return {.source = "api",
          .key = "k",
          .kind = std::string(storm_dismiss_kind),
          .at = now,
          .body = json::object{{"group", group}}};
}

TEST(storm, dismissing_twice_changes_nothing_more) {
  EXPECT_EQ(Storm().plan(dismissal("g-000003"), known_group(IncidentState::seen, 8)).changes.size(),
            1U);
  const Plan again =
      Storm().plan(dismissal("g-000003"), known_group(IncidentState::dismissed, 8, 8));
  EXPECT_TRUE(again.changes.empty());
  EXPECT_FALSE(again.refusal);
  EXPECT_EQ(Storm().plan(dismissal("g-000007"), {}).refusal->kind, ErrorKind::missing);
}

TEST(storm, a_name_is_never_shown_and_a_group_of_names_has_no_words) {
  const IncidentWord vpn{{.word = "vpn"}}, ana{{.word = "ana"}, true}, code{{.word = "619"}};
  EXPECT_EQ(shown_words({vpn, ana, code}), "vpn, 619");
  EXPECT_EQ(shown_words({ana}), "the same thing");
  const ShownIncident shown{{.group = 3, .words = {ana, vpn}}, {{{41}, "3451"}}};
  const std::string text = to_text(shape_of(shown));
  EXPECT_EQ(text.find("ana"), std::string::npos);
  EXPECT_NE(text.find(R"("group":"g-000003","title":"Incident: vpn")"), std::string::npos);
}

TEST(storm, a_tag_that_is_more_than_a_word_is_never_shown) {
  const IncidentWord vpn{{.word = "vpn"}};
  for (const char* tag : {"<!channel>", "<@U7>", "@here", "ana@x.example", "https://x.example/a",
                          "customer_1234567", "intranet.acme", "*bold*", "a&amp;b", "a b"}) {
    const IncidentWord one{{.word = tag}};
    EXPECT_EQ(shown_words({one, vpn}), "vpn") << tag;
    const ShownIncident shown{{.group = 3, .words = {one, vpn}}, {}};
    EXPECT_EQ(to_text(shape_of(shown)).find(tag), std::string::npos) << tag;
  }
  EXPECT_EQ(shown_words({{{.word = "slack-import_2:eu.1"}}, {{.word = "größe"}}}),
            "slack-import_2:eu.1, größe");
}

TEST(storm, an_incident_is_shown_with_its_parent_and_a_group_without) {
  const std::string group = to_text(shape_of(ShownIncident{{.group = 3, .tickets = 14}, {}}));
  EXPECT_NE(group.find(R"({"id":null,"number":null,"group":"g-000003")"), std::string::npos);
  EXPECT_NE(group.find(R"("desk":null,"url":null)"), std::string::npos) << group;
  EXPECT_NE(group.find(R"("joined":14)"), std::string::npos) << group;
  Incident incident{.group = 3, .state = IncidentState::solved, .tickets = 14, .parent = {50}};
  incident.title = "VPN is down";
  incident.number = "3465";
  incident.desk = "zendesk";
  incident.url = "https://acme.zendesk.example/agent/tickets/3465";
  incident.ended_at = now;
  incident.joined = 12;
  const std::string text = to_text(shape_of(ShownIncident{incident, {}, 2}));
  for (const char* part :
       {R"("id":50,"number":"3465")", R"("title":"VPN is down","state":"solved")",
        R"("desk":"zendesk","url":"https://acme.zendesk.example/agent/tickets/3465")",
        R"("joined":12,"replied":2)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

/// What a step tells a ticket that joins: "slack C1/100.1", "desk 41".
std::vector<std::string> told_on_joining(const std::string& source, bool has_thread) {
  StepWork work;
  IncidentMember member;
  member.ticket = {.id = {7}, .source = source, .desk = "zendesk", .external = {"41", ""}};
  if (has_thread) member.link = BridgeLink{.channel = "C1", .thread = "100.1", .ticket = {7}};
  work.joining.push_back(std::move(member));
  const Ticket parent{.id = {50}, .desk = "zendesk", .external = {"3465", ""}};
  Plan plan;
  plan_step(plan, {.group = 3, .state = IncidentState::open, .parent = {50}}, parent, work, now);
  std::vector<std::string> out;
  for (const Delivery& one : plan.deliveries) {
    if (const auto* post = std::get_if<ChatPost>(&one.payload)) {
      out.push_back("slack " + post->channel + "/" + post->thread);
    } else if (const auto* comment = std::get_if<DeskComment>(&one.payload)) {
      EXPECT_TRUE(comment->is_public);
      out.push_back("desk " + comment->external_id);
    }
  }
  return out;
}

TEST(storm, a_requester_is_told_where_he_is) {
  using Told = std::vector<std::string>;
  EXPECT_EQ(told_on_joining("slack:C1", true), Told{"slack C1/100.1"});
  EXPECT_EQ(told_on_joining("teams:it", false), Told{"desk 41"});
  // The thread of an email is read by agents: who wrote it is not in it.
  EXPECT_EQ(told_on_joining("email:C1", true), (Told{"slack C1/100.1", "desk 41"}));
}

TEST(storm, a_group_is_named_by_its_number) {
  EXPECT_EQ(group_named("g-000003"), 3);
  EXPECT_EQ(group_name(3), "g-000003");
  for (const char* wrong : {"g-", "3", "g-0", "g--3", "d-000003"}) {
    EXPECT_FALSE(group_named(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace dw
