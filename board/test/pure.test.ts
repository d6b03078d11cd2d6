// The parts of the page that need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { age, safeLink, seconds, whole } from "../src/format";
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

test("times and numbers are as people say them", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  assert.equal(age("2026-11-21T09:59:55Z", now), "now");
  assert.equal(age("2026-11-21T09:57:00Z", now), "3 min");
  assert.equal(age("2026-11-18T10:00:00Z", now), "3 d");
  assert.equal(age("2026-11-21T10:05:00Z", now), "now", "a clock that is ahead");
  assert.equal(seconds(5400), "1.5 h");
  assert.equal(seconds(0.06), "0 s");
  assert.equal(whole(null), "–");
});
