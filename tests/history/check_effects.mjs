// Effects outside: each customer hears once; a schedule's time has one run; and a replica that
// slept sends nothing that others had taken over. Pure.
import { countBy, name } from "./groups.mjs";

/** What a request that was refused or not answered may still have brought about later. */
const refusedMs = 1000;
const unknownMs = 12_000;
const wokenMs = 5000;

/** final: {customers: [email], posts: [{email, replica, at}]} */
export function checkNotices({ final }) {
  const found = [];
  const byCustomer = new Map(final.customers.map((email) => [email, []]));
  for (const post of final.posts) {
    if (byCustomer.has(post.email)) {
      byCustomer.get(post.email).push(post);
    } else {
      found.push({ rule: "a notice to nobody", about: post.email, what: `by ${post.replica}`,
        ops: [] });
    }
  }
  for (const [email, posts] of byCustomer) {
    if (posts.length === 1) continue;
    const by = posts.map((one) => `${one.replica} at ${one.at.toFixed(0)} ms`).join(", ");
    const rule = posts.length === 0 ? "a customer was never told" : "a customer was told twice";
    found.push({ rule, about: email, what: by, ops: [] });
  }
  return found;
}

/** When a request has had its effect at the latest: a replica that slept found it waking up. */
function latest(one, sleeps) {
  if (one.outcome !== "unknown") return one.ret + refusedMs;
  const woken = sleeps.filter(({ replica, at }) => replica === one.replica && at > one.call)
    .map(({ at }) => at + wokenMs);
  return Math.max(one.call + unknownMs, ...woken);
}

/**
 * Runs that nobody asked for are the schedule's: one for a time. final: {runs: [{id, at, minute}]},
 * with `at` on the history's clock and `minute` by the wall. A person's request accounts for one.
 */
export function checkSchedule({ operations, sleeps, final }) {
  // A plan may stand although the audit line behind it could not be written.
  const asked = operations.filter((one) => one.kind === "plan");
  const byPerson = new Set(asked.map((one) => one.run).filter((run) => run !== undefined));
  const open = asked.filter((one) => one.run === undefined);
  const scheduled = final.runs.filter((run) => {
    if (byPerson.has(run.id)) return false;
    const of = open.findIndex((one) => one.call <= run.at && run.at <= latest(one, sleeps));
    if (of >= 0) open.splice(of, 1);
    return of < 0;
  });
  const found = [];
  for (const [at, count] of countBy(scheduled, (run) => run.minute)) {
    if (count > 1) {
      const ids = scheduled.filter((run) => run.minute === at).map((run) => run.id);
      found.push({ rule: "a scheduled job ran more than once", about: `minute ${at}`,
        what: `runs ${ids.join(", ")}`, ops: [] });
    }
  }
  return found;
}

/**
 * sleeps: [{replica, at, over: [{effect, state, until}]}]: when a replica was woken, and the
 * effects that were over, or in another's hands until a time, at that moment.
 * final: {sends: [{effect, replica, at}]}
 */
export function checkSleepers({ operations, sleeps, final }) {
  const found = [];
  const retried = new Map(operations.filter((one) => one.kind === "retry" && one.effect)
    .map((one) => [one.effect, one]));
  for (const { replica, at, over } of sleeps) {
    const taken = new Map(over.map((one) => [one.effect, one]));
    for (const send of final.sends) {
      const one = taken.get(send.effect);
      const isOther = send.replica !== replica || send.at <= at;
      if (!one || isOther || send.at > (one.until ?? Infinity)) continue;
      const retry = retried.get(send.effect);
      if (retry && retry.call < send.at) continue;
      found.push({ rule: "a replica that slept sent what others had taken over", about: send.effect,
        what: `${replica} woke at ${at.toFixed(0)} and sent at ${send.at.toFixed(0)} ms; it was ` +
          one.state, ops: [] });
    }
  }
  return found;
}

/** Answers that nobody should get, and processes that ended by themselves. */
export function checkAnswers({ operations, ended }) {
  const found = [];
  for (const one of operations) {
    if (one.isUnexpected) {
      found.push({ rule: "an answer that nobody should get", about: `${one.kind}`,
        what: `${name(one)}: ${one.status} ${one.detail}`, ops: [one.n] });
    }
  }
  for (const one of ended) {
    found.push({ rule: "a replica ended by itself", about: one.replica, what: one.what, ops: [] });
  }
  return found;
}

/** What was not over in time once all was well again. */
export function checkRest({ left }) {
  return left.map((what) => ({ rule: "not over although all is well", about: "the end", what,
    ops: [] }));
}
