// Earlier tickets that resemble one: for agents alone, with the answer that helped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, local, run, serve } from "./daemon.mjs";

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
