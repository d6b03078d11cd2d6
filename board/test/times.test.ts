import assert from "node:assert/strict";
import { test } from "node:test";
import { condensed, timeTicks } from "../src/times";

const minute = 60_000;
const hour = 60 * minute;

test("marks stand at round local times, few enough to be read", () => {
  const morning = new Date(2026, 10, 21, 6, 40).getTime();
  const marks = timeTicks(morning, morning + 10 * hour, 6);
  assert.deepEqual(marks.map((one) => one.text), ["08:00", "10:00", "12:00", "14:00", "16:00"]);
  const week = timeTicks(morning, morning + 7 * 24 * hour, 8);
  assert.deepEqual(week.map((one) => one.text)[0], "Nov 22");
  assert.equal(week.length, 7);
  for (const most of [2, 3, 5, 12]) {
    for (const span of [minute, hour, 5 * hour, 40 * hour, 900 * hour, 30_000 * hour]) {
      assert.ok(timeTicks(morning, morning + span, most).length <= most + 1, `${most} ${span}`);
    }
  }
});

test("minutes are put together by their highest, and what is not known stays so", () => {
  const until = 100 * minute;
  assert.deepEqual(condensed([1, 5, null, null, 2], until, minute, 3), [
    { at: 96 * minute, value: 1 },
    { at: 98 * minute, value: 5 },
    { at: 100 * minute, value: 2 },
  ]);
  assert.deepEqual(condensed([null, null], until, minute, 1), [{ at: until, value: null }]);
  assert.deepEqual(condensed([], until, minute, 9), []);
});
