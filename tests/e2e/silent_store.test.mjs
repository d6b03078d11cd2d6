// A store that accepts connections and never answers: everybody hears so in time, and all is well
// when it answers again, without a restart.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { call, folder, local, serve, teams, ticket, until } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

/** Stands between Deskwire and its database; while it is silent it takes all and says nothing. */
async function silenceable(database) {
  const behind = join(new URL(database.url.replace("postgresql://deskwire@", "http://x"))
    .searchParams.get("host"), ".s.PGSQL.5432");
  const front = mkdtempSync(join(tmpdir(), "deskwire-silent-"));
  const pairs = new Set();
  let isSilent = false;
  const server = createServer((client) => {
    const target = connect(behind);
    const pair = [client, target];
    pairs.add(pair);
    if (isSilent) pair.forEach((one) => one.pause());
    for (const [from, to] of [[client, target], [target, client]]) {
      from.on("data", (piece) => to.write(piece));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise((resolve) => server.listen(join(front, ".s.PGSQL.5432"), resolve));
  return {
    url: `postgresql://deskwire@/deskwire?host=${front}`,
    silence: () => {
      isSilent = true;
      pairs.forEach((pair) => pair.forEach((one) => one.pause()));
    },
    speak: () => {
      isSilent = false;
      pairs.forEach((pair) => pair.forEach((one) => one.resume()));
    },
    end: () => {
      pairs.forEach((pair) => pair.forEach((one) => one.destroy()));
      server.close();
      rmSync(front, { recursive: true, force: true });
    },
  };
}

const timed = async (work) => {
  const began = Date.now();
  return { answer: await work(), took: Date.now() - began };
};

test("a silent store: 503 in time, /readyz says so, and then all is well", async () => {
  const database = postgres();
  const proxy = await silenceable(database);
  const daemon = await serve({ cwd: folder(`${local}[store]\nurl = "${proxy.url}"\n`) });
  const post = (path, body) => call(daemon.url, path, { method: "POST", body,
    headers: { "idempotency-key": "one" } });
  const body = { title: "a", priority: "low", description: "b", requester: { name: "c" } };
  assert.equal((await call(daemon.url, "/readyz")).status, 200);
  proxy.silence();

  const asked = ["/v1/tickets", "/v1/queues", "/v1/deliveries"].map((path) =>
    timed(() => call(daemon.url, path)));
  const changed = timed(() => post("/v1/tickets", body));
  const hooked = timed(() => teams(daemon.url, "local", 1, ticket("Hook")));
  const polled = timed(() => call(daemon.url, "/sqs", { method: "POST",
    body: { QueueUrl: "high", MessageBody: "x" },
    headers: { "x-amz-target": "AmazonSQS.SendMessage" } }));

  // Long before that: who asks whether we are ready hears the truth, and we are alive.
  const why = await until(async () => {
    const { answer, took } = await timed(() => call(daemon.url, "/readyz"));
    assert.ok(took < 1000, `/readyz took ${took} ms`);
    return answer.status === 503 && answer;
  }, "/readyz says that it is not ready", 9000);
  assert.match(why.text, /^store: .+/);
  assert.ok(why.headers.get("retry-after"));
  assert.equal((await timed(() => call(daemon.url, "/healthz"))).answer.status, 200);
  const metrics = await timed(() => call(daemon.url, "/metrics"));
  assert.match(metrics.answer.text, /^deskwire_store_up 0$/m);
  assert.ok(metrics.took < 2000, `/metrics took ${metrics.took} ms`);

  for (const { answer, took } of await Promise.all([...asked, changed, hooked])) {
    assert.equal(answer.status, 503, answer.text);
    assert.ok(took < 13_000, `${took} ms`);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
  }
  // The store gives its server up after as long as a request has: either of both may be first. The
  // store then knows that nothing was written, and says so.
  const unknown = /unknown whether this was written.*Idempotency-Key/;
  const refused = /could not be written|no answer for|cannot save this right now/;
  for (const { answer } of [await changed, await hooked]) {
    if (!refused.test(answer.text)) assert.match(answer.json.detail, unknown);
  }
  const { answer: read } = await asked[0];
  assert.equal(read.headers.get("content-type"), "application/problem+json");
  assert.match(read.json.detail, /try again|no answer for/);
  assert.equal((await polled).answer.status, 503);
  assert.match((await polled).answer.json.__type, /ServiceUnavailable/);

  proxy.speak();
  const isReady = async () => (await call(daemon.url, "/readyz")).status === 200;
  await until(isReady, "ready again", 60_000);
  // The same key again is the same ticket, whether the first was written or not.
  const again = await post("/v1/tickets", body);
  assert.equal(again.status, 201, again.text);
  const more = await teams(daemon.url, "local", 1, ticket("Hook"));
  assert.equal(more.status, 200);
  const { json } = await call(daemon.url, "/v1/tickets");
  assert.deepEqual(json.items.map((one) => one.title).sort(), ["Hook", "a"]);
  const given = async () => /^deskwire_requests_given_up 0$/m
    .test((await call(daemon.url, "/metrics")).text);
  await until(given, "the requests that were given up have ended", 30_000);
  await daemon.stop();
  daemon.clean();
  proxy.end();
  database.end();
});
