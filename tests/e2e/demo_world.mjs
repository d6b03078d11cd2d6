// The demo as a visitor starts it, for tests that look at it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { binary, call, until } from "./daemon.mjs";

const running = new Set();
after(() => running.forEach((child) => child.kill("SIGKILL")));

/** Starts it in a temporary folder of its own, and waits for its addresses. */
export async function demo(...words) {
  const folder = mkdtempSync(join(tmpdir(), "deskwire-e2e-"));
  const child = spawn(binary, ["demo", "--no-open", "--json", ...words],
    { env: { PATH: process.env.PATH, TMPDIR: folder } });
  running.add(child);
  let log = "";
  child.stderr.on("data", (piece) => (log += piece));
  const { board, world } = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      if (out.includes("\n")) resolve(JSON.parse(out));
    });
    child.on("exit", (code) => reject(new Error(`exit ${code}: ${log}`)));
  });
  const look = async () => (await call(world, "/world")).json;
  const tell = async (path, body = {}) => {
    const answer = await call(world, path, { method: "POST", body });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer.json;
  };
  return {
    board,
    world,
    folder,
    look,
    tell,
    see: (what, check, within) => until(async () => check(await look()), what, within),
    stop: async () => {
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      const code = await ended;
      running.delete(child);
      const left = readdirSync(folder);
      rmSync(folder, { recursive: true, force: true });
      return { code, left };
    },
  };
}

const columns = ["tickets", "comments", "answers", "mirrors", "incidents"];
/** Of all columns of the proof. */
export const sum = (books, key) => columns.reduce((all, name) => all + books[name][key], 0);
