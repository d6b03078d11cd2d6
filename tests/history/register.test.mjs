// The search for an order, by hand-made histories of one ticket.
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOf } from "./random.mjs";
import { explain, shrink } from "./register.mjs";

const initial = { status: "open", assignee: "" };
const patch = (n, call, ret, fields) => ({ n, kind: "patch", call, ret, fields });
const read = (n, call, ret, status, assignee, after) =>
  ({ n, kind: "read", call, ret, fields: { status, assignee }, after });
const verdict = (operations) => explain(initial, operations).verdict;
const never = Infinity;

test("nothing, and reads of what was there at first, are explained", () => {
  assert.equal(verdict([]), "explained");
  assert.equal(verdict([read(1, 0, 1, "open", ""), read(2, 0, 5, "open", "")]), "explained");
});

test("two patches of different fields at once both stand", () => {
  const both = [patch(1, 0, 10, { status: "solved" }), patch(2, 0, 10, { assignee: "bo" })];
  assert.equal(verdict([...both, read(3, 20, 21, "solved", "bo")]), "explained");
});

test("a lost update is no order's result", () => {
  const both = [patch(1, 0, 10, { status: "solved" }), patch(2, 0, 10, { assignee: "bo" })];
  const found = explain(initial, [...both, read(3, 20, 21, "open", "bo")]);
  assert.equal(found.verdict, "impossible");
  assert.deepEqual(found.waiting, [3], "the read is what can't follow");
  assert.deepEqual(found.state, { status: "solved", assignee: "bo" });
});

test("a stale read is found, and one beside the write is not stale", () => {
  const write = patch(1, 0, 10, { status: "solved" });
  assert.equal(verdict([write, read(2, 11, 12, "open", "")]), "impossible");
  assert.equal(verdict([write, read(2, 5, 12, "open", "")]), "explained");
});

test("reads don't go back", () => {
  const write = patch(1, 0, 100, { status: "solved" });
  const forth = [read(2, 10, 20, "solved", ""), read(3, 30, 40, "solved", "")];
  const back = [read(2, 10, 20, "solved", ""), read(3, 30, 40, "open", "")];
  assert.equal(verdict([write, ...forth]), "explained");
  assert.equal(verdict([write, ...back]), "impossible");
});

test("an unknown patch may take effect late, at once, or never, but not twice", () => {
  const unknown = patch(1, 0, never, { status: "solved" });
  assert.equal(verdict([unknown, read(2, 50, 51, "open", "")]), "explained");
  assert.equal(verdict([unknown, read(2, 50, 51, "open", ""), read(3, 60, 61, "solved", "")]),
    "explained");
  const again = [patch(4, 70, 80, { status: "open" }), read(5, 90, 91, "solved", "")];
  assert.equal(verdict([unknown, read(3, 60, 61, "solved", ""), ...again]), "impossible");
  assert.equal(verdict([read(2, 1, 2, "solved", ""), patch(1, 3, never, { status: "solved" })]),
    "impossible", "nor before it was asked for");
});

test("a patch of two fields is one step", () => {
  const both = patch(1, 0, 100, { status: "solved", assignee: "bo" });
  assert.equal(verdict([both, read(2, 10, 20, "solved", "")]), "impossible");
});

test("the body of an answer shows at least its own patch", () => {
  const write = patch(1, 0, 10, { status: "solved" });
  assert.equal(verdict([write, read("1r", 0, 10, "solved", "", 1)]), "explained");
  assert.equal(verdict([write, read("1r", 0, 10, "open", "", 1)]), "impossible");
  const later = patch(2, 0, 10, { status: "open" });
  assert.equal(verdict([write, later, read("1r", 0, 10, "open", "", 1)]), "explained");
});

test("what is left of an inexplicable ticket is small", () => {
  const many = Array.from({ length: 20 }, (_, i) => read(100 + i, i, i + 0.5, "open", ""));
  const write = patch(1, 50, 60, { status: "solved" });
  const left = shrink(initial, [...many, write, read(2, 70, 71, "open", "")]);
  assert.deepEqual(left.map((one) => one.n), [1, 2]);
});

/** A register that works: each operation takes effect between its call and its answer. */
function workingHistory(random, count, hasLoss) {
  const moments = Array.from({ length: count }, (_, n) => {
    const at = random.between(0, 100);
    const isWrite = random.chance(0.5);
    const fields = random.chance(0.5) ? { status: random.one(["open", "pending", "solved"]) }
      : { assignee: `a${n}` };
    const isLost = isWrite && random.chance(0.15);
    return { n, at, call: at - random.between(0, 8), ret: at + random.between(0, 8), isWrite,
      fields, isLost };
  }).sort((a, b) => a.at - b.at);
  let state = initial;
  const out = [];
  for (const { n, call, ret, isWrite, fields, isLost } of moments) {
    const isUnknown = isLost && !hasLoss;
    if (isWrite && !(isLost && random.chance(0.5))) state = { ...state, ...fields };
    if (isWrite) out.push(patch(n, call, isUnknown ? never : ret, fields));
    else out.push(read(n, call, ret, state.status, state.assignee));
  }
  return [...out, read("last", 200, 201, state.status, state.assignee)];
}

test("200 random histories of a register that works are all explained", () => {
  for (let seed = 0; seed < 200; ++seed) {
    assert.equal(verdict(workingHistory(randomOf(seed), 40, false)), "explained", `seed ${seed}`);
  }
});

test("a register that loses answered patches is seen through, unless nobody saw them", () => {
  let found = 0;
  for (let seed = 0; seed < 100; ++seed) {
    if (verdict(workingHistory(randomOf(seed), 40, true)) === "impossible") ++found;
  }
  assert.ok(found > 15, `only ${found} of 100`);
});

/** All orders, tried one by one: slow, and without a thought. */
function isExplainedSlowly(operations) {
  const go = (left, state) => {
    if (left.every((one) => one.ret === never)) return true;
    const limit = Math.min(...left.map((one) => one.ret));
    return left.some((one) => {
      if (one.call > limit) return false;
      const next = one.kind === "patch" ? { ...state, ...one.fields } : state;
      const fits = Object.entries(one.fields).every(([name, value]) => next[name] === value);
      return fits && go(left.filter((other) => other !== one), next);
    });
  };
  return go(operations, initial);
}

test("the search says what trying every order says", () => {
  for (let seed = 0; seed < 400; ++seed) {
    const operations = workingHistory(randomOf(seed), 6, seed % 2 === 0)
      .map((one) => ({ ...one, call: one.call / 4 }));
    const expected = isExplainedSlowly(operations) ? "explained" : "impossible";
    assert.equal(verdict(operations), expected, `seed ${seed}`);
  }
});
