// The tally on the board: bars that move, periods and channels, files that equal the screen. What
// a chat would bring is written into the store from outside; tally_slack.test.mjs goes the whole
// way.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { bars, open, violations } from "./browser.mjs";
import { call, folder, local, run, serve, until } from "./daemon.mjs";

const config = `${local}\n[[tally]]\nchannel = "C1"\nstats_file = "stats.json"\n`;
const pictures = process.env.DESKWIRE_PICTURES;

function sql(cwd, text) {
  const done = spawnSync("sqlite3", [`${cwd}/deskwire.db`], { input: text, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
}
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

/** Counts lines as the job would have: [{username, name, at, channel?, message?}]. */
function count(cwd, updates) {
  let text = ".timeout 5000\nBEGIN IMMEDIATE;\n";
  updates.forEach((one, i) => {
    const channel = quoted(one.channel ?? "C1");
    const message = quoted(one.message ?? `${one.at / 1000}.${String(i).padStart(6, "0")}`);
    const name = quoted(one.name);
    const key = quoted(one.username.toLowerCase());
    text += `INSERT INTO tally_update VALUES (${channel}, ${message}, 1, ${key},
      ${quoted(one.username)}, ${name}, 'INC${i}', ${one.at});
      INSERT INTO tally_agent VALUES (${key}, ${quoted(one.username)}, ${name}, ${one.at})
        ON CONFLICT DO UPDATE SET name = excluded.name;
      INSERT INTO tally_bar (channel, username) VALUES (${channel}, ${key})
        ON CONFLICT DO NOTHING;
      INSERT INTO note (topic, subject) SELECT 'tally', id FROM tally_bar
        WHERE channel = ${channel} AND username = ${key};\n`;
  });
  sql(cwd, `${text}COMMIT;`);
}

const now = Date.now();
const day = 86_400_000;
const start = [
  ...Array.from({ length: 4 }, () => ({ username: "jxsrcc", name: "Jon Snow", at: now })),
  ...Array.from({ length: 7 }, () => ({ username: "sxsrcc", name: "Sansa Stark", at: now })),
  { username: "sxtrcc", name: "Samwell Tarly", at: now - 3 * day },
  { username: "axsrcc", name: "Arya Stark", at: now - 40 * day },
  { username: "jxsrcc", name: "Jon Snow", at: now, channel: "C2" },
].map((one, i) => ({ ...one, message: `m${i}` }));

test("bars move without a reload, in their period and channel, and resume", async (t) => {
  const cwd = folder(config);
  let daemon = await serve({ cwd });
  count(cwd, start);
  const { page, trouble } = await open(t);
  await page.goto(`${daemon.url}/agents`);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.locator("tr[data-agent]").first().waitFor();
  assert.equal(await bars(page), "sxsrcc 7, jxsrcc 5");
  await page.evaluate(() => (window.kept = document.querySelector("table.agents")));
  await page.waitForTimeout(300);
  count(cwd, Array.from({ length: 4 }, (_, i) =>
    ({ username: "jxsrcc", name: "Jon Targaryen", at: now, message: `n${i}` })));
  await until(async () => await bars(page) === "jxsrcc 9, sxsrcc 7", "the bars have moved", 4000);
  assert.ok(await page.evaluate(() => window.kept === document.querySelector("table.agents")));
  await page.getByRole("button", { name: "7 days" }).click();
  await until(async () => await bars(page) === "jxsrcc 9, sxsrcc 7, sxtrcc 1", "7 days");
  await page.getByRole("button", { name: "All", exact: true }).click();
  await until(async () => await bars(page) === "jxsrcc 9, sxsrcc 7, axsrcc 1, sxtrcc 1", "all");
  await page.getByLabel("Channel").selectOption("C2");
  await until(async () => await bars(page) === "jxsrcc 1", "one channel");
  await page.getByLabel("Channel").selectOption("");
  await daemon.kill();
  await page.getByText(/Not connected since/).waitFor();
  const address = new URL(daemon.url).host;
  writeFileSync(`${cwd}/deskwire.toml`, config.replace("127.0.0.1:0", address));
  count(cwd, [{ username: "sxsrcc", name: "Sansa Stark", at: now, message: "while away" }]);
  daemon = await serve({ cwd });
  await until(async () => (await bars(page)).startsWith("jxsrcc 9, sxsrcc 8"), "resumed", 20_000);
  assert.ok(await page.evaluate(() => Boolean(window.kept)), "without a reload");
  assert.ok(trouble.every((line) => line.includes("ERR_")), trouble.join());
  await daemon.stop();
  daemon.clean();
});

test("every number opens the lines behind it, by keyboard; files equal the screen", async (t) => {
  const daemon = await serve({ config });
  count(daemon.cwd, [...start, { username: "evil", name: "=HYPERLINK(\"x\")<b>", at: now,
    message: "x" }]);
  const { page } = await open(t, { acceptDownloads: true });
  await page.goto(`${daemon.url}/agents`);
  await page.getByRole("button", { name: /5 updates of Jon Snow/ }).focus();
  await page.keyboard.press("Enter");
  const lines = page.getByLabel("Updates of jxsrcc");
  await lines.waitFor();
  await until(async () => await lines.locator("tbody tr").count() === 5, "five lines");
  const saved = async (name) => {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name, exact: true }).click();
    return readFileSync(await (await waiting).path());
  };
  const csv = (await saved("CSV")).toString();
  assert.match(csv, /^username,name,updates,of_them_imported,last_at\r\nsxsrcc,Sansa Stark,7,0,/);
  assert.match(csv, /evil,"'=HYPERLINK\(""x""\)<b>",1,0/);
  const svg = (await saved("SVG")).toString();
  assert.ok(svg.includes("Sansa Stark") && svg.includes("&lt;b&gt;") && !svg.includes("<b>"));
  assert.ok(!svg.includes("class="), "its style is written into it");
  const png = await saved("PNG");
  assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from("PNG")]);
  assert.equal(png.readUInt32BE(16), 2 * Number(/width="(\d+)"/.exec(svg)[1]));
  await daemon.stop();
  daemon.clean();
});

