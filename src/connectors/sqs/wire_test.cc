#include "connectors/sqs/wire.h"

#include <gtest/gtest.h>

#include "connectors/sqs/credentials.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;

TEST(SqsWire, a_batch_is_taken_apart_entry_by_entry) {
  const auto outcomes = decode_send_batch(
      R"({"Successful":[{"Id":"0","MessageId":"8783"}],
          "Failed":[{"Id":"1","SenderFault":true,"Code":"InvalidMessageContents","Message":"m"},
                    {"Id":"2","SenderFault":false,"Code":"InternalError","Message":"m"}]})",
      4);
  EXPECT_EQ(outcomes[0].kind, Kind::done);
  EXPECT_EQ(outcomes[1].kind, Kind::refused);
  EXPECT_EQ(outcomes[2].kind, Kind::later);
  EXPECT_EQ(outcomes[3].kind, Kind::unsure) << "named in neither list";
  EXPECT_EQ(decode_send_batch("garbage", 1)[0].kind, Kind::unsure);
}

TEST(SqsWire, what_a_person_can_mend_waits_and_what_nobody_can_is_refused) {
  const auto outcome = [](int status, const char* body) {
    return outcome_of_failure({status, {{"retry-after", "7"}}, body}, TimePoint{});
  };
  EXPECT_EQ(outcome(400, R"({"__type":"com.amazonaws.sqs#InvalidMessageContents"})").kind,
            Kind::refused);
  EXPECT_EQ(outcome(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist"})").kind, Kind::later);
  EXPECT_EQ(outcome(403, R"({"__type":"com.amazonaws.sqs#AccessDenied","message":"x"})").kind,
            Kind::later);
  EXPECT_EQ(outcome(503, "busy").when, Millis(7000));
  EXPECT_EQ(outcome(502, "").kind, Kind::unsure);
}

TEST(SqsWire, credentials_are_read_from_files_and_roles) {
  const auto found = credentials_in_ini(
      "[a]\naws_access_key_id=x\n[profile b]\n"
      "aws_access_key_id = AK\naws_secret_access_key = S\n",
      "b");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->key_id, "AK");
  EXPECT_FALSE(credentials_in_ini("[a]\naws_access_key_id=x\n", "a").has_value());
  const auto role = credentials_in_json(
      R"({"AccessKeyId":"AK","SecretAccessKey":"S","Token":"T",
          "Expiration":"2026-11-21T07:00:00Z"})");
  EXPECT_EQ(role->expires_at, from_rfc3339("2026-11-21T07:00:00Z"));
  EXPECT_TRUE(is_allowed_container_uri("http://169.254.170.2/x"));
  EXPECT_FALSE(is_allowed_container_uri("http://evil.example/x"));
}

}  // namespace
}  // namespace dw
