// The store is lost, and the page's own commands bring back a copy of it. What came after the copy
// ends as the page's table says, and what the copy still had to send is settled by hand.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { binary, run, until } from "./daemon.mjs";

const guide = (name) =>
  readFileSync(new URL(`../../docs/guide/${name}.md`, import.meta.url), "utf8");

/** What the first shell block below a heading of a page does once the daemon is stopped. */
function commands(page, heading) {
  const below = page.slice(page.indexOf(`\n## ${heading}\n`));
  return /^```sh\nsystemctl stop deskwire\n([^]*?)^```$/m.exec(below)[1];
}

/** Runs a page's lines in the test's folder: as this user, with its own copy. */
function shell(cwd, lines) {
  const mine = lines.replaceAll("sudo -u deskwire ", "").replaceAll("-o deskwire -g deskwire ", "")
    .replaceAll("/var/lib/deskwire", cwd).replaceAll("/var/backups/deskwire/", `${cwd}/copies/`);
  const done = spawnSync("bash", ["-euo", "pipefail", "-c", mine], { cwd, encoding: "utf8",
    env: { PATH: `${dirname(resolve(binary))}:${process.env.PATH}`, HOME: cwd } });
  assert.equal(done.status, 0, `${mine}${done.stderr}${done.stdout}`);
  return done.stdout;
}

const times = (list, pattern) => list.filter((one) => pattern.test(one)).length;

test("a lost store and its copy, by the page's commands", async () => {
  const world = await bridgeWorld();
  await world.start();
  const first = await world.say("VPN is down");
  await until(() => world.ticket(first), "a ticket");
  await world.hears(first, /#/);
  // One reply is on its way while the copy is made, and arrives after it.
  for (let i = 0; i < 6; ++i) {
    await world.desk.tell("fault", { method: "PUT", path: "/api/v2/tickets", status: 503 });
  }
  await world.say("on its way", first);
  const waiting = () => shell(world.cwd, "deskwire delivery list --state pending");
  await until(() => /^(d-\d+).*pending.*zendesk/m.test(waiting()), "a delivery that waits");
  shell(world.cwd, "mkdir copies; deskwire store backup /var/backups/deskwire/copy.db");
  await world.reads(first, /on its way/);
  await world.say("after the copy", first);
  await world.reads(first, /after the copy/);
  const second = await world.say("Door is stuck");
  await until(() => world.ticket(second), "its ticket");
  await world.daemon.stop();

  const said = shell(world.cwd, commands(guide("recover"), "The database is lost"));
  assert.match(said, /the store is intact/);
  const [, delivery] = /^(d-\d+) +pending/m.exec(said);
  shell(world.cwd, `deskwire delivery discard ${delivery} --why "it arrived before the loss"`);
  await world.start();
  await world.say("life goes on", first);
  await world.reads(first, /life goes on/);
  await until(async () => times((await world.ticket(first)).comments
    .map((one) => one.plain_body), /after the copy/) === 2, "a reply after the copy, twice");
  const comments = (await world.ticket(first)).comments.map((one) => one.plain_body);
  assert.equal(times(comments, /on its way/), 1, "what was discarded is not sent again");
  assert.equal((await world.tickets()).filter((one) => one.subject === "Door is stuck").length, 1,
    "Zendesk knows the thread's key for two hours");
  await world.end();
});

test("a store that is not there is neither intact nor saved", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "deskwire-e2e-"));
  const refused = async (args) => {
    const { code, out, err } = await run(cwd, args);
    assert.notEqual(code, 0, out);
    assert.match(err, /there is no store at deskwire\.db; .* --config/);
  };
  await refused(["store", "verify"]);
  await refused(["store", "backup", "nightly.db"]);
  assert.deepEqual([existsSync(join(cwd, "deskwire.db")), existsSync(join(cwd, "nightly.db"))],
    [false, false]);
  writeFileSync(join(cwd, "deskwire.db"), "");
  await refused(["store", "verify"]);
  assert.equal((await run(cwd, ["store", "migrate"])).code, 0);
  assert.equal((await run(cwd, ["store", "verify"])).code, 0);
  rmSync(cwd, { recursive: true });
});
