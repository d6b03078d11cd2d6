// What `why` tells of a ticket, a delivery and an event: the same from SQLite and PostgreSQL.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { run, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const jsonOf = (cwd, ...args) => JSON.parse(run(cwd, [...args, "--json"]).out);

/** What was said, in order; answers of both sides may come in between in any order. */
const said = (cwd, number) => jsonOf(cwd, "why", number).events.map((event) => event.text)
  .filter((text) => /wrote|edited|was deleted/.test(text));

/** Words on both sides, some of which were never for the desk. */
async function conversation(world) {
  const root = await world.say("Badge reader is broken");
  const ticket = await until(() => world.ticket(root), "a ticket");
  await world.hears(root, new RegExp(`#${ticket.id}`));
  await world.say("It blinks red", root);
  await world.reads(root, /blinks red/);
  const secret = await world.say("#internal he is drunk", root);
  await world.slack.order("edit", { channel: "C1", ts: secret, text: ": #internal he was drunk" });
  const wrong = await world.say("my code is kumquat", root);
  await world.reads(root, /kumquat/);
  await world.slack.order("delete", { channel: "C1", ts: wrong });
  await world.reads(root, /deleted in Slack/);
  await world.desk.tell("say", { ticket: ticket.id, html: "<p>Somebody is on the way</p>" });
  await world.hears(root, /on the way/);
  return { number: String(ticket.id) };
}

const stores = [{ name: "SQLite", more: () => "" }];
let database;
before(() => {
  database = postgres();
  stores.push({ name: "PostgreSQL", more: () => `[store]\nurl = "${database.url}"\n` });
});
after(() => database.end());

test("why tells the same story of a ticket from both stores, and nothing that was withdrawn",
  async () => {
    const stories = [];
    for (const { name, more } of stores) {
      const world = await bridgeWorld({ more: more() });
      await world.start();
      const { number } = await conversation(world);
      const story = run(world.cwd, ["why", number]).out;
      const parts = ["“Badge reader is broken”", "Ana Lopez wrote: Badge reader is broken",
        "Ana Lopez wrote: It blinks red", "A message was deleted", "Somebody is on the way"];
      for (const part of parts) assert.ok(story.includes(part), `${name}: ${part} in\n${story}`);
      assert.doesNotMatch(story, /drunk|kumquat/, name);
      // The chat reports what Deskwire itself posts; a story says it once, as sent.
      assert.doesNotMatch(story, /\bU1\b/, name);
      stories.push(said(world.cwd, number));

      const told = jsonOf(world.cwd, "why", number);
      assert.equal(told.events[0].text, "Ana Lopez wrote: Badge reader is broken", name);
      const [{ id }] = told.events;
      assert.equal(run(world.cwd, ["why", id]).code, 0, `${name}: an event`);
      const [delivery] = jsonOf(world.cwd, "delivery", "list", "--state", "done").items;
      const ofDelivery = run(world.cwd, ["why", delivery.id]);
      assert.equal(ofDelivery.code, 0, `${name}: a delivery`);
      assert.ok(ofDelivery.out.includes(delivery.id), `${name}: ${ofDelivery.out}`);
      const nothing = run(world.cwd, ["why", "999999"]);
      assert.notEqual(nothing.code, 0, name);
      assert.match(run(world.cwd, ["why", "x-1"]).err, /is not a ticket/, name);
      await world.end();
    }
    assert.deepEqual(stories[0], stories[1]);
  });
