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

}  // namespace
}  // namespace dw
