// run.mjs [BOARDS] [SECONDS]: what it costs to keep open boards live, at ten updates a second, next
// to the usual way. Prints a table; the share is of one core, of the server's process alone.
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pause, start } from "../children.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const binary = process.env.DESKWIRE_BINARY ?? here("../../../build/deskwire");
const boards = Number(process.argv[2] ?? 2000);
const seconds = Number(process.argv[3] ?? 20);
const per_second = 10;
const ready = /ready on (\S+)/;
const quiet = { stdio: ["ignore", "pipe", "ignore"] };

/** Seconds of processor time so far; a clock tick is 10 ms. */
function spent(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
function memory(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

const ask = (readers) => new Promise((resolve) => {
  readers.once("message", resolve);
  readers.send("tell");
});

async function measure(name, kind, { child, url }, path) {
  const readers = fork(here("readers.mjs"), [url, String(boards), kind]);
  for (let i = 0; i < 300 && (await ask(readers)).open < boards; ++i) await pause(100);
  await pause(2000);
  await ask(readers);
  const before = spent(child.pid);
  const began = Date.now();
  let updates = 0;
  while (Date.now() - began < seconds * 1000) {
    const body = JSON.stringify({ title: `sent-${Date.now()}`, priority: "low", description: "d",
      requester: { name: "bench" } });
    const answer = await fetch(url + path, { method: "POST", body,
      headers: { "content-type": "application/json" } });
    await answer.arrayBuffer();
    if (answer.status !== 201) throw new Error(`${name}: ${answer.status}`);
    ++updates;
    await pause(Math.max(0, began + (updates * 1000) / per_second - Date.now()));
  }
  const took = (Date.now() - began) / 1000;
  const share = (spent(child.pid) - before) / took;
  await pause(1000);
  const { open, seen, p50, p99 } = await ask(readers);
  const mib = memory(child.pid);
  readers.kill();
  child.kill("SIGKILL");
  const told = ((100 * seen) / (updates * boards)).toFixed(1);
  console.log(`| ${name} | ${open} | ${updates} | ${told}% `
    + `| ${p50} / ${p99} ms | ${(100 * share).toFixed(1)}% | ${mib.toFixed(0)} MiB |`);
  return { open, seen, updates, share };
}

console.log("| server | boards | updates | told | late p50 / p99 | of one core | memory |");
console.log("|---|---|---|---|---|---|---|");
const cwd = mkdtempSync(join(tmpdir(), "deskwire-live-"));
writeFileSync(join(cwd, "deskwire.toml"), '[server]\nlisten = "127.0.0.1:0"\n');
const own = await measure("Deskwire", "sse",
  await start(binary, ["serve"], ready, { cwd, ...quiet }), "/v1/tickets");
const rival = await start(process.execPath, [here("rival_ws.mjs")], ready, { cwd, ...quiet });
await measure("Node with ws", "ws", rival, "/");
rmSync(cwd, { recursive: true, force: true });
process.exit(own.open === boards && own.seen >= own.updates * boards ? 0 : 1);
