// `deskwire setup zendesk`: makes what is missing, once, and takes it away again.
#include "base/text.h"
#include "connectors/zendesk/inbound.h"
#include "connectors/zendesk/setup.h"
#include "contract/zendesk_world.h"

namespace dw {
namespace {

struct SetupWorld : ZendeskWorld {
  using Steps = std::vector<SetupStep>;
  std::string url = "https://desk.example.com/hooks/zendesk";

  std::string make(bool is_dry_run = false) {
    ZendeskSetup setup(*client, url, is_dry_run);
    return words(world.wait_for(setup.make(zendesk_timeout)));
  }
  std::string undo() {
    ZendeskSetup setup(*client, url, false);
    return words(world.wait_for(setup.undo(zendesk_timeout)));
  }
  static std::string words(const Result<Steps>& steps) {
    if (!steps.ok()) return steps.error().text();
    std::string out;
    for (const SetupStep& step : *steps) out += step.thing + " " + step.what + ", ";
    return out;
  }
  std::string secret() const {
    return text_at(fake.webhooks().begin()->second.at("signing_secret"), "secret");
  }
};

TEST(ZendeskSetup, it_makes_a_webhook_and_a_trigger_once) {
  SetupWorld w;
  EXPECT_EQ(w.make(true), "webhook would be made, trigger would be made, ");
  EXPECT_TRUE(w.fake.webhooks().empty());
  EXPECT_EQ(w.make(), "webhook made, trigger made, webhook_secret to be set, ");
  EXPECT_EQ(w.make(), "webhook unchanged, trigger unchanged, webhook_secret to be set, ");
  EXPECT_EQ(w.fake.webhooks().size(), 1U);
  EXPECT_EQ(w.fake.triggers().size(), 1U);
  w.settings.webhook_secrets = {Secret(w.secret())};
  w.build();
  EXPECT_EQ(w.make(), "webhook unchanged, trigger unchanged, webhook_secret unchanged, ");
}

TEST(ZendeskSetup, another_address_changes_the_webhook_in_place) {
  SetupWorld w;
  w.make();
  w.url = "https://new.example.com/hooks/zendesk";
  EXPECT_EQ(w.make(), "webhook changed, trigger unchanged, webhook_secret to be set, ");
  EXPECT_EQ(text_at(w.fake.webhooks().begin()->second, "endpoint"), w.url);
}

TEST(ZendeskSetup, undone_it_leaves_nothing) {
  SetupWorld w;
  w.make();
  EXPECT_EQ(w.undo(), "trigger removed, webhook removed, ");
  EXPECT_TRUE(w.fake.webhooks().empty());
  EXPECT_TRUE(w.fake.triggers().empty());
  EXPECT_EQ(w.undo(), "trigger not there, webhook not there, ");
}

TEST(ZendeskSetup, what_the_trigger_sends_is_what_the_hook_takes) {
  SetupWorld w;
  w.make();
  const int64_t id = w.fake.mail_in("It \"burns\"", "said \"Bo\"", "bo@example.com");
  const auto invocations = w.fake.take_invocations();
  ASSERT_EQ(invocations.size(), 1U);
  EXPECT_EQ(invocations[0].url, w.url);
  const ZendeskHook hook({Secret(w.secret())}, "/hooks/zendesk");
  const RawHook raw{.body = invocations[0].body,
                    .header = [&](std::string_view name) -> std::string_view {
                      for (const auto& [key, value] : invocations[0].headers) {
                        if (to_lower(key) == name) return value;
                      }
                      return "";
                    },
                    .at = system_now()};
  EXPECT_TRUE(hook.verify(raw).ok());
  const auto event = hook.decode(raw);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(text_at(event->body, "ticket"), std::to_string(id));
}

}  // namespace
}  // namespace dw
