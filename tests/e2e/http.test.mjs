// Hooks, API, live stream and limits, as other programs see them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { call, folder, local, run, serve, sign, teams, ticket, until } from "./daemon.mjs";

const secret = Buffer.from("first secret of thirty-two bytes").toString("base64");
const rotated = Buffer.from("next secret, while it is rotated").toString("base64");
const signed = `${local}\n[teams.it]\nsecret = ["${secret}", "\${NEXT}"]\n`;

test("a refused message is read again when it is corrected, and opens one ticket", async () => {
  const daemon = await serve();
  const say = async (id, text) => (await teams(daemon.url, "local", id, text)).json.text;
  assert.match(await say(1, "Title: VPN"), /^This is not a ticket yet/);
  assert.match(await say(1, "Title: VPN"), /^This is not a ticket yet/);
  assert.match(await say(1, "Title: VPN\nPriority: high"), /Description is missing/);
  const opened = await say(1, ticket("VPN"));
  assert.match(opened, /^Ticket #1 /);
  assert.equal(await say(1, ticket("VPN")), opened);
  assert.equal(await say(1, ticket("VPN and mail")), opened);
  assert.match(await say(1, "Title: VPN"), /^This is not a ticket yet/);
  assert.equal(await say(2, ticket("Door")), await say(2, ticket("Door, again")));
  assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 2);
  daemon.stop();
});

test("a Teams request must be signed, with either secret", async () => {
  const daemon = await serve({ config: signed, env: { NEXT: rotated } });
  const good = await teams(daemon.url, "it", 1, ticket("VPN drops every ten minutes"), secret);
  assert.equal(good.json.text, "Ticket #1 (high): VPN drops every ten minutes → queue high");
  assert.equal((await teams(daemon.url, "it", 2, ticket("B"), rotated)).status, 200);
  assert.equal((await teams(daemon.url, "it", 3, ticket("C"))).status, 401);
  assert.equal((await teams(daemon.url, "it", 3, ticket("C"), "AAAA")).status, 401);
  assert.equal((await teams(daemon.url, "local", 3, ticket("C"))).status, 404,
    "the unsigned hook is gone once a signed one is configured");
  assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 2);
  assert.ok(!daemon.log().includes(secret) && !daemon.log().includes(rotated));
  await daemon.stop();
  daemon.clean();
});

test("a thousand mutations of a signed request open no ticket and crash nothing", async () => {
  const daemon = await serve({ config: signed, env: { NEXT: rotated } });
  const body = JSON.stringify({ type: "message", id: "9", text: ticket("Real"),
    from: { id: "29:x", name: "Ana" }, conversation: { id: "19:y" } });
  const authorization = sign(body, secret);
  for (let i = 0; i < 1000; ++i) {
    const bytes = Buffer.from(body);
    for (let change = 0; change <= i % 4; ++change) {
      bytes[randomInt(bytes.length)] ^= 1 << randomInt(8);
    }
    if (bytes.equals(Buffer.from(body))) continue;
    const answer = await fetch(`${daemon.url}/hooks/teams/it`, {
      method: "POST", body: bytes, headers: { authorization, "content-type": "application/json" },
    });
    assert.equal(answer.status, 401);
    await answer.arrayBuffer();
  }
  assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 0);
  await daemon.stop();
  daemon.clean();
});

test("POST /v1/tickets: one ticket for one Idempotency-Key, every problem at once", async () => {
  const daemon = await serve();
  const body = { title: "Badge", priority: "p2", description: "Door 4", tags: ["Door"],
    requester: { name: "Pat", email: "pat@x.example" } };
  const post = (given, headers = {}) =>
    call(daemon.url, "/v1/tickets", { method: "POST", body: given, headers });
  const first = await post(body, { "idempotency-key": "k" });
  assert.equal(first.status, 201);
  assert.equal(first.json.priority, "medium");
  assert.deepEqual(first.json.tags, ["door"]);
  const second = await post(body, { "idempotency-key": "k" });
  assert.deepEqual([second.status, second.json.id], [201, first.json.id]);
  assert.equal((await post({ ...body, title: "Other" }, { "idempotency-key": "k" })).status, 422);
  const bad = await post({ title: "", priority: "x", requester: { email: "no" }, extra: 1 });
  assert.equal(bad.status, 422);
  assert.equal(bad.headers.get("content-type"), "application/problem+json");
  const fields = bad.json.errors.map((one) => one.field);
  for (const name of ["title", "priority", "description", "requester.name", "requester.email",
    "extra"]) assert.ok(fields.includes(name), name);
  assert.equal((await post("{")).status, 400);
  assert.equal((await post("a=1", { "content-type": "text/plain" })).status, 415);
  assert.equal((await post("x".repeat(2 << 20))).status, 413);
  assert.equal((await call(daemon.url, "/v1/tickets?limit=x&status=y")).status, 400);
  assert.equal((await call(daemon.url, "/v1/nothing")).status, 404);
  const wrong = await call(daemon.url, "/v1/status", { method: "DELETE" });
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD"]);
  await daemon.stop();
  daemon.clean();
});

