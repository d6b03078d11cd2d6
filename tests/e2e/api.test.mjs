// What holds for every operation of /openapi.json, those to come as well: changes are in the audit
// list, bad cursors and texts that no store keeps are refused by name, and the document says what
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

/** What each operation needs, what it writes down, and about what. */
function changesOf(api, password) {
  const deliveries = async () => (await api("GET", "/v1/deliveries?state=pending")).json.items;
  const group = async () => (await api("GET", "/v1/deliveries/groups")).json.items[0].id;
  const incident = async () => (await api("GET", "/v1/incidents?state=open")).json.items[0].id;
  const another = async () => {
    const { json } = await api("POST", "/v1/tickets", newTicket);
    return (await api("POST", "/v1/incidents", { tickets: [json.id] })).json.id;
  };
  return {
    openTicket: { body: newTicket, what: "ticket.open", subject: /^ticket 1$/ },
    updateTicket: { id: 1, body: { status: "pending", assignee: "Bo" }, what: "ticket.update",
      subject: /^ticket 1: status, assignee$/ },
    addComment: { id: 1, body: { body: "x" }, what: "ticket.comment", subject: /^ticket 1$/ },
    redriveQueue: { path: "/v1/queues/high-dead/redrive", body: {}, what: "queue.redrive",
      subject: /^high-dead$/ },
    planNotices: { body: {}, what: "notices.plan", subject: /^run 1$/ },
    applyNotices: { id: 1, body: {}, what: "notices.apply", subject: /^run 1$/ },
    retryDelivery: { id: async () => (await deliveries())[0].id, body: {}, what: "delivery.retry",
      subject: /^d-\d+$/ },
    discardDelivery: { id: async () => (await deliveries())[0].id, body: { why: "no need" },
      what: "delivery.discard", subject: /^d-\d+: no need$/ },
    retryDeliveryGroup: { id: group, body: {}, what: "delivery.retry", subject: /^d-\d+$/ },
    discardDeliveryGroup: { id: group, body: { why: "all of it" }, what: "delivery.discard",
      subject: /^d-\d+: all of it$/ },
    judgeIncident: { id: 1, body: { verdict: "real" }, what: "volume.feedback", subject: /^1$/ },
    dismissIncident: { body: { group: "g-000001" }, what: "incident.dismiss",
      subject: /^g-000001$/ },
    openIncident: { body: { tickets: [1] }, what: "incident.open", subject: /^tickets 1$/ },
    answerIncident: { id: incident, body: { body: "x" }, what: "incident.answer",
      subject: /^incident \d+$/ },
    changeIncidentTickets: { id: incident, body: { remove: [1] }, what: "incident.tickets",
      subject: /^incident \d+: remove 1$/ },
    closeIncident: { id: incident, body: {}, what: "incident.close", subject: /^incident \d+$/ },
    dissolveIncident: { id: another, body: {}, what: "incident.dissolve",
      subject: /^incident \d+$/ },
    signIn: { body: { name: "root", password }, what: "session.open", subject: /^127\.0\.0\.1$/,
      who: "root" },
    signOut: { body: {}, what: "session.close", subject: /^$/, who: "root" },
  };
}

