// An incident whose parent agents work on in Zendesk: answers, solving, reopening, links.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, until } from "./daemon.mjs";
import { incidentWorld, post } from "./incident_world.mjs";

test("an agent's public comment on the problem is the answer, and nothing else there is",
  async () => {
    const world = await incidentWorld();
    await until(async () => await world.linked() === 3, "linked");
    const say = (html, details) => world.desk.tell("say",
      { ticket: world.problem, html, ...details });
    await say("<p>It was Bo himself.</p>", { public: false });
    await say("<p>Me too, says a guest.</p>", { by: "requester", public: false });
    await say("<p>The gateway &lt;!channel&gt; is down.</p>");
    await world.daemon.kill();
    await world.start();
    await world.once(/The gateway .*!channel.* is down/);
    const [first] = await world.thread(world.roots[0]).then((all) =>
      all.filter((one) => /gateway/.test(one.text)));
    assert.match(first.text, /&lt;!channel&gt;/);
    assert.match(JSON.stringify(first), /Ida/);
    assert.deepEqual(await world.counts(/gateway/, world.roots.slice(3)), [[0, 0, true]]);
    // What Deskwire writes there for an answer is no second one, its response lost or not.
    await world.desk.tell("fault", { method: "PUT", path: `/api/v2/tickets/${world.problem}`,
      kind: "hang_up", after: true });
    const sent = await post(world, `${world.path}/answers`, { body: "Half of it is back." });
    assert.equal(sent.status, 200, sent.text);
    await world.once(/Half of it is back/);
    await until(async () => (await world.onProblem()).comments
      .filter((one) => /Half of it is back/.test(one.plain_body)).length === 1, "on the problem");
    await say("<p>Dear {{ticket.requester.name}}</p>");
    await until(async () => (await world.onProblem()).comments.some((one) => !one.public
      && /was not sent .*placeholder/.test(one.plain_body)), "the agent is told");
    await say("<p>All is back.</p>");
    await world.once(/All is back/);
    await world.once(/Half of it is back/);
    await world.once(/gateway/);
    for (const pattern of [/Bo himself/, /says a guest/, /Dear /]) {
      assert.deepEqual((await world.counts(pattern)).flat().filter((n) => n === 1), []);
    }
    const { answers } = await world.incident();
    assert.deepEqual(answers.map((one) => one.body),
      ["The gateway <!channel> is down.", "Half of it is back.", "All is back."]);
    assert.equal(answers[0].author, "Ida Agent");
    await world.end();
  });

test("solved in Zendesk with a comment: its copies are the answer, nobody hears it twice",
  async () => {
    const world = await incidentWorld({ options: { solve_lag: 1500 } });
    await until(async () => await world.linked() === 3, "linked");
    // One of another desk is joined here alone: Zendesk tells it nothing.
    const other = await post(world, "/v1/tickets", { title: "VPN", description: "Down.",
      priority: "low", requester: { name: "Cy", email: "cy@x.example" } });
    const added = await post(world, `${world.path}/tickets`, { add: [other.json.id] });
    assert.equal(added.status, 200, added.text);
    await world.desk.tell("change", { ticket: world.problem, fields: { status: "solved",
      comment: { body: "It was the gateway.", public: true } } });
    await world.once(/It was the gateway/);
    await until(async () => (await world.incident()).state === "solved", "solved here too");
    const status = async (id) => (await call(world.url, `/v1/tickets/${id}`)).json.status;
    for (const id of [...world.ids.slice(0, 3), other.json.id]) {
      await until(async () => await status(id) === "solved", `${id} is solved`, 40_000);
    }
    const heard = async () => (await world.incident()).tickets
      .map((one) => one.heard.map((answer) => answer.state).join());
    await until(async () => (await heard()).every((one) => one === "heard"), "all have heard it",
      60_000);
    await world.once(/It was the gateway/);
    const comments = (await call(world.url, `/v1/tickets/${other.json.id}`)).json.comments
      ?? (await call(world.url, `/v1/tickets/${other.json.id}/comments`)).json.items;
    assert.equal(comments.filter((one) => one.body === "It was the gateway.").length, 1);
    // Reopened there, it is open again, and its tickets are not.
    await world.desk.tell("change", { ticket: world.problem, fields: { status: "open",
      comment: { body: "Not quite yet.", public: true } } });
    await until(async () => (await world.incident()).state === "open", "reopened");
    await world.once(/Not quite yet/);
    for (const id of world.ids.slice(0, 3)) assert.equal(await status(id), "solved");
    await world.once(/It was the gateway/);
    await world.end();
  });

test("without the Type field the answer that solves the problem comes from Deskwire", async () => {
  const world = await incidentWorld({ options: { type_field: false } });
  assert.equal(await world.linked(), 0);
  await until(async () => (await world.onProblem()).comments.length > 0, "opened");
  const ofTickets = async () => (await call(world.url, "/v1/deliveries?state=discarded")).json;
  await until(async () => (await ofTickets()).items.filter((one) =>
    /joined in Deskwire alone/.test(one.reason)).length === 3, "joined here alone");
  await world.desk.tell("change", { ticket: world.problem, fields: { status: "solved",
    comment: { body: "It was the gateway.", public: true } } });
  await world.once(/It was the gateway/);
  for (const root of world.members) await world.status(root, "solved");
  await world.end();
});

test("an agent links a ticket to the problem and unlinks one: they join and leave", async () => {
  const world = await incidentWorld();
  await until(async () => await world.linked() === 3, "linked");
  const stranger = world.roots[3];
  const at = async (root) => (await world.ticket(root)).id;
  await world.desk.tell("change", { ticket: await at(stranger),
    fields: { type: "incident", problem_id: world.problem } });
  await world.hears(stranger, /^This is part of a known incident/);
  const member = async (id) => (await world.incident()).tickets.find((one) => one.ticket === id);
  assert.equal((await member(world.ids[3])).how, "desk");
  await world.desk.tell("change", { ticket: await at(world.roots[0]),
    fields: { type: "question", problem_id: null } });
  await world.hears(world.roots[0], /^No longer part of incident/);
  await world.desk.tell("say", { ticket: world.problem, html: "<p>All is back.</p>" });
  await world.once(/All is back/, world.roots.slice(1));
  assert.deepEqual(await world.counts(/All is back/, [world.roots[0]]), [[0, 0, true]]);
  assert.equal((await world.ticket(world.roots[0])).type, "question");
  assert.equal((await member(world.ids[0])).left_at !== null, true);
  await world.end();
});
