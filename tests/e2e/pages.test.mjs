// Every page of the board with what a week of work leaves on it: looked at at three widths, light
// and dark, with nothing on it, while it loads, and when the daemon is in trouble.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { open, violations } from "./browser.mjs";
import { call, folder, local, run, serve, until } from "./daemon.mjs";

const pictures = process.env.DESKWIRE_PICTURES;
const paths = ["/", "/agents", "/tickets", "/tickets/3", "/queues", "/volume", "/notices",
  "/incidents", "/deliveries", "/deliveries?state=done", "/status"];
const hour = 3_600_000;
const at = (time) => new Date(time).toISOString().replace(".000Z", "Z");

/** Weeks of office hours up to the last finished hour; the last one is `last`. */
function volume(last = 9) {
  const newest = Math.floor((Date.now() - 180_000) / hour) * hour - hour;
  let seed = 7;
  const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
  let text = "timestamp,count\n";
  for (let i = 20 * 168; i >= 0; --i) {
    const time = newest - i * hour;
    const mean = [8, 9, 10, 11, 13, 14, 15, 16].includes(new Date(time).getUTCHours()) ? 30 : 8;
    let count = i === 40 ? 95 : 0;
    for (let k = 0; k < 100; ++k) count += random() < mean / 100 ? 1 : 0;
    text += `${at(time)},${i === 0 ? last : count}\n`;
  }
  return text;
}

const people = ["Ana Lopez", "Bartholomew Featherstonehaugh", "Chidi Anagonye", "Dr. Mei-Ling Ōta",
  "Eve O'Neill", "Fatima al-Rashid"];
const troubles = [
  ["VPN drops every ten minutes", "high", "Since the update of Tuesday; Wi-Fi and cable alike."],
  ["Printer on floor 3 prints blank pages", "low", "The toner is new."],
  ["Cannot sign in to the payroll system after the holiday", "high", "It says: account locked."],
  ["New laptop for Monday", "medium", "Starts at nine, office Lisbon."],
  ["Calendar invitations arrive an hour late since daylight saving ended in the other office",
    "medium", "All-hands was missed by half of the team."],
  ["Badge does not open the garage", "low", "Gate B."],
];

function world() {
  const cwd = folder(`${local}
[[tally]]
channel = "C1"

[[queue]]
name = "high"
[[queue]]
name = "medium"
[[queue]]
name = "low"

[volume]
source = "file:counts.csv"

[notices]
file = "report.csv"
webhook_url = "http://127.0.0.1:9/hook"
`);
  writeFileSync(`${cwd}/counts.csv`, volume());
  const date = (back) =>
    at(Date.now() - back * 24 * hour).slice(0, 10).split("-").reverse().join("/");
  const rows = people.map((name, i) => {
    const [first, ...rest] = name.split(" ");
    const address = `${first.toLowerCase().replace(".", "")}@customer.example`;
    return [first, rest.join(" "), address, 1041 + i, "Closed", date(2 + (i % 3))].join();
  });
  rows.push(`Ana,Lopez,ana@customer.example,1100,Closed,${date(1)}`, "Bob,Bad,bob@x,1,Closed,soon");
  writeFileSync(`${cwd}/report.csv`,
    `Firstname,Lastname,Email,Ticket,Status,Date\n${rows.join("\n")}\n`);
  const stats = Object.fromEntries(people.map((name, i) => [`${name}\nuser${i}rcc`, 40 - i * 6]));
  writeFileSync(`${cwd}/stats.json`, JSON.stringify(stats));
  return cwd;
}

