// From nothing to a configuration, and what `deskwire check` says of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { binary, folder, run, runBeside, serve } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const empty = () => mkdtempSync(join(tmpdir(), "deskwire-init-"));
const uncommented = (toml) => toml.replace(/^#(?=[^ \n])/gm, "");
const everything = ["init", "--yes", "--slack", "--teams", "--zendesk", "--sheets", "--sqs",
  "--mail", "--slack-channel", "#it-help"];
const env = {
  SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", TEAMS_IT_SECRET: "c2VjcmV0",
  ZENDESK_SUBDOMAIN: "acme", ZENDESK_OAUTH_CLIENT_SECRET: "s",
  SHEET_ID: "s", MAIL_URL: "smtps://127.0.0.1:1", AWS_REGION: "eu-west-1",
  SQS_HIGH_URL: "http://127.0.0.1:1/high", SQS_MEDIUM_URL: "http://127.0.0.1:1/medium",
  SQS_LOW_URL: "http://127.0.0.1:1/low",
};

test("init writes a file that loads, line by line, and never over another", () => {
  const cwd = empty();
  const made = run(cwd, everything);
  assert.equal(made.code, 0, made.err);
  assert.equal(statSync(`${cwd}/deskwire.toml`).mode & 0o777, 0o640);
  const named = /^Set in the environment: (.*)$/m.exec(made.out)[1].split(" ");
  assert.ok(named.every((name) => name in env), named.join(" "));
  for (const step of [/paste slack-app-manifest\.yaml/, /PUBLIC_URL.*\/hooks\/teams\/it/,
    /deskwire setup zendesk/, /share the sheet/]) assert.match(made.out, step);
  assert.equal(run(cwd, ["check", "--offline"], { env }).code, 0);
  const toml = readFileSync(`${cwd}/deskwire.toml`, "utf8");
  writeFileSync(`${cwd}/all.toml`, uncommented(toml));
  const all = run(cwd, ["check", "--offline", "--config", "all.toml"], { env });
  assert.equal(all.code, 0, all.err);
  assert.match(readFileSync(`${cwd}/slack-app-manifest.yaml`, "utf8"), /socket_mode_enabled: true/);
  const again = run(cwd, ["init", "--yes"]);
  assert.equal(again.code, 1);
  assert.match(again.err, /already exists \(--force/);
  assert.equal(readFileSync(`${cwd}/deskwire.toml`, "utf8"), toml);
  assert.equal(run(cwd, ["init", "--yes", "--force"]).code, 0);
  assert.equal(run(cwd, ["check", "--offline"]).code, 0);
  assert.equal(run(cwd, ["init"]).code, 2, "nobody to ask");
  const wrong = run(cwd, ["init", "--yes", "--timezone", "Mars/Base", "--out", "x.toml"]);
  assert.equal(wrong.code, 78);
  assert.match(wrong.err, /--timezone: unknown time zone "Mars\/Base"/);
  assert.ok(!existsSync(`${cwd}/x.toml`), "nothing was written");
});

test("on a terminal it asks, and Enter is no", (t) => {
  if (spawnSync("sh", ["-c", "command -v script"]).status !== 0) return t.skip("no script(1) here");
  const cwd = empty();
  const typed = ["y", "#it-help", "", "", "y", "acme", "", "", "", "", "Berlin",
    "Europe/Berlin", ""];
  const done = spawnSync("script", ["-qec", `${resolve(binary)} init`, "/dev/null"],
    { cwd, input: typed.join("\n"), encoding: "utf8", timeout: 20_000 });
  assert.equal(done.status, 0, done.stdout);
  assert.match(done.stdout, /Microsoft Teams \[y\/N\]/);
  const toml = readFileSync(`${cwd}/deskwire.toml`, "utf8");
  assert.match(toml, /^channel = "#it-help"$/m);
  assert.match(toml, /^timezone = "Europe\/Berlin"$/m);
  assert.match(toml, /^url = "https:\/\/acme\.zendesk\.com"$/m);
  assert.doesNotMatch(toml, /^\[(teams|google|mail)/m);
});

test("the example of everything loads with all its lines", () => {
  const cwd = empty();
  const example = run(cwd, ["config", "--example"]).out;
  writeFileSync(`${cwd}/deskwire.toml`, uncommented(example));
  const checked = run(cwd, ["check", "--offline"],
    { env: { ...env, PAGERDUTY_TOKEN: "p" } });
  assert.equal(checked.code, 0, checked.err);
});

test("check tries each hook, the channels, the clock and the public address", async () => {
  const slack = await fakeSlack();
  const late = createServer((_, answer) => {
    answer.writeHead(404, { date: new Date(Date.now() - 900_000).toUTCString() });
    answer.end();
  });
  await new Promise((ready) => late.listen(0, "127.0.0.1", ready));
  const config = (publicUrl) => `[server]
listen = "127.0.0.1:0"
public_url = "${publicUrl}"
[teams.it]
secret = "c2VjcmV0"
${slack.addressConfig}signing_secret = "s"
[[bridge]]
channel = "C1"
desk = "embedded"
[[bridge]]
channel = "C404"
desk = "embedded"
[[bridge]]
channel = "#nowhere"
desk = "embedded"
[[route]]
announce = "#general"
`;
  const daemon = await serve({ config: config("http://127.0.0.1:1"),
    env: { SLACK_BOT_TOKEN: slack.bot } });
  const lines = async (toml) => {
    const { out } = await runBeside(folder(toml), ["check", "--json"],
      { env: { SLACK_BOT_TOKEN: slack.bot } });
    return new Map(JSON.parse(out).items.map((item) => [item.name, item]));
  };
  const seen = await lines(config(daemon.url));
  for (const hook of ["/hooks/teams/it", "/hooks/slack/events", "/slack/events/"]) {
    assert.match(seen.get(`hook ${hook}`).detail, /a signed sample passes, a forged one does not/);
  }
  assert.equal(seen.get("public_url").ok, true);
  assert.match(seen.get("slack channel C1").detail, /the bot is in it/);
  assert.match(seen.get("slack channel C404").fix, /\/invite @Deskwire/);
  assert.match(seen.get("slack channel #general").detail, /the bot is in it/);
  assert.match(seen.get("slack channel #nowhere").detail, /channel #nowhere not found/);
  assert.match(seen.get("slack channel #nowhere").fix, /\/invite @Deskwire/);
  const port = late.address().port;
  const off = await lines(`[zendesk]\nurl = "http://127.0.0.1:${port}"\noauth_token = "t"\n` +
    `[server]\nlisten = "${new URL(daemon.url).host}"\npublic_url = "http://127.0.0.1:${port}"\n`);
  assert.deepEqual([off.get("clock").ok, off.get("clock").fix.includes("timedatectl")],
    [false, true]);
  assert.match(off.get("public_url").detail, /returned 404; that is not a Deskwire/);
  await daemon.stop();
  daemon.clean();
  slack.stop();
  late.close();
});
