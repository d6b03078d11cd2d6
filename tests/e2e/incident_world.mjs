// An incident of several people's threads, whose parent and tickets are in a fake Zendesk.
import assert from "node:assert/strict";
import { bridgeWorld } from "./bridge_world.mjs";
import { call, until } from "./daemon.mjs";

export const post = (world, path, body) => call(world.url, path, { method: "POST", body });

/** Threads of as many people, and one incident of the first `joined` of them. */
export async function incidentWorld({ people = 4, joined = 3, options = {}, more = "",
  bridge = "" } = {}) {
  const world = await bridgeWorld({ bridge, more: `[storm]\nmin_tickets = 50\n${more}` });
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