async function fill(daemon) {
  const ask = async (path, body, method = "POST") => {
    const { status, text } = await call(daemon.url, path, { method, body });
    assert.ok(status < 300, `${path}: ${text}`);
  };
  for (let i = 0; i < 18; ++i) {
    const [title, priority, description] = troubles[i % troubles.length];
    const name = people[i % people.length];
    await ask("/v1/tickets", { title, priority, description, tags: ["vpn", "lisbon"].slice(i % 2),
      requester: { name, email: `${name.split(" ")[0].toLowerCase()}@acme.example` } });
  }
  await ask("/v1/tickets/3/comments", { body: "Which account, and what does it say exactly?" });
  await ask("/v1/tickets/3/comments", { body: "Locked, see KB 12.", public: false });
  await ask("/v1/tickets/3", { assignee: "Mei-Ling Ōta", status: "pending" }, "PATCH");
  await ask("/v1/tickets/2", { status: "solved" }, "PATCH");
  assert.equal(run(daemon.cwd, ["tally", "import", "stats.json"]).code, 0);
  assert.equal(run(daemon.cwd, ["volume", "run", "--json"]).code, 0);
  assert.equal(run(daemon.cwd, ["notices", "plan"]).code, 1, "one row can't be read");
}

async function settled(page, url, path) {
  await page.goto(url + path);
  await page.locator("main h1").first().waitFor({ state: "attached" });
  await page.getByText("Live", { exact: true }).waitFor();
  await until(async () => await page.locator(".loading").count() === 0, `${path} is loaded`);
}

