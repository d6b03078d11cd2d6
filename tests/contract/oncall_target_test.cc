// Who is on call: PagerDuty and Opsgenie, small as they are, and the rota of the configuration.
#include <gtest/gtest.h>

#include "connectors/opsgenie/opsgenie.h"
#include "connectors/pagerduty/pagerduty.h"
#include "connectors/roster/roster.h"
#include "domain/delivery.h"
#include "fakes/oncall.h"
#include "support/loop_world.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;

std::vector<Delivery> asking() {
  return {Delivery{.id = {1}, .target = "oncall:sre", .payload = Lookup{"oncall", {}}}};
}

template <class Fake, class Connector>
struct OncallWorld {
  LoopWorld world;
  Fake fake;
  OncallSettings settings;
  std::unique_ptr<Connector> target;

  OncallWorld(const char* token, const char* policy) {
    world.script.otherwise([this](const HttpScript::Seen& seen) { return fake.answer(seen); });
    settings.name = "sre";
    settings.token = Secret(token);
    settings.policy = policy;
    settings.api_url = world.script.url();
    build();
  }
  void build() { target = std::make_unique<Connector>(world.http, world.clock, settings); }
  Outcome ask() {
    return world.wait_for(target->perform(asking(), Attempt::within(world.clock, Millis(5000))))
        .at(0);
  }
};

struct PagerdutyWorld : OncallWorld<FakePagerduty, PagerdutyOncall> {
  PagerdutyWorld() : OncallWorld("pd-token", "P1") {
    fake.shifts = {{"P2", "U9", "Other", "other@acme.example", "S9", 1},
                   {"P1", "U2", "Ana Lopez", "ana@acme.example", "", 2},
                   {"P1", "U1", "Bo Ek", "bo@acme.example", "S1", 1},
                   {"P1", "U1", "Bo Ek", "bo@acme.example", "S2", 1}};
  }
};

struct OpsgenieWorld : OncallWorld<FakeOpsgenie, OpsgenieOncall> {
  OpsgenieWorld() : OncallWorld("og-key", "Primary") {
    fake.recipients = {"bo@acme.example", "ana@acme.example"};
  }
};

TEST(PagerdutyOncall, level_one_is_primary_and_level_two_secondary) {
  PagerdutyWorld w;
  const Outcome outcome = w.ask();
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  EXPECT_EQ(outcome.answer, *parse_json(R"({
    "primary":{"name":"Bo Ek","email":"bo@acme.example","slack":null},
    "secondary":{"name":"Ana Lopez","email":"ana@acme.example","slack":null},
    "people":[{"name":"Bo Ek","email":"bo@acme.example","slack":null,"level":1},
              {"name":"Ana Lopez","email":"ana@acme.example","slack":null,"level":2}]})"));
}

TEST(PagerdutyOncall, everybody_on_every_level_that_has_somebody_is_named_once) {
  PagerdutyWorld w;
  w.fake.shifts = {{"P1", "U3", "Cy Day", "cy@acme.example", "", 4},
                   {"P1", "U1", "Bo Ek", "bo@acme.example", "", 3},
                   {"P1", "U2", "Di Fox", "di@acme.example", "", 3},
                   {"P1", "U1", "Bo Ek", "bo@acme.example", "", 5}};
  const json::value answer = w.ask().answer;
  EXPECT_TRUE(answer.at("primary").is_null());
  EXPECT_EQ(answer.at("people"), *parse_json(R"([
    {"name":"Bo Ek","email":"bo@acme.example","slack":null,"level":3},
    {"name":"Di Fox","email":"di@acme.example","slack":null,"level":3},
    {"name":"Cy Day","email":"cy@acme.example","slack":null,"level":4}])"));
}

