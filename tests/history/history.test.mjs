// Histories of three replicas in bad weather, each explained. HISTORY_SEED repeats a plan,
// HISTORY_SECONDS is the time of one, HISTORY_HOURS goes on with fresh seeds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { check, words } from "./checker.mjs";
import { record, summary, write } from "./history.mjs";

const number = (name, otherwise) => Number(process.env[name] || otherwise);
const seconds = number("HISTORY_SECONDS", 60);
const hours = number("HISTORY_HOURS", 0);
const first = number("HISTORY_SEED", Date.now() % 1_000_000);
/** What comes before and after the load: a cluster, three starts, the last deliveries. */
const aroundSeconds = 15;
const loadSecondsMin = 10;

async function explainOne(seed) {
  console.log(`history: seed ${seed}`);
  const load = Math.max(loadSecondsMin, seconds - aroundSeconds);
  const history = await record(seed, load);
  const { found, explained, undecided } = check(history);
  console.log(`history: ${summary(history)}`);
  console.log(`history: ${explained} tickets explained, ${undecided} undecided, ` +
    `${found.length} findings`);
  if (found.length > 0) {
    const file = write(history);
    assert.fail(`seed ${seed}: ${found.length} findings in ${file}\n${words(found)}`);
  }
  return history.operations.length;
}

test("three replicas behind a bad network: every answer is explained", async () => {
  const end = Date.now() + hours * 3_600_000;
  let operations = await explainOne(first);
  let histories = 1;
  for (; Date.now() < end; ++histories) operations += await explainOne(first + histories);
  console.log(`history: ${histories} histories, ${operations} operations, all explained`);
});
