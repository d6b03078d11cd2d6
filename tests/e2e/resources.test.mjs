// What runs out: disk, file descriptors, connections. The daemon says so, loses nothing, and is
// well again by itself.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { call, folder, local, run, serve, teams, ticket, until } from "./daemon.mjs";

/** A disk of its own, or nothing where this process may not mount one. */
function smallDisk(size) {
  const place = mkdtempSync(join(tmpdir(), "deskwire-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", place],
      { stdio: "ignore" });
  } catch {
    rmSync(place, { recursive: true });
    return null;
  }
  return { place, unmount: () => {
    execFileSync("umount", ["-l", place]);
    rmSync(place, { recursive: true });
  } };
}

const residentMiB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

test("a full disk: 503 and no lie, and well again without a restart", async (t) => {
  const disk = smallDisk("6m");
  if (!disk) return t.skip("mounting a disk needs more rights than this user has");
  const cwd = folder(`${local}[store]\nurl = "sqlite:${disk.place}/deskwire.db"\n`);
  const daemon = await serve({ cwd });
  const promised = new Map();
  const send = async (id) => {
    const answer = await teams(daemon.url, "local", id, ticket(`T${id}`));
    const found = /^Ticket #(\d+) /.exec(answer.json?.text ?? "");
    if (found) promised.set(`T${id}`, Number(found[1]));
    return answer.status;
  };
  await send(1);
  const filler = join(disk.place, "filler");
  try {
    writeFileSync(filler, Buffer.alloc(64 << 20));
  } catch {
    // The disk is full now, to the last byte.
  }
  let refused = 0;
  for (let id = 2; id < 2000 && refused < 20; ++id) refused += (await send(id)) === 503 ? 1 : 0;
  assert.equal(refused, 20, "at some time nothing more fits");
  const ready = await call(daemon.url, "/readyz");
  assert.equal(ready.status, 503);
  assert.match(ready.text, /cannot commit since/);
  assert.match(ready.text, /free space on the disk of the store \(store\.url\)/);
  rmSync(filler);
  await until(async () => (await call(daemon.url, "/readyz")).status === 200, "ready again");
  assert.equal(await send(5000), 200);
  const tickets = new Map();
  for (let cursor = ""; cursor !== null;) {
    const page = (await call(daemon.url, `/v1/tickets?limit=500&cursor=${cursor}`)).json;
    page.items.forEach((one) => tickets.set(one.title, one.id));
    cursor = page.next_cursor;
  }
  assert.deepEqual([...tickets].sort(), [...promised].sort(), "kept is exactly what was answered");
  await daemon.stop();
  assert.equal(run(cwd, ["store", "verify"]).code, 0);
  disk.unmount();
  daemon.clean();
});

function connect(url) {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.on("connect", () => resolve(socket));
    socket.on("error", () => resolve(null));
  });
}

test("file descriptors run out: those connected are served on, others wait, then all is well",
  async () => {
    const daemon = await serve();
    execFileSync("prlimit", ["--pid", String(daemon.pid), "--nofile=48:48"]);
    const kept = await connect(daemon.url);
    const answers = [];
    kept.on("data", (piece) => answers.push(piece.toString()));
    const ask = async () => {
      const before = answers.length;
      kept.write(`GET /healthz HTTP/1.1\r\nHost: ${new URL(daemon.url).host}\r\n\r\n`);
      await until(() => answers.length > before, "an answer");
      assert.match(answers.at(-1), /^HTTP\/1.1 200/);
    };
    await ask();
    const idle = [];
    for (let i = 0; i < 100; ++i) idle.push(await connect(daemon.url));
    await ask();
    idle.forEach((socket) => socket?.destroy());
    const answer = await until(() => teams(daemon.url, "local", 1, ticket("T1")), "served again");
    assert.equal(answer.status, 200);
    assert.match(daemon.log(), /cannot accept for now/);
    kept.destroy();
    await daemon.stop();
    daemon.clean();
  });

/** A long poll whose head is large; its socket, once the request is sent. */
function poll(url, queue) {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ QueueUrl: `${url}/sqs/${queue}`, WaitTimeSeconds: 20 });
  const socket = createConnection(Number(port), hostname);
  const head = ["POST /sqs HTTP/1.1", `host: ${hostname}:${port}`, `content-length: ${body.length}`,
    "content-type: application/x-amz-json-1.0", "x-amz-target: AmazonSQS.ReceiveMessage",
    `x-padding: ${"p".repeat(6000)}`, "", ""].join("\r\n");
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.write(head + body, () => resolve(socket));
  });
}

test("a long poll keeps nothing of what it was read with", async () => {
  const config = `${local}[[queue]]\nname = "jobs"\n`;
  const daemon = await serve({ config });
  await teams(daemon.url, "local", 1, ticket("T1"));
  const before = residentMiB(daemon.pid);
  const waiting = [];
  let answered = 0;
  for (let i = 0; i < 1000; ++i) waiting.push(await poll(daemon.url, "jobs"));
  waiting.forEach((socket) => socket.on("data", () => ++answered));
  await new Promise((resume) => setTimeout(resume, 1000));
  const each = ((residentMiB(daemon.pid) - before) * 1024) / waiting.length;
  assert.equal(answered, 0, "all wait");
  assert.ok(each < 38, `${each.toFixed(1)} KiB a poll`);
  waiting.forEach((socket) => socket.destroy());
  await daemon.stop();
  daemon.clean();
});

test("5,000 idle connections cost little memory and hold nobody up", async () => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("T1"));
  const before = residentMiB(daemon.pid);
  const idle = [];
  for (let i = 0; i < 5000; i += 100) {
    idle.push(...await Promise.all(Array.from({ length: 100 }, () => connect(daemon.url))));
  }
  assert.ok(idle.every(Boolean), "each is accepted");
  const answer = await teams(daemon.url, "local", 2, ticket("T2"));
  assert.equal(answer.status, 200);
  const each = ((residentMiB(daemon.pid) - before) * 1024) / 5000;
  assert.ok(each < 12, `${each.toFixed(1)} KiB a connection`);
  idle.forEach((socket) => socket.destroy());
  await daemon.stop();
  daemon.clean();
});
