// A Slack thread and a Zendesk ticket are one conversation, through the whole daemon.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, until } from "./daemon.mjs";

const count = (list, pattern, key = "plain_body") =>
  list.filter((one) => pattern.test(one[key])).length;

async function opens(world) {
  const root = await world.say("VPN is down\nsince ten, says <@U7> &amp; others");
  const ticket = await until(() => world.ticket(root), "a ticket");
  assert.equal(ticket.subject, "VPN is down");
  assert.match(ticket.description, /since ten, says @?Ana Lopez & others/);
  assert.match(ticket.description, /\/archives\/C1\/p\d+/);
  assert.deepEqual(ticket.tags, ["slack"]);
  await world.hears(root, new RegExp(`#${ticket.id}`), "number and link");
  return root;
}

async function carriesBothWays(world, root, ticket) {
  const reply = await world.say("Restarted it, see <https://x.example|docs> :tada:", root);
  const carried = await world.reads(root, /Restarted it/);
  assert.equal(carried.public, true);
  assert.match(carried.plain_body, /Ana Lopez/);
  assert.match(carried.plain_body, /docs \(https:\/\/x\.example\) 🎉/);
  await world.desk.tell("say", { ticket, public: false, html: "<p>He is difficult</p>" });
  await world.desk.tell("say", { ticket, html: "<p>Try <b>again</b> &lt;!channel&gt;</p>" });
  const told = await world.hears(root, /Try \*again\*/);
  assert.match(told.text, /^\*Ida Agent\*: Try \*again\* &lt;!channel&gt;$/);
  await world.slack.order("edit", { channel: "C1", ts: reply, text: "Restarted it twice" });
  await world.slack.order("edit", { channel: "C1", ts: reply, text: "Restarted  it twice" });
  await world.reads(root, /edited: Restarted\s+it twice/);
  await world.slack.order("delete", { channel: "C1", ts: reply });
  const note = await world.reads(root, /deleted in Slack/);
  assert.equal(note.public, false);
}

async function copiesFiles(world, root, ticket) {
  const { id } = await world.slack.order("file",
    { name: "log.txt", content_type: "text/plain", text: "from slack" });
  await world.say("the log", root, { files: [id] });
  const comment = await world.reads(root, /the log/);
  assert.equal(comment.attachments[0]?.file_name, "log.txt");
  const headers = { authorization: "Bearer ready-token" };
  const bytes = await fetch(comment.attachments[0].content_url, { headers, redirect: "manual" });
  const raw = await fetch(bytes.headers.get("location"));
  assert.equal(await raw.text(), "from slack");
  await world.desk.tell("say", { ticket, html: "<p>the fix</p>",
    files: [{ name: "fix.txt", content_type: "text/plain", text: "from the desk" }] });
  const post = await until(async () => (await world.thread(root))
    .find((one) => one.files?.some((file) => file.name === "fix.txt")), "the file in the thread");
  const file = await fetch(post.files[0].url_private,
    { headers: { authorization: `Bearer ${world.slack.bot}` } });
  assert.equal(await file.text(), "from the desk");
}

async function closesAndReopens(world, root, ticket) {
  await world.say("<@U1> status", root);
  await world.hears(root, /open/);
  await world.slack.order("bot", { channel: "C1", bot: "B9", text: "build is green" });
  await world.say(" Done! ", root);
  await world.status(root, "solved");
  await world.say("thank you!", root);
  await world.say("it is down again", root);
  await world.status(root, "open");
  await world.reads(root, /down again/);
  await world.desk.tell("change", { ticket, fields: { status: "solved" } });
  await world.hears(root, /Solved at the desk/);
  await world.desk.tell("change", { ticket, fields: { status: "open" } });
  await world.hears(root, /Reopened at the desk/);
  await world.slack.order("react", { channel: "C1", ts: root, user: "U7",
    emoji: "white_check_mark" });
  await world.status(root, "solved");
}

async function survivesAKill(world, root, ticket) {
  const said = [];
  for (let i = 0; i < 12; ++i) {
    said.push(`piece ${i} of it`);
    await world.say(said[i], root);
    // As fast as somebody types: over hooks Slack hands over side by side what is said at once.
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (i % 4 === 1) await world.desk.tell("say", { ticket, html: `<p>answer ${i}</p>` });
    if (i === 6) await world.daemon.kill();
  }
  await world.start();
  await world.reads(root, /piece 11/);
  await world.hears(root, /answer 9/);
  const carried = async () => (await world.ticket(root)).comments
    .map((one) => /piece \d+ of it/.exec(one.plain_body)?.[0]).filter(Boolean);
  await until(async () => (await carried()).length >= said.length, "all pieces");
  assert.deepEqual(await carried(), said);
  const answers = (await world.thread(root)).map((one) => /answer \d+/.exec(one.text)?.[0]);
  assert.deepEqual(answers.filter(Boolean), ["answer 1", "answer 5", "answer 9"]);
}

