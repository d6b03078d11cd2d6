// Three replicas over one PostgreSQL: one is killed, one sleeps longer than its lease and wakes up,
// the database is restarted; each event counts once, each delivery reaches its queue in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateQueueCommand, SQSClient,
} from "@aws-sdk/client-sqs";
import { call, folder, local, run, serve, teams, ticket, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";
import { drainTickets } from "./sqs.mjs";

const major = Number(process.versions.node.split(".")[0]);
const skip = major < 20 ? "fauxqs needs Node 20" : false;
const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const takeover = 30_000; // the promise, in milliseconds: engine/lease.h

const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

/** Senders at all replicas, some of whom send the same to two; what they were answered. */
function load(replicas, alive) {
  const opened = new Map(); // id of the activity -> number
  const inTurn = Array.from({ length: 6 }, () => []); // of each sender: one answered, then the next
  let id = 0;
  let isOver = false;
  const send = async (replica, mine) => {
    const answer = await teams(replica.url, "local", mine, ticket(`T${mine}`));
    const found = /^Ticket #(\d+) /.exec(answer.json?.text ?? "");
    if (!found) return;
    const number = Number(found[1]);
    assert.equal(opened.get(mine) ?? number, number, "a repeat gets the first answer");
    opened.set(mine, number);
  };
  const senders = inTurn.map(async (numbers, i) => {
    while (!isOver) {
      const mine = ++id;
      const here = replicas[i % 3];
      const there = mine % 5 === 0 ? [here, replicas[(i + 1) % 3]] : [here];
      const reached = there.filter((one) => alive.has(one));
      // Whoever sleeps answers nobody: a sender does not wait for ever.
      const answers = Promise.allSettled(reached.map((one) => send(one, mine)));
      await Promise.race([answers, wait(2000)]);
      if (opened.has(mine)) numbers.push(opened.get(mine));
      await wait(5);
    }
  });
  return { opened, inTurn, stop: () => {
    isOver = true;
    return Promise.all(senders);
  } };
}

/** Three replicas over one database and one queue. */
async function setup() {
  const database = postgres();
  const { startFauxqs } = await import("fauxqs");
  const queue = await startFauxqs({ port: 0, logger: false });
  const sqs = new SQSClient({ endpoint: `http://127.0.0.1:${queue.port}`, region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  await sqs.send(new CreateQueueCommand({ QueueName: "jobs.fifo",
    Attributes: { FifoQueue: "true" } }));
  const QueueUrl = `http://sqs.eu-west-1.localhost:${queue.port}/000000000000/jobs.fifo`;
  const cwd = folder(`${local}[store]\nurl = "${database.url}"
[retry]\nfirst = "50ms"\nmax = "500ms"\ntimeout = "2s"
[[queue]]\nname = "high"\nurl = "${QueueUrl}"\nregion = "eu-west-1"
endpoint = "http://127.0.0.1:${queue.port}"\n`);
  const replicas = [];
  for (let i = 0; i < 3; ++i) replicas.push(await serve({ cwd, env }));
  return { database, queue, sqs, QueueUrl, cwd, replicas };
}

test("three replicas: one killed, one asleep past its lease, the database restarted", { skip },
  async () => {
    const { database, queue, sqs, QueueUrl, cwd, replicas } = await setup();
    const [killed, asleep, last] = replicas;
    const alive = new Set(replicas);
    const { opened, inTurn, stop } = load(replicas, alive);
    await wait(1500);
    alive.delete(killed);
    await killed.kill();
    await wait(500);
    alive.delete(asleep);
    asleep.signal("SIGSTOP");
    await wait(500);
    database.stop();
    await wait(300);
    const refused = await teams(last.url, "local", 999_999, ticket("T999999"));
    assert.equal(refused.status, 503, "without its database it takes nothing, and says so");
    assert.equal((await call(last.url, "/readyz")).status, 503);
    database.start();
    await until(async () => (await call(last.url, "/readyz")).status === 200, "ready again");
    await wait(1500);
    await stop();
    assert.ok(opened.size > 100, `only ${opened.size} tickets`);

    const open = () => Number(database.ask("SELECT count(*) FROM delivery WHERE state <= 2"));
    const started = Date.now();
    await until(() => open() === 0, "what the lost replicas held is taken over", takeover + 20_000);
    assert.ok(Date.now() - started < takeover, `${Date.now() - started} ms`);
    asleep.signal("SIGCONT");
    await wait(2000);
    // It takes what was sent to it meanwhile, and must not send again what others have sent.
    await until(() => open() === 0, "what the sleeper found in its sockets is delivered");
    assert.equal((await call(asleep.url, "/readyz")).status, 200);

    const got = await drainTickets(sqs, QueueUrl);
    assert.equal(new Set(got).size, got.length, "each once");
    const known = database.ask("SELECT id FROM ticket ORDER BY id").split("\n").map(Number);
    assert.deepEqual([...got].sort((a, b) => a - b), known, "each ticket reached the queue");
    for (const number of opened.values()) assert.ok(known.includes(number), `${number} is lost`);
    // Whoever writes to two replicas at once has no order; who waits for an answer has one.
    const places = new Map(got.map((number, place) => [number, place]));
    for (const numbers of inTurn) {
      const found = numbers.map((number) => places.get(number));
      assert.deepEqual(found, [...found].sort((a, b) => a - b), "in the order of a sender");
    }
    for (const one of [asleep, last]) await one.stop();
    assert.equal(run(cwd, ["store", "verify"], { env }).code, 0);
    await queue.stop();
    database.end();
    last.clean();
  });
