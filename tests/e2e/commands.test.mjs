// The command line as a person uses it, beside a running daemon and without one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { call, folder, local, run, serve, teams, ticket, until } from "./daemon.mjs";

test("every problem of a configuration is told at once, with its line; exit 78", () => {
  const cwd = folder(`[server]
listen = 8080
lisen = "x"
[store]
retention = "soon"
[[queue]]
name = "a"
url = "ftp://x"
[[route]]
queue = "none"
when = { text = "(" }
[teams.it]
secret = "\${NOT_SET}"
`);
  const { code, err } = run(cwd, ["check", "--offline"]);
  assert.equal(code, 78);
  for (const line of [
    /deskwire\.toml:2: server\.listen: must be text/,
    /deskwire\.toml:3: server\.lisen: unknown key \(did you mean listen\?\)/,
    /deskwire\.toml:5: store\.retention: invalid value "soon"/,
    /deskwire\.toml:8: queue\.url: /,
    /deskwire\.toml:9: route\.queue: there is no queue "none"/,
    /deskwire\.toml:11: route\.when\.text: invalid RE2 pattern/,
    /deskwire\.toml:13: teams\.it\.secret: .*NOT_SET is not set/,
  ]) assert.match(err, line);
});

test("a folder is no configuration: nothing runs with defaults that nobody chose; exit 78", () => {
  const cwd = folder("");
  const { code, err } = run(cwd, ["--config", cwd, "check", "--offline"]);
  assert.equal(code, 78);
  assert.match(err, /cannot be read/);
  const good = JSON.parse(run(cwd, ["check", "--offline", "--json"]).out).items;
  assert.deepEqual(good.map((one) => [one.name, one.ok]), [["configuration", true]]);
});

test("secrets come from the environment or a file and are never printed", () => {
  const secret = Buffer.from("a canary that must not sing").toString("base64");
  const cwd = folder('[teams.a]\nsecret = "${S}"\n[teams.b]\nsecret = "file:secret.txt"\n');
  writeFileSync(`${cwd}/secret.txt`, `${secret}\n`);
  const printed = run(cwd, ["config"], { env: { S: secret } });
  assert.equal(printed.code, 0, printed.err);
  assert.match(printed.out, /secret = "\*\*\*"/);
  assert.ok(!printed.out.includes(secret));
  const wrong = run(cwd, ["config"], { env: { S: "not base64 canary" } });
  assert.equal(wrong.code, 78);
  assert.ok(!wrong.err.includes("canary"));
});

test("tickets, queues and deliveries beside a running daemon", async () => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  const say = (...args) => {
    const done = run(daemon.cwd, args);
    assert.equal(done.code, 0, `${args}: ${done.err}`);
    return done.out;
  };
  assert.match(say("ticket", "list"), /VPN drops/);
  const made = JSON.parse(say("ticket", "new", "--title", "Badge", "--priority", "low",
    "--description", `Door${" and gate".repeat(20)}\nSince 9`, "--json"));
  assert.equal(made.queue, "low");
  assert.match(say("ticket", "show", "2"), /^description: Door( and gate){20}\n {2}Since 9$/m);
  say("ticket", "reply", "2", "On it");
  assert.equal(JSON.parse(say("ticket", "close", "2", "--json")).status, "solved");
  assert.equal(JSON.parse(say("ticket", "show", "2", "--json")).comments[0].body, "On it");
  const shown = say("ticket", "show", "2");
  assert.match(shown, /^comments: \n {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}.*: On it$/m);
  assert.doesNotMatch(shown, /[{}]/, "no JSON within text");
  const queues = JSON.parse(say("queue", "list", "--json")).items;
  assert.deepEqual(queues.map((one) => [one.name, one.depth]),
    [["high", 1], ["medium", 0], ["low", 1]]);
  assert.match(say("queue", "peek", "high"), /VPN drops/);
  assert.equal(JSON.parse(say("delivery", "list", "--json")).items.length, 4);
  say("store", "backup", "copy.db");
  assert.match(say("store", "verify"), /intact/);
  const second = run(daemon.cwd, ["serve"]);
  assert.equal(second.code, 75);
  assert.match(second.err, /another deskwire serves this file \(pid \d+/);
  assert.equal(run(daemon.cwd, ["ticket", "show", "99"]).code, 1);
  assert.equal(run(daemon.cwd, ["ticket", "fly"]).code, 2);
  assert.equal(run(daemon.cwd, ["delivery", "retry"]).code, 2, "neither ids nor --all-dead");
  await daemon.stop();
  daemon.clean();
});

test("route explain says which rule and why", () => {
  const cwd = folder(`${local}
[[route]]
when = { text = "vpn|wifi", priority = ["high"] }
queue = "low"
tags = ["network"]
`);
  const message = "Title: WiFi is slow\nPriority: high\nDescription: very";
  const told = run(cwd, ["route", "explain", "-", "--json"], { input: message });
  assert.equal(told.code, 0, told.err);
  const { queue, route, tags, rules } = JSON.parse(told.out);
  assert.deepEqual([queue, route, tags], ["low", 1, ["network"]]);
  assert.match(rules[0].conditions.join(), /text matches vpn\|wifi: yes/);
  const plain = run(cwd, ["route", "explain", "-"], { input: message.replace("WiFi", "Door") });
  assert.match(plain.out, /→ queue high \(no route matches; priority high\)/);
});