test("the embedded desk: comment, note, change, search, figures", async () => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  const act = (path, method, body) => call(daemon.url, path, { method, body });
  assert.equal((await act("/v1/tickets/1/comments", "POST", { body: "Looking" })).status, 201);
  await act("/v1/tickets/1/comments", "POST", { body: "secret", public: false });
  await act("/v1/tickets/1", "PATCH", { status: "solved", assignee: "Bo", tags: ["vpn"] });
  const { json } = await call(daemon.url, "/v1/tickets/1");
  assert.deepEqual(json.comments.map((one) => one.public), [true, false]);
  assert.deepEqual([json.status, json.assignee, json.tags], ["solved", "Bo", ["vpn"]]);
  assert.ok(json.first_reply_at && json.solved_at);
  assert.equal((await call(daemon.url, "/v1/tickets?q=vpn&status=solved")).json.items.length, 1);
  assert.equal((await call(daemon.url, "/v1/tickets?q=printer")).json.items.length, 0);
  assert.equal((await call(daemon.url, "/v1/metrics/tickets")).json.solved, 1);
  assert.equal((await act("/v1/tickets/1", "PATCH", { status: "lost" })).status, 422);
  assert.equal((await act("/v1/tickets/7", "PATCH", { status: "open" })).status, 404);
  await daemon.stop();
  daemon.clean();
});

/** Checks a value against the parts of JSON Schema that the description uses. */
function conforms(schemas, schema, value, path) {
  if (schema.$ref) return conforms(schemas, schemas[schema.$ref.split("/").pop()], value, path);
  if (schema.anyOf) {
    const errors = [];
    for (const one of schema.anyOf) {
      try {
        return conforms(schemas, one, value, path);
      } catch (error) {
        errors.push(error);
      }
    }
    throw errors[0];
  }
  const kind = value === null ? "null" : Array.isArray(value) ? "array"
    : Number.isInteger(value) ? "integer" : typeof value;
  const types = [schema.type ?? kind].flat();
  assert.ok(types.includes(kind) || (kind === "integer" && types.includes("number")),
    `${path}: ${kind}, not ${types}`);
  if (schema.enum) assert.ok(schema.enum.includes(value), `${path}: ${value}`);
  if (kind === "array") {
    value.forEach((one, i) => conforms(schemas, schema.items, one, `${path}[${i}]`));
  }
  if (kind !== "object" || !schema.properties) return undefined;
  for (const name of schema.required) assert.ok(name in value, `${path}.${name} is missing`);
  for (const [name, one] of Object.entries(value)) {
    assert.ok(schema.properties[name], `${path}.${name} is not described`);
    conforms(schemas, schema.properties[name], one, `${path}.${name}`);
  }
  return undefined;
}

/** A body for each operation that takes one. */
const bodies = {
  "post /v1/tickets": { title: "a", priority: "low", description: "b", requester: { name: "c" } },
  "patch /v1/tickets/{id}": { priority: "low" },
  "post /v1/tickets/{id}/comments": { body: "x" },
  "post /v1/queues/{name}/redrive": {},
  "post /v1/deliveries/{id}/retry": {},
  "post /v1/deliveries/{id}/discard": { why: "x" },
  "post /v1/deliveries/groups/{id}/retry": {},
  "post /v1/deliveries/groups/{id}/discard": { why: "x" },
  "post /v1/notices/plan": {},
  "post /v1/notices/runs/{id}/apply": {},
  "post /v1/volume/incidents/{id}/feedback": { verdict: "real" },
  "post /v1/incidents/dismiss": { group: "g-000009" },
  "post /v1/incidents": { tickets: [1] },
  "post /v1/incidents/{id}/answers": { body: "x" },
  "post /v1/incidents/{id}/tickets": { add: [1] },
  "post /v1/incidents/{id}/close": {},
  "post /v1/incidents/{id}/dissolve": {},
};

