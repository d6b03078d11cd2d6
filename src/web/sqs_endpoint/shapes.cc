#include "web/sqs_endpoint/shapes.h"

#include <algorithm>

namespace dw {
namespace {

using Kind = SqsKind;

constexpr SqsMember queue_url{"QueueUrl", "QueueUrl"};
constexpr SqsMember queue_urls{"QueueUrls", "QueueUrl", Kind::texts};
constexpr SqsMember next_token{"NextToken", "NextToken"};
constexpr SqsMember results_max{"MaxResults", "MaxResults", Kind::number};
constexpr SqsMember attribute_names{"AttributeNames", "AttributeName", Kind::texts};
constexpr SqsMember attribute_values{"Attributes", "Attribute", Kind::values};
constexpr SqsMember handle{"ReceiptHandle", "ReceiptHandle"};
constexpr SqsMember visibility{"VisibilityTimeout", "VisibilityTimeout", Kind::number};
constexpr SqsMember entry_id{"Id", "Id"};

constexpr SqsMember message[] = {
    {"Id", "Id"},
    {"MessageBody", "MessageBody"},
    {"DelaySeconds", "DelaySeconds", Kind::number},
    {"MessageAttributes", "MessageAttribute", Kind::attributes},
    {"MessageSystemAttributes", "MessageSystemAttribute", Kind::attributes},
    {"MessageDeduplicationId", "MessageDeduplicationId"},
    {"MessageGroupId", "MessageGroupId"},
    queue_url,
};
constexpr SqsMember sent[] = {
    {"Id", "Id"},
    {"MessageId", "MessageId"},
    {"MD5OfMessageBody", "MD5OfMessageBody"},
    {"MD5OfMessageAttributes", "MD5OfMessageAttributes"},
    {"MD5OfMessageSystemAttributes", "MD5OfMessageSystemAttributes"},
    {"SequenceNumber", "SequenceNumber"},
};
constexpr SqsMember failed_fields[] = {
    entry_id, {"SenderFault", "SenderFault"}, {"Code", "Code"}, {"Message", "Message"}};
constexpr SqsMember failed{"Failed", "BatchResultErrorEntry", Kind::entries, failed_fields};
constexpr SqsMember ids[] = {entry_id};

constexpr SqsMember only_url_in[] = {queue_url};
constexpr SqsMember only_url_out[] = {queue_url};
constexpr SqsMember list_in[] = {{"QueueNamePrefix", "QueueNamePrefix"}, results_max, next_token};
constexpr SqsMember list_out[] = {queue_urls, next_token};
constexpr SqsMember sources_in[] = {queue_url, results_max, next_token};
constexpr SqsMember sources_out[] = {{"queueUrls", "QueueUrl", Kind::texts}, next_token};
constexpr SqsMember name_in[] = {{"QueueName", "QueueName"},
                                 {"QueueOwnerAWSAccountId", "QueueOwnerAWSAccountId"}};
constexpr SqsMember create_in[] = {
    {"QueueName", "QueueName"}, attribute_values, {"tags", "Tag", Kind::values, {}, "Key"}};
constexpr SqsMember attributes_in[] = {queue_url, attribute_names};
constexpr SqsMember attributes_out[] = {attribute_values};
constexpr SqsMember set_in[] = {queue_url, attribute_values};
constexpr SqsMember send_batch_in[] = {
    queue_url, {"Entries", "SendMessageBatchRequestEntry", Kind::entries, message}};
constexpr SqsMember send_batch_out[] = {
    {"Successful", "SendMessageBatchResultEntry", Kind::entries, sent}, failed};
constexpr SqsMember receive_in[] = {
    queue_url,
    attribute_names,
    {"MessageSystemAttributeNames", "MessageSystemAttributeName", Kind::texts},
    {"MessageAttributeNames", "MessageAttributeName", Kind::texts},
    {"MaxNumberOfMessages", "MaxNumberOfMessages", Kind::number},
    visibility,
    {"WaitTimeSeconds", "WaitTimeSeconds", Kind::number},
    {"ReceiveRequestAttemptId", "ReceiveRequestAttemptId"},
};
constexpr SqsMember received[] = {
    {"MessageId", "MessageId"},
    handle,
    {"MD5OfBody", "MD5OfBody"},
    {"Body", "Body"},
    attribute_values,
    {"MD5OfMessageAttributes", "MD5OfMessageAttributes"},
    {"MessageAttributes", "MessageAttribute", Kind::attributes},
};
constexpr SqsMember receive_out[] = {{"Messages", "Message", Kind::entries, received}};
constexpr SqsMember remove_in[] = {queue_url, handle};
constexpr SqsMember remove_fields[] = {entry_id, handle};
constexpr SqsMember remove_batch_in[] = {
    queue_url, {"Entries", "DeleteMessageBatchRequestEntry", Kind::entries, remove_fields}};
constexpr SqsMember remove_batch_out[] = {
    {"Successful", "DeleteMessageBatchResultEntry", Kind::entries, ids}, failed};
constexpr SqsMember hide_in[] = {queue_url, handle, visibility};
constexpr SqsMember hide_fields[] = {entry_id, handle, visibility};
constexpr SqsMember hide_batch_in[] = {
    queue_url, {"Entries", "ChangeMessageVisibilityBatchRequestEntry", Kind::entries, hide_fields}};
constexpr SqsMember hide_batch_out[] = {
    {"Successful", "ChangeMessageVisibilityBatchResultEntry", Kind::entries, ids}, failed};
constexpr SqsMember tags_out[] = {{"Tags", "Tag", Kind::values, {}, "Key"}};
constexpr SqsMember move_in[] = {
    {"SourceArn", "SourceArn"},
    {"DestinationArn", "DestinationArn"},
    {"MaxNumberOfMessagesPerSecond", "MaxNumberOfMessagesPerSecond", Kind::number}};
constexpr SqsMember move_out[] = {{"TaskHandle", "TaskHandle"}};

constexpr SqsOperation sqs_operations[] = {
    {"ChangeMessageVisibility", hide_in, {}},
    {"ChangeMessageVisibilityBatch", hide_batch_in, hide_batch_out},
    {"CreateQueue", create_in, only_url_out},
    {"DeleteMessage", remove_in, {}},
    {"DeleteMessageBatch", remove_batch_in, remove_batch_out},
    {"GetQueueAttributes", attributes_in, attributes_out},
    {"GetQueueUrl", name_in, only_url_out},
    {"ListDeadLetterSourceQueues", sources_in, sources_out},
    {"ListQueueTags", only_url_in, tags_out},
    {"ListQueues", list_in, list_out},
    {"PurgeQueue", only_url_in, {}},
    {"ReceiveMessage", receive_in, receive_out},
    {"SendMessage", message, sent},
    {"SendMessageBatch", send_batch_in, send_batch_out},
    {"SetQueueAttributes", set_in, {}},
    {"StartMessageMoveTask", move_in, move_out},
};

}  // namespace

const SqsOperation* find_sqs_operation(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(sqs_operations), std::end(sqs_operations),
                   [name](const SqsOperation& one) { return one.name == name; });
  return found == std::end(sqs_operations) ? nullptr : found;
}

}  // namespace dw
