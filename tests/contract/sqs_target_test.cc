// The SQS target with a scripted SQS, a scripted container agent and scripted instance metadata.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "connectors/sqs/sqs.h"
#include "domain/delivery.h"
#include "support/loop_world.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;
constexpr Millis plenty{5000};

/// A target whose environment and queue a test sets up before it is made.
struct Sqs : LoopWorld {
  std::map<std::string, std::string> environment = {{"AWS_ACCESS_KEY_ID", "AK"},
                                                    {"AWS_SECRET_ACCESS_KEY", "S"},
                                                    {"HOME", "/nonexistent"},
                                                    {"AWS_EC2_METADATA_DISABLED", "true"}};
  QueueSettings queue{.name = "high",
                      .url = "https://sqs.eu-west-1.amazonaws.com/1/jobs",
                      .region = "eu-west-1",
                      .endpoint = script.url()};
  std::unique_ptr<SqsTarget> target;

  void make() {
    const Environment values = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    };
    target = std::make_unique<SqsTarget>(http, clock, queue, values);
  }
  void without_key() {
    environment.erase("AWS_ACCESS_KEY_ID");
    environment.erase("AWS_SECRET_ACCESS_KEY");
  }
  std::vector<Outcome> send(std::vector<Delivery> deliveries) {
    if (!target) make();
    return wait_for(target->perform(std::move(deliveries), Attempt::within(clock, plenty)));
  }
  json::value request(size_t number) const { return *parse_json(script.seen().at(number).body); }
};

Delivery message(std::string body) {
  return {.target = "queue:high", .payload = QueueSend{"high", std::move(body), {}, "", ""}};
}

HttpStep error(const std::string& code, int status = 400) {
  return HttpStep::answer(
      status, to_text(json::object{{"__type", "com.amazonaws.sqs#" + code}, {"message", "words"}}));
}

HttpStep all_done(size_t count) {
  json::array done;
  for (size_t i = 0; i < count; ++i) {
    done.push_back(json::object{{"Id", std::to_string(i)}, {"MessageId", "m" + std::to_string(i)}});
  }
  return HttpStep::answer(200, to_text(json::object{{"Successful", done}}));
}

HttpStep one_done() {
  return HttpStep::answer(200, R"({"MessageId":"m"})");
}

std::string key_json(const std::string& key, TimePoint end) {
  return to_text(json::object{{"AccessKeyId", key},
                              {"SecretAccessKey", "S"},
                              {"Token", "T"},
                              {"Expiration", to_rfc3339(end)}});
}

