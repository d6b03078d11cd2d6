// A Teams ticket is told in a Slack channel, and a press on its button takes it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, local, serve, teams, ticket, until } from "./daemon.mjs";
import { fake, fakeSlack } from "./fake.mjs";

const config = (slack) => `${local}
public_url = "https://desk.example"

${slack.config}
[[route]]
when = { priority = ["high"] }
announce = "#general"
`;

test("a high ticket is told with buttons, and the first to press has it", async () => {
  const slack = await fakeSlack();
  const daemon = await serve({ config: config(slack) });
  const messages = async () =>
    (await slack.order("messages", { channel: "C1" })).messages;
  const sent = async (method) => (await slack.order("calls", { method })).calls;
  const assignee = async () => (await call(daemon.url, "/v1/tickets")).json.items[0].assignee;
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  assert.equal((await teams(daemon.url, "local", 1, ticket("VPN drops"))).status, 200);
  const told = await until(async () => (await messages())[0], "announced");
  const [take, link] = told.blocks[1].elements;
  assert.equal(told.blocks[0].text.text, "Ticket #1 (high): VPN drops");
  assert.deepEqual([take.action_id, take.value], ["ticket.take", "1"]);
  assert.equal(link.url, "https://desk.example/tickets/1");
  assert.equal(await assignee(), null);

  const press = (user) => slack.order("press", { channel: "C1", message: told.ts, user,
    action: take.action_id, value: take.value });
  await press("U7");
  await until(async () => await assignee() === "Ana Lopez", "assigned");
  const rewritten = async () => (await messages())[0].text.includes("Taken by Ana Lopez");
  await until(rewritten, "the message says so");
  const [now] = await messages();
  assert.deepEqual(now.blocks[1].elements.map((one) => one.text.text), ["Open"]);

  await press("U8");
  const [word] = await until(async () => {
    const words = await sent("chat.postEphemeral");
    return words.length > 0 && words;
  }, "the second is told");
  assert.deepEqual([word.fields.user, word.fields.text],
    ["U8", "Ana Lopez has ticket #1 already."]);
  assert.equal(await assignee(), "Ana Lopez");
  assert.equal((await sent("chat.update")).length, 1);
  await daemon.stop();
  slack.stop();
});

test("at Zendesk who presses is the assignee, and the announcement says so", async () => {
  const slack = await fakeSlack();
  const desk = await fake("fake_zendesk");
  const daemon = await serve({ config: `${config(slack)}
[zendesk]
url = "${desk.url}"
oauth_token = "ready-token"
poll = "0s"
[intake]
desk = "zendesk"
` });
  const messages = async () =>
    (await slack.order("messages", { channel: "C1" })).messages;
  const atDesk = async () => (await desk.tell("dump")).tickets;
  const pressed = (message, value, user) => slack.order("press",
    { channel: "C1", message, user, action: "ticket.take", value });
  const whispers = async () => (await slack.order("calls", { method: "chat.postEphemeral" })).calls
    .map((one) => `${one.fields.user}: ${one.fields.text}`);
  await slack.order("person", { id: "U9", name: "Ida", email: "ida@acme.example" });
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  for (const [id, title] of [[1, "VPN drops"], [2, "Door is shut"], [3, "No light"]]) {
    assert.equal((await teams(daemon.url, "local", id, ticket(title))).status, 200);
    await until(async () => (await messages()).length === id, `${title} is told`);
  }
  await until(async () => (await atDesk()).length === 3, "opened at Zendesk");
  const [vpn, door, light] = await messages();
  const record = async (id) => (await call(daemon.url, `/v1/tickets/${id}`)).json;
  await until(async () => (await record(3)).external?.id, "the record knows Zendesk's number");

  // A customer of Zendesk's is nobody who can have a ticket there.
  await pressed(vpn.ts, "1", "U7");
  await until(async () => (await whispers())[0]?.startsWith("U7: "), "it can't be Ana's");
  assert.match((await whispers())[0], /#41 could not be assigned to you/);
  assert.equal((await atDesk())[0].assignee_id, null);
  await pressed(vpn.ts, "1", "U9");
  const ida = 2;
  await until(async () => (await atDesk())[0].assignee_id === ida, "it is Ida's at Zendesk");
  await until(async () => (await messages())[0].text.includes("Taken by Ida"),
    "the message says so");
  const open = (await messages())[0].blocks[1].elements;
  assert.deepEqual(open.map((one) => [one.text.text, one.url]),
    [["Open", `${desk.url}/agent/tickets/${(await atDesk())[0].id}`]]);

  // Deleted meanwhile: nothing is left to be written. Not to be written anew: its thread says it.
  await slack.order("delete", { channel: "C1", ts: door.ts });
  await pressed(door.ts, "2", "U9");
  await until(async () => (await atDesk())[1].assignee_id === ida, "it is taken all the same");
  const rewrites = async () => (await slack.order("calls", { method: "chat.update" })).calls;
  await until(async () => (await rewrites()).length === 2, "the deleted one was tried");
  await slack.order("fault",
    { kind: "answer", method: "chat.update", word: "edit_window_closed" });
  await pressed(light.ts, "3", "U9");
  const said = await until(async () => (await messages())
    .find((one) => one.thread_ts === light.ts && one.ts !== light.ts), "the thread says it");
  assert.equal(said.text, "Ticket #43: taken by Ida");
  const dead = await call(daemon.url, "/v1/deliveries?state=dead");
  assert.deepEqual(dead.json.items, []);
  await daemon.stop();
  daemon.clean();
  slack.stop();
  desk.stop();
});
