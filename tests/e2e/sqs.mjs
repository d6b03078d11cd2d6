// What a consumer of an SQS queue does.
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";

/** Takes and deletes all that waits in a queue, in order: bodies, each with its attributes. */
export async function drain(sqs, QueueUrl) {
  const bodies = [];
  for (let empty = 0; empty < 2;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({
      QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"],
    }));
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const one of Messages) {
      bodies.push({ ...JSON.parse(one.Body), attributes: one.MessageAttributes });
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle }));
    }
  }
  return bodies;
}

/** The numbers of the tickets that wait in a queue. */
export const drainTickets = async (sqs, QueueUrl) =>
  (await drain(sqs, QueueUrl)).map((one) => one.ticket);
