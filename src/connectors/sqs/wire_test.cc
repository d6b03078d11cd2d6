#include "connectors/sqs/wire.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "ports/queue_limits.h"
#include "support/source_dir.h"

namespace dw {
namespace {

using Kind = Outcome::Kind;

std::string recorded(const std::string& name) {
  std::ifstream file(source_dir() / "tests/wire/sqs" / name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

std::string text_in(const json::value& value, const char* key) {
  return std::string(value.at(key).as_string());
}

Kind kind_named(const std::string& name) {
  if (name == "refused") return Kind::refused;
  return name == "later" ? Kind::later : Kind::unsure;
}

TEST(SqsWire, one_message_is_sent_alone_and_more_as_a_batch) {
  const QueueSend first{"high", "a \"b\"", {{"ticket", "42"}}, "", ""};
  const QueueSend second{"high", "b", {}, "teams:29", "ticket-43"};
  const SqsRequest one = encode_send("https://q/1/jobs", {&first});
  EXPECT_EQ(one.operation, "SendMessage");
  EXPECT_EQ(*parse_json(one.body), *parse_json(R"({"QueueUrl":"https://q/1/jobs",
    "MessageBody":"a \"b\"",
    "MessageAttributes":{"ticket":{"DataType":"String","StringValue":"42"}}})"));
  const SqsRequest two = encode_send("https://q/1/jobs", {&first, &second});
  EXPECT_EQ(two.operation, "SendMessageBatch");
  EXPECT_EQ(*parse_json(two.body), *parse_json(R"({"QueueUrl":"https://q/1/jobs","Entries":[
    {"Id":"0","MessageBody":"a \"b\"",
     "MessageAttributes":{"ticket":{"DataType":"String","StringValue":"42"}}},
    {"Id":"1","MessageBody":"b","MessageGroupId":"teams:29",
     "MessageDeduplicationId":"ticket-43"}]})"));
}

TEST(SqsWire, a_backlog_is_cut_at_ten_messages_and_at_one_mebibyte) {
  const QueueSend small{"high", "x", {}, "", ""};
  const std::vector<const QueueSend*> twelve(12, &small);
  const auto by_count = cut_into_batches(twelve, message_bytes_max);
  ASSERT_EQ(by_count.size(), 2U);
  EXPECT_EQ(by_count[0].size(), 10U);
  EXPECT_EQ(by_count[1], (std::vector<size_t>{10, 11}));
  const QueueSend half{"high", std::string(message_bytes_max / 2, 'x'), {}, "", ""};
  const QueueSend more{"high", std::string(message_bytes_max / 2 + 1, 'x'), {}, "", ""};
  EXPECT_EQ(cut_into_batches({&half, &half}, message_bytes_max).size(), 1U);
  EXPECT_EQ(cut_into_batches({&half, &more, &half}, message_bytes_max).size(), 3U);
  EXPECT_EQ(cut_into_batches({&more}, 1024).size(), 1U) << "too large alone: still a request";
  EXPECT_TRUE(cut_into_batches({}, message_bytes_max).empty());
}

TEST(SqsWire, the_answer_to_one_message_is_its_id) {
  const auto outcomes = decode_send(recorded("send_message_answer.json"), 1);
  ASSERT_EQ(outcomes[0].kind, Kind::done);
  EXPECT_EQ(text_in(outcomes[0].answer, "message_id"), "4eb7b6cd-5399-42a0-ae32-3c2194e5042b");
  for (const char* strange : {"{}", "", "<html>", R"({"Successful":[]})", "[1]"}) {
    EXPECT_EQ(decode_send(strange, 1)[0].kind, Kind::unsure) << strange;
  }
}

TEST(SqsWire, a_batch_is_taken_apart_entry_by_entry) {
  const auto outcomes = decode_send(recorded("send_batch_answer.json"), 4);
  EXPECT_EQ(outcomes[0].kind, Kind::done);
  EXPECT_EQ(outcomes[1].kind, Kind::refused);
  EXPECT_NE(outcomes[1].why.find("InvalidMessageContents: Invalid binary"), std::string::npos);
  EXPECT_EQ(outcomes[2].kind, Kind::later);
  EXPECT_EQ(outcomes[3].kind, Kind::unsure) << "named in neither list";
  EXPECT_EQ(decode_send("garbage", 2)[1].kind, Kind::unsure);
  const auto odd =
      decode_send(R"({"Successful":[{"Id":"7","MessageId":"m"},{"Id":"x"},{"Id":"10"}]})", 2);
  EXPECT_EQ(odd[0].kind, Kind::unsure) << "ids that were not given";
}

TEST(SqsWire, what_a_person_can_mend_does_not_kill_an_entry_although_it_is_the_sender_s_fault) {
  const auto outcome = [](const std::string& code) {
    return decode_send(R"({"Failed":[{"Id":"0","SenderFault":true,"Code":")" + code + "\"}]}",
                       2)[0];
  };
  EXPECT_EQ(outcome("AccessDenied").kind, Kind::later);
  EXPECT_EQ(outcome("KmsAccessDenied").kind, Kind::later);
  EXPECT_EQ(outcome("RequestThrottled").kind, Kind::later);
  EXPECT_EQ(outcome("AWS.SimpleQueueService.InvalidMessageContents").kind, Kind::refused);
  EXPECT_EQ(outcome("SomethingNew").kind, Kind::refused) << "SQS says whose fault it is";
}

TEST(SqsWire, recorded_errors_mean_what_is_written_beside_them) {
  const Result<json::value> cases = parse_json(recorded("errors.json"));
  ASSERT_TRUE(cases.ok());
  for (const json::value& one : cases->as_array()) {
    SCOPED_TRACE(text_in(one, "name"));
    HttpAnswer answer{static_cast<int>(one.at("status").as_int64()), {}, text_in(one, "body")};
    for (const auto& header : one.at("headers").as_object()) {
      answer.headers.emplace_back(header.key(), std::string(header.value().as_string()));
    }
    EXPECT_EQ(error_code(answer), text_in(one, "code"));
    const Outcome outcome = outcome_of_failure(answer, TimePoint{});
    EXPECT_EQ(outcome.kind, kind_named(text_in(one, "outcome")));
    EXPECT_NE(outcome.why.find(text_in(one, "says")), std::string::npos) << outcome.why;
    EXPECT_EQ(outcome.why.find('\n'), std::string::npos) << outcome.why;
    const json::value* seconds = one.as_object().if_contains("after_seconds");
    EXPECT_EQ(outcome.when.has_value(), seconds != nullptr);
    if (seconds != nullptr) {
      EXPECT_EQ(outcome.when, Millis(seconds->as_int64() * 1000));
    }
  }
}

TEST(SqsWire, a_stranger_s_page_is_cut_to_a_line) {
  const Outcome outcome = outcome_of_failure({500, {}, std::string(100'000, 'x')}, TimePoint{});
  EXPECT_LT(outcome.why.size(), 400U);
  const std::string code(100'000, 'x');
  EXPECT_LT(decode_send(R"({"Failed":[{"Id":"0","Code":")" + code + R"("}]})", 3)[0].why.size(),
            400U);
  HttpAnswer named{.status = 400, .body = R"({"__type":")" + code + "\"}"};
  EXPECT_LT(outcome_of_failure(named, TimePoint{}).why.size(), 800U);
}

TEST(SqsWire, credentials_that_aws_does_not_know_are_looked_for_again) {
  EXPECT_TRUE(is_stale_credential("ExpiredTokenException"));
  EXPECT_TRUE(is_stale_credential("InvalidClientTokenId"));
  EXPECT_TRUE(is_stale_credential("SignatureDoesNotMatch"));
  EXPECT_FALSE(is_stale_credential("AccessDenied"));
  EXPECT_FALSE(is_stale_credential(""));
}

TEST(SqsWire, an_older_queue_says_that_it_takes_less) {
  const SqsQueueState state = decode_queue_state(recorded("queue_attributes_answer.json"));
  EXPECT_EQ(state.depth.visible, 2);
  EXPECT_EQ(state.message_bytes_max, 262'144U);
  EXPECT_FALSE(decode_queue_state("{}").is_known);
}

}  // namespace
}  // namespace dw
