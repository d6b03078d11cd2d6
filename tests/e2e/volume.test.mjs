// The ticket volume as a user has it: files in, alerts and pictures out.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import zendesk from "node-zendesk";
import { call, folder, local, run, runBeside, serve } from "./daemon.mjs";
import { fake } from "./fake.mjs";

const hour = 3_600_000;
const at = (time) => new Date(time).toISOString().replace(".000Z", "Z");

/** Twenty weeks of office hours up to the last finished hour, repeatable; `change` edits them. */
function counts(weeks = 20, change = () => {}) {
  const last = Math.floor((Date.now() - 180_000) / hour) * hour - hour;
  const rows = [];
  let seed = 7;
  const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
  for (let i = weeks * 168; i >= 0; --i) {
    const time = last - i * hour;
    const of_day = new Date(time).getUTCHours();
    const mean = of_day >= 8 && of_day < 18 ? 30 : 6;
    let count = 0;
    for (let k = 0; k < 100; ++k) count += random() < mean / 100 ? 1 : 0;
    rows.push({ time, count });
  }
  change(rows);
  return rows;
}

const csv = (rows) =>
  `timestamp,count\n${rows.map((one) => `${at(one.time)},${one.count}`).join("\n")}\n`;

function world(rows, more = "") {
  const cwd = folder(`${local}[volume]\nsource = "file:counts.csv"\n${more}`);
  writeFileSync(`${cwd}/counts.csv`, csv(rows));
  return cwd;
}

const json = (done) => {
  assert.equal(done.code, 0, done.err);
  return JSON.parse(done.out);
};

test("a spike is told once; a dry run tells nobody; --exit-code says it", () => {
  const rows = counts(20, (all) => (all.at(-1).count = 190));
  const cwd = world(rows, 'notify = ["a@example.org"]\n');
  const dry = run(cwd, ["volume", "run", "--dry-run", "--json", "--exit-code"]);
  assert.equal(dry.code, 1, dry.err);
  assert.equal(JSON.parse(dry.out).mark, "spike");
  const pending = () => json(run(cwd, ["delivery", "list", "--json"])).items;
  assert.equal(pending().length, 0);
  const told = json(run(cwd, ["volume", "run", "--json"]));
  assert.equal(told.count, 190);
  assert.equal(told.basis, "hour of week");
  assert.ok(told.once_in_hours > 10_000);
  assert.equal(pending().length, 1);
  assert.equal(pending()[0].operation, "mail");
  json(run(cwd, ["volume", "run", "--json"]));
  assert.equal(pending().length, 1, "the same incident again tells nobody");
});

test("an hour in line is normal, and --at looks at an earlier one", () => {
  const rows = counts(20, (all) => (all.at(-30).count = 190));
  const cwd = world(rows);
  const quiet = run(cwd, ["volume", "run", "--json", "--exit-code"]);
  assert.equal(quiet.code, 0, quiet.err);
  const when = at(rows.at(-30).time);
  const past = json(run(cwd, ["volume", "run", "--at", when, "--dry-run", "--json"]));
  assert.equal(past.mark, "spike");
  assert.equal(run(cwd, ["volume", "run", "--at", at(Date.now() + hour)]).code, 2);
});

test("backtest finds what is labelled, compares both rules, and draws", () => {
  const rows = counts(20, (all) => {
    for (const back of [100, 700, 1300]) all.at(-back).count += 120;
  });
  const cwd = folder(local);
  writeFileSync(`${cwd}/counts.csv`, csv(rows));
  const labels = [100, 700, 1300].map((back) => at(rows.at(-back).time));
  writeFileSync(`${cwd}/labels.csv`, `timestamp\n${labels.join("\n")}\n`);
  const args = ["volume", "backtest", "--input", "counts.csv", "--labels", "labels.csv"];
  const found = json(run(cwd, [...args, "--json"]));
  assert.equal(found.method, "seasonal");
  assert.equal(found.hours, rows.length);
  assert.equal(found.recall, 1);
  assert.ok(found.precision > 0.7, JSON.stringify(found.alerts));
  assert.equal(found.delay_hours, 0);
  assert.match(run(cwd, args).out, /^recall: 1$/m);
  const right = found.alerts.filter((one) => labels.includes(at(Date.parse(one.from))));
  assert.equal(right.length, 3);
  const both = json(run(cwd, [...args, "--compare", "--json", "--chart", "out.svg"]));
  assert.deepEqual(both.items.map((one) => one.method), ["mean", "seasonal"]);
  assert.ok(both.items[1].f1 > both.items[0].f1);
  assert.match(readFileSync(`${cwd}/out.svg`, "utf8"), /<svg/);
  const wrong = run(cwd, [...args, "--chart", "out.gif"]);
  assert.equal(wrong.code, 2);
});

