// A fake outside system as a program beside the daemon's binary.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { binary } from "./daemon.mjs";

const running = new Set();
after(() => running.forEach((child) => child.kill("SIGKILL")));

/** `name`: "fake_slack". Waits for its address. `order("say", {…})` tells it what happens next. */
export async function startFake(name, options = []) {
  const child = spawn(join(process.env.DESKWIRE_FAKES ?? dirname(binary), name), options);
  running.add(child);
  const url = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      const found = / on (http\S+)/.exec(out);
      if (found) resolve(found[1]);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${name}: exit ${code}`)));
  });
  return {
    url,
    order: async (what, details = {}) => (await fetch(`${url}/fake/${what}`,
      { method: "POST", body: JSON.stringify(details) })).json(),
    stop: () => running.delete(child) && child.kill("SIGKILL"),
  };
}

/** Zendesk and PagerDuty: `tell("code")` asks, `tell("expire", {…})` orders, at /_fake/…. */
export async function fake(name) {
  const { url, stop } = await startFake(name);
  const tell = async (what, body) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return (await fetch(`${url}/_fake/${what}`, init)).json();
  };
  return { url, tell, stop };
}

/**
 * Slack, with what its app's settings hold, and the section of a configuration: `config` for Socket
 * Mode, `hookConfig` for signed hooks, `addressConfig` where the tokens come from elsewhere.
 */
export async function fakeSlack(...options) {
  const fake = await startFake("fake_slack", options);
  const [bot, app, signing] = ["xoxb-fake-bot", "xapp-fake-app", "fake-signing-secret"];
  const addressConfig = `[slack]\napi_url = "${fake.url}/api/"\n`;
  const botConfig = `${addressConfig}bot_token = "${bot}"\n`;
  return {
    ...fake, bot, app, signing, addressConfig,
    config: `${botConfig}app_token = "${app}"\n`,
    hookConfig: `${botConfig}signing_secret = "${signing}"\n`,
  };
}
