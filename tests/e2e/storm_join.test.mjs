// New tickets and an open incident: who joins by itself, who may, and whom nobody is paged about.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, local, run, serve, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const members = 6;
const oncall = `[oncall.office]
provider = "static"
people = [{ name = "Pat", email = "p@x.example", slack = "U20" }]
`;
const line = /^This is part of a known incident, #\d+\. Updates follow here\.$/;

const configOf = (slack, more) => `${local}
${slack.config}[[bridge]]
channel = "C1"
desk = "embedded"
oncall = "office"
${oncall}
[storm]
min_tickets = 5
${more}`;

const personOf = (slack, i) => slack.order("person",
  { id: `U10${i}`, name: `Person ${i}`, email: `p${i}@x.example` });
const sayAs = async (slack, user, text, thread = "") =>
  (await slack.order("say", { channel: "C1", user, text, thread })).ts;

async function reportOutage(slack) {
  const roots = [];
  for (let i = 0; i < members; ++i) {
    await personOf(slack, i);
    roots.push(await sayAs(slack, `U10${i}`, `VPN drops, error 619, says somebody${i}`));
  }
  return roots;
}

/** What Deskwire said in a thread. */
const below = async (slack, root) => (await slack.order("messages", { channel: "C1" })).messages
  .filter((one) => one.thread_ts === root && one.ts !== root);
const said = async (slack, root, pattern) =>
  (await below(slack, root)).filter((one) => pattern.test(one.text)).length;
const hears = (slack, root, pattern) => until(async () =>
  await said(slack, root, pattern) === 1, `${pattern} once`, 30_000);

const incidents = async (daemon, state) =>
  (await call(daemon.url, `/v1/incidents?state=${state}`)).json.items;
const post = (daemon, path, body) => call(daemon.url, path, { method: "POST", body });

async function openIncident(daemon) {
  const group = await until(async () =>
    (await incidents(daemon, "seen")).find((one) => one.joined === members), "seen", 30_000);
  const made = await post(daemon, "/v1/incidents", { group: group.group });
  assert.equal(made.status, 201, made.text);
  return made.json;
}

test("a new ticket joins by itself, hears the last answer, and pages nobody until it leaves",
  async () => {
    const slack = await fakeSlack();
    let daemon = await serve({ config: configOf(slack, "") });
    await until(async () => (await slack.order("state")).sockets === 2, "connected");
    const roots = await reportOutage(slack);
    for (const root of roots) await hears(slack, root, /On call: Pat/);
    const { id, number } = await openIncident(daemon);
    const path = `/v1/incidents/${id}`;
    for (const root of roots) await hears(slack, root, line);
    await post(daemon, `${path}/answers`, { body: "We look into it." });
    await post(daemon, `${path}/answers`, { body: "It is the gateway." });
    for (const root of roots) await hears(slack, root, /It is the gateway\.$/);

    await personOf(slack, 8);
    const joined = await sayAs(slack, "U108", "My VPN drops too, error 619");
    await hears(slack, joined, line);
    await hears(slack, joined, /It is the gateway\.$/);
    // The words of one alone: it is paged about, and listed.
    const weak = await sayAs(slack, "U108", "Which colleague drops the printer?");
    await hears(slack, weak, /On call: Pat/);
    const whole = async () => (await call(daemon.url, path)).json;
    const ticketOf = async (title) => (await call(daemon.url,
      `/v1/tickets?q=${encodeURIComponent(title)}`)).json.items[0].id;
    const { maybe } = await whole();
    assert.deepEqual(maybe.map((one) => one.ticket), [await ticketOf("Which colleague")]);
    // On a desk this young the bridge's tag is one of the words.
    assert.deepEqual(maybe[0].why.filter((one) => one !== "slack"), ["drops"]);
    assert.equal(maybe[0].number, String(maybe[0].ticket));
    assert.match(run(daemon.cwd, ["incident", "show", String(id)]).out, /maybe/);
    const member = (await whole()).tickets.find((one) => one.how === "matched");
    assert.equal(member.ticket, await ticketOf("My VPN drops too"));

    // Killed and started again, nothing is said twice.
    await daemon.kill();
    daemon = await serve({ cwd: daemon.cwd });
    const gone = await post(daemon, `${path}/tickets`, { remove: [member.ticket] });
    assert.equal(gone.status, 200, gone.text);
    await hears(slack, joined, new RegExp(`^No longer part of incident #${number}\\.$`));
    await hears(slack, joined, /On call: Pat/);
    // One that was mentioned when it was opened is mentioned once.
    const first = (await whole()).tickets[0].ticket;
    await post(daemon, `${path}/tickets`, { remove: [first] });
    const left = await until(async () => {
      for (const root of roots) {
        if (await said(slack, root, /^No longer part of/) === 1) return root;
      }
      return null;
    }, "the first one has left");
    assert.equal(await said(slack, joined, line), 1);
    assert.equal(await said(slack, joined, /We look into it/), 0);
    await sayAs(slack, "U108", "VPN drops, error 619, once more");
    await until(async () => (await whole()).tickets.length === members + 2, "the next one");
    assert.equal(await said(slack, left, /On call: Pat/), 1);
    await daemon.stop();
    daemon.clean();
    await slack.stop();
  });

