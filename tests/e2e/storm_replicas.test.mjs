// An incident over two replicas and one PostgreSQL: one takes the button, the other the threads;
// one is killed while an answer goes out. Each thread hears everything once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, folder, local, serve, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";
import { postgres } from "./postgres.mjs";

const members = 6;

/** Slack calls one replica's hook at a time: `to` says which. */
async function setup() {
  const database = postgres();
  const slack = await fakeSlack();
  await slack.order("channel", { id: "C1", name: "help" });
  await slack.order("channel", { id: "C2", name: "ops" });
  const cwd = folder(`${local}[store]\nurl = "${database.url}"
[retry]\nfirst = "50ms"\nmax = "500ms"
${slack.hookConfig}[[bridge]]
channel = "C1"
desk = "embedded"
[storm]
min_tickets = 5
channel = "#ops"
`);
  const to = (replica) => slack.order("hooks", { url: `${replica.url}/hooks/slack` });
  const messages = async (channel) => (await slack.order("messages", { channel })).messages;
  const said = async (root, pattern) => (await messages("C1")).filter((one) =>
    one.thread_ts === root && one.ts !== root && pattern.test(one.text)).length;
  const once = (roots, pattern) => until(async () => {
    const counts = await Promise.all(roots.map((root) => said(root, pattern)));
    return counts.every((count) => count === 1);
  }, `${pattern} once in each thread`, 90_000);
  const say = async (user, text, details = {}) =>
    (await slack.order("say", { channel: "C1", user, text, ...details })).ts;
  return { database, slack, cwd, to, messages, said, once, say };
}

test("two replicas: the button at one, the threads at the other, one of them killed", async () => {
  const { database, slack, cwd, to, messages, said, once, say } = await setup();
  let [one, other] = [await serve({ cwd }), await serve({ cwd })];
  await to(one);
  const roots = [];
  for (let i = 0; i < members; ++i) {
    await slack.order("person", { id: `U10${i}`, name: `Person ${i}`, email: `p${i}@x.example` });
    roots.push(await say(`U10${i}`, `VPN drops, error 619, says somebody${i}`));
  }
  const told = await until(async () => (await messages("C2"))[0], "told", 30_000);
  const [button] = told.blocks[1].elements;
  // Pressed at both: it is one incident.
  const press = { channel: "C2", message: told.ts, user: "U100", action: button.action_id,
    value: button.value };
  await to(other);
  await slack.order("press", press);
  await to(one);
  await slack.order("press", press);
  const line = /^This is part of a known incident, #\d+\./;
  await once(roots, line);
  const listed = async (replica, state) =>
    (await call(replica.url, `/v1/incidents?state=${state}`)).json.items;
  assert.equal((await listed(one, "open")).length, 1);
  const [{ id }] = await listed(other, "open");
  assert.equal((await messages("C2")).filter((each) => !each.thread_ts
    || each.thread_ts === each.ts).length, 1, "announced once");

  // An answer at each, at the same time; one of them is killed while it goes out.
  await to(other);
  const [answered] = await Promise.all([
    call(one.url, `/v1/incidents/${id}/answers`,
      { method: "POST", body: { body: "The gateway is down." } }),
    say("U7", "<@U1> answer We are on it.", { channel: "C2", thread: told.ts }),
  ]);
  assert.equal(answered.status, 200, answered.text);
  await one.kill();
  await once(roots, /The gateway is down\.$/);
  await once(roots, /We are on it\.$/);
  one = await serve({ cwd });

  // Who comes later joins at the one, and is let go at the other.
  await to(one);
  await slack.order("person", { id: "U108", name: "Person 8", email: "p8@x.example" });
  const late = await say("U108", "My VPN drops too, error 619");
  await once([late], line);
  await until(async () => await said(late, /The gateway is down\.$/)
    + await said(late, /We are on it\.$/) === 1, "the last answer alone", 30_000);
  const whole = async () => (await call(other.url, `/v1/incidents/${id}`)).json;
  const member = (await whole()).tickets.find((each) => each.how === "matched");
  const left = await call(other.url, `/v1/incidents/${id}/tickets`,
    { method: "POST", body: { remove: [member.ticket] } });
  assert.equal(left.status, 200, left.text);
  await once([late], /^No longer part of incident/);

  const closed = await call(other.url, `/v1/incidents/${id}/close`,
    { method: "POST", body: { answer: "It was the gateway." } });
  assert.equal(closed.status, 200, closed.text);
  await once(roots, /It was the gateway\.$/);
  await until(async () => (await whole()).tickets.filter((each) => each.left_at === null)
    .every((each) => each.status === "solved"), "all are solved", 30_000);
  await once(roots, line);
  await once(roots, /The gateway is down\.$/);
  await once(roots, /We are on it\.$/);
  assert.equal(await said(late, /It was the gateway/), 0);
  await one.stop();
  await other.stop();
  one.clean();
  await slack.stop();
  database.end();
});