test("three agents and eighty, light and dark, from a telephone to a wall", async (t) => {
  const daemon = await serve({ config });
  const { page: empty } = await open(t, { viewport: { width: 360, height: 800 } });
  await empty.goto(`${daemon.url}/agents`);
  await empty.getByText("No update is counted yet today.").waitFor();
  const shoot = async (page, name) => {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name}.png` });
  };
  for (const agents of [3, 80]) {
    count(daemon.cwd, Array.from({ length: agents }, (_, i) => Array.from(
      { length: 1 + ((i * 37) % 23) }, (unused, n) => ({ username: `user${i}rcc`, at: now,
        name: `${["Ana", "Bartholomew", "Chidi"][i % 3]} ${"Featherstonehaugh".slice(i % 9)}`,
        message: `${agents}-${i}-${n}` }))).flat());
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 1280, 1920]) {
        const { page, trouble } = await open(t, { colorScheme, viewport: { width, height: 900 } });
        await page.goto(`${daemon.url}/agents`);
        await page.locator("tr[data-agent]").nth(agents - 1).waitFor();
        await page.waitForTimeout(600);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${agents} agents at ${width}: ${wide} px wide`);
        assert.equal(await violations(page), "[]", `${agents} ${colorScheme} ${width}`);
        const small = await page.evaluate(() => Math.min(...[...document.querySelectorAll(
          ".a-name")].map((one) => Number.parseFloat(getComputedStyle(one).fontSize))));
        assert.ok(small >= 12, `names are ${small} px high`);
        await shoot(page, `agents-${agents}-${colorScheme}-${width}`);
        assert.deepEqual(trouble, []);
        await page.close();
      }
    }
  }
  await daemon.stop();
  daemon.clean();
});

test("a wall screen turns its pages and says when it is stale", async (t) => {
  const daemon = await serve({ config });
  count(daemon.cwd, start);
  const { page } = await open(t, { viewport: { width: 1920, height: 1080 } });
  await page.goto(`${daemon.url}/?tv=1&every=2`);
  await page.getByText("All is well").waitFor();
  await page.getByText("Updates per agent today").waitFor({ timeout: 6000 });
  assert.equal(await page.getByRole("navigation").count(), 0);
  assert.equal(await page.getByRole("button").count(), 0);
  if (pictures) await page.screenshot({ path: `${pictures}/tv.png` });
  await daemon.kill();
  await page.getByText(/Not connected since/).waitFor();
  if (pictures) await page.screenshot({ path: `${pictures}/tv-stale.png` });
  daemon.clean();
});

