// The tally's own arithmetic, and files that carry no formulas.
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, csvCell } from "../src/export";
import { moved, ticksFor, plainLine } from "../src/tally";
import type { Tally } from "../src/types";

const start: Tally = {
  agents: [
    { username: "sansa", name: "Sansa", updates: 7, opening: 0, last_at: null },
    { username: "Jon", name: "Jon", updates: 6, opening: 2, last_at: null },
  ],
  total: 13, channels: ["C1"], channel_names: [], timezone: "UTC",
  today_until: "2026-11-22T00:00:00Z",
  today: [{ channel: "C1", username: "Jon", name: "Jon", updates: 3 }],
};
const told = (username: string, updates: number, channel = "C1") =>
  ({ channel, username, name: username, updates });
const shown = (tally: Tally | null) =>
  tally?.agents.map((one) => `${one.username} ${one.updates}`).join(", ");

test("a new total of today moves every period by the difference", () => {
  const next = moved(start, told("jon", 5), "");
  assert.equal(shown(next), "Jon 8, sansa 7");
  assert.equal(next?.total, 15);
  assert.equal(shown(next && moved(next, told("jon", 4), "")), "Jon 7, sansa 7");
});

test("a total told twice moves nothing, and asks for another look", () => {
  assert.equal(moved(start, told("Jon", 3), ""), null);
});

test("another channel's updates are remembered, not shown", () => {
  const next = moved(start, told("Jon", 4, "C2"), "C1");
  assert.equal(shown(next), "sansa 7, Jon 6");
  assert.equal(next && moved(next, told("Jon", 4, "C2"), "C1"), null);
});

test("newcomers join in their place, and who has none left goes", () => {
  const next = moved(start, told("ana", 7), "");
  assert.equal(shown(next), "ana 7, sansa 7, Jon 6");
  assert.equal(shown(next && moved(next, told("ana", 0), "")), "sansa 7, Jon 6");
});

test("the scale is round and as long as the longest bar", () => {
  assert.deepEqual(ticksFor(0), [0]);
  assert.deepEqual(ticksFor(3), [0, 1, 2, 3]);
  assert.deepEqual(ticksFor(30), [0, 10, 20, 30]);
  assert.deepEqual(ticksFor(1234), [0, 500, 1000, 1500]);
});

test("a cell is never a formula", () => {
  for (const start_of of ["=", "+", "-", "@", "\t", "\r"]) {
    assert.ok(csvCell(`${start_of}1`).replace(/^"/, "").startsWith("'"), start_of);
  }
  assert.equal(csv(["a"], [['say "x", y'], [-3], [null]]), 'a\r\n"say ""x"", y"\r\n-3\r\n\r\n');
});

test("a line of Slack's is shown without the marks of its names", () => {
  assert.equal(plainLine("INC1 [ *Disk is full* ] Resolved by *Zeno Novak* (_znovak985_):"),
    "INC1 [ Disk is full ] Resolved by Zeno Novak (znovak985):");
  assert.equal(plainLine("a_b_c * d * 2*3*4"), "a_b_c * d * 2*3*4");
});
