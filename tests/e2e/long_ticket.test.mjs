// A ticket for which five hundred things were sent stays readable and quick.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { open, violations } from "./browser.mjs";
import { call, local, serve } from "./daemon.mjs";

/** Copies what was sent for the ticket, a minute apart; two of them fail. */
const copies = `
import sqlite3
db = sqlite3.connect("deskwire.db")
columns = [row[1] for row in db.execute("PRAGMA table_info(delivery)") if row[1] != "id"]
names = ", ".join(columns)
row = dict(zip(columns, db.execute(f"SELECT {names} FROM delivery LIMIT 1").fetchone()))
db.execute("DELETE FROM delivery")
for i in range(500):
    one = dict(row, created_at=row["created_at"] + i * 60000, done_at=row["created_at"] + i * 60000)
    if i in (100, 200):
        one.update(state=2, reason=f"channel_not_found {i}")
    else:
        one.update(state=3)
    places = ", ".join("?" * len(columns))
    db.execute(f"INSERT INTO delivery ({names}) VALUES ({places})", list(one.values()))
db.commit()
`;

test("500 deliveries of a ticket are folded, what failed and the newest first", async (t) => {
  const queue = '[[queue]]\nname = "high"\n';
  let daemon = await serve({ config: `${local}\n${queue}` });
  await call(daemon.url, "/v1/tickets", { method: "POST", body: { title: "VPN", priority: "high",
    description: "It drops.", requester: { name: "Ana", email: "ana@x.example" } } });
  await daemon.stop();
  const made = spawnSync("python3", ["-c", copies], { cwd: daemon.cwd, encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  daemon = await serve({ cwd: daemon.cwd });
  const { json } = await call(daemon.url, "/v1/tickets/1");
  assert.equal(json.deliveries.length, 500);
  const { page, trouble } = await open(t, { viewport: { width: 1280, height: 900 } });
  const began = Date.now();
  await page.goto(`${daemon.url}/tickets/1`);
  await page.getByText(/of 500 messages delivered|500 messages delivered/).waitFor();
  assert.ok(Date.now() - began < 3000, `${Date.now() - began} ms`);
  const lines = page.locator(".conversation > li");
  assert.ok(await lines.count() < 12, `${await lines.count()} lines`);
  await page.getByText("channel_not_found 200").first().waitFor();
  await page.getByRole("button", { name: "Show deliveries" }).click();
  const rows = page.getByLabel("List of deliveries").locator("> li");
  assert.equal(await rows.count(), 20);
  assert.match(await rows.first().innerText(), /channel_not_found 200/);
  assert.match(await rows.nth(1).innerText(), /channel_not_found 100/);
  assert.match(await rows.nth(2).locator("code").innerText(), /501/);
  await page.getByRole("button", { name: "Show more of 500" }).click();
  assert.equal(await rows.count(), 120);
  assert.equal(await violations(page), "[]");
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});
