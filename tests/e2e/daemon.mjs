// The built binary as a user has it: in a folder of its own, with a configuration of its own.
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export const binary =
  process.env.DESKWIRE_BINARY ?? fileURLToPath(new URL("../../build/deskwire", import.meta.url));

const plain = { PATH: process.env.PATH, HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };

/** Ends every daemon that a test left, whatever became of the test. */
const running = new Set();
after(() => {
  running.forEach((child) => child.kill("SIGKILL"));
  // A test that failed may have left a server of its own open: the file ends all the same.
  setTimeout(() => process.exit(), 3000).unref();
});

export function folder(config) {
  const made = mkdtempSync(join(tmpdir(), "deskwire-e2e-"));
  writeFileSync(join(made, "deskwire.toml"), config);
  return made;
}

export const local = '[server]\nlisten = "127.0.0.1:0"\n';

/** Starts the daemon and waits for its ready line. */
export async function serve({ config = local, cwd = folder(config), env = {} } = {}) {
  const child = spawn(binary, ["serve"], { cwd, env: { ...plain, ...env } });
  running.add(child);
  let log = "";
  child.stderr.on("data", (piece) => (log += piece));
  const url = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      const found = /ready on (\S+)/.exec(out);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`exit ${code}: ${log}`)));
  });
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => {
    running.delete(child);
    resolve({ code, signal });
  }));
  return {
    url,
    cwd,
    pid: child.pid,
    log: () => log,
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill: async () => {
      child.kill("SIGKILL");
      return ended;
    },
    clean: () => rmSync(cwd, { recursive: true, force: true }),
    ended,
  };
}

/** Runs a command to its end. */
export function run(cwd, args, { env = {}, input = "" } = {}) {
  const done = spawnSync(binary, args, { cwd, input, env: { ...plain, ...env }, encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** The same without holding up what this test serves meanwhile. */
export function runBeside(cwd, args, { env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(binary, args, { cwd, env: { ...plain, ...env } });
    let out = "", err = "";
    child.stdout.on("data", (piece) => (out += piece));
    child.stderr.on("data", (piece) => (err += piece));
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

export async function call(url, path, { method = "GET", body, headers = {} } = {}) {
  const init = { method, headers };
  if (body !== undefined) {
    init.body = typeof body === "string" ? body : JSON.stringify(body);
    init.headers = { "content-type": "application/json", ...headers };
  }
  const answer = await fetch(url + path, init);
  const text = await answer.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON; `text` has it.
  }
  return { status: answer.status, headers: answer.headers, text, json };
}

/** Adds a user who is called as the role is, and signs in: the headers of that browser's calls. */
export async function signInAs(daemon, role) {
  const password = "correct horse battery";
  const made = run(daemon.cwd, ["user", "add", role, "--role", role], { input: `${password}\n` });
  if (made.code !== 0) throw new Error(made.err);
  const answer = await call(daemon.url, "/v1/session", { method: "POST",
    body: { name: role, password } });
  const cookie = answer.headers.getSetCookie().map((one) => one.split(";")[0])
    .find((one) => one.startsWith("deskwire_session="));
  return { cookie, "x-csrf-token": answer.json.csrf };
}

/** A Teams activity, signed as Teams signs it. */
export async function teams(url, name, id, text, secret) {
  const body = JSON.stringify({
    type: "message",
    id: String(id),
    text,
    from: { id: "29:1a2b", name: "Ana Lopez" },
    conversation: { id: `19:room@thread.tacv2;messageid=${id}` },
  });
  const headers = secret ? { authorization: sign(body, secret) } : {};
  return call(url, `/hooks/teams/${name}`, { method: "POST", body, headers });
}

export function sign(body, secret) {
  const digest = createHmac("sha256", Buffer.from(secret, "base64")).update(body).digest("base64");
  return `HMAC ${digest}`;
}

/** The headers with which Slack signs a request. */
export function slackSignature(secret, body, seconds = Math.floor(Date.now() / 1000)) {
  const digest = createHmac("sha256", secret).update(`v0:${seconds}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": String(seconds), "x-slack-signature": `v0=${digest}` };
}

export const ticket = (title, priority = "high") =>
  `<at>Deskwire</at> Title: ${title}<br>Priority: ${priority}<br>Description: It happened.`;

export async function until(check, what, milliseconds = 15_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
