// An upgrade: a store that the first Deskwire wrote opens, is brought up to date, and works; one of
// a newer Deskwire is refused in words; and an upgrade that is cut short has changed nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { call, folder, local, run, serve, teams, ticket } from "./daemon.mjs";
import { postgres } from "./postgres.mjs";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
const migrations = fileURLToPath(new URL("../../src/records/migrations", import.meta.url));
/** As `sqlite3 FILE .dump` printed a store of schema 1; the words' index is made anew. */
const first = readFileSync(join(fixtures, "store_schema_1.dump"), "utf8");

function sqlite(cwd, text) {
  const done = spawnSync("sqlite3", [join(cwd, "deskwire.db")], { input: text, encoding: "utf8" });
  assert.equal(done.stderr, "");
  return done.stdout.trim();
}

test("the first schema's store is brought up to date and works", async () => {
  const cwd = folder(local);
  sqlite(cwd, first);
  const before = sqlite(cwd, "SELECT count(*) FROM event; SELECT count(*) FROM ticket;" +
    "SELECT count(*) FROM delivery; SELECT count(*) FROM queue_message;");
  const daemon = await serve({ cwd });
  assert.equal(sqlite(cwd, "SELECT count(*) FROM event; SELECT count(*) FROM ticket;" +
    "SELECT count(*) FROM delivery; SELECT count(*) FROM queue_message;"), before);
  const { items } = (await call(daemon.url, "/v1/tickets")).json;
  assert.deepEqual(items.map((one) => [one.id, one.title, one.priority, one.status]),
    [[2, "Badge", "low", "solved"], [1, "VPN drops", "high", "open"]]);
  const one = (await call(daemon.url, "/v1/tickets/1")).json;
  assert.deepEqual(one.comments.map((said) => said.body), ["On it"]);
  assert.equal((await call(daemon.url, "/v1/tickets?q=vpn")).json.items.length, 1);
  // Teams sends what it sent before the upgrade: it is the same ticket.
  const again = await teams(daemon.url, "local", 1, ticket("VPN drops"));
  assert.match(again.json.text, /Ticket #1 /);
  const next = await teams(daemon.url, "local", 3, ticket("After the upgrade"));
  assert.match(next.json.text, /Ticket #3 /);
  const peeked = JSON.parse(run(cwd, ["queue", "peek", "high", "--json"]).out).items;
  assert.deepEqual(peeked.map((message) => JSON.parse(message.body).ticket), [1, 3]);
  assert.equal(run(cwd, ["why", "1"]).code, 0);
  assert.match(run(cwd, ["store", "verify"]).out, /intact/);
  await daemon.stop();
  daemon.clean();
});

test("a newer Deskwire's store is refused in words, and left as it is", async () => {
  const cwd = folder(local);
  assert.equal(run(cwd, ["store", "migrate"]).code, 0);
  sqlite(cwd, "INSERT INTO schema_version SELECT max(version) + 1, 0 FROM schema_version;");
  const kept = sqlite(cwd, ".dump");
  for (const args of [["serve"], ["ticket", "list"], ["store", "migrate"]]) {
    const refused = run(cwd, args);
    assert.notEqual(refused.code, 0, args.join(" "));
    assert.match(refused.err, /written by a newer Deskwire \(schema \d+, this one knows \d+\)/);
    assert.match(refused.err, /start that version, or restore a backup/);
  }
  assert.equal(sqlite(cwd, ".dump"), kept);
});

test("an upgrade that fails half-way has changed nothing", () => {
  const cwd = folder(local);
  sqlite(cwd, first);
  // What a later step wants to make is there already: that step fails.
  sqlite(cwd, "CREATE TABLE server_key (id INTEGER);");
  copyFileSync(join(cwd, "deskwire.db"), join(cwd, "before.db"));
  const kept = sqlite(cwd, ".dump");
  const refused = run(cwd, ["store", "migrate"]);
  assert.notEqual(refused.code, 0);
  assert.equal(sqlite(cwd, ".dump"), kept);
  sqlite(cwd, "DROP TABLE server_key;");
  assert.equal(run(cwd, ["store", "migrate"]).code, 0);
});

test("the same on PostgreSQL: the first schema is brought up, a newer one refused", async () => {
  const database = postgres();
  try {
    const made = readFileSync(join(migrations, "0001_first.postgres.sql"), "utf8");
    database.ask(`${made}
CREATE TABLE schema_version (version BIGINT NOT NULL, at BIGINT NOT NULL);
INSERT INTO schema_version VALUES (1, 0);
INSERT INTO ticket (title, description, priority, status, requester_name, requester_email,
  requester_id, assignee, tags, source, desk, external_id, external_url, queue, opened_at,
  updated_at) VALUES ('VPN drops', 'Since 9.', 0, 0, 'Ana', '', '', '', '[]', 'api', 'embedded',
  '', '', 'high', ${Date.now()}, ${Date.now()});`);
    const config = `${local}[store]\nurl = "${database.url}"\n`;
    const daemon = await serve({ config });
    const next = await teams(daemon.url, "local", 1, ticket("After the upgrade"));
    assert.match(next.json.text, /Ticket #2 /);
    assert.equal((await call(daemon.url, "/v1/tickets?q=vpn")).json.items[0].title, "VPN drops");
    await daemon.stop();
    database.ask("INSERT INTO schema_version SELECT max(version) + 1, 0 FROM schema_version");
    const refused = run(daemon.cwd, ["serve"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /written by a newer Deskwire/);
    daemon.clean();
  } finally {
    database.end();
  }
});
