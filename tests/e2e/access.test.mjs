// Who comes in: password accounts, sessions, CSRF, roles over every route, scopes, the wall's link.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { binary, call, folder, local, run, serve, until } from "./daemon.mjs";

const password = "correct horse battery";
const config = `${local}\n[access]\nmode = "password"\n`;

function addUser(daemon, name, role) {
  const made = run(daemon.cwd, ["user", "add", name, "--role", role], { input: `${password}\n` });
  assert.equal(made.code, 0, made.err);
}

/** Signs in as a browser would; the answer carries what later calls need. */
async function signIn(url, name, given = password, headers = {}) {
  const answer = await call(url, "/v1/session",
    { method: "POST", body: { name, password: given }, headers });
  const cookies = answer.headers.getSetCookie().map((one) => one.split(";")[0]);
  const session = cookies.find((one) => one.startsWith("deskwire_session="));
  const device = cookies.find((one) => one.startsWith("deskwire_device="));
  return { ...answer, session, device, csrf: answer.json?.csrf };
}

const as = (url, who, path, options = {}) => call(url, path, {
  ...options, headers: { cookie: who.session, "x-csrf-token": who.csrf, ...options.headers },
});

test("a person signs in, changes something, signs out", async () => {
  const daemon = await serve({ config });
  addUser(daemon, "Ana", "agent");
  assert.equal((await call(daemon.url, "/v1/tickets")).status, 401);
  assert.equal((await signIn(daemon.url, "ana", "wrong password!!")).status, 401);
  assert.equal((await signIn(daemon.url, "nobody", "wrong password!!")).status, 401);
  const ana = await signIn(daemon.url, "ANA");
  assert.equal(ana.status, 201);
  assert.deepEqual([ana.json.name, ana.json.role, ana.json.mode], ["Ana", "agent", "password"]);
  for (const cookie of ana.headers.getSetCookie()) {
    assert.match(cookie, /HttpOnly; SameSite=Lax/);
  }
  const body = { title: "a", priority: "low", description: "b", requester: { name: "c" } };
  const post = (headers) => as(daemon.url, ana, "/v1/tickets", { method: "POST", body, headers });
  assert.equal((await post({ "x-csrf-token": "" })).status, 403, "without the header");
  assert.equal((await post({ origin: "https://evil.example" })).status, 403, "another site");
  assert.equal((await post({})).status, 201);
  assert.equal((await as(daemon.url, ana, "/v1/audit")).status, 403, "for admins");
  const closed = await as(daemon.url, ana, "/v1/session", { method: "DELETE", body: {} });
  assert.equal(closed.status, 204);
  assert.equal((await as(daemon.url, ana, "/v1/tickets")).status, 401);
  assert.ok(!daemon.log().includes(password));
  await daemon.stop();
  daemon.clean();
});

test("guessing locks the guesser, not the person", async () => {
  const daemon = await serve({ config });
  addUser(daemon, "ana", "viewer");
  const known = await signIn(daemon.url, "ana");
  for (let i = 0; i < 5; ++i) await signIn(daemon.url, "ana", "a wrong password");
  const refused = await signIn(daemon.url, "ana");
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const person = await signIn(daemon.url, "ana", password, { cookie: known.device });
  assert.equal(person.status, 201, "the browser that signed in before is not in the way");
  const forged = await signIn(daemon.url, "ana", password, { cookie: "deskwire_device=a.b" });
  assert.equal(forged.status, 429);
  await daemon.stop();
  daemon.clean();
});

test("a role that is changed while a password is typed stays changed", async () => {
  const cwd = folder(config);
  assert.equal(run(cwd, ["user", "add", "ana"], { input: `${password}\n` }).code, 0);
  const typing = spawn(binary, ["user", "passwd", "ana"], { cwd, env: { PATH: process.env.PATH } });
  const ended = new Promise((resolve) => typing.on("exit", resolve));
  await new Promise((resume) => setTimeout(resume, 1500));  // it waits for the password
  assert.equal(run(cwd, ["user", "passwd", "ana", "--role", "admin"]).code, 0);
  typing.stdin.end("another good password\n");
  assert.equal(await ended, 0);
  const [ana] = JSON.parse(run(cwd, ["user", "list", "--json"]).out).items;
  assert.equal(ana.role, "admin");
});

