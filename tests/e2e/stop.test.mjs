// Asked to stop while another session holds the tables that it writes, with work queued: it ends in
// time, cleanly, and what was answered is there and goes out when it starts again.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { folder, local, run, serve, teams, ticket, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";
import { drainTickets } from "./sqs.mjs";

const major = Number(process.versions.node.split(".")[0]);
const skip = major < 20 ? "fauxqs needs Node 20" : false;
const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
// 10 s for what is in flight, 2 s for the store's statements, and some for a slow machine.
const deadline = 16_000;
const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

/** One try: PostgreSQL refuses it when it crosses a transaction that locks them the other way. */
function tryLock(database, tables) {
  const session = spawn("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", database.url],
    { stdio: ["pipe", "pipe", "ignore"] });
  session.stdin.write(`BEGIN; LOCK TABLE ${tables}; \\echo held\n`);
  return new Promise((resolve) => {
    session.stdin.on("error", () => {});
    session.once("exit", () => resolve(null));
    session.stdout.once("data", () => resolve({ free: () => new Promise((isOver) => {
      session.once("exit", isOver);
      session.stdin.end("ROLLBACK;\n");
    }) }));
  });
}

/** Another session that has locked what Deskwire writes. */
async function locked(database, tables) {
  for (;;) {
    const lock = await tryLock(database, tables);
    if (lock) return lock;
  }
}

async function setup() {
  const database = postgres();
  const { startFauxqs } = await import("fauxqs");
  const queue = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${queue.port}`;
  const sqs = new SQSClient({ endpoint, region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  await sqs.send(new CreateQueueCommand({ QueueName: "jobs.fifo",
    Attributes: { FifoQueue: "true" } }));
  const QueueUrl = `http://sqs.eu-west-1.localhost:${queue.port}/000000000000/jobs.fifo`;
  const cwd = folder(`${local}[store]\nurl = "${database.url}"
[retry]\nfirst = "50ms"\nmax = "500ms"
[[queue]]\nname = "high"\nurl = "${QueueUrl}"\nregion = "eu-west-1"\nendpoint = "${endpoint}"\n`);
  return { database, queue, sqs, QueueUrl, cwd };
}

/** Twelve senders until they are refused; what was answered, and what was sent. */
function load(daemon) {
  const answered = new Map(); // id of the activity -> number
  let sent = 0;
  const one = async () => {
    for (;;) {
      const id = ++sent;
      const answer = await teams(daemon.url, "local", id, ticket(`T${id}`)).catch(() => null);
      const found = /^Ticket #(\d+) /.exec(answer?.json?.text ?? "");
      if (!found) return;
      answered.set(id, Number(found[1]));
    }
  };
  return { answered, sent: () => sent, end: Promise.all(Array.from({ length: 12 }, one)) };
}

for (const tables of ["delivery, lane, event, ticket", "lane"]) {
  test(`asked to stop while ${tables} are locked by another session`, { skip }, async () => {
    const { database, queue, sqs, QueueUrl, cwd } = await setup();
    const daemon = await serve({ cwd, env });
    const { answered, sent, end } = load(daemon);
    await until(() => answered.size > 50, "work");
    const lock = await locked(database, tables);
    await wait(1000);
    const before = answered.size;
    const began = Date.now();
    const { code, signal } = await Promise.race([daemon.stop(), wait(deadline).then(() => ({}))]);
    const took = Date.now() - began;
    assert.equal(code, 0, `after ${took} ms: ${signal} ${daemon.log().slice(-2000)}`);
    assert.doesNotMatch(daemon.log(), /a defect|Sanitizer/);
    await end;
    assert.ok(sent() > answered.size, "some were refused, or never answered");
    assert.equal(answered.size, before, "nobody is told of a success while nothing can be written");
    await lock.free();

    assert.equal(run(cwd, ["store", "verify"], { env }).code, 0);
    const next = await serve({ cwd, env });
    for (let id = 1; id <= sent(); ++id) {
      const answer = await teams(next.url, "local", id, ticket(`T${id}`));
      assert.equal(answer.status, 200, answer.text);
      const number = Number(/^Ticket #(\d+) /.exec(answer.json.text)[1]);
      assert.equal(number, answered.get(id) ?? number, "a repeat gets the first answer");
      answered.set(id, number);
    }
    assert.equal(new Set(answered.values()).size, sent(), "each has a ticket of its own");
    const open = () => Number(database.ask("SELECT count(*) FROM delivery WHERE state <= 2"));
    await until(() => open() === 0, "all is delivered", 60_000);
    const got = await drainTickets(sqs, QueueUrl);
    assert.deepEqual(got.sort((a, b) => a - b), [...answered.values()].sort((a, b) => a - b),
      "each once");
    await next.stop();
    await queue.stop();
    database.end();
    next.clean();
  });
}
