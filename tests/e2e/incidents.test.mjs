// The board's incident page: an outage is seen, made one incident, answered, and ended, by a person
// in a browser.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { assertValue, open as openPage, violations } from "./browser.mjs";
import { call, local, serve, signInAs, until } from "./daemon.mjs";

const pictures = process.env.DESKWIRE_PICTURES;
const storm = `${local}\n[storm]\nmin_tickets = 5\n`;
const hostile = `<img src=x onerror="window.hacked=1"> VPN drops, error 619`;

async function report(daemon, i, title, headers = {}) {
  const { status, text } = await call(daemon.url, "/v1/tickets", { method: "POST", headers,
    body: { title, description: "It does.", priority: i % 3 ? "low" : "high",
      requester: { name: `Person ${i}`, email: `p${i}@x.example` } } });
  assert.ok(status < 300, text);
}

async function outage(daemon, headers = {}) {
  const open = (i, title) => report(daemon, i, title, headers);
  for (let i = 0; i < 8; ++i) await open(100 + i, `Printer${i} paper${i}`);
  for (let i = 0; i < 13; ++i) await open(i, `VPN drops, error 619, says person${i}`);
  await open(13, hostile);
  return until(async () => (await call(daemon.url, "/v1/incidents", { headers })).json.items
    .find((one) => one.joined === 14), "the group", 20_000);
}

/** At three widths, light and dark: nothing is wider than the window, axe finds nothing. */
async function look(page, name) {
  const all = [[360, "light"], [1280, "dark"], [1920, "light"], [360, "dark"], [1280, "light"],
    [1920, "dark"]];
  for (const [width, colorScheme] of pictures ? all : all.slice(0, 3)) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), colorScheme);
    await page.waitForTimeout(100);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} at ${width} is ${wide} px wide`);
    assert.equal(await violations(page), "[]", `${name} ${colorScheme} ${width}`);
    if (!pictures) continue;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-${width}.png`,
      fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

/** A note is for agents alone, and never one press away from everybody. */
async function writesNote(page, daemon, id) {
  await page.getByLabel("Answer everyone").fill("Soon.");
  await button(page, "Private note").click();
  const note = page.getByLabel("Private note", { exact: true });
  assert.equal(await note.inputValue(), "");
  await note.fill("Restart at 11:55, says <b>Bo</b>.");
  await look(page, "incident-note");
  await button(page, "Add note").dblclick();
  await page.getByText("private note · stays here").waitFor();
  await page.getByText("Restart at 11:55, says <b>Bo</b>.").waitFor();
  await button(page, "Answer everyone").click();
  await assertValue(page.getByLabel("Answer everyone"), "Soon.");
  await page.getByLabel("Answer everyone").fill("");
  const get = async (path) => (await call(daemon.url, path)).json;
  const commentsOf = async (ticket) => (await get(`/v1/tickets/${ticket}`)).comments;
  assert.deepEqual((await commentsOf(id)).filter((one) => !one.public).map((one) => one.body),
    ["Restart at 11:55, says <b>Bo</b>."]);
  for (const one of (await get(`/v1/incidents/${id}`)).tickets) {
    assert.equal((await commentsOf(one.ticket)).filter((said) => /Restart/.test(said.body)).length,
      0);
  }
  assert.equal((await get(`/v1/incidents/${id}`)).answers.length, 1);
}

/** The ticket of the parent: what is written there goes to all, and says so. */
async function looksAtParent(page, daemon, id) {
  await page.goto(`${daemon.url}/tickets/${id}`);
  await page.getByText(/The parent of incident .*14 tickets, open for/).waitFor();
  const answer = page.getByLabel("Answer everyone");
  assert.equal(await answer.getAttribute("placeholder"),
    "Each of the 14 tickets of this incident hears this once.");
  await button(page, "Answer 14").waitFor();
  await page.getByText("Solving it ends the incident and solves its 14 tickets.").waitFor();
  assert.equal(await page.getByText(/Reply to/).count(), 0, "nobody replies to Deskwire");
  await look(page, "incident-parent");
}

