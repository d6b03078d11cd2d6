// What holds for every operation of /openapi.json, those to come as well: changes are in the audit
// list, texts that no store keeps are refused by name, and the document says what
// the server does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { binary, call, folder, local, run, serve, teams, ticket } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const notices = '[notices]\nfile = "report.csv"\nwebhook_url = "http://127.0.0.1:9/"\n';

function reportIn(cwd) {
  const today = new Date().toLocaleDateString("en-GB");
  writeFileSync(`${cwd}/report.csv`, "first,last,email,ticket,status,date\n" +
    `Ana,L,ana@x.example,1,Closed,${today}\nBo,M,bo@x.example,2,Closed,${today}\n`);
}

/** Every operation: [method, path, description]. */
async function operationsOf(url) {
  const { json } = await call(url, "/openapi.json");
  return Object.entries(json.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation]));
}

const newTicket = { title: "a", priority: "low", description: "b", requester: { name: "c" } };
const fill = (path, id) => path.replace("{id}", id).replace("{name}", "high");

/** Both engines: what is refused does not depend on where it would have been kept. */
async function onBoth(work) {
  const database = postgres();
  try {
    for (const url of ["sqlite:deskwire.db", database.url]) {
      const cwd = folder(`${local}[store]\nurl = "${url}"\n${notices}`);
      reportIn(cwd);
      const daemon = await serve({ cwd });
      await work(daemon, url.split(":")[0]);
      await daemon.stop();
      daemon.clean();
    }
  } finally {
    database.end();
  }
}

test("a parameter that no store keeps is 400 and named, in every operation", async () => {
  await onBoth(async (daemon, kind) => {
    const operations = await operationsOf(daemon.url);
    for (const [method, path, { parameters, operationId }] of operations) {
      if (method !== "get" || path === "/v1/live") continue;
      const query = parameters.filter((one) => one.in === "query").map((one) => one.name);
      const address = fill(path, "1");
      const refused = async (text, field) => {
        const answer = await call(daemon.url, `${address}?${text}`);
        assert.equal(answer.status, 400, `${kind} ${operationId} ${text}: ${answer.text}`);
        assert.equal(answer.headers.get("content-type"), "application/problem+json");
        assert.ok(answer.json.errors.some((one) => one.field === field), answer.text);
      };
      for (const name of query) {
        for (const bad of ["%00", "a%00b", "%ff", "%ed%a0%80", "%c0%80", "%zz", "%"]) {
          await refused(`${name}=${bad}`, name);
        }
      }
    }
    const path = await call(daemon.url, "/v1/queues/a%ffb/messages");
    assert.equal(path.status, 400, path.text);
  });
});

test("a text that no store keeps is refused by its field before anything is decided", async () => {
  await onBoth(async (daemon, kind) => {
    const post = (path, body, method = "POST") => call(daemon.url, path, { method, body });
    const named = async (answer, field) => {
      assert.equal(answer.status, 422, `${kind}: ${answer.text}`);
      assert.ok(answer.json.errors.some((one) => one.field === field), answer.text);
    };
    await named(await post("/v1/tickets", { ...newTicket, title: "a\0b" }), "title");
    await named(await post("/v1/tickets", { ...newTicket, requester: { name: "\0" } }),
      "requester.name");
    await named(await post("/v1/tickets", { ...newTicket, tags: ["x", "y\0"] }), "tags[1]");
    assert.equal((await post("/v1/tickets", newTicket)).status, 201);
    await named(await post("/v1/tickets/1/comments", { body: "a\0" }), "body");
    await named(await post("/v1/tickets/1", { assignee: "B\0" }, "PATCH"), "assignee");
    await named(await post("/v1/deliveries/d-000001/discard", { why: "a\0" }), "why");
    const oddKey = await call(daemon.url, "/v1/tickets", { method: "POST", body: newTicket,
      headers: { "idempotency-key": "k\xff" } });
    assert.equal(oddKey.status, 400, oddKey.text);
    for (const raw of ['{"title":"\\ud800"}', '{"title":"\\udc00x"}']) {
      assert.equal((await post("/v1/tickets", raw)).status, 400, raw);
    }
    const bytes = Buffer.from('{"title":"\xff"}', "latin1");
    const invalid = await fetch(`${daemon.url}/v1/tickets`, { method: "POST", body: bytes,
      headers: { "content-type": "application/json" } });
    assert.equal(invalid.status, 400);
    // A hook's sender can't be told: the text is cleaned, and its repeat is known again.
    for (let i = 0; i < 2; ++i) {
      const answer = await teams(daemon.url, "local", "id\0x", ticket("A\0B"));
      assert.equal(answer.status, 200, answer.text);
    }
    const { json } = await call(daemon.url, "/v1/tickets");
    assert.deepEqual(json.items.map((one) => one.title), ["A\ufffdB", "a"], kind);
    const sqs = await fetch(`${daemon.url}/sqs`, { method: "POST",
      headers: { "x-amz-target": "AmazonSQS.SendMessage" },
      body: JSON.stringify({ QueueUrl: "high", MessageBody: "a\0b" }) });
    assert.match((await sqs.json()).__type, /InvalidMessageContents/);
  });
});

