// What goes wrong, and when: a plan out of a seed, and its execution.
import { addCustomers, notify } from "./clients.mjs";
import { commitFaults } from "./proxy.mjs";
import { streamOf } from "./random.mjs";

/** Longer than a lane's lease: whoever sleeps so long has lost what it held. */
const longSleepMs = 34_000;
const firstMs = 2000;
const names = ["A", "B", "C"];

const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

/** One of each, to be dealt like cards: nothing is left out for long. */
function deck(stream) {
  const who = () => stream.one(names);
  const ms = (low, high) => Math.round(stream.between(low, high));
  const commits = [...commitFaults, "answer lost", "commit late"].map((fault) => ({ kind: "commit",
    fault, replica: who(), count: 1 + stream.below(3), ms: ms(100, 1200) }));
  return stream.shuffled([
    ...commits,
    { kind: "kill", replica: who(), ms: ms(100, 2000) },
    { kind: "kill", replica: who(), ms: ms(100, 2000) },
    { kind: "sleep", replica: who(), ms: ms(500, 4000) },
    { kind: "restart", mode: "fast" },
    { kind: "restart", mode: "immediate" },
    { kind: "cut", replica: who() },
    { kind: "cut", replica: "all" },
    { kind: "refuse", replica: who(), ms: ms(300, 2500) },
    { kind: "refuse", replica: "all", ms: ms(300, 1500) },
    { kind: "silence", replica: who(), ms: ms(500, 5000), isCut: stream.chance(0.5) },
    { kind: "silence", replica: "all", ms: ms(500, 2500), isCut: stream.chance(0.5) },
    { kind: "slow", replica: who(), ms: ms(1500, 4000), pieceMs: ms(10, 60) },
    { kind: "slow", replica: "all", ms: ms(1500, 3000), pieceMs: ms(5, 30) },
  ]);
}

/** [{at, kind, ...}] for so many seconds of load. Pure: the same seed, the same plan. */
export function planOf(seed, seconds) {
  const stream = streamOf(seed, "nemesis");
  const end = seconds * 1000;
  const plan = [];
  let cards = [];
  for (let at = firstMs; at < end; at += Math.round(stream.between(800, 2600))) {
    if (cards.length === 0) cards = deck(stream);
    plan.push({ at, ...cards.pop() });
  }
  // One sleeps past its lease and wakes while others have its work.
  for (let at = 3000; at + longSleepMs < end; at += longSleepMs + 8000) {
    plan.push({ at, kind: "sleep", replica: stream.one(names), ms: longSleepMs, isSending: true });
  }
  return plan.sort((a, b) => a.at - b.at);
}

/** Executes a plan; the load goes on beside it. */
export async function unleash(world, plan) {
  const running = [];
  for (const event of plan) {
    const away = event.at - (world.clock() - world.loadBegan);
    if (away > 0) await wait(away);
    if (world.isResting) break;
    running.push(strike(world, event));
  }
  await Promise.all(running);
}

const awake = (world) => world.replicas.filter((one) => one.state === "up");

async function strike(world, event) {
  const targets = world.replicas.filter((one) =>
    event.replica === "all" || event.replica === one.name);
  const [one] = targets;
  // Two are needed: one to be struck, and one who goes on.
  const isLoss = event.kind === "kill" || event.kind === "sleep";
  if (isLoss && (one.state !== "up" || awake(world).length < 2)) return;
  world.events.push({ ...event, at: world.clock() });
  const proxies = targets.map((target) => target.proxy);
  if (event.kind === "kill") await one.kill(event.ms);
  if (event.kind === "sleep") await sleep(world, one, event);
  if (event.kind === "restart") await world.database.restart(event.mode);
  if (event.kind === "cut") proxies.forEach((proxy) => proxy.cut());
  if (event.kind === "commit") {
    for (let i = 0; i < event.count; ++i) one.proxy.arm(event.fault, event.ms);
  }
  if (event.kind === "refuse") await during(event.ms, (isOn) =>
    proxies.forEach((proxy) => proxy.refuse(isOn)));
  if (event.kind === "silence") {
    await during(event.ms, (isOn) => proxies.forEach((proxy) => proxy.silence(isOn)));
    if (event.isCut) proxies.forEach((proxy) => proxy.cut());
  }
  if (event.kind === "slow") await during(event.ms, (isOn) =>
    proxies.forEach((proxy) => proxy.slow(isOn ? event.pieceMs : 0)));
}

