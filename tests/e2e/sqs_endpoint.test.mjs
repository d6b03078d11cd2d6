// The official AWS SDK against the embedded queues.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageBatchCommand,
  DeleteMessageCommand, GetQueueAttributesCommand, GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand, ListQueuesCommand, ListQueueTagsCommand, PurgeQueueCommand,
  ReceiveMessageCommand, SQSClient, SendMessageBatchCommand, SendMessageCommand,
  SetQueueAttributesCommand, StartMessageMoveTaskCommand,
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

test("queues are what deskwire.toml says; clients may ask for just that", async () => {
  const daemon = await serve({ config });
  const sqs = client(daemon.url);
  const agreed = { VisibilityTimeout: "1" };
  const made = await sqs.send(new CreateQueueCommand({ QueueName: "high", Attributes: agreed }));
  assert.equal(made.QueueUrl, `${daemon.url}/sqs/high`);
  const other = { QueueName: "high", Attributes: { VisibilityTimeout: "60" } };
  await assert.rejects(sqs.send(new CreateQueueCommand(other)),
    (error) => error.name === "QueueNameExists" && /deskwire\.toml/.test(error.message));
  await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName: "none" })), /deskwire\.toml/);
  const { QueueUrl } = made;
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: agreed }));
  await assert.rejects(sqs.send(new SetQueueAttributesCommand({
    QueueUrl, Attributes: { VisibilityTimeout: "60" },
  })), /deskwire\.toml/);
  const first = await sqs.send(new ListQueuesCommand({ MaxResults: 3 }));
  assert.equal(first.QueueUrls.length, 3);
  const { NextToken } = first;
  const rest = await sqs.send(new ListQueuesCommand({ MaxResults: 100, NextToken }));
  assert.equal(new Set([...first.QueueUrls, ...rest.QueueUrls]).size, 8);
  const dead = await sqs.send(new ListDeadLetterSourceQueuesCommand({
    QueueUrl: `${QueueUrl}-dead`,
  }));
  assert.deepEqual(dead.queueUrls, [QueueUrl]);
  assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags ?? {}, {});
  await daemon.stop();
  daemon.clean();
});

test("a dead letter goes back, a trace header comes along, a large message is taken", async () => {
  const daemon = await serve({ config });
  const sqs = client(daemon.url);
  const QueueUrl = `${daemon.url}/sqs/high`;
  const trace = { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-5759e988" } };
  // Control characters that JSON writes as six: more bytes than server.max_body.
  const large = "\t".repeat(900_000);
  await sqs.send(new SendMessageCommand({
    QueueUrl, MessageBody: large, MessageSystemAttributes: trace, MessageGroupId: "fair",
  }));
  const receive = (url) => sqs.send(new ReceiveMessageCommand({
    QueueUrl: url, MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["*"],
  }));
  for (let i = 0; i < 2; ++i) {
    const { Messages } = await receive(QueueUrl);
    assert.equal(Messages[0].Body, large);
    assert.equal(Messages[0].Attributes.AWSTraceHeader, "Root=1-5759e988");
    assert.equal(Messages[0].Attributes.MessageGroupId, "fair");
    assert.equal(Messages[0].MessageAttributes, undefined);
    await sqs.send(new ChangeMessageVisibilityCommand({
      QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle, VisibilityTimeout: 0,
    }));
  }
  assert.equal((await receive(QueueUrl)).Messages, undefined);
  const SourceArn = "arn:aws:sqs:us-east-1:000000000000:high-dead";
  const moved = await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
  assert.ok(moved.TaskHandle);
  assert.equal((await receive(QueueUrl)).Messages.length, 1);
  await assert.rejects(sqs.send(new SendMessageCommand({
    QueueUrl, MessageBody: "x".repeat((1 << 20) + 1),
  })), { name: "InvalidParameterValue" });
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
  const Entries = [entry("a1", "a"), entry("a2", "a"), entry("b1", "b")];
  await assert.rejects(sqs.send(new SendMessageBatchCommand({
    QueueUrl, Entries: [...Entries, { Id: "x", MessageBody: "no group" }],
  })), { name: "MissingParameter" });
  const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  assert.equal(sent.Successful.length, 3);
  const ReceiveRequestAttemptId = "attempt-1";
  const attempt = { QueueUrl, MaxNumberOfMessages: 2, ReceiveRequestAttemptId };
  const got = await sqs.send(new ReceiveMessageCommand(attempt));
  assert.deepEqual(got.Messages.map((one) => one.Body), ["a1", "a2"]);
  const again = await sqs.send(new ReceiveMessageCommand(attempt));
  assert.deepEqual(again.Messages.map((one) => one.ReceiptHandle),
    got.Messages.map((one) => one.ReceiptHandle));
  await sqs.send(new DeleteMessageBatchCommand({
    QueueUrl,
    Entries: got.Messages.map((one, i) => ({ Id: `${i}`, ReceiptHandle: one.ReceiptHandle })),
  }));
  const next = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  assert.deepEqual(next.Messages.map((one) => one.Body), ["b1"]);
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
