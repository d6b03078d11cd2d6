// One history: the load with its nemesis, then good weather until all is over, then what is there.
import { mkdirSync, writeFileSync } from "node:fs";
import { runBeside } from "../e2e/daemon.mjs";
import { clients, consume, decide, look, notify, run } from "./clients.mjs";
import { heal, planOf, unleash } from "./nemesis.mjs";
import { World } from "./world.mjs";

const readyMs = 20_000;
const stopMs = 20_000;
const parkedState = 1; // domain/event.h
const drainMs = 45_000; // a lease that has just begun, and what waits behind it

const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

async function until(check, milliseconds) {
  const end = performance.now() + milliseconds;
  for (;;) {
    if (await check()) return true;
    if (performance.now() > end) return false;
    await wait(200);
  }
}

/** Runs `seconds` of load and returns the history for checker.mjs. */
export async function record(seed, seconds) {
  const world = new World(seed);
  try {
    await world.open();
    world.loadBegan = world.clock();
    const working = clients(world).map((one) => run(world, one));
    const striking = unleash(world, planOf(seed, seconds));
    await wait(seconds * 1000);
    await striking;
    world.isResting = true;
    heal(world);
    await Promise.all(working);
    const left = [];
    await settle(world, left);
    return await collect(world, left);
  } finally {
    await world.close();
  }
}

async function isReady(replica) {
  try {
    return (await fetch(`${replica.daemon.url}/readyz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

async function settle(world, left) {
  for (const one of world.replicas) {
    if (!(await until(() => one.state === "up" && isReady(one), readyMs))) {
      left.push(`replica ${one.name} (${one.state}) is not ready`);
    }
  }
  const healed = world.clock();
  let turn = 0;
  const next = () => world.replicas[turn++ % 3];
  if (!(await until(() => notify(world, next(), next()), readyMs))) {
    left.push("the last customers can't be told");
  }
  for (const queue of ["work", "work.fifo"]) {
    const isEmpty = async () => {
      await consume(world, next(), queue);
      return (await count(world, `FROM queue_message WHERE queue = '${queue}'`)) === 0;
    };
    if (!(await until(isEmpty, drainMs))) left.push(`queue ${queue} can't be emptied`);
  }
  const isDrained = async () => {
    const open = await decide(world, turn++);
    return open === 0 && (await count(world, "FROM delivery WHERE state <= 2")) === 0;
  };
  if (!(await until(isDrained, drainMs))) {
    left.push(...(await hanging(world)).map((row) => `delivery ${row}`));
  }
  world.drainedMs = world.clock() - healed;
  const parked = await rows(world,
    `SELECT id, kind, reason FROM event WHERE state = ${parkedState}`);
  left.push(...parked.map((row) => `event ${row} is parked`));
}

const count = async (world, from) =>
  Number(await world.database.askBeside(`SELECT count(*) ${from}`));

const rows = async (world, query) =>
  (await world.database.askBeside(query)).split("\n").filter((row) => row);

const hanging = (world) => rows(world, `SELECT d.id, d.lane, d.state, d.reason, l.holder,
  to_timestamp(l.held_until / 1000), to_timestamp(l.due_at / 1000)
  FROM delivery d LEFT JOIN lane l ON l.name = d.lane WHERE d.state <= 2 ORDER BY d.id LIMIT 20`);

async function stop(world) {
  const ended = world.replicas.flatMap((one) => one.ended);
  for (const one of world.replicas) {
    one.state = "down";
    const done = await Promise.race([one.daemon.stop(), wait(stopMs)]);
    if (done?.code !== 0) {
      const how = done ? `exit ${done.code ?? done.signal}` : `still there after ${stopMs} ms`;
      ended.push({ replica: one.name, what: `asked to stop: ${how}` });
    }
  }
  return ended;
}

async function collect(world, left) {
  const known = new Set(world.operations.filter((one) => one.kind === "open" && one.ticket)
    .map((one) => one.ticket));
  let turn = 0;
  for (const ticket of known) await look(world, world.replicas[turn++ % 3], ticket);
  const tickets = (await rows(world, "SELECT id, title FROM ticket ORDER BY id"))
    .map((row) => ({ id: Number(row.split("|")[0]), title: row.split("|")[1] }));
  const queued = {};
  for (const queue of ["medium", "low"]) {
    queued[queue] = (await rows(world, `SELECT body FROM queue_message WHERE queue = '${queue}'`))
      .map((body) => JSON.parse(body).ticket);
  }
  const runs = (await rows(world, "SELECT id, made_at FROM notice_run ORDER BY id")).map((row) => {
    const [id, at] = row.split("|").map(Number);
    return { id, at: at - world.beganWall, minute: new Date(at).toISOString().slice(0, 16) };
  });
  const ended = await stop(world);
  const verified = await runBeside(world.replicas[0].cwd, ["store", "verify"]);
  if (verified.code !== 0) left.push(`store verify: exit ${verified.code} ${verified.out}`);
  return { seed: world.seed, operations: world.operations, events: world.events, left, ended,
    sleeps: world.sleeps, drainedMs: world.drainedMs,
    met: world.replicas.map((one) => Object.fromEntries(one.proxy.met)),
    final: { tickets, queued, runs, reached: world.outside.reached, posts: world.outside.posts,
      sends: world.outside.sends, customers: world.customers } };
}

/** Where a history that can't be explained is written to. */
export function write(history) {
  const folder = new URL("../../build/histories/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`history-${history.seed}.json`, folder);
  writeFileSync(file, JSON.stringify(history));
  return file.pathname;
}

/** What a run was, in a line or two. */
export function summary(history) {
  const counts = { ok: 0, refused: 0, unknown: 0 };
  for (const one of history.operations) counts[one.outcome] += 1;
  const met = {};
  for (const one of history.met) {
    for (const [fault, times] of Object.entries(one)) met[fault] = (met[fault] ?? 0) + times;
  }
  const did = {};
  for (const one of history.events) did[one.kind] = (did[one.kind] ?? 0) + 1;
  const list = (one) => Object.entries(one).map(([what, times]) => `${times} ${what}`).join(", ");
  return `${history.operations.length} operations (${list(counts)}); nemesis: ${list(did)}; ` +
    `COMMITs: ${list(met)}; drained in ${(history.drainedMs / 1000).toFixed(1)} s`;
}
