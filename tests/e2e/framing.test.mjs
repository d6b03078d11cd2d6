// Where requests end, against a reference: random bytes of pipelined requests go to Deskwire's
// server and to Node's, whose parser is llhttp. Whatever ours handles, the reference accepts as the
// same request at the same place. Ours may refuse more; it never hears another request.
// DESKWIRE_FRAMING_SECONDS runs it for longer, DESKWIRE_SEED repeats a failure.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { METHODS, createServer } from "node:http";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { binary } from "./daemon.mjs";

const seconds = Number(process.env.DESKWIRE_FRAMING_SECONDS ?? 20);
const firstSeed = Number(process.env.DESKWIRE_SEED ?? 1);
const together = 16;

/** A small generator of random numbers: a seed is a stream for ever. */
function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count) => Math.floor(next() * count);
  return { below, chance: (of) => next() < of, pick: (list) => list[below(list.length)] };
}

const targets = ["/", "/a", "/a?b=c", "/a//b?c?d", "//a", "http://b/x", "http://b", "HTTP://b:80/?x",
  "http://b?x", "http:///x", "http://u@b/", "*", "a", "?x", "/a#b", "/\xe9", "/%0a", "b:80"];
const hosts = ["a", "a", "a", "a:8080", "[::1]:80", "127.0.0.1", "", "a b", "u@a", "a:x", "a,b"];
const lengths = ["+5", "-5", "0x5", "5, 5", "5 5", "", " 5 ", "05", "5,", "18446744073709551621"];
const codings = ["chunked", "Chunked", "xchunked", "gzip", "gzip, chunked", "chunked, chunked",
  "chunked;q=1", "chunked,", ",chunked", "identity", "", "chunked\x0b", "\"chunked\""];
const others = ["X: y", "X:", "X: \xe9", "Content-Type: text/plain", "Connection: close",
  "Connection: keep-alive", "Connection: x, close", "Connection:", "Proxy-Connection: close",
  "Expect: 100-continue", "Content-Encoding: gzip", "X : y", " X: y", "X: y\r\n folded", "X\x00: y",
  "Host: other", "Content-Length: 5", "Transfer-Encoding: chunked", "TE: trailers", "X: a\rb",
  "X: a\nContent-Length: 9"];
const sizes = ["5", "05", "00000000005", "5;a", "5;a=b", "5;a=\"b;\\\"c\"", "5;", "5 ", " 5", "+5",
  "0x5", "5;a=\"\n\"", "5;a b", "fffffffffffffffff", "1ffffffffffffffff", "6", "4"];
const trailers = ["", "", "X-Late: y\r\n", "Content-Length: 5\r\n", "Host: b\r\n", "X\r\n",
  "Transfer-Encoding: chunked\r\n", "X: y\n"];
const odd = ["\r", "\n", "\r\n", "\0", " ", "\t", ":", ",", ";", "0", "5", "a", "\x0b", "\x85",
  "\"", "+", "-", "\r\n\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
  "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"];

function chunksOf(draw) {
  let out = "";
  for (let count = draw.below(3); count > 0; --count) {
    const size = draw.chance(0.7) ? draw.pick(sizes.slice(0, 6)) : draw.pick(sizes);
    out += `${size}\r\nhello${draw.chance(0.95) ? "\r\n" : draw.pick(odd)}`;
  }
  return `${out}0${draw.chance(0.9) ? "" : draw.pick([";a", "0", " ", ";"])}\r\n` +
    `${draw.chance(0.7) ? "" : draw.pick(trailers)}\r\n`;
}

/** One request, mostly a good one: what is behind it is only seen if it is. */
function requestOf(draw) {
  const sane = draw.chance(0.8);
  const method = draw.pick(["GET", "POST", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"]);
  const target = sane ? draw.pick(targets.slice(0, 8)) : draw.pick(targets);
  const version = draw.chance(0.9) ? "HTTP/1.1" : draw.pick(["HTTP/1.0", "HTTP/1.2", "http/1.1"]);
  const headers = [`Host: ${sane ? draw.pick(hosts.slice(0, 6)) : draw.pick(hosts)}`];
  let body = "";
  const framing = draw.below(10);
  if (framing < 3) {
    body = draw.pick(["hello", "", "a", "0\r\n\r\n", "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"]);
    headers.push(`Content-Length: ${sane ? body.length : draw.pick(lengths)}`);
  } else if (framing < 7) {
    body = chunksOf(draw);
    const coding = sane ? draw.pick(codings.slice(0, 2)) : draw.pick(codings);
    headers.push(`Transfer-Encoding: ${coding}`);
  }
  for (let count = draw.below(3); count > 0; --count) {
    headers.push(sane ? draw.pick(others.slice(0, 4)) : draw.pick(others));
  }
  if (draw.chance(0.3)) headers.reverse();
  return `${draw.chance(0.05) ? "\r\n" : ""}${method} ${target} ${version}\r\n` +
    `${headers.join("\r\n")}\r\n\r\n${body}`;
}

/** RFC 9112 allows a tab behind a value, and the reference does not behind this one. */
const isDisputed = (bytes) => /content-length:[ \t]*\d+[ \t]*\t/i.test(bytes.toString("latin1"));

/** A stream of requests, and in every second one a few careless edits. */
function streamOf(draw) {
  let text = "";
  for (let count = 1 + draw.below(4); count > 0; --count) text += requestOf(draw);
  for (let edits = draw.chance(0.5) ? 0 : 1 + draw.below(3); edits > 0; --edits) {
    const at = draw.below(text.length);
    const gone = draw.pick([0, 0, 1, 1, 2, 8]);
    text = text.slice(0, at) + (draw.chance(0.7) ? draw.pick(odd) : "") + text.slice(at + gone);
  }
  return Buffer.from(text, "latin1");
}

/** Sends a stream in some pieces, ends its side, and gives all that came back. */
function send(port, bytes, draw) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const got = [];
    socket.setNoDelay(true);
    socket.setTimeout(20_000, () => socket.destroy(new Error("no end")));
    socket.on("data", (piece) => got.push(piece));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(got).toString("latin1")));
    socket.on("connect", async () => {
      let from = 0;
      while (draw && from < bytes.length && draw.chance(0.5)) {
        const to = from + 1 + draw.below(bytes.length - from);
        socket.write(bytes.subarray(from, to));
        await new Promise((sent) => setImmediate(sent));
        from = to;
      }
      socket.end(bytes.subarray(from));
    });
  });
}

