// Three replicas over one PostgreSQL: one is killed, one sleeps longer than its lease and wakes up,
// the database is restarted; each event counts once, each delivery reaches its queue in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient,
} from "@aws-sdk/client-sqs";
import { call, folder, local, run, serve, teams, ticket, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const major = Number(process.versions.node.split(".")[0]);
const skip = major < 20 ? "fauxqs needs Node 20" : false;
const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const lease = 30_000; // a lane's, in milliseconds: engine/outbox.h

test("three replicas: one killed, one asleep past its lease, the database restarted", { skip },
  async () => {
    const database = postgres();
    const { startFauxqs } = await import("fauxqs");
    const queue = await startFauxqs({ port: 0, logger: false });
    const sqs = new SQSClient({ endpoint: `http://127.0.0.1:${queue.port}`, region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    await sqs.send(new CreateQueueCommand({ QueueName: "jobs.fifo",
      Attributes: { FifoQueue: "true" } }));
    const QueueUrl = `http://sqs.eu-west-1.localhost:${queue.port}/000000000000/jobs.fifo`;
    const config = `${local}[store]\nurl = "${database.url}"
[retry]\nfirst = "50ms"\nmax = "500ms"\ntimeout = "2s"
[[queue]]\nname = "high"\nurl = "${QueueUrl}"\nregion = "eu-west-1"
endpoint = "http://127.0.0.1:${queue.port}"\n`;
    const cwd = folder(config);
    const replicas = [];
    for (let i = 0; i < 3; ++i) replicas.push(await serve({ cwd, env }));
    const [killed, asleep, last] = replicas;

    const opened = new Map(); // id of the activity -> number that some replica answered with
    const alive = new Set(replicas);
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
    const senders = Array.from({ length: 6 }, async (_, i) => {
      while (!isOver) {
        const mine = ++id;
        const here = replicas[i % 3];
        // The same activity at two replicas at once, as a sender that tries again does.
        const there = mine % 5 === 0 ? [here, replicas[(i + 1) % 3]] : [here];
        await Promise.allSettled(there.filter((one) => alive.has(one)).map((one) => send(one, mine)));
        await new Promise((resume) => setTimeout(resume, 5));
      }
    });
    const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));
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
    isOver = true;
    await Promise.all(senders);
    assert.ok(opened.size > 100, `only ${opened.size} tickets`);

    const open = () => Number(database.ask("SELECT count(*) FROM delivery WHERE state <= 2"));
    const started = Date.now();
    await until(() => open() === 0, "what the lost replicas held is taken over", lease + 10_000);
    const tookOver = Date.now() - started;
    assert.ok(tookOver < lease + 5000, `${tookOver} ms`);
    const sent = database.ask("SELECT count(*) FROM delivery WHERE state = 3");
    asleep.signal("SIGCONT");
    await wait(2000);
    // What the sleeper held is done by another: it must not finish, or send, any of it again.
    assert.equal(database.ask("SELECT count(*) FROM delivery WHERE state = 3"), sent);
    assert.equal((await call(asleep.url, "/readyz")).status, 200);

    const got = [];
    for (let empty = 0; empty < 2;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl,
        MaxNumberOfMessages: 10 }));
      empty = Messages.length === 0 ? empty + 1 : 0;
      for (const one of Messages) {
        got.push(JSON.parse(one.Body).ticket);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle }));
      }
    }
    assert.equal(new Set(got).size, got.length, "each once");
    const known = database.ask("SELECT id FROM ticket ORDER BY id").split("\n").map(Number);
    assert.deepEqual([...got].sort((a, b) => a - b), known, "each ticket reached the queue");
    for (const number of opened.values()) assert.ok(known.includes(number), `${number} is lost`);
    // Within its group a lane keeps the order in which deliveries were written.
    const order = database.ask("SELECT ticket FROM delivery ORDER BY id").split("\n").map(Number);
    assert.deepEqual(got, order);
    for (const one of [asleep, last]) await one.stop();
    assert.equal(run(cwd, ["store", "verify"], { env }).code, 0);
    await queue.stop();
    database.end();
    last.clean();
  });
