// What the board promises to whoever looks at it: the sentence on top is true, also without the
// daemon; lists find what people look for; nothing is missed, said twice or cut off.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { open, violations } from "./browser.mjs";
import { call, folder, local, serve, until } from "./daemon.mjs";

const wide = { viewport: { width: 1920, height: 1080 } };
const pages = ["/", "/tickets", "/tickets/1", "/agents", "/volume", "/notices", "/queues",
  "/deliveries", "/status"];

const sql = (cwd, text) =>
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${cwd}/deskwire.db`, text]);

async function ticket(url, values = {}) {
  const body = { title: "VPN drops", priority: "high", description: "Since today",
    requester: { name: "Vera Lindqvist", email: "vera@acme.example" }, ...values };
  const { status, json, text } = await call(url, "/v1/tickets", { method: "POST", body });
  assert.equal(status, 201, text);
  return json;
}

/** Deliveries to Slack that failed for good, for the same reason but for its numbers. */
function fail(cwd, count) {
  const now = Date.now();
  for (let i = 0; i < count; ++i) {
    sql(cwd, `INSERT INTO delivery (event, ticket, lane, target, operation, payload, holds_lane,
      state, attempts, reason, created_at) VALUES (1, 1, 'slack:C1/${i}', 'slack', 'post',
      '{"channel":"C1","thread":"${i}","text":"x"}', 0, 2, 3, 'channel_not_found (${1000 + i})',
      ${now - i * 60_000})`);
  }
}

test("the sentence on top is true: well, out of line, and without the daemon", async (t) => {
  const cwd = folder(local);
  const daemon = await serve({ cwd });
  const { page } = await open(t, wide);
  await page.goto(daemon.url);
  await page.getByRole("heading", { name: "All is well.", level: 1 }).waitFor();
  await ticket(daemon.url);
  fail(cwd, 8);
  await ticket(daemon.url, { title: "Another" });
  const headline = page.getByRole("heading", { level: 1 });
  await headline.getByText("8 deliveries need a decision").waitFor({ timeout: 20_000 });
  const tall = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(tall <= 1080, `Now is ${tall} px tall`);
  await headline.getByRole("link").click();
  await page.getByRole("heading", { name: "Deliveries", level: 1 }).waitFor();
  assert.equal(await page.locator(".group").count(), 1, "eight equal failures are one row");
  await page.getByText("In Slack, type /invite").waitFor();
  await page.getByRole("button", { name: "Retry all 8" }).click();
  await page.getByText("No delivery needs a decision.").waitFor();
  await page.goto(daemon.url);
  await page.getByText("VPN drops").first().waitFor();
  await daemon.kill();
  await page.getByText(/Not connected since \d\d:\d\d/).waitFor();
  await headline.getByText(/^At \d\d:\d\d/).waitFor({ timeout: 15_000 });
  assert.doesNotMatch(await page.locator("body").innerText(), /All is well/);
  const grey = await page.evaluate(() => getComputedStyle(document.querySelector("main")).filter);
  assert.equal(grey, "grayscale(1)");
  daemon.clean();
});

test("a list finds by number, requester, filter; keys move; a reply is one comment", async (t) => {
  const daemon = await serve();
  for (const [i, title] of ["Printer", "Badge", "Laptop"].entries()) {
    await ticket(daemon.url, { title, tags: [`t${i}`], requester: { name: `Person${i} Ek` } });
  }
  await call(daemon.url, "/v1/tickets/2", { method: "PATCH", body: { assignee: "Greta" } });
  const { page, trouble } = await open(t, wide, daemon.url);
  await page.goto(`${daemon.url}/tickets`);
  const titles = () => page.locator("td.t-title a").allInnerTexts();
  const shown = (names) => until(async () => (await titles()).join() === names, names);
  await shown("Printer,Badge,Laptop");
  const search = async (text, names) => {
    await page.keyboard.press("/");
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
    await shown(names);
  };
  await search("#3", "Laptop");
  await search("person1", "Badge");
  await page.getByRole("link", { name: /^Unassigned/ }).click();
  await shown("Printer,Laptop");
  await page.getByLabel("Filter by tag").selectOption("t2");
  await shown("Laptop");
  assert.match(page.url(), /view=unassigned&tag=t2/);
  await page.reload();
  await shown("Laptop");
  await page.getByRole("button", { name: /Tag is t2/ }).click();
  await page.getByRole("link", { name: /^Unsolved/ }).click();
  await shown("Printer,Badge,Laptop");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Badge", level: 1 }).waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("On it");
  const reply = page.getByRole("button", { name: "Reply", exact: true });
  await reply.evaluate((button) => { button.click(); button.click(); });
  await page.getByText("On it").waitFor();
  await page.keyboard.press("Escape");
  await page.getByLabel("Assignee").selectOption("loopback (me)");
  await page.getByText("loopback took the ticket").waitFor();
  const { json } = await call(daemon.url, "/v1/tickets/2");
  assert.equal(json.comments.length, 1, "pressed twice is one comment");
  await page.getByLabel("Reply", { exact: true }).fill("Done");
  await page.getByRole("button", { name: "Reply and solve" }).click();
  await page.getByText("Solved #2").waitFor();
  await page.getByRole("heading", { name: "Laptop", level: 1 }).waitFor();
  assert.equal((await call(daemon.url, "/v1/tickets/2")).json.status, "solved");
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});

test("each page has its title and one heading, fits 320 px, and asks for nothing that fails",
  async (t) => {
    const daemon = await serve();
    await ticket(daemon.url, { title: "مرحبا <b>bold</b> ".repeat(8) });
    const { page, trouble } = await open(t, { viewport: { width: 320, height: 700 } }, daemon.url);
    const failed = [];
    page.on("response", (one) => one.status() >= 400 && failed.push(one.url()));
    const titles = new Set();
    for (const path of pages) {
      await page.goto(daemon.url + path);
      await page.getByText("Live", { exact: true }).waitFor();
      await until(async () => await page.locator("main h1:not(.sr)").count() === 1, path);
      await until(async () => await page.locator(".loading").count() === 0, path);
      titles.add(await page.title());
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `${path} is ${width} px wide`);
    }
    assert.equal(titles.size, pages.length, [...titles].join());
    assert.deepEqual(failed, []);
    assert.deepEqual(trouble, []);
    await page.goto(`${daemon.url}/tickets`);
    await page.getByRole("button", { name: "New ticket" }).click();
    await page.getByLabel("Title").waitFor();
    assert.equal(await violations(page), "[]", "with the form open");
    await page.getByRole("button", { name: "More" }).click();
    assert.equal(await violations(page), "[]", "with the other pages open");
    const answer = await page.goto(`${daemon.url}/nosuch/page`);
    assert.equal(answer.status(), 404);
    const slash = await page.goto(`${daemon.url}/tickets/?view=all`);
    assert.equal(slash.status(), 200);
    assert.equal(page.url(), `${daemon.url}/tickets?view=all`);
    assert.equal((await page.goto(`${daemon.url}/v1/`)).status(), 404);
    assert.match(await page.content(), /Not found/, "an address of the API is a problem");
    await page.goto(`${daemon.url}/nosuch/`);
    await page.getByRole("link", { name: "Go to Now" }).click();
    await page.getByRole("heading", { name: "All is well.", level: 1 }).waitFor();
    const { headers } = await call(daemon.url, "/nosuch");
    assert.match(headers.get("content-type"), /problem\+json/, "a program gets a problem");
    await daemon.stop();
    daemon.clean();
  });

test("what happens before the stream begins is not missed", async (t) => {
  const daemon = await serve();
  const { page } = await open(t, wide);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route("**/v1/live", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${daemon.url}/tickets`);
  await page.getByText("No ticket here.").waitFor();
  await ticket(daemon.url, { title: "In between" });
  go();
  await page.getByRole("link", { name: "In between" }).waitFor({ timeout: 5000 });
  await daemon.stop();
  daemon.clean();
});

