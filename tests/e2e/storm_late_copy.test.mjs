// Zendesk's own copy of the answer that solved a problem comes after the two minutes for which
// Deskwire waits for it: each thread has the answer once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, until } from "./daemon.mjs";
import { incidentWorld } from "./incident_world.mjs";

test("who has no copy after two minutes hears the answer, and a later copy is no second one",
  async () => {
    const world = await incidentWorld({ options: { solve_lag: 3_600_000 } });
    await until(async () => await world.linked() === 3, "linked");
    const words = "It was the gateway.";
    const began = Date.now();
    await world.desk.tell("change", { ticket: world.problem,
      fields: { status: "solved", comment: { body: words, public: true } } });
    await until(async () => (await world.incident()).state === "solved", "solved here too");
    // Killed while it waits, it goes on waiting.
    await world.daemon.kill();
    await world.start();
    const heard = async () => (await world.counts(/gateway/)).map((one) => one[0]).join();
    await until(async () => await heard() === "1,1,1", "all have heard it", 160_000);
    assert.ok(Date.now() - began >= 119_000, "they waited for Zendesk's copies");
    await world.once(/gateway/);
    const late = (await world.ticket(world.members[0])).id;
    await world.desk.tell("say", { ticket: late, html: `<p>${words}</p>` });
    // What is said behind it is heard, and by then the copy would have been.
    await world.desk.tell("say", { ticket: late, html: "<p>Call me if it comes back.</p>" });
    await world.hears(world.members[0], /Call me if it comes back/);
    assert.equal(await heard(), "1,1,1");
    for (const root of world.members) await world.status(root, "solved");
    const states = (await world.incident()).tickets.flatMap((one) => one.heard)
      .map((one) => one.state);
    assert.deepEqual(states, ["heard", "heard", "heard"]);
    // Said once more on purpose, it is said.
    await world.desk.tell("say", { ticket: late, html: `<p>${words}</p>` });
    await until(async () => await heard() === "2,1,1", "the words once more");
    assert.equal((await call(world.url, `/v1/tickets/${world.ids[0]}`)).json.status, "solved");
    await world.end();
  });