test("every answer of /v1 is as /openapi.json describes it", async () => {
  const cwd = folder(`${local}[notices]\nfile = "report.csv"\nwebhook_url = "http://127.0.0.1:9/"\n`);
  writeFileSync(`${cwd}/report.csv`, "first,last,email,ticket,status,date\n" +
    `Ana,L,ana@x.example,1,Closed,${new Date().toLocaleDateString("en-GB")}\n`);
  const daemon = await serve({ cwd });
  await call(daemon.url, "/v1/notices/plan", { method: "POST", body: {} });
  await teams(daemon.url, "local", 1, ticket("One"));
  await call(daemon.url, "/v1/tickets/1/comments", { method: "POST", body: { body: "Hi" } });
  const { json: api } = await call(daemon.url, "/openapi.json");
  const schemas = api.components.schemas;
  let described = 0;
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (path === "/v1/live") continue;
      const name = path.endsWith("redrive") ? "high-dead" : "high";
      const address = path.replace("{id}", path.includes("deliveries") ? "d-000001" : "1")
        .replace("{name}", name) + (path.endsWith("/why") ? "?email=ana@x.example" : "");
      const answer = await call(daemon.url, address, {
        method: method.toUpperCase(), body: bodies[`${method} ${path}`],
      });
      const response = operation.responses[answer.status] ?? operation.responses.default;
      // The one delivery is done, in this mode there are no passwords, a newer plan has replaced
      // the first, and there is no incident and no group.
      const isRefused = path.includes("/deliveries/{id}") || path.endsWith("/apply")
        || (method === "post" && path === "/v1/session");
      const expected = isRefused ? 409
        : /\/(incidents|groups)\/(\{id\}|dismiss)/.test(path) ? 404
          : Number(Object.keys(operation.responses)[0]);
      assert.equal(answer.status, expected,
        `${method} ${path}: ${answer.text}`);
      if (answer.status === 204) continue;
      const [{ schema }] = Object.values(response.content);
      conforms(schemas, schema, answer.json, `${method} ${path}`);
      ++described;
    }
  }
  assert.ok(described >= 13, `${described} operations`);
  await daemon.stop();
  daemon.clean();
});

test("members of a wrong kind, and unknown ones, end no daemon", async () => {
  const daemon = await serve({ cwd: folder(`${local}[notices]\nfile = "report.csv"\n` +
    'webhook_url = "http://127.0.0.1:9/"\n[storm]\n') });
  const values = [null, true, 7.5, -1, 2 ** 53, "x", [], [7.5, "x", {}], {}];
  for (const [operation, body] of Object.entries(bodies)) {
    const [method, path] = operation.split(" ");
    const address = path.replace("{id}", path.includes("deliveries") ? "d-000001" : "1")
      .replace("{name}", "high-dead");
    for (const member of [...Object.keys(body), "id", "incident", "group", "ticket", "by", "run"]) {
      for (const value of values) {
        const answer = await call(daemon.url, address, {
          method: method.toUpperCase(), body: { ...body, [member]: value },
        });
        assert.ok(answer.status < 500, `${operation} ${member} ${JSON.stringify(value)}: ` +
          `${answer.status} ${answer.text}`);
      }
    }
  }
  await daemon.stop();
  daemon.clean();
});

/** Reads the live stream until `enough` says so. */
async function read(url, lastId, enough) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  const headers = lastId ? { "last-event-id": lastId } : {};
  const answer = await fetch(`${url}/v1/live`, { headers, signal: abort.signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const events = () => text.split("\n\n").slice(0, -1).map((block) => Object.fromEntries(
    block.split("\n").filter((line) => /^(id|event|data): /.test(line))
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)])));
  while (!enough(events())) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  clearTimeout(timer);
  abort.abort();
  return events();
}

