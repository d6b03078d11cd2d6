// Each page's command blocks run as they are written, one after the other in one shell, in a folder
// that is empty but for what the page's reader has. Where a page shows output, it is compared.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync }
  from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { binary } from "./daemon.mjs";
import { fake, fakeSlack } from "./fake.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = [];
after(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

/** [{line, kind, text, shown}] of a page; `shown` is the quoted output right below a block. */
function blocks(page) {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```\n(?:\n> `(.*)`\n)?/gm)]
    .map(({ index, 1: kind, 2: body, 3: shown }) => ({ page, kind, text: body, shown,
      line: text.slice(0, index).split("\n").length }));
}

async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** What stands in for a machine: its service, its users, and the folders of a package. */
const machine = `
start_daemon() {
  local config="\${DESKWIRE_CONFIG:-deskwire.toml}"
  grep -qs '^\\[server\\]' "$config" ||
    printf '\\n[server]\\nlisten = "127.0.0.1:%s"\\n' "$PORT" >>"$config"
  : >"$R/ready"
  deskwire serve >"$R/ready" 2>>"$R/log" &
  echo $! >"$R/pid"
  for _ in $(seq 300); do grep -q ready "$R/ready" && return; sleep 0.1; done
  cat "$R/log"; return 1
}
stop_daemon() {
  [ -f "$R/pid" ] || return 0
  kill "$(cat "$R/pid")"; wait "$(cat "$R/pid")" || return 1
  rm "$R/pid"
}
sudo() { shift 2; "$@"; }
systemctl() {
  case $1 in
    start) (cd "$R/var/lib/deskwire" && start_daemon) ;;
    stop) stop_daemon_elsewhere ;;
    restart) stop_daemon_elsewhere; (cd "$R/var/lib/deskwire" && start_daemon) ;;
    status) kill -0 "$(cat "$R/pid")" ;;
  esac
}
stop_daemon_elsewhere() {
  [ -f "$R/pid" ] || return 0
  kill "$(cat "$R/pid")"
  while kill -0 "$(cat "$R/pid")" 2>/dev/null; do sleep 0.05; done
  rm "$R/pid"
}
install() {
  local words=()
  while [ $# -gt 0 ]; do
    case $1 in -o | -g) shift 2 ;; *) words+=("$1"); shift ;; esac
  done
  command install "\${words[@]}"
}
trap 'kill "$(cat "$R/pid")" 2>/dev/null || true' EXIT
`;

/** Runs a page; returns what each block printed, by its line. */
async function runPage(page, { files = {}, env = {}, before = {}, change = (text) => text,
  skip = () => false } = {}) {
  const R = mkdtempSync(join(tmpdir(), "deskwire-guide-"));
  folders.push(R);
  const port = await freePort();
  mkdirSync(join(R, "bin"));
  symlinkSync(resolve(binary), join(R, "bin/deskwire"));
  for (const under of ["here/build", "var/lib/deskwire", "etc/deskwire", "etc/cron.d"]) {
    mkdirSync(join(R, under), { recursive: true });
  }
  symlinkSync(resolve(binary), join(R, "here/build/deskwire"));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(R, name), text.replaceAll("$R", R).replaceAll("$PORT", port));
  }
  const mine = blocks(page).filter((one) => !skip(one) &&
    (one.kind === "sh" || /^\$ /.test(one.text) || /^deskwire /.test(one.text)));
  let script = machine;
  for (const one of mine) {
    let text = change(one.text).replaceAll("http://127.0.0.1:8080", `http://127.0.0.1:${port}`)
      .replaceAll(/(?<![\w/])\/(var\/(?:lib|backups)|etc)\//g, `${R}/$1/`);
    // A session: commands behind a prompt, and what they print.
    if (/^\$ /.test(text)) text = [...text.matchAll(/^\$ (.*)$/gm)].map((m) => m[1]).join("\n");
    if (/^deskwire serve$/m.test(text) || /^\.\/run\b/m.test(text)) text = "start_daemon";
    script += `printf "\\n@@ %s\\n" "${one.line}"\n${before[one.line] ?? ""}\n`;
    script += before[text] ?? Object.entries(before)
      .filter(([word]) => Number.isNaN(Number(word)) && one.text.includes(word))
      .map(([, what]) => `${what}\n`).join("");
    script += `${text}\n`;
  }
  writeFileSync(join(R, "script"), script);
  const child = spawn("bash", ["-euo", "pipefail", join(R, "script")], { cwd: join(R, "here"),
    env: { HOME: join(R, "here"), PATH: `${R}/bin:${process.env.PATH}`, R, PORT: String(port),
      AWS_EC2_METADATA_DISABLED: "true", ...env } });
  let out = "", err = "";
  child.stdout.on("data", (piece) => (out += piece));
  child.stderr.on("data", (piece) => (err += piece));
  const code = await new Promise((ended) => child.on("close", ended));
  const printed = new Map(out.split(/^@@ /m).slice(1)
    .map((one) => [Number.parseInt(one, 10), one.slice(one.indexOf("\n") + 1)]));
  const last = [...printed.keys()].at(-1);
  assert.equal(code, 0, `${page}:${last}: ${printed.get(last)}${err}`);
  for (const { line, shown } of mine) {
    if (shown) assert.equal(printed.get(line).trim(), shown, `${page}:${line}`);
  }
  return { R, printed, blocks: mine, all: out };
}

const restart = "stop_daemon; start_daemon";

