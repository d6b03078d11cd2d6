// A command and the API are one: they perform the same operations over the same store, so what one
// prints as JSON is what the other answers.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { call, folder, local, run, serve, teams, ticket } from "./daemon.mjs";

/** What a command prints with --json. */
function printed(cwd, ...words) {
  const done = run(cwd, [...words, "--json"]);
  assert.equal(done.code, 0, `${words}: ${done.err}`);
  return JSON.parse(done.out);
}

/** Ages go on while one looks, and a daemon on port 0 has another address than is configured. */
const still = (value) => JSON.parse(JSON.stringify(value, (name, one) => {
  if (name === "url" && one !== null) return new URL(one).pathname;
  return name === "oldest_seconds" && one !== null ? 0 : one;
}));

test("a command prints what the API answers", async () => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  await teams(daemon.url, "local", 2, ticket("Badge"));
  await call(daemon.url, "/v1/tickets/1/comments", { method: "POST", body: { body: "On it" } });
  const lists = [
    ["/v1/tickets", "ticket", "list"],
    ["/v1/tickets?status=open&q=vpn&limit=1", "ticket", "list", "vpn", "--status", "open",
      "--limit", "1"],
    ["/v1/deliveries?state=done", "delivery", "list", "--state", "done"],
    ["/v1/queues", "queue", "list"],
    ["/v1/queues/high/messages", "queue", "peek", "high"],
  ];
  for (const [path, ...words] of lists) {
    const { json } = await call(daemon.url, path);
    assert.ok(json.items.length > 0, path);
    assert.deepEqual(still(printed(daemon.cwd, ...words).items), still(json.items), path);
  }
  const { json: one } = await call(daemon.url, "/v1/tickets/1");
  assert.deepEqual(still(printed(daemon.cwd, "ticket", "show", "1")), still(one));
  const { json: tally } = await call(daemon.url, "/v1/tally");
  assert.deepEqual(printed(daemon.cwd, "tally").items, tally.agents);
  await daemon.stop();
  daemon.clean();
});

test("what the API refuses, a command refuses in the same words, and neither leaves a trace",
  async () => {
    const daemon = await serve();
    await teams(daemon.url, "local", 1, ticket("VPN drops"));
    const refused = [
      ["GET", "/v1/tickets/99", undefined, 1, ["ticket", "show", "99"]],
      ["PATCH", "/v1/tickets/99", { status: "solved" }, 1, ["ticket", "close", "99"]],
      ["GET", "/v1/queues/none/messages", undefined, 1, ["queue", "peek", "none"]],
      ["POST", "/v1/queues/none-dead/redrive", {}, 1, ["queue", "redrive", "none-dead"]],
      ["POST", "/v1/deliveries/d-000001/retry", {}, 1, ["delivery", "retry", "d-000001"]],
      ["POST", "/v1/deliveries/d-000001/discard", { why: "x".repeat(501) }, 2,
        ["delivery", "discard", "d-000001", "--why", "x".repeat(501)]],
    ];
    for (const [method, path, body, code, words] of refused) {
      const answer = await call(daemon.url, path, { method, body });
      assert.ok(answer.status >= 400, path);
      const done = run(daemon.cwd, words);
      assert.equal(done.code, code, `${words}: ${done.err}`);
      assert.ok(done.err.includes(answer.json.detail), `${done.err} | ${answer.json.detail}`);
    }
    const { json } = await call(daemon.url, "/v1/audit");
    assert.deepEqual(json.items, []);
    await daemon.stop();
    daemon.clean();
  });

test("of several deliveries all are decided, or none; each is in the audit list", async () => {
  const daemon = await serve();
  const both = run(daemon.cwd, ["delivery", "discard", "d-000001", "d-000002", "--why", "no need"]);
  assert.equal(both.code, 1, "there are none");
  const made = printed(daemon.cwd, "ticket", "new", "--title", "A", "--priority", "low",
    "--description", "b");
  assert.equal(made.source, "command");
  printed(daemon.cwd, "ticket", "close", "1");
  const { json } = await call(daemon.url, "/v1/audit");
  assert.deepEqual(json.items.map((one) => [one.who, one.what, one.subject]), [
    ["command line", "ticket.update", "ticket 1: status"],
    ["command line", "ticket.open", "ticket 1"]]);
  await daemon.stop();
  daemon.clean();
});

test("a plan of notices is the same to both, and so is what a customer was sent", async () => {
  const cwd = folder(`${local}[notices]\nfile = "report.csv"\n` +
    'webhook_url = "http://127.0.0.1:9/"\n');
  const today = new Date().toLocaleDateString("en-GB");
  writeFileSync(`${cwd}/report.csv`, "first,last,email,ticket,status,date\n" +
    `Ana,L,ana@x.example,1,Closed,${today}\n`);
  const daemon = await serve({ cwd });
  const made = printed(cwd, "notices", "plan");
  const [{ deliveries, ...run }] = (await call(daemon.url, "/v1/notices/runs")).json.items;
  assert.deepEqual(made, run);
  assert.equal(deliveries.pending, 0);
  const { status } = await call(daemon.url, `/v1/notices/runs/${run.run}/apply`,
    { method: "POST", body: {} });
  assert.equal(status, 200);
  const steady = (items) => items.map(({ reason, ...one }) => one);  // it is tried meanwhile
  const { json } = await call(daemon.url, "/v1/notices/why?email=ana@x.example");
  const told = printed(cwd, "notices", "why", "ana@x.example").items;
  assert.equal(told.length, 1);
  assert.deepEqual(steady(told), steady(json.items));
  await daemon.stop();
  daemon.clean();
});

test("without a daemon a command does the same", () => {
  const cwd = folder(local);
  printed(cwd, "ticket", "new", "--title", "A", "--priority", "high", "--description", "b");
  const { token } = printed(cwd, "token", "add", "ci", "--role", "agent");
  assert.match(token, /^dw_[0-9a-f]{64}$/);
  const [shown] = printed(cwd, "token", "list").items;
  assert.deepEqual([shown.name, shown.role, shown.kind, shown.revoked_at], ["ci", "agent", "api",
    null]);
  assert.deepEqual(printed(cwd, "token", "revoke", "ci"), { revoked: "ci" });
  assert.match(printed(cwd, "summary").text, /Opened/);
  assert.equal(printed(cwd, "why", "1").ticket.title, "A");
});
