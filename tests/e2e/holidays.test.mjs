// Days off out of calendars that other programs wrote: a quiet Wednesday a month raises alerts of
// silence, unless the calendar says that it is one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import ical from "ical-generator";
import { folder, runBeside } from "./daemon.mjs";

const hour = 3_600_000, day = 24 * hour;
const from = Date.UTC(2025, 0, 6);
const is_off = (at) => new Date(at).getUTCDay() === 3 && new Date(at).getUTCDate() <= 7;

function counts() {
  const lines = ["timestamp;count"];
  for (let at = from; at < from + 60 * 7 * day; at += hour) {
    const busy = new Date(at).getUTCHours() >= 8 ? 60 : 20;
    const noise = (at / hour * 7919) % 9 - 4;
    const time = new Date(at).toISOString().slice(0, 16).replace("T", " ");
    lines.push(`${time}+00;${is_off(at) ? 2 : busy + noise}`);
  }
  return lines.join("\n") + "\n";
}

function of_ical_generator() {
  const calendar = ical({ name: "Off, with a name that is long enough for the line to be folded" });
  calendar.createEvent({ start: new Date(Date.UTC(2025, 0, 1)), allDay: true,
    summary: "Déjà vu: jeden ersten Mittwoch ".repeat(5),
    repeating: { freq: "MONTHLY", byDay: ["WE"], bySetPos: 1 } });
  return calendar.toString();
}

function of_python() {
  const script = `
import sys, datetime, icalendar
calendar = icalendar.Calendar()
calendar.add('version', '2.0')
event = icalendar.Event()
event.add('summary', 'first Wednesdays, ' * 9)
event.add('dtstart', datetime.date(2025, 1, 1))
event.add('duration', datetime.timedelta(days=1))
event.add('rrule', {'freq': 'monthly', 'byday': '1WE', 'until': datetime.date(2026, 12, 31)})
event.add('status', 'CONFIRMED')
calendar.add_component(event)
other = icalendar.Event()
other.add('dtstart', datetime.date(2025, 1, 2))
other.add('rrule', {'freq': 'daily'})
other.add('status', 'CANCELLED')
calendar.add_component(other)
sys.stdout.buffer.write(calendar.to_ical())`;
  return execFileSync("/usr/bin/python3", ["-c", script]);
}

/** How many alerts of silence a replay raises on such a Wednesday, after ten weeks. */
async function silences(ics) {
  const cwd = folder(`[volume]\nsource = "file:counts.csv"\n${ics ? 'holidays = "off.ics"' : ""}`);
  writeFileSync(`${cwd}/counts.csv`, counts());
  if (ics) writeFileSync(`${cwd}/off.ics`, ics);
  const done = await runBeside(cwd, ["volume", "backtest", "--input", "counts.csv", "--json"]);
  assert.equal(done.code, 0, done.err);
  assert.doesNotMatch(done.err, /holidays:/);
  return JSON.parse(done.out).alerts.filter((one) => one.kind === "drop" &&
    is_off(Date.parse(one.from)) && Date.parse(one.from) > from + 70 * day).length;
}

test("holidays are read as ical-generator and icalendar write them", async () => {
  const blind = await silences(null);
  assert.ok(blind >= 5, `the test would not notice: ${blind}`);
  for (const ics of [of_ical_generator(), of_python()]) {
    const seen = await silences(ics);
    assert.ok(seen <= 1, `${seen} alerts of silence\n${ics}`);
  }
});

test("what can't be used of a calendar is said with its line", async () => {
  const cwd = folder('[volume]\nsource = "file:c.csv"\nholidays = "off.ics"');
  const lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20261225",
    "RRULE:FREQ=YEARLY;BYEASTER=1", "END:VEVENT", "END:VCALENDAR", ""];
  writeFileSync(`${cwd}/off.ics`, lines.join("\r\n"));
  const checked = await runBeside(cwd, ["check", "--offline"]);
  assert.equal(checked.code, 0, checked.err);
  assert.match(checked.err,
    /holidays: off\.ics line 4: rule "FREQ=YEARLY;BYEASTER=1" can't be read/);
  writeFileSync(`${cwd}/off.ics`, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
  assert.match((await runBeside(cwd, ["check", "--offline"])).err, /the calendar has no event/);
});
