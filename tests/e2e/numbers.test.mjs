// One number for a ticket at Zendesk, the story that `why` tells of it, and the end of shadow mode.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, run, until } from "./daemon.mjs";

const jsonOf = (cwd, ...args) => JSON.parse(run(cwd, [...args, "--json"]).out);

/** A ticket whose numbers at Zendesk and here differ, with words on both sides. */
async function conversation(world) {
  await world.desk.tell("mail", { subject: "Not bridged", text: "x", email: "r@x.example" });
  const root = await world.say("Badge reader is broken");
  const ticket = await until(() => world.ticket(root), "a ticket");
  await world.hears(root, new RegExp(`#${ticket.id}`));
  await world.say("It blinks red", root);
  await world.say("#internal he is drunk", root);
  const wrong = await world.say("my code is 4711", root);
  await world.reads(root, /4711/);
  await world.slack.order("delete", { channel: "C1", ts: wrong });
  await world.reads(root, /deleted in Slack/);
  await world.desk.tell("say", { ticket: ticket.id, html: "<p>Somebody is on the way</p>" });
  await world.hears(root, /on the way/);
  return { root, number: String(ticket.id) };
}

test("a ticket at Zendesk has Zendesk's number, and is found by ours, too", async () => {
  const world = await bridgeWorld({ bridge: "mirror_email_tickets = false" });
  await world.start();
  const { number } = await conversation(world);
  const [item] = (await call(world.url, `/v1/tickets?q=%23${number}`)).json.items;
  assert.equal(item.external.id, number);
  const ours = String(item.id);
  assert.notEqual(ours, number);
  assert.match(run(world.cwd, ["ticket", "list"]).out,
    new RegExp(`^NUMBER +ID .*\\n${number} +${ours} +open`));
  assert.match(run(world.cwd, ["ticket", "show", number]).out, new RegExp(`number: ${number}`));
  assert.match(run(world.cwd, ["summary"]).out, new RegExp(`• #${number} Badge reader`));
  for (const given of [number, `#${number}`, ours]) {
    assert.equal(jsonOf(world.cwd, "ticket", "show", given).id, item.id, given);
    assert.equal(jsonOf(world.cwd, "why", given).ticket.id, item.id, given);
    assert.equal(jsonOf(world.cwd, "ticket", "list", given).items[0]?.id, item.id, given);
  }
  assert.match(run(world.cwd, ["ticket", "show", "abc"]).err, /give a ticket's number/);

  const story = run(world.cwd, ["why", number]).out;
  const parts = [`ticket ${number} (here ${ours}) “Badge reader is broken”`,
    "Ana Lopez wrote: Badge reader is broken", "Ana Lopez wrote: It blinks red",
    "A message was deleted", "Somebody is on the way"];
  for (const part of parts) assert.ok(story.includes(part), `${part} in\n${story}`);
  assert.equal(jsonOf(world.cwd, "why", number).events[0].text,
    "Ana Lopez wrote: Badge reader is broken");
  assert.doesNotMatch(story, /drunk|wrote: my code/);
  await world.end();
});

test("what fails is in the story, in words", async () => {
  const world = await bridgeWorld();
  await world.start();
  const root = await world.say("Gate is stuck");
  const { id } = await until(() => world.ticket(root), "a ticket");
  await world.hears(root, new RegExp(`#${id}`));
  await world.slack.order("fault",
    { method: "chat.postMessage", kind: "answer", word: "is_archived" });
  await world.desk.tell("say", { ticket: id, html: "<p>Pull it</p>" });
  await world.reads(root, /could not be posted in Slack/);
  const story = run(world.cwd, ["why", String(id)]).out;
  assert.match(story, /post to slack “Ida Agent: Pull it”: .*is_archived/);
  assert.match(story, /slack failed for good: post to slack “Ida Agent: Pull it” \(.*is_archived/);
  await world.end();
});

test("the tickets of shadow mode are in no figure, and end when the bridge is live", async () => {
  const world = await bridgeWorld({ bridge: 'mode = "shadow"' });
  await world.start();
  const root = await world.say("Badge reader is broken");
  const ours = await until(async () => (await call(world.url, "/v1/tickets")).json.items[0],
    "the ticket of shadow mode");
  await world.say("It blinks red", root);
  await until(async () => /Ana Lopez: It blinks red/.test(run(world.cwd,
    ["delivery", "list", "--state", "done"]).out), "what would have been written");
  const summary = run(world.cwd, ["summary"]).out;
  assert.match(summary, /Opened: 0\n[^]*Still open: 0\n/);
  assert.equal((await call(world.url, "/v1/metrics/tickets")).json.open, 0);

  await world.daemon.stop();
  const path = join(world.cwd, "deskwire.toml");
  writeFileSync(path, readFileSync(path, "utf8").replace('mode = "shadow"', ""));
  await world.start();
  const show = async () => (await call(world.url, `/v1/tickets/${ours.id}`)).json;
  const ended = await until(async () => {
    const ticket = await show();
    return ticket.status === "solved" && ticket;
  }, "the ticket of shadow mode is solved");
  assert.match(ended.comments.at(-1).body, /Shadow mode has ended/);
  assert.equal((await world.tickets()).length, 0);

  await world.say("It still blinks", root);
  const real = await until(() => world.ticket(root), "a real ticket");
  await world.hears(root, new RegExp(`#${real.id}`));
  assert.equal((await show()).external.id, String(real.id));
  await world.end();
});
