// A private PostgreSQL cluster that can be stopped and started again.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const programs = "/usr/lib/postgresql/15/bin";
const isRoot = process.getuid() === 0;

/** PostgreSQL refuses to run as root. */
function asServer(program, args, cwd) {
  const command = [`${programs}/${program}`, ...args];
  if (isRoot) {
    command.unshift("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");
  }
  execFileSync(command[0], command.slice(1), { cwd, stdio: "ignore" });
}

export function postgres() {
  const folder = mkdtempSync(join(tmpdir(), "deskwire-postgres-"));
  if (isRoot) execFileSync("chown", ["postgres:postgres", folder]);
  const cluster = join(folder, "cluster");
  asServer("initdb", ["-D", cluster, "-A", "trust", "-U", "deskwire"], folder);
  const options = `-k ${folder} -c listen_addresses='' -c max_connections=60`;
  const start = () => asServer("pg_ctl",
    ["-w", "-D", cluster, "-l", join(folder, "server.log"), "-o", options, "start"], folder);
  const stop = () => asServer("pg_ctl", ["-w", "-D", cluster, "-m", "immediate", "stop"], folder);
  start();
  execFileSync(`${programs}/createdb`, ["-h", folder, "-U", "deskwire", "deskwire"]);
  const url = `postgresql://deskwire@/deskwire?host=${folder}`;
  const ask = (query) => execFileSync(`${programs}/psql`,
    ["-X", "-A", "-t", "-q", "-c", query, url], { encoding: "utf8" }).trim();
  return {
    url, ask, start, stop,
    end: () => {
      try {
        stop();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
