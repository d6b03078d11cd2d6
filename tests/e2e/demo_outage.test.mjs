// The guide of incidents, followed with the demo (docs/guide/storm.md): at eleven the VPN goes
// down; the visitor makes the group one incident, answers once, and sees the answer arrive.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { open as openPage } from "./browser.mjs";
import { call, runBeside, until } from "./daemon.mjs";
import { demo, sum } from "./demo_world.mjs";

const reports = 18;
/** The pictures of docs/pictures: of a demo that has played for two minutes. */
const pictures = process.env.DESKWIRE_PICTURES;
const shoot = async (page, name) => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${pictures}/${name}.png` });
};
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Threads that say so, and how often each of them has a post that fits. */
const posts = (now, pattern) => now.threads.filter((one) => /vpn/i.test(one.text))
  .map((one) => one.replies.filter((each) => pattern.test(each.text)).length);

/** Whether all reports have one post. The page of the demo shows the newest threads alone: while a
    day plays for pictures, others come in between. */
const haveOne = (counts) => (pictures ? counts.includes(1) && counts.every((count) => count <= 1)
  : counts.filter((count) => count === 1).length >= reports);

test("an outage of the demo: seen, one incident, one answer in every thread", async (t) => {
  const world = await demo("--speed", pictures ? "60" : "0");
  const { page, trouble } = await openPage(t, { viewport: { width: 1280, height: 980 } });
  if (pictures) await page.waitForTimeout(120_000);
  await page.goto(world.world);
  await button(page, "The VPN goes down now").click();
  await page.getByRole("link", { name: "Incidents", exact: true }).waitFor();
  assert.equal((await call(world.world, "/outage", { method: "POST", body: {} })).status, 409);
  await page.goto(world.board);
  const headline = page.getByRole("heading", { level: 1 });
  await headline.getByText(/VPN.* tickets from .* people since/).waitFor({ timeout: 40_000 });
  const seen = async () => (await call(world.board, "/v1/incidents")).json.items[0];
  await until(async () => (await seen())?.joined >= reports, "all reports are in it", 60_000);
  await shoot(page, "now");
  await button(page, "Make it one incident").click();
  await page.waitForURL(/\/incidents\/\d+$/);
  const path = `/v1${new URL(page.url()).pathname}`;
  const line = /This is part of a known incident, #\d+\./;
  await world.see("each thread is told once", (now) => haveOne(posts(now, line)), 90_000);
  await page.getByLabel("Answer everyone").fill("The gateway is back. Please connect again.");
  await page.getByRole("button", { name: /^Answer \d+$/ }).click();
  await page.getByText(/Reached (\d+) of \1\./).waitFor({ timeout: 90_000 });
  await shoot(page, "incident");
  const now = await world.see("the answer is in every thread", (found) =>
    haveOne(posts(found, /The gateway is back\./))
      && (pictures || sum(found.books, "waiting") === 0) && found);
  assert.ok(now.books.incidents.arrived >= reports, JSON.stringify(now.books));
  assert.equal(sum(now.books, "doubled") + now.books.leaked, 0, JSON.stringify(now.books));
  for (const name of pictures ? ["agents", "volume", "status"] : []) {
    const other = await page.context().newPage();
    await other.goto(`${world.board}/${name}`);
    await shoot(other, name);
    await other.goto(world.world);
    await shoot(other, "demo");
    await other.close();
  }
  await button(page, "Solve all…").click();
  await page.getByRole("button", { name: /^Solve \d+$/ }).click();
  await headline.getByText(/solved after/).waitFor();
  await until(async () => (await call(world.board, path)).json.tickets
    .every((one) => one.status === "solved"), "all are solved", 60_000);
  assert.deepEqual(trouble.filter((one) => !/^asked /.test(one)), []);
  assert.deepEqual(await world.stop(), { code: 0, left: [] });
});

test("at eleven of the demo's day the VPN goes down by itself", async () => {
  const world = await demo("--speed", "120", "--keep");
  await until(async () => (await call(world.board, "/v1/incidents")).json.items
    .some((one) => one.joined >= 6 && one.why.some((each) => /vpn|619/.test(each.word))),
  "the group", 150_000);
  assert.ok((await world.look()).day.minute >= 660);
  const folder = join(world.folder, readdirSync(world.folder)[0]);
  const { out, err } = await runBeside(folder, ["incident", "list"]);
  assert.match(out, /vpn/i, err);
  await world.stop();
});
