// The tally with a Slack at the other end: events that move bars, a restart, a history read back.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bars, open } from "./browser.mjs";
import { binary, call, folder, local, serve, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const file = process.env.DESKWIRE_INCIDENTS ??
  fileURLToPath(new URL("fixtures/incident_updates.csv", import.meta.url));

const config = (slack, channel = "C1", listen = local) => `${listen}
[[tally]]
channel = "${channel}"

${slack.config}signing_secret = "${slack.signing}"
`;

/** A command at a terminal of its own, where progress is drawn; what it wrote there. */
function atTerminal(cwd, args) {
  return new Promise((resolve) => {
    const line = [binary, ...args].map((one) => `'${one}'`).join(" ");
    const child = spawn("script", ["-qec", `${line} >out.json`, "/dev/null"], { cwd });
    let shown = "";
    child.stdout.on("data", (piece) => (shown += piece));
    child.on("exit", (code) => resolve({ code, shown }));
  });
}

const total = async (url) => (await call(url, "/v1/tally")).json.total;
const line = (who) => `INC1 [ *a* ] Work note added by ${who}:\n&gt; hello`;
const jon = "*Jon Snow* (_jxsrcc_)", sansa = "*Sansa Stark* (_sxsrcc_)";

for (const way of ["Socket Mode", "signed hooks"]) {
  test(`a bar moves within a second of the event by ${way}, and after a restart`, async (t) => {
    const slack = await fakeSlack();
    const cwd = folder(config(slack));
    let daemon = await serve({ cwd });
    const { url } = daemon;
    const isSocket = way === "Socket Mode";
    if (!isSocket) await slack.order("hooks", { url: `${url}/hooks/slack` });
    const { page, trouble } = await open(t);
    await page.goto(`${url}/agents`);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.evaluate(() => (window.kept = true));
    const connected = async () => !isSocket || (await slack.order("state")).sockets === 2;
    await until(connected, "connected");
    const post = (...who) => slack.order("bot",
      { channel: "C1", bot: "B9", text: who.map(line).join("\n\n") });
    const { ts } = await post(jon, sansa);
    await until(async () => await bars(page) === "jxsrcc 1, sxsrcc 1", "both", 1000);
    await post(sansa);
    await until(async () => await bars(page) === "sxsrcc 2, jxsrcc 1", "Sansa leads", 1000);
    await slack.order("edit", { channel: "C1", ts, text: line(sansa) });
    await until(async () => await bars(page) === "sxsrcc 2", "the newest text", 1000);
    await daemon.kill();
    await page.getByText(/Not connected since/).waitFor();
    writeFileSync(`${cwd}/deskwire.toml`,
      config(slack, "C1", local.replace("127.0.0.1:0", new URL(url).host)));
    daemon = await serve({ cwd });
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 20_000 });
    await until(connected, "connected anew");
    await post(jon);
    await until(async () => await bars(page) === "sxsrcc 2, jxsrcc 1", "resumed", 1500);
    await slack.order("delete", { channel: "C1", ts });
    await until(async () => await bars(page) === "jxsrcc 1, sxsrcc 1", "taken back", 1000);
    assert.ok(await page.evaluate(() => window.kept), "without a reload");
    assert.ok(trouble.every((one) => one.includes("ERR_")), trouble.join());
    await daemon.stop();
    slack.stop();
    daemon.clean();
  });
}

test("a year of a real desk's updates is read from Slack's history, once", async (t) => {
  const slack = await fakeSlack("--page", process.env.DESKWIRE_INCIDENTS ? "200" : "15");
  await slack.order("channel", { id: "C2", name: "updates" });
  const rows = readFileSync(file, "utf8").trim().split("\n");
  const columns = rows.shift().split(",");
  const messages = rows.map((row, i) => {
    const cells = row.split(",");
    const cell = (name) => cells[columns.indexOf(name)];
    const [date, time] = cell("sys_updated_at").split(" ");
    const at = Date.parse(`${date.split("-").reverse().join("-")}T${time}:00Z`) / 1000;
    const [, agent] = /^Updated by (\d+)$/.exec(cell("sys_updated_by"));
    return { ts: `${at}.${String(i).padStart(6, "0")}`, bot: "B9", text:
      `${cell("number")} [ *${cell("category")}* ] ${cell("incident_state")} set by ` +
      `*Agent ${agent}* (_u${agent}rcc_):\n&gt; Ticket 1 updated by Eve (evercc)` };
  });
  await slack.order("past", { channel: "C2", messages });
  const daemon = await serve({ config: config(slack, "C2") });
  const { page } = await open(t);
  await page.goto(`${daemon.url}/agents`);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByText("Live", { exact: true }).waitFor();
  await slack.order("fault", { kind: "answer", method: "conversations.history", status: 429,
    word: "ratelimited", retry_after: 1 });
  const command = ["tally", "backfill", "--channel", "C2", "--since", "2016-01-01", "--json"];
  const filled = await atTerminal(daemon.cwd, command);
  assert.equal(filled.code, 0, filled.shown);
  assert.match(filled.shown, new RegExp(`\\.\\] .*#\\] 100% ${rows.length} messages`, "s"));
  const told = JSON.parse(readFileSync(`${daemon.cwd}/out.json`));
  assert.deepEqual(told, { channel: "C2", messages: rows.length });
  const { calls } = await slack.order("calls", { method: "conversations.history" });
  const pages = calls.filter((one) => one.fields.channel === "C2");
  assert.ok(pages.length >= rows.length / 200 && pages.length > 2, `${pages.length} pages`);
  // Counted by other means: a column of the file, cut and sorted by a shell.
  const place = columns.indexOf("sys_updated_by") + 1;
  const counted = spawnSync("sh", ["-c", `tail -n +2 "$0" | cut -d, -f${place} | sort | uniq -c |
    awk '{ print "u" $4 "rcc " $1 }' | sort`, file], { encoding: "utf8" }).stdout.trim();
  const agents = async () => (await call(daemon.url, "/v1/tally")).json.agents
    .map((one) => `${one.username} ${one.updates}`).sort().join("\n");
  assert.equal(await agents(), counted);
  assert.equal(await total(daemon.url), rows.length);
  const [first] = (await call(daemon.url, "/v1/tally")).json.agents;
  await until(async () => (await bars(page)).startsWith(`${first.username} `), "on the board");
  const again = await atTerminal(daemon.cwd, command);
  assert.equal(again.code, 0, again.shown);
  assert.equal(await agents(), counted, "nothing is counted twice");
  await daemon.stop();
  slack.stop();
  daemon.clean();
});