test("at Zendesk: one that joins is an incident of the problem, and its thread mentions nobody",
  async () => {
    const world = await bridgeWorld({ bridge: 'oncall = "office"\n',
      more: `${oncall}[storm]\nmin_tickets = 5\n` });
    await world.start();
    const { slack, daemon } = world;
    const roots = await reportOutage(slack);
    for (const root of roots) await hears(slack, root, /On call: Pat/);
    const { id } = await openIncident(daemon);
    for (const root of roots) await hears(slack, root, line);
    const { number } = (await call(daemon.url, `/v1/incidents/${id}`)).json;
    await personOf(slack, 8);
    const joined = await sayAs(slack, "U108", "My VPN drops too, error 619");
    await hears(slack, joined, line);
    await until(async () => {
      const ticket = await world.ticket(joined);
      return String(ticket?.problem_id) === number && ticket.type === "incident";
    }, "linked");
    assert.equal(await said(slack, joined, /On call/), 0);
    await post(daemon, `/v1/incidents/${id}/dissolve`, {});
    await hears(slack, joined, /^No longer part of incident/);
    await hears(slack, joined, /On call: Pat/);
    for (const root of roots) await hears(slack, root, /^No longer part of incident/);
    for (const root of roots) assert.equal(await said(slack, root, /On call: Pat/), 1);
    await world.end();
  });

test("auto makes it one incident without asking, and the channel is told", async () => {
  const slack = await fakeSlack();
  await slack.order("channel", { id: "C2", name: "ops" });
  const daemon = await serve({ config: configOf(slack, 'auto = true\nchannel = "#ops"\n') });
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  const roots = await reportOutage(slack);
  for (const root of roots) await hears(slack, root, line);
  const [incident] = await incidents(daemon, "open");
  const told = async () => (await slack.order("messages", { channel: "C2" })).messages;
  await until(async () => (await told()).at(0)?.text
    .includes(`Incident #${incident.number}, made without asking`), "told", 20_000);
  assert.equal((await told()).length, 1);
  await daemon.stop();
  daemon.clean();
  await slack.stop();
});

test("a thread's ticket joins by the word of a full member, and of nobody else", async () => {
  const slack = await fakeSlack();
  const daemon = await serve({ config: configOf(slack, "") });
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  await reportOutage(slack);
  const { id, number } = await openIncident(daemon);
  await slack.order("outsider", { id: "U20", name: "Gus Guest" });
  await slack.order("outsider", { id: "U21", name: "Olga Other", team: "T9" });
  const root = await sayAs(slack, "U7", "The printer burns");
  await hears(slack, root, /^Ticket /);
  const tickets = async () => (await call(daemon.url, `/v1/incidents/${id}`)).json.tickets;
  const words = `<@U1> incident #${number}`;
  for (const [index, user] of ["U20", "U21"].entries()) {
    await sayAs(slack, user, words, root);
    await until(async () => await said(slack, root, /^Only full members/) === index + 1, "refused");
  }
  assert.equal((await tickets()).length, members);
  await sayAs(slack, "U7", words.replace(`#${number}`, "#99999"), root);
  await hears(slack, root, /^There is no open incident #99999\.$/);
  await sayAs(slack, "U7", words, root);
  await hears(slack, root, line);
  const joined = (await tickets()).find((one) => one.how === "person");
  assert.equal(joined.left_at, null);
  const audit = (await call(daemon.url, "/v1/audit")).json.items[0];
  assert.equal(audit.what, "incident.tickets");
  assert.match(audit.who, /Ana Lopez/);
  const ticket = (await call(daemon.url, `/v1/tickets/${joined.ticket}`)).json;
  assert.deepEqual(ticket.comments ?? [], []);
  await daemon.stop();
  daemon.clean();
  await slack.stop();
});
