#include "jobs/greeting/greeting.h"

#include <gtest/gtest.h>

#include "jobs/greeting/rows.h"

namespace dw {
namespace {

TEST(greeting, a_greeting_is_counted) {
  Metrics metrics;
  Greeting({}).declare(metrics);
  const Plan plan = Greeting({}).plan({.body = {{"person", "Ana"}}}, {});
  ASSERT_EQ(plan.changes.size(), 1U);
  metrics.add(plan.changes[0].counted());
  EXPECT_NE(metrics.text().find("deskwire_greetings_total 1"), std::string::npos);
}

}  // namespace
}  // namespace dw
