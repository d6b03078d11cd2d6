// A private PostgreSQL cluster that can be stopped and started again.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const programs = "/usr/lib/postgresql/15/bin";
const isRoot = process.getuid() === 0;

const executed = promisify(execFile);

/** PostgreSQL refuses to run as root. */
function commandAsServer(program, args) {
  const command = [`${programs}/${program}`, ...args];
  if (isRoot) {
    command.unshift("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");
  }
  return command;
}

function asServer(program, args, cwd) {
  const command = commandAsServer(program, args);
  execFileSync(command[0], command.slice(1), { cwd, stdio: "ignore" });
}

export function postgres() {
  const folder = mkdtempSync(join(tmpdir(), "deskwire-postgres-"));
  if (isRoot) execFileSync("chown", ["postgres:postgres", folder]);
  const cluster = join(folder, "cluster");
  // In the order of a language, as most servers are.
  const order = ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8", "-E", "UTF8"];
  asServer("initdb", [...order, "-D", cluster, "-A", "trust", "-U", "deskwire"], folder);
  const options = `-k ${folder} -c listen_addresses='' -c max_connections=60`;
  const how = ["-w", "-D", cluster, "-l", join(folder, "server.log"), "-o", options];
  const start = () => asServer("pg_ctl", [...how, "start"], folder);
  const stop = () => asServer("pg_ctl", ["-w", "-D", cluster, "-m", "immediate", "stop"], folder);
  start();
  execFileSync(`${programs}/createdb`, ["-h", folder, "-U", "deskwire", "deskwire"]);
  const url = `postgresql://deskwire@/deskwire?host=${folder}`;
  const asked = (query) => ["-X", "-A", "-t", "-q", "-c", query, url];
  const ask = (query) =>
    execFileSync(`${programs}/psql`, asked(query), { encoding: "utf8" }).trim();
  // Without holding up what this test serves meanwhile: a proxy, for example.
  const askBeside = async (query) =>
    (await executed(`${programs}/psql`, asked(query), { maxBuffer: 1 << 26 })).stdout.trim();
  const restart = (mode) => {
    const [first, ...rest] = commandAsServer("pg_ctl", [...how, "-m", mode, "restart"]);
    return new Promise((resolve) => {
      // Its output goes nowhere: the server would keep a pipe of ours open.
      const child = spawn(first, rest, { cwd: folder, stdio: "ignore" });
      child.on("exit", resolve);
    });
  };
  return {
    url, ask, askBeside, start, stop, restart, socket: join(folder, ".s.PGSQL.5432"),
    end: () => {
      try {
        stop();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
