// The daily report from the command line, and what the bridge needs of the configuration.
import assert from "node:assert/strict";
import { test } from "node:test";
import { folder, local, run } from "./daemon.mjs";

test("the summary is printed, as text and as JSON, and marks nothing as reported", () => {
  const cwd = folder(local);
  assert.equal(run(cwd, ["store", "migrate"]).code, 0);
  const first = run(cwd, ["summary"]);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /^Daily summary, since \w{3} \d+ \w{3} \d\d:\d\d\n\nOpened: 0\n/);
  const again = run(cwd, ["summary", "--json"]);
  assert.match(JSON.parse(again.out).text, /Still open: 0/);
});

test("a bridge says what it needs, and hours say what is wrong with them", () => {
  const cwd = folder(`[hours]
from = "nine"
holidays = ["25.12.2026"]
[[bridge]]
channel = "C0123456789"
oncall = "sre"
mode = "dark"
[[bridge]]
channel = "C0123456780"
remind = "1h"
escalate = "30m"
[summary]
schedule = "soon"
mail = ["a@x.example"]
`);
  const { code, err } = run(cwd, ["check", "--offline"]);
  assert.equal(code, 78);
  for (const line of [
    /deskwire\.toml:2: hours\.from: invalid time "nine"/,
    /deskwire\.toml:3: hours\.holidays: invalid date "25\.12\.2026"/,
    /deskwire\.toml:4: bridge\.channel: needs a section \[slack\]/,
    /deskwire\.toml:4: bridge\.desk: needs a section \[zendesk\]/,
    /deskwire\.toml:4: bridge\.oncall: there is no \[oncall\.sre\]/,
    /deskwire\.toml:7: bridge\.mode: "dark" is not known/,
    /deskwire\.toml:8: bridge\.remind: needs bridge\.oncall/,
    /deskwire\.toml:8: bridge\.escalate: needs bridge\.oncall/,
    /bridge\.escalate: must be longer than bridge\.remind \(it is 30m, remind is 1h\)/,
    /summary\.schedule: /,
    /summary\.mail: needs a section \[mail\]/,
  ]) assert.match(err, line);
});
