// The demo as a visitor has it: one command, a page, and a proof that holds while things break.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { open, violations } from "./browser.mjs";
import { call, until } from "./daemon.mjs";
import { demo, sum } from "./demo_world.mjs";

test("a message is a ticket, an answer is in the thread, and a note is not", async () => {
  const world = await demo("--speed", "0");
  const { ts } = await world.tell("/say", { text: "VPN <b>broke</b> & stays broken\nError 619" });
  const ticket = await world.see("the ticket", (now) =>
    now.tickets.find((one) => one.thread === ts && one.board > 0));
  assert.equal(ticket.subject, "VPN <b>broke</b> & stays broken");
  await world.tell("/answer", { ticket: ticket.id, text: "Try <again> now", is_public: true });
  await world.tell("/answer", { ticket: ticket.id, text: "He forgot it again", is_public: false });
  await world.tell("/say", { text: "It works!", thread: ts });
  const thread = (now) => now.threads.find((one) => one.ts === ts);
  await world.see("the answer", (now) =>
    thread(now).replies.some((one) => one.text === "*Ida Agent*: Try &lt;again&gt; now"));
  await world.see("the reply", (now) => now.books.comments.arrived === 1);
  await world.tell("/say", { text: "done", thread: ts });
  await world.see("solved", (now) =>
    now.tickets.find((one) => one.id === ticket.id).status === "solved");
  const end = await world.see("all told", (now) => sum(now.books, "waiting") === 0 && now);
  assert.equal(end.books.leaked, 0);
  assert.ok(!JSON.stringify(thread(end)).includes("forgot"));
  const shown = await call(world.board, `/v1/tickets/${ticket.board}`);
  assert.equal(shown.json.title, ticket.subject);
  // The mail box: the week's letters, and the hour out of line with its picture.
  const mails = await world.see("letters", (now) => now.mails.length > 5 && now.mails);
  assert.ok(mails.some((one) => /^Your tickets? INC/.test(one.subject)));
  const spike = mails.find((one) => one.subject.startsWith("Ticket spike: "));
  const picture = await fetch(`${world.world}/mails/${spike.id}/0`);
  assert.equal(picture.headers.get("content-type"), "image/png");
  assert.match(spike.text, /vpn/);
  await world.tell("/teams", { text: "Title: Beamer\nPriority: high\nDescription: Dark." });
  assert.match((await world.look()).teams[0].answer, /^Ticket #\d+ \(high\): Beamer/);
  assert.deepEqual(await world.stop(), { code: 0, left: [] });
});

test("nothing is lost or doubled while it is killed and both sides misbehave", async () => {
  const world = await demo();
  await world.tell("/troubles", { slack_twice: true, lost_answers: true });
  for (let i = 1; i <= 3; ++i) {
    const { ts } = await world.tell("/say", { text: `Printer ${i} is on fire` });
    await world.tell("/say", { text: `Still ${i}`, thread: ts });
    await world.tell("/say", { text: "And again", thread: ts });
    await world.tell("/say", { text: "And again", thread: ts });
    await new Promise((resume) => setTimeout(resume, 300));
    await world.tell("/kill");
    const { books } = await world.look();
    assert.equal(sum(books, "doubled") + books.leaked, 0, JSON.stringify(books));
    await world.see("started again", (now) => now.is_ready);
  }
  await world.tell("/troubles", { desk_down: true });
  await world.tell("/say", { text: "Said while Zendesk was down" });
  await world.tell("/speed", { speed: 0 });
  await world.see("something waits", (now) => now.books.tickets.waiting > 0);
  await world.tell("/troubles", { desk_down: false, slack_twice: false, lost_answers: false });
  const end = await until(async () => {
    const now = await world.look();
    return sum(now.books, "waiting") === 0 && now;
  }, "all of it has arrived", 45_000);
  assert.equal(sum(end.books, "doubled") + end.books.leaked, 0, JSON.stringify(end.books));
  assert.equal(end.kills, 3);
  assert.ok(end.books.tickets.arrived >= 4 && end.books.comments.arrived >= 9);
  await world.stop();
});

test("another site's page is not obeyed, and --keep leaves the files", async () => {
  const world = await demo("--speed", "0", "--keep");
  const say = (headers, body = { text: "x" }) =>
    call(world.world, "/say", { method: "POST", body, headers });
  assert.equal((await say({ origin: "http://evil.example" })).status, 403);
  assert.equal((await say({ "content-type": "text/plain" })).status, 415);
  assert.equal((await say({}, { text: "  " })).status, 400);
  assert.equal((await world.look()).books.tickets.said > 50, false);
  const { code, left } = await world.stop();
  assert.equal(code, 0);
  assert.equal(left.length, 1);
  assert.equal(existsSync(world.folder), false);
});

const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> *b*`;

/** A conversation by the page alone, with text that would like to be more than text. */
async function talk(page) {
  await page.getByLabel("Message to #support").fill(hostile);
  await page.keyboard.press("Enter");
  const thread = page.getByRole("group", { name: "The thread" });
  const ticket = page.getByRole("group", { name: "The ticket" });
  await thread.getByText("<img src=x").waitFor();
  await ticket.getByText("<script>window").first().waitFor();
  await page.getByLabel("Answer", { exact: true }).fill(`javascript:alert(1) ${hostile}`);
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await thread.getByText("Ida Agent").waitFor();
  await page.getByRole("button", { name: "Solve", exact: true }).click();
  await thread.getByText("✓ solved").waitFor();
}

test("the page: hostile text stays text, axe finds nothing, a thread and its ticket", async (t) => {
  const world = await demo("--speed", "0");
  for (const [colorScheme, width] of [["light", 1280], ["dark", 360]]) {
    const look = { colorScheme, viewport: { width, height: 800 } };
    const { page, trouble } = await open(t, look, world.world);
    await page.goto(world.world);
    if (width === 1280) await talk(page);
    await page.getByRole("img", { name: /Tickets by the hour/ }).waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px wide`);
    assert.equal(await violations(page), "[]");
    assert.deepEqual(trouble, []);
    await page.close();
    // The second look is at a page with a morning on it.
    await world.tell("/speed", { speed: 1 });
  }
  const { headers } = await call(world.world, "/");
  assert.ok(!headers.get("content-security-policy").includes("unsafe"));
  await world.stop();
});