test("the older CSV is imported, one row is no history, and a report is drawn", () => {
  const cwd = folder(local);
  const heading = `,${[...Array(24).keys()].join(",")}\n`;
  const rows = [...Array(30).keys()].map((day) =>
    `2026-10-${String(day + 1).padStart(2, "0")},` +
    Array(24).fill(day % 7 === 0 ? "" : 9).join(","));
  writeFileSync(`${cwd}/old.csv`, heading + rows.join("\n"));
  const taken = json(run(cwd, ["volume", "import", "old.csv", "--json"]));
  assert.equal(taken.hours, 25 * 24);
  writeFileSync(`${cwd}/one.csv`, `${heading}2026-10-01,50\n`);
  const one = run(cwd, ["volume", "import", "one.csv"]);
  assert.equal(one.code, 2);
  assert.match(one.err, /no history/);
  const report = json(run(cwd, ["volume", "report", "--chart", "out.png", "--json"]));
  assert.ok(report.items.length > 100);
  assert.equal(readFileSync(`${cwd}/out.png`).subarray(1, 4).toString(), "PNG");
});

test("what is no count of an hour is refused with its line, and an hour to come as well", () => {
  const cwd = folder(local);
  const heading = `,${[...Array(24).keys()].join(",")}\n`;
  const row = (date, count) => `${date},${Array(count).fill(9).join(",")}\n`;
  const later = at(Date.now() + 3 * hour);
  for (const [text, what] of [
    [heading + row("2026-10-01", 24) + row("2026-10-02", 23),
      /line 3: has 24 columns, expected 25/],
    [row("2026-10-01", 12) + row("2026-10-02", 12), /line 1: has 13 columns; expected 2 .* or 25/],
    ["timestamp,count\n2026-10-01T00:00Z,1,234\n", /line 2: has 3 columns, expected 2/],
    ["date,count\n2026-10-01,99\n", /line 2: has a date without an hour/],
    [`timestamp,count\n2026-10-01T00:00Z,9\n${later},9\n`, /line 3: .* is in the future/]]) {
    writeFileSync(`${cwd}/counts.csv`, text);
    const done = run(cwd, ["volume", "import", "counts.csv"]);
    assert.equal(done.code, 2, text);
    assert.match(done.err, what);
  }
  assert.match(run(cwd, ["volume", "report"]).err, /no hour is stored yet/);
});

test("the older auth.ini sets the simple rule", () => {
  const cwd = world(counts(20, (rows) => (rows.at(-1).count = 99)));
  writeFileSync(`${cwd}/auth.ini`, "[mods]\nSPIKE_THRESHOLD = \"0.69\"\nN_HOURS = 420\n" +
    "[email]\nRecipient = \"team@example.org\"\n");
  const seen = json(run(cwd, ["volume", "run", "--auth-ini", "auth.ini", "--json"]));
  assert.equal(seen.method, "mean");
  assert.equal(seen.mark, "spike");
  const [mail] = json(run(cwd, ["delivery", "list", "--json"])).items;
  assert.equal(mail.target, "mail");
});

test("the board's API shows hours and alerts, tries a sensitivity, keeps feedback", async () => {
  const cwd = world(counts(20, (rows) => (rows.at(-1).count = 190)));
  json(run(cwd, ["volume", "run", "--json"]));
  const daemon = await serve({ cwd });
  const { json: week } = await call(daemon.url, "/v1/volume");
  assert.equal(week.hours.length >= 160, true);
  assert.equal(week.alerts.length, 1);
  assert.deepEqual(week.incidents, week.alerts, "its older name, for one release");
  assert.equal(week.hours.at(-1).is_spike, true);
  assert.ok(week.hours.at(-1).high < 190 && week.hours.at(-1).low >= 0);
  const { json: trial } = await call(daemon.url, "/v1/volume?sensitivity=0.05");
  assert.equal(trial.is_trial, true);
  assert.equal((await call(daemon.url, "/v1/volume?sensitivity=2")).status, 400);
  const path = `/v1/volume/incidents/${week.incidents[0].id}/feedback`;
  const said = await call(daemon.url, path, { method: "POST", body: { verdict: "real" } });
  assert.equal(said.status, 200, said.text);
  assert.equal(said.json.feedback, "real");
  const { json: judged } = await call(daemon.url, "/v1/volume");
  const [moved] = judged.thresholds;
  assert.deepEqual(week.thresholds, [], "nobody had judged an alert");
  assert.deepEqual([moved.kind, moved.real, moved.false_alarms, moved.sensitivity_factor],
    ["spike", 1, 0, 1.5]);
  const { json: simple } = await call(daemon.url, "/v1/volume?method=mean");
  assert.deepEqual(simple.thresholds, [], "the simple rule has none that move");
  const wrong = await call(daemon.url, path, { method: "POST", body: { verdict: "maybe" } });
  assert.equal(wrong.status, 422);
  const none = await call(daemon.url, "/v1/volume/incidents/99/feedback",
    { method: "POST", body: { verdict: "real" } });
  assert.equal(none.status, 404);
  const scored = json(run(cwd, ["volume", "backtest", "--json"]));
  const { thresholds, ...marked } = scored.feedback;
  assert.deepEqual(marked, { real: 1, real_found: 1, false_alarms: 0, false_alarms_raised: 0,
    alerts_without_feedback: 1 });
  assert.deepEqual(thresholds, judged.thresholds, "the same as in the API");
  const shown = run(cwd, ["volume", "backtest"]).out;
  assert.match(shown, /^marked real: 1, alerted on here: 1$/m);
  assert.match(shown, /^spike on a \w+, hours \d+ to \d+: sensitivity × 1\.5$/m);
  await call(daemon.url, path, { method: "POST", body: { verdict: null } });
  const { json: revoked } = await call(daemon.url, "/v1/volume");
  assert.deepEqual(revoked.thresholds, [], "feedback that is taken back moves nothing");
  await daemon.stop();
});

