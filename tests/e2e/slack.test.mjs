// The daemon in a workspace: Socket Mode, signed hooks, and `check`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, folder, local, runBeside, serve, slackSignature, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const bare = (slack) => local + slack.addressConfig;
const config = (slack, app = slack.app) => `${bare(slack)}
bot_token = "${slack.bot}"
app_token = "${app}"
signing_secret = ["rotated-away", "${slack.signing}"]
`;
const env = (slack) => ({ SLACK_BOT_TOKEN: slack.bot, SLACK_APP_TOKEN: slack.app,
  SLACK_SIGNING_SECRET: slack.signing });

const states = async (url) => (await call(url, "/v1/status")).json.connectors;
const state = async (url, name) => (await states(url)).find((one) => one.name === name);

const signed = (slack, body, seconds) => slackSignature(slack.signing, body, seconds);

test("Socket Mode connects, acknowledges, and is handed over", async () => {
  const slack = await fakeSlack();
  const daemon = await serve({ config: config(slack) });
  await until(async () => (await slack.order("state")).sockets === 2, "two connections");
  await until(async () => (await state(daemon.url, "slack:socket"))?.ok, "told as working");
  await slack.order("say", { channel: "C1", user: "U7", text: "<@U1> VPN is down" });
  await until(async () => (await slack.order("state")).unacknowledged === 0, "acknowledged");
  await slack.order("sockets", { trouble: "refresh" });
  await until(async () => {
    const now = await slack.order("state");
    return now.connected_ever === 4 && now.sockets === 2;
  }, "handed over");
  const { code } = await daemon.stop();
  assert.equal(code, 0);
  assert.equal((await slack.order("state")).sockets, 0);
  slack.stop();
});

test("hooks are verified, and answer a challenge", async () => {
  const slack = await fakeSlack();
  const daemon = await serve({ config: config(slack, "") });
  const hook = (headers, body) =>
    call(daemon.url, "/hooks/slack/events", { method: "POST", body, headers });
  const challenge = JSON.stringify({ type: "url_verification", challenge: "3eZ" });
  const answer = await hook(signed(slack, challenge), challenge);
  assert.deepEqual([answer.status, answer.text], [200, "3eZ"]);
  assert.equal((await hook({}, challenge)).status, 401);
  assert.equal((await hook(signed(slack, challenge, 1_700_000_000), challenge)).status, 401);
  assert.equal((await hook(signed(slack, "other"), challenge)).status, 401);
  await slack.order("hooks", { url: `${daemon.url}/hooks/slack` });
  await slack.order("say", { channel: "C1", user: "U7", text: "x" });
  await slack.order("command", { channel: "C1", user: "U7", text: "help" });
  await slack.order("press", { channel: "C1", message: "1.1", user: "U7", action: "a" });
  await until(async () => (await slack.order("state")).unacknowledged === 0, "all answered 200");
  assert.equal((await slack.order("state")).acknowledged.length, 3);
  await daemon.stop();
  slack.stop();
});

test("check says who we are and what is missing", async () => {
  const slack = await fakeSlack();
  const cwd = folder(bare(slack));
  const good = await runBeside(cwd, ["check"], { env: env(slack) });
  assert.match(good.out, /ok\s+slack \(bot token\)\s+deskwire in Acme/);
  assert.match(good.out, /ok\s+slack \(scopes\)\s+all there/);
  assert.match(good.out, /ok\s+slack \(socket mode\)/);
  assert.equal(good.code, 0);
  const wrong = { ...env(slack), SLACK_BOT_TOKEN: "xoxb-x" };
  const bad = await runBeside(cwd, ["check"], { env: wrong });
  assert.match(bad.out, /FAILED\s+slack \(bot token\).*invalid_auth/);
  assert.doesNotMatch(bad.out, /xoxb-x/);
  slack.stop();
});
