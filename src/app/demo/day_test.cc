// The demo's day: from rows of incidents to what people say.
#include "app/demo/day.h"

#include <gtest/gtest.h>

#include <set>

#include "app/demo/files.h"

namespace dw::demo {
namespace {

const std::string heading = "minute,number,state,agent,priority,category,caller,group\n";

TEST(Day, the_whole_fixture_is_a_day_in_order) {
  const Result<std::vector<Happening>> day = read_day(file_named("incidents.csv")->bytes);
  ASSERT_TRUE(day.ok()) << day.error().text();
  ASSERT_GT(day->size(), 200U);
  std::set<std::string> opened;
  std::map<Door, int> doors;
  int last = 0;
  for (const Happening& one : *day) {
    EXPECT_GE(one.minute, last);
    last = one.minute;
    EXPECT_EQ(one.text.empty(), one.kind == Happening::Kind::work) << one.incident;
    if (one.kind == Happening::Kind::open) {
      EXPECT_TRUE(opened.insert(one.incident).second) << one.incident << " opens twice";
      ++doors[one.door];
    } else if (one.kind != Happening::Kind::work) {
      EXPECT_TRUE(opened.contains(one.incident)) << one.incident << " is spoken of unopened";
    }
  }
  EXPECT_GT(doors[Door::slack], doors[Door::mail]);
  EXPECT_GT(doors[Door::mail], 10);
  EXPECT_GT(doors[Door::teams], 10);
}

TEST(Day, a_caller_who_is_asked_in_slack_answers_later) {
  const auto day = read_day(heading +
                            "540,INC0000100,Opened,1,3,9,7,1\n"
                            "550,INC0000100,Awaiting User Info,2,3,9,7,1\n"
                            "552,INC0000099,Active,2,3,9,7,1\n"
                            "560,INC0000100,Resolved,2,1,9,7,1\n");
  ASSERT_TRUE(day.ok());
  ASSERT_EQ(day->size(), 5U);
  EXPECT_EQ((*day)[0].door, Door::slack);
  EXPECT_EQ((*day)[1].kind, Happening::Kind::question);
  EXPECT_EQ((*day)[2].kind, Happening::Kind::work) << "opened before this day";
  EXPECT_EQ((*day)[3].kind, Happening::Kind::reply);
  EXPECT_EQ((*day)[3].minute, 554);
  EXPECT_EQ((*day)[3].caller.name, (*day)[0].caller.name);
  EXPECT_EQ((*day)[4].priority, "high");
}

TEST(Day, an_update_is_told_as_a_ticket_system_tells_it) {
  const auto day = read_day(heading +
                            "540,INC0000100,Opened,1,3,9,7,1\n"
                            "560,INC0000100,Resolved,2,3,9,7,1\n");
  ASSERT_TRUE(day.ok());
  EXPECT_EQ(update_line((*day)[0]), "");
  const Happening& solved = (*day)[1];
  EXPECT_EQ(update_line(solved), "INC0000100 [ *" + solved.subject + "* ] Resolved by *" +
                                     solved.agent.name + "* (_" + solved.agent.username +
                                     "_):\n> " + solved.text);
}

TEST(Day, a_line_that_is_none_is_named) {
  for (const char* line : {"x,INC1,Opened,1,3,9,7,1", "1440,INC1,Opened,1,3,9,7,1", "1,INC1,Opened",
                           "1,TASK1,Opened,1,3,9,7,1", "-1,INC1,Opened,1,3,9,7,1"}) {
    const auto day = read_day(heading + line + "\n");
    ASSERT_FALSE(day.ok()) << line;
    EXPECT_NE(day.error().text().find(line), std::string::npos) << day.error().text();
  }
}

TEST(Day, people_are_the_same_each_time) {
  EXPECT_EQ(caller_of(17).email, caller_of(17).email);
  EXPECT_NE(agent_of(17).username, agent_of(18).username);
}

}  // namespace
}  // namespace dw::demo