test("tickets of the embedded desk are counted, with their tags", async () => {
  const daemon = await serve({ config: `${local}[volume]\nsource = "embedded"\n` });
  await call(daemon.url, "/v1/tickets", { method: "POST", body: {
    title: "VPN", priority: "high", description: "It is down.", requester: { name: "Ana" },
    tags: ["vpn"] } });
  const early = run(daemon.cwd, ["volume", "run", "--json"]);
  assert.equal(early.code, 1, "the hour is not over, and nothing was counted yet");
  assert.match(early.err, /nothing was counted yet/);
  await daemon.stop();
  assert.ok(existsSync(`${daemon.cwd}/deskwire.db`));
});

test("history comes out of Zendesk's export, each ticket in the hour of its birth", async () => {
  const desk = await fake("fake_zendesk");
  const api = zendesk.createClient({
    endpointUri: `${desk.url}/api/v2`, username: "bot@acme.example", token: "api-token" });
  const finished = Math.floor((Date.now() - 120_000) / hour) * hour;
  const births = Array.from({ length: 60 }, (_, i) => finished - 1000 - i * (hour / 2));
  for (const born of births) {
    const created_at = at(Math.floor(born / 1000) * 1000);
    await api.ticketimport.import({ ticket: { subject: "VPN", created_at } });
  }
  const since = at(finished - 30 * hour);
  const { result } = await api.ticketexport.exportCursor(finished / 1000 - 86_400, "");
  const page = Array.isArray(result) ? result[0] : result;
  assert.equal(page.tickets.length, 60);
  assert.equal(page.end_of_stream, true);
  const cwd = folder(`${local}[zendesk]\nurl = "${desk.url}"\noauth_token = "ready-token"\n`
    + 'poll = "0s"\n[volume]\nsource = "zendesk"\n');
  const told = json(await runBeside(cwd, ["volume", "backfill", "--json", "--since", since]));
  assert.deepEqual({ hours: told.hours, tickets: told.tickets }, { hours: 30, tickets: 60 });
  const report = await runBeside(cwd, ["volume", "report", "--json", "--since", since]);
  const counts_of = JSON.parse(report.out).items.map((one) => one.count);
  assert.deepEqual(counts_of, Array(30).fill(2), report.out);
  desk.stop();
});

test("an hour at Zendesk is counted, explained and told, without a daemon", async () => {
  const desk = await fake("fake_zendesk");
  const api = zendesk.createClient({
    endpointUri: `${desk.url}/api/v2`, username: "bot@acme.example", token: "api-token" });
  const rows = counts(20);
  const latest = rows.at(-1).time;
  for (let i = 0; i < 60; ++i) {
    const created_at = at(latest + i * 50_000);
    await api.ticketimport.import({ ticket: { subject: "VPN", tags: ["vpn"], created_at } });
  }
  const cwd = folder(`${local}[zendesk]\nurl = "${desk.url}"\noauth_token = "ready-token"\n`
    + 'poll = "0s"\n[volume]\nsource = "zendesk"\nmethod = "mean"\nnotify = ["a@example.org"]\n');
  writeFileSync(`${cwd}/counts.csv`, csv(rows.slice(0, -1)));
  json(run(cwd, ["volume", "import", "counts.csv", "--json"]));
  const seen = json(await runBeside(cwd, ["volume", "run", "--json", "--at", at(latest)]));
  assert.equal(seen.count, 60);
  assert.equal(seen.mark, "spike");
  assert.equal(seen.told, 1);
  assert.deepEqual(seen.tags.by_count.map((one) => one.tag), ["vpn"]);
  assert.equal(seen.tags.examples[0].subject, "VPN");
  const waiting = json(run(cwd, ["delivery", "list", "--state", "pending", "--json"])).items;
  assert.deepEqual(waiting.map((one) => one.target), ["mail"], "no question waits");
  desk.stop();
});

test("a Zendesk that is away is asked six times, and nothing is left waiting", () => {
  const cwd = folder(`${local}[zendesk]\nurl = "http://127.0.0.1:1"\noauth_token = "t"\n`
    + 'poll = "0s"\n[retry]\nfirst = "10ms"\nmax = "20ms"\n[volume]\nsource = "zendesk"\n');
  for (const command of [["volume", "run"], ["volume", "backfill", "--since", "2026-11-01"]]) {
    const done = run(cwd, command);
    assert.equal(done.code, 69, done.err);
    assert.match(done.err, /zendesk: /);
  }
  const states = json(run(cwd, ["delivery", "list", "--json"])).items.map((one) => one.state);
  assert.deepEqual(states, ["discarded", "discarded"]);
});
