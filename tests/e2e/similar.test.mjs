// Earlier tickets that resemble one: for agents alone, with the answer that helped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertValue, open as openPage, violations } from "./browser.mjs";
import { call, local, run, serve, signInAs } from "./daemon.mjs";

test("an agent sees similar tickets with their answer; a viewer does not", async () => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "token"\n` });
  const api = (role) => {
    const { token } = JSON.parse(
      run(daemon.cwd, ["token", "add", role, "--role", role, "--json"]).out);
    return (method, path, body) => call(daemon.url, path,
      { method, body, headers: { authorization: `Bearer ${token}` } });
  };
  const [agent, viewer] = ["agent", "viewer"].map(api);
  const open = async (title, description) => (await agent("POST", "/v1/tickets",
    { title, description, priority: "low", requester: { name: "Ana" } })).json.id;
  for (let i = 0; i < 9; ++i) await open("Printer jams", "The printer on the floor jams.");
  const first = await open("VPN error 619", "Since the update.");
  await agent("POST", `/v1/tickets/${first}/comments`, { body: "Call her back", public: false });
  await agent("POST", `/v1/tickets/${first}/comments`, { body: "Install the patch", public: true });
  await agent("PATCH", `/v1/tickets/${first}`, { status: "solved" });
  const asked = await open("VPN drops", "It says error 619");
  const { status, json } = await agent("GET", `/v1/tickets/${asked}/similar`);
  assert.equal(status, 200);
  assert.deepEqual(json.items.map((one) => [one.ticket.id, one.why, one.answer.body]),
    [[first, ["vpn", "error", "619"], "Install the patch"]]);
  assert.ok(json.items[0].rank > 0.5 && json.items[0].rank <= 1);
  assert.equal((await viewer("GET", `/v1/tickets/${asked}/similar`)).status, 403);
  assert.equal((await agent("GET", "/v1/tickets/999/similar")).status, 404);
  await daemon.stop();
  daemon.clean();
});

test("a ticket's page shows them to an agent, not to a viewer", async (t) => {
  const daemon = await serve({ config: `${local}\n[access]\nmode = "password"\n` });
  const [agent, viewer] = [await signInAs(daemon, "agent"), await signInAs(daemon, "viewer")];
  const api = (method, path, body) => call(daemon.url, path, { method, body, headers: agent });
  const open = async (title, description) => (await api("POST", "/v1/tickets",
    { title, description, priority: "low", requester: { name: "Ana" } })).json.id;
  const first = await open("VPN error 619 <b>", "Since the update.");
  await api("POST", `/v1/tickets/${first}/comments`, { body: "Install <i>the patch</i>",
    public: true });
  await api("PATCH", `/v1/tickets/${first}`, { status: "solved" });
  const asked = await open("VPN drops", "It says error 619");
  const pageOf = async ({ cookie }) => {
    const { page, trouble } = await openPage(t, { viewport: { width: 1280, height: 900 } });
    const [name, value] = cookie.split("=");
    await page.context().addCookies([{ name, value, url: daemon.url }]);
    const calls = [];
    page.on("request", (request) => calls.push(request.url()));
    await page.goto(`${daemon.url}/tickets/${asked}`);
    await page.getByRole("heading", { name: "VPN drops" }).waitFor();
    return { page, trouble, calls };
  };
  const { page, trouble } = await pageOf(agent);
  const panel = page.getByRole("region", { name: "Similar tickets" });
  await panel.getByText("VPN error 619 <b>").waitFor();
  await panel.getByText("vpn, error, 619").waitFor();
  await page.getByLabel("Reply", { exact: true }).fill("Hello Ana,");
  await panel.getByRole("button", { name: "Use this answer of #1" }).click();
  await assertValue(page.getByLabel("Reply", { exact: true }),
    "Hello Ana,\n\nInstall <i>the patch</i>");
  assert.equal(await violations(page), "[]");
  const { json } = await api("GET", `/v1/tickets/${asked}`);
  assert.deepEqual(json.comments, [], "nothing was sent");
  assert.deepEqual(trouble, []);
  const other = await pageOf(viewer);
  await other.page.getByText("It says error 619").waitFor();
  assert.equal(await other.page.getByText("Similar tickets").count(), 0);
  assert.deepEqual(other.calls.filter((url) => url.includes("similar")), []);
  assert.deepEqual(other.trouble, []);
  await daemon.stop();
  daemon.clean();
});