test("the live stream resumes without a gap, after a restart too", async () => {
  const cwd = folder(local);
  let daemon = await serve({ cwd });
  const tickets = (events) => events.filter((one) => one.event === "ticket");
  const first = read(daemon.url, "", (events) => tickets(events).length > 0);
  await until(async () => /deskwire_live_readers 1/.test((await call(daemon.url, "/metrics")).text),
    "a reader");
  await teams(daemon.url, "local", 1, ticket("One"));
  const [seen] = tickets(await first);
  assert.equal(JSON.parse(seen.data).title, "One");
  assert.ok(!("description" in JSON.parse(seen.data)));
  await teams(daemon.url, "local", 2, ticket("Two"));
  await daemon.stop();
  daemon = await serve({ cwd });
  await teams(daemon.url, "local", 3, ticket("Three"));
  const rest = tickets(await read(daemon.url, seen.id, (events) => tickets(events).length >= 2));
  assert.deepEqual(rest.map((one) => JSON.parse(one.data).title), ["Two", "Three"]);
  const lost = await read(daemon.url, "0.99999999x", (events) => events.some((one) => one.event));
  assert.ok(lost.some((one) => one.event === "resync"));
  await daemon.stop();
  daemon.clean();
});

test("a stream that breaks before its first change misses nothing, over a restart", async () => {
  const cwd = folder(local);
  let daemon = await serve({ cwd });
  const [first] = (await read(daemon.url, "", (events) => events.some((one) => one.id)))
    .filter((one) => one.id);
  assert.deepEqual(Object.keys(first), ["id"], "where the reader stands comes before any change");
  await teams(daemon.url, "local", 1, ticket("One"));
  await daemon.stop();
  daemon = await serve({ cwd });
  await teams(daemon.url, "local", 2, ticket("Two"));
  const tickets = (events) => events.filter((one) => one.event === "ticket");
  const rest = await read(daemon.url, first.id, (events) => tickets(events).length >= 2);
  assert.deepEqual(tickets(rest).map((one) => JSON.parse(one.data).title), ["One", "Two"]);
  const ids = rest.map((one) => one.id).filter(Boolean);
  assert.equal(new Set(ids).size, ids.length, "no id comes twice");
  await daemon.stop();
  daemon.clean();
});

/** Sends raw bytes and gives all that came back. */
function raw(url, text, wait = 5000) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let out = "";
    socket.setTimeout(wait, () => socket.destroy());
    socket.on("data", (piece) => (out += piece));
    socket.on("close", () => resolve(out));
    socket.on("error", () => resolve(out));
    socket.write(text);
  });
}