test("README: the first five minutes, and a signed hook after them", async () => {
  const { all } = await runPage("README.md", { before: { "HMAC $SIGNATURE": restart } });
  assert.match(all, /Ticket #1 \(high\): VPN drops/);
  assert.match(all, /Badge/);
  assert.match(all, /ok +hook \/hooks\/teams\/it .*a signed sample passes/);
});

test("the first five minutes", async () => {
  const { all, R } = await runPage("docs/guide/five-minutes.md");
  assert.match(all, /ticket 1 “VPN drops”/);
  assert.match(readFileSync(`${R}/here/new/deskwire.toml`, "utf8"), /^\[zendesk\]$/m);
});

/** A package's machine with one ticket and one dead delivery. */
const installed = {
  "etc/deskwire/deskwire.toml": '[server]\nlisten = "127.0.0.1:$PORT"\n' +
    '[store]\nurl = "sqlite:$R/var/lib/deskwire/deskwire.db"\n' };
const first = 'export DESKWIRE_CONFIG="$R/etc/deskwire/deskwire.toml"\n' +
  'deskwire ticket new --title Printer --priority low --description Jam\nsystemctl start';

test("operate: install, secrets, backup", async () => {
  const { R } = await runPage("docs/guide/operate.md", { files: installed,
    before: { "systemctl status": first },
    // Containers need Docker; tests/e2e/copy.test.mjs moves a store to PostgreSQL and back.
    skip: (one) => /docker|store copy|systemctl start|delivery list/.test(one.text) });
  assert.match(readFileSync(`${R}/etc/cron.d/deskwire`, "utf8"), /store backup .*\+\\%F/);
  assert.ok(readFileSync(`${R}/var/backups/deskwire/copy.db`).length > 0);
});

test("recover: dead deliveries, then a lost database from its backup", async () => {
  const { all } = await runPage("docs/guide/recover.md", { files: installed,
    before: { "--all-dead": first,
      "mkdir lost": 'mkdir -p "$R/var/backups/deskwire"\n' +
        'deskwire store backup "$R/var/backups/deskwire/copy.db"' } });
  assert.match(all, /intact/);
  assert.match(all, /ok +store +sqlite/);
});

/** The lines of a page's `check`, without their times, are among those that were printed. */
function compareChecks({ printed, blocks: mine }) {
  const plain = (line) => line.replaceAll(/\(\d+ ms\)|\s+/g, " ").trim();
  for (const { page, line, text } of mine) {
    if (!/^\$ .*check$/m.test(text)) continue;
    const got = printed.get(line).split("\n").map(plain);
    for (const shown of text.split("\n").filter((one) => /^ok /.test(one))) {
      // Names of accounts are the reader's.
      const [, name] = /^ok +(.*?)  +/.exec(shown);
      assert.ok(got.some((one) => one.startsWith(`ok ${plain(name)} `)),
        `${page}:${line}: ${shown} in\n${got.join("\n")}`);
    }
  }
}

/** A reader who has followed "init", and whose Slack and Zendesk are these. */
async function reader() {
  const [slack, desk] = [await fakeSlack(), await fake("fake_zendesk")];
  await slack.order("channel", { id: "C7", name: "it-help" });
  return {
    env: { SLACK_BOT_TOKEN: slack.bot, SLACK_APP_TOKEN: slack.app,
      ZENDESK_OAUTH_CLIENT_SECRET: "client-secret" },
    init: 'deskwire init --slack --slack-channel "#it-help" --zendesk --zendesk-url acme --yes',
    point: `sed -i -e 's|^url = "https://acme.zendesk.com"|url = "${desk.url}"|' ` +
      `-e '/^\\[slack\\]/a api_url = "${slack.url}/api/"' ` +
      "-e 's|^#public_url.*|public_url = \"https://desk.example.com\"|' deskwire.toml",
    // The address is the reader's and leads nowhere here.
    change: (text) => text.replace("$ deskwire check", "$ deskwire check || [ $? -eq 1 ]"),
    stop: () => [slack, desk].forEach((one) => one.stop()),
  };
}

test("Slack and Zendesk: init, check, setup, as shown", async () => {
  const { env, point, change, stop } = await reader();
  const page = await runPage("docs/guide/slack-and-zendesk.md", { env, change,
    before: { "ok     slack": point },
    // Its shadow deliveries appear with the messages of a day.
    skip: (one) => /delivery show/.test(one.text) });
  compareChecks(page);
  assert.match(page.all, /webhook +made/);
  stop();
});

test("Slack, and Zendesk, each as its page shows", async () => {
  const { env, init, point, change, stop } = await reader();
  for (const name of ["slack", "zendesk"]) {
    const { page, printed, blocks: mine, all } = await runPage(`docs/guide/${name}.md`, { env,
      change, before: { "$ deskwire check": `${init} >/dev/null\n${point}` } });
    compareChecks({ page, printed, blocks: mine });
    if (name === "zendesk") assert.match(all, /trigger +(made|unchanged)/);
  }
  stop();
});

test("queues: the variables as they are written", async () => {
  await runPage("docs/guide/queues.md");
});

test("the lines of migrate, volume, demo and storm are run by their tests", () => {
  const elsewhere = { "docs/guide/migrate.md": "migrate", "docs/guide/volume.md": "volume",
    "docs/guide/demo.md": "demo_outage", "docs/guide/storm.md": "demo_outage" };
  for (const [page, file] of Object.entries(elsewhere)) {
    const tested = readFileSync(join(root, `tests/e2e/${file}.test.mjs`), "utf8");
    for (const { kind, text, line } of blocks(page)) {
      if (kind !== "sh" && kind !== "") continue;
      for (const [, words] of text.matchAll(/^deskwire (.*)$/gm)) {
        const fixed = words.split(/ +/).filter((one) => /^(-|[a-z]+$)/.test(one) && one !== "yes");
        const missing = fixed.filter((one) => !tested.includes(one));
        assert.deepEqual(missing, [], `${page}:${line}: ${words}`);
      }
    }
  }
});
