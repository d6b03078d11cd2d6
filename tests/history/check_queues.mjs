// Messages: each that was answered is handed out and, once deleted, never again; one id for each
// deduplication id; a group in its order. And what tickets put on queues. Pure.
import { countBy, grouped, name } from "./groups.mjs";

/** history: {operations}: send {queue, body, group, thread, id}, receive {queue, messages,
 *  hiddenMs}, delete {queue, id, received}; after the last of them the queues are empty. */
export function checkMessages({ operations }) {
  const sent = grouped(operations.filter((one) => one.kind === "send"));
  const receives = operations.filter((one) => one.kind === "receive" && one.outcome === "ok");
  const byBody = new Map(sent.map((one) => [one.body, { ...one, copies: [] }]));
  const found = [];
  const say = (rule, about, what, ops) => found.push({ rule, about, what, ops });
  for (const receive of receives) {
    receive.messages.forEach((message, place) => {
      const one = byBody.get(message.body);
      if (!one || one.queue !== receive.queue || one.call > receive.ret) {
        say("a message of nobody", message.body, `in ${name(receive)}`, [receive.n]);
      } else {
        one.copies.push({ id: message.id, receive, place });
      }
    });
  }
  const deletes = deletesOf(operations);
  for (const one of byBody.values()) found.push(...checkMessage(one, deletes));
  found.push(...checkGroups([...byBody.values()], deletes));
  return found;
}

/** By message: the first delete that certainly had an effect, when any may have begun, and whether
 *  each was refused. */
function deletesOf(operations) {
  const byNumber = new Map(operations.map((one) => [one.n, one]));
  const out = new Map();
  for (const one of operations) {
    if (one.kind !== "delete") continue;
    const receive = byNumber.get(one.received);
    // With a receipt that may be over the answer is good and the message stays.
    const isSure = one.outcome === "ok" && one.ret < receive.call + receive.hiddenMs;
    const known = out.get(one.id) ?? { call: Infinity, ret: Infinity, ops: [], isRefused: true };
    known.call = Math.min(known.call, one.call);
    known.isRefused = known.isRefused && one.outcome === "refused";
    if (isSure) known.ret = Math.min(known.ret, one.ret);
    known.ops.push(one.n);
    out.set(one.id, known);
  }
  return out;
}

function checkMessage(one, deletes) {
  const found = [];
  const ops = one.attempts.map((attempt) => attempt.n);
  const about = `message ${one.body} of ${one.queue}`;
  const say = (rule, what, more = []) => found.push({ rule, about, what, ops: [...ops, ...more] });
  const ids = new Set(one.copies.map((copy) => copy.id));
  const given = one.attempts.filter((attempt) => attempt.outcome === "ok");
  for (const attempt of given) ids.add(attempt.id);
  if (ids.size > 1) say("message doubled", `ids ${[...ids].join(", ")}`);
  if (one.outcome === "ok" && one.copies.length === 0) say("message lost", name(one));
  if (one.outcome === "refused" && one.copies.length > 0) {
    say("a refused write stands", `${name(one)}, handed out by ${name(one.copies[0].receive)}`);
  }
  for (const id of new Set(one.copies.map((copy) => copy.id))) {
    const gone = deletes.get(id);
    if (!gone) say("message lost", `${id} was handed out and nobody deleted it`);
    else if (gone.isRefused) say("a refused write stands", `${id} is deleted`, gone.ops);
  }
  for (const copy of one.copies) {
    const gone = deletes.get(copy.id);
    if (gone && gone.ret < copy.receive.call) {
      say("a deleted message is handed out", name(copy.receive), [copy.receive.n, ...gone.ops]);
    }
  }
  return found;
}

/** A message that was answered before another was sent comes first, and holds it back. */
function checkGroups(messages, deletes) {
  const found = [];
  const fifo = messages.filter((one) => one.thread && one.copies.length > 0);
  for (const first of fifo) {
    const id = first.copies[0].id;
    const began = deletes.get(id)?.call ?? Infinity;
    for (const second of fifo) {
      const isOrdered = first.queue === second.queue && first.thread === second.thread &&
        first.ret < second.call;
      if (!isOrdered) continue;
      const early = second.copies.find(({ receive, place }) => receive.ret < began &&
        !first.copies.some((it) => it.receive === receive && it.place < place));
      if (early) {
        found.push({ rule: "a group out of order", about: `group ${first.thread} of ${first.queue}`,
          what: `${second.body} by ${name(early.receive)} while ${first.body} was there`,
          ops: [first.n, second.n, early.receive.n] });
      }
    }
  }
  return found;
}

/**
 * What tickets put on queues. final: {tickets: [{id, title}], queued: {QUEUE: [ticket ids]},
 * reached: [{ticket, id}]} (the outside queue behind its own deduplication, in order).
 */
export function checkTicketMessages({ operations, final }) {
  const found = [];
  const opened = grouped(operations.filter((one) => one.kind === "open"));
  const byTitle = new Map(opened.map((one) => [one.title, one]));
  const outside = final.reached.map((one) => one.ticket);
  const counts = Object.fromEntries([...Object.entries(final.queued), ["outside", outside]]
    .map(([queue, tickets]) => [queue, countBy(tickets, (one) => one)]));
  const priorities = { high: "outside", medium: "medium", low: "low" };
  for (const { id, title } of final.tickets) {
    const queue = priorities[byTitle.get(title)?.fields.priority];
    if (!queue) continue;
    const count = counts[queue].get(id) ?? 0;
    counts[queue].delete(id);
    if (count !== 1) {
      found.push({ rule: count === 0 ? "effect lost" : "effect doubled", about: `ticket ${id}`,
        what: `${count} messages on ${queue}`, ops: [byTitle.get(title).n] });
    }
  }
  for (const [queue, left] of Object.entries(counts)) {
    for (const [id, count] of left) {
      found.push({ rule: "an effect of nobody", about: `ticket ${id}`,
        what: `${count} messages on ${queue}`, ops: [] });
    }
  }
  found.push(...checkLane(opened, outside));
  return found;
}

function checkLane(opened, outside) {
  const found = [];
  const places = new Map(outside.map((id, place) => [id, place]));
  const answered = opened.map((one) => ({ ...one, place: places.get(
    one.attempts.find((attempt) => attempt.outcome === "ok")?.ticket) }))
    .filter((one) => one.place !== undefined);
  for (const first of answered) {
    const early = answered.find((one) => first.ret < one.call && one.place < first.place);
    if (early) {
      found.push({ rule: "a lane out of order", about: `ticket ${first.title}`,
        what: `${name(early)} reached the queue before ${name(first)}`, ops: [first.n, early.n] });
    }
  }
  return found;
}
