// The fake Zendesk under a client that this project did not write, and the daemon beside it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import zendesk from "node-zendesk";
import { binary, call, folder, local, run, runBeside, serve, until } from "./daemon.mjs";
import { fake } from "./fake.mjs";

const client = (url, options = {}) => zendesk.createClient({
  endpointUri: `${url}/api/v2`, username: "bot@acme.example", token: "api-token", ...options,
});

test("a client opens, comments, changes, and reads it all back", async () => {
  const desk = await fake("fake_zendesk");
  const api = client(desk.url);
  assert.equal((await api.users.me()).result.role, "admin");
  const { result: ticket } = await api.tickets.create({ ticket: {
    subject: "VPN down", comment: { body: "Since ten." }, external_id: "slack:C1/1.1",
    requester: { name: "Bo", email: "bo@example.com" }, tags: ["slack"] } });
  assert.equal(ticket.subject, "VPN down");
  assert.equal(ticket.description, "Since ten.");
  await api.tickets.update(ticket.id, { ticket: {
    comment: { html_body: "<p>Note</p>", public: false }, status: "open",
    metadata: { deskwire: "d-1" } } });
  const comments = await api.tickets.getComments(ticket.id);
  assert.deepEqual(comments.map((one) => [one.plain_body, one.public]),
    [["Since ten.", true], ["Note", false]]);
  const audits = await api.tickets.exportAudit(ticket.id);
  assert.equal(audits.at(-1).metadata.custom.deskwire, "d-1");
  assert.deepEqual(audits.at(-1).events.map((one) => one.type), ["Comment", "Change"]);
  const found = await api.users.search({ query: 'email:"bo@example.com"' });
  assert.equal(found[0].role, "end-user");
  assert.equal((await api.tickets.show(ticket.id)).result.status, "open");
  await assert.rejects(api.tickets.show(9999), /404/);
  await assert.rejects(client(desk.url, { token: "wrong" }).tickets.show(ticket.id),
    /401/);
  await api.tickets.update(ticket.id, { ticket: { status: "closed" } });
  await assert.rejects(api.tickets.update(ticket.id, { ticket: { status: "open" } }),
    /422/);
  desk.stop();
});

test("a client links incidents to a problem, and solving it answers and solves them", async () => {
  const desk = await fake("fake_zendesk");
  const api = client(desk.url);
  const make = async (fields) => (await api.tickets.create({ ticket: {
    comment: { body: "Since ten." }, ...fields } })).result;
  const problem = await make({ subject: "Outage", type: "problem" });
  const first = await make({ subject: "VPN down" });
  const second = await make({ subject: "VPN", type: "incident", problem_id: problem.id });
  assert.equal(second.problem_id, problem.id);
  await assert.rejects(api.tickets.update(first.id, { ticket: {
    type: "incident", problem_id: second.id } }), /422/);
  const { result: linked } = await api.tickets.update(first.id, { ticket: {
    type: "incident", problem_id: problem.id } });
  assert.equal(linked.problem_id, problem.id);
  // The client has no call for the list of problems.
  const listed = await fetch(`${desk.url}/api/v2/problems.json`,
    { headers: { authorization: "Bearer ready-token" } });
  assert.deepEqual((await listed.json()).tickets.map((one) => one.id), [problem.id]);
  assert.equal((await api.tickets.show(problem.id)).result.has_incidents, true);
  const ids = (await api.tickets.listIncidents(problem.id)).map((one) => one.id);
  assert.deepEqual(ids.sort(), [first.id, second.id]);
  // Who is a question is no incident any more.
  const { result: apart } = await api.tickets.update(second.id, { ticket: { type: "question" } });
  assert.equal(apart.problem_id, null);
  await api.tickets.update(problem.id, { ticket: { status: "solved",
    comment: { body: "Fixed.", public: true } } });
  await until(async () => (await api.tickets.show(first.id)).result.status === "solved",
    "the job behind the request");
  assert.deepEqual((await api.tickets.getComments(first.id)).map((one) => one.plain_body),
    ["Since ten.", "Fixed."]);
  assert.equal((await api.tickets.show(second.id)).result.status, "new");
  desk.stop();
});

