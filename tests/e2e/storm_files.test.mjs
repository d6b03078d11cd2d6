// The files of an answer to everyone: from Slack and from Zendesk, to each thread and ticket once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, until } from "./daemon.mjs";

const members = 5;

/** An incident that a Slack channel was asked about; the message there. */
async function announced() {
  const world = await bridgeWorld({ more: '[storm]\nmin_tickets = 5\nchannel = "#ops"\n' });
  const { slack } = world;
  await slack.order("channel", { id: "C2", name: "ops" });
  await world.start();
  world.roots = [];
  for (let i = 0; i < members; ++i) {
    await slack.order("person", { id: `U10${i}`, name: `Person ${i}`, email: `p${i}@x.example` });
    world.roots.push(await world.say(`VPN drops, error 619, says somebody${i}`, "",
      { user: `U10${i}` }));
  }
  const ops = async () => (await slack.order("messages", { channel: "C2" })).messages;
  const told = await until(async () => (await ops())[0], "told", 30_000);
  const [button] = told.blocks[1].elements;
  await slack.order("press", { channel: "C2", message: told.ts, user: "U7",
    action: button.action_id, value: button.value });
  for (const root of world.roots) await world.hears(root, /^This is part of a known incident/);
  world.told = told.ts;
  const listed = (await call(world.url, "/v1/incidents?state=open")).json.items;
  world.problem = Number(listed[0].number);
  /** How often a file's bytes are in each thread, and how often it hangs on each ticket. */
  world.filed = async (name, text) => Promise.all(world.roots.map(async (root) => {
    const files = (await world.thread(root)).flatMap((one) => one.files ?? [])
      .filter((one) => one.name === name);
    const bytes = await Promise.all(files.map(async (one) => (await fetch(one.url_private,
      { headers: { authorization: `Bearer ${slack.bot}` } })).text()));
    const hanging = (await world.ticket(root)).comments.flatMap((one) => one.attachments)
      .filter((one) => one.file_name === name);
    return [bytes.filter((one) => one === text).length, hanging.length].join();
  }));
  world.filedOnce = (name, text) => until(async () =>
    (await world.filed(name, text)).every((one) => one === "1,1"), `${name} once`, 30_000);
  return world;
}

test("the files of an answer are in each thread and on each ticket, once", async () => {
  const world = await announced();
  const { slack } = world;
  const { id } = await slack.order("file",
    { name: "how.txt", content_type: "text/plain", text: "from slack" });
  const answer = await world.say("<@U1> answer Do as the file says.", world.told,
    { channel: "C2", files: [id] });
  await world.filedOnce("how.txt", "from slack");
  // An edit says its words once more, and not its file.
  await slack.order("edit", { channel: "C2", ts: answer, text: "<@U1> answer Do as it says." });
  for (const root of world.roots) await world.hears(root, /edited: Do as it says\.$/);
  await world.desk.tell("say", { ticket: world.problem, html: "<p>And then this.</p>",
    files: [{ name: "then.txt", content_type: "text/plain", text: "from the desk" }] });
  // Killed in the middle, it goes on where it was.
  await world.daemon.kill();
  await world.start();
  await world.filedOnce("then.txt", "from the desk");
  // A file says something, too; a private one stays where it is.
  await world.desk.tell("say", { ticket: world.problem, html: "<p>For us.</p>", public: false,
    files: [{ name: "secret.txt", content_type: "text/plain", text: "secret" }] });
  const map = await slack.order("file",
    { name: "map.txt", content_type: "text/plain", text: "the map" });
  await world.say("<@U1> answer", world.told, { channel: "C2", files: [map.id] });
  await world.filedOnce("map.txt", "the map");
  for (const [name, text] of [["how.txt", "from slack"], ["then.txt", "from the desk"]]) {
    assert.deepEqual(await world.filed(name, text), Array(members).fill("1,1"));
  }
  assert.deepEqual(await world.filed("secret.txt", "secret"), Array(members).fill("0,0"));
  await world.end();
});
