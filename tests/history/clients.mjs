// Who writes and reads: each client draws what it does from a stream of its own, sends it through
// whichever replica is near, and records what it was answered.
import { streamOf } from "./random.mjs";

const cells = 4; // places where three clients work on one ticket at a time
const perCell = 3;
const operationsPerTicket = 9; // of each client; then the cell goes on to a new ticket
const triesMax = 4;
const avoidMs = 5000; // who did not answer is not asked for so long
const laterMs = 400;
const hiddenSeconds = 3;
const words = { status: ["open", "pending", "solved"], priority: ["high", "medium", "low"] };

const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

/** The replica at a place, or the next one that a load balancer would choose. */
function near(world, place, other = null) {
  const list = [0, 1, 2].map((i) => world.replicas[(place + i) % 3]).filter((one) => one !== other);
  const isGood = (one) => one.state !== "down" && (one.avoidUntil ?? 0) < world.clock();
  return list.find(isGood) ?? list.find((one) => one.state !== "down") ?? list[0];
}

async function ask(world, replica, entry, how) {
  const operation = await world.ask(replica, entry, how);
  if (operation.status === 0) replica.avoidUntil = world.clock() + avoidMs;
  // Who can't be served now comes again a little later.
  if (operation.status === 503) await wait(laterMs);
  const { json } = operation;
  delete operation.json;
  return { operation, json };
}

/** What an answer shows of a ticket. */
function seen(json) {
  const { status, priority, assignee, tags } = json;
  return { status, priority, assignee: assignee ?? "", tags: tags.join(",") };
}

function note({ operation, json }) {
  if (operation.outcome !== "ok" || !json) return operation;
  operation.ticket = json.id;
  operation.seen = seen(json);
  if (json.comments) operation.bodies = json.comments.map((one) => one.body);
  return operation;
}

/** The same, again and again, until it is answered; with a key it counts once. */
async function insist(world, stream, attempt) {
  let place = stream.below(3);
  for (let i = 0; i < triesMax && !world.isResting; ++i, ++place) {
    const operation = await attempt(near(world, place));
    if (operation.outcome === "ok") return operation;
    await wait(150);
  }
  return null;
}

/** Opens a ticket; with a key, however often it is asked for, one. */
export async function open(world, replica, { title, fields, key }) {
  const body = { title, description: "It happened.", priority: fields.priority,
    requester: { name: "Ana Lopez", email: "ana@customer.example" },
    tags: fields.tags === "" ? [] : fields.tags.split(",") };
  const headers = key ? { "idempotency-key": key } : {};
  const entry = { kind: "open", title, fields, group: key && `open ${key}` };
  return note(await ask(world, replica, entry,
    { method: "POST", path: "/v1/tickets", body, headers }));
}

function freshTicket(stream, name) {
  return { title: `ticket ${name}`, fields: { status: "open", priority: stream.one(words.priority),
    assignee: "", tags: `from-${name}` } };
}

async function openStep(world, stream, name) {
  const ticket = freshTicket(stream, name);
  const way = stream.next();
  const place = stream.below(3);
  if (way < 0.5) return open(world, near(world, place), ticket);
  const keyed = { ...ticket, key: name };
  if (way < 0.75) return insist(world, stream, (replica) => open(world, replica, keyed));
  const first = near(world, place);
  const second = near(world, place + 1, first);
  return Promise.all([open(world, first, keyed), open(world, second, keyed)]);
}

class Cell {
  constructor(world, name) {
    this.world = world;
    this.name = name;
    this.tickets = [];
  }

  /** The number of its ticket at that place; whoever comes first opens it. */
  ticket(place) {
    this.tickets[place] ??= (async () => {
      const name = `${this.name}-${place}`;
      const stream = streamOf(this.world.seed, name);
      const ticket = { ...freshTicket(stream, name), key: name };
      while (!this.world.isResting) {
        const done = await insist(this.world, stream, (at) => open(this.world, at, ticket));
        if (done) return done.ticket;
      }
      return null;
    })();
    return this.tickets[place];
  }
}

