// The fake PagerDuty under PagerDuty's own client, and the daemon's check beside it.
import assert from "node:assert/strict";
import { test } from "node:test";
import pdjs from "@pagerduty/pdjs";
import { folder, local, run } from "./daemon.mjs";
import { fake } from "./fake.mjs";

test("PagerDuty's client reads who is on call, page by page", async () => {
  const pagerduty = await fake("fake_pagerduty");
  const ask = (data) => pdjs.api({ url: `${pagerduty.url}/oncalls`, token: "pd-token", data });
  const all = await ask({ "escalation_policy_ids[]": "P1", "include[]": "users" });
  assert.deepEqual(all.data.oncalls.map((one) => [one.escalation_level, one.user.email]),
    [[1, "bo@acme.example"], [2, "ana@acme.example"]]);
  assert.equal(all.data.oncalls[1].schedule, null);
  const first = await ask({ "escalation_policy_ids[]": "P1", limit: 1 });
  assert.equal(first.data.oncalls[0].user.type, "user_reference");
  const second = await first.next();
  assert.equal(second.data.oncalls[0].user.summary, "Ana Lopez");
  assert.equal(second.data.more, false);
  pagerduty.stop();
});

test("check says who is on call, from PagerDuty and from a rota", async () => {
  const pagerduty = await fake("fake_pagerduty");
  const cwd = folder(`${local}
[oncall.sre]
provider = "pagerduty"
token = "pd-token"
policy = "P1"
api_url = "${pagerduty.url}"
[oncall.office]
provider = "static"
people = [{ name = "Cy", email = "cy@acme.example", slack = "U3" }]
rotate = "mon 09:00"
`);
  const { out, code } = run(cwd, ["check", "--json"]);
  assert.equal(code, 0, out);
  const detail = (name) => JSON.parse(out).items.find((one) => one.name === name).detail;
  assert.equal(detail("oncall sre (pagerduty)"), "primary Bo Ek, secondary Ana Lopez");
  assert.equal(detail("oncall office (static)"), "primary Cy");
  pagerduty.stop();
});

test("an [oncall] without what its provider needs stops the start", () => {
  const cwd = folder(`${local}
[oncall.sre]
provider = "opsgenie"
[oncall.office]
provider = "static"
rotate = "*/5 * * * *"
`);
  const { err, code } = run(cwd, ["check", "--offline"]);
  assert.equal(code, 78);
  for (const part of ["oncall.sre.token", "oncall.sre.policy", "oncall.office.people",
    "oncall.office.rotate"]) {
    assert.ok(err.includes(part), `${part} in ${err}`);
  }
});