async function shoot(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

test("each page reads well from a telephone to a wall, light and dark", async (t) => {
  const daemon = await serve({ cwd: world() });
  await fill(daemon);
  const all = [[360, "light"], [1280, "dark"], [360, "dark"], [1280, "light"], [1920, "light"],
    [1920, "dark"]];
  for (const [width, colorScheme] of pictures ? all : all.slice(0, 2)) {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    const { page, trouble } = await open(t, { colorScheme, viewport });
    for (const path of paths) {
      await settled(page, daemon.url, path);
      if (path === "/notices") {
        await page.getByRole("button", { name: "Mail to ana@customer.example" }).first().click();
        await page.frameLocator("iframe").getByText("1041").first().waitFor();
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${path} at ${width} is ${wide} px wide`);
      assert.equal(await violations(page), "[]", `${path} ${colorScheme} ${width}`);
      const name = path === "/" ? "now" : path.slice(1).replace(/\W/g, "-");
      await shoot(page, `${name}-${colorScheme}-${width}`);
    }
    assert.deepEqual(trouble, []);
    await page.close();
  }
  await daemon.stop();
  daemon.clean();
});

test("an empty board says what to do; a slow one that it loads; a broken one why", async (t) => {
  const daemon = await serve();
  const { page } = await open(t, { viewport: { width: 1280, height: 900 } });
  for (const path of paths.filter((one) => one !== "/tickets/3")) {
    await settled(page, daemon.url, path);
    const text = await page.locator("main").innerText();
    assert.match(text, /No |Nothing|None|empty|Version|no usual yet/, `${path}: ${text}`);
    assert.doesNotMatch(text, /undefined|NaN|null/, path);
    assert.equal(await violations(page), "[]", `${path} with nothing on it`);
    await shoot(page, `empty-${path.slice(1).replace(/\W/g, "-") || "now"}`);
  }
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  const figures = /\/v1\/(now|volume|queues|tally|tickets|incidents|deliveries|notices|status)/;
  await page.route(figures, async (one) => {
    await held;
    await one.fulfill({ status: 503, contentType: "application/problem+json",
      body: JSON.stringify({ type: "about:blank", title: "x", status: 503,
        detail: "The store can't be reached." }) });
  });
  for (const path of ["/volume", "/queues", "/agents", "/tickets", "/deliveries", "/"]) {
    await page.goto(daemon.url + path);
    await page.locator(".loading").first().waitFor();
  }
  await shoot(page, "loading-now");
  answer();
  for (const path of ["/", "/volume", "/queues", "/agents", "/tickets", "/incidents", "/deliveries",
    "/notices"]) {
    await page.goto(daemon.url + path);
    await page.getByText("The store can't be reached.").first().waitFor();
    await page.getByRole("button", { name: "Try again" }).first().waitFor();
    await shoot(page, `broken-${path.slice(1) || "now"}`);
  }
  await daemon.stop();
  daemon.clean();
});

test("an hour that is counted shows without a reload, and what is saved is what is seen",
  async (t) => {
    const cwd = world();
    const daemon = await serve({ cwd });
    assert.equal(run(cwd, ["volume", "run"]).code, 0);
    const { page } = await open(t, { acceptDownloads: true });
    await page.goto(`${daemon.url}/volume`);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.evaluate(() => (window.kept = true));
    await page.getByText("The same as a table").click();
    const row = page.getByLabel("Table of hours").locator("tbody tr").first();
    await row.getByText("9", { exact: true }).waitFor();
    writeFileSync(`${cwd}/counts.csv`, volume(190));
    assert.equal(run(cwd, ["volume", "run", "--json"]).code, 0);
    await row.getByText("190", { exact: true }).waitFor({ timeout: 4000 });
    await row.getByText("spike").waitFor();
    await page.getByLabel("List of alerts").getByText("going on").waitFor({ timeout: 4000 });
    assert.ok(await page.evaluate(() => window.kept), "without a reload");
    const saved = async (name) => {
      const waiting = page.waitForEvent("download");
      await page.getByRole("button", { name, exact: true }).click();
      return readFileSync(await (await waiting).path());
    };
    const shown = await page.getByLabel("Table of hours").locator("tbody tr").count();
    const lines = (await saved("CSV")).toString().trim().split("\r\n");
    assert.equal(lines[0], "hour,tickets,expected,usual_low,usual_high,alarm,mark");
    assert.equal(lines.length - 1, shown);
    assert.match(lines.at(-1), /,190,[\d.]+,\d+,\d+,\d+,spike$/);
    const svg = (await saved("SVG")).toString();
    assert.ok(svg.startsWith("<svg") && !svg.includes("class="));
    const width = await page.evaluate(() => document.querySelector(".chart").clientWidth);
    assert.equal((await saved("PNG")).readUInt32BE(16), width * 2);
    await page.getByLabel("Sensitivity").fill("4");
    await page.getByText(/Tried on the spot: \d+ alerts? .*, \d+ alerts? as configured/)
      .waitFor();
    await page.goto(`${daemon.url}/queues`);
    const body = { title: "a", priority: "high", description: "b", requester: { name: "c" } };
    await page.getByRole("img", { name: /Depth of high: now 0/ }).waitFor();
    for (let i = 0; i < 3; ++i) await call(daemon.url, "/v1/tickets", { method: "POST", body });
    await page.getByRole("img", { name: /Depth of high: now 3, at most 3/ }).waitFor();
    const depths = (await saved("CSV")).toString();
    assert.match(depths, /^at,depth\r\n(.*\r\n)*[^,]+,3\r\n$/);
    const { json } = await call(daemon.url, "/v1/queues/depths");
    assert.deepEqual(json.items.map((one) => one.name), ["high", "medium", "low"]);
    assert.equal(json.items[0].depths[0], 0);
    await daemon.stop();
    daemon.clean();
  });

test("Volume names the alarm lines that people's judgement has moved", async (t) => {
  const cwd = world();
  writeFileSync(`${cwd}/counts.csv`, volume(190));
  assert.equal(run(cwd, ["volume", "run", "--json"]).code, 0);
  const daemon = await serve({ cwd });
  const { page, trouble } = await open(t, {}, daemon.url);
  await page.goto(`${daemon.url}/volume`);
  const judge = (name) => page.getByLabel("List of alerts").getByRole("button", { name }).last();
  await judge("False alarm").waitFor();
  const moved = page.getByLabel("Moved by your judgement");
  assert.equal(await moved.count(), 0, "nobody has judged an alert");
  await judge("False alarm").click();
  const row = moved.getByRole("listitem");
  await row.getByText(/^Spikes, (weekdays|weekends) \d\d:00–\d\d:00/).waitFor();
  await row.getByText("0 real, 1 false alarm").waitFor();
  await row.getByText(/^alerts when [\d.]+ times rarer$/).waitFor();
  assert.equal(await row.count(), 1);
  assert.equal(await violations(page), "[]");
  await judge("Take back").click();
  await moved.waitFor({ state: "detached" });
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});