async function patch(world, replica, ticket, fields, key) {
  const { tags, assignee, ...rest } = fields;
  const body = { ...rest };
  if (tags !== undefined) body.tags = tags.split(",");
  if (assignee !== undefined) body.assignee = assignee;
  const headers = key ? { "idempotency-key": key } : {};
  const entry = { kind: "patch", ticket, fields, group: key && `patch ${key}` };
  return note(await ask(world, replica, entry,
    { method: "PATCH", path: `/v1/tickets/${ticket}`, body, headers }));
}

async function comment(world, replica, ticket, text, key) {
  const body = { body: text, public: true, author: { name: "Bo" } };
  const headers = key ? { "idempotency-key": key } : {};
  const entry = { kind: "comment", ticket, body: text, group: key && `comment ${key}` };
  return note(await ask(world, replica, entry,
    { method: "POST", path: `/v1/tickets/${ticket}/comments`, body, headers }));
}

export async function look(world, replica, ticket) {
  const entry = { kind: "read", ticket };
  return note(await ask(world, replica, entry, { path: `/v1/tickets/${ticket}` }));
}

function someFields(stream, mark) {
  const all = { status: stream.one(words.status), priority: stream.one(words.priority),
    assignee: `a-${mark}`, tags: `t-${mark}` };
  const names = stream.shuffled(Object.keys(all)).slice(0, 1 + stream.below(3));
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

async function ticketStep(world, stream, mark, ticket) {
  const kind = stream.next();
  const place = stream.below(3);
  const isKeyed = stream.chance(0.3);
  const fields = someFields(stream, mark);
  const replica = near(world, place);
  if (kind < 0.25) {
    // Two people at two replicas, each changing something else: both must stand.
    const other = near(world, place + 1, replica);
    const one = stream.chance(0.5) ? { status: stream.one(words.status) }
      : { priority: stream.one(words.priority) };
    const two = stream.chance(0.5) ? { assignee: `b-${mark}` } : { tags: `u-${mark}` };
    await Promise.all([patch(world, replica, ticket, one), patch(world, other, ticket, two)]);
  } else if (kind < 0.5) {
    if (!isKeyed) await patch(world, replica, ticket, fields);
    else await insist(world, stream, (at) => patch(world, at, ticket, fields, mark));
  } else if (kind < 0.72) {
    if (!isKeyed) await comment(world, replica, ticket, `c-${mark}`);
    else await insist(world, stream, (at) => comment(world, at, ticket, `c-${mark}`, mark));
  } else {
    await look(world, replica, ticket);
  }
}

// Queues, by the protocol that AWS's SDKs speak.

function sqs(world, replica, entry, operation, body) {
  return ask(world, replica, entry, { method: "POST", path: "/sqs", body: {
    QueueUrl: `${replica.daemon.url}/sqs/${entry.queue}`, ...body,
  }, headers: { "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `AmazonSQS.${operation}` } });
}

async function put(world, replica, queue, text, thread) {
  const entry = { kind: "send", queue, body: text, thread, group: thread && `send ${text}` };
  const more = thread ? { MessageGroupId: thread, MessageDeduplicationId: text } : {};
  const { operation, json } = await sqs(world, replica, entry, "SendMessage",
    { MessageBody: text, ...more });
  if (operation.outcome === "ok") operation.id = json.MessageId;
  return operation;
}

async function sendStep(world, stream, mark) {
  return put(world, near(world, stream.below(3)), "work", `m-${mark}`);
}

async function fifoStep(world, stream, mark) {
  const place = stream.below(3);
  const thread = `g${stream.below(3)}`;
  if (stream.chance(0.4)) {
    return insist(world, stream, (at) => put(world, at, "work.fifo", `f-${mark}`, thread));
  }
  const first = near(world, place);
  const second = near(world, place + 1, first);
  return Promise.all([first, second].map((at) => put(world, at, "work.fifo", `f-${mark}`, thread)));
}

/** Takes messages and deletes all but the one at the place `kept`; true if there were some. */
export async function consume(world, replica, queue, { count = 10, kept = -1 } = {}) {
  const entry = { kind: "receive", queue, hiddenMs: hiddenSeconds * 1000 };
  const { operation, json } = await sqs(world, replica, entry, "ReceiveMessage",
    { MaxNumberOfMessages: count, WaitTimeSeconds: 1, VisibilityTimeout: hiddenSeconds });
  if (operation.outcome !== "ok") return false;
  const messages = json.Messages ?? [];
  operation.messages = messages.map((one) => ({ id: one.MessageId, body: one.Body }));
  for (const [place, one] of messages.entries()) {
    if (place === kept) continue;
    await sqs(world, replica, { kind: "delete", queue, id: one.MessageId, received: operation.n },
      "DeleteMessage", { ReceiptHandle: one.ReceiptHandle });
  }
  return messages.length > 0;
}

async function consumeStep(world, stream, queue) {
  const replica = near(world, stream.below(3));
  await consume(world, replica, queue, { count: 1 + stream.below(10), kept: stream.below(12) });
}

// Notices: an operator who has new customers, plans a run and applies it.

const customersPerRun = 8;

/** True once what is in the report now is on its way. */
export async function notify(world, replica, other) {
  const how = { method: "POST", body: {}, allowed: [409], wait: 8000 };
  const planned = await ask(world, replica, { kind: "plan" }, { ...how, path: "/v1/notices/plan" });
  if (planned.operation.outcome !== "ok") return false;
  const { run } = planned.json;
  planned.operation.run = run;
  const { operation } = await ask(world, other, { kind: "apply", run },
    { ...how, path: `/v1/notices/runs/${run}/apply` });
  return operation.outcome === "ok";
}

/** New customers in the report. */
export function addCustomers(world, mark) {
  for (let i = 0; i < customersPerRun; ++i) world.customers.push(`c${i}-${mark}@customer.example`);
  world.writeReport();
}

async function operatorStep(world, stream, mark) {
  addCustomers(world, mark);
  const place = stream.below(3);
  await notify(world, near(world, place), near(world, place + stream.below(2)));
  await wait(stream.between(2500, 5000));
}

// The person who is asked where a notice may or may not have arrived: looks there, then decides.

const unsureQuery = `SELECT d.id, n.email FROM delivery d
  JOIN notice_letter n ON n.delivery = d.id WHERE d.state IN (1, 2)`;

export async function decide(world, place) {
  let rows = "";
  try {
    rows = await world.database.askBeside(unsureQuery);
  } catch {
    return 0; // the database is being restarted
  }
  const open = rows.split("\n").filter((row) => row);
  for (const row of open) {
    const [id, email] = row.split("|");
    const hasArrived = world.outside.posts.some((one) => one.email === email);
    const path = `/v1/deliveries/d-${id.padStart(6, "0")}/${hasArrived ? "discard" : "retry"}`;
    const entry = { kind: hasArrived ? "discard" : "retry", effect: `notice ${email}` };
    const body = hasArrived ? { why: "the receiver has it" } : {};
    await ask(world, near(world, place), entry,
      { method: "POST", path, body, allowed: [404, 409] });
  }
  return open.length;
}

/** Who there is: {name, pause: [from, to] in milliseconds, step(world, stream, mark, count)}. */
export function clients(world) {
  const all = [];
  const add = (name, pause, step) => all.push({ name, pause, step });
  for (let c = 0; c < cells; ++c) {
    const cell = new Cell(world, `cell${c}`);
    for (let i = 0; i < perCell; ++i) {
      add(`cell${c}.${i}`, [40, 220], async (_, stream, mark, count) => {
        const ticket = await cell.ticket(Math.floor(count / operationsPerTicket));
        if (ticket) await ticketStep(world, stream, mark, ticket);
      });
    }
  }
  for (const name of ["opener1", "opener2"]) add(name, [150, 500], openStep);
  add("sender", [80, 300], sendStep);
  for (const name of ["fifo1", "fifo2"]) add(name, [80, 300], fifoStep);
  add("worker", [50, 200], (_, stream) => consumeStep(world, stream, "work"));
  for (const name of ["fifoworker1", "fifoworker2"]) {
    add(name, [50, 200], (_, stream) => consumeStep(world, stream, "work.fifo"));
  }
  add("operator", [500, 1500], operatorStep);
  add("person", [1500, 2500], (_, stream) => decide(world, stream.below(3)));
  return all;
}

/** Runs a client until the load is over. */
export async function run(world, { name, pause, step }) {
  const stream = streamOf(world.seed, name);
  for (let count = 0; !world.isResting; ++count) {
    const pauseMs = stream.between(...pause);
    await step(world, stream, `${name}.${count}`, count);
    await wait(pauseMs);
  }
}