/** It comes back: another one, that says after which; what was said of the first stays. */
async function comesBack(page, daemon, id) {
  const first = async () => (await call(daemon.url, `/v1/incidents/${id}`)).json;
  const { why, requesters, since } = await first();
  for (let i = 20; i < 26; ++i) await report(daemon, i, `VPN drops, error 619, says again${i}`);
  const group = await until(async () => (await call(daemon.url, "/v1/incidents")).json.items
    .find((one) => one.joined === 6), "the second group", 20_000);
  assert.equal(group.again.id, id);
  assert.ok(group.why.every((one) => one.tickets <= 6), JSON.stringify(group.why));
  const after = await first();
  assert.deepEqual([after.why, after.requesters, after.since, after.again],
    [why, requesters, since, null]);
  await page.goto(daemon.url);
  await page.getByText(/^Again: .* after #\d+ was solved\. Nobody has decided yet/).waitFor();
  await page.goto(`${daemon.url}/incidents`);
  await page.getByText(/Again: .* after/).waitFor();
  await page.goto(`${daemon.url}/incidents/${group.group}`);
  await page.getByText(/Again: .* after/).getByRole("link", { name: `#${id}` }).click();
  await page.waitForURL(`${daemon.url}/incidents/${id}`);
}

test("an outage is seen, made one incident, answered once, and solved", async (t) => {
  const daemon = await serve({ config: storm });
  const group = await outage(daemon);
  const { page, trouble } = await openPage(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(daemon.url);
  const headline = page.getByRole("heading", { level: 1 });
  await headline.getByText(/14 tickets from 14 people since \d\d:\d\d/).waitFor();
  await page.getByText("Nobody has decided yet whether this is one incident.").waitFor();
  await look(page, "now-group");
  await headline.getByRole("link").click();
  await page.getByRole("region", { name: "Why these" }).getByText("vpn", { exact: true }).waitFor();
  await button(page, "Show all 14").click();
  await page.getByRole("region", { name: "Tickets" }).getByText("<img src=x").waitFor();
  await look(page, "incident-group");
  await button(page, "Make it one incident").click();
  await page.waitForURL(/\/incidents\/\d+$/);
  const id = Number(page.url().split("/").at(-1));
  const api = async () => (await call(daemon.url, `/v1/incidents/${id}`)).json;
  assert.equal((await api()).group, group.group);

  // Pressed twice is one.
  await page.getByLabel("Answer everyone").fill("The gateway is <b>back</b>.");
  await button(page, "Answer 14").dblclick();
  await page.getByText("Reached 14 of 14.").waitFor();
  assert.deepEqual((await api()).answers.map((one) => one.body), ["The gateway is <b>back</b>."]);
  await assertValue(page.getByLabel("Answer everyone"), "");

  await writesNote(page, daemon, id);

  await button(page, "Show all 14").click();
  await button(page, "Remove #12").click();
  await page.getByText("13 tickets, 1 left").waitFor();
  await button(page, "Add a ticket").click();
  await page.getByLabel("Number of the ticket, or words of it").fill("Printer3");
  await button(page, "Add #4").click();
  await page.getByText("14 tickets, 1 left").waitFor();
  await page.getByText("#4 was added by a person").waitFor();
  await look(page, "incident-open");

  await looksAtParent(page, daemon, id);
  await page.goto(`${daemon.url}/tickets/9`);
  await page.getByText(/Part of incident .*14 tickets, open for/).waitFor();
  await page.goto(daemon.url);
  await headline.getByText(/incident with 14 tickets since/).waitFor();
  await page.getByText(/^First answered at \d\d:\d\d\./).waitFor();
  await look(page, "now-incident");
  await headline.getByRole("link").click();

  await page.getByLabel("Answer everyone").fill("It was the gateway.");
  await button(page, "Answer and solve all…").click();
  await button(page, "Cancel").click();
  assert.equal((await api()).state, "open");
  await button(page, "Answer and solve all…").click();
  await button(page, "Answer and solve 14").click();
  await page.getByRole("heading", { level: 1 }).getByText("14 tickets, solved after").waitFor();
  assert.equal(await page.getByLabel("Answer everyone").count(), 0);
  await until(async () => (await call(daemon.url, `/v1/tickets/${id}`)).json.status === "solved",
    "the parent is solved");
  await until(async () => (await api()).tickets.filter((one) => one.left_at === null)
    .every((one) => one.status === "solved" && one.heard.length > 0), "all are solved");
  await look(page, "incident-solved");
  await page.goto(`${daemon.url}/tickets/${id}`);
  const reply = page.getByRole("textbox", { name: "Reply" });
  assert.match(await reply.getAttribute("placeholder"), /is solved: .* goes to nobody/);
  await comesBack(page, daemon, id);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});

test("it was none: all leave; a group is dismissed; others' acts show at once", async (t) => {
  const daemon = await serve({ config: storm });
  const group = await outage(daemon);
  const post = (path, body) => call(daemon.url, path, { method: "POST", body });
  const { page, trouble } = await openPage(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${daemon.url}/incidents`);
  const seen = page.getByRole("region", { name: "Seen" });
  await seen.getByText(/14 tickets from 14 people/).waitFor();
  const { json: made } = await post("/v1/incidents",
    { tickets: [1, 2, 3], title: "Printers are out" });
  await page.getByRole("region", { name: "Open" }).getByText("Printers are out").waitFor();
  await page.getByRole("link", { name: "Incidents" }).getByText("2 to look at").waitFor();
  await look(page, "incidents");
  await seen.getByRole("button", { name: "Not an incident" }).click();
  await seen.waitFor({ state: "detached" });
  await button(page, "Show those that were no incident").click();
  await page.getByRole("region", { name: "Not an incident" }).getByRole("link").click();
  await page.getByText("A person said that it is no incident.").waitFor();
  assert.equal(await button(page, "Make it one incident").count(), 0);
  assert.equal((await call(daemon.url, `/v1/incidents/${group.group}`)).json.state, "dismissed");

  await page.goto(`${daemon.url}/incidents/${made.id}`);
  // Somebody else answers: this page shows it, and who has heard.
  await button(page, "Answer 3").waitFor();
  await post(`/v1/incidents/${made.id}/answers`, { body: "We look at it." });
  await page.getByText("We look at it.").waitFor();
  await page.getByText("Reached 3 of 3.").waitFor();
  await button(page, "It was no incident…").click();
  assert.equal((await call(daemon.url, `/v1/incidents/${made.id}`)).json.state, "open");
  await button(page, "Dissolve it").click();
  await page.getByRole("heading", { level: 1 }).getByText("it was no incident").waitFor();
  assert.equal(await button(page, "It was no incident…").count(), 0);
  await page.goto(`${daemon.url}/incidents/999`);
  await page.getByRole("heading", { name: "No incident 999" }).waitFor();
  assert.deepEqual(trouble.filter((one) => !/status of 404/.test(one)), []);
  await daemon.stop();
  daemon.clean();
});

test("a viewer sees all of it and has no button", async (t) => {
  const daemon = await serve({ config: `${storm}\n[access]\nmode = "password"\n` });
  const [agent, viewer] = [await signInAs(daemon, "agent"), await signInAs(daemon, "viewer")];
  await outage(daemon, agent);
  const made = await call(daemon.url, "/v1/incidents", { method: "POST", headers: agent,
    body: { tickets: [1, 2, 3], title: "Printers are out" } });
  assert.equal(made.status, 201, made.text);
  const noted = (headers, body) => call(daemon.url, `/v1/tickets/${made.json.id}/comments`,
    { method: "POST", headers, body: { body, public: false } });
  assert.equal((await noted(viewer, "Psst")).status, 403);
  assert.equal((await noted(agent, "Restart soon.")).status, 201);
  const { page, trouble } = await openPage(t, { viewport: { width: 1280, height: 900 } });
  const [name, value] = viewer.cookie.split("=");
  await page.context().addCookies([{ name, value, url: daemon.url }]);
  const main = page.locator("main");
  for (const [path, text] of [["/", "14 tickets from 14 people"],
    ["/incidents", "Printers are out"], [`/incidents/${made.json.id}`, "Printers are out"]]) {
    await page.goto(daemon.url + path);
    await main.getByText(text).first().waitFor();
    const names = await main.getByRole("button").allInnerTexts();
    assert.deepEqual(names.filter((one) => !/^(Show|All) /.test(one)), [], path);
    assert.equal(await main.locator("textarea, input").count(), 0, path);
  }
  assert.deepEqual(trouble, []);
  await daemon.stop();
  daemon.clean();
});
