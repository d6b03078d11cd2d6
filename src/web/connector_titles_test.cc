#include "web/connector_titles.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(ConnectorTitle, is_what_people_call_it) {
  EXPECT_EQ(connector_title("slack:socket"), "Slack (incoming)");
  EXPECT_EQ(connector_title("zendesk:export"), "Zendesk (incoming)");
  EXPECT_EQ(connector_title("zendesk:acme.zendesk.com"), "Zendesk acme.zendesk.com");
  EXPECT_EQ(connector_title("zendesk"), "Zendesk (webhook)");
  EXPECT_EQ(connector_title("sqs:high"), "Amazon SQS “high”");
  EXPECT_EQ(connector_title("embedded:desk"), "The desk on this board");
  EXPECT_EQ(connector_title("embedded:high"), "Queue “high”");
  EXPECT_EQ(connector_title("teams:{}"), "Teams “{}”");
  EXPECT_EQ(connector_title("else:where"), "else:where");
}

TEST(ConnectorTitle, a_channel_is_called_by_its_name_where_that_is_known) {
  const std::map<std::string, std::string> channels = {{"C1", "it-help"}};
  EXPECT_EQ(connector_title("slack channel C1", channels), "Slack channel #it-help");
  EXPECT_EQ(connector_title("slack channel C2", channels), "Slack channel C2");
  EXPECT_EQ(connector_title("slack channel #general", channels), "Slack channel #general");
}

}  // namespace
}  // namespace dw
