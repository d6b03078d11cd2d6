// All that a history has to show. Pure: a history in, findings out. `node checker.mjs FILE` looks
// at one that a failed run wrote.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  checkAnswers, checkNotices, checkRest, checkSchedule, checkSleepers,
} from "./check_effects.mjs";
import { checkMessages, checkTicketMessages } from "./check_queues.mjs";
import { checkComments, checkOpened, checkRegisters } from "./check_tickets.mjs";

/** {found: [{rule, about, what, ops}], explained, undecided} */
export function check(history) {
  const registers = checkRegisters(history);
  const found = [
    ...checkOpened(history), ...registers.found, ...checkComments(history),
    ...checkMessages(history), ...checkTicketMessages(history), ...checkNotices(history),
    ...checkSchedule(history), ...checkSleepers(history), ...checkAnswers(history),
    ...checkRest(history),
  ];
  return { found, explained: registers.explained, undecided: registers.undecided };
}

/** The findings in words, a rule's first `most` of each. */
export function words(found, most = 5) {
  const byRule = new Map();
  for (const one of found) byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), one]);
  return [...byRule].map(([rule, list]) => {
    const lines = list.slice(0, most).map((one) => `    ${one.about}: ${one.what}`);
    if (list.length > most) lines.push(`    ... and ${list.length - most} more`);
    return `  ${rule}: ${list.length}\n${lines.join("\n")}`;
  }).join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // JSON has no Infinity: an answer that never came was written as null.
  const history = JSON.parse(readFileSync(process.argv[2], "utf8"));
  for (const one of history.operations) one.ret ??= Infinity;
  const { found, explained, undecided } = check(history);
  console.log(`${explained} tickets explained, ${undecided} undecided, ${found.length} findings`);
  console.log(words(found, 50));
  process.exit(found.length > 0 ? 1 : 0);
}
