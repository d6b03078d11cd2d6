// Many tickets about one thing: seen, listed, told to boards, dismissed; over restarts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, local, run, serve, until } from "./daemon.mjs";

const config = `${local}\n[storm]\nmin_tickets = 5\n`;

const opener = (daemon) => (i, title) => call(daemon.url, "/v1/tickets", {
  method: "POST",
  body: { title, description: "It does.", priority: "low",
    requester: { name: `Person ${i}`, email: `p${i}@x.example` } },
});
const seen = async (daemon, state = "seen") =>
  (await call(daemon.url, `/v1/incidents?state=${state}`)).json.items;

test("an outage is one group, until a person dismisses it", async () => {
  const daemon = await serve({ config });
  const open = opener(daemon);
  for (let i = 0; i < 8; ++i) await open(100 + i, `Printer${i} paper${i}`);
  for (let i = 0; i < 14; ++i) await open(i, `VPN drops, error 619, says person${i}`);
  await until(async () => (await seen(daemon))[0]?.joined === 14, "the group", 20_000);
  const [group] = await seen(daemon);
  assert.equal(group.requesters, 14);
  assert.equal(group.state, "seen");
  assert.equal(group.tickets.length, 10);
  assert.deepEqual(group.why.map((one) => one.word).sort(),
    ["619", "drops", "error", "says", "vpn"]);
  assert.match(group.title, /^Incident: /);
  const listed = JSON.parse(run(daemon.cwd, ["incident", "list", "--json"]).out);
  assert.equal(listed.items[0].group, group.group);

  const dismiss = (body) =>
    call(daemon.url, "/v1/incidents/dismiss", { method: "POST", body });
  assert.equal((await dismiss({ group: "g-999999" })).status, 404);
  assert.equal((await dismiss({ group: "vpn" })).status, 422);
  const { status, json } = await dismiss({ group: group.group });
  assert.equal(status, 200);
  assert.equal(json.state, "dismissed");
  assert.deepEqual(await seen(daemon), []);
  assert.equal((await seen(daemon, "dismissed")).length, 1);
  const audit = (await call(daemon.url, "/v1/audit")).json.items[0];
  assert.deepEqual([audit.what, audit.subject], ["incident.dismiss", group.group]);
  await daemon.stop();
  daemon.clean();
});

test("without [storm] nobody looks", async () => {
  const daemon = await serve({ config: local });
  assert.doesNotMatch(run(daemon.cwd, ["config"]).out, /\[storm\]/);
  assert.deepEqual(await seen(daemon), []);
  await daemon.stop();
  daemon.clean();
});