async function during(milliseconds, change) {
  change(true);
  await wait(milliseconds);
  change(false);
}

const wakingMs = 300;
const runsMost = 8;
const sendingMost = 250;
const lookMs = 10;
const askedMost = 40;
const askAgainMs = 250;
const stateNames = ["pending", "unsure", "dead", "done", "discarded"];
const effectsQuery = `SELECT d.state, d.ticket, coalesce(n.email, ''), coalesce(l.held_until, 0),
  coalesce(l.generation, 0), d.lane FROM delivery d LEFT JOIN lane l ON l.name = d.lane
  LEFT JOIN notice_letter n ON n.delivery = d.id
  WHERE d.target LIKE 'notices:%' OR d.target LIKE '%sqs%' OR d.target LIKE 'queue:%'`;

/** Asked until the database is there. */
async function effects(world) {
  for (let i = 0; i < askedMost; ++i) {
    try {
      return (await world.database.askBeside(effectsQuery)).split("\n").filter((row) => row)
        .map((row) => effectIn(world, row));
    } catch {
      await wait(askAgainMs);
    }
  }
  return [];
}

function effectIn(world, row) {
  const [state, ticket, email, until, generation, lane] = row.split("|");
  return { state: stateNames[state], effect: email ? `notice ${email}` : `ticket ${ticket}`,
    until: Number(until) - world.beganWall, generation: Number(generation), lane };
}

/** Sees to it that a run of notices is in its hands: more than one waits there for its place, and
 *  would be sent when it wakes. The others can't reach the database for that long. */
async function whileSending(world, replica) {
  const others = world.replicas.filter((one) => one !== replica);
  for (const one of others) one.proxy.refuse(true);
  const mark = `sleep${world.events.length}`;
  addCustomers(world, mark);
  for (let i = 0; i < runsMost && !(await notify(world, replica, replica)); ++i) await wait(lookMs);
  const isSending = () => world.outside.posts.some((one) => one.email.includes(mark));
  for (let i = 0; i < sendingMost && !isSending(); ++i) await wait(lookMs);
  return () => others.forEach((one) => one.proxy.refuse(false));
}

/** A replica is stopped; before it goes on, what others have taken over meanwhile is noted. */
async function sleep(world, replica, { ms: milliseconds, isSending }) {
  const letOthersGoOn = isSending ? await whileSending(world, replica) : () => {};
  const isAwake = replica.state === "up";
  if (isAwake) replica.sleep();
  letOthersGoOn();
  if (!isAwake) return;
  const before = new Map((await effects(world)).map((one) => [one.lane, one.generation]));
  await wait(milliseconds);
  const over = [];
  for (const one of await effects(world)) {
    const isOver = one.state === "done" || one.state === "unsure" || one.state === "discarded";
    const isTaken = one.generation > (before.get(one.lane) ?? Infinity) &&
      one.until > world.clock();
    if (isOver) over.push({ effect: one.effect, state: one.state, until: null });
    // Later on it may have been given back.
    const until = Math.min(one.until, world.clock() + wakingMs);
    if (!isOver && isTaken) over.push({ effect: one.effect, state: "another's", until });
  }
  world.sleeps.push({ replica: replica.name, at: world.clock(), over });
  replica.wake();
}

/** All is well from here on. */
export function heal(world) {
  for (const one of world.replicas) one.proxy.heal();
  for (const one of world.replicas) if (one.state === "asleep") one.wake();
}
