// Intakes a second from one replica to three on one PostgreSQL, under the same load in all.
//
//   node tests/bench/replicas/run.mjs [SECONDS]     after make bench, which compiles the load
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { folder, local, serve } from "../../e2e/daemon.mjs";
import { postgres } from "../../e2e/postgres.mjs";

const measuredSeconds = Number(process.argv[2] ?? 8);
const warmUpSeconds = 3;
const secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const connections = 96;
const perSecondMax = 20_000;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const load = `${root}/build/bench/load`;

function compileLoad() {
  mkdirSync(`${root}/build/bench`, { recursive: true });
  execFileSync("g++", ["-std=c++20", "-O2", `${root}/tests/bench/intake/load.cc`, "-lcrypto",
    "-o", load]);
}

let nextId = 1_700_000_000_000;

async function measured(replica, share, seconds) {
  const from = nextId;
  nextId += perSecondMax * (seconds + 2);
  const { stdout } = await promisify(execFile)(load, [new URL(replica.url).port, "/hooks/teams/it",
    secret, String(share), String(seconds), String(from),
    String(Math.floor(perSecondMax * (seconds * 1.2 + 1)))]);
  const result = JSON.parse(stdout);
  if (result.refused > 0 || result.broken > 0) throw new Error(stdout);
  return result;
}

compileLoad();
console.log("| replicas | requests/s | p50 ms | p99 ms |\n|--:|--:|--:|--:|");
for (const count of [1, 2, 3]) {
  const database = postgres();
  const cwd = folder(`${local}[store]\nurl = "${database.url}"\n[teams.it]
secret = "${secret}"\n[log]\nlevel = "error"\n`);
  const replicas = [];
  for (let i = 0; i < count; ++i) replicas.push(await serve({ cwd }));
  const share = Math.floor(connections / count);
  await Promise.all(replicas.map((one) => measured(one, share, warmUpSeconds)));
  const results = await Promise.all(replicas.map((one) => measured(one, share, measuredSeconds)));
  const sum = results.reduce((all, one) => all + one.per_second, 0);
  const worst = (name) => Math.max(...results.map((one) => one[name])).toFixed(1);
  console.log(`| ${count} | ${Math.round(sum)} | ${worst("p50_ms")} | ${worst("p99_ms")} |`);
  for (const one of replicas) await one.stop();
  database.end();
  replicas[0].clean();
}
process.exit(0);