TEST(PagerdutyOncall, people_are_looked_for_in_the_chat_by_their_address) {
  struct Chat : PersonFinder {
    Task<std::string> id_of(std::string email, Millis) override {
      asked.push_back(email);
      co_return email == "bo@acme.example" ? "U7" : "";
    }
    std::vector<std::string> asked;
  } chat;
  PagerdutyWorld w;
  w.target->find_people_with(chat);
  const Outcome outcome = w.ask();
  EXPECT_EQ(outcome.answer.at("primary").at("slack"), "U7");
  EXPECT_TRUE(outcome.answer.at("secondary").at("slack").is_null());
  w.ask();
  EXPECT_EQ(chat.asked.size(), 2U) << "what is known for a minute is not asked for again";
}

TEST(PagerdutyOncall, who_asks_at_the_same_time_takes_nobody_away) {
  struct Chat : PersonFinder {
    explicit Chat(PagerdutyWorld& world) : w(world) {}
    Task<std::string> id_of(std::string email, Millis) override {
      if (email != "ana@acme.example" || is_asked) co_return "";
      is_asked = true;
      // Another thread asks now, and hears of one person only.
      w.fake.shifts.resize(1);
      w.fake.shifts[0].policy = "P1";
      std::vector<Delivery> again = asking();
      co_await w.target->perform(std::move(again), Attempt::within(w.world.clock, Millis(5000)));
      co_return "U7";
    }
    PagerdutyWorld& w;
    bool is_asked = false;
  };
  PagerdutyWorld w;
  Chat chat(w);
  w.target->find_people_with(chat);
  const json::value answer = w.ask().answer;
  EXPECT_EQ(answer.at("primary").at("name"), "Bo Ek");
  EXPECT_EQ(answer.at("secondary").at("slack"), "U7");
}

TEST(PagerdutyOncall, an_answer_holds_for_a_minute) {
  PagerdutyWorld w;
  w.ask();
  w.ask();
  EXPECT_EQ(w.world.script.seen().size(), 1U);
}

TEST(PagerdutyOncall, what_a_probe_has_seen_is_no_answer_to_a_thread) {
  PagerdutyWorld w;
  w.world.wait_for(w.target->probe(Millis(5000)));
  w.fake.shifts = {{"P1", "U3", "Cyd Fix", "cyd@acme.example", "S1", 1}};
  EXPECT_EQ(w.ask().answer.at("primary").at("name"), "Cyd Fix");
}

TEST(PagerdutyOncall, a_gap_is_nobody_and_one_person_at_both_levels_is_one) {
  PagerdutyWorld w;
  w.fake.shifts.clear();
  EXPECT_EQ(w.ask().answer, *parse_json(R"({"primary":null,"secondary":null})"));
  w.build();
  w.fake.shifts = {{"P1", "U1", "Bo Ek", "bo@acme.example", "", 1},
                   {"P1", "U1", "Bo Ek", "bo@acme.example", "", 2}};
  EXPECT_TRUE(w.ask().answer.at("secondary").is_null());
}

TEST(PagerdutyOncall, a_long_list_is_read_to_its_end) {
  PagerdutyWorld w;
  w.fake.shifts.clear();
  for (int i = 0; i < 150; ++i) {
    w.fake.shifts.push_back({"P1", "U" + std::to_string(i), "Somebody", "", "", 3});
  }
  w.fake.shifts.push_back({"P1", "U1", "Bo Ek", "bo@acme.example", "", 1});
  EXPECT_EQ(w.ask().answer.at("primary").at("name").as_string(), "Bo Ek");
}

