// kill -9 in a storm of intakes: what was answered is there, once, and on its queue.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, folder, local, run, serve, teams, ticket } from "./daemon.mjs";

const senders = 16;
const rounds = 4;

test("what was answered before a kill -9 is there once, and reached its queue", async () => {
  const cwd = folder(local);
  const promised = new Map(); // title -> ticket number, as the sender was told
  let id = 0;
  for (let round = 0; round < rounds; ++round) {
    const daemon = await serve({ cwd });
    let isOver = false;
    const storm = Array.from({ length: senders }, async () => {
      while (!isOver) {
        const mine = ++id;
        try {
          const answer = await teams(daemon.url, "local", mine, ticket(`T${mine}`));
          const found = /^Ticket #(\d+) /.exec(answer.json?.text ?? "");
          if (answer.status === 200 && found) promised.set(`T${mine}`, Number(found[1]));
        } catch {
          // Not answered: nothing was promised.
        }
      }
    });
    await new Promise((resume) => setTimeout(resume, 300 + 200 * round));
    await daemon.kill();
    isOver = true;
    await Promise.all(storm);
  }
  assert.ok(promised.size > 200, `only ${promised.size} intakes`);
  assert.equal(new Set(promised.values()).size, promised.size, "each has a number of its own");
  const daemon = await serve({ cwd });
  // Sent again, as Teams would: the same answer.
  const [title, number] = [...promised][0];
  const again = await teams(daemon.url, "local", title.slice(1), ticket(title));
  assert.equal(again.json.text, `Ticket #${number} (high): ${title} → queue high`);
  const tickets = new Map();
  for (let cursor = ""; cursor !== null;) {
    const page = (await call(daemon.url, `/v1/tickets?limit=500&cursor=${cursor}`)).json;
    for (const one of page.items) {
      assert.ok(!tickets.has(one.title), `${one.title} is there twice`);
      tickets.set(one.title, one.id);
    }
    cursor = page.next_cursor;
  }
  for (const [told, expected] of promised) assert.equal(tickets.get(told), expected, told);
  const queued = new Map();
  for (let cursor = ""; cursor !== null;) {
    const path = `/v1/queues/high/messages?limit=500&cursor=${cursor}`;
    const page = (await call(daemon.url, path)).json;
    for (const one of page.items) {
      const { ticket: its } = JSON.parse(one.body);
      queued.set(its, (queued.get(its) ?? 0) + 1);
    }
    cursor = page.next_cursor;
  }
  assert.equal(queued.size, tickets.size);
  assert.ok([...queued.values()].every((times) => times === 1));
  assert.equal(run(cwd, ["store", "verify"]).code, 0);
  await daemon.stop();
  daemon.clean();
});
