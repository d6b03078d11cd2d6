// Who waits for a first reply, and for how long: in office time, in the API, on the board and on
// the command line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { open } from "./browser.mjs";
import { call, folder, local, run, serve } from "./daemon.mjs";

const sql = (cwd, text) =>
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${cwd}/deskwire.db`, text]);
const minutesAgo = (minutes) => Date.now() - minutes * 60_000;
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const hours = (open) => `${local}
[hours]
days = ${JSON.stringify(open)}
from = "00:00"
to = "24:00"
`;

async function ticket(daemon, title) {
  const body = { title, description: title, priority: "low", requester: { name: "Ana" } };
  return (await call(daemon.url, "/v1/tickets", { method: "POST", body })).json.id;
}

const waiting = async (daemon) => (await call(daemon.url,
  "/v1/tickets?waiting=true&sort=waiting")).json.items;
const minutes = (one) => [one.id, Math.floor(one.waiting_seconds / 60)];

test("who waits longest stands first; time in an incident does not count", async (t) => {
  const cwd = folder(hours(days));
  const daemon = await serve({ cwd });
  for (const title of ["VPN drops", "Door is shut", "Printer jams"]) await ticket(daemon, title);
  sql(cwd, `UPDATE ticket SET opened_at = ${minutesAgo(185)} WHERE id = 1;
    UPDATE ticket SET opened_at = ${minutesAgo(65)} WHERE id = 2;
    UPDATE ticket SET opened_at = ${minutesAgo(125)} WHERE id = 3;
    INSERT INTO ticket_change (ticket, at, field, old_value, new_value) VALUES
      (3, ${minutesAgo(115)}, 'problem', '', '9'), (3, ${minutesAgo(25)}, 'problem', '9', '')`);
  assert.deepEqual((await waiting(daemon)).map(minutes), [[1, 185], [2, 65], [3, 35]]);
  const told = JSON.parse(run(cwd, ["ticket", "waiting", "--json"]).out);
  assert.deepEqual(told.items.map((one) => one.id), [1, 2, 3]);
  assert.match(run(cwd, ["ticket", "waiting"]).out, /WAITS \(S\)[^]*111\d\d [^]*VPN drops/);
  const now = (await call(daemon.url, "/v1/now")).json.waiting;
  assert.deepEqual(now.items.map(minutes), [[1, 185], [2, 65], [3, 35]]);
  assert.ok(now.items.every((one) => one.waiting_counts));

  const { page, trouble } = await open(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${daemon.url}/tickets?view=unanswered`);
  const shown = page.getByRole("table", { name: "Tickets" }).locator("tbody tr");
  await shown.nth(2).getByText("35 min").waitFor();
  assert.match(await shown.nth(0).innerText(), /3 h 05/);

  sql(cwd, "UPDATE ticket SET problem_id = 1 WHERE id = 2");
  await call(daemon.url, "/v1/tickets/3/comments",
    { method: "POST", body: { body: "We look at it", public: true } });
  assert.deepEqual((await waiting(daemon)).map((one) => one.id), [1]);
  for (const id of [2, 3]) {
    const { json } = await call(daemon.url, `/v1/tickets/${id}`);
    assert.equal(json.waiting_seconds, null);
    assert.equal(json.waiting_counts, false);
  }
  await page.goto(daemon.url);
  const longest = page.getByRole("region", { name: "Waiting longest for a first reply" });
  await longest.getByText("3 h 05").waitFor();
  assert.doesNotMatch(await longest.innerText(), /Door is shut|Printer jams/);
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});

test("while the office is closed the time stands still", async () => {
  const today = new Date().getUTCDay();
  const yesterday = (today + 6) % 7;
  const cwd = folder(hours(days.filter((_, day) => day !== today && day !== yesterday)));
  const daemon = await serve({ cwd });
  const id = await ticket(daemon, "VPN drops");
  const midnight = Date.now() - Date.now() % 86_400_000;
  // Opened half an hour before the office closed, the day before yesterday.
  sql(cwd, `UPDATE ticket SET opened_at = ${midnight - 86_400_000 - 30 * 60_000} WHERE id = ${id}`);
  const [one] = await waiting(daemon);
  assert.equal(one.waiting_seconds, 30 * 60);
  assert.equal(one.waiting_counts, false);
  await daemon.stop();
  daemon.clean();
});
