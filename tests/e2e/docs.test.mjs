// The guides are true: each configuration in them loads, each command line in them is one that the
// program takes. guides.test.mjs runs the command blocks.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { folder, local, run, serve } from "./daemon.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["README.md", ...["docs", "docs/guide"].flatMap((under) =>
  readdirSync(join(root, under)).filter((one) => one.endsWith(".md"))
    .map((one) => `${under}/${one}`))];
const read = (page) => readFileSync(join(root, page), "utf8");
const lineOf = (text, at) => text.slice(0, at).split("\n").length;

/** [{page, line, kind, text}] of every fenced block. */
function blocks() {
  const found = [];
  for (const page of pages) {
    const text = read(page);
    for (const match of text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)) {
      found.push({ page, line: lineOf(text, match.index), kind: match[1], text: match[2] });
    }
  }
  return found;
}

/** What a fragment may leave to the rest of a file. */
const rest = {
  slack: '[slack]\nbot_token = "xoxb-1"\n',
  zendesk: '[zendesk]\nurl = "https://acme.zendesk.com"\noauth_token = "t"\n',
  mail: '[mail]\nurl = "smtps://mail.example.com:465"\n',
  oncall: '[oncall.sre]\nprovider = "static"\npeople = [{ name = "Ana", email = "a@x.example" }]\n',
};

const pretended = (name) => {
  if (name.startsWith("TEAMS_")) return "c2VjcmV0";
  if (name.endsWith("_URL")) return "https://sqs.eu-west-1.amazonaws.com/1/x";
  return "x";
};

test("each configuration in the guides passes the check", () => {
  const samples = blocks().filter((one) => one.kind === "toml");
  assert.ok(samples.length > 20, "they were found");
  const env = { AWS_REGION: "eu-west-1", ZENDESK_SUBDOMAIN: "acme", ZENDESK_EMAIL: "a@x.example",
    ZENDESK_TOKEN: "t", SLACK_BOT_TOKEN: "xoxb-1" };
  const found = [];
  for (const { page, line, text } of samples) {
    let toml = text;
    for (const [section, filling] of Object.entries(rest)) {
      if (!new RegExp(`^\\[${section}[.\\]]`, "m").test(text)) toml += filling;
    }
    for (const [, name, more] of text.matchAll(/\$\{(\w+)(:-)?/g)) {
      if (!more) env[name] ??= pretended(name);
    }
    // Paths of a sample's secrets and certificates are the reader's.
    toml = toml.replaceAll(/"file:[^"]*"/g, '"c2VjcmV0"');
    const checked = run(folder(toml), ["check", "--offline"], { env });
    if (checked.code !== 0) found.push(`${page}:${line}: ${checked.err}`);
  }
  assert.deepEqual(found, []);
});

/** Path of a command to the words that may follow it, out of the program's own completions. */
function commands() {
  const known = new Map();
  const printed = run(folder(local), ["completions", "bash"]).out;
  for (const [, path, words] of printed.matchAll(/^ {4}"([^"]*)"\) words="([^"]*)" ;;$/gm)) {
    known.set(path, words.split(" ").filter(Boolean));
  }
  return known;
}

/** What is wrong with one command line, or "". */
function wrongWith(known, line) {
  const older = new Set(["-sheetid", "-range", "-webhook_url", "-testmode"]);
  const words = line.replaceAll(/"[^"]*"|'[^']*'/g, "TEXT").trim().split(/\s+/);
  const global = known.get("");
  let path = "", before = "";
  for (const word of words) {
    const isValue = before.startsWith("--") && !before.includes("=");
    before = word;
    const here = known.get(path);
    const below = here.filter((one) => !one.startsWith("-"));
    if (["|", "&&", ">", "#", ";"].includes(word)) break;
    if (word.startsWith("--")) {
      const option = word.split("=")[0];
      if (![...here, ...global, "--help"].includes(option)) return `no option ${word}`;
    } else if (word.startsWith("-")) {
      if (!older.has(word)) return `no option ${word}`;
    } else if (below.length > 0 && !(isValue && !below.includes(word))) {
      // COMMAND and its like stand for any; a pronoun of the reader ends what can be checked.
      if (/^[A-Z…]/.test(word)) return "";
      const names = word.split(/[|,]/);
      const unknown = names.find((one) => !below.includes(one));
      if (unknown !== undefined) return `no command ${path} ${unknown}`;
      path = path ? `${path} ${names[0]}` : names[0];
    }
  }
  return "";
}

test("each command line in the guides is one that the program takes", () => {
  const known = commands();
  const found = [];
  let seen = 0;
  for (const page of pages) {
    const text = read(page);
    // In a line of a block, after a prompt or a schedule, or between two backticks.
    const lines = [
      ...text.matchAll(/^(?:\$ |[\d*]+ \* \* \* \* +|sudo -u \w+ |build\/)?(deskwire) ([^\n]*)$/gm),
      ...text.matchAll(/`(?:sudo -u \w+ |build\/|docker exec -it NAME )?(deskwire) ([^`]+)`/g)];
    for (const { 2: line, index } of lines) {
      // Prose that begins a line with the program's name, and variables in a shell's words.
      if (/^(is|VERSION|carries)\b/.test(line)) continue;
      ++seen;
      const wrong = wrongWith(known, line.replaceAll("\n", " "));
      if (wrong) found.push(`${page}:${lineOf(text, index)}: deskwire ${line}: ${wrong}`);
    }
  }
  assert.deepEqual(found, []);
  assert.ok(seen > 60, `only ${seen} were found`);
});

test("every page and file that the guides point to is there", () => {
  const found = [];
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(resolve(root, dirname(page), target))) found.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(found, []);
});

test("backup while running, and restore, as the page says", async () => {
  const cwd = folder(local);
  let daemon = await serve({ cwd });
  const post = (title) => fetch(`${daemon.url}/v1/tickets`, { method: "POST",
    headers: { "content-type": "application/json" }, body: JSON.stringify({ title,
      priority: "low", description: "d", requester: { name: "Bo" } }) });
  await post("before");
  let stop = false;
  const writing = (async () => {
    let count = 0;
    for (; !stop; ++count) await post(`meanwhile ${count}`);
    return count;
  })();
  assert.equal(run(cwd, ["store", "backup", "copy.db"]).code, 0);
  assert.notEqual(run(cwd, ["store", "backup", "copy.db"]).code, 0, "never over another copy");
  stop = true;
  await writing;
  await post("after");
  await daemon.stop();
  spawnSync("sh", ["-c", "mkdir old && mv deskwire.db* old/ && cp copy.db deskwire.db"], { cwd });
  daemon = await serve({ cwd });
  const { items } = await (await fetch(`${daemon.url}/v1/tickets?limit=500`)).json();
  const titles = items.map((one) => one.title);
  assert.ok(titles.includes("before") && !titles.includes("after"));
  assert.match(run(cwd, ["store", "verify"]).out, /intact/);
  assert.equal((await post("again")).status, 201);
  await daemon.stop();
  daemon.clean();
});