test("/openapi.json names headers, security and operations, and all of it is so", async () => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "token"\n` });
  const { json: api } = await call(daemon.url, "/openapi.json");
  const schemes = Object.keys(api.components.securitySchemes);
  assert.deepEqual(schemes.sort(), ["csrf", "session", "token"]);
  const token = JSON.parse(
    run(daemon.cwd, ["token", "add", "ci", "--role", "admin", "--json"]).out).token;
  const as = { authorization: `Bearer ${token}` };
  const operations = await operationsOf(daemon.url);
  const ids = operations.map(([, , one]) => one.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const [method, path, operation] of operations) {
    assert.match(operation.operationId, /^[a-z][A-Za-z]+$/);
    for (const one of operation.security) {
      for (const name of Object.keys(one)) assert.ok(schemes.includes(name), name);
    }
    // Without what it asks for, an operation is refused; with it, it is not.
    const init = { method: method.toUpperCase(), body: method === "get" ? undefined : {} };
    if (path === "/v1/live" || operation.operationId === "signIn") continue;
    const bare = await call(daemon.url, fill(path, "1"), init);
    assert.equal(bare.status === 401, operation.security.length > 0,
      `${operation.operationId}: ${bare.text}`);
    const signed = await call(daemon.url, fill(path, "1"), { ...init, headers: as });
    assert.notEqual(signed.status, 401, operation.operationId);
    // Who is described as taking Idempotency-Key takes one of the length that is described.
    const key = operation.parameters.find((one) => one.name === "Idempotency-Key");
    if (!key) continue;
    const longer = await call(daemon.url, fill(path, "1"), { ...init,
      headers: { ...as, "idempotency-key": "k".repeat(key.schema.maxLength + 1) } });
    assert.equal(longer.status, 400, operation.operationId);
  }
  const taking = (name) => operations.filter(([, , one]) =>
    one.parameters.some((parameter) => parameter.name === name && parameter.in === "header"))
    .map(([, , one]) => one.operationId).sort();
  assert.deepEqual(taking("Idempotency-Key"), ["addComment", "openTicket", "updateTicket"]);
  assert.deepEqual(taking("Last-Event-ID"), ["followChanges"]);
  await daemon.stop();
  daemon.clean();
});

test("an argument that is not UTF-8 and a configured text with a NUL are refused", async () => {
  const cwd = folder(local);
  const done = (() => {
    try {
      execFileSync("sh", ["-c",
        `exec "$0" ticket new --title "$(printf 'a\\377')" --priority low --description b`,
        binary], { cwd, stdio: "pipe" });
      return { code: 0, err: "" };
    } catch (error) {
      return { code: error.status, err: error.stderr.toString() };
    }
  })();
  assert.equal(done.code, 2, done.err);
  assert.match(done.err, /is not valid UTF-8/);
  const bad = folder(`${local}public_url = "http://a\\u0000b"\n`);
  const start = run(bad, ["serve"]);
  assert.equal(start.code, 78);
  assert.match(start.err, /deskwire\.toml:3: server\.public_url: has a NUL character/);
});
