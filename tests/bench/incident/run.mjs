// run.mjs [THREADS…]: one answer to so many joined Slack threads (100 and 1,000): whether each
// hears it once, and what the daemon's memory grows by. Slack takes a post a second and channel:
// there are twenty threads in each.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pause, start } from "../children.mjs";

const build = process.env.DESKWIRE_BUILD
  ?? fileURLToPath(new URL("../../../build", import.meta.url));
const in_channel = 20;
const growth_max = 2;  // of the most memory, for ten times as many threads

async function until(check, what, seconds) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(500);
  }
}

const megabytes = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

/** The most memory from now on. */
function watch(pid) {
  let most = megabytes(pid);
  const timer = setInterval(() => { most = Math.max(most, megabytes(pid)); }, 20);
  return () => {
    clearInterval(timer);
    return most;
  };
}

async function world(threads) {
  const slack = await start(join(build, "fake_slack"), [], /on (\S+)/);
  const order = async (name, details = {}) => (await fetch(`${slack.url}/fake/${name}`,
    { method: "POST", body: JSON.stringify(details) })).json();
  const channels = Array.from({ length: Math.ceil(threads / in_channel) }, (_, i) => `C${i + 1}`);
  for (const id of channels) await order("channel", { id, name: id.toLowerCase() });
  const folder = mkdtempSync(join(tmpdir(), "deskwire-bench-"));
  writeFileSync(join(folder, "deskwire.toml"), `[server]
listen = "127.0.0.1:0"
[slack]
api_url = "${slack.url}/api/"
bot_token = "xoxb-fake-bot"
app_token = "xapp-fake-app"
[storm]
min_tickets = 1000
${channels.map((id) => `[[bridge]]\nchannel = "${id}"\ndesk = "embedded"\n`).join("")}`);
  const daemon = await start(join(build, "deskwire"), ["serve"], /ready on (\S+)/, { cwd: folder });
  await until(async () => (await order("state")).sockets > 0, "connected", 30);
  return { slack, order, channels, folder, daemon };
}

/** How many posts that fit each thread has. */
async function counts({ order, channels }, roots, pattern) {
  const found = new Map(roots.map((root) => [root, 0]));
  for (const channel of channels) {
    for (const one of (await order("messages", { channel })).messages) {
      const root = `${channel}/${one.thread_ts}`;
      if (pattern.test(one.text) && found.has(root)) found.set(root, found.get(root) + 1);
    }
  }
  return [...found.values()];
}

async function measure(threads) {
  const stage = await world(threads);
  const { order, channels, daemon } = stage;
  const call = async (path, body) => {
    const answer = await fetch(daemon.url + path, body && { method: "POST",
      headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const roots = [];
  for (let i = 0; i < threads; ++i) {
    const channel = channels[i % channels.length];
    await order("person", { id: `U${1000 + i}`, name: `Person ${i}`, email: `p${i}@x.example` });
    const { ts } = await order("say", { channel, user: `U${1000 + i}`, text: `VPN drops ${i}` });
    roots.push(`${channel}/${ts}`);
  }
  const each = (pattern) => until(async () =>
    (await counts(stage, roots, pattern)).every((count) => count > 0), String(pattern), 600);
  await each(/^Ticket #/);
  const tickets = Array.from({ length: threads }, (_, i) => i + 1);
  const { id } = await call("/v1/incidents", { tickets, title: "VPN" });
  await each(/^This is part of a known incident/);
  await pause(2000);
  const before = megabytes(daemon.child.pid);
  const most = watch(daemon.child.pid);
  const began = performance.now();
  await call(`/v1/incidents/${id}/answers`, { body: "The gateway is back." });
  await each(/The gateway is back\.$/);
  const seconds = (performance.now() - began) / 1000;
  await until(async () => (await call(`/v1/incidents/${id}`)).tickets
    .every((one) => one.heard.every((answer) => answer.state === "heard")), "noted as heard", 60);
  const twice = (await counts(stage, roots, /The gateway is back\.$/))
    .filter((count) => count !== 1).length;
  const row = { threads, before, most: most(), seconds, twice };
  daemon.child.kill("SIGKILL");
  stage.slack.child.kill("SIGKILL");
  rmSync(stage.folder, { recursive: true, force: true });
  return row;
}

const given = process.argv.slice(2).map(Number);
const rows = [];
for (const threads of given.length > 0 ? given : [100, 1000]) rows.push(await measure(threads));
console.log("| threads joined | memory before, MB | most, MB | until all heard it, s | not once |");
console.log("|--:|--:|--:|--:|--:|");
for (const one of rows) {
  console.log(`| ${one.threads} | ${one.before.toFixed(0)} | ${one.most.toFixed(0)} | `
    + `${one.seconds.toFixed(0)} | ${one.twice} |`);
}
const [first, last] = [rows[0], rows.at(-1)];
const ratio = last.most / first.most;
console.log(`\n${last.threads} threads need ${ratio.toFixed(2)} times the memory of `
  + `${first.threads}`);
process.exit(rows.some((one) => one.twice > 0) || ratio > growth_max ? 1 : 0);
