// The fake Slack as a program, for tests that talk to it.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { binary } from "./daemon.mjs";

const running = new Set();
after(() => running.forEach((child) => child.kill("SIGKILL")));

/** Starts it and waits for its address. `order("say", {…})` tells it what happens next. */
export async function fakeSlack(...options) {
  const program = process.env.FAKE_SLACK ?? join(dirname(binary), "fake_slack");
  const child = spawn(program, options);
  running.add(child);
  const url = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      const found = /fake slack on (\S+)/.exec(out);
      if (found) resolve(found[1]);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`exit ${code}`)));
  });
  return {
    url,
    bot: "xoxb-fake-bot",
    app: "xapp-fake-app",
    signing: "fake-signing-secret",
    order: async (name, details = {}) => {
      const init = { method: "POST", body: JSON.stringify(details) };
      return (await fetch(`${url}/fake/${name}`, init)).json();
    },
    stop: () => {
      running.delete(child);
      child.kill("SIGTERM");
    },
  };
}
