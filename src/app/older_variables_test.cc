// What an older tool's environment brings along.
#include "app/older_variables.h"

#include <gtest/gtest.h>

#include <map>

namespace dw {
namespace {

Environment variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(OlderVariables, those_that_nobody_reads_are_named_with_what_replaces_them) {
  const auto env = variables({{"ALLOWED_BOT_IDS", "B1"},
                              {"ZENDESK_GROUP_ID", "7"},
                              {"SRE_SUPPORT_CHANNEL", "C1"},
                              {"SLACK_BOT_TOKEN", "xoxb-1"},
                              {"ZENDESK_USER_ID", ""}});
  const std::string toml = "[[bridge]]\nchannel = \"${SRE_SUPPORT_CHANNEL:-C0123456789}\"\n";
  EXPECT_EQ(older_variables(env, toml),
            "ALLOWED_BOT_IDS (now slack.allowed_bots), ZENDESK_GROUP_ID (now zendesk.group_id)");
  EXPECT_EQ(older_variables(variables({}), toml), "");
}

TEST(OlderVariables, the_switch_that_stopped_the_older_bot_is_not_ignored) {
  EXPECT_TRUE(check_older_switch(variables({})).ok());
  EXPECT_TRUE(check_older_switch(variables({{"DISABLE_MESSAGE_PROCESSING", "0"}})).ok());
  const auto refused = check_older_switch(variables({{"DISABLE_MESSAGE_PROCESSING", "1"}}));
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text().find("shadow"), std::string::npos);
}

}  // namespace
}  // namespace dw
