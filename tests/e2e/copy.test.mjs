// A store moves from SQLite to PostgreSQL and back: by the page's own commands, and through kills
// at any moment.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { binary, call, folder, run, runBeside, serve, teams, ticket, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const page = readFileSync(new URL("../../docs/guide/operate.md", import.meta.url), "utf8");
const section = page.split("\n## From one machine to several\n")[1].split("\n## ")[0];
const blocks = (kind) =>
  [...section.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, "gm"))].map((one) => one[1]);

const env = { DESKWIRE_DB_PASSWORD: "p%40ss" };

/** Runs a page's lines in the test's folder: as this user, with its own database. */
async function follow(world, lines) {
  let out = "";
  let rest = [];
  const runRest = async () => {
    if (rest.length === 0) return;
    const mine = rest.join("\n").replaceAll("sudo -u deskwire ", "")
      .replaceAll("/var/lib/deskwire", world.cwd)
      .replaceAll("db.example.com/deskwire?sslmode=verify-full", world.database);
    rest = [];
    // Beside, so that what this test serves goes on.
    const done = await new Promise((over) => {
      const child = spawn("bash", ["-euo", "pipefail", "-c", mine], { cwd: world.cwd,
        env: { ...env, PATH: `${dirname(resolve(binary))}:${process.env.PATH}`,
          HOME: world.cwd } });
      let printed = "", err = "";
      child.stdout.on("data", (piece) => (printed += piece));
      child.stderr.on("data", (piece) => (err += piece));
      child.on("exit", (code) => over({ code, printed, err }));
    });
    assert.equal(done.code, 0, `${mine}\n${done.err}${done.printed}`);
    out += done.printed;
  };
  for (const line of lines.trim().split("\n")) {
    if (line === "systemctl stop deskwire") {
      await runRest();
      for (const daemon of world.daemons.splice(0)) assert.equal((await daemon.stop()).code, 0);
    } else if (line === "systemctl start deskwire") {
      await runRest();
      world.daemons.push(await serve({ cwd: world.cwd, env }));
    } else {
      rest.push(line);
    }
  }
  await runRest();
  return out;
}

