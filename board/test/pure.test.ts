// The parts of the page that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { age, dayAndTime, linked, numberOf, rangeText, rarity, safeLink, seconds, setZone, shown,
  titleOf, whole } from "../src/format";
import { scheduleWords } from "../src/schedules";
import { SseParser } from "../src/sse";

test("events come whole, however the stream is cut", () => {
  const text = ": still here\n\nid: 0.7\nevent: ticket\ndata: {\"a\":\ndata: 1}\r\n\nevent: x\n\n";
  const expected = [{ id: "0.7", event: "ticket", data: '{"a":\n1}' }];
  for (let cut = 0; cut <= text.length; ++cut) {
    const parser = new SseParser();
    const events = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))];
    assert.deepEqual(events, expected, `cut at ${cut}`);
  }
});

test("an id alone says where the reader stands, and half a block says nothing", () => {
  const parser = new SseParser();
  assert.deepEqual(parser.push("id: 0.7\n"), []);
  assert.equal(parser.lastId, "");
  assert.deepEqual(parser.push("\nid: 0.8\nevent: ticket\ndata: 1\n"), []);
  assert.equal(parser.lastId, "0.7");
});

test("only addresses that open a page or a mail are links", () => {
  assert.equal(safeLink("https://a.example/x"), "https://a.example/x");
  assert.equal(safeLink("mailto:a@b.example"), "mailto:a@b.example");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "//x", "", null, "JAVASCRIPT:x"]) {
    assert.equal(safeLink(bad), null, String(bad));
  }
});

test("a title turns nothing around, and one that nobody can see is said to be none", () => {
  const title = (text: string) => titleOf({ title: text });
  assert.equal(title("Invoice \u202efdp.exe\u2066\u200f"), "Invoice fdp.exe");
  assert.equal(title("VPN\u200b\u00ad is\u2028down\n now"), "VPN is down now");
  for (const none of ["", " ", "\u200b", "\u2800\u3164", "\u00a0\u202e", "\ufe0f\u200d"]) {
    assert.equal(title(none), "(no title)", JSON.stringify(none));
  }
  assert.equal(title("👩\u200d💻 می\u200cخواهم"), "👩\u200d💻 می\u200cخواهم", "joiners stay");
  assert.equal(shown("שלום"), "שלום");
});

test("times and numbers are as people say them", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  assert.equal(age("2026-11-21T09:59:55Z", now), "now");
  assert.equal(age("2026-11-21T09:57:00Z", now), "3 min");
  assert.equal(age("2026-11-18T10:00:00Z", now), "3 d");
  assert.equal(age("2026-11-21T10:05:00Z", now), "now", "a clock that is ahead");
  assert.equal(seconds(5400), "1 h 30");
  assert.equal(seconds(11_520), "3 h 12");
  assert.equal(seconds(7200), "2 h");
  assert.equal(seconds(0.06), "under a second");
  assert.equal(rangeText(2.3, 7.1), "2–8");
  assert.equal(rangeText(4, 4), "4");
  assert.equal(numberOf({ id: 2, external: { id: "3451" } }), "#3451");
  assert.equal(whole(null), "–");
});

test("times are the desk's, with the day where it is another", () => {
  setZone("Europe/Berlin");
  const now = Date.parse("2026-11-26T10:40:00Z");
  assert.equal(dayAndTime("2026-11-26T10:32:00Z", now), "11:32");
  assert.equal(dayAndTime("2026-11-23T07:00:00Z", now), "Mon 23 Nov 08:00");
  setZone("Mars/Olympus");
  assert.equal(dayAndTime("2026-11-26T10:32:00Z", now), "11:32", "an unknown zone changes nothing");
});

test("what is rare is said in one language", () => {
  assert.equal(rarity(1 / 40), "about once in 40 hours");
  assert.equal(rarity(1 / 400), "about once in 17 days");
  assert.equal(rarity(1 / 2190), "about once in 3 months");
  assert.equal(rarity(1 / 20_000), "about once in 2 years");
  assert.equal(rarity(1 / 5_744_615), "rarer than once in 10 years");
  assert.equal(rarity(0), "rarer than once in 10 years");
});

test("schedules are words where they can be", () => {
  assert.equal(scheduleWords("* * * * *"), "every minute");
  assert.equal(scheduleWords("hourly :05"), "every hour at :05");
  assert.equal(scheduleWords("30 7 * * *"), "every day at 07:30");
  assert.equal(scheduleWords("mon 08:00"), "every Monday at 08:00");
  assert.equal(scheduleWords("0 9 1 * *"), "0 9 1 * *");
});

test("addresses in a text are links, without what stands behind them", () => {
  const shown = (text: string) => linked(text).map((one) =>
    one.href ? `[${one.text}]` : one.text).join("");
  assert.equal(shown("See https://x.example/a?b=1, or (http://y.example/z)."),
    "See [https://x.example/a?b=1], or ([http://y.example/z]).");
  assert.equal(shown("https://x.example/(a)"), "[https://x.example/(a)]");
  assert.equal(shown("javascript:alert(1) https:// ftp://x"), "javascript:alert(1) https:// ftp://x");
  assert.equal(shown("nothing"), "nothing");
});
