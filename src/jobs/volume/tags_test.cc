#include "jobs/volume/tags.h"

#include <gtest/gtest.h>

#include <random>

namespace dw {
namespace {

TaggedTicket ticket(std::vector<std::string> tags, std::string subject = "") {
  return {.id = "1", .subject = std::move(subject), .tags = std::move(tags)};
}

TagCounts counts_of(const std::vector<TaggedTicket>& tickets) {
  TagCounts out;
  for (const TaggedTicket& one : tickets) out.add(one);
  return out;
}

TEST(tags, are_counted_once_per_ticket_and_ties_are_by_name) {
  const TagReport report = explain_tags(
      {ticket({"VPN", "vpn", "login"}), ticket({"vpn"}), ticket({"printer"})}, {}, {}, 10);
  ASSERT_EQ(report.by_count.size(), 3u);
  EXPECT_EQ(report.by_count[0].tag, "vpn");
  EXPECT_EQ(report.by_count[0].count, 2);
  EXPECT_EQ(report.by_count[1].tag, "login");
  EXPECT_TRUE(report.by_lift.empty()) << "nothing to compare with";
}

TEST(tags, omitted_ones_are_whole_tags) {
  const TagReport report = explain_tags({ticket({"email", "s", "slack"})}, {}, {"s", "EMAIL"}, 10);
  ASSERT_EQ(report.by_count.size(), 1u);
  EXPECT_EQ(report.by_count[0].tag, "slack");
}

TEST(tags, the_one_that_stands_out_is_named_although_another_is_more_frequent) {
  std::vector<TaggedTicket> hour, baseline;
  for (int i = 0; i < 40; ++i) hour.push_back(ticket({"email", i < 15 ? "vpn" : "other"}));
  hour.push_back(ticket({"vpn"}, "VPN is down again"));
  for (int i = 0; i < 200; ++i) baseline.push_back(ticket({"email", i < 4 ? "vpn" : "other"}));
  const TagReport report = explain_tags(hour, counts_of(baseline), {}, 10);
  EXPECT_EQ(report.by_count[0].tag, "email");
  ASSERT_EQ(report.by_lift.size(), 1u);
  EXPECT_EQ(report.by_lift[0].tag, "vpn");
  EXPECT_GT(report.by_lift[0].lift, 10);
  EXPECT_LT(report.by_lift[0].probability, 1e-6);
  ASSERT_EQ(report.examples.size(), 3u);
  EXPECT_EQ(report.examples[0].tags.back(), "vpn");
}

// The value of Dunning's statistic by hand: a = 10 of 100 against 10 of 1000.
TEST(tags, g_squared_is_the_log_likelihood_ratio) {
  std::vector<TaggedTicket> hour, baseline;
  for (int i = 0; i < 100; ++i) hour.push_back(ticket({i < 10 ? "a" : "b"}));
  for (int i = 0; i < 1000; ++i) baseline.push_back(ticket({i < 10 ? "a" : "b"}));
  const TagReport report = explain_tags(hour, counts_of(baseline), {}, 10);
  const double expected =
      2 *
      (10 * std::log(10 / (20.0 * 100 / 1100)) + 10 * std::log(10 / (20.0 * 1000 / 1100)) +
       90 * std::log(90 / (1080.0 * 100 / 1100)) + 990 * std::log(990 / (1080.0 * 1000 / 1100)));
  ASSERT_FALSE(report.by_lift.empty());
  EXPECT_NEAR(report.by_lift[0].likelihood, expected, 1e-9);
}

// Two hundred tags that mean nothing: an hour names one of them by chance at most once in a hundred
// hours. Beyond 22 of 1,000 is a chance of one in 4,000.
TEST(tags, many_tags_do_not_make_one_stand_out_by_chance) {
  std::mt19937_64 random(3);
  const auto draw = [&random](int tickets) {
    std::vector<TaggedTicket> out;
    for (int i = 0; i < tickets; ++i) {
      const std::string rare = "t" + std::to_string(random() % 200);
      out.push_back(ticket({rare, "u" + std::to_string(random() % 20)}));
    }
    return out;
  };
  int named = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    const TagCounts baseline = counts_of(draw(600));
    named += explain_tags(draw(60), baseline, {}, 10).by_lift.empty() ? 0 : 1;
  }
  EXPECT_LE(named, 22);
}

// A tag that each ticket has for itself (a customer's number) can never stand out: a thousand of
// them must not hide the one that does.
TEST(tags, those_of_one_ticket_each_hide_none) {
  std::vector<TaggedTicket> hour, baseline;
  int number = 0;
  for (int i = 0; i < 20; ++i) {
    hour.push_back(ticket({"c" + std::to_string(number++), i < 5 ? "vpn" : "other"}));
  }
  for (int i = 0; i < 1000; ++i) {
    baseline.push_back(ticket({"c" + std::to_string(number++), i < 20 ? "vpn" : "other"}));
  }
  const TagReport report = explain_tags(hour, counts_of(baseline), {}, 10);
  ASSERT_EQ(report.by_lift.size(), 1u);
  EXPECT_EQ(report.by_lift[0].tag, "vpn");
}

}  // namespace
}  // namespace dw
