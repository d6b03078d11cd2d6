// The board by keyboard alone: a key acts from the moment its page is drawn, however busy the
// machine is, and the list's keys act on one ticket or on all that are selected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertValue, open, violations } from "./browser.mjs";
import { call, serve, until } from "./daemon.mjs";

async function ticket(url, title, values = {}) {
  const body = { title, priority: "low", description: "Since today",
    requester: { name: "Vera Lindqvist" }, ...values };
  const { status, text } = await call(url, "/v1/tickets", { method: "POST", body });
  assert.equal(status, 201, text);
}

/** What a busy machine does to a page: whatever it puts off comes late. */
const late = () => {
  const now = window.setTimeout;
  window.setTimeout = (call, wait, ...rest) => now(call, wait > 0 ? wait : 700, ...rest);
};

test("a key acts as soon as its page is drawn, also where timers are late", async (t) => {
  const daemon = await serve();
  await ticket(daemon.url, "Printer");
  const { page, trouble } = await open(t, {}, daemon.url);
  await page.addInitScript(late);
  await page.goto(daemon.url);
  await page.getByRole("link", { name: "Printer" }).first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("print");
  const search = page.getByRole("searchbox");
  await search.waitFor();
  await assertValue(search, "print", "no letter is lost on the way to the search");
  await page.keyboard.press("Enter");
  await page.locator("td.t-title").getByRole("link", { name: "Printer" }).click();
  await page.getByRole("heading", { name: "Printer", level: 1 }).waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("time to test");
  await assertValue(page.getByLabel("Reply", { exact: true }), "time to test");
  const reply = page.getByRole("button", { name: "Reply", exact: true });
  await reply.evaluate((button) => button.click());
  await until(async () => (await call(daemon.url, "/v1/tickets/1")).json.comments.length === 1,
    "the reply is sent");
  await page.keyboard.press("Escape");
  assert.equal((await call(daemon.url, "/v1/tickets/1")).json.assignee, null,
    "no letter of the reply was taken for a key");
  await page.goto(`${daemon.url}/tickets`);
  await page.getByRole("link", { name: "Printer" }).waitFor();
  await page.keyboard.press("n");
  await page.keyboard.type("Badge");
  await assertValue(page.getByLabel("Title"), "Badge");
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});

test("a row's ticket is assigned and gets its priority by keys; several at once", async (t) => {
  const daemon = await serve();
  for (const title of ["Printer", "Badge", "Laptop"]) await ticket(daemon.url, title);
  await call(daemon.url, "/v1/tickets/3", { method: "PATCH", body: { assignee: "Greta Weber" } });
  const { page, trouble } = await open(t, { viewport: { width: 1280, height: 800 } }, daemon.url);
  const one = async (id) => (await call(daemon.url, `/v1/tickets/${id}`)).json;
  await page.goto(`${daemon.url}/tickets?view=all&sort=newest`);
  await page.getByRole("link", { name: "Printer" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("p");
  await page.getByRole("dialog", { name: "Priority of #3" }).waitFor();
  assert.equal(await violations(page), "[]", "with the choice open");
  await page.keyboard.type("hi");
  await page.keyboard.press("Enter");
  await until(async () => (await one(3)).priority === "high", "high");
  await page.getByText("#3 has priority high").waitFor();
  // Two are selected: what is chosen goes to both, and to no other.
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByText("2 selected").waitFor();
  assert.equal(await violations(page), "[]", "with rows selected");
  await page.keyboard.press("a");
  await page.keyboard.type("greta");
  await page.keyboard.press("Enter");
  await until(async () => (await one(1)).assignee === "Greta Weber"
    && (await one(2)).assignee === "Greta Weber", "both are Greta's");
  await page.getByText("2 tickets are assigned to Greta Weber").waitFor();
  await page.keyboard.press("p");
  await page.getByRole("dialog").waitFor();
  // The second Esc comes before the browser has moved the focus out of the dialog.
  await page.evaluate(() => {
    const dialog = document.querySelector("dialog");
    const field = dialog.querySelector("input");
    dialog.close();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  });
  await page.getByText("2 selected").waitFor({ state: "detached" });
  // The same by pointer, and on the ticket's own page.
  await page.getByLabel("Select #2").check();
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await until(async () => (await one(2)).status === "solved", "solved");
  await page.goto(`${daemon.url}/tickets/1`);
  await page.getByRole("heading", { name: "Printer", level: 1 }).waitFor();
  await page.keyboard.press("p");
  await page.keyboard.type("med");
  await page.keyboard.press("Enter");
  await until(async () => (await one(1)).priority === "medium", "medium");
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});

test("what a ticket of several refuses is named, and the others are changed", async (t) => {
  const daemon = await serve();
  for (const title of ["Printer", "Badge"]) await ticket(daemon.url, title);
  const { page } = await open(t, { viewport: { width: 1280, height: 800 } }, daemon.url);
  await page.route("**/v1/tickets/1", (route) => (route.request().method() !== "PATCH"
    ? route.continue()
    : route.fulfill({ status: 409, contentType: "application/problem+json",
      body: '{"detail":"Zendesk has not opened it yet"}' })));
  await page.goto(`${daemon.url}/tickets`);
  await page.getByLabel("Select #1").check();
  await page.getByLabel("Select #2").check();
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await page.getByText("1 of 2 tickets are solved. #1: Zendesk has not opened it yet").waitFor();
  await page.getByText("1 selected").waitFor();
  await daemon.stop();
  daemon.clean();
});