TEST(PagerdutyOncall, trouble_says_what_to_mend) {
  PagerdutyWorld w;
  w.settings.token = Secret("wrong");
  w.build();
  const Outcome outcome = w.ask();
  EXPECT_EQ(outcome.kind, Kind::later);
  EXPECT_NE(outcome.why.find("oncall.sre.token"), std::string::npos) << outcome.why;
  w.fake.fail_next(HttpStep::answer(429, ""));
  EXPECT_EQ(w.ask().when, Millis(20'000));
  w.fake.fail_next(HttpStep::answer(404, R"({"error":{"message":"Not Found","code":2100}})"));
  EXPECT_EQ(w.ask().kind, Kind::refused);
  const auto probes = w.world.wait_for(w.target->probe(Millis(5000)));
  EXPECT_FALSE(probes.at(0).is_ok);
}

TEST(PagerdutyOncall, a_reference_without_an_address_is_still_a_name) {
  const auto page = decode_oncalls(R"({"oncalls":[{"escalation_level":1,"schedule":null,
    "user":{"id":"U1","type":"user_reference","summary":"Bo Ek"}}],"more":false})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->entries.at(0).person.name, "Bo Ek");
  EXPECT_FALSE(decode_oncalls("<html>"));
}

TEST(OpsgenieOncall, the_first_two_of_the_schedule_are_on_call) {
  OpsgenieWorld w;
  const Outcome outcome = w.ask();
  ASSERT_EQ(outcome.kind, Kind::done) << outcome.why;
  EXPECT_EQ(outcome.answer, *parse_json(R"({
    "primary":{"name":"bo","email":"bo@acme.example","slack":null},
    "secondary":{"name":"ana","email":"ana@acme.example","slack":null}})"));
  w.settings.policy = "Nowhere";
  w.build();
  EXPECT_EQ(w.ask().kind, Kind::refused);
  w.settings.token = Secret("wrong");
  w.build();
  EXPECT_EQ(w.ask().kind, Kind::later);
}

OncallSettings rota(std::vector<std::string> names, std::string rotate = "mon 09:00") {
  OncallSettings settings;
  settings.name = "sre";
  settings.provider = OncallProvider::fixed;
  for (std::string& name : names) settings.people.push_back({std::move(name), "", "U1"});
  settings.rotate = std::move(rotate);
  return settings;
}

TEST(Roster, people_take_turns_at_the_hour_of_their_own_zone) {
  ManualClock clock;
  Roster roster(clock, rota({"Ana", "Bo", "Cy"}), "Europe/Berlin");
  const auto primary_at = [&](const char* at) {
    return roster.people_at(*from_rfc3339(at)).at(0).name;
  };
  const std::string before = primary_at("2026-03-23T07:59:59Z");  // Monday, 08:59 in winter
  const std::string after = primary_at("2026-03-23T08:00:00Z");
  EXPECT_NE(before, after);
  EXPECT_EQ(primary_at("2026-03-30T06:59:59Z"), after) << "summer time has begun";
  EXPECT_NE(primary_at("2026-03-30T07:00:00Z"), after);
  EXPECT_EQ(primary_at("2026-04-06T07:00:00Z"), before) << "three people, three weeks";
  EXPECT_EQ(primary_at("2026-03-23T07:00:00Z"), before) << "and back";
}

TEST(Roster, the_next_in_turn_is_secondary) {
  ManualClock clock;
  Roster roster(clock, rota({"Ana", "Bo"}), "UTC");
  const auto people = roster.people_at(clock.now());
  ASSERT_EQ(people.size(), 2U);
  EXPECT_NE(people[0].name, people[1].name);
  EXPECT_EQ(Roster(clock, rota({"Ana"}), "UTC").people_at(clock.now()).size(), 1U);
  LoopWorld world;
  const Outcome outcome =
      world.wait_for(roster.perform(asking(), Attempt::within(clock, Millis(1)))).at(0);
  EXPECT_EQ(outcome.answer.at("primary").at("slack").as_string(), "U1");
}

TEST(Roster, a_rotation_is_checked_before_it_is_used) {
  EXPECT_EQ(check_rotation("mon 09:00", "UTC"), "");
  EXPECT_NE(check_rotation("sometimes", "UTC"), "");
  EXPECT_NE(check_rotation("*/5 * * * *", "UTC"), "");
  EXPECT_NE(check_rotation("30 2 31 2 *", "UTC"), "");
}

}  // namespace
}  // namespace dw
