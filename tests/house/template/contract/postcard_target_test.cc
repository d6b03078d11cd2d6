// The template connector against its fake, built by the line that the program builds it by.
#include <gtest/gtest.h>

#include "connectors/postcard/module.h"
#include "connectors/postcard/postcard.h"
#include "fakes/postcard.h"
#include "support/loop_world.h"

namespace dw {
namespace {

TEST(postcard, a_card_arrives_and_is_counted) {
  LoopWorld world;
  FakePostcard fake;
  Metrics metrics;
  world.script.otherwise([&](const HttpScript::Seen& seen) { return fake.answer(seen); });
  OwnSettings own;
  own.set(PostcardSettings{world.script.url()});
  ConnectorParts built;
  postcard_module().build({own, world.loop, world.clock, world.http, world.rates, metrics}, built);
  ASSERT_EQ(built.targets.size(), 1U);
  const json::object details{{"to", "Ana"}};
  const auto outcomes = world.wait_for(built.targets[0]->perform(
      {Delivery{.id = {1}, .target = "postcard", .payload = Lookup{"postcard", details}}},
      Attempt::within(world.clock, Millis(5000))));
  EXPECT_EQ(outcomes.at(0).kind, Outcome::Kind::done) << outcomes.at(0).why;
  EXPECT_EQ(fake.cards, std::vector<std::string>{"Ana"});
  EXPECT_NE(metrics.text().find("deskwire_postcards_total 1"), std::string::npos);
}

}  // namespace
}  // namespace dw