test("another role, another password or removal ends the sessions", async () => {
  const daemon = await serve({ config });
  addUser(daemon, "ana", "viewer");
  addUser(daemon, "root", "admin");
  const add = (name, input) => run(daemon.cwd, ["user", "add", name], { input }).code;
  assert.notEqual(add("short", "short\n"), 0);
  assert.notEqual(add("ANA", `${password}\n`), 0, "the name is taken");
  const ana = await signIn(daemon.url, "ana");
  assert.equal(run(daemon.cwd, ["user", "passwd", "ana", "--role", "admin"]).code, 0);
  assert.equal((await as(daemon.url, ana, "/v1/tickets")).status, 401);
  const again = await signIn(daemon.url, "ana");
  assert.equal((await as(daemon.url, again, "/v1/audit")).status, 200);
  assert.equal(run(daemon.cwd, ["user", "remove", "ana"]).code, 0);
  assert.equal((await as(daemon.url, again, "/v1/tickets")).status, 401);
  const root = await signIn(daemon.url, "root");
  const { json } = await as(daemon.url, root, "/v1/audit");
  const seen = json.items.map((one) => `${one.who} ${one.what} ${one.subject}`);
  assert.ok(seen.includes("command line user.remove ana"), seen.join("; "));
  assert.ok(seen.some((one) => one.startsWith("ana session.open")));
  const listed = run(daemon.cwd, ["user", "list", "--json"]).out;
  assert.ok(listed.includes('"root"') && !listed.includes("argon2"));
  await daemon.stop();
  daemon.clean();
});

test("every route keeps its role", async () => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "token"\n` });
  const made = (name, ...more) => JSON.parse(
    run(daemon.cwd, ["token", "add", name, ...more, "--json"]).out).token;
  const tokens = { viewer: made("v", "--role", "viewer"), agent: made("g", "--role", "agent"),
    admin: made("a", "--role", "admin") };
  const rank = ["viewer", "agent", "admin"];
  const { json: api } = await call(daemon.url, "/openapi.json");
  const ask = async (where, options) => {
    const answer = await fetch(daemon.url + where, options);
    await answer.body?.cancel();  // a stream would go on
    return answer.status;
  };
  let checked = 0;
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const needed = operation.description.replace("Role: ", "");
      assert.ok([...rank, "anybody"].includes(needed), `${method} ${path}: ${needed}`);
      const where = path.replace("{id}", path.includes("deliveries") ? "d-000001" : "1")
        .replace("{name}", "high-dead");
      const options = { method: method.toUpperCase() };
      const headers = { "content-type": "application/json" };
      if (method !== "get") options.body = "{}";
      const isOpen = needed === "anybody";
      for (const who of [null, { authorization: `Bearer dw_${"0".repeat(64)}` }]) {
        const status = await ask(where, { ...options, headers: { ...headers, ...who } });
        assert.equal(status === 401, !isOpen, `${who ? "a stranger" : "nobody"}: ${method} ${path}`
          + ` gave ${status}`);
      }
      for (const role of rank) {
        const authorization = `Bearer ${tokens[role]}`;
        const status = await ask(where, { ...options, headers: { ...headers, authorization } });
        const isAllowed = isOpen || rank.indexOf(role) >= rank.indexOf(needed);
        assert.equal(status !== 403 && status !== 401, isAllowed,
          `${role}: ${method} ${path} gave ${status}`);
        ++checked;
      }
    }
  }
  assert.equal(checked, 3 * Object.values(api.paths).flatMap(Object.keys).length);
  assert.ok(checked > 40, `${checked} checked`);
  await daemon.stop();
  daemon.clean();
});

test("a token opens what its scopes name; the wall's link is read-only", async () => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "password"\n` });
  const add = (...args) => JSON.parse(run(daemon.cwd, ["token", "add", ...args, "--json"]).out);
  const scoped = add("chart", "--role", "admin", "--scope", "tally:read");
  const wall = add("lobby", "--wall", "--role", "admin");
  const get = (token, path, options = {}) => call(daemon.url, path,
    { ...options, headers: { authorization: `Bearer ${token}` } });
  assert.equal((await get(scoped.token, "/v1/tally")).status, 200);
  assert.equal((await get(scoped.token, "/v1/tickets")).status, 403);
  assert.match(wall.link, /\/\?tv=1#wall=dw_[0-9a-f]{64}$/);
  assert.equal((await get(wall.token, "/v1/tickets")).status, 200);
  const change = await get(wall.token, "/v1/tickets", { method: "POST", body: {} });
  assert.equal(change.status, 403);
  assert.notEqual(run(daemon.cwd, ["token", "add", "x", "--scope", "everything"]).code, 0);
  assert.equal(run(daemon.cwd, ["token", "revoke", "lobby"]).code, 0);
  await until(async () => (await get(wall.token, "/v1/tickets")).status === 401, "revoked");
  await daemon.stop();
  daemon.clean();
});
