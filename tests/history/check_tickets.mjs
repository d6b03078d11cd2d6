// Tickets: each one that was answered is there once, none that was refused; and one order of its
// patches explains every read of it. Pure.
import { countBy, grouped, name } from "./groups.mjs";
import { explain, shrink } from "./register.mjs";

/** history: {operations, final: {tickets: [{id, title}]}} */
export function checkOpened({ operations, final }) {
  const found = [];
  const say = (rule, about, what, ops = []) => found.push({ rule, about, what, ops });
  const opened = grouped(operations.filter((one) => one.kind === "open"));
  const byTitle = new Map();
  for (const { id, title } of final.tickets) {
    byTitle.set(title, [...(byTitle.get(title) ?? []), id]);
  }
  for (const one of opened) {
    const ids = byTitle.get(one.title) ?? [];
    byTitle.delete(one.title);
    const ops = one.attempts.map((attempt) => attempt.n);
    const given = new Set(one.attempts.filter((it) => it.outcome === "ok").map((it) => it.ticket));
    if (ids.length > 1) say("ticket doubled", one.title, `tickets ${ids.join(", ")}`, ops);
    if (given.size > 1) {
      say("two answers to one key", one.title, `tickets ${[...given].join(", ")}`, ops);
    }
    for (const id of given) {
      if (!ids.includes(id)) say("ticket lost", one.title, `${name(one)} was answered ${id}`, ops);
    }
    if (one.outcome === "refused" && ids.length > 0) {
      say("a refused write stands", one.title, `${name(one)}; ticket ${ids[0]} is there`, ops);
    }
  }
  for (const [title, ids] of byTitle) say("a ticket of nobody", title, `tickets ${ids}`);
  return found;
}

/** Patches of one ticket, and reads: its own and those in the bodies of answers. */
function registerOf(operations) {
  const patches = grouped(operations.filter((one) => one.kind === "patch"));
  const reads = [];
  for (const one of operations) {
    if (one.outcome !== "ok" || !one.seen) continue;
    const patch = patches.find((it) => it.attempts.includes(one));
    reads.push({ n: `${one.n}r`, kind: "read", call: one.call, ret: one.ret, fields: one.seen,
      after: patch?.n });
  }
  return { reads, patches: patches.map((one) => ({ ...one, kind: "patch" })) };
}

/** What would explain the ticket if it were so: the beginning of a diagnosis. */
function diagnose(initial, reads, patches) {
  const standing = patches.filter((one) => one.outcome !== "refused");
  const all = [...standing, ...reads];
  const isGood = (list) => explain(initial, list, 40_000).verdict === "explained";
  const refused = patches.filter((one) => one.outcome === "refused");
  const withOne = refused.filter((one) => isGood([...all, one]));
  if (withOne.length > 0) return { rule: "a refused write stands", ops: withOne };
  // The body of a lost one's answer may show it all the same: that is no second finding.
  const but = (lost) => all.filter((one) => one !== lost && one.after !== lost.n);
  const without = standing.filter((one) => one.outcome === "ok" && isGood(but(one)));
  if (without.length > 0) return { rule: "an answered write is lost", ops: without };
  const stale = reads.filter((one) => isGood(all.filter((other) => other !== one)));
  if (stale.length > 0) return { rule: "a read that nothing explains", ops: stale };
  if (refused.length > 1 && isGood([...all, ...refused])) {
    return { rule: "refused writes stand", ops: refused };
  }
  return { rule: "no order explains what was seen", ops: [] };
}

/** The ticket up to the first answer that nothing explains: later ones only repeat it. */
function beginning(initial, reads, patches) {
  const at = (end) => ({
    reads: reads.filter((one) => one.ret <= end),
    patches: patches.filter((one) => one.call <= end)
      .map((one) => (one.ret > end ? { ...one, ret: Infinity } : one)),
  });
  const isBroken = (end) => {
    const part = at(end);
    const standing = part.patches.filter((one) => one.outcome !== "refused");
    return explain(initial, [...standing, ...part.reads]).verdict === "impossible";
  };
  const ends = reads.map((one) => one.ret).sort((a, b) => a - b);
  let low = 0;
  for (let high = ends.length - 1; low < high;) {
    const middle = Math.floor((low + high) / 2);
    if (isBroken(ends[middle])) high = middle;
    else low = middle + 1;
  }
  return at(ends[low]);
}

const shown = (fields) => JSON.stringify(fields);
const namedMost = 4;
const lastMost = 6;