TEST(SqsTarget, a_request_names_its_operation_and_is_signed) {
  Sqs sqs;
  sqs.environment["AWS_SESSION_TOKEN"] = "TOKEN";
  sqs.script.then(one_done());
  EXPECT_EQ(sqs.send({message("a")}).at(0).kind, Kind::done);
  const HttpScript::Seen& seen = sqs.script.seen().at(0);
  EXPECT_EQ(seen.method + " " + seen.path, "POST /");
  EXPECT_EQ(seen.header("content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(seen.header("x-amz-target"), "AmazonSQS.SendMessage");
  EXPECT_EQ(seen.header("x-amz-security-token"), "TOKEN");
  const std::string authorization(seen.header("authorization"));
  EXPECT_TRUE(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AK/")) << authorization;
  EXPECT_NE(authorization.find("/eu-west-1/sqs/aws4_request"), std::string::npos);
  for (const char* name :
       {"content-type", "host", "x-amz-date", "x-amz-target", "x-amz-security"}) {
    EXPECT_NE(authorization.find(name), std::string::npos) << name;
  }
}

TEST(SqsTarget, each_message_of_a_batch_has_its_own_end) {
  Sqs sqs;
  sqs.script.then(HttpStep::answer(200, R"({"Successful":[{"Id":"2","MessageId":"m"}],"Failed":[
    {"Id":"0","SenderFault":true,"Code":"InvalidMessageContents","Message":"m"},
    {"Id":"1","SenderFault":false,"Code":"InternalError","Message":"m"}]})"));
  const auto outcomes = sqs.send({message("a"), message("\x02"), message("b"), message("c")});
  EXPECT_EQ(outcomes.at(0).kind, Kind::refused);
  EXPECT_EQ(outcomes.at(1).kind, Kind::refused) << "not even sent";
  EXPECT_EQ(outcomes.at(2).kind, Kind::later);
  EXPECT_EQ(outcomes.at(3).kind, Kind::done);
  EXPECT_EQ(sqs.request(0).at("Entries").as_array().size(), 3U);
}

TEST(SqsTarget, more_than_a_mebibyte_goes_in_several_requests) {
  Sqs sqs;
  sqs.script.then(one_done());
  sqs.script.then(all_done(2));
  const auto outcomes = sqs.send(
      {message(std::string(900'000, 'x')), message(std::string(500'000, 'y')), message("z")});
  for (const Outcome& one : outcomes) EXPECT_EQ(one.kind, Kind::done) << one.why;
  ASSERT_EQ(sqs.script.seen().size(), 2U);
  EXPECT_EQ(sqs.send({message(std::string(1'048'577, 'x'))}).at(0).kind, Kind::refused);
  EXPECT_EQ(sqs.script.seen().size(), 2U) << "too large for any queue: not sent";
}

TEST(SqsTarget, one_bad_message_takes_no_other_along) {
  Sqs sqs;
  sqs.script.then(error("InvalidParameterValue"));  // a b c d
  sqs.script.then(all_done(2));                     // a b
  sqs.script.then(error("InvalidParameterValue"));  // c d
  sqs.script.then(error("InvalidParameterValue"));  // c
  sqs.script.then(one_done());                      // d
  const auto outcomes = sqs.send({message("a"), message("b"), message("c"), message("d")});
  EXPECT_EQ(outcomes.at(0).kind, Kind::done);
  EXPECT_EQ(outcomes.at(1).kind, Kind::done);
  EXPECT_EQ(outcomes.at(2).kind, Kind::refused);
  EXPECT_EQ(outcomes.at(3).kind, Kind::done);
  EXPECT_EQ(sqs.script.seen().size(), 5U);
}

TEST(SqsTarget, what_a_person_mends_waits_and_says_what_to_mend) {
  for (const char* code : {"AccessDenied", "QueueDoesNotExist", "InvalidClientTokenId"}) {
    Sqs sqs;
    sqs.script.then(error(code, 403));
    const Outcome outcome = sqs.send({message("a"), message("b")}).at(1);
    EXPECT_EQ(outcome.kind, Kind::later);
    EXPECT_NE(outcome.why.find(code), std::string::npos) << outcome.why;
    EXPECT_NE(outcome.why.find("; "), std::string::npos) << "with what to mend: " << outcome.why;
    EXPECT_EQ(sqs.script.seen().size(), 1U) << "not tried in halves";
  }
}

TEST(SqsTarget, groups_and_deduplication_ids_go_along) {
  Sqs sqs;
  sqs.queue.url += ".fifo";
  sqs.script.then(one_done());
  Delivery delivery = message("a");
  delivery.payload = QueueSend{"high", "a", {}, "teams:29", "ticket-42"};
  EXPECT_EQ(sqs.send({delivery}).at(0).kind, Kind::done);
  EXPECT_EQ(sqs.request(0).at("MessageGroupId").as_string(), "teams:29");
  EXPECT_EQ(sqs.request(0).at("MessageDeduplicationId").as_string(), "ticket-42");
  const Settled settled =
      sqs.wait_for(sqs.target->settle(delivery, Attempt::within(sqs.clock, plenty)));
  EXPECT_EQ(settled.kind, Settled::Kind::repeatable);
  EXPECT_EQ(sqs.script.seen().size(), 1U) << "nothing to ask";
}

TEST(SqsTarget, a_probe_shows_the_depth_and_learns_how_large_a_message_may_be) {
  Sqs sqs;
  sqs.make();
  sqs.script.then(HttpStep::answer(200, R"({"Attributes":{"ApproximateNumberOfMessages":"7",
                                            "MaximumMessageSize":"1024"}})"));
  const auto probes = sqs.wait_for(sqs.target->probe(plenty));
  EXPECT_TRUE(probes.at(0).is_ok);
  EXPECT_EQ(probes.at(0).detail, "7 messages, at most 1024 bytes each");
  EXPECT_EQ(sqs.send({message(std::string(2000, 'x'))}).at(0).kind, Kind::refused);
  sqs.script.then(error("AccessDenied", 403));
  const auto denied = sqs.wait_for(sqs.target->probe(plenty));
  EXPECT_FALSE(denied.at(0).is_ok);
  EXPECT_NE(denied.at(0).detail.find("sqs:GetQueueAttributes"), std::string::npos);
}

TEST(SqsCredentials, none_anywhere_is_later_and_says_where_they_may_be) {
  Sqs sqs;
  sqs.without_key();
  const Outcome outcome = sqs.send({message("a")}).at(0);
  EXPECT_EQ(outcome.kind, Kind::later);
  EXPECT_NE(outcome.why.find("AWS_ACCESS_KEY_ID"), std::string::npos);
  EXPECT_TRUE(sqs.script.seen().empty());
}

TEST(SqsCredentials, a_file_that_was_mended_is_read_again_after_aws_has_refused_its_key) {
  Sqs sqs;
  sqs.without_key();
  const auto file = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  sqs.environment["AWS_SHARED_CREDENTIALS_FILE"] = file.string();
  const auto write = [&file](const std::string& key) {
    std::ofstream(file) << "[default]\naws_access_key_id=" << key << "\naws_secret_access_key=S\n";
  };
  write("OLD");
  sqs.script.then(error("InvalidClientTokenId", 403));
  sqs.script.then(one_done());
  EXPECT_EQ(sqs.send({message("a")}).at(0).kind, Kind::later);
  write("NEW");
  EXPECT_EQ(sqs.send({message("a")}).at(0).kind, Kind::done);
  EXPECT_NE(sqs.script.seen().at(1).header("authorization").find("=NEW/"), std::string::npos);
  std::filesystem::remove(file);
}

TEST(SqsCredentials, lanes_that_send_at_once_ask_the_container_once) {
  Sqs sqs;
  sqs.without_key();
  HttpScript agent(sqs.loop, sqs.tasks);
  agent.then(HttpStep::answer(200, key_json("CONTAINER", sqs.clock.now() + Millis(3'600'000))));
  sqs.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = agent.url() + "/get";
  sqs.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "PASS";
  sqs.script.then(one_done());
  sqs.script.then(one_done());
  sqs.make();
  std::optional<std::vector<Outcome>> first, second;
  sqs.start(sqs.target->perform({message("a")}, Attempt::within(sqs.clock, plenty)), first);
  sqs.start(sqs.target->perform({message("b")}, Attempt::within(sqs.clock, plenty)), second);
  sqs.finish();
  EXPECT_EQ(first->at(0).kind, Kind::done);
  EXPECT_EQ(second->at(0).kind, Kind::done);
  ASSERT_EQ(agent.seen().size(), 1U);
  EXPECT_EQ(agent.seen()[0].header("authorization"), "PASS");
  EXPECT_EQ(sqs.script.seen().at(1).header("x-amz-security-token"), "T");
}

TEST(SqsCredentials, keys_are_renewed_ahead_of_their_end_and_kept_while_that_fails) {
  Sqs sqs;
  sqs.without_key();
  HttpScript agent(sqs.loop, sqs.tasks);
  sqs.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = agent.url();
  agent.then(HttpStep::answer(200, key_json("FIRST", sqs.clock.now() + Millis(600'000))));
  agent.then(HttpStep::answer(503, "busy"));
  for (int i = 0; i < 3; ++i) sqs.script.then(one_done());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sqs.send({message("a")}).at(0).kind, Kind::done);
  EXPECT_EQ(agent.seen().size(), 2U) << "a renewal in vain is not repeated at once";
}

TEST(SqsCredentials, an_instance_is_asked_for_its_role_with_a_token) {
  Sqs sqs;
  sqs.without_key();
  sqs.environment.erase("AWS_EC2_METADATA_DISABLED");
  HttpScript instance(sqs.loop, sqs.tasks);
  sqs.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance.url() + "/";
  instance.then(HttpStep::answer(200, "METADATA-TOKEN"));
  instance.then(HttpStep::answer(200, "my-role\n"));
  instance.then(HttpStep::answer(200, key_json("ROLE", sqs.clock.now() + Millis(3'600'000))));
  sqs.script.then(one_done());
  EXPECT_EQ(sqs.send({message("a")}).at(0).kind, Kind::done);
  ASSERT_EQ(instance.seen().size(), 3U);
  EXPECT_EQ(instance.seen()[0].method, "PUT");
  EXPECT_EQ(instance.seen()[2].path, "/latest/meta-data/iam/security-credentials/my-role");
  EXPECT_EQ(instance.seen()[2].header("x-aws-ec2-metadata-token"), "METADATA-TOKEN");
}

}  // namespace
}  // namespace dw