async function catchesUp(world, root, ticket) {
  const edited = await world.say("to be edited", root);
  const gone = await world.say("to be taken back", root);
  await world.reads(root, /to be taken back/);
  await world.daemon.stop();
  await world.slack.order("lose");
  await world.slack.order("edit", { channel: "C1", ts: edited, text: "other words" });
  await world.slack.order("delete", { channel: "C1", ts: gone });
  await world.desk.tell("options", { telling: false });
  await world.say("said while away", root);
  const fresh = await world.say("Another thing\nwhile away");
  await world.say("and more of it", fresh);
  await world.desk.tell("say", { ticket, html: "<p>an answer while away</p>" });
  await world.slack.order("lose", { on: false });
  await world.desk.tell("options", { telling: true });
  await world.start();
  await world.reads(root, /said while away/);
  await world.reads(fresh, /and more of it/);
  await world.hears(root, /an answer while away/);
  await world.reads(root, /edited: other words/);
  await until(async () => count((await world.ticket(root)).comments, /deleted in Slack/) === 2,
    "the deletion while away");
  const figures = await (await fetch(`${world.url}/metrics`)).text();
  assert.match(figures, /^deskwire_bridge_tickets\{channel="C1",state="open"\} \d/m);
}

async function conversation(isHttp) {
  const world = await bridgeWorld({ isHttp });
  await world.start();
  const root = await opens(world);
  const { id } = await world.ticket(root);
  await carriesBothWays(world, root, id);
  await copiesFiles(world, root, id);
  await closesAndReopens(world, root, id);
  await world.say("reopen", root);
  await world.status(root, "open");
  await survivesAKill(world, root, id);
  await catchesUp(world, root, id);
  await world.desk.tell("change", { ticket: id, fields: { status: "closed" } });
  await world.hears(root, /Solved at the desk[^]*/);
  await world.say("one more thing", root);
  const followUp = await until(async () => (await world.tickets())
    .find((one) => one.id !== id && /one more thing/.test(one.description)), "a follow-up");
  await world.hears(root, new RegExp(`#${followUp.id}`), "the follow-up's number");

  const thread = await world.thread(root);
  const { comments } = await world.ticket(root);
  assert.equal(count(thread, /difficult/, "text"), 0, "a private note never crosses");
  for (const [list, key, pattern] of [
    [thread, "text", /Try \*again\*/], [thread, "text", /the fix/],
    [thread, "text", /an answer while away/],
    [comments, "plain_body", /edited: Restarted\s+it twice/],
    [comments, "plain_body", /edited: other words/], [comments, "plain_body", /the log/],
    [comments, "plain_body", /down again/], [comments, "plain_body", /said while away/],
  ]) assert.equal(count(list, pattern, key), 1, `${pattern} once`);
  for (const pattern of [/build is green/, /thank you/i, /^Done/i, /Ida Agent/, /Deskwire\b.*#/]) {
    assert.equal(comments.filter((one) => one.author_id === 1 && pattern.test(one.plain_body))
      .length, 0, `${pattern} is not carried`);
  }
  assert.equal((await world.tickets()).length, 3);
  await world.end();
}

async function worksIntakeAtZendesk() {
  const world = await bridgeWorld({ more: '[intake]\ndesk = "zendesk"\n' });
  await world.start();
  const asked = { title: "Door is stuck", priority: "high", description: "It is.",
    requester: { name: "Ana Lopez", email: "ana@example.com" } };
  await world.desk.tell("fault", { method: "POST", path: "/api/v2/tickets", kind: "hang_up",
    after: true });
  const made = await call(world.url, "/v1/tickets", { method: "POST", body: asked });
  assert.equal(made.status, 201);
  const read = async () => (await call(world.url, `/v1/tickets/${made.json.id}`)).json;
  const { external } = await until(async () => {
    const now = await read();
    return now.external && now;
  }, "Zendesk's number");
  const [ticket, ...more] = await world.tickets();
  assert.deepEqual([String(ticket.id), ticket.subject, more], [external.id, asked.title, []]);
  await world.desk.tell("change", { ticket: ticket.id, fields: { status: "solved" } });
  await until(async () => (await read()).status === "solved", "solved here too");
  await world.end();
}

// Slack takes one message a second in a channel: most of this is waiting.
describe("one conversation", { concurrency: true }, () => {
  it("in Socket Mode", () => conversation(false));
  it("over signed hooks", () => conversation(true));
  it("intake's tickets are worked at Zendesk", worksIntakeAtZendesk);
});
