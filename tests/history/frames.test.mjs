// How the proxy knows a COMMIT, by bytes as libpq writes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asksForAnswer, Commits, Frames } from "./frames.mjs";

function message(type, ...texts) {
  const body = Buffer.concat(texts.map((text) => Buffer.from(`${text}\0`)));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), head, body]);
}

function startup(code) {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(8, 0);
  bytes.writeUInt32BE(code, 4);
  return bytes;
}

const session = startup(196608);

test("messages are cut wherever the bytes are cut", () => {
  const bytes = Buffer.concat([startup(80877103), session, message("Q", "SELECT 1"), message("S")]);
  for (let size = 1; size <= bytes.length; ++size) {
    const frames = new Frames();
    const found = [];
    for (let at = 0; at < bytes.length; at += size) {
      found.push(...frames.add(bytes.subarray(at, at + size)));
    }
    assert.deepEqual(found.map((one) => one.type), ["", "", "Q", "S"]);
    assert.deepEqual(Buffer.concat(found.map((one) => one.bytes)), bytes);
  }
});

function commitsIn(...parts) {
  const frames = new Frames();
  const commits = new Commits();
  return frames.add(Buffer.concat([session, ...parts])).filter((one) => commits.isOne(one)).length;
}

test("a COMMIT is known as a query and as a prepared statement, and nothing else is one", () => {
  assert.equal(commitsIn(message("Q", "commit")), 1);
  assert.equal(commitsIn(message("Q", "SELECT 'COMMIT'")), 0);
  assert.equal(commitsIn(message("P", "end", "COMMIT"), message("B", "", "end")), 1);
  assert.equal(commitsIn(message("P", "end", "COMMIT"), message("B", "", "other")), 0);
  assert.equal(commitsIn(message("P", "commit", "SELECT 1"), message("B", "", "commit")), 0);
});

test("the server answers behind a sync and behind a query", () => {
  const frames = new Frames();
  const found = frames.add(Buffer.concat([session, message("B", "", ""), message("S")]));
  assert.deepEqual(found.map(asksForAnswer), [false, false, true]);
});