test("a client searches, signs in with OAuth, and makes webhooks that are called", async () => {
  const desk = await fake("fake_zendesk");
  const answer = await fetch(`${desk.url}/oauth/tokens`, { method: "POST", body: JSON.stringify({
    grant_type: "client_credentials", client_id: "deskwire", client_secret: "client-secret" }) });
  const { access_token: token } = await answer.json();
  const api = client(desk.url, { username: undefined, oauth: true, token });
  const calls = [];
  const listener = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (piece) => (body += piece));
    incoming.on("end", () => {
      calls.push({ headers: incoming.headers, body });
      outgoing.end();
    });
  }).listen(0, "127.0.0.1");
  await until(() => listener.listening, "the listener");
  const { result: hook } = await api.webhooks.create({ webhook: {
    name: "Mine", endpoint: `http://127.0.0.1:${listener.address().port}/hook`,
    http_method: "POST", request_format: "json", status: "active",
    subscriptions: ["conditional_ticket_events"] } });
  const { result: signing } = await api.webhooks.getSigningSecret(hook.id);
  await api.triggers.create({ trigger: { title: "Tell", conditions: { all: [], any: [] },
    actions: [{ field: "notification_webhook",
      value: [hook.id, '{"ticket_id":"{{ticket.id}}"}'] }] } });
  const { ticket } = await desk.tell("mail",
    { subject: "Printer", text: "It burns", email: "bo@example.com" });
  await until(() => calls.length === 1, "the webhook's call");
  assert.deepEqual(JSON.parse(calls[0].body), { ticket_id: String(ticket) });
  const { secret } = signing.signing_secret ?? signing;
  const stamp = calls[0].headers["x-zendesk-webhook-signature-timestamp"];
  assert.equal(calls[0].headers["x-zendesk-webhook-signature"],
    createHmac("sha256", secret).update(stamp + calls[0].body).digest("base64"));
  const hits = await api.search.query("type:ticket Printer");
  assert.equal((hits.result ?? hits)[0].id, ticket);
  listener.close();
  desk.stop();
});

const config = (desk, more = "") => `${local}public_url = "https://desk.example.com"
[retry]
first = "50ms"
max = "200ms"
timeout = "2s"
[zendesk]
url = "${desk.url}"
poll = "10s"
${more}`;

test("check tells who one is, setup makes webhook and trigger once, and undoes them", async () => {
  const desk = await fake("fake_zendesk");
  const cwd = folder(config(desk, 'oauth_client_id = "deskwire"\n' +
    'oauth_client_secret = "client-secret"\n'));
  const checked = run(cwd, ["check", "--json"]);
  const lines = JSON.parse(checked.out).items;
  const found = lines.find((one) => one.name === "zendesk sign-in");
  assert.equal(found.ok, true, checked.out);
  assert.match(found.detail, /bot@acme\.example.*admin/);
  const what = (done) => JSON.parse(done.out).items.map((one) => `${one.thing} ${one.what}`);
  const setup = (...more) => what(run(cwd, ["setup", "zendesk", "--json", ...more]));
  assert.deepEqual(setup("--dry-run"), ["webhook would be made", "trigger would be made"]);
  assert.deepEqual(setup(), ["webhook made", "trigger made", "webhook_secret to be set"]);
  assert.deepEqual(setup(),
    ["webhook unchanged", "trigger unchanged", "webhook_secret to be set"]);
  const { result: hooks } = await client(desk.url).webhooks.list()
    .then((list) => ({ result: list.result ?? list }));
  assert.equal(hooks[0].endpoint, "https://desk.example.com/hooks/zendesk");
  assert.deepEqual(setup("--undo"), ["trigger removed", "webhook removed"]);
  const nowhere = run(folder(`${local}[zendesk]\nurl = "https://acme.zendesk.com"\n` +
    'oauth_token = "t"\n'), ["setup", "zendesk"]);
  assert.notEqual(nowhere.code, 0);
  assert.match(nowhere.err, /server\.public_url is not set[^]*incremental export/);
  const printed = run(cwd, ["config"]).out;
  assert.ok(!printed.includes("client-secret"), printed);
  desk.stop();
});