function tell(id, initial, all) {
  const { reads, patches } = beginning(initial, all.reads, all.patches);
  const whole = diagnose(initial, all.reads, all.patches);
  const { rule, ops } = whole.ops.length > 0 ? whole : diagnose(initial, reads, patches);
  const standing = patches.filter((one) => one.outcome !== "refused");
  const { order, state, waiting } = explain(initial, shrink(initial, [...standing, ...reads]));
  const byName = new Map([...all.patches, ...all.reads].map((one) => [one.n, one]));
  const line = (n) => {
    const one = byName.get(n);
    if (one.kind === "read") return `#${n} saw ${shown(one.fields)}`;
    return `${name(one)} ${shown(one.fields)}`;
  };
  const what = [`in order ${order.slice(-lastMost).map(line).join("; ")}`,
    `then it is ${shown(state)}`, `and none of these can follow: ${waiting.map(line).join("; ")}`];
  if (ops.length > 0) {
    what.unshift(`perhaps ${ops.slice(0, namedMost).map((one) => line(one.n)).join(" or ")}:`);
  }
  return { rule, about: `ticket ${id}`, what: what.join("\n      "),
    ops: [...new Set([...ops.map((one) => one.n), ...waiting])] };
}

/**
 * Each ticket as a register. Returns {found, explained, undecided}: how many tickets have an order,
 * and how many took more steps than were allowed.
 */
export function checkRegisters({ operations }) {
  const byTicket = new Map();
  for (const one of operations) {
    if (one.kind === "open" && one.outcome === "ok" && !byTicket.has(one.ticket)) {
      byTicket.set(one.ticket, { initial: one.fields, operations: [] });
    }
  }
  for (const one of operations) {
    const isAbout = one.kind === "patch" || (one.outcome === "ok" && one.seen);
    if (isAbout) byTicket.get(one.ticket)?.operations.push(one);
  }
  const out = { found: [], explained: 0, undecided: 0 };
  for (const [id, { initial, operations: own }] of byTicket) {
    const { reads, patches } = registerOf(own);
    const standing = patches.filter((one) => one.outcome !== "refused");
    const { verdict } = explain(initial, [...standing, ...reads]);
    if (verdict === "explained") ++out.explained;
    if (verdict === "undecided") ++out.undecided;
    if (verdict === "impossible") out.found.push(tell(id, initial, { reads, patches }));
  }
  return out;
}

/** Comments: each once, never a refused one, in the order of their answers; reads only grow. */
export function checkComments({ operations }) {
  const found = [];
  const said = grouped(operations.filter((one) => one.kind === "comment"));
  const byTicket = new Map();
  const of = (id) => {
    if (!byTicket.has(id)) byTicket.set(id, { comments: [], reads: [] });
    return byTicket.get(id);
  };
  for (const one of said) of(one.ticket).comments.push(one);
  for (const one of operations) {
    if (one.outcome === "ok" && one.bodies) of(one.ticket).reads.push(one);
  }
  for (const [id, one] of byTicket) found.push(...checkThread(id, one));
  return found;
}

function checkThread(id, { comments, reads }) {
  const found = [];
  const say = (rule, what, ops) => found.push({ rule, about: `ticket ${id}`, what, ops });
  const known = new Map(comments.map((one) => [one.body, one]));
  for (const read of reads) {
    for (const [body, count] of countBy(read.bodies, (one) => one)) {
      const one = known.get(body);
      if (!one || one.call > read.ret) {
        say("a comment of nobody", `${name(read)} saw ${body}`, [read.n]);
      } else if (one.outcome === "refused" && !one.isTold) {
        one.isTold = true;
        say("a refused write stands", `${name(one)} is seen by ${name(read)}`, [one.n, read.n]);
      }
      if (count > 1) say("comment doubled", `${body}, ${count} times in ${name(read)}`, [read.n]);
    }
    const missing = comments.filter((one) =>
      one.ret < read.call && !read.bodies.includes(one.body));
    for (const one of missing) {
      say("an answered comment is not seen", `${name(one)} by ${name(read)}`, [one.n, read.n]);
    }
    found.push(...outOfOrder(id, read, known));
  }
  for (const earlier of reads) {
    for (const later of reads) {
      if (earlier.ret >= later.call) continue;
      const gone = earlier.bodies.filter((body) => !later.bodies.includes(body));
      if (gone.length > 0) {
        say("a comment was seen and is gone", `${gone} in ${name(earlier)}, not in ${name(later)}`,
          [earlier.n, later.n]);
      }
    }
  }
  return found;
}

function outOfOrder(id, read, known) {
  const list = read.bodies.map((body) => known.get(body)).filter((one) => one);
  for (let i = 0; i + 1 < list.length; ++i) {
    for (let j = i + 1; j < list.length; ++j) {
      if (list[j].ret < list[i].call) {
        return [{ rule: "comments out of order", about: `ticket ${id}`,
          what: `${name(list[i])} stands before ${name(list[j])} in ${name(read)}`,
          ops: [list[i].n, list[j].n, read.n] }];
      }
    }
  }
  return [];
}
