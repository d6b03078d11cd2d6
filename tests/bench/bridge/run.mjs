// run.mjs [MESSAGES] [THREADS]: what the way from a Slack socket to a comment at the desk takes,
// next to the same relay on @slack/bolt, in turn against the same fakes. Prints a table.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pause, start } from "../children.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const build = process.env.DESKWIRE_BUILD ?? here("../../../build");
const messages = Number(process.argv[2] ?? 10_000);
const threads = Number(process.argv[3] ?? 10_000);
const channel = "C1";

const stat = (pid, pattern) =>
  Number(pattern.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
const memory = (pid) => stat(pid, /VmRSS:\s+(\d+)/);
function spent(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function world() {
  const slack = await start(join(build, "fake_slack"), [], /on (\S+)/);
  const desk = await start(join(build, "fake_zendesk"), [], /on (\S+)/);
  const order = async (name, details = {}) => (await fetch(`${slack.url}/fake/${name}`,
    { method: "POST", body: JSON.stringify(details) })).json();
  const tell = async (what, body) => (await fetch(`${desk.url}/_fake/${what}`,
    body && { method: "POST", body: JSON.stringify(body) })).json();
  await tell("options", { per_minute: 1_000_000_000 });
  await order("lose");
  const open = {};
  for (let i = 0; i < threads; ++i) {
    const { ts } = await order("say", { channel, user: "U7", text: "VPN is down" });
    const answer = await fetch(`${desk.url}/api/v2/tickets.json`, { method: "POST",
      headers: { authorization: "Bearer ready-token", "content-type": "application/json" },
      body: JSON.stringify({ ticket: { subject: "VPN is down", comment: { body: "It is." },
        external_id: `slack:${channel}:${ts}` } }) });
    open[ts] = (await answer.json()).ticket.id;
  }
  await order("lose", { on: false });
  return { slack, desk, order, tell, open };
}

async function deskwire({ slack, desk }, folder, file) {
  writeFileSync(join(folder, "deskwire.toml"), `[server]
listen = "127.0.0.1:0"
[slack]
api_url = "${slack.url}/api/"
bot_token = "xoxb-fake-bot"
app_token = "xapp-fake-app"
[zendesk]
url = "${desk.url}"
oauth_token = "ready-token"
poll = "0s"
rate_per_minute = 100000
[[bridge]]
channel = "${channel}"
desk = "zendesk"
`);
  const binary = process.env.DESKWIRE_BINARY ?? join(build, "deskwire");
  const options = { cwd: folder };
  const first = await start(binary, ["serve"], /ready on (\S+)/, options);
  const ended = new Promise((resolve) => first.child.on("exit", resolve));
  first.child.kill("SIGTERM");
  await ended;
  const seeded = spawnSync("/usr/bin/python3", [here("seed.py"), "deskwire.db", file, channel],
    { cwd: folder, stdio: "inherit" });
  if (seeded.status !== 0) throw new Error("the store could not be filled");
  return start(binary, ["serve"], /ready on (\S+)/, options);
}

const bolt = ({ slack, desk }, folder, file) => start(process.execPath,
  [here("rival_bolt.mjs"), slack.url, desk.url, channel, file], /ready on (\S+)/);

const quantile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] / 1000;

/** Pours and waits until all of it stands at the desk. */
async function pour({ order, tell }, count, perSecond) {
  const before = (await tell("count")).comments;
  await order("figures");
  const began = performance.now();
  await order("pour", { channel, user: "U7", count, per_second: perSecond });
  let there = 0, seen = began;
  while (there < count) {
    await pause(20);
    const now = (await tell("count")).comments - before;
    if (now > there) seen = performance.now();
    if (performance.now() - seen > 60_000) throw new Error(`stuck at ${now} of ${count}`);
    there = now;
  }
  const seconds = (performance.now() - began) / 1000;
  while ((await order("state")).unacknowledged > 0) await pause(20);
  const { delays } = await order("figures");
  delays.sort((a, b) => a - b);
  return { seconds, p50: quantile(delays, 0.5), p99: quantile(delays, 0.99),
    max: quantile(delays, 1) };
}

async function measure(name, run) {
  const stage = await world();
  const folder = mkdtempSync(join(tmpdir(), "deskwire-bench-"));
  const file = join(folder, "threads.json");
  writeFileSync(file, JSON.stringify(stage.open));
  const { child } = await run(stage, folder, file);
  while ((await stage.order("state")).sockets < 1) await pause(20);
  await pause(1000);
  await pour(stage, 200, 0);
  const before = spent(child.pid);
  const fast = await pour(stage, messages, 0);
  const cpu = (spent(child.pid) - before) / messages * 1e6;
  const steady = await pour(stage, 5000, 500);
  const row = { name, perSecond: Math.round(messages / fast.seconds), cpu: Math.round(cpu),
    p50: steady.p50, p99: steady.p99, max: steady.max, memory: memory(child.pid) };
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  for (const one of [stage.slack, stage.desk]) one.child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  return row;
}

const only = process.env.BENCH_ONLY;
const rows = [];
if (only !== "bolt") rows.push(await measure("Deskwire (SQLite, synced)", deskwire));
if (only !== "deskwire") rows.push(await measure("@slack/bolt (memory)", bolt));
console.log(`\n${messages} messages over ${threads} open threads; delays at 500 a second`);
console.log("");
console.log("| | messages/s | CPU µs/message | ack p50 | ack p99 | ack max | memory |");
console.log("|---|---|---|---|---|---|---|");
for (const one of rows) {
  console.log(`| ${one.name} | ${one.perSecond} | ${one.cpu} | ${one.p50.toFixed(2)} ms | ` +
    `${one.p99.toFixed(2)} ms | ${one.max.toFixed(1)} ms | ${one.memory.toFixed(0)} MB |`);
}
process.exit(0);
