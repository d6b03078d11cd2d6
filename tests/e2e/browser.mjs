// The board in a real browser, for tests that look at it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";
import { chromium } from "playwright-core";
import { until } from "./daemon.mjs";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Starting a browser costs more than most tests do in it: a file has one.
let browser = null;
after(async () => (await browser)?.close());

/**
 * A page in a context of its own, which shares nothing with another's; and what went wrong on it,
 * with `home`, calls elsewhere too.
 */
export async function open(t, options = {}, home = "") {
  browser ??= chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args });
  const context = await (await browser).newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (line) => line.type() === "error" && trouble.push(line.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(home) || request.url().startsWith("data:");
    if (!isOwn) trouble.push(`asked ${request.url()}`);
  });
  return { page, trouble };
}

/** Username and number of each bar, from the top. */
export const bars = (page) => page.evaluate(() => [...document.querySelectorAll("tr[data-agent]")]
  .map((row) => `${row.dataset.agent} ${row.querySelector("button.link").textContent}`)
  .join(", "));

/** A field's value, once the page has drawn what was pressed or typed. */
export async function assertValue(field, expected, why) {
  // Whether it came: what is there instead is said better by the assertion.
  await until(async () => await field.inputValue() === expected, "", 5000).catch(() => {});
  assert.equal(await field.inputValue(), expected, why);
}

/** What axe finds, run beside the page's own scripts, whose policy would forbid it. */
export async function violations(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld",
    { frameId: frameTree.frame.id });
  await session.send("Runtime.evaluate", { expression: axe, contextId });
  const { result } = await session.send("Runtime.evaluate", {
    expression: "axe.run().then((r) => JSON.stringify(r.violations.map((v) => " +
      "v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join('; '))))",
    contextId, awaitPromise: true,
  });
  return result.value;
}
