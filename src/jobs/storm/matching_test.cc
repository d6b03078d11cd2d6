#include "jobs/storm/matching.h"

#include <gtest/gtest.h>

#include "jobs/storm/recurrence.h"

namespace dw {
namespace {

const TimePoint nine = *from_rfc3339("2026-11-23T09:00:00Z");
constexpr Millis minute{60'000};
constexpr Millis day{86'400'000};

IncidentWord word(const std::string& text, double weight, bool is_name = false) {
  return {{.word = text, .tickets = 8, .requesters = 8, .usual = 0, .weight = weight}, is_name};
}

OpenStorm storm_of(int64_t group, std::vector<IncidentWord> words) {
  return {.group = group,
          .parent = {group * 100},
          .words = std::move(words),
          .since = nine,
          .joined_at = nine + 30 * minute};
}

Ticket ticket_of(const std::string& title, TimePoint at = nine + 40 * minute) {
  return {.id = {7}, .title = title, .opened_at = at};
}

const std::vector<OpenStorm>& vpn() {
  static const std::vector<OpenStorm> open{storm_of(1, {word("vpn", 60), word("619", 40)})};
  return open;
}

TEST(StormMatching, half_of_the_weight_joins_and_less_may_belong) {
  const TicketMatch joined = match_with(vpn(), ticket_of("VPN is slow"), day);
  EXPECT_EQ(joined.group, 1);
  EXPECT_EQ(joined.problem, TicketId{100});
  EXPECT_EQ(joined.share, 600);
  const TicketMatch maybe = match_with(vpn(), ticket_of("Error 619"), day);
  EXPECT_EQ(maybe.group, 1);
  EXPECT_FALSE(maybe.problem);
  EXPECT_EQ(maybe.words, std::vector<std::string>{"619"});
  EXPECT_EQ(match_with(vpn(), ticket_of("Printer"), day).group, 0);
  const std::vector<OpenStorm> halves{storm_of(1, {word("vpn", 50), word("619", 50)})};
  EXPECT_TRUE(match_with(halves, ticket_of("Error 619"), day).problem);
}

TEST(StormMatching, of_two_incidents_the_better_match_then_the_older) {
  const std::vector<OpenStorm> open{storm_of(1, {word("vpn", 60), word("619", 40)}),
                                    storm_of(2, {word("vpn", 60), word("berlin", 20)}),
                                    storm_of(3, {word("vpn", 60), word("berlin", 20)})};
  EXPECT_EQ(match_with(open, ticket_of("VPN Berlin"), day).group, 2);
  EXPECT_EQ(match_with(open, ticket_of("VPN 619"), day).group, 1);
  EXPECT_EQ(match_with(open, ticket_of("Error 619 in Berlin"), day).group, 1);
}

TEST(StormMatching, nobody_joins_long_after_the_last_one) {
  const TimePoint last = nine + 90 * minute;
  EXPECT_TRUE(match_with(vpn(), ticket_of("VPN", last), 60 * minute).problem);
  const TicketMatch late = match_with(vpn(), ticket_of("VPN", last + Millis(1)), 60 * minute);
  EXPECT_EQ(late.group, 1) << "a person may add it";
  EXPECT_FALSE(late.problem);
  EXPECT_FALSE(match_with(vpn(), ticket_of("VPN"), Millis(0)).problem);
}

TEST(StormMatching, what_was_written_before_it_began_is_about_something_else) {
  EXPECT_EQ(match_with(vpn(), ticket_of("VPN 619", nine - Millis(1)), day).group, 0);
}

TEST(StormMatching, a_name_that_it_shares_is_no_reason_to_list_it) {
  const std::vector<OpenStorm> open{storm_of(1, {word("vpn", 60), word("lopez", 40, true)})};
  EXPECT_EQ(match_with(open, ticket_of("Lopez is away"), day).group, 0);
  EXPECT_TRUE(match_with(open, ticket_of("Lopez has no VPN"), day).problem);
}

TEST(StormMatching, what_nobody_would_hear_joins_nothing) {
  Ticket shadow = ticket_of("VPN 619");
  shadow.external.id = "shadow-7";
  EXPECT_EQ(match_with(vpn(), shadow, day).group, 0);
  Ticket linked = ticket_of("VPN 619");
  linked.problem_id = {9};
  EXPECT_EQ(match_with(vpn(), linked, day).group, 0);
  Ticket parent = ticket_of("VPN 619");
  parent.type = TicketType::problem;
  EXPECT_EQ(match_with(vpn(), parent, day).group, 0);
  Ticket solved = ticket_of("VPN 619");
  solved.status = Status::solved;
  EXPECT_EQ(match_with(vpn(), solved, day).group, 0);
}

TEST(StormMatching, an_incident_that_a_person_made_of_tickets_has_no_words) {
  EXPECT_EQ(match_with({storm_of(1, {})}, ticket_of("VPN 619"), day).group, 0);
}

/// Nobody asks it anything.
class Untouched : public ReadDb {
 public:
  using ReadDb::run;
  Result<int64_t> run(const Statement& asked, std::initializer_list<Value>, RowSink) override {
    ADD_FAILURE() << asked.name;
    return 0;
  }
  Result<void> run_later(const Statement& asked, std::initializer_list<Value>,
                         std::function<void(const Row&)>) override {
    ADD_FAILURE() << asked.name;
    return {};
  }
  Result<void> settle() override { return {}; }
  bool is_guarding() const override { return true; }
  Result<void> lock(const Statement& row, std::initializer_list<Value>) override {
    ADD_FAILURE() << row.name;
    return {};
  }
  Result<void> guard(const std::string& name) override {
    ADD_FAILURE() << name;
    return {};
  }
  Result<void> guard_shared(const std::string& name) override { return guard(name); }
  bool is_sqlite() const override { return false; }
  int64_t& reserved(const char*) override { return reserved_; }

 private:
  int64_t reserved_ = 0;
};

TEST(StormMatching, without_the_section_nobody_looks) {
  Untouched db;
  const auto off = storm_matcher(StormSettings{});
  EXPECT_FALSE(*off->has_open(db));
  EXPECT_EQ(off->match(db, ticket_of("VPN 619"))->group, 0);
}

TEST(storm_recurrence, each_has_half_of_the_others_weight_of_words) {
  const std::vector<IncidentWord> vpn = {word("vpn", 60), word("619", 40)};
  EXPECT_TRUE(is_same_thing(vpn, {word("gateway", 20), word("vpn", 30)}));
  EXPECT_FALSE(is_same_thing(vpn, {word("619", 30), word("gateway", 20)}));
  EXPECT_FALSE(is_same_thing(vpn, {word("vpn", 10), word("gateway", 20)}));
  EXPECT_FALSE(is_same_thing({}, {}));
  const std::vector<IncidentWord> ana = {word("ana", 60, true)};
  EXPECT_FALSE(is_same_thing(ana, ana)) << "of a person's name nobody could be told";
}

}  // namespace
}  // namespace dw
