// A Teams ticket is told in a Slack channel, and a press on its button takes it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, local, serve, teams, ticket, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const config = (slack) => `${local}
public_url = "https://desk.example"

[slack]
api_url = "${slack.url}/api/"
bot_token = "${slack.bot}"
app_token = "${slack.app}"

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
