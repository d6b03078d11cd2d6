#include "connectors/sqs/credentials.h"

#include <gtest/gtest.h>

#include "connectors/sqs/sqs.h"

namespace dw {
namespace {

TEST(AwsFiles, a_profile_is_read_from_either_file) {
  const std::string credentials =
      "# mine\r\n[default]\r\naws_access_key_id=AK0\r\naws_secret_access_key = S0 # old\r\n"
      "[b]\nAWS_ACCESS_KEY_ID = AK\naws_secret_access_key = S/+=\naws_session_token=T\n";
  const auto first = profile_in_ini(credentials, "default").credentials;
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->key_id, "AK0");
  EXPECT_EQ(first->secret.reveal(), "S0");
  const auto second = profile_in_ini(credentials, "b").credentials;
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->secret.reveal(), "S/+=");
  EXPECT_EQ(second->session_token.reveal(), "T");
  const std::string config =
      "[profile \"my own\"]\naws_access_key_id=x\naws_secret_access_key=y\nregion=eu-west-1\n";
  EXPECT_TRUE(profile_in_ini(config, "my own").credentials.has_value());
  EXPECT_FALSE(profile_in_ini(config, "default").credentials.has_value());
}

TEST(AwsFiles, half_a_key_is_none_and_other_ways_to_sign_in_are_named) {
  EXPECT_FALSE(profile_in_ini("[a]\naws_access_key_id=x\n", "a").credentials.has_value());
  EXPECT_FALSE(profile_in_ini("aws_access_key_id=x\naws_secret_access_key=y", "a").credentials);
  EXPECT_EQ(profile_in_ini("[profile a]\nrole_arn = arn:x\n", "a").unsupported, "role_arn");
  EXPECT_EQ(profile_in_ini("[profile a]\nsso_session = s\n", "a").unsupported, "sso_session");
  EXPECT_FALSE(profile_in_ini("[", "").credentials.has_value());
}

TEST(AwsRoles, an_answer_carries_a_key_and_its_end) {
  const auto role = credentials_in_json(
      R"({"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"S","Token":"T",
          "Expiration":"2026-11-21T07:00:00Z"})");
  ASSERT_TRUE(role.has_value());
  EXPECT_EQ(role->expires_at, from_rfc3339("2026-11-21T07:00:00Z"));
  EXPECT_FALSE(credentials_in_json(R"({"AccessKeyId":"AK"})").has_value());
  EXPECT_FALSE(credentials_in_json("<html>").has_value());
}

TEST(AwsRoles, a_container_s_key_is_asked_for_over_https_or_from_known_addresses_only) {
  for (const char* good :
       {"https://agent.example/x", "http://localhost:8080/x", "http://127.0.0.1:51679/x",
        "http://[::1]/x", "http://169.254.170.2/v2/x", "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials"}) {
    EXPECT_TRUE(is_allowed_container_uri(good)) << good;
  }
  for (const char* bad :
       {"http://evil.example/x", "http://127.evil.example/x", "http://169.254.170.2.evil.example/",
        "http://169.254.170.2@evil.example/", "http://169.254.169.254/x", "ftp://127.0.0.1/x", "/x",
        ""}) {
    EXPECT_FALSE(is_allowed_container_uri(bad)) << bad;
  }
}

TEST(SqsEndpointOf, an_override_wins_over_the_queue_s_own_address) {
  std::map<std::string, std::string> values;
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
  QueueSettings queue{.name = "high", .url = "https://sqs.eu-west-1.amazonaws.com/1/jobs"};
  EXPECT_EQ(sqs_endpoint_of(queue, environment), "https://sqs.eu-west-1.amazonaws.com/");
  values["AWS_ENDPOINT_URL"] = "http://all";
  EXPECT_EQ(sqs_endpoint_of(queue, environment), "http://all");
  values["AWS_ENDPOINT_URL_SQS"] = "http://sqs";
  EXPECT_EQ(sqs_endpoint_of(queue, environment), "http://sqs");
  values["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(sqs_endpoint_of(queue, environment), "https://sqs.eu-west-1.amazonaws.com/");
  queue.endpoint = "http://own";
  EXPECT_EQ(sqs_endpoint_of(queue, environment), "http://own");
}

}  // namespace
}  // namespace dw
