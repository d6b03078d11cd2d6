// What people's real messages did to similar tools, as cases: fixtures/reported.json, and every
// file of the folders in DESKWIRE_REPORTS (colon-separated) in the same form.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { reportedWorld } from "./reported_world.mjs";

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const cases = read(fileURLToPath(new URL("fixtures/reported.json", import.meta.url)));
for (const folder of (process.env.DESKWIRE_REPORTS ?? "").split(":").filter(Boolean)) {
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".json")).sort()) {
    cases.push(read(join(folder, name)));
  }
}

let reported;
before(async () => (reported = await reportedWorld()));
after(() => reported.end());

for (const one of cases) {
  test(`${one.how}: ${one.id}`, async () => assert.equal(await reported.play(one), ""));
}
