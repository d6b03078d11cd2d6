// What must never get out, and never get in: secrets, files of others, headers, replays.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { call, folder, local, run, serve, sign, teams, ticket, until } from "./daemon.mjs";

const canary = (name) => Buffer.from(`canary-${name}-do-not-tell`).toString("base64");

test("planted secrets are in nothing that the program writes", async () => {
  const secrets = [canary("teams"), canary("other"), "canaryAwsSecretKey0000000000000000000000"];
  const config = `${local}[access]\nmode = "token"
[log]\nlevel = "debug"
[teams.it]\nsecret = "${secrets[0]}"
[teams.hr]\nsecret = ["\${HR}", "${secrets[0]}"]
[retry]\nfirst = "20ms"\nmax = "50ms"
[[queue]]\nname = "high"\nurl = "https://sqs.eu-west-1.amazonaws.com/000000000000/jobs"
endpoint = "http://127.0.0.1:9"\n`;
  const cwd = folder(config);
  const env = { HR: secrets[1], AWS_ACCESS_KEY_ID: "AKIACANARY",
    AWS_SECRET_ACCESS_KEY: secrets[2] };
  const told = run(cwd, ["token", "add", "ops", "--role", "admin", "--json"], { env });
  const token = JSON.parse(told.out).token;
  const daemon = await serve({ cwd, env });
  const as = { authorization: `Bearer ${token}` };
  await teams(daemon.url, "it", 1, ticket("T1"), secrets[0]);
  await teams(daemon.url, "hr", 2, ticket("T2"), secrets[1]);
  await teams(daemon.url, "it", 3, ticket("T3"), secrets[1]);
  await call(daemon.url, "/v1/tickets", { method: "POST", body: "{", headers: as });
  await call(daemon.url, `/v1/${token}`, { headers: as });
  const pending = () => call(daemon.url, "/v1/deliveries?state=pending", { headers: as });
  await until(async () => (await pending()).json.items.some((one) => one.attempts > 0), "a try");
  let seen = daemon.log();
  for (const path of ["/v1/status", "/metrics", "/v1/deliveries", "/v1/tickets", "/v1/queues",
    "/openapi.json", "/readyz", "/v1/audit"]) {
    seen += (await call(daemon.url, path, { headers: as })).text;
  }
  for (const args of [["config"], ["check"], ["token", "list", "--json"],
    ["delivery", "list", "--json"], ["why", "1"], ["why", "1", "--json"]]) {
    const done = run(cwd, args, { env });
    seen += done.out + done.err;
  }
  assert.match(seen, /unreachable/, "the log is of a daemon that did something");
  for (const secret of [...secrets, ...secrets.map((one) => sign("x", one)), token]) {
    assert.ok(!seen.includes(secret), "a secret was told");
  }
  await daemon.stop();
  for (const file of readdirSync(cwd).filter((name) => name.startsWith("deskwire.db"))) {
    const bytes = readFileSync(join(cwd, file), "latin1");
    for (const secret of [...secrets, token]) assert.ok(!bytes.includes(secret), `${file} has one`);
    assert.equal(statSync(join(cwd, file)).mode & 0o027, 0, `${file} is open to others`);
  }
  // Also where the configuration itself is wrong.
  writeFileSync(join(cwd, "deskwire.toml"), config
    .replace("[teams.it]\n", "[teams.it]\nsecrt = 1\n")
    .replace(`"${secrets[0]}"]`, `"${secrets[0]}", 7]`));
  const wrong = run(cwd, ["check"], { env });
  assert.equal(wrong.code, 78);
  for (const secret of secrets) assert.ok(!(wrong.out + wrong.err).includes(secret));
  daemon.clean();
});

/** One request as it is written, and all that comes back. */
function raw(url, bytes) {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    let got = "";
    socket.on("data", (piece) => (got += piece));
    socket.on("close", () => resolve(got));
    socket.on("error", () => resolve(got));
    socket.write(bytes);
    setTimeout(() => socket.destroy(), 1500);
  });
}

