// The hours of today in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setZone } from "../src/format";
import { hourOnWall, hoursInWords } from "../src/hours";
import type { Now, NowHour } from "../src/types";

setZone("UTC");
const hour = (at: number, change: Partial<NowHour>): NowHour => ({
  hour: new Date(Date.UTC(2026, 10, 26, at)).toISOString(), state: "past", count: 4,
  usual: { low: 3, high: 8 }, alarm: 17, probability: null, is_spike: false, is_drop: false,
  ...change });
const spike = (at: number) => hour(at, { count: 1051, is_spike: true, probability: 1e-9 });
const running = (count: number | null) => hour(11, { state: "running", count });
const desk = (hours: NowHour[], change: Partial<Now> = {}) => ({
  as_of: "2026-11-26T11:40:00Z", hours, hours_source: "Deskwire", running_source: "Deskwire",
  ...change }) as Now;

test("an hour that is over never hides the running one", () => {
  assert.deepEqual(hoursInWords(desk([spike(10), running(5)])), [
    { tone: "alarm", text: "▲ 10:00 to 11:00: 1,051, usual 3–8. Rarer than once in 10 years." },
    { tone: "", text: "11:00 to now: 5, usual 3–8 in the whole hour. The hour ends in 20 min." }]);
  assert.deepEqual(hoursInWords(desk([spike(10), running(31)])).map((one) => one.text), [
    "▲ 11:00 to now: 31, usual 3–8 in the whole hour. The hour ends in 20 min.",
    "▲ 10:00 to 11:00: 1,051, usual 3–8. Rarer than once in 10 years."]);
  assert.deepEqual(hoursInWords(desk([hour(10, {}), running(null)])).map((one) => one.text),
    ["11:00 to now: not counted yet, usual 3–8 in the whole hour."]);
  assert.match(hoursInWords(desk([running(2)], { hours_source: "Zendesk" }))[0]?.text ?? "",
    /^11:00 to now: 2 through Deskwire,/);
});

test("what is old does not say now", () => {
  assert.deepEqual(hoursInWords(desk([running(5)]), true).map((one) => one.text),
    ["11:00 to 11:40: 5, usual 3–8 in the whole hour."]);
});

test("a wall names the hour of its number", () => {
  assert.deepEqual(hourOnWall(desk([spike(10), running(5)])), { tone: "alarm",
    text: "▲ 1,051 tickets from 10:00 to 11:00",
    detail: "usual 3–8, rarer than once in 10 years; 5 since 11:00" });
  assert.deepEqual(hourOnWall(desk([spike(10), running(31)])), { tone: "alarm",
    text: "▲ 31 tickets since 11:00",
    detail: "usual 3–8 in the whole hour; 1,051 from 10:00 to 11:00" });
  assert.deepEqual(hourOnWall(desk([spike(7), hour(10, {}), running(1)])), { tone: "",
    text: "1 ticket since 11:00",
    detail: "usual 3–8 in the whole hour; 1,051 from 07:00 to 08:00" },
  "a spike of the morning is no alarm of now");
  assert.equal(hourOnWall(desk([running(1)], { hours_source: "Zendesk" })).detail,
    "through Deskwire, usual 3–8 in the whole hour");
  assert.equal(hourOnWall(desk([])).text, "No hour is counted yet");
});
