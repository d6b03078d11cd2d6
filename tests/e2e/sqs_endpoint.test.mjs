// The official AWS SDK against the embedded queues.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ChangeMessageVisibilityCommand, DeleteMessageBatchCommand, DeleteMessageCommand,
  GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, PurgeQueueCommand,
  ReceiveMessageCommand, SQSClient, SendMessageBatchCommand, SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { local, run, serve, teams, ticket } from "./daemon.mjs";

const config = `${local}
[[queue]]
name = "high"
max_receives = 2
visibility = "1s"
[[queue]]
name = "orders.fifo"
`;

function client(url, credentials = { accessKeyId: "any", secretAccessKey: "any" }) {
  return new SQSClient({
    endpoint: `${url}/sqs`, region: "us-east-1", credentials, maxAttempts: 1,
  });
}

test("a consumer of an AWS SDK receives and deletes what Teams brought", async () => {
  const daemon = await serve({ config });
  const sqs = client(daemon.url);
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "high" }));
  assert.equal(QueueUrl, `${daemon.url}/sqs/high`);
  const got = await sqs.send(new ReceiveMessageCommand({
    QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ["All"],
    MessageSystemAttributeNames: ["All"],
  }));
  assert.equal(got.Messages.length, 1);
  const body = JSON.parse(got.Messages[0].Body);
  assert.equal(body.ticket, 1);
  assert.deepEqual(Object.keys(body), ["version", "ticket", "title", "priority", "description",
    "requester", "source", "tags", "received_at", "url"]);
  assert.equal(got.Messages[0].MessageAttributes.priority.StringValue, "high");
  assert.equal(got.Messages[0].Attributes.ApproximateReceiveCount, "1");
  await sqs.send(new DeleteMessageCommand({
    QueueUrl, ReceiptHandle: got.Messages[0].ReceiptHandle,
  }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({
    QueueUrl, AttributeNames: ["All"],
  }));
  assert.equal(Attributes.ApproximateNumberOfMessages, "0");
  assert.equal(Attributes.ApproximateNumberOfMessagesNotVisible, "0");
  await daemon.stop();
  daemon.clean();
});

test("a long poll ends as soon as a message comes", async () => {
  const daemon = await serve({ config });
  const sqs = client(daemon.url);
  const QueueUrl = `${daemon.url}/sqs/high`;
  const began = Date.now();
  const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await new Promise((resume) => setTimeout(resume, 300));
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  assert.equal((await waiting).Messages.length, 1);
  assert.ok(Date.now() - began < 5000);
  await daemon.stop();
  daemon.clean();
});

test("messages are buried after their receives and hidden as long as is asked", async () => {
  const daemon = await serve({ config });
  const sqs = client(daemon.url);
  const QueueUrl = `${daemon.url}/sqs/high`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison ✓" }));
  const receive = () => sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }));
  for (let i = 0; i < 2; ++i) {
    const { Messages } = await receive();
    await sqs.send(new ChangeMessageVisibilityCommand({
      QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle, VisibilityTimeout: 0,
    }));
  }
  assert.equal((await receive()).Messages, undefined);
  const dead = await sqs.send(new ReceiveMessageCommand({ QueueUrl: `${QueueUrl}-dead` }));
  assert.equal(dead.Messages[0].Body, "poison ✓");
  await daemon.stop();
  daemon.clean();
});

test("batches, FIFO groups, purge and errors are SQS's own", async () => {
  const daemon = await serve({ config });
  const sqs = client(daemon.url);
  const QueueUrl = `${daemon.url}/sqs/orders.fifo`;
  const entry = (Id, MessageGroupId) =>
    ({ Id, MessageBody: Id, MessageGroupId, MessageDeduplicationId: Id });
  const sent = await sqs.send(new SendMessageBatchCommand({
    QueueUrl,
    Entries: [entry("a1", "a"), entry("a2", "a"), entry("b1", "b"),
      { Id: "x", MessageBody: "no group" }],
  }));
  assert.equal(sent.Successful.length, 3);
  assert.equal(sent.Failed[0].Code, "MissingParameter");
  const got = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  assert.deepEqual(got.Messages.map((one) => one.Body), ["a1", "b1"]);
  await sqs.send(new DeleteMessageBatchCommand({
    QueueUrl,
    Entries: got.Messages.map((one, i) => ({ Id: `${i}`, ReceiptHandle: one.ReceiptHandle })),
  }));
  const next = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  assert.deepEqual(next.Messages.map((one) => one.Body), ["a2"]);
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  const fails = async (command, name) =>
    assert.rejects(sqs.send(command), (error) => error.name === name || assert.fail(error.name));
  await fails(new SendMessageCommand({ QueueUrl: `${daemon.url}/sqs/none`, MessageBody: "x" }),
    "QueueDoesNotExist");
  await fails(new SendMessageBatchCommand({ QueueUrl, Entries: [] }), "EmptyBatchRequest");
  const twice = [entry("a", "g"), entry("a", "g")];
  await fails(new SendMessageBatchCommand({ QueueUrl, Entries: twice }),
    "BatchEntryIdsNotDistinct");
  await fails(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "nonsense" }),
    "ReceiptHandleIsInvalid");
  await fails(new SendMessageCommand({ QueueUrl: `${daemon.url}/sqs/high`, MessageBody: "\u0001" }),
    "InvalidMessageContents");
  const { QueueUrls } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "hi" }));
  assert.deepEqual(QueueUrls, [`${daemon.url}/sqs/high`, `${daemon.url}/sqs/high-dead`]);
  await daemon.stop();
  daemon.clean();
});

test("with access tokens a request must be signed by a key that is known", async () => {
  const daemon = await serve({ config: `${config}\n[access]\nmode = "token"\n` });
  const made = JSON.parse(run(daemon.cwd, ["token", "add", "consumer", "--sqs", "--json"]).out);
  const credentials = {
    accessKeyId: made.aws_access_key_id, secretAccessKey: made.aws_secret_access_key,
  };
  const list = new ListQueuesCommand({});
  assert.ok((await client(daemon.url, credentials).send(list)).QueueUrls.length > 0);
  const refused = async (wrong, name) =>
    assert.rejects(client(daemon.url, wrong).send(list), { name });
  await refused({ ...credentials, secretAccessKey: "wrong" }, "SignatureDoesNotMatch");
  await refused({ ...credentials, accessKeyId: "AKIDUNKNOWN" }, "InvalidClientTokenId");
  const unsigned = await fetch(`${daemon.url}/sqs`, {
    method: "POST", headers: { "x-amz-target": "AmazonSQS.ListQueues" }, body: "{}",
  });
  assert.equal(unsigned.status, 403);
  await daemon.stop();
  daemon.clean();
});
