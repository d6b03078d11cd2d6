// Whoever PagerDuty has on call, and an incident: spared while a ticket is part of it, mentioned
// and assigned once it is on its own again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, local, serve, until } from "./daemon.mjs";
import { fake, fakeSlack } from "./fake.mjs";

const members = 6;
const oncall = /On call: Bo Ek \(primary\)/;

async function setup() {
  const slack = await fakeSlack();
  const pagerduty = await fake("fake_pagerduty");
  await slack.order("person", { id: "U50", name: "Bo Ek", email: "bo@acme.example" });
  const daemon = await serve({ config: `${local}
${slack.config}[[bridge]]
channel = "C1"
desk = "embedded"
oncall = "sre"
[oncall.sre]
provider = "pagerduty"
token = "pd-token"
policy = "P1"
api_url = "${pagerduty.url}"
assign = true
[storm]
min_tickets = 5
` });
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  const say = async (i, text, thread = "") => {
    await slack.order("person", { id: `U10${i}`, name: `Person ${i}`, email: `p${i}@x.example` });
    return (await slack.order("say", { channel: "C1", user: `U10${i}`, text, thread })).ts;
  };
  const said = async (root, pattern) => (await slack.order("messages", { channel: "C1" })).messages
    .filter((one) => one.thread_ts === root && one.ts !== root && pattern.test(one.text)).length;
  const hears = (root, pattern) => until(async () =>
    await said(root, pattern) === 1, `${pattern} once`, 30_000);
  const post = async (path, body, method = "POST") => {
    const answer = await call(daemon.url, path, { method, body });
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  const ticketOf = async (title) => (await call(daemon.url,
    `/v1/tickets?q=${encodeURIComponent(title)}`)).json.items[0];
  return { slack, pagerduty, daemon, say, said, hears, post, ticketOf };
}

test("whoever PagerDuty has on call gets the tickets that leave, and no other", async () => {
  const { slack, pagerduty, daemon, say, said, hears, post, ticketOf } = await setup();
  const roots = [];
  for (let i = 0; i < members; ++i) {
    roots.push(await say(i, `VPN drops, error 619, says somebody${i}`));
  }
  for (const root of roots) await hears(root, oncall);
  const group = await until(async () =>
    (await call(daemon.url, "/v1/incidents?state=seen")).json.items
      .find((one) => one.joined === members), "seen", 30_000);
  const { id } = await post("/v1/incidents", { group: group.group });
  const path = `/v1/incidents/${id}`;
  for (const root of roots) await hears(root, /^This is part of a known incident/);

  // Two join by themselves: nobody is mentioned, and nobody gets them.
  const [first, second] = [await say(7, "My VPN drops, error 619, in Rome"),
    await say(8, "My VPN drops, error 619, in Oslo")];
  for (const root of [first, second]) await hears(root, /^This is part of a known incident/);
  assert.deepEqual([await said(first, oncall), await said(second, oncall)], [0, 0]);
  assert.equal((await ticketOf("in Rome")).assignee, null);

  // Both leave. One is somebody's by then, and stays that person's.
  const [rome, oslo] = [await ticketOf("in Rome"), await ticketOf("in Oslo")];
  await post(`/v1/tickets/${oslo.id}`, { assignee: "Cy" }, "PATCH");
  await post(`${path}/tickets`, { remove: [rome.id, oslo.id] });
  for (const root of [first, second]) await hears(root, oncall);
  await until(async () => (await ticketOf("in Rome")).assignee === "bo@acme.example", "Bo has it");
  assert.equal((await ticketOf("in Oslo")).assignee, "Cy");

  // Who replied since the answer stays open when it closes, and on call hears of it.
  const third = await say(9, "My VPN drops, error 619, in Bern");
  await hears(third, /^This is part of a known incident/);
  await post(`${path}/answers`, { body: "We look into it." });
  await hears(third, /We look into it\.$/);
  await say(9, "It is worse than before", third);
  await until(async () => (await call(daemon.url, path)).json.replied === 1, "replied");
  await post(`${path}/close`, {});
  await hears(third, oncall);
  await hears(third, /^No longer part of incident/);
  const bern = await ticketOf("in Bern");
  assert.equal(bern.status, "open");
  await until(async () => (await ticketOf("in Bern")).assignee === "bo@acme.example", "Bo's, too");
  for (const root of roots) assert.equal(await said(root, oncall), 1);
  await daemon.stop();
  daemon.clean();
  await slack.stop();
  pagerduty.stop();
});