/** What our server's answers say that it handled. */
function handledIn(answers) {
  const handled = [];
  let rest = answers;
  while (rest.length > 0) {
    const end = rest.indexOf("\r\n\r\n");
    const head = rest.slice(0, end);
    const [, status] = /^HTTP\/1\.1 (\d\d\d) /.exec(head) ?? assert.fail(`no answer: ${rest}`);
    rest = rest.slice(end + 4);
    if (status === "100") continue;
    const seen = /^X-Seen: (\S*)/m.exec(head);
    const what = seen && Buffer.from(seen[1], "hex").toString("latin1");
    const isHead = what?.startsWith("HEAD\n");
    rest = rest.slice(isHead ? 0 : Number(/^Content-Length: (\d+)/m.exec(head)[1]));
    if (seen) handled.push(what);
    else assert.equal(rest, "", `nothing follows a refusal (${status})`);
  }
  return handled;
}

/** The reference's request in the same words. */
function wordsOf(request, body) {
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(request.url);
  const target = absolute ? absolute[2].replace(/^(?!\/)/, "/") : request.url;
  const host = absolute ? absolute[1] : request.headers.host ?? "";
  const [, path, query] = /^([^?]*)\??(.*)$/.exec(target);
  return [request.method, host, path, query, body].join("\n");
}

/** Node's server; who was asked is told by the port that the bytes came from. */
async function reference() {
  const accepted = new Map();
  const take = (request, response) => {
    const list = accepted.get(request.socket.remotePort) ?? [];
    accepted.set(request.socket.remotePort, list);
    const entry = {};
    list.push(entry);
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("error", () => {});
    request.on("end", () => {
      entry.words = wordsOf(request, Buffer.concat(pieces).toString("latin1"));
      response.end();
    });
  };
  const server = createServer(take);
  server.on("checkContinue", take);
  server.on("clientError", (error, socket) => setTimeout(() => socket.destroy(), 5));
  await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
  return { server, accepted, port: server.address().port };
}

function askReference(to, bytes) {
  return new Promise((resolve) => {
    const socket = connect(to.port, "127.0.0.1");
    let from = 0;
    socket.on("connect", () => {
      from = socket.localPort;
      to.accepted.delete(from);
      socket.end(bytes);
    });
    socket.resume();
    socket.on("error", () => {});
    socket.on("close", () => {
      // A request whose body never ended is none.
      const list = to.accepted.get(from) ?? [];
      to.accepted.delete(from);
      const broken = list.findIndex((one) => one.words === undefined);
      const whole = broken < 0 ? list : list.slice(0, broken);
      resolve(whole.map((one) => one.words));
    });
  });
}

test("no bytes make the server hear a request that a strict parser does not", async () => {
  const program = join(dirname(binary), "http_mirror");
  const mirror = spawn(program, { stdio: ["ignore", "pipe", "inherit"] });
  after(() => mirror.kill("SIGKILL"));
  const port = await new Promise((resolve, reject) => {
    mirror.stdout.on("data", (line) => resolve(Number(/:(\d+)\s*$/.exec(line)[1])));
    mirror.on("exit", (code) => reject(new Error(`http_mirror ended with ${code}`)));
  });
  const other = await reference();
  const end = Date.now() + seconds * 1000;
  let seed = firstSeed;
  const sums = { streams: 0, handled: 0, accepted: 0 };
  const run = async () => {
    while (Date.now() < end) {
      const own = seed++;
      const draw = random(own);
      const bytes = streamOf(draw);
      if (isDisputed(bytes)) continue;
      const [answers, accepted] = await Promise.all([
        send(port, bytes, draw), askReference(other, bytes)]);
      const handled = handledIn(answers);
      const why = () => `DESKWIRE_SEED=${own}: ${JSON.stringify(bytes.toString("latin1"))}\n` +
        `ours: ${JSON.stringify(handled)}\nreference: ${JSON.stringify(accepted)}`;
      // Any word is a method to us, and gets its 405; the reference knows some by name.
      const strange = handled.findIndex((one) => !METHODS.includes(one.split("\n")[0]));
      handled.slice(0, strange < 0 ? handled.length : strange).forEach((one, i) => {
        assert.ok(i < accepted.length, `more is handled than is accepted: ${why()}`);
        assert.equal(one, accepted[i], `another request is handled: ${why()}`);
      });
      ++sums.streams;
      sums.handled += handled.length;
      sums.accepted += accepted.length;
      if (process.env.DESKWIRE_SEED) return;
    }
  };
  await Promise.all(Array.from({ length: process.env.DESKWIRE_SEED ? 1 : together }, run));
  console.log(`# ${sums.streams} streams, ${sums.handled} requests handled, ` +
    `${sums.accepted} accepted by the reference`);
  assert.ok(sums.handled > 0 && (process.env.DESKWIRE_SEED || sums.streams > 200));
  assert.ok(process.env.DESKWIRE_SEED || sums.handled * 2 > sums.accepted, "it is not all refused");
  other.server.close();
  other.server.closeAllConnections();
});
