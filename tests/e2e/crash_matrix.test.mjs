// The binary is killed with SIGKILL at random moments under load and started again, and at the end
// what it holds is compared with what its senders were promised. DESKWIRE_KILLS says how often
// (make crash: hundreds); DESKWIRE_SEED repeats a run's moments.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { test } from "node:test";
import {
  CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient,
} from "@aws-sdk/client-sqs";
import { call, folder, local, run, serve, teams, ticket, until } from "./daemon.mjs";
import { drainTickets } from "./sqs.mjs";

const kills = Number(process.env.DESKWIRE_KILLS ?? 24);
const seed = Number(process.env.DESKWIRE_SEED ?? Date.now() % 1_000_000);
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** Small, seeded, and good enough to choose moments (mulberry32). */
function randomOf(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const answerWaitMs = 3000;

/** Runs `senders` loops of `send(url)` against a daemon that dies `kills` times. */
async function storm({ cwd, env, senders, send }) {
  const random = randomOf(seed);
  for (let kill = 0; kill < kills; ++kill) {
    const daemon = await serve({ cwd, env });
    let isOver = false;
    const loops = Array.from({ length: senders }, async (_, sender) => {
      while (!isOver) {
        try {
          await send(daemon.url, sender);
        } catch {
          // Not answered: nothing was promised.
        }
      }
    });
    await new Promise((resume) => setTimeout(resume, 5 + random() * 250));
    await daemon.kill();
    isOver = true;
    // An answer that never comes promises nothing, and is not waited for.
    await Promise.race([Promise.all(loops),
      new Promise((resume) => setTimeout(resume, answerWaitMs))]);
  }
}

async function everything(url, path) {
  const items = [];
  for (let cursor = ""; cursor !== null;) {
    const page = (await call(url, `${path}?limit=500&cursor=${cursor}`)).json;
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** Senders of all kinds, and what each was promised. */
function senders() {
  const told = {
    opened: new Map(), // title -> number, as the sender was told
    said: [], // {number, body}
    put: new Set(), // bodies that /sqs took
    deleted: new Set(),
  };
  let id = 0;
  const clients = new Map();
  const sqsAt = (url) => {
    if (!clients.has(url)) {
      clients.set(url, new SQSClient({ endpoint: `${url}/sqs`, region: "eu-west-1", credentials,
        maxAttempts: 1 }));
    }
    return clients.get(url);
  };
  const byTeams = async (url) => {
    const mine = ++id;
    const answer = await teams(url, "local", mine, ticket(`T${mine}`));
    const found = /^Ticket #(\d+) /.exec(answer.json?.text ?? "");
    if (answer.status === 200 && found) told.opened.set(`T${mine}`, Number(found[1]));
  };
  const byApi = async (url) => {
    const body = `c${++id}`;
    const [, number] = [...told.opened].at(-1) ?? [];
    if (!number) return byTeams(url);
    const answer = await call(url, `/v1/tickets/${number}/comments`,
      { method: "POST", body: { body, author: { name: "Bo" } } });
    if (answer.status === 201) told.said.push({ number, body });
    return undefined;
  };
  const bySqs = async (url) => {
    const sqs = sqsAt(url);
    const QueueUrl = `${url}/sqs/low`;
    const body = `m${++id}`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    told.put.add(body);
    if (id % 3 > 0) return;
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    for (const { Body, ReceiptHandle } of Messages) {
      // From here on it may be gone, whether or not the answer comes.
      told.deleted.add(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  };
  const kinds = [byTeams, byTeams, byTeams, byTeams, byApi, byApi, bySqs, bySqs];
  return { told, kinds };
}

async function compare(url, { opened, said, put, deleted }) {
  const tickets = await everything(url, "/v1/tickets");
  const byTitle = new Map(tickets.map((one) => [one.title, one.id]));
  assert.equal(byTitle.size, tickets.length, "no ticket is there twice");
  for (const [title, number] of opened) assert.equal(byTitle.get(title), number, title);
  const queued = (await everything(url, "/v1/queues/high/messages"))
    .map((one) => JSON.parse(one.body).ticket);
  assert.deepEqual(queued.sort((a, b) => a - b), tickets.map((one) => one.id).sort((a, b) => a - b),
    "each ticket is on its queue, once");
  for (const { number, body } of said) {
    const { comments } = (await call(url, `/v1/tickets/${number}`)).json;
    assert.equal(comments.filter((one) => one.body === body).length, 1, `comment ${body}`);
  }
  const left = new Map();
  for (const { body } of await everything(url, "/v1/queues/low/messages")) {
    left.set(body, (left.get(body) ?? 0) + 1);
  }
  for (const body of put) {
    assert.ok(left.get(body) === 1 || deleted.has(body), `message ${body} is lost or there twice`);
  }
}

test(`intake, embedded desk and queues: killed ${kills} times (seed ${seed})`, async () => {
  const cwd = folder(local);
  const { told, kinds } = senders();
  await storm({ cwd, senders: kinds.length, send: (url, sender) => kinds[sender](url) });
  const daemon = await serve({ cwd });
  await compare(daemon.url, told);
  const counts = [told.opened.size, told.put.size, told.said.length];
  assert.ok(counts.every((one) => one > kills), `only ${counts} tickets, messages, comments`);
  await daemon.stop();
  assert.equal(run(cwd, ["store", "verify"]).code, 0);
  daemon.clean();
});

const major = Number(process.versions.node.split(".")[0]);
const skip = major < 20 ? "fauxqs needs Node 20" : false;

const urlOf = (queue, name) =>
  `http://sqs.eu-west-1.localhost:${queue.port}/000000000000/${name}`;

/** Passes requests on to the queue and drops a tenth of its answers. */
async function droppingProxy(queue) {
  const random = randomOf(seed + 1);
  const proxy = createServer((incoming, outgoing) => {
    const isDropped = random() < 0.1;
    const onward = request({ host: "127.0.0.1", port: queue.port, method: "POST", path: "/",
      headers: incoming.headers }, (answer) => {
      if (isDropped) {
        answer.resume();
        outgoing.socket?.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.socket?.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resume) => proxy.listen(0, "127.0.0.1", resume));
  return proxy;
}

test(`SQS behind a proxy that drops answers: killed ${kills} times (seed ${seed})`, { skip },
  async () => {
    const { startFauxqs } = await import("fauxqs");
    const queue = await startFauxqs({ port: 0, logger: false });
    const proxy = await droppingProxy(queue);
    const sqs = new SQSClient({ endpoint: `http://127.0.0.1:${queue.port}`, region: "eu-west-1",
      credentials });
    const names = { high: "jobs", medium: "jobs.fifo" };
    const section = (name) => `[[queue]]
name = "${name}"
url = "${urlOf(queue, names[name])}"
region = "eu-west-1"
endpoint = "http://127.0.0.1:${proxy.address().port}"
`;
    await sqs.send(new CreateQueueCommand({ QueueName: names.high }));
    await sqs.send(new CreateQueueCommand({ QueueName: names.medium,
      Attributes: { FifoQueue: "true" } }));
    const cwd = folder(`${local}[retry]\nfirst = "20ms"\nmax = "100ms"\ntimeout = "1s"\n` +
      section("high") + section("medium"));
    const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    const opened = new Map();
    let id = 0;
    await storm({ cwd, env, senders: 4, send: async (url, sender) => {
      const mine = ++id;
      const priority = sender % 2 === 0 ? "high" : "medium";
      const answer = await teams(url, "local", mine, ticket(`T${mine}`, priority));
      const found = /^Ticket #(\d+) /.exec(answer.json?.text ?? "");
      if (found) opened.set(Number(found[1]), priority);
      // FIFO goes one by one, and stands still for a second where an answer was dropped: what comes
      // faster would only make the wait at the end longer.
      await new Promise((resume) => setTimeout(resume, priority === "medium" ? 80 : 20));
    } });
    const daemon = await serve({ cwd, env });
    const open = async (state) =>
      (await call(daemon.url, `/v1/deliveries?state=${state}`)).json.items;
    await until(async () => (await open("pending")).length === 0, "all is delivered", 120_000);
    assert.equal((await open("dead")).length + (await open("unsure")).length, 0);
    const got = {
      high: await drainTickets(sqs, urlOf(queue, names.high)),
      medium: await drainTickets(sqs, urlOf(queue, names.medium)),
    };
    for (const [number, priority] of opened) {
      assert.ok(got[priority].includes(number), `ticket ${number} did not reach ${priority}`);
    }
    // A standard queue may get a message again; a FIFO queue drops the repeat, and keeps order.
    assert.equal(new Set(got.medium).size, got.medium.length, "FIFO: each once");
    assert.deepEqual(got.medium, [...got.medium].sort((a, b) => a - b), "FIFO: in order");
    assert.ok(opened.size > kills, `only ${opened.size} tickets`);
    await daemon.stop();
    assert.equal(run(cwd, ["store", "verify"]).code, 0);
    proxy.close();
    await queue.stop();
    daemon.clean();
  });
