// What people meet on the board beside the great lines: one number for a ticket on every page,
// deliveries in words, sums that agree, lists that say that they are cut, a ticket that is not
// there, links in messages, names of channels, and the thumb's place on a telephone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { open, violations } from "./browser.mjs";
import { call, folder, local, run, serve, until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const sql = (cwd, text) =>
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${cwd}/deskwire.db`, text]);

async function ticket(url, values = {}) {
  const body = { title: "VPN drops", priority: "high", description: "Since today",
    requester: { name: "Vera Lindqvist" }, ...values };
  const { status, text } = await call(url, "/v1/tickets", { method: "POST", body });
  assert.equal(status, 201, text);
}

test("deliveries are in words, with the number that people know, and their sums agree",
  async (t) => {
    const cwd = folder(local);
    const daemon = await serve({ cwd });
    await ticket(daemon.url);
    sql(cwd, "UPDATE ticket SET external_id = '3455', desk = 'zendesk'");
    const insert = (state, reason, done) => sql(cwd, `INSERT INTO delivery (event, ticket, lane,
      target, operation, payload, holds_lane, state, attempts, reason, created_at, done_at)
      VALUES (1, 1, 'slack:C1/1', 'slack', 'post', '{"channel":"C1","thread":"1","text":"x"}', 0,
      ${state}, 1, '${reason}', ${Date.now()}, ${done})`);
    insert(2, "channel_not_found", "NULL");
    insert(3, "", Date.now());
    insert(4, "not needed", Date.now());
    const { json } = await call(daemon.url, "/v1/deliveries?state=done");
    assert.equal(json.items[0].title, "Message to Slack");
    assert.equal(json.items[0].ticket_number, "3455");
    assert.equal((await call(daemon.url, "/v1/tickets/1")).json.deliveries[0].ticket_number,
      "3455");
    const { page, trouble } = await open(t, { viewport: { width: 1280, height: 800 } }, daemon.url);
    await page.goto(`${daemon.url}/deliveries`);
    await page.getByText("4 today: 2 delivered, 0 sending, 1 needs a decision, 1 discarded")
      .waitFor();
    await page.locator(".group").getByRole("link", { name: "#3455" }).waitFor();
    await page.getByRole("link", { name: "Delivered" }).click();
    const row = page.getByLabel("List of deliveries").getByRole("listitem").first();
    await row.getByText("Message to Slack").waitFor();
    await row.getByRole("link", { name: "#3455" }).waitFor();
    // The command and the page accept the same ids, and refuse the same ones in the same words.
    for (const id of ["2", "d-2", "d-000002"]) {
      assert.match(run(cwd, ["delivery", "show", id]).out, /id: d-000002/);
    }
    for (const words of [["show", "abc"], ["retry", "abc"], ["discard", "abc", "--why", "x"]]) {
      assert.match(run(cwd, ["delivery", ...words]).err,
        /abc is not a delivery \(d-000191\); `deskwire delivery list` shows what there is\n/);
    }
    for (const words of [["show", "99"], ["retry", "99"], ["discard", "99", "--why", "x"]]) {
      assert.match(run(cwd, ["delivery", ...words]).err,
        /there is no delivery d-000099; `deskwire delivery list` shows what there is\n/);
    }
    assert.deepEqual(trouble, []);
    await daemon.stop();
    daemon.clean();
  });

test("a ticket that is not there says so, and an address in a message is a link", async (t) => {
  const daemon = await serve();
  await ticket(daemon.url, { description: "See https://x.example/a (or http://y.example/b)." });
  const { page } = await open(t, { viewport: { width: 1280, height: 800 } });
  await page.goto(`${daemon.url}/tickets/99`);
  await page.getByRole("heading", { name: "No ticket #99", level: 1 }).waitFor();
  await until(async () => await page.title() === "Not found: ticket #99 · Deskwire", "its title");
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

test("a channel is called by its name, and a line is shown as Slack shows it", async (t) => {
  const slack = await fakeSlack();
  const daemon = await serve({ config: `${local}[[tally]]\nchannel = "C1"\n${slack.addressConfig}`,
  env: { SLACK_BOT_TOKEN: slack.bot, SLACK_APP_TOKEN: slack.app } });
  await until(async () => (await slack.order("state")).sockets === 2, "connected");
  await slack.order("bot", { channel: "C1", bot: "B9",
    text: "INC1 [ *Disk is full* ] Work note added by *Jon Snow* (_jxsrcc_):\n&gt; hello" });
  await until(async () => {
    const { json } = await call(daemon.url, "/v1/tally");
    return json.total === 1 && json.channel_names.length === 1;
  }, "the name");
  const { json } = await call(daemon.url, "/v1/tally");
  const [{ id, name }] = json.channel_names;
  assert.equal(id, "C1");
  const { page } = await open(t, { viewport: { width: 1280, height: 800 } });
  await page.goto(`${daemon.url}/agents?agent=jxsrcc`);
  await page.getByText(`Counted from #${name}.`).waitFor();
  await page.getByText("INC1 [ Disk is full ] Work note added by Jon Snow (jxsrcc):").waitFor();
  await daemon.stop();
  daemon.clean();
  slack.stop();
});
