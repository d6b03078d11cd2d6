// The demo's outage: what makes it a group.
#include "app/demo/outage.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace dw::demo {
namespace {

TEST(Outage, eighteen_people_say_the_same_thing_in_their_own_words) {
  std::set<std::string> people, subjects;
  int in_slack = 0, with_number = 0, last = outage_minute;
  for (const Happening& one : outage()) {
    EXPECT_EQ(one.kind, Happening::Kind::open);
    EXPECT_GE(one.minute, last);
    last = one.minute;
    const std::string text = to_lower(one.subject + " " + one.text);
    EXPECT_NE(text.find("vpn"), std::string::npos) << text;
    if (text.find("619") != std::string::npos) ++with_number;
    people.insert(one.caller.email);
    subjects.insert(one.subject);
    if (one.door == Door::slack) ++in_slack;
    EXPECT_TRUE(is_of_outage(one));
  }
  EXPECT_EQ(people.size(), 18U);
  EXPECT_EQ(subjects.size(), 18U);
  EXPECT_EQ(in_slack, 15);
  EXPECT_GT(with_number, 12) << "fewer than say VPN, which is its name";
  EXPECT_LT(with_number, 18);
}

}  // namespace
}  // namespace dw::demo
