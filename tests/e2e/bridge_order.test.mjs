// Order and silence between Slack and Zendesk, through the whole daemon: what several sockets bring
// at once, and what is taken back while the other side is away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, slackSignature, until } from "./daemon.mjs";

const api = (world, path, method = "GET") => fetch(`${world.desk.url}/api/v2/${path}`,
  { method, headers: { authorization: "Bearer ready-token" } });

test("three at once over two sockets, the middle by somebody new, keep their order", async () => {
  const world = await bridgeWorld();
  await world.start();
  const root = await world.say("VPN is down");
  await until(() => world.ticket(root), "a ticket");
  const said = [];
  for (let round = 0; round < 8; ++round) {
    const words = ["one", "two", "three"].map((word) => `${word} of ${round}.`);
    said.push(...words);
    await Promise.all(words.map((text, i) => world.say(text, root,
      { user: i === 1 ? `U1${round}` : "U7" })));
    await world.reads(root, new RegExp(`three of ${round}`));
  }
  const comments = (await world.ticket(root)).comments;
  const words = (texts) => texts.map((one) => /(one|two|three) of \d+\./.exec(one)?.[0])
    .filter(Boolean);
  const carried = words(comments.map((one) => one.plain_body));
  const inThread = words((await world.thread(root)).map((one) => one.text));
  assert.equal(carried.length, said.length);
  assert.deepEqual(carried, inThread, "as they stand in the thread");
  await world.end();
});

test("what was acknowledged is carried, in its order, though the process died on it", async () => {
  const world = await bridgeWorld({ isHttp: true });
  await world.start();
  const root = await world.say("VPN is down");
  await until(() => world.ticket(root), "a ticket");
  // Said behind the back of the workspace: no history brings it back.
  const seconds = Math.floor(Date.now() / 1000) + 10;
  const push = async (text, micros) => {
    const ts = `${seconds}.${micros}`;
    const body = JSON.stringify({ type: "event_callback", team_id: "T1", event_id: `Ev${micros}`,
      event: { type: "message", channel: "C1", channel_type: "channel", user: "U7", ts, text,
        thread_ts: root } });
    const answer = await call(world.url, "/hooks/slack/events", { method: "POST", body,
      headers: slackSignature(world.slack.signing, body) });
    assert.equal(answer.status, 200);
  };
  await push("the third of three", "000300");
  await Promise.all([push("the first of three", "000100"), push("the second of three", "000200")]);
  await world.daemon.kill();
  assert.doesNotMatch(JSON.stringify(await world.ticket(root)), /of three/, "not carried yet");
  await world.start();
  await world.reads(root, /the third of three/);
  const carried = (await world.ticket(root)).comments
    .map((one) => /the (\w+) of three/.exec(one.plain_body)?.[1]).filter(Boolean);
  assert.deepEqual(carried, ["first", "second", "third"]);
  await world.end();
});

test("a comment that is made private while Slack is away is never posted", async () => {
  const world = await bridgeWorld();
  await world.start();
  const root = await world.say("VPN is down");
  const { id } = await until(() => world.ticket(root), "a ticket");
  await world.hears(root, new RegExp(`#${id}`));
  for (let i = 0; i < 4; ++i) {
    await world.slack.order("fault",
      { kind: "answer", method: "chat.postMessage", status: 503 });
  }
  const { comment } = await world.desk.tell("say", { ticket: id, html: "<p>he is rude</p>" });
  await until(async () => (await call(world.url, "/v1/deliveries")).json.items
    .find((one) => one.operation === "post" && one.state === "pending" && one.attempts > 0),
  "a try");
  await api(world, `tickets/${id}/comments/${comment}/make_private.json`, "PUT");
  // Meanwhile the customer's words go to the desk.
  await world.say("it is urgent", root);
  await world.reads(root, /it is urgent/);
  await world.desk.tell("say", { ticket: id, html: "<p>we are on it</p>" });
  await world.hears(root, /we are on it/);
  const texts = (await world.thread(root)).map((one) => one.text).join("\n");
  assert.doesNotMatch(texts, /rude/);
  await world.end();
});

test("a long comment is split, and a refused post holds nobody", async () => {
  const world = await bridgeWorld();
  await world.start();
  const root = await world.say("VPN is down");
  const { id } = await until(() => world.ticket(root), "a ticket");
  await world.hears(root, new RegExp(`#${id}`));
  const words = Array.from({ length: 2000 }, (_, i) => `word${i}`);
  await world.desk.tell("say", { ticket: id, html: `<p>${words.join(" ")}</p>` });
  await world.hears(root, /word1999/);
  const pieces = (await world.thread(root)).filter((one) => /word\d/.test(one.text));
  assert.ok(pieces.length > 2 && pieces.every((one) => one.text.length <= 4000), "split");
  assert.deepEqual(pieces.flatMap((one) => one.text.match(/word\d+/g)), words);
  await world.slack.order("fault",
    { kind: "answer", method: "chat.postMessage", word: "is_archived" });
  await world.desk.tell("say", { ticket: id, html: "<p>lost</p>" });
  const note = await world.reads(root, /could not be posted in Slack/);
  assert.equal(note.public, false);
  await world.desk.tell("say", { ticket: id, html: "<p>found</p>" });
  await world.hears(root, /found/);
  await world.end();
});

test("what was missed comes before what is said after it", async () => {
  const world = await bridgeWorld();
  await world.start();
  const root = await world.say("VPN is down");
  const { id } = await until(() => world.ticket(root), "a ticket");
  await world.hears(root, new RegExp(`#${id}`));
  const second = await world.say("Printer is down");
  const other = await until(() => world.ticket(second), "another ticket");
  await world.hears(second, new RegExp(`#${other.id}`));
  await world.daemon.stop();
  await world.slack.order("lose");
  await world.say("said while you were away", root);
  await world.slack.order("react", { channel: "C1", ts: second, user: "U7",
    emoji: "white_check_mark" });
  await world.slack.order("lose", { on: false });
  await world.start();
  await world.say("done", root);
  await world.status(root, "solved");
  await world.reads(root, /said while you were away/);
  await world.status(second, "solved");
  assert.equal((await world.ticket(root)).status, "solved");
  await world.end();
});

test("after a downtime threads with news are read, and edits are found in the others", async () => {
  const world = await bridgeWorld();
  await world.start();
  const roots = [];
  for (const word of ["one", "two", "three", "four", "five"]) roots.push(await world.say(word));
  for (const root of roots) await until(() => world.ticket(root), "a ticket");
  const reply = await world.say("first words", roots[1]);
  await world.reads(roots[1], /first words/);
  for (const root of roots) await world.hears(root, /#\d+/);
  await world.daemon.stop();
  await world.say("said meanwhile", roots[0]);
  await world.slack.order("edit", { channel: "C1", ts: reply, text: "better words" });
  await world.slack.order("delete", { channel: "C1", ts: roots[2] });
  const calls = async (method) => (await world.slack.order("calls", { method })).calls.length;
  const before = await calls("conversations.history");
  await world.start();
  await world.say("said since", roots[0]);
  await world.reads(roots[0], /said since/);
  await world.reads(roots[1], /edited: better words/);
  const texts = (await world.ticket(roots[0])).comments.map((one) => one.plain_body).join("\n");
  assert.match(texts, /said meanwhile[^]*said since/, "in order");
  await world.reads(roots[2], /deleted in Slack/);
  assert.equal(await calls("conversations.history") - before, 2, "its messages, its threads");
  await world.end();
});
