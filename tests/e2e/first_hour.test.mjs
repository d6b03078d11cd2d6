// What a new user does wrong in the first hour, and what Deskwire itself finds and tells.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { binary, call, folder, local, run, runBeside, serve, teams, ticket, until }
  from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const secret = "c2VjcmV0LW9mLXRoZS13ZWJob29r";
const signed = `${local}[teams.it]\nsecret = "\${TEAMS_IT_SECRET}"\n`;

test("a command needs no secret that it does not use; deskwire.env serves daemon and commands",
  async () => {
    const cwd = folder(signed);
    for (const words of [["ticket", "new", "--title", "VPN", "--priority", "high",
      "--description", "It drops"], ["ticket", "list"], ["queue", "list"], ["delivery", "list"],
      ["store", "verify"], ["config"], ["token", "list"]]) {
      const done = run(cwd, words);
      assert.equal(done.code, 0, `${words}: ${done.err}`);
    }
    for (const words of [["check", "--offline"], ["serve"]]) {
      const done = run(cwd, words);
      assert.equal(done.code, 78);
      assert.match(done.err, /teams\.it\.secret: .*TEAMS_IT_SECRET is not set/);
    }
    writeFileSync(`${cwd}/deskwire.env`, `TEAMS_IT_SECRET=${secret}\n`);
    const daemon = await serve({ cwd });
    assert.equal((await teams(daemon.url, "it", 1, ticket("VPN"), secret)).status, 200);
    // A reload reads the file again.
    const next = Buffer.from("another").toString("base64");
    writeFileSync(`${cwd}/deskwire.env`, `TEAMS_IT_SECRET=${next}\n`);
    daemon.signal("SIGHUP");
    await until(async () => (await teams(daemon.url, "it", 2, ticket("Door"), next)).status === 200,
      "the new secret");
    assert.equal((await teams(daemon.url, "it", 3, ticket("Old"), secret)).status, 401);
    assert.equal(run(cwd, ["check", "--offline"]).code, 0);
    await daemon.stop();
    daemon.clean();
  });

test("the unsigned hook says that it is off and why; a new hook needs a restart", async () => {
  const daemon = await serve({ config: signed, env: { TEAMS_IT_SECRET: secret } });
  const gone = await teams(daemon.url, "local", 1, ticket("VPN"));
  assert.equal(gone.status, 404);
  assert.match(gone.json.detail, /\/hooks\/teams\/local is off.*\/hooks\/teams\/it/);
  assert.match(daemon.log(), /\/hooks\/teams\/local is off/);
  writeFileSync(`${daemon.cwd}/deskwire.toml`,
    `${readFileSync(`${daemon.cwd}/deskwire.toml`, "utf8")}[teams.new]\nsecret = "${secret}"\n`);
  daemon.signal("SIGHUP");
  await until(() => /needs a restart key=teams\.new/.test(daemon.log()), "the warning");
  await daemon.stop();
  daemon.clean();
});

test("the daemon probes at its start: a channel that the bot is not in is red, with its fix",
  async () => {
    const slack = await fakeSlack();
    const daemon = await serve({ config: `${local}${slack.addressConfig}` +
      '[[bridge]]\nchannel = "C404"\ndesk = "embedded"\n[[bridge]]\nchannel = "C1"\n' +
      'desk = "embedded"\n',
    env: { SLACK_BOT_TOKEN: `${slack.bot}\n`, SLACK_APP_TOKEN: slack.app } });
    const state = async (name) => (await call(daemon.url, "/v1/status")).json.connectors
      .find((one) => one.name === name);
    await until(async () => await state("slack channel C404"), "the probe");
    const bad = await state("slack channel C404");
    assert.equal(bad.ok, false);
    assert.match(bad.detail, /To fix it: in that channel: \/invite @Deskwire/);
    assert.equal(bad.title, "Slack channel C404", "nobody knows what it is called");
    assert.equal((await state("slack channel C1")).ok, true);
    await until(async () => (await state("slack channel C1")).title === "Slack channel #general",
      "its name");
    assert.match(daemon.log(), /warn +check: .*probe="slack channel C404"/);
    const metrics = (await call(daemon.url, "/metrics")).text;
    assert.match(metrics, /deskwire_connector_up\{connector="slack channel C404"\} 0/);
    assert.match(metrics, /deskwire_schedule_next_run_timestamp_seconds\{job="retention"\} \d/);
    assert.match(metrics, /deskwire_last_backup_timestamp_seconds 0/);
    assert.equal(run(daemon.cwd, ["store", "backup", "copy.db"]).code, 0);
    assert.match((await call(daemon.url, "/metrics")).text,
      /deskwire_last_backup_timestamp_seconds [1-9]/);
    await daemon.stop();
    daemon.clean();
    slack.stop();
  });

