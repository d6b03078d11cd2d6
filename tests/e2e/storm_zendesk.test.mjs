// An incident whose parent agents work on in Zendesk: answers, solving, reopening, links.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, until } from "./daemon.mjs";

const post = (world, path, body) => call(world.url, path, { method: "POST", body });

/** Threads of as many people, and one incident of the first `joined` of them. */
async function incidentWorld({ people = 4, joined = 3, options = {} } = {}) {
  const world = await bridgeWorld({ more: "[storm]\nmin_tickets = 50\n" });
  await world.desk.tell("options", options);
  await world.start();
  world.roots = [];
  for (let i = 0; i < people; ++i) {
    await world.slack.order("person", { id: `U20${i}`, name: `Person ${i}`,
      email: `p${i}@x.example` });
    world.roots.push(await world.say(`Nothing works, says somebody${i}`, "", { user: `U20${i}` }));
  }
  const ids = [];
  for (const root of world.roots) {
    const theirs = await until(() => world.ticket(root), "at the desk", 20_000);
    const found = async () => (await call(world.url, `/v1/tickets?q=${theirs.id}`)).json.items
      .find((one) => one.external?.id === String(theirs.id) || one.number === String(theirs.id));
    ids.push((await until(found, "our ticket")).id);
  }
  const made = await post(world, "/v1/incidents", { tickets: ids.slice(0, joined), title: "VPN" });
  assert.equal(made.status, 201, made.text);
  world.ids = ids;
  world.path = `/v1/incidents/${made.json.id}`;
  world.incident = async () => (await call(world.url, world.path)).json;
  world.members = world.roots.slice(0, joined);
  for (const root of world.members) await world.hears(root, /^This is part of a known incident/);
  world.problem = Number((await world.incident()).number);
  /** How often each thread and each ticket has it, and whether it is public. */
  world.counts = async (pattern, roots = world.members) => {
    const all = await world.tickets();
    return Promise.all(roots.map(async (root) => {
      const said = (await world.thread(root)).filter((one) => pattern.test(one.text)).length;
      const ticket = all.find((one) => one.external_id === `slack:C1:${root}`);
      const written = ticket.comments.filter((one) => pattern.test(one.plain_body));
      return [said, written.length, written.every((one) => one.public)];
    }));
  };
  world.once = (pattern, roots) => until(async () =>
    (await world.counts(pattern, roots)).every((one) => one[0] === 1 && one[1] === 1 && one[2]),
  `${pattern} once everywhere`, 30_000);
  world.onProblem = async () => (await world.tickets()).find((one) => one.id === world.problem);
  world.linked = async () => (await world.tickets())
    .filter((one) => one.problem_id === world.problem).length;
  return world;
}

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
