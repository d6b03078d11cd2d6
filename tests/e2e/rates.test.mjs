// A rate holds for all replicas together: three daemons over one PostgreSQL, and one over SQLite,
// send the same notices to a receiver that notes when each came.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { call, folder, local, serve, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const customers = 60;
const perMinute = 600;
const between = 60_000 / perMinute;
const servers = new Set();
after(() => servers.forEach((one) => {
  one.closeAllConnections();
  one.close();
}));

/** Notes when each POST came. The `busyAt`-th is answered 429, with a pause. */
async function receiver(busyAt = -1, pause = 3) {
  const came = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.method !== "POST") return response.writeHead(204).end();
      came.push(Date.now());
      if (came.length === busyAt) {
        return response.writeHead(429, { "Retry-After": String(pause) }).end();
      }
      response.writeHead(200).end("{}");
    });
  });
  servers.add(server);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, came };
}

function world(store, hook) {
  const cwd = folder(`${local}${store}
[retry]
first = "50ms"
max = "1s"
[notices]
file = "report.csv"
webhook_url = "${hook.url}"
idempotent_webhook = true
rate_per_minute = ${perMinute}
`);
  const today = new Date(Date.now() - 86_400_000).toISOString();
  const day = `${today.slice(8, 10)}/${today.slice(5, 7)}/${today.slice(0, 4)}`;
  const rows = Array.from({ length: customers }, (_, i) =>
    `Pat,Doe,c${i}@x.example,T${i},Closed,${day}\n`);
  writeFileSync(`${cwd}/report.csv`,
    `Firstname,Lastname,Email,Ticket,Status,Date\n${rows.join("")}`);
  return cwd;
}

async function sendAll(replicas, hook, wanted) {
  const plan = await call(replicas[0].url, "/v1/notices/plan", { method: "POST", body: {} });
  assert.equal(plan.status, 201, JSON.stringify(plan.json));
  const path = `/v1/notices/runs/${plan.json.run}/apply`;
  const applied = await call(replicas[0].url, path, { method: "POST", body: {} });
  assert.equal(applied.status, 200, JSON.stringify(applied.json));
  await until(() => hook.came.length >= wanted, "all notices came", 60_000);
}

/** In no second more than the rate allows; what was late by some milliseconds may look closer. */
function expectRate(came) {
  for (let first = 0, last = 0; last < came.length; ++last) {
    while (came[first] + 1000 <= came[last]) ++first;
    const most = last - first + 1;
    assert.ok(most <= 1000 / between + 3, `${most} in one second`);
  }
  const took = came.at(-1) - came[0];
  assert.ok(took >= (came.length - 1) * between * 0.95, `${came.length} took ${took} ms`);
}

test("three replicas send no faster together than one may", async () => {
  const database = postgres();
  const hook = await receiver();
  const cwd = world(`[store]\nurl = "${database.url}"\n`, hook);
  const replicas = [];
  for (let i = 0; i < 3; ++i) replicas.push(await serve({ cwd }));
  await sendAll(replicas, hook, customers);
  expectRate(hook.came);
  const holders = database.ask("SELECT count(*) FROM rate");
  assert.equal(holders, "1", "one row for what is limited");
  for (const one of replicas) await one.stop();
  database.end();
});

test("a pause that the receiver asks of one replica holds for all", async () => {
  const database = postgres();
  const hook = await receiver(10, 3);
  const cwd = world(`[store]\nurl = "${database.url}"\n`, hook);
  const replicas = [];
  for (let i = 0; i < 3; ++i) replicas.push(await serve({ cwd }));
  await sendAll(replicas, hook, customers + 1);
  const asked = hook.came[9];
  // Those that were on their way already.
  const meanwhile = hook.came.filter((at) => at > asked && at < asked + 2800);
  assert.ok(meanwhile.length <= 3, `${meanwhile.length} came in the pause`);
  for (const one of replicas) await one.stop();
  database.end();
});

test("one process over SQLite keeps its rate", async () => {
  const hook = await receiver();
  const cwd = world("", hook);
  const alone = await serve({ cwd });
  await sendAll([alone], hook, customers);
  expectRate(hook.came);
  await alone.stop();
  alone.clean();
});