test("no path leads out of the board, and no text begins a header", async () => {
  const daemon = await serve();
  const { host } = new URL(daemon.url);
  const ask = (path) =>
    raw(daemon.url, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  for (const path of ["/../deskwire.toml", "/assets/../../deskwire.toml", "/%2e%2e/deskwire.toml",
    "/assets/%2e%2e%2fdeskwire.toml", "/assets/..%5cdeskwire.toml", "//etc/passwd",
    "/etc/passwd"]) {
    const got = await ask(path);
    assert.match(got, /^HTTP\/1.1 40[04]/, path);
    assert.ok(!got.includes("listen ="), path);
  }
  const got = await ask("/v1/tickets/%0d%0aSet-Cookie:x=1");
  assert.ok(!/^Set-Cookie/im.test(got));
  await daemon.stop();
  daemon.clean();
});

/** One of each family of routes, and of what is no route. */
const families = [
  ["GET", "/"], ["GET", "/tickets/1"], ["GET", "/assets/none.js"], ["GET", "/openapi.json"],
  ["GET", "/v1/tickets"], ["POST", "/v1/tickets", '{"title":"a","priority":"low",' +
    '"description":"b","requester":{"name":"c"}}'],
  ["GET", "/v1/live"], ["GET", "/v1/session"], ["GET", "/v1/status"],
  ["POST", "/hooks/teams/local", '{"type":"message","id":"1","text":"Title: a<br>Priority: low' +
    '<br>Description: b","from":{"id":"29:1","name":"Ana"},"conversation":{"id":"19:x"}}'],
  ["POST", "/hooks/zendesk", "{}"], ["POST", "/hooks/slack/events", "{}"],
  ["POST", "/sqs", "{}"], ["POST", "/sqs/high", "{}"], ["POST", "/", "{}"],
  ["GET", "/healthz"], ["GET", "/readyz"], ["GET", "/metrics"],
  ["GET", "/nothing"], ["OPTIONS", "/v1/tickets"],
];

test("in loopback mode a page of another site reaches nothing, whatever the route", async () => {
  const daemon = await serve();
  const { port, host } = new URL(daemon.url);
  const ask = async (method, path, body = "", headers = {}, target = path) => {
    const given = { Host: host, "Content-Type": "application/json", "Content-Length": body.length,
      "X-Amz-Target": "AmazonSQS.ListQueues", Connection: "close", ...headers };
    const lines = Object.entries(given).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const got = await raw(daemon.url, `${method} ${target} HTTP/1.1\r\n${lines}\r\n${body}`);
    return Number(/^HTTP\/1\.1 (\d\d\d) /.exec(got)?.[1]);
  };
  const all = async (headers, expected, what) => Promise.all(families.map(
    async ([method, path, body]) => assert.equal(await ask(method, path, body, headers), expected,
      `${what}: ${method} ${path}`)));
  // A name that another site points at this machine, and what only looks like this machine.
  for (const name of ["127.evil.example", `127.evil.example:${port}`, `evil.example:${port}`,
    `localhost.evil.example:${port}`, `localhost.:${port}`, "127.0.0.1", "localhost:1"]) {
    await all({ Host: name }, 403, name);
  }
  for (const origin of ["http://evil.example", "null", `http://127.evil.example:${port}`,
    "http://127.0.0.1:1", "https://evil.example"]) {
    await all({ Origin: origin }, 403, origin);
  }
  await all({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }, 403, "no-cors");
  // The target's authority is what counts where it has one.
  assert.equal(await ask("GET", "", "", {}, `http://evil.example:${port}/v1/tickets`), 403);
  assert.equal(await ask("GET", "", "", { Host: "evil.example" }, `${daemon.url}/v1/tickets`), 200);
  assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 0, "nothing was opened");
  // Our own pages, programs of this machine, and a link in somebody's chat.
  const own = { Host: `localhost:${port}`, Origin: `http://localhost:${port}` };
  assert.equal(await ask("GET", "/v1/tickets", "", own), 200);
  assert.equal(await ask("POST", "/sqs", "{}", own), 200);
  const hook = families.find(([, path]) => path.startsWith("/hooks/teams"));
  assert.equal(await ask(...hook, own), 200);
  const link = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" };
  assert.ok([200, 404].includes(await ask("GET", "/tickets/1", "", link)));
  await daemon.stop();
  daemon.clean();
});

test("in loopback mode public_url is a name of this server, and no other name is", async () => {
  const daemon = await serve({ config: `${local}public_url = "https://desk.example"\n` });
  const ask = async (host) => /^HTTP\/1\.1 (\d+)/.exec(await raw(daemon.url,
    `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))?.[1];
  assert.equal(await ask("desk.example"), "200");
  assert.equal(await ask("desk.example:443"), "200");
  assert.equal(await ask("desk.example:80"), "403");
  assert.equal(await ask("x.desk.example"), "403");
  assert.equal((await call(daemon.url, "/healthz")).status, 200);
  await daemon.stop();
  daemon.clean();
});

test("a signature is over the very bytes, and a repeat of a signed request changes nothing",
  async () => {
    const secret = canary("teams");
    const daemon = await serve({ config: `${local}[teams.it]\nsecret = "${secret}"\n` });
    const first = await teams(daemon.url, "it", 1, ticket("T1"), secret);
    const replayed = await teams(daemon.url, "it", 1, ticket("T1"), secret);
    assert.equal(replayed.json.text, first.json.text);
    const body = JSON.stringify({ type: "message", id: "2", text: ticket("T2") });
    for (const authorization of [undefined, "", "HMAC", "HMAC ", "HMAC !!!",
      sign(`${body} `, secret), `hmac ${sign(body, secret).slice(5)}x`,
      sign(body, canary("another")), "Bearer x"]) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await call(daemon.url, "/hooks/teams/it", { method: "POST", body, headers });
      assert.equal(answer.status, 401, authorization);
    }
    assert.equal((await call(daemon.url, "/v1/tickets")).json.items.length, 1);
    await daemon.stop();
    daemon.clean();
  });

test("what looks like SQL is text", async () => {
  const daemon = await serve();
  const hostile = "Robert'); DROP TABLE ticket;--";
  await teams(daemon.url, "local", "1'); DELETE FROM event;--", ticket(hostile));
  for (const q of ["'", '"', "a' OR '1'='1", "*", "NEAR(", "a\u0000b", "%", "_"]) {
    const found = await call(daemon.url, `/v1/tickets?q=${encodeURIComponent(q)}`);
    assert.ok([200, 400].includes(found.status), `${q}: ${found.status}`);
  }
  const { items } = (await call(daemon.url, "/v1/tickets")).json;
  assert.deepEqual(items.map((one) => one.title), [hostile]);
  await daemon.stop();
  daemon.clean();
});