test("every change is in the audit list, with who made it", async () => {
  const cwd = folder(`${local}` +
    `[access]\nmode = "password"\n${notices}`);
  reportIn(cwd);
  const password = "correct horse battery";
  const added = run(cwd, ["user", "add", "root", "--role", "admin"], { input: `${password}\n` });
  assert.equal(added.code, 0, added.err);
  const daemon = await serve({ cwd });
  const token = JSON.parse(run(cwd, ["token", "add", "ci", "--role", "admin", "--json"]).out).token;
  let headers = { authorization: `Bearer ${token}` };
  const api = (method, path, body) => call(daemon.url, path, { method, body, headers });
  const changes = changesOf(api, password);
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${cwd}/deskwire.db`,
    "INSERT INTO volume_incident (from_at, to_at, body) VALUES (0, 0, '{}');"
    + "INSERT INTO storm_group (state, words, largest, since, seen_at, updated_at,"
    + " dismissed_tickets) VALUES (0, '[]', 8, 0, 0, 0, 0)"]);
  const all = (await operationsOf(daemon.url)).filter(([method]) => method !== "get");
  const order = Object.keys(changes);
  assert.deepEqual(all.map(([, , one]) => one.operationId).sort(), [...order].sort(),
    "each operation that changes something has its line in this test");
  all.sort(([, , a], [, , b]) => order.indexOf(a.operationId) - order.indexOf(b.operationId));
  for (const [method, path, { operationId }] of all) {
    const change = changes[operationId];
    const id = typeof change.id === "function" ? await change.id() : change.id;
    const answer = await api(method.toUpperCase(), change.path ?? fill(path, id), change.body);
    assert.ok(answer.status < 300, `${operationId}: ${answer.status} ${answer.text}`);
    const asAdmin = operationId === "signOut" ? { authorization: `Bearer ${token}` } : headers;
    const { json } = await call(daemon.url, "/v1/audit?limit=1", { headers: asAdmin });
    const [entry] = json.items;
    assert.deepEqual([entry.what, entry.who], [change.what, change.who ?? "token ci"], operationId);
    assert.match(entry.subject, change.subject, operationId);
    if (operationId === "signIn") {
      const cookie = answer.headers.getSetCookie()
        .find((one) => one.startsWith("deskwire_session="));
      headers = { cookie: cookie.split(";")[0], "x-csrf-token": answer.json.csrf };
    }
  }
  // What was refused, and a repeat, write nothing down.
  headers = { authorization: `Bearer ${token}` };
  const count = async () => (await api("GET", "/v1/audit?limit=500")).json.items.length;
  const before = await count();
  assert.equal((await api("PATCH", "/v1/tickets/1", { status: "lost" })).status, 422);
  assert.equal((await api("PATCH", "/v1/tickets/99", { status: "open" })).status, 404);
  for (let i = 0; i < 2; ++i) {
    const again = await call(daemon.url, "/v1/tickets", { method: "POST", body: newTicket,
      headers: { ...headers, "idempotency-key": "k" } });
    assert.equal(again.status, 201);
  }
  assert.equal(await count(), before + 1);
  await daemon.stop();
  daemon.clean();
});

test("commands write down what they change, as the API does", async () => {
  const cwd = folder(local + notices);
  reportIn(cwd);
  const last = () => {
    const line = execFileSync("sqlite3", [`${cwd}/deskwire.db`,
      "SELECT who || '|' || what || '|' || subject FROM audit ORDER BY id DESC LIMIT 1"]);
    return line.toString().trim();
  };
  const did = (args, expected, input) => {
    const done = run(cwd, args, { input });
    assert.equal(done.code, 0, `${args.join(" ")}: ${done.err}`);
    assert.match(last(), expected, args.join(" "));
  };
  const say = "command line\\|";
  const one = ["--title", "a", "--priority", "low", "--description", "b"];
  did(["ticket", "new", ...one], new RegExp(`^${say}ticket.open\\|ticket 1$`));
  did(["ticket", "reply", "1", "hello"], new RegExp(`^${say}ticket.comment\\|ticket 1$`));
  did(["ticket", "close", "1"], new RegExp(`^${say}ticket.update\\|ticket 1: status$`));
  did(["notices", "plan"], new RegExp(`^${say}notices.plan\\|run 1$`));
  did(["token", "add", "ci"], new RegExp(`^${say}token.add\\|ci$`));
  did(["token", "revoke", "ci"], new RegExp(`^${say}token.revoke\\|ci$`));
  did(["queue", "redrive", "high-dead"], new RegExp(`^${say}queue.redrive\\|high-dead$`));
  did(["user", "add", "ana"], new RegExp(`^${say}user.add\\|ana$`), "correct horse battery\n");
  did(["user", "remove", "ana"], new RegExp(`^${say}user.remove\\|ana$`));
  writeFileSync(`${cwd}/old.csv`, `,${[...Array(24).keys()].join(",")}\n` +
    [...Array(30).keys()].map((day) =>
      `2026-10-${String(day + 1).padStart(2, "0")},${Array(24).fill(9).join(",")}`).join("\n"));
  did(["volume", "import", "old.csv"], new RegExp(`^${say}volume.import\\|old.csv$`));
});

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

const badCursors = ["x", "-1", "+1", "0", "01", "1x", "1 ", " 1", "1.0", "1e3",
  "9223372036854775808", "99999999999999999999", "1/2/3", "a/b/c/d", "1/C1/m/x",
  "1/C1/m/-2", "/C1/m/2"];

test("a cursor that no list has given is 400 and named, in every list", async () => {
  await onBoth(async (daemon, kind) => {
    await teams(daemon.url, "local", 1, ticket("One"));
    let lists = 0;
    for (const [method, path, { parameters, operationId }] of await operationsOf(daemon.url)) {
      const takes = parameters.some((one) => one.in === "query" && one.name === "cursor");
      if (method !== "get" || !takes) continue;
      ++lists;
      for (const bad of badCursors) {
        const address = `${fill(path, "1")}?cursor=${encodeURIComponent(bad)}`;
        const answer = await call(daemon.url, address);
        assert.equal(answer.status, 400, `${kind} ${operationId} ${bad}: ${answer.text}`);
        assert.ok(answer.json.errors.some((one) => one.field === "cursor"), answer.text);
      }
    }
    assert.ok(lists >= 7, `${lists} lists`);
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
  assert.deepEqual(taking("Idempotency-Key"), ["addComment", "answerIncident",
    "changeIncidentTickets", "closeIncident", "dismissIncident", "dissolveIncident",
    "openIncident", "openTicket", "updateTicket"]);
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
