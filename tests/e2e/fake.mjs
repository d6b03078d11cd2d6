// A fake outside system as a program beside the daemon's binary.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { binary } from "./daemon.mjs";

const running = new Set();
after(() => running.forEach((child) => child.kill("SIGKILL")));

/** `name`: "fake_zendesk". Gives its address and a way to call /_fake/… on it. */
export async function fake(name) {
  const folder = process.env.DESKWIRE_FAKES ?? dirname(binary);
  const child = spawn(join(folder, name), []);
  running.add(child);
  const url = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      const found = /on (\S+)/.exec(out);
      if (found) resolve(found[1]);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${name}: exit ${code}`)));
  });
  const tell = async (what, body) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return (await fetch(`${url}/_fake/${what}`, init)).json();
  };
  return { url, tell, stop: () => child.kill("SIGKILL") };
}
