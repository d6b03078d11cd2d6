// Consumers that nobody here wrote, against the embedded queues, on tickets: each as its own
// documentation uses it. The newest AWS SDK has sqs_endpoint.test.mjs.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { Producer } from "sqs-producer";
import { local, run, serve, teams, ticket } from "./daemon.mjs";

const config = `${local}
[[queue]]
name = "high"
visibility = "2s"
max_receives = 3
[[queue]]
name = "celery"
visibility = "30m"
[[queue]]
name = "orders.fifo"
`;

const keys = {
  AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any", AWS_DEFAULT_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

async function daemonOf(t, settings = config) {
  const daemon = await serve({ config: settings });
  t.after(async () => {
    await daemon.stop();
    daemon.clean();
  });
  return daemon;
}

const clientOf = (url) => new SQSClient({
  endpoint: `${url}/sqs`, region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});

/** Debian's own Python, whose boto3 speaks the query protocol. */
function python(cwd, script, env = {}) {
  const file = join(cwd, "client.py");
  writeFileSync(file, script);
  const done = spawnSync("/usr/bin/python3", [file], {
    cwd, env: { PATH: process.env.PATH, HOME: cwd, ...keys, ...env }, encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

test("boto3 by the query protocol: receive, hide, delete, batches, attributes", async (t) => {
  const daemon = await daemonOf(t);
  await teams(daemon.url, "local", 1, ticket("VPN <drops> & \"more\""));
  const out = python(daemon.cwd, `
import boto3, json
sqs = boto3.client("sqs", endpoint_url="${daemon.url}/sqs")
url = sqs.get_queue_url(QueueName="high")["QueueUrl"]
got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"],
                          WaitTimeSeconds=2)["Messages"]
one = got[0]
sqs.change_message_visibility_batch(QueueUrl=url, Entries=[
    {"Id": "1", "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": 30}])
counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
sqs.delete_message_batch(QueueUrl=url, Entries=[
    {"Id": "1", "ReceiptHandle": one["ReceiptHandle"]}])
sent = sqs.send_message_batch(QueueUrl=url, Entries=[
    {"Id": "a", "MessageBody": "one\\r\\n\\u00e9 <&>", "MessageAttributes":
      {"n": {"DataType": "Number", "StringValue": "7"},
       "b": {"DataType": "Binary", "BinaryValue": b"\\x01\\x02"}}},
    {"Id": "b", "MessageBody": "\\x02"}])
back = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"],
                           MaxNumberOfMessages=10)["Messages"]
try:
    sqs.get_queue_url(QueueName="none")
except sqs.exceptions.QueueDoesNotExist as error:
    missing = str(error)
print(json.dumps({
    "title": json.loads(one["Body"])["title"], "priority":
    one["MessageAttributes"]["priority"]["StringValue"],
    "hidden": counts["ApproximateNumberOfMessagesNotVisible"],
    "sent": len(sent["Successful"]), "failed": sent["Failed"][0]["Code"],
    "body": back[0]["Body"], "binary": list(back[0]["MessageAttributes"]["b"]["Value"
      if "Value" in back[0]["MessageAttributes"]["b"] else "BinaryValue"]),
    "queues": len(sqs.list_queues(QueueNamePrefix="high")["QueueUrls"]),
    "missing": missing}))
`);
  const seen = JSON.parse(out);
  assert.equal(seen.title, "VPN <drops> & \"more\"");
  assert.equal(seen.priority, "high");
  assert.equal(seen.hidden, "1");
  assert.equal(seen.sent, 1);
  assert.equal(seen.failed, "InvalidMessageContents");
  assert.equal(seen.body, "one\r\né <&>");
  assert.deepEqual(seen.binary, [1, 2]);
  assert.equal(seen.queues, 2);
  assert.match(seen.missing, /NonExistentQueue/);
});

test("awscli: list, receive, delete, purge", async (t) => {
  const daemon = await daemonOf(t);
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  const aws = (...args) => {
    const done = spawnSync("/usr/bin/aws", ["--endpoint-url", daemon.url, "sqs", ...args], {
      cwd: daemon.cwd, env: { PATH: process.env.PATH, HOME: daemon.cwd, ...keys },
      encoding: "utf8", timeout: 60_000,
    });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout === "" ? {} : JSON.parse(done.stdout);
  };
  const url = `${daemon.url}/sqs/high`;
  assert.ok(aws("list-queues").QueueUrls.includes(url));
  const got = aws("receive-message", "--queue-url", url, "--wait-time-seconds", "1").Messages;
  assert.equal(JSON.parse(got[0].Body).ticket, 1);
  aws("delete-message", "--queue-url", url, "--receipt-handle", got[0].ReceiptHandle);
  aws("purge-queue", "--queue-url", url);
  const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
  const shown = { received_total: 1, deleted_total: 1, depth: 0, dead: 0, in_flight: 0 };
  for (const [name, value] of Object.entries(shown)) {
    assert.ok(metrics.includes(`\ndeskwire_queue_${name}{queue="high"} ${value}\n`), name);
  }
  const counts = aws("get-queue-attributes", "--queue-url", url, "--attribute-names", "All");
  assert.equal(counts.Attributes.ApproximateNumberOfMessages, "0");
});

test("celery with its sqs:// broker works each task once", async (t) => {
  const daemon = await daemonOf(t);
  const { host } = new URL(daemon.url);
  writeFileSync(join(daemon.cwd, "tasks.py"), `
import os
from celery import Celery
app = Celery("tasks", broker="sqs://any:any@${host}//")
app.conf.broker_transport_options = {"is_secure": False, "region": "us-east-1",
                                     "wait_time_seconds": 1, "polling_interval": 0.1}
app.conf.worker_enable_remote_control = False
app.conf.task_ignore_result = True

@app.task
def note(number):
    with open(os.path.join(os.environ["HOME"], "done"), "a") as file:
        file.write(f"{number}\\n")
`);
  const env = { PATH: process.env.PATH, HOME: daemon.cwd, PYTHONPATH: daemon.cwd, ...keys };
  const worker = spawn("/usr/bin/python3", ["-m", "celery", "-A", "tasks", "worker", "-P", "solo",
    "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning"],
    { cwd: daemon.cwd, env });
  t.after(() => worker.kill("SIGKILL"));
  let log = "";
  worker.stderr.on("data", (piece) => (log += piece));
  python(daemon.cwd, `
from tasks import note
for number in range(5):
    note.delay(number)
`, { PYTHONPATH: daemon.cwd });
  const done = () => spawnSync("cat", [join(daemon.cwd, "done")], { encoding: "utf8" }).stdout;
  for (let i = 0; i < 300 && done().split("\n").length < 6; ++i) {
    await new Promise((resume) => setTimeout(resume, 100));
  }
  assert.deepEqual(done().trim().split("\n").sort(), ["0", "1", "2", "3", "4"], log);
});

test("sqs-consumer in batches with a heartbeat works each ticket once", async (t) => {
  const daemon = await daemonOf(t);
  for (let i = 1; i <= 4; ++i) await teams(daemon.url, "local", i, ticket(`Printer ${i}`));
  const worked = [];
  const consumer = Consumer.create({
    queueUrl: `${daemon.url}/sqs/high`, sqs: clientOf(daemon.url), batchSize: 10,
    waitTimeSeconds: 1, visibilityTimeout: 2, heartbeatInterval: 1,
    // Longer than a message is hidden: the heartbeat alone keeps it.
    handleMessageBatch: async (messages) => {
      await new Promise((resume) => setTimeout(resume, 5000));
      worked.push(...messages.map((one) => JSON.parse(one.Body).ticket));
      return messages;
    },
  });
  const errors = [];
  consumer.on("error", (error) => errors.push(error));
  consumer.start();
  for (let i = 0; i < 200 && worked.length < 4; ++i) {
    await new Promise((resume) => setTimeout(resume, 100));
  }
  await new Promise((resume) => setTimeout(resume, 3000));
  consumer.stop({ abort: true });
  assert.deepEqual(worked.sort(), [1, 2, 3, 4]);
  assert.deepEqual(errors, []);
});

test("sqs-consumer gives a failed ticket back at once, sqs-producer sends", async (t) => {
  const daemon = await daemonOf(t);
  const queueUrl = `${daemon.url}/sqs/high`;
  const sqs = clientOf(daemon.url);
  await Producer.create({ queueUrl, sqs }).send(["one", { id: "b", body: "two" }]);
  const seen = [];
  const consumer = Consumer.create({
    queueUrl, sqs, waitTimeSeconds: 1, terminateVisibilityTimeout: true,
    handleMessage: async (message) => {
      seen.push(message.Body);
      if (seen.length === 1) throw new Error("not this time");
      return message;
    },
  });
  consumer.on("processing_error", () => {});
  consumer.start();
  for (let i = 0; i < 100 && seen.length < 3; ++i) {
    await new Promise((resume) => setTimeout(resume, 100));
  }
  const stopped = once(consumer, "stopped");
  consumer.stop();
  await stopped;
  assert.deepEqual([...seen].sort(), ["one", "one", "two"].sort());
});

test("requests are signed for a key, in the header or presigned; others are refused", async (t) => {
  const daemon = await daemonOf(t, `${config}
[access]
mode = "token"
`);
  const made = run(daemon.cwd, ["token", "add", "--sqs", "--json", "consumer"]);
  assert.equal(made.code, 0, made.err);
  const key = JSON.parse(made.out);
  const id = key.aws_access_key_id, secret = key.aws_secret_access_key;
  const curl = (user, ...args) => spawnSync("curl", ["-s", "--user", user, "--aws-sigv4",
    "aws:amz:us-east-1:sqs", ...args], { encoding: "utf8" }).stdout;
  const form = ["-d", "Action=ListQueues&Version=2012-11-05", `${daemon.url}/sqs`];
  assert.match(curl(`${id}:${secret}`, ...form), /<QueueUrl>.*\/sqs\/high<\/QueueUrl>/);
  assert.match(curl(`${id}:wrong`, ...form), /<Code>SignatureDoesNotMatch<\/Code>/);
  assert.match(curl("nobody:wrong", ...form), /<Code>InvalidClientTokenId<\/Code>/);
  const presigned = python(daemon.cwd, `
import boto3
sqs = boto3.client("sqs", endpoint_url="${daemon.url}/sqs", aws_access_key_id="${id}",
                   aws_secret_access_key="${secret}")
sqs.send_message(QueueUrl="${daemon.url}/sqs/high", MessageBody="signed")
print(sqs.generate_presigned_url("receive_message",
      Params={"QueueUrl": "${daemon.url}/sqs/high"}, HttpMethod="GET"))
`).trim();
  assert.match(await (await fetch(presigned)).text(), /<Body>signed<\/Body>/);
  const forged = await fetch(presigned.replace("ReceiveMessage", "PurgeQueue"));
  assert.equal(forged.status, 403);
});
