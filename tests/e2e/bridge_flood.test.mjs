// Many threads at once while both sides fail in all ways they can; afterwards both are compared,
// message by message. BRIDGE_THREADS × BRIDGE_MESSAGES, BRIDGE_SEED. BRIDGE_HARD=1 adds what takes
// up to a minute each: doubts in which nothing happened, refusals without Retry-After.
// BRIDGE_DROPS=1 adds connections that break without a word: Slack tells late then what was on its
// way, so it does not tell in the order in which things were said, and only the set is compared.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { until } from "./daemon.mjs";

const threads = Number(process.env.BRIDGE_THREADS ?? 20);
const messages = Number(process.env.BRIDGE_MESSAGES ?? 6);
const patience = 60_000 + threads * messages * 400;

/** Numbers that are the same each time: mulberry32. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const roll = random(Number(process.env.BRIDGE_SEED ?? 7));
const pick = (list) => list[Math.floor(roll() * list.length)];

const slackFaults = [
  { kind: "answer", status: 429, word: "ratelimited", retry_after: 1 },
  { kind: "answer", status: 503, word: "x" },
  { kind: "answer", status: 200, word: "internal_error" },
  { kind: "hang_up" }, { kind: "lost" }, { kind: "trouble", status: 500 },
];
const deskFaults = [
  { status: 429, retry_after: "1", body: "{}" }, { status: 500 }, { status: 503 },
  { kind: "hang_up", after: true }, { kind: "half", after: true },
  { status: 502, after: true },
];
const isHard = Boolean(process.env.BRIDGE_HARD), hasDrops = Boolean(process.env.BRIDGE_DROPS);
if (isHard) {
  slackFaults.push({ kind: "answer", status: 429, word: "ratelimited" });
  deskFaults.push({ status: 429 }, { kind: "hang_up" }, { kind: "half" }, { kind: "noise" });
}
const troubles = ["refresh", "warning", ...(hasDrops ? ["drop"] : [])];

async function disturb(world) {
  const dice = roll();
  if (dice < 0.45) {
    const method = pick(["chat.postMessage", "chat.postMessage", "chat.getPermalink", ""]);
    await world.slack.order("fault", { method, ...pick(slackFaults) });
  } else if (dice < 0.93) {
    const [method, path] = pick([["PUT", "/api/v2/tickets"], ["PUT", "/api/v2/tickets"],
      ["POST", "/api/v2/tickets"], ["GET", "/api/v2/tickets"]]);
    await world.desk.tell("fault", { method, path, ...pick(deskFaults) });
  } else {
    await world.slack.order("sockets", { trouble: pick(troubles) });
  }
}

async function speak(world, channel) {
  const say = async (text, thread = "") => (await world.slack.order("say",
    { channel, user: "U7", text, thread })).ts;
  const root = await say(`problem of ${channel}`);
  const said = [], answered = [];
  let ticket = null;
  for (let i = 0; i < messages; ++i) {
    if (i % 2 === 0) {
      said.push(`word ${channel}-${i}.`);
      await say(said.at(-1), root);
    } else {
      ticket ??= await until(() => world.ticket(root, channel), `ticket of ${channel}`, patience);
      answered.push(`answer ${channel}-${i}.`);
      await world.desk.tell("say", { ticket: ticket.id, html: `<p>${answered.at(-1)}</p>` });
    }
    if (roll() < 0.25) await disturb(world);
  }
  return { channel, root, said, answered };
}

const found = (list, key, pattern) => list.map((one) => pattern.exec(one[key])?.[0])
  .filter(Boolean);

async function compare(world, { channel, root, said, answered }) {
  const tickets = (await world.tickets())
    .filter((one) => one.external_id === `slack:${channel}:${root}`);
  assert.equal(tickets.length, 1, `one ticket of ${channel}`);
  const comments = found(tickets[0].comments, "plain_body", /word \S+-\d+\./);
  if (hasDrops) comments.sort((a, b) => said.indexOf(a) - said.indexOf(b));
  assert.deepEqual(comments, said, `comments of ${channel}`);
  const thread = await world.thread(root, channel);
  assert.deepEqual(found(thread, "text", /answer \S+-\d+\./), answered, `posts in ${channel}`);
  assert.equal(thread.filter((one) => /^Ticket|#\d+/.test(one.text)).length, 1,
    `number and link once in ${channel}: ${JSON.stringify(thread.map((one) => one.text))}`);
}

test(`${threads} threads × ${messages} messages`, async () => {
  const channels = Array.from({ length: threads }, (_, i) => `C${100 + i}`);
  const world = await bridgeWorld({ channels });
  await world.start();
  await world.slack.order("repeat", { every: 7 });
  const began = Date.now();
  const killed = (async () => {
    await until(async () => (await world.tickets()).length > threads / 2, "half", patience);
    await world.daemon.kill();
    await world.start();
  })();
  const all = await Promise.all(channels.map((channel) => speak(world, channel)));
  await killed;
  const spoken = Date.now();
  const isThere = async ({ channel, root, said, answered }) => {
    const ticket = await world.ticket(root, channel);
    const thread = await world.thread(root, channel);
    return found(ticket?.comments ?? [], "plain_body", /word \S+-\d+\./).length >= said.length &&
      found(thread, "text", /answer \S+-\d+\./).length >= answered.length;
  };
  for (const one of all) await until(() => isThere(one), `all of ${one.channel}`, patience);
  const carried = Date.now();
  // What would be doubled would be doubled soon.
  await new Promise((resume) => setTimeout(resume, Math.min(3000, 500 + threads * 20)));
  for (const one of all) await compare(world, one);
  console.log(`spoken in ${spoken - began} ms, all there after ${carried - began} ms`);
  await world.end();
});