test("ambiguous and malformed requests are refused and closed", async () => {
  const daemon = await serve();
  const refused = async (text) => assert.match(await raw(daemon.url, text), /^HTTP\/1\.1 400 /);
  const head = "POST /v1/tickets HTTP/1.1\r\nHost: localhost\r\n";
  await refused(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`);
  await refused(`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`);
  await refused(`GET /a b HTTP/1.1\r\nHost: x\r\n\r\n`);
  await refused("nonsense\r\n\r\n");
  const large = `GET / HTTP/1.1\r\nHost: x\r\nA: ${"y".repeat(40_000)}\r\n\r\n`;
  assert.match(await raw(daemon.url, large), /^HTTP\/1\.1 431 /);
  assert.equal((await call(daemon.url, "/healthz")).status, 200);
  await daemon.stop();
  daemon.clean();
});

test("no request hides behind another, and what is refused is heard", async () => {
  const daemon = await serve();
  const { host } = new URL(daemon.url);
  const body = JSON.stringify({ title: "Hidden", priority: "low", description: "b",
    requester: { name: "c" } });
  const hidden = `POST /v1/tickets HTTP/1.1\r\nHost: ${host}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const behind = (headers, first = "GET") =>
    raw(daemon.url, `${first} /healthz HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n${hidden}`);
  for (const coding of ["xchunked", "identity", "gzip", "chunked, gzip", "chunked;q=1"]) {
    const got = await behind(`Transfer-Encoding: ${coding}\r\n`);
    assert.match(got, /^HTTP\/1\.1 (400|501) /, coding);
    assert.equal(got.match(/HTTP\/1\.1 /g).length, 1, coding);
  }
  assert.match(await behind("Content-Length: 0, 0\r\n"), /^HTTP\/1\.1 400 /);
  assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 0);
  // What is behind a good request is one of its own, also behind one empty line.
  assert.match(await behind("Content-Length: 2\r\n\r\n", "POST"), /^HTTP\/1\.1 405 [^]* 201 /);
  assert.match(await raw(daemon.url, `\r\n${hidden}`), /^HTTP\/1\.1 201 /);
  assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 2);
  const large = await call(daemon.url, "/v1/tickets",
    { method: "POST", body: "x".repeat(10 << 20) });
  assert.equal(large.status, 413);
  const coded = await call(daemon.url, "/v1/tickets", { method: "POST", body: "{}",
    headers: { "content-encoding": "gzip" } });
  assert.deepEqual([coded.status, coded.headers.get("accept-encoding")], [415, "identity"]);
  const page = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`;
  const coding = async (accepted) => /^Content-Encoding: gzip/m.test(
    await raw(daemon.url, `${page}Accept-Encoding: ${accepted}\r\n\r\n`));
  for (const accepted of ["gzip", "br, gzip;q=0.1", "*"]) assert.ok(await coding(accepted));
  for (const accepted of ["gzip;q=0", "gzip; q=0.000, *", "br", "*;q=0", "", "xgzip"]) {
    assert.ok(!await coding(accepted), accepted);
  }
  const whole = async (accepted) => (await fetch(`${daemon.url}/`,
    { headers: { "accept-encoding": accepted } })).text();
  assert.match(await whole("identity"), /<html[^]*<\/html>/);
  assert.equal(await whole("identity"), await whole("gzip"));
  await daemon.stop();
  daemon.clean();
});

test("loopback mode serves this machine, not other pages nor a proxy's callers", async () => {
  const daemon = await serve();
  const get = (headers) => call(daemon.url, "/v1/tickets", { headers });
  assert.equal((await get({})).status, 200);
  assert.equal((await get({ "x-forwarded-for": "203.0.113.9" })).status, 403);
  const rebound = await raw(daemon.url,
    "GET /v1/tickets HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
  assert.match(rebound, /^HTTP\/1\.1 403 /);
  const crossed = await call(daemon.url, "/v1/tickets", {
    method: "POST", body: {}, headers: { origin: "https://evil.example" },
  });
  assert.equal(crossed.status, 403);
  await daemon.stop();
  daemon.clean();
  const open = folder('[server]\nlisten = "0.0.0.0:0"\n');
  const start = run(open, ["serve"]);
  assert.equal(start.code, 78);
  assert.match(start.err, /deskwire\.toml:2: server\.listen: .*access\.mode/);
});

test("token mode: roles are kept, revoked tokens end", async () => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "token"\n` });
  const made = (name, role) =>
    JSON.parse(run(daemon.cwd, ["token", "add", name, "--role", role, "--json"]).out).token;
  const viewer = made("screen", "viewer");
  const agent = made("ci", "agent");
  const as = (token, path, options = {}) => call(daemon.url, path,
    { ...options, headers: { authorization: `Bearer ${token}` } });
  assert.equal((await call(daemon.url, "/v1/tickets")).status, 401);
  assert.equal((await as("dw_wrong", "/v1/tickets")).status, 401);
  assert.equal((await as(viewer, "/v1/tickets")).status, 200);
  const body = { title: "a", priority: "low", description: "b", requester: { name: "c" } };
  assert.equal((await as(viewer, "/v1/tickets", { method: "POST", body })).status, 403);
  assert.equal((await as(agent, "/v1/tickets", { method: "POST", body })).status, 201);
  const redrive = await as(agent, "/v1/queues/high-dead/redrive", { method: "POST", body: {} });
  assert.equal(redrive.status, 403);
  assert.equal(run(daemon.cwd, ["token", "revoke", "ci"]).code, 0);
  await until(async () => (await as(agent, "/v1/tickets")).status === 401, "the token's end");
  assert.ok(!run(daemon.cwd, ["token", "list", "--json"]).out.includes(viewer));
  await daemon.stop();
  daemon.clean();
});

test("metrics, health and a clean stop", async () => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("One"));
  await teams(daemon.url, "local", 1, ticket("One"));
  await teams(daemon.url, "local", 2, "Title: x");
  const { text } = await call(daemon.url, "/metrics");
  assert.match(text, /deskwire_events_accepted_total\{source="teams:local"\} 2/);
  assert.match(text, /deskwire_events_duplicate_total\{source="teams:local"\} 1/);
  assert.match(text, /deskwire_intake_rejected_total\{reason="priority"\} 1/);
  assert.equal((await call(daemon.url, "/readyz")).status, 200);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  daemon.clean();
});