test("route backtest says which past tickets other rules would have sent elsewhere", () => {
  const cwd = folder(local);
  for (const title of ["WiFi is slow", "Badge"]) {
    const made = run(cwd, ["ticket", "new", "--title", title, "--priority", "high",
      "--description", "very"]);
    assert.equal(made.code, 0, made.err);
  }
  writeFileSync(`${cwd}/next.toml`, '[[route]]\nwhen = { text = "wifi" }\nqueue = "low"\n');
  const backtest = (...args) =>
    run(cwd, ["route", "backtest", "--config", "next.toml", ...args]);
  const told = backtest("--since", "1d", "--json");
  assert.equal(told.code, 0, told.err);
  const [moved, ...others] = JSON.parse(told.out).items;
  assert.deepEqual([moved.ticket, moved.was, moved.would, moved.route], [1, "high", "low", 1]);
  assert.deepEqual(others, []);
  assert.match(backtest("--since", "1d").out, /1 of 2 tickets would be routed differently/);
  assert.equal(backtest("--since", "soon").code, 2);
  writeFileSync(`${cwd}/next.toml`, '[[route]]\nqueue = "none"\n');
  assert.equal(backtest("--since", "1d").code, 78);
});

test("SIGHUP takes a good file and refuses a bad one", async () => {
  const daemon = await serve({ config: `${local}[log]\nlevel = "info"\n` });
  writeFileSync(`${daemon.cwd}/deskwire.toml`, "[log]\nlevel = 7\n");
  daemon.signal("SIGHUP");
  const isRefused = () => /configuration not reloaded.*log\.level/s.test(daemon.log());
  await until(isRefused, "a refusal");
  const next = '[log]\nlevel = "debug"\n[server]\nlisten = "127.0.0.1:1"\n';
  writeFileSync(`${daemon.cwd}/deskwire.toml`, next);
  daemon.signal("SIGHUP");
  await until(() => /needs a restart key=server\.listen/.test(daemon.log()), "the reload");
  await teams(daemon.url, "local", 1, ticket("One"));
  await until(() => /debug/.test(daemon.log()), "the new level");
  await daemon.stop();
  daemon.clean();
});

/** What Tab offers after `line` in each shell that is installed here. */
const tab = {
  bash: (line) => `source ./script
COMP_WORDS=(${line} ''); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_deskwire; printf '%s\n' "\${COMPREPLY[@]}"`,
  fish: (line) => `source ./script; complete -C '${line} '`,
  // zsh's own completion works at a prompt alone: what it would be given is printed instead.
  zsh: (line) => `compdef() {}; _files() { print FILES }
_describe() { print -rl -- \${(P)@[-1]} }
source ./script; words=(${line} ''); CURRENT=$#words; PREFIX=''; _deskwire`,
};

test("Tab offers commands, then options, whatever value stands between", (t) => {
  const cwd = folder("");
  for (const [shell, typed] of Object.entries(tab)) {
    writeFileSync(`${cwd}/script`, run(cwd, ["completions", shell]).out);
    if (spawnSync(shell, ["-c", "true"]).status !== 0) {
      t.diagnostic(`${shell} is not here`);
      continue;
    }
    const offers = (line) => {
      const done = spawnSync(shell, ["-c", typed(line)], { cwd, encoding: "utf8" });
      assert.equal(done.stderr, "", shell);
      return done.stdout;
    };
    assert.match(offers("deskwire"), /delivery/, shell);
    const below = offers("deskwire --config x.toml delivery");
    assert.match(below, /discard/, shell);
    assert.doesNotMatch(below, /volume/, shell);
  }
});

test("help is on every level", () => {
  const cwd = folder("");
  assert.match(run(cwd, ["ticket", "new", "--help"]).out, /--priority/);
  assert.match(run(cwd, ["--version"]).out, /^deskwire \d/);
  assert.equal(JSON.parse(run(cwd, ["config", "--schema"]).out).additionalProperties, false);
});

test("why tells the whole story of a ticket, of its event and of its delivery", async () => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("VPN drops"));
  await call(daemon.url, "/v1/tickets/1/comments", { method: "POST", body: { body: "On it" } });
  const story = run(daemon.cwd, ["why", "1"]);
  assert.equal(story.code, 0, story.err);
  for (const part of [/ticket 1 “VPN drops”/, /queue high \(no route matches, priority high\)/,
    /chat\.ticket from teams:local/, /answered .*Ticket #1/, /send to queue:high: done/, /On it/]) {
    assert.match(story.out, part);
  }
  const { events } = JSON.parse(run(daemon.cwd, ["why", "1", "--json"]).out);
  const [{ id, deliveries }] = events;
  assert.match(run(daemon.cwd, ["why", id]).out, /send to queue:high: done/);
  assert.match(run(daemon.cwd, ["why", deliveries[0].id]).out, /ticket 1 “VPN drops”/);
  const nothing = run(daemon.cwd, ["why", "999"]);
  assert.notEqual(nothing.code, 0);
  assert.match(nothing.err, /999 not found/);
  assert.match(run(daemon.cwd, ["why", "x-1"]).err, /is not a ticket/);
  await daemon.stop();
  daemon.clean();
});
