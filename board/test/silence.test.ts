import assert from "node:assert/strict";
import { test } from "node:test";
import { Silence } from "../src/silence";

const quiet = 40, patience = 40;
const pass = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
const never = (signal: AbortSignal) => new Promise((_, fail) =>
  signal.addEventListener("abort", () => fail(new Error("nobody answers"))));

/** A stream with one who can be asked: how often that was, and whether it was given up. */
function watched(ask: (signal: AbortSignal) => Promise<unknown>) {
  const seen = { asked: 0, lost: 0 };
  const silence = new Silence((signal) => {
    seen.asked += 1;
    return ask(signal);
  }, () => { seen.lost += 1; }, quiet, patience);
  return { seen, silence };
}

test("while news come nobody is asked", async () => {
  const { seen, silence } = watched(never);
  for (let i = 0; i < 8; ++i) {
    await pass(quiet / 4);
    silence.heard();
  }
  silence.stop();
  await pass(quiet * 2);
  assert.deepEqual(seen, { asked: 0, lost: 0 });
});

test("who answers is there, and is asked again only after the next silence", async () => {
  const { seen, silence } = watched(async () => {});
  await pass(quiet * 1.5);
  assert.deepEqual(seen, { asked: 1, lost: 0 });
  await pass(quiet * 4);
  silence.stop();
  assert.ok(seen.asked > 1 && seen.asked <= 5, String(seen.asked));
  assert.equal(seen.lost, 0);
});

test("who hangs is lost after the patience, and who refuses at once", async () => {
  for (const [ask, at_most] of [[never, quiet + patience], [() => Promise.reject(), quiet]] as
    const) {
    const { seen } = watched(ask);
    await pass(quiet / 2);
    assert.equal(seen.lost, 0);
    await pass(at_most + quiet);
    assert.deepEqual(seen, { asked: 1, lost: 1 });
    await pass(quiet * 2);
    assert.deepEqual(seen, { asked: 1, lost: 1 });
  }
});

test("news that come while the answer is late say enough", async () => {
  const { seen, silence } = watched(never);
  await pass(quiet * 1.5);
  silence.heard();
  await pass(quiet * 0.75);
  assert.equal(seen.lost, 0);
  silence.stop();
});
