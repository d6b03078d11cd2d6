// The board in a real browser, served by the daemon.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { assertValue, open, violations } from "./browser.mjs";
import { call, folder, local, serve, teams, ticket, until } from "./daemon.mjs";

test("a ticket appears without a reload, and again after the daemon was away", async (t) => {
  const cwd = folder(local);
  let daemon = await serve({ cwd });
  const address = new URL(daemon.url);
  const { page } = await open(t, {}, daemon.url);
  await page.goto(daemon.url);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(() => (window.kept = true));
  await teams(daemon.url, "local", 1, ticket("Seen live"));
  await page.getByRole("link", { name: "Seen live" }).waitFor({ timeout: 5000 });
  await daemon.kill();
  await page.getByText(/Not connected since/).waitFor();
  writeFileSync(`${cwd}/deskwire.toml`, `[server]\nlisten = "${address.host}"\n`);
  daemon = await serve({ cwd });
  await teams(daemon.url, "local", 2, ticket("After the restart"));
  await page.getByRole("link", { name: "After the restart" }).waitFor({ timeout: 20_000 });
  assert.equal(await page.evaluate(() => window.kept), true, "the page was not loaded anew");
  await daemon.stop();
  daemon.clean();
});

test("hostile text stays text, nothing else is loaded, axe finds nothing", async (t) => {
  const daemon = await serve();
  const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
  const body = { title: hostile, priority: "high", description: `${hostile} javascript:alert(1)`,
    requester: { name: hostile }, tags: ["<b>"] };
  await call(daemon.url, "/v1/tickets", { method: "POST", body });
  await call(daemon.url, "/v1/tickets/1/comments", { method: "POST", body: { body: hostile } });
  for (const colorScheme of ["light", "dark"]) {
    const viewport = { width: 360, height: 800 };
    const { page, trouble } = await open(t, { colorScheme, viewport }, daemon.url);
    for (const path of ["/", "/tickets", "/tickets/1", "/queues", "/deliveries?state=done",
      "/status"]) {
      await page.goto(daemon.url + path);
      await page.locator("main h1").first().waitFor({ state: "attached" });
      await page.getByText("Live", { exact: true }).waitFor();
      await page.waitForTimeout(200);
      assert.equal(await page.evaluate(() => window.hacked), undefined, path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${path} is ${wide} px wide`);
      assert.equal(await violations(page), "[]", `${path} ${colorScheme}`);
    }
    assert.deepEqual(trouble, []);
  }
  const { headers } = await call(daemon.url, "/");
  assert.ok(!headers.get("content-security-policy").includes("unsafe"));
  await daemon.stop();
  daemon.clean();
});

test("a person replies to a ticket with the keyboard alone, and solves it", async (t) => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("Keyboard"));
  const { page } = await open(t, {}, daemon.url);
  await page.goto(`${daemon.url}/tickets`);
  await page.getByRole("link", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("keyb");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Keyboard" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("We are on it");
  await page.keyboard.press("Control+Enter");
  await page.getByText("We are on it").waitFor();
  await page.getByRole("button", { name: "Solve", exact: true }).focus();
  await page.keyboard.press("Enter");
  await until(async () => (await call(daemon.url, "/v1/tickets/1")).json.status === "solved",
    "solved");
  await daemon.stop();
  daemon.clean();
});

test("a change that the desk refuses is said, and the choice shows what is so", async (t) => {
  const daemon = await serve();
  await teams(daemon.url, "local", 1, ticket("Printer"));
  const { page } = await open(t, {}, daemon.url);
  await page.route("**/v1/tickets/1", (route) => (route.request().method() !== "PATCH"
    ? route.continue()
    : route.fulfill({ status: 409, contentType: "application/problem+json",
      body: '{"detail":"Zendesk has not opened it yet"}' })));
  await page.goto(`${daemon.url}/tickets/1`);
  await page.getByLabel("Priority").selectOption("low");
  await page.getByText("Zendesk has not opened it yet").waitFor();
  await assertValue(page.getByLabel("Priority"), "high");
  await daemon.stop();
  daemon.clean();
});

test("with access tokens the board asks for one", async (t) => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "token"\n` });
  const { page } = await open(t, {}, daemon.url);
  await page.goto(daemon.url);
  await page.getByLabel("API token").waitFor();
  await daemon.stop();
  daemon.clean();
});