test("a wall screen says one thing a turn, large, and cuts nothing off", async (t) => {
  const daemon = await serve();
  await ticket(daemon.url, { title: "A title that is long ".repeat(9) });
  for (const viewport of [{ width: 1920, height: 1080 }, { width: 3840, height: 2160 }]) {
    const { page } = await open(t, { viewport });
    await page.goto(`${daemon.url}/?tv=1&every=2`);
    for (const turn of ["Is the desk well?", "Updates per agent today", "Tickets per hour today"]) {
      await page.getByText(turn, { exact: true }).waitFor({ timeout: 9000 });
      const { tall, small } = await page.evaluate(() => ({
        tall: document.querySelector(".tv-turn").scrollHeight
          - document.querySelector(".tv-turn").clientHeight,
        small: Math.min(...[...document.querySelectorAll(".tv-page *")].filter((one) =>
          one.children.length === 0 && one.textContent.trim() !== "" && one.clientHeight !== 1)
          .map((one) => Number.parseFloat(getComputedStyle(one).fontSize))) }));
      assert.ok(tall <= 0, `${turn}: ${tall} px are cut off`);
      assert.ok(small >= 32, `${turn}: ${small} px`);
    }
  }
  await daemon.stop();
  daemon.clean();
});

test("a daemon that hangs is noticed within ten seconds, and what failed meanwhile is forgotten",
  async (t) => {
    const daemon = await serve();
    await ticket(daemon.url);
    const { page } = await open(t, wide);
    await page.goto(`${daemon.url}/tickets/1`);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.route("**/comments", (route) => route.abort());
    await page.getByLabel("Reply", { exact: true }).fill("On it");
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    const failed = page.getByText("The daemon can't be reached.");
    await failed.waitFor();
    daemon.signal("SIGSTOP");
    await page.getByText(/This page is \d+ s old/).waitFor({ timeout: 10_000 });
    daemon.signal("SIGCONT");
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 20_000 });
    await failed.waitFor({ state: "detached" });
    await daemon.stop();
    daemon.clean();
  });

test("numbers of four digits and names without a space stay in their places", async (t) => {
  const daemon = await serve();
  const name = "n".repeat(140);
  await ticket(daemon.url, { title: name, description: name, requester: { name } });
  await call(daemon.url, "/v1/tickets/1/comments",
    { method: "POST", body: { body: name, public: false } });
  for (const width of [360, 1280, 1920]) {
    const { page } = await open(t, { viewport: { width, height: 800 } });
    await page.route("**/v1/now", async (route) => {
      const json = await (await route.fetch()).json();
      json.numbers.forEach((one) => Object.assign(one, { value: 3008, today: [1, 9, 3008] }));
      await route.fulfill({ json });
    });
    const fits = async (path, cells) => {
      await page.goto(daemon.url + path);
      await page.locator(cells).first().waitFor();
      const wide = await page.evaluate((each) => [document.documentElement,
        ...document.querySelectorAll(each)].filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => `${one.className} ${one.scrollWidth}`), cells);
      assert.deepEqual(wide, [], `${path} at ${width}`);
    };
    await fits("/", ".number-box");
    const tall = await page.locator(".number-value").first().evaluate((one) => one.clientHeight
      || one.getBoundingClientRect().height);
    assert.ok(tall < 50, `a number stands over ${tall} px`);
    await fits("/tickets/1", ".said-head");
    if (width >= 1280) await fits("/?tv=1", ".tv-numbers strong");
  }
  await daemon.stop();
  daemon.clean();
});
