// A replica is stopped while it waits to send, longer than its lease; another takes over, and the
// first wakes up in the middle of its wait. What it was about to send was sent by then.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { call, folder, local, serve, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const customers = 5;
const between = 4000; // milliseconds from one notice to the next: room to stop in
const takeover = 30_000; // the promise: engine/lease.h
const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

const came = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    if (request.method === "POST") came.push(JSON.parse(body));
    response.writeHead(200).end("{}");
  });
});
after(() => {
  receiver.closeAllConnections();
  receiver.close();
});

function setup(database) {
  const cwd = folder(`${local}[store]
url = "${database.url}"
[notices]
file = "report.csv"
webhook_url = "http://127.0.0.1:${receiver.address().port}/hook"
idempotent_webhook = true
rate_per_minute = ${60_000 / between}
[retry]
# Longer than the sleep: of all that keeps it from sending, the lease alone is left.
timeout = "5m"
`);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  const day = `${yesterday.slice(8, 10)}/${yesterday.slice(5, 7)}/${yesterday.slice(0, 4)}`;
  const rows = Array.from({ length: customers }, (_, i) =>
    `Pat,Doe,c${i}@x.example,T${i},Closed,${day}\n`);
  writeFileSync(`${cwd}/report.csv`,
    `Firstname,Lastname,Email,Ticket,Status,Date\n${rows.join("")}`);
  return cwd;
}

test("what a replica waited to send when it fell asleep is sent once, by another", async () => {
  const database = postgres();
  await new Promise((ready) => receiver.listen(0, "127.0.0.1", ready));
  const cwd = setup(database);
  const asleep = await serve({ cwd });
  const plan = await call(asleep.url, "/v1/notices/plan", { method: "POST", body: {} });
  assert.equal(plan.status, 201, plan.text);
  const path = `/v1/notices/runs/${plan.json.run}/apply`;
  assert.equal((await call(asleep.url, path, { method: "POST", body: {} })).status, 200);
  await until(() => came.length === 1, "the first notice came", 30_000);
  // Its answer is noted, and the next waits for its turn.
  await until(() => database.ask("SELECT count(*) FROM delivery WHERE state = 3") === "1", "noted");
  asleep.signal("SIGSTOP");
  assert.equal(came.length, 1, "it waits to send");
  assert.notEqual(database.ask("SELECT count(*) FROM lane WHERE holder <> ''"), "0", "and holds");
  const other = await serve({ cwd });
  const open = () => Number(database.ask("SELECT count(*) FROM delivery WHERE state <= 2"));
  await until(() => open() === 0, "the other has sent the rest",
    takeover + customers * between + 30_000);
  assert.equal(came.length, customers);
  asleep.signal("SIGCONT");
  await until(async () => (await call(asleep.url, "/readyz")).status === 200, "it is back");
  await wait(2 * between);
  assert.equal(came.length, customers, "it has sent nothing again");
  assert.equal(new Set(came.map((one) => JSON.stringify(one))).size, customers, "each once");
  for (const one of [asleep, other]) await one.stop();
  database.end();
  other.clean();
});
