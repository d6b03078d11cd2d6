#include "web/sqs_endpoint/protocol.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(SqsProtocol, checksums_are_those_that_sdks_compute) {
  EXPECT_EQ(md5_of_attributes(*parse_json(
                R"({"attribName1":{"DataType":"String","StringValue":"attribValue 1"}})")),
            "19e27d4e946b072f3f58da80d94fd778");
  EXPECT_EQ(md5_of_attributes(*parse_json(
                R"({"src":{"DataType":"String","StringValue":"slack"},
                    "n":{"DataType":"Number.int","StringValue":"42"},
                    "b":{"DataType":"Binary","BinaryValue":"AQID"}})")),
            "fa6f63b55f90a08cde23bee0121d4529");
}

TEST(SqsProtocol, attributes_and_bodies_are_held_to_sqs_s_rules) {
  const auto code = [](const std::string& body, const char* attributes) {
    const auto wrong = check_message(body, *parse_json(attributes));
    return wrong ? wrong->code : "";
  };
  EXPECT_EQ(code("a 🚀", "{}"), "");
  EXPECT_EQ(code("", "{}"), "MissingParameter");
  EXPECT_EQ(code("\x02", "{}"), "InvalidMessageContents");
  EXPECT_EQ(code(std::string((1 << 20) + 1, 'x'), "{}"), "InvalidParameterValue");
  EXPECT_EQ(code("a", R"({"AWS.x":{"DataType":"String","StringValue":"v"}})"),
            "InvalidParameterValue");
  EXPECT_EQ(code("a", R"({"x":{"DataType":"String","StringValue":""}})"), "InvalidParameterValue");
}

TEST(SqsProtocol, a_receive_names_attributes_that_a_message_can_have) {
  const auto code = [](const std::string& name) {
    const auto wrong = check_received_names({"SentTimestamp", name});
    return wrong ? wrong->code + ": " + wrong->message : "";
  };
  for (const char* known : {"All", "*", ".*", "AWSTraceHeader", "DeadLetterQueueSourceArn"}) {
    EXPECT_EQ(code(known), "") << known;
  }
  // Older SDKs list a queue's attributes as the values of this parameter.
  EXPECT_EQ(code("VisibilityTimeout"), "");
  EXPECT_EQ(code("Foo"), "InvalidAttributeName: Unknown Attribute Foo.");
  EXPECT_EQ(code("senttimestamp"), "InvalidAttributeName: Unknown Attribute senttimestamp.");
}

TEST(SqsProtocol, filters_want_all_a_name_or_a_beginning) {
  EXPECT_TRUE(is_wanted("src", {"All"}));
  EXPECT_TRUE(is_wanted("src", {"sr.*"}));
  EXPECT_FALSE(is_wanted("src", {"x", "s"}));
}

}  // namespace
}  // namespace dw