/** Gives each request to the next replica that says it is ready. */
async function loadBalancer(replicas) {
  let next = 0;
  const server = createServer(async (incoming, answer) => {
    for (let tries = 0; tries < replicas.length; ++tries) {
      const replica = replicas[next++ % replicas.length];
      const ready = await fetch(`${replica.url}/readyz`).catch(() => ({ ok: false }));
      if (!ready.ok) continue;
      const { hostname, port } = new URL(replica.url);
      const { host, ...headers } = incoming.headers;
      const onward = request({ hostname, port, path: incoming.url, method: incoming.method,
        headers: { ...headers, host: `${hostname}:${port}` } }, (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      });
      incoming.pipe(onward);
      return;
    }
    answer.writeHead(503).end();
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}`, end: () => {
    server.closeAllConnections();
    server.close();
  } };
}

/** A receiver of notices, and who was told. */
async function receiver() {
  const heard = [];
  const server = createServer((incoming, answer) => {
    let body = "";
    incoming.on("data", (piece) => (body += piece));
    incoming.on("end", () => {
      if (incoming.method === "POST") heard.push(JSON.parse(body).to);
      answer.writeHead(200).end("{}");
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, heard, end: () => {
    server.closeAllConnections();
    server.close();
  } };
}

/** The first event of the live stream for a reader who comes back. */
async function firstLive(url, lastId) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  const answer = await fetch(`${url}/v1/live`,
    { headers: lastId ? { "last-event-id": lastId } : {}, signal: abort.signal });
  let text = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (/^event: .*\n[^]*\n\n/m.test(text)) break;
  }
  clearTimeout(timer);
  abort.abort();
  return /^event: (.*)$/m.exec(text)[1];
}

const reported = (email, number) => {
  const at = new Date(Date.now() - 3 * 86_400_000).toISOString();
  return `Pat,Doe,${email},${number},Closed,` +
    `${at.slice(8, 10)}/${at.slice(5, 7)}/${at.slice(0, 4)}\n`;
};

const config = (hook) => `[server]
listen = "127.0.0.1:0"
public_url = "http://desk.example.com"
[[queue]]
name = "high"
[notices]
file = "report.csv"
webhook_url = "${hook}"
rate_per_minute = 1000000
every = "day"
`;

const shown = async (url) => {
  const list = (await call(url, "/v1/tickets")).json.items;
  return Promise.all(list.map(async (one) => {
    const { waiting_seconds: goesOn, ...rest } = (await call(url, `/v1/tickets/${one.id}`)).json;
    return { ...rest, waits: goesOn !== undefined };
  }));
};

test("from one machine to several and back, by the page's commands", async () => {
  const database = postgres();
  const hook = await receiver();
  const host = dirname(database.socket);
  const cwd = folder(config(hook.url));
  const toml = join(cwd, "deskwire.toml");
  const mine = (text) => text.replaceAll("db.example.com/deskwire?sslmode=verify-full",
    `/deskwire?host=${host}`);
  const world = { cwd, daemons: [], database: `/deskwire?host=${host}` };
  try {
    writeFileSync(join(cwd, "report.csv"), "Firstname,Lastname,Email,Ticket,Status,Date\n" +
      reported("pat@x.example", 1041) + reported("ann@y.example", 7));
    world.daemons.push(await serve({ cwd, env }));
    const { url } = world.daemons[0];
    for (let i = 1; i <= 12; ++i) await teams(url, "local", i, ticket(`T${i}`));
    await call(url, "/v1/tickets/3", { method: "PATCH", body: { status: "solved" } });
    await call(url, "/v1/tickets/4/comments", { method: "POST", body: { body: "On it, Übung 😀" } });
    assert.equal((await runBeside(cwd, ["notices", "run"])).code, 0);
    await until(() => hook.heard.length === 2, "two notices");
    const origin = await shown(url);
    assert.equal(origin.length, 12);
    const busy = run(cwd, ["store", "copy", "--to", `sqlite:${cwd}/x.db`], { env });
    assert.equal(busy.code, 75, busy.err);
    assert.match(busy.err, /pid \d+/);

    const [copy, start, check, back] = blocks("sh");
    assert.match(await follow(world, copy), /every row compared equal/);
    const [store] = blocks("toml");
    writeFileSync(toml, config(hook.url) + mine(store));
    assert.match(await follow(world, start), /intact/);
    world.daemons.push(await serve({ cwd, env }));
    const balancer = await loadBalancer(world.daemons);
    assert.match(await follow(world, check), /T12/);
    assert.deepEqual(await shown(balancer.url), origin);
    for (let i = 1; i <= 4; ++i) {
      const again = await teams(balancer.url, "local", i, ticket(`T${i}`));
      assert.match(again.json.text, new RegExp(`^Ticket #${i} `), "a repeat gets the first answer");
    }
    const next = await teams(balancer.url, "local", 13, ticket("T13"));
    assert.match(next.json.text, /^Ticket #13 /);
    assert.equal((await call(balancer.url, "/v1/tickets?q=T7")).json.items.length, 1);
    assert.equal(await firstLive(balancer.url, "0.3"), "resync");
    const queued = JSON.parse(run(cwd, ["queue", "peek", "high", "--json"], { env }).out).items;
    assert.deepEqual(queued.map((one) => JSON.parse(one.body).ticket),
      Array.from({ length: queued.length }, (_, i) => i + 1));
    assert.equal((await runBeside(cwd, ["notices", "run"], { env })).code, 0);
    assert.equal(hook.heard.length, 2, "nobody hears twice");
    const served = run(cwd, ["store", "copy", "--to", `sqlite:${cwd}/x.db`], { env });
    assert.equal(served.code, 75, served.err);
    assert.match(served.err, /process \d+ of the server/);
    assert.ok(!existsSync(join(cwd, "x.db")));
    const moved = await shown(balancer.url);
    balancer.end();

    assert.match(await follow(world, back), /every row compared equal/);
    writeFileSync(toml, `${config(hook.url)}[store]\nurl = "sqlite:${cwd}/deskwire.db"\n`);
    await follow(world, "systemctl start deskwire");
    const home = world.daemons[0].url;
    assert.deepEqual(await shown(home), moved);
    assert.equal((await call(home, "/v1/tickets?q=T13")).json.items.length, 1);
    assert.equal(await firstLive(home, "745.17"), "resync");
    assert.match((await teams(home, "local", 14, ticket("T14"))).json.text, /^Ticket #14 /);
    await follow(world, "systemctl stop deskwire");
  } finally {
    hook.end();
    database.end();
  }
});

