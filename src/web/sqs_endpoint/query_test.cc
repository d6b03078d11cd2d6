#include "web/sqs_endpoint/query.h"

#include <gtest/gtest.h>

#include "net/url.h"

namespace dw {
namespace {

json::object body_of(std::string_view operation, std::string_view form) {
  return body_of_form(*find_sqs_operation(operation), decode_form(form));
}

TEST(SqsQuery, a_form_means_what_the_json_body_means) {
  EXPECT_EQ(body_of("SendMessage",
                    "Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fd%2Fsqs%2Fq"
                    "&MessageBody=a+b&DelaySeconds=5&MessageAttribute.1.Name=n"
                    "&MessageAttribute.1.Value.DataType=Number"
                    "&MessageAttribute.1.Value.StringValue=42"),
            parse_json(R"({"QueueUrl":"http://d/sqs/q","MessageBody":"a b","DelaySeconds":5,
                           "MessageAttributes":{"n":{"DataType":"Number","StringValue":"42"}}})")
                ->as_object());
  EXPECT_EQ(body_of("CreateQueue",
                    "QueueName=q&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=30"
                    "&Tag.1.Key=team&Tag.1.Value=it"),
            parse_json(R"({"QueueName":"q","Attributes":{"VisibilityTimeout":"30"},
                           "tags":{"team":"it"}})")
                ->as_object());
}

TEST(SqsQuery, lists_are_in_the_order_of_their_numbers) {
  std::string form = "AttributeName.10=j&AttributeName.9=i&AttributeName.x=no&AttributeName.1=a";
  EXPECT_EQ(body_of("GetQueueAttributes", form),
            parse_json(R"({"AttributeNames":["a","i","j"]})")->as_object());
  form =
      "DeleteMessageBatchRequestEntry.2.Id=b&DeleteMessageBatchRequestEntry.1.Id=a"
      "&DeleteMessageBatchRequestEntry.1.ReceiptHandle=1.f";
  EXPECT_EQ(
      body_of("DeleteMessageBatch", form),
      parse_json(R"({"Entries":[{"Id":"a","ReceiptHandle":"1.f"},{"Id":"b"}]})")->as_object());
}

TEST(SqsQuery, what_should_be_a_number_and_is_none_is_left_to_whoever_checks_it) {
  EXPECT_EQ(body_of("ReceiveMessage", "WaitTimeSeconds=soon").at("WaitTimeSeconds"), "soon");
}

TEST(SqsQuery, answers_are_xml_that_reads_back_as_it_was) {
  const auto body_of_answer = [](std::string_view operation, const char* answer) {
    const std::string text =
        query_answer(*find_sqs_operation(operation), parse_json(answer)->as_object()).body;
    return text.substr(text.find("2012-11-05/") + 13,
                       text.find("<ResponseM") - text.find("2012-11-05/") - 13);
  };
  EXPECT_EQ(body_of_answer("ListQueues", R"({"QueueUrls":["http://d/a","http://d/b"]})"),
            "<ListQueuesResult><QueueUrl>http://d/a</QueueUrl><QueueUrl>http://d/b</QueueUrl>"
            "</ListQueuesResult>");
  EXPECT_EQ(body_of_answer("DeleteMessage", "{}"), "");
  EXPECT_EQ(
      body_of_answer("ReceiveMessage",
                     R"({"Messages":[{"Body":"a<&>\r\n","Attributes":{"SenderId":"d"},
                         "MessageAttributes":{"n":{"DataType":"String","StringValue":"v"}}}]})"),
      "<ReceiveMessageResult><Message><Body>a&lt;&amp;&gt;&#13;\n</Body>"
      "<Attribute><Name>SenderId</Name><Value>d</Value></Attribute>"
      "<MessageAttribute><Name>n</Name><Value><DataType>String</DataType>"
      "<StringValue>v</StringValue></Value></MessageAttribute></Message></ReceiveMessageResult>");
}

TEST(SqsQuery, an_error_has_its_older_name) {
  const Response failed = query_failure({"QueueDoesNotExist", "There is none."});
  EXPECT_EQ(failed.status, 400);
  EXPECT_NE(failed.body.find("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"),
            std::string::npos);
  EXPECT_NE(failed.body.find("<Type>Sender</Type>"), std::string::npos);
}

}  // namespace
}  // namespace dw