test("a channel that Slack's limit leaves no turn to is not called broken", async () => {
  const slack = await fakeSlack();
  const ids = Array.from({ length: 60 }, (_, i) => `C${500 + i}`);
  for (const id of ids) await slack.order("channel", { id, name: id.toLowerCase() });
  const cwd = folder(`${local}${slack.config}` +
    ids.map((id) => `[[bridge]]\nchannel = "${id}"\ndesk = "embedded"\n`).join(""));
  const { out } = await runBeside(cwd, ["check"]);
  assert.match(out, /ok +slack channel C500 /);
  assert.doesNotMatch(out, /FAILED +slack channel/);
  assert.match(out, /warn +slack channels +\d+ of 60 channels were not checked/);
  slack.stop();
});

test("[watch] tells a channel of a dead delivery, once, also over a restart, and when it is over",
  { timeout: 240_000 }, async () => {
    const slack = await fakeSlack();
    const cwd = folder(`${local}${slack.addressConfig}` +
      '[[route]]\nwhen = { priority = ["high"] }\nannounce = "C404"\n' +
      '[watch]\nnotify = ["C1"]\n');
    const env = { SLACK_BOT_TOKEN: slack.bot };
    let daemon = await serve({ cwd, env });
    await teams(daemon.url, "local", 1, ticket("VPN"));
    const said = async () => (await slack.order("messages", { channel: "C1" })).messages
      ?.map((one) => one.text) ?? [];
    const told = async (pattern) => (await said()).filter((one) => pattern.test(one));
    await until(async () => (await told(/1 delivery to slack is dead/)).length === 1,
      "the message", 90_000);
    await daemon.stop();
    daemon = await serve({ cwd, env });
    await new Promise((resume) => setTimeout(resume, 62_000));
    assert.equal((await told(/is dead/)).length, 1, "not a second time");
    const [dead] = (await call(daemon.url, "/v1/deliveries?state=dead")).json.items;
    assert.equal(run(cwd, ["delivery", "discard", dead.id, "--why", "wrong channel"]).code, 0);
    await until(async () => (await told(/Over after .*1 delivery to slack/)).length === 1,
      "that it is over", 90_000);
    await daemon.stop();
    daemon.clean();
    slack.stop();
  });