test("the board asks for a name and a password, and takes a wall's link", async (t) => {
  const daemon = await serve({ config: `${config}\n[access]\nmode = "password"\n` });
  run(daemon.cwd, ["user", "add", "ana", "--role", "agent"], { input: "correct horse battery\n" });
  const { page } = await open(t);
  await page.goto(`${daemon.url}/agents`);
  await page.getByLabel("Name").fill("ana");
  await page.getByLabel("Password").fill("wrong password!");
  await page.keyboard.press("Enter");
  await page.getByText("name or password is wrong").waitFor();
  assert.equal(await violations(page), "[]");
  if (pictures) await page.screenshot({ path: `${pictures}/sign-in.png` });
  await page.getByLabel("Password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password").waitFor();
  const { link } = JSON.parse(run(daemon.cwd, ["token", "add", "w", "--wall", "--json"]).out);
  const { page: wall } = await open(t);
  await wall.goto(daemon.url + new URL(link).search + new URL(link).pathname.slice(1)
    + new URL(link).hash);
  await wall.getByText("Live", { exact: true }).waitFor();
  await daemon.stop();
  daemon.clean();
});

test("an older bot's counts are an opening balance, and its file is kept up", async () => {
  const daemon = await serve({ config });
  writeFileSync(`${daemon.cwd}/old.json`,
    JSON.stringify({ "Jon S\njxsrcc": 4, "Jon T\njxsrcc": 2, "Sam T\nsxtrcc": 3 }));
  for (let i = 0; i < 2; ++i) {
    assert.equal(run(daemon.cwd, ["tally", "import", "old.json"]).code, 0);
  }
  writeFileSync(`${daemon.cwd}/plain.json`, JSON.stringify({ axsrcc: 1 }));
  assert.equal(run(daemon.cwd, ["tally", "import", "plain.json"]).code, 0);
  writeFileSync(`${daemon.cwd}/bad.json`, JSON.stringify({ axsrcc: "1" }));
  assert.notEqual(run(daemon.cwd, ["tally", "import", "bad.json"]).code, 0);
  count(daemon.cwd, [{ username: "jxsrcc", name: "Jon Snow", at: now, message: "1" }]);
  const { json } = await call(daemon.url, "/v1/tally");
  assert.deepEqual(json.agents.map((one) => [one.username, one.updates, one.opening]),
    [["jxsrcc", 7, 6], ["sxtrcc", 3, 3], ["axsrcc", 1, 1]]);
  assert.equal((await call(daemon.url, "/v1/tally?since=today")).json.total, 1);
  const file = `${daemon.cwd}/stats.json`;
  await until(() => existsSync(file) && JSON.parse(readFileSync(file))["Jon S\njxsrcc"] === 7,
    "the older bot's file", 15_000);
  await daemon.stop();
  daemon.clean();
});

test("another suffix or pattern counts what is kept anew at the next start", async () => {
  const cwd = folder(config);
  let daemon = await serve({ cwd });
  await daemon.stop();
  const text = ["Ana (anarcc) updated ticket 1", "Bob (bob) updated ticket 2",
    "T-3 touched by Eve <eve>"].join("\n");
  sql(cwd, `INSERT INTO tally_message VALUES ('C1', '1.1', 5, ${now}, 0, ${quoted(text)}, '');
    DELETE FROM tally_rule;`);
  const agents = async () => (await call(daemon.url, "/v1/tally")).json.agents
    .map((one) => `${one.username} ${one.updates}`).join(", ");
  const restart = async (more) => {
    writeFileSync(`${cwd}/deskwire.toml`, `${local}\n[[tally]]\nchannel = "C1"\n${more}\n`);
    daemon = await serve({ cwd });
  };
  for (const [more, expected] of [["", "anarcc 1"], ['username_suffix = ""', "anarcc 1, bob 1"],
    [`username_suffix = ""\npattern = '(?P<name>\\w+) <(?P<username>\\w+)>$'`, "eve 1"]]) {
    await restart(more);
    await until(async () => await agents() === expected, expected);
    await daemon.stop();
  }
  const wrong = folder(`${local}\n[[tally]]\nchannel = "C1"\npattern = "(x"\n`);
  const refused = run(wrong, ["check", "--offline"]);
  assert.equal(refused.code, 78);
  assert.match(refused.err, /tally\.pattern: invalid RE2 pattern/);
  daemon.clean();
});