test("a [zendesk] that can not work stops the start and says all that is missing", () => {
  const { err, code } = run(folder(`${local}[zendesk]\npoll = "1s"\noauth_client_id = "x"\n`),
    ["check", "--offline"]);
  assert.equal(code, 78);
  for (const part of ["zendesk.url", "zendesk.poll", "oauth_client_secret"]) {
    assert.ok(err.includes(part), `${part} in ${err}`);
  }
  const env = { ZENDESK_SUBDOMAIN: "acme", ZENDESK_EMAIL: "a@b.example", ZENDESK_TOKEN: "hidden" };
  const good = run(folder(`${local}[zendesk]\n`), ["config"], { env });
  assert.match(good.out, /url = "https:\/\/acme\.zendesk\.com"/);
  assert.ok(!good.out.includes("hidden"));
});

test("login brings a pair of tokens, and a refresh keeps the next one", async () => {
  const desk = await fake("fake_zendesk");
  const cwd = folder(config(desk, 'oauth_client_id = "deskwire"\n' +
    'oauth_client_secret = "client-secret"\n'));
  const child = spawn(binary, ["login", "zendesk", "--listen", "127.0.0.1:0"], { cwd });
  let out = "";
  child.stdout.on("data", (piece) => (out += piece));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const address = await until(() => /^http\S+authorizations\S+/m.exec(out)?.[0], "the address");
  const asked = new URL(address).searchParams;
  assert.equal(asked.get("code_challenge_method"), "S256");
  const back = new URL(asked.get("redirect_uri"));
  const { code } = await desk.tell("code");
  assert.equal((await fetch(`${back}?state=wrong&code=${code}`)).status, 400);
  assert.equal((await fetch(`${back}?state=${asked.get("state")}&code=${code}`)).status, 200);
  assert.equal(await ended, 0);
  const signIn = () => JSON.parse(run(cwd, ["check", "--json"]).out).items
    .find((one) => one.name === "zendesk sign-in");
  assert.equal(signIn().ok, true);
  await desk.tell("expire", {});
  assert.equal(signIn().ok, true, "a token that has ended is refreshed");
  desk.stop();
});

test("login --public takes the answer at the daemon's own address", async () => {
  const desk = await fake("fake_zendesk");
  const daemon = await serve({ config: config(desk, 'oauth_client_id = "deskwire"\n' +
    'oauth_client_secret = "client-secret"\n') });
  const { cwd, url } = daemon;
  const child = spawn(binary, ["login", "zendesk", "--public"], { cwd });
  let out = "";
  child.stdout.on("data", (piece) => (out += piece));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const address = await until(() => /^http\S+authorizations\S+/m.exec(out)?.[0], "the address");
  const asked = new URL(address).searchParams;
  assert.equal(asked.get("redirect_uri"), "https://desk.example.com/oauth/callback");
  const { code } = await desk.tell("code");
  const back = (state) => fetch(`${url}/oauth/callback?state=${state}&code=${code}`);
  assert.equal((await back("wrong")).status, 400);
  assert.equal((await back(asked.get("state"))).status, 200);
  assert.equal(await ended, 0);
  assert.equal((await back(asked.get("state"))).status, 400, "once");
  await daemon.stop();
  daemon.clean();
  desk.stop();
});

test("the daemon reads the export, and the hook takes what is signed", async () => {
  const desk = await fake("fake_zendesk");
  const secret = "hook-secret";
  const daemon = await serve({ config: config(desk,
    `oauth_token = "ready-token"\nwebhook_secret = "${secret}"\n`) });
  const state = async () => (await call(daemon.url, "/v1/status")).json.connectors
    .find((one) => (one.name ?? one.connector) === "zendesk:export");
  await until(async () => (await state())?.last_success_at, "the first look");
  const body = '{"ticket_id":"41"}';
  const post = (headers) => call(daemon.url, "/hooks/zendesk", { method: "POST", body, headers });
  assert.equal((await post({})).status, 401);
  const signed = (stamp) => ({
    "x-zendesk-webhook-signature-timestamp": stamp,
    "x-zendesk-webhook-signature":
      createHmac("sha256", secret).update(stamp + body).digest("base64"),
    "x-zendesk-webhook-invocation-id": "inv-1",
  });
  assert.equal((await post(signed("2020-01-01T00:00:00Z"))).status, 401);
  assert.notEqual((await post(signed(new Date().toISOString()))).status, 401);
  assert.ok(!daemon.log().includes(secret));
  await daemon.stop();
  const again = await runBeside(daemon.cwd, ["check", "--json"]);
  assert.match(again.out, /zendesk sign-in/);
  daemon.clean();
  desk.stop();
});
