// What people meet on the board beside the great lines: sums that agree, lists that say that they
// are cut, a ticket that is not there, links in messages, and the thumb's place on a telephone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { open, violations } from "./browser.mjs";
import { call, folder, local, serve, until } from "./daemon.mjs";

const sql = (cwd, text) =>
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${cwd}/deskwire.db`, text]);

async function ticket(url, values = {}) {
  const body = { title: "VPN drops", priority: "high", description: "Since today",
    requester: { name: "Vera Lindqvist" }, ...values };
  const { status, text } = await call(url, "/v1/tickets", { method: "POST", body });
  assert.equal(status, 201, text);
}

test("a ticket that is not there says so, and an address in a message is a link", async (t) => {
  const daemon = await serve();
  await ticket(daemon.url, { description: "See https://x.example/a (or http://y.example/b)." });
  const { page } = await open(t, { viewport: { width: 1280, height: 800 } });
  await page.goto(`${daemon.url}/tickets/99`);
  await page.getByRole("heading", { name: "No ticket #99", level: 1 }).waitFor();
  await until(async () => await page.title() === "No ticket #99 · Deskwire", "its title");
  await page.getByRole("link", { name: "Search for 99" }).click();
  await page.getByText("No ticket matches.").waitFor();
  await page.goto(`${daemon.url}/tickets/1`);
  const links = page.locator(".said a");
  await links.first().waitFor();
  assert.deepEqual(await links.evaluateAll((all) => all.map((one) => `${one.href} ${one.rel}`)),
    ["https://x.example/a noreferrer noopener nofollow",
      "http://y.example/b noreferrer noopener nofollow"]);
  await daemon.stop();
  daemon.clean();
});

test("on a telephone the answer has the thumb's place on a ticket", async (t) => {
  const daemon = await serve();
  await ticket(daemon.url);
  const { page } = await open(t, { viewport: { width: 320, height: 640 } });
  await page.goto(`${daemon.url}/tickets/1`);
  await page.getByRole("button", { name: "Write a note" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
  assert.equal(await page.getByRole("button", { name: "Private note" })
    .getAttribute("aria-pressed"), "true");
  assert.equal(await page.getByRole("navigation", { name: "Pages" }).count(), 0);
  assert.equal(await violations(page), "[]");
  await page.getByRole("link", { name: "Back to Tickets" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  await daemon.stop();
  daemon.clean();
});

test("the sum of Deliveries agrees with its parts, and a list that is cut goes on", async (t) => {
  const cwd = folder(local);
  const daemon = await serve({ cwd });
  for (let i = 0; i < 24; ++i) await ticket(daemon.url);
  sql(cwd, `INSERT INTO delivery (event, ticket, lane, target, operation, payload, holds_lane,
    state, attempts, reason, created_at, done_at) VALUES (1, 1, 'slack:C1/1', 'slack', 'post',
    '{"channel":"C1","thread":"1","text":"x"}', 0, 4, 1, 'not needed', ${Date.now()},
    ${Date.now()})`);
  const { page, trouble } = await open(t, { viewport: { width: 1280, height: 800 } }, daemon.url);
  await page.goto(`${daemon.url}/deliveries`);
  await page.getByText("25 today: 24 delivered, 0 sending, 0 need a decision, 1 discarded")
    .waitFor();
  await page.goto(`${daemon.url}/queues`);
  await page.getByRole("button", { name: "Show messages of high" }).click();
  const messages = page.locator(".messages > li");
  await until(async () => await messages.count() === 20, "the first 20");
  await page.getByRole("button", { name: "Show more" }).click();
  await until(async () => await messages.count() === 24, "all of them");
  assert.equal(await violations(page), "[]");
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});
