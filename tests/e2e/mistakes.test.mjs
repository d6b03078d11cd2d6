// What strangers type, and what they are told: where it is wrong, what, and what to do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { binary, call, folder, local, run, serve } from "./daemon.mjs";

const empty = () => mkdtempSync(join(tmpdir(), "deskwire-e2e-"));

test("a job that cannot work fails the check, and the daemon warns of it once", async () => {
  const toml = `${local}[volume]\nsource = "embedded"\nnotify = ["a@x.example"]\n` +
    'slack_channel = "#ops"\n[[tally]]\nchannel = "C1"\n[[route]]\nannounce = "#ops"\n';
  const cwd = folder(toml);
  for (const [words, expected, verdict] of [[["check"], 1, "FAILED"],
    [["check", "--offline"], 0, "warn"]]) {
    const { code, out } = run(cwd, words);
    assert.equal(code, expected, out);
    for (const [key, section] of [["volume.notify", "mail"], ["volume.slack_channel", "slack"],
      ["tally.channel", "slack"], ["route.announce", "slack"]]) {
      assert.match(out, new RegExp(`${verdict} +${key} +needs a section \\[${section}\\]`));
    }
    assert.match(out, /o fix it: add \[mail\] with mail\.url \(.*\), or remove volume\.notify/);
  }
  assert.deepEqual(readdirSync(cwd), ["deskwire.toml"], "a check leaves nothing behind");
  const daemon = await serve({ cwd });
  assert.equal(daemon.log().match(/warn +config: needs a section/g).length, 4, daemon.log());
  const { connectors } = (await call(daemon.url, "/v1/status")).json;
  assert.ok(connectors.every((one) => !/volume|tally/.test(one.name)), "they are no connectors");
  await daemon.stop();
  daemon.clean();
});

test("a template with a misspelt variable does not start", () => {
  const cwd = folder(`[[queue]]\nname = "high"\nbody = '{"t": {{titel_json}}}'\n[[queue]]\n` +
    `name = "low"\nbody = "{{title"\n[notices]\nsubject = "{{tikets}}"\n`);
  for (const words of [["check", "--offline"], ["serve"]]) {
    const { code, err } = run(cwd, words);
    assert.equal(code, 78);
    assert.match(err, /toml:3: queue\.body: unknown variable \{\{titel_json\}\} /);
    assert.match(err, /\(did you mean title_json\? known: version, version_json, ticket, /);
    assert.match(err, /toml:6: queue\.body: "\{\{title" is not closed/);
    assert.match(err, /toml:8: notices\.subject: unknown .*tikets\}\} \(did you mean tickets\?/);
  }
  const other = folder('[notices]\nfile = "r.csv"\nwebhook_url = "http://127.0.0.1:1/"\n' +
    'template = "n.txt"\n');
  writeFileSync(`${other}/n.txt`, "Hello\n- {{id}}\n");
  assert.match(run(other, ["check", "--offline"]).out,
    /FAILED notices\.template +line 2 of the template: \{\{id\}\} is known between/);
});

test("the configuration that is printed keeps the secrets in addresses", () => {
  const cwd = folder('[notices]\nwebhook_url = "https://hook.example/services/canary?key=canary"\n');
  const { out } = run(cwd, ["config"]);
  assert.match(out, /^webhook_url = "https:\/\/hook\.example\/\*\*\*"$/m);
  assert.ok(!out.includes("canary"));
});

test("who looks in a wrong folder is told, and leaves no store behind", () => {
  const cwd = empty();
  for (const words of [["ticket", "list"], ["ticket", "show", "1"], ["ticket", "reply", "1", "x"],
    ["ticket", "waiting"], ["queue", "list"], ["queue", "peek", "high"], ["delivery", "list"],
    ["delivery", "retry", "--all-dead"], ["incident", "list"], ["tally"], ["summary"],
    ["volume", "report"], ["volume", "backtest"], ["why", "1"], ["user", "list"],
    ["token", "list"], ["store", "verify"]]) {
    const { code, err } = run(cwd, words);
    assert.equal(code, 1, `${words}: ${err}`);
    assert.match(err, /there is no store at deskwire\.db; run this where deskwire\.toml is/);
  }
  assert.equal(run(cwd, ["check"]).code, 0);
  assert.match(run(cwd, ["check"]).out, /ok +store +deskwire\.db is not there yet/);
  writeFileSync(`${cwd}/r.csv`, "");
  run(cwd, ["notices", "preview", "--file", "r.csv"]);
  assert.deepEqual(readdirSync(cwd), ["r.csv"]);
  const made = run(cwd, ["ticket", "new", "--title", "VPN", "--priority", "high",
    "--description", "It drops"]);
  assert.equal(made.code, 0, made.err);
  assert.match(run(cwd, ["ticket", "list"]).out, /VPN/);
});

