// Tickets on their way to SQS: fauxqs as the queue, a proxy that drops answers between.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { test } from "node:test";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { call, local, run, runBeside, serve, teams, ticket, until } from "./daemon.mjs";
import { drain } from "./sqs.mjs";

const major = Number(process.versions.node.split(".")[0]);
const skip = major < 20 ? "fauxqs needs Node 20" : false;
const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

async function fauxqs() {
  const { startFauxqs } = await import("fauxqs");
  const server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const sqs = new SQSClient({ endpoint, region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  return { endpoint, sqs, stop: () => server.stop() };
}

const config = (queue, endpoint) => `${local}
[retry]
first = "50ms"
max = "200ms"
timeout = "1s"
[[queue]]
name = "high"
url = "http://sqs.eu-west-1.localhost:${new URL(queue.endpoint).port}/000000000000/jobs"
region = "eu-west-1"
endpoint = "${endpoint}"
`;

const open = async (url, state) => (await call(url, `/v1/deliveries?state=${state}`)).json.items;

test("tickets reach SQS, and a queue that is away costs time and no ticket", { skip }, async () => {
  const queue = await fauxqs();
  const proxy = createServer((incoming, outgoing) => {
    const to = new URL(queue.endpoint);
    const onward = request({ host: to.hostname, port: to.port, method: "POST", path: "/",
      headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  const daemon = await serve({ config: config(queue, "http://127.0.0.1:9"), env });
  for (let i = 1; i <= 25; ++i) await teams(daemon.url, "local", i, ticket(`T${i}`));
  const tried = async () => (await open(daemon.url, "pending")).find((one) => one.reason);
  const waiting = await until(tried, "a first try");
  assert.match(waiting.reason, /unreachable/);
  assert.equal(waiting.target, "sqs:high");
  await daemon.stop();
  // The same store, the endpoint mended.
  const { QueueUrl } = await queue.sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
  await new Promise((resume) => proxy.listen(0, "127.0.0.1", resume));
  const { writeFileSync } = await import("node:fs");
  writeFileSync(`${daemon.cwd}/deskwire.toml`,
    config(queue, `http://127.0.0.1:${proxy.address().port}`));
  const again = await serve({ cwd: daemon.cwd, env });
  await until(async () => (await open(again.url, "pending")).length === 0, "all delivered");
  const listed = await runBeside(daemon.cwd, ["queue", "list", "--json"], { env });
  const high = JSON.parse(listed.out).items.find((one) => one.name === "high");
  assert.deepEqual([high.kind, high.depth, high.in_flight], ["sqs", 25, 0], listed.out);
  const got = await drain(queue.sqs, QueueUrl);
  assert.deepEqual(new Set(got.map((one) => one.ticket)).size, 25);
  assert.equal(got[0].attributes.source.StringValue, "teams:local");
  const checked = await runBeside(daemon.cwd, ["check", "--json"], { env });
  assert.equal(checked.code, 0, checked.out);
  assert.match(checked.out, /queue high \(sqs\)/);
  await again.stop();
  proxy.close();
  await queue.stop();
  daemon.clean();
});

test("an answer that is lost sends again: nothing is missing, and a repeat has the same ticket",
  { skip }, async () => {
    const queue = await fauxqs();
    const { QueueUrl } = await queue.sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
    let calls = 0;
    const proxy = createServer((incoming, outgoing) => {
      const to = new URL(queue.endpoint);
      const isDropped = ++calls % 3 === 1;
      const onward = request({ host: to.hostname, port: to.port, method: "POST", path: "/",
        headers: incoming.headers }, (answer) => {
        if (isDropped) {
          answer.resume();
          outgoing.socket.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    await new Promise((resume) => proxy.listen(0, "127.0.0.1", resume));
    const address = `http://127.0.0.1:${proxy.address().port}`;
    const daemon = await serve({ config: config(queue, address), env });
    for (let i = 1; i <= 30; ++i) await teams(daemon.url, "local", i, ticket(`T${i}`));
    const isDone = async () => (await open(daemon.url, "pending")).length === 0;
    // Every third answer is lost, and each of those doubts rests for three seconds.
    await until(isDone, "all delivered", 90_000);
    const got = await drain(queue.sqs, QueueUrl);
    assert.equal(new Set(got.map((one) => one.ticket)).size, 30);
    assert.equal((await open(daemon.url, "dead")).length, 0);
    await daemon.stop();
    proxy.close();
    await queue.stop();
    daemon.clean();
  });

test("a message that SQS refuses for good is dead with the reason, and others go on", { skip },
  async () => {
    const queue = await fauxqs();
    const { QueueUrl } = await queue.sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
    const daemon = await serve({ config: config(queue, queue.endpoint), env });
    // fauxqs takes no character above U+FFFF, which stands in for what SQS itself refuses.
    await teams(daemon.url, "local", 1, ticket("Rocket 🚀"));
    await teams(daemon.url, "local", 2, ticket("Plain"));
    const [dead] = await until(async () => {
      const items = await open(daemon.url, "dead");
      return items.length > 0 && items;
    }, "a dead delivery");
    assert.match(dead.reason, /InvalidMessageContents/);
    assert.equal(dead.ticket, 1);
    await until(async () => (await open(daemon.url, "pending")).length === 0, "the other one");
    assert.deepEqual((await drain(queue.sqs, QueueUrl)).map((one) => one.ticket), [2]);
    const listed = run(daemon.cwd, ["delivery", "list", "--state", "dead"]);
    assert.equal(listed.code, 1);
    const gone = await call(daemon.url, `/v1/deliveries/${dead.id}/discard`,
      { method: "POST", body: { why: "an emoji" } });
    assert.equal(gone.json.state, "discarded");
    await daemon.stop();
    await queue.stop();
    daemon.clean();
  });
