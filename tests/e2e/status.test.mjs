// What Status says of connectors: also what happened before the daemon started, and what another
// process did.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { call, folder, local, runBeside, serve, teams, ticket, until } from "./daemon.mjs";
import { receiver } from "./notices_receiver.mjs";

test("a connector's last success outlives a restart, and a command's run counts", async (t) => {
  const mails = await receiver();
  const cwd = folder(`${local}[notices]\nfile = "report.csv"\nwebhook_url = "${mails.url}"\n`);
  writeFileSync(`${cwd}/report.csv`, "Firstname,Lastname,Email,Ticket,Status,Date\n"
    + `Pat,Doe,pat@x.example,1,Closed,${new Date(Date.now() - 3 * 86_400_000).toISOString()
      .slice(0, 10)}\n`);
  let daemon = await serve({ cwd });
  const state = async (name) => (await call(daemon.url, "/v1/status")).json.connectors
    .find((one) => one.name === name);
  assert.deepEqual(await state("teams:local"), { name: "teams:local",
    title: "Teams “local”", ok: true, detail: "no request yet", last_success_at: null });
  assert.equal((await state("notices")).detail, "no run yet");
  await teams(daemon.url, "local", 1, ticket("Before the restart"));
  await daemon.stop();
  assert.equal((await runBeside(cwd, ["notices", "run", "--yes"])).code, 0);
  daemon = await serve({ cwd });
  const hook = await state("teams:local");
  assert.equal(hook.detail, "");
  assert.ok(hook.last_success_at, JSON.stringify(hook));
  assert.ok((await state("notices")).last_success_at, "the run of the command");
  await until(async () => (await state("notices")).detail === "", "no longer 'no run yet'");
  await daemon.stop();
  daemon.clean();
});