test("an init that is left in the middle writes nothing", (t) => {
  if (spawnSync("sh", ["-c", "command -v script"]).status !== 0) return t.skip("no script(1) here");
  const cwd = empty();
  const done = spawnSync("script", ["-qec", `${resolve(binary)} init`, "/dev/null"],
    { cwd, input: "y\n#it-help\n\x04", encoding: "utf8", timeout: 20_000 });
  assert.equal(done.status, 1, done.stdout);
  assert.match(done.stdout, /the input ended before the last question; nothing was written/);
  assert.deepEqual(readdirSync(cwd), []);
});

test("a flag of init uses its system, and a bad one is named", () => {
  const cwd = empty();
  const made = run(cwd, ["init", "--yes", "--zendesk-url", "acme", "--teams-name", "desk",
    "--out", "a.toml"]);
  assert.equal(made.code, 0, made.err);
  assert.match(run(cwd, ["--config", "a.toml", "config"], { env: { TEAMS_DESK_SECRET: "c2VjcmV0",
    ZENDESK_OAUTH_CLIENT_SECRET: "s" } }).out, /^\[teams\.desk\]$/m);
  const wrong = run(cwd, ["init", "--yes", "--teams-name", "my team", "--zendesk-url",
    "https://acme.zendesk.com/agent", "--notices-webhook", "x", "--out", "b.toml"]);
  assert.equal(wrong.code, 78);
  for (const flag of ["teams-name", "zendesk-url", "notices-webhook"]) {
    assert.match(wrong.err, new RegExp(`^--${flag}: `, "m"));
  }
  assert.ok(!/toml:\d/.test(wrong.err), wrong.err);
  assert.ok(!existsSync(`${cwd}/b.toml`));
});

test("a line of deskwire.env that sets nothing is told without its words", () => {
  const cwd = folder('[teams.it]\nsecret = "${TEAMS_IT_SECRET:-c2VjcmV0}"\n');
  writeFileSync(`${cwd}/deskwire.env`, 'A=1\nTEAMS_IT_SECRET: canary\nB="canary\n');
  const { code, err } = run(cwd, ["check", "--offline"]);
  assert.equal(code, 0, err);
  assert.match(err, /^deskwire\.env:2: there is no "=": write NAME=value/m);
  assert.match(err, /^deskwire\.env:3: the value of B begins with a quote/m);
  assert.ok(!err.includes("canary"));
});

test("incidents: the list has what is there, and a solved ticket is not added", async () => {
  const daemon = await serve({ config: `${local}[storm]\n` });
  const say = (...words) => run(daemon.cwd, words);
  for (const title of ["VPN", "Wifi", "Door"]) {
    assert.equal(say("ticket", "new", "--title", title, "--priority", "low", "--description", "x")
      .code, 0);
  }
  const made = await call(daemon.url, "/v1/incidents", { method: "POST",
    body: { tickets: [1, 2], title: "Outage" } });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  const id = String(made.json.id);
  assert.match(say("incident", "list").out, /STATE[^]*open +Outage/);
  assert.equal(say("ticket", "close", "3").code, 0);
  const solved = say("incident", "add", id, "3");
  assert.equal(solved.code, 1);
  assert.match(solved.err, /ticket 3 is solved: reopen it first/);
  for (const words of [["add", "abc", "1"], ["add", id, "abc"], ["show", "abc"],
    ["close", "abc"], ["dissolve", "abc"]]) {
    const { code, err } = say("incident", ...words);
    assert.notEqual(code, 0, words.join(" "));
    assert.match(err, /abc/, words.join(" "));
    assert.doesNotMatch(err, /incident 0|ticket 0/);
  }
  assert.equal(say("incident", "close", id).code, 0);
  assert.match(say("incident", "list").out, /STATE[^]*solved +Outage/);
  await daemon.stop();
  daemon.clean();
});
