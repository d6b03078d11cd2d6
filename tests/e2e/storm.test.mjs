// Many tickets about one thing: seen, listed, told to boards, dismissed; over restarts.
import assert from "node:assert/strict";
import { test } from "node:test";
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
[slack]
api_url = "${slack.url}/api/"
bot_token = "${slack.bot}"
app_token = "${slack.app}"
[storm]
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
  const [button] = told.blocks[1].elements;
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
