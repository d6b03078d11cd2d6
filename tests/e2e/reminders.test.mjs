// A thread without a first reply mentions who is on call, once, and not again after a restart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeWorld } from "./bridge_world.mjs";
import { until } from "./daemon.mjs";

test("a thread without a reply is reminded once; a reply in time ends it", async () => {
  const world = await bridgeWorld({
    bridge: 'oncall = "office"\nremind = "2s"\n',
    more: `[oncall.office]
provider = "static"
people = [{ name = "Bo Ek", email = "bo@x.example", slack = "U20" }]
`,
  });
  await world.start();
  const reminders = async (ts) => (await world.thread(ts)).map((one) => one.text)
    .filter((text) => /No reply yet/.test(text));
  const silent = await world.say("VPN is down");
  const answered = await world.say("Door is shut");
  await world.hears(silent, /^Ticket #/);
  await world.hears(answered, /^Ticket #/);
  await world.say("I look at it", answered, { user: "U8" });
  await world.reads(answered, /I look at it/);
  await until(async () => (await reminders(silent)).length > 0, "a reminder", 75_000);
  await world.daemon.stop();
  await world.start();
  await new Promise((done) => setTimeout(done, 61_000));
  assert.deepEqual(await reminders(silent), ["No reply yet after 2s. <@U20>"]);
  assert.deepEqual(await reminders(answered), []);
  await world.end();
});