test("an unknown command, option, id or queue is named, with what was meant", () => {
  const cwd = folder(local);
  assert.equal(run(cwd, ["store", "migrate"]).code, 0);
  const wrong = (...words) => {
    const done = run(cwd, words);
    assert.notEqual(done.code, 0, words.join(" "));
    return `${done.code} ${done.err}`;
  };
  assert.match(wrong("chekc"), /^2 deskwire: unknown command "chekc" \(did you mean check\?\)/);
  assert.match(wrong("ticket", "lst"), /^2 deskwire: unknown command "lst" \(did you mean list\?/);
  assert.match(wrong("ticket", "show"),
    /^2 deskwire: id is required\nRun `deskwire ticket show --help` for more\./);
  assert.match(wrong("ticket", "list", "--status", "foo"),
    /^2 deskwire: --status: invalid value "foo" \(one of open, pending, solved\)\nRun/);
  assert.match(wrong("serve", "extra"), /^2 deskwire: unknown argument "extra"/);
  assert.match(run(cwd, ["help", "ticket"]).out, /Usage: deskwire ticket/);
  assert.match(wrong("ticket", "list", "--limt", "5"), /unknown option "--limt".*--limit\?/);
  assert.match(wrong(), /^2 deskwire: give one of these commands: serve, init/);
  assert.match(wrong("queue", "peek", "hgh"), /no embedded queue hgh \(did you mean high\?\)/);
  assert.match(wrong("queue", "redrive", "hgh-dead"), /hgh-dead \(did you mean high-dead\?\)/);
  const tickets = /99.*; `deskwire ticket list` shows what there is/;
  for (const words of [["ticket", "show"], ["ticket", "close"], ["why"]]) {
    assert.match(wrong(...words, "99"), tickets, words.join(" "));
  }
  const deliveries = /d-000099; `deskwire delivery list` shows what there is/;
  assert.match(wrong("delivery", "show", "d-000099"), deliveries);
  assert.match(wrong("delivery", "retry", "d-000099"), deliveries);
  assert.match(wrong("delivery", "retry", "abc"),
    /abc is not a delivery.*`deskwire delivery list`/);
  assert.match(wrong("delivery", "retry", "e-000007"), /an event.*`deskwire why e-000007` shows/);
  assert.match(wrong("token", "revoke", "ci"), /no live token ci; `deskwire token list` shows/);
  assert.match(wrong("user", "passwd", "bob"), /no account bob; `deskwire user list` shows/);
});

test("a list that is cut says so; --all gives every page, --cursor the next", () => {
  const cwd = folder(local);
  for (let i = 0; i < 5; ++i) {
    run(cwd, ["ticket", "new", "--title", `T${i}`, "--priority", "low", "--description", "d"]);
  }
  const cut = run(cwd, ["ticket", "list", "--limit", "2"]);
  assert.match(cut.err, /only the first 2 are shown; the next: --cursor (\S+); all of them: --all/);
  const [, cursor] = /--cursor (\S+);/.exec(cut.err);
  assert.match(run(cwd, ["ticket", "list", "--limit", "2", "--cursor", cursor]).out, /T2[^]*T1/);
  const all = run(cwd, ["ticket", "list", "--limit", "2", "--all", "--json"]);
  assert.deepEqual(JSON.parse(all.out).items.map((one) => one.title),
    ["T4", "T3", "T2", "T1", "T0"]);
  assert.equal(all.err, "");
  assert.equal(run(cwd, ["delivery", "list", "--all"]).err, "");
});

test("a port in use, a folder that can't be written and a file that can't be read say what to do",
  async (t) => {
    const daemon = await serve();
    const port = new URL(daemon.url).port;
    const taken = run(folder(`[server]\nlisten = "127.0.0.1:${port}"\n`), ["serve"]);
    assert.equal(taken.code, 75);
    assert.match(taken.err, new RegExp(`127.0.0.1:${port}: .*in use.*server\\.listen`));
    await daemon.stop();
    daemon.clean();
    if (process.getuid() !== 0) return t.diagnostic("the rest needs root");
    const cwd = folder(local);
    chmodSync(cwd, 0o755);
    const as = (...words) => spawnSync("setpriv", ["--reuid=65534", "--regid=65534",
      "--clear-groups", resolve(binary), ...words], { cwd, encoding: "utf8" });
    if (as("--version").status !== 0) return t.diagnostic("another user can't run this build");
    const shut = as("serve");
    assert.equal(shut.status, 69);
    assert.match(shut.stderr, new RegExp(`cannot create ${cwd}/deskwire\\.db.*folder's owner`));
    chmodSync(`${cwd}/deskwire.toml`, 0o600);
    const secretive = as("check", "--offline");
    assert.equal(secretive.status, 78);
    assert.match(secretive.stderr, /permission denied for user nobody; it belongs to root, mode/);
  });

test("older variables are named once; the switch that stopped the older bot stops this one",
  async () => {
    const env = { ALLOWED_BOT_IDS: "B1", ZENDESK_GROUP_ID: "7" };
    const daemon = await serve({ env });
    assert.match(daemon.log(), /older tool.*ALLOWED_BOT_IDS \(now slack\.allowed_bots\)/);
    for (const path of ["/healthcheck/", "/healthz"]) {
      assert.equal((await fetch(daemon.url + path)).status, 200, path);
    }
    assert.match(run(daemon.cwd, ["check"], { env }).out, /warn +environment .*ZENDESK_GROUP_ID/);
    await daemon.stop();
    const off = run(daemon.cwd, ["serve"], { env: { DISABLE_MESSAGE_PROCESSING: "1" } });
    assert.equal(off.code, 78);
    assert.match(off.err, /DISABLE_MESSAGE_PROCESSING: is set.*shadow/);
    daemon.clean();
  });

/** Types lines into `deskwire init` at a terminal. */
function init(cwd, typed, env = {}, options = "") {
  const done = spawnSync("script", ["-qec", `${resolve(binary)} init ${options}`, "/dev/null"],
    { cwd, input: typed.join("\n"), encoding: "utf8", timeout: 30_000,
      env: { PATH: process.env.PATH, HOME: cwd, ...env } });
  return { ...done, toml: existsSync(`${cwd}/deskwire.toml`)
    ? readFileSync(`${cwd}/deskwire.toml`, "utf8") : "" };
}

test("init checks each answer, completes the obvious, goes back, and keeps what was said", (t) => {
  if (spawnSync("sh", ["-c", "command -v script"]).status !== 0) return t.skip("no script(1) here");
  const cwd = mkdtempSync(join(tmpdir(), "deskwire-init-"));
  writeFileSync(`${cwd}/deskwire.toml`, "# mine\n");
  const { stdout, toml } = init(cwd, [
    "y", "it help", "it-help", "#updates", "C0987654321",  // Slack, its channel, the tally's
    "https://mail.example.com/send", "n",                  // Teams: neither yes nor no
    "y", "<", "n",                                         // Zendesk, back, and no
    "y", "https://docs.google.com/spreadsheets/d/1AbC-d_e/edit#gid=0",
    "n", "y", "smtp.gmail.com", "support", "Support <s@x.example>",
    "y", "desk.example.com", "Europe/Berlim", "Europe/Berlin",
    "n", `${cwd}/other/deskwire.toml`, ""]);
  assert.match(stdout, /invalid channel "it help"/);
  assert.match(stdout, /the tally needs the id of #updates/);
  assert.match(stdout, /answer y or n/);
  assert.match(stdout, /→ smtp:\/\/smtp\.gmail\.com:587/);
  assert.match(stdout, /invalid sender "support"/);
  assert.match(stdout, /invalid address "y"/);
  assert.match(stdout, /already exists/);
  assert.equal(toml, "# mine\n", "another file is not overwritten");
  const made = readFileSync(`${cwd}/other/deskwire.toml`, "utf8");
  for (const line of [/^channel = "#it-help"$/m, /^channel = "C0987654321"$/m,
    /^sheet_id = "1AbC-d_e"$/m, /^url = "smtp:\/\/smtp\.gmail\.com:587"$/m,
    /^public_url = "https:\/\/desk\.example\.com"$/m, /^timezone = "Europe\/Berlin"$/m]) {
    assert.match(made, line);
  }
  assert.doesNotMatch(made, /^\[(zendesk|teams)/m);
  assert.equal(statSync(`${cwd}/other/deskwire.env`).mode & 0o777, 0o600);
  assert.match(readFileSync(`${cwd}/other/deskwire.env`, "utf8"), /^#SLACK_BOT_TOKEN=$/m);
});

test("with a token init looks channels up by name, and ends with check", async (t) => {
  if (spawnSync("sh", ["-c", "command -v script"]).status !== 0) return t.skip("no script(1) here");
  const slack = await fakeSlack();
  const cwd = mkdtempSync(join(tmpdir(), "deskwire-init-"));
  const { stdout, toml } = init(cwd, ["n", "n", "n", "n", "n", "n", "", ""], {},
    "--slack --slack-channel '#general'");
  assert.match(stdout, /deskwire check\r?\n[^]*ok +configuration/);
  assert.doesNotMatch(toml, /^\[slack/m);
  const found = run(mkdtempSync(join(tmpdir(), "deskwire-init-")), ["init", "--yes", "--slack",
    "--slack-channel", "#nowhere", "--slack-api", `${slack.url}/api/`],
  { env: { SLACK_BOT_TOKEN: slack.bot } });
  assert.equal(found.code, 78, found.out);
  assert.match(found.err, /--slack-channel: .*#nowhere/);
  slack.stop();
});

test("a sheet's whole address is its id", () => {
  const cwd = folder('[notices]\nsheet_id = "https://docs.google.com/spreadsheets/d/1AbC/edit"\n' +
    'webhook_url = "http://127.0.0.1:1/"\n[google]\napi_key = "k"\n');
  assert.match(run(cwd, ["config"]).out, /^sheet_id = "1AbC"$/m);
});