/** Many rows, quickly. */
function fill(cwd) {
  const wide = "x".repeat(300);
  const many = (rows, insert) =>
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) ${insert};`;
  const done = spawnSync("sqlite3", [join(cwd, "deskwire.db")], { encoding: "utf8", input:
    many(40_000, `INSERT INTO event (source, key, kind, at, body, for_ever)
      SELECT 'test', 'k' || i, 'k', i, '{"a":"${wide}"}', 0 FROM n`) +
    many(20_000, `INSERT INTO ticket (title, description, priority, status, requester_name,
      requester_email, requester_id, assignee, tags, source, desk, external_id, external_url, queue,
      opened_at, updated_at) SELECT 'Title ' || i, 'word' || i, 1, 0, '', '', '', '', '[]', 'test',
      '', '', '', 'high', i, i FROM n`) +
    many(20_000, `INSERT INTO queue_message (queue, body, attributes, message_group, deduplication,
      sent_at, visible_at) SELECT 'high', '${wide}' || i, '{}', '', '', i, i FROM n`) });
  assert.equal(done.stderr, "");
}

/** Starts a copy and kills it once its log has a line like this, or after so many milliseconds. */
function killed(cwd, to, moment) {
  return new Promise((over) => {
    const child = spawn(binary, ["store", "copy", "--to", to],
      { cwd, env: { PATH: process.env.PATH, HOME: cwd } });
    let log = "";
    child.stderr.on("data", (piece) => {
      log += piece;
      if (moment instanceof RegExp && moment.test(log)) child.kill("SIGKILL");
    });
    if (typeof moment === "number") setTimeout(() => child.kill("SIGKILL"), moment);
    child.on("exit", (code, signal) => over({ code, signal, log }));
  });
}

const moments = [3, /^copy event$/m, 60, /^copy queue_message$/m, /^copy ticket$/m, 250,
  /^check event$/m, /^check ticket$/m];

async function killAtManyMoments(from, target, config) {
  let kills = 0;
  for (const moment of moments) {
    // A server notices after a moment that a killed client is gone.
    const done = await until(async () => {
      const one = await killed(from, target.url, moment);
      return one.code === 75 ? null : one;
    }, "a copy that begins");
    assert.equal(done.signal, "SIGKILL", `${moment}: ${done.log}`);
    ++kills;
    const opened = await until(() => {
      const one = run(folder(config), ["ticket", "list", "--json"]);
      return one.code === 75 ? null : one;
    }, "a target without a lock");
    if (opened.code === 0) {
      assert.deepEqual(JSON.parse(opened.out).items, [], "it had not begun");
    } else {
      assert.match(opened.err, /a copy into this store was interrupted|there is no store/);
    }
  }
  assert.equal(kills, moments.length);
  const last = await until(() => {
    const done = run(from, ["store", "copy", "--to", target.url, "--json"]);
    return done.code === 75 ? null : done;
  }, "a copy that ends");
  assert.equal(last.code, 0, last.err);
  const report = JSON.parse(last.out);
  assert.equal(report.is_complete, true);
  assert.ok(report.rows >= 80_000);
}

test("a copy that is killed at any moment begins again, and is complete", async () => {
  const database = postgres();
  try {
    const cwd = folder("");
    assert.equal(run(cwd, ["store", "migrate"]).code, 0);
    fill(cwd);
    const onPostgres = `[store]\nurl = "${database.url}"\n`;
    await killAtManyMoments(cwd, { url: database.url }, onPostgres);
    const there = folder(onPostgres);
    const file = join(cwd, "back.db");
    await killAtManyMoments(there, { url: `sqlite:${file}` }, `[store]\nurl = "sqlite:${file}"\n`);
    // Numbers of change notes are the store's own; a table that has given none may stand at 0.
    const dump = (name) => ["event", "ticket", "queue_message", "sqlite_sequence"].map((table) =>
      spawnSync("sqlite3", [join(cwd, name), `SELECT * FROM ${table} ORDER BY 1`],
        { encoding: "utf8", maxBuffer: 1 << 28 }).stdout).join("")
      .replace(/^(note\|\d+|\w+\|0)\n/gm, "");
    assert.ok(dump("back.db") === dump("deskwire.db"), "what came back is what went");
    const found = run(folder(`[store]\nurl = "sqlite:${file}"\n`), ["ticket", "list", "--json"]);
    assert.equal(JSON.parse(found.out).items[0].id, 20_000);
  } finally {
    database.end();
  }
});
