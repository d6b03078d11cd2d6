// Many tickets about one thing: seen, listed, told to boards, dismissed; over restarts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, folder, local, run, runBeside, serve, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

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

const withSlack = (slack, more) => `${local}
${slack.config}[storm]
min_tickets = 5
channel = "#general"
${more}`;

test("the channel is asked once, the message grows, its button dismisses the group", async () => {
  const slack = await fakeSlack();
  const daemon = await serve({ config: withSlack(slack, "") });
  const open = opener(daemon);
  const messages = async () => (await slack.order("messages", { channel: "C1" })).messages;
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  for (let i = 0; i < 8; ++i) await open(100 + i, `Printer${i} paper${i}`);
  for (let i = 0; i < 14; ++i) await open(i, `VPN drops, error 619, says person${i}`);
  const first = await until(async () => (await messages())[0], "told", 20_000);
  assert.match(first.text, /^Since \d\d:\d\d, \d+ tickets from \d+ people about \*[^*]*vpn/);
  await open(20, "VPN drops, error 619, says nobody");
  await until(async () => (await messages())[0].text.includes(", 15 tickets from 15 people"),
    "grown", 20_000);
  const [told, ...others] = await messages();
  assert.deepEqual(others, []);
  assert.match(told.text, /: #9, #10, .*#18 and 5 more$/);
  const [, button] = told.blocks[1].elements;
  assert.equal(button.text.text, "Not an incident");
  await slack.order("press", { channel: "C1", message: told.ts, user: "U7",
    action: button.action_id, value: button.value });
  await until(async () => (await seen(daemon, "dismissed")).length === 1, "dismissed");
  await until(async () => (await messages())[0].text.includes("Not an incident, says"), "said");
  const audit = (await call(daemon.url, "/v1/audit")).json.items[0];
  assert.equal(audit.what, "incident.dismiss");
  assert.match(audit.who, /U7/);
  await daemon.stop();
  daemon.clean();
  await slack.stop();
});

test("a channel that is shared with another company is refused", async () => {
  const slack = await fakeSlack();
  await slack.order("channel", { id: "C7", name: "partners", is_ext_shared: true });
  const config = withSlack(slack, "").replace("#general", "#partners");
  const checked = await runBeside(folder(config), ["check"]);
  assert.equal(checked.code, 78);
  assert.match(checked.out, /#partners is shared with another company/);
  const started = await runBeside(folder(config), ["serve"]);
  assert.equal(started.code, 78);
  assert.match(started.err, /storm\.channel: #partners is shared with another company/);
  await slack.stop();
});

test("a bridged channel is refused, by its name and by its id", async () => {
  const slack = await fakeSlack();
  const bridge = (channel) => `[[bridge]]\nchannel = "${channel}"\ndesk = "embedded"\n`;
  const checked = async (config) => runBeside(folder(config), ["check"]);
  const same = await checked(withSlack(slack, bridge("#general")));
  assert.equal(same.code, 78);
  assert.match(same.err, /storm\.channel: "#general" is a bridged channel/);
  const other = await checked(withSlack(slack, bridge("C1")));
  assert.equal(other.code, 78);
  assert.match(other.out, /#general is bridged as C1/);
  const started = await runBeside(folder(withSlack(slack, bridge("C1"))), ["serve"]);
  assert.equal(started.code, 78);
  await slack.stop();
});

const members = 6;

/** People report the same thing, each in a thread of their own; their messages. */
async function reportOutage(slack) {
  const roots = [];
  for (let i = 0; i < members; ++i) {
    await slack.order("person", { id: `U10${i}`, name: `Person ${i}`,
      email: `p${i}@x.example` });
    roots.push((await slack.order("say", { channel: "C1", user: `U10${i}`,
      text: `VPN drops, error 619, says somebody${i}` })).ts);
  }
  return roots;
}

/** How often each of these threads has a post that fits. */
async function counts(slack, roots, pattern) {
  const { messages } = await slack.order("messages", { channel: "C1" });
  return roots.map((root) => messages.filter((one) => one.thread_ts === root && one.ts !== root
    && pattern.test(one.text)).length);
}
const once = (slack, roots, pattern) => until(async () => {
  const found = await counts(slack, roots, pattern);
  return found.every((count) => count === 1);
}, `${pattern} once in each thread`, 20_000);

const opened = (daemon) => until(async () =>
  (await seen(daemon, "open"))[0], "one incident", 20_000);
const post = (daemon, path, body) => call(daemon.url, path, { method: "POST", body });

test("one incident: each thread is told once, hears each answer once, and is solved with it",
  async () => {
    const slack = await fakeSlack();
    await slack.order("channel", { id: "C2", name: "ops" });
    const config = withSlack(slack, '[[bridge]]\nchannel = "C1"\ndesk = "embedded"\n')
      .replace("#general", "#ops");
    let daemon = await serve({ config });
    await until(async () => (await slack.order("state")).sockets === 2, "connected");
    const roots = await reportOutage(slack);
    const ops = async () => (await slack.order("messages", { channel: "C2" })).messages;
    const [told] = await until(async () => (await ops()).length > 0 && ops(), "told", 20_000);
    const [button] = told.blocks[1].elements;
    assert.equal(button.text.text, "Make it one incident");
    await slack.order("press", { channel: "C2", message: told.ts, user: "U100",
      action: button.action_id, value: button.value });
    const incident = await opened(daemon);
    const line = new RegExp(`^This is part of a known incident, #${incident.number}\\.`);
    await once(slack, roots, line);
    const { url } = daemon;
    assert.equal((await call(url, `/v1/tickets/${incident.id}`)).json.type, "problem");
    const path = `/v1/incidents/${incident.id}`;
    const body = "The gateway is <!channel> back.";
    const answer = await post(daemon, `${path}/answers`, { body });
    assert.equal(answer.status, 200, answer.text);
    // Killed in the middle, it goes on where it was.
    await daemon.kill();
    daemon = await serve({ cwd: daemon.cwd });
    await once(slack, roots, /The gateway is &lt;!channel&gt; back\.$/);
    // A ticket that is none of it leaves and hears no more.
    const whole = (await call(daemon.url, path)).json;
    assert.equal(whole.tickets.length, members);
    const gone = whole.tickets[0].ticket;
    const left = await post(daemon, `${path}/tickets`, { remove: [gone] });
    assert.equal(left.status, 200, left.text);
    await until(async () => (await counts(slack, roots, /^No longer part of incident/))
      .filter((count) => count === 1).length === 1, "one has left");
    const said = run(daemon.cwd, ["incident", "close", String(incident.id),
      "--answer", "It was the gateway."]);
    assert.equal(said.code, 0, said.err);
    await until(async () => (await counts(slack, roots, /It was the gateway\.$/))
      .filter((count) => count === 1).length === members - 1, "the last answer", 20_000);
    const status = async (id) => (await call(daemon.url, `/v1/tickets/${id}`)).json.status;
    await until(async () => await status(incident.id) === "solved", "the parent is solved", 20_000);
    for (const one of whole.tickets) {
      assert.equal(await status(one.ticket), one.ticket === gone ? "open" : "solved");
    }
    await once(slack, roots, line);
    assert.equal((await counts(slack, roots, /The gateway is/)).filter((n) => n !== 1).length, 0);
    const shown = JSON.parse(run(daemon.cwd,
      ["incident", "show", String(incident.id), "--json"]).out);
    assert.equal(shown.state, "solved");
    assert.deepEqual(shown.timeline.map((one) => one.what),
      ["first ticket", "seen", "opened", "answered", "answered", "solved"]);
    await daemon.stop();
    daemon.clean();
    await slack.stop();
  });

test("one incident at Zendesk: a problem, its incidents, one answer each", async () => {
  const world = await bridgeWorld({ more: "[storm]\nmin_tickets = 5\n" });
  await world.start();
  const { slack, daemon } = world;
  const roots = await reportOutage(slack);
  const group = await until(async () =>
    (await seen(daemon)).find((one) => one.joined === members), "seen", 30_000);
  const made = await post(daemon, "/v1/incidents", { group: group.group });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.desk, "zendesk");
  const path = `/v1/incidents/${made.json.id}`;
  await once(slack, roots, /^This is part of a known incident, #\d+\./);
  const { number } = (await call(daemon.url, path)).json;
  const problem = async () => (await world.tickets()).find((one) => String(one.id) === number);
  assert.equal((await problem()).type, "problem");
  assert.equal((await problem()).comments[0].public, false);
  await until(async () => (await world.tickets())
    .filter((one) => String(one.problem_id) === number).length === members, "linked");
  assert.equal((await post(daemon, `${path}/answers`, { body: "We are on it." })).status, 200);
  await once(slack, roots, /We are on it\.$/);
  const comments = (one) => one.comments.filter((said) => /We are on it/.test(said.plain_body));
  await until(async () => {
    const all = await Promise.all(roots.map((root) => world.ticket(root)));
    return all.every((one) => comments(one).length === 1 && comments(one)[0].public);
  }, "a comment on each");
  assert.equal((await post(daemon, `${path}/close`, {})).status, 200);
  await until(async () => (await problem()).status === "solved", "the problem is solved", 20_000);
  await until(async () => (await Promise.all(roots.map((root) => world.ticket(root))))
    .every((one) => one.status === "solved"), "all are solved");
  await once(slack, roots, /We are on it\.$/);
  await world.end();
});
