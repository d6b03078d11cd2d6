// The checker over hand-made histories: good ones pass, and each kind of wrong is called by its
// name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./checker.mjs";
import { planOf } from "./nemesis.mjs";

const never = Infinity;
const fields = { status: "open", priority: "medium", assignee: "", tags: "" };

/** Ticket 1 on the queue `medium`, one customer who heard once, one run, and what a test adds. */
function history(operations = [], more = {}) {
  const opened = { n: 0, kind: "open", title: "first", fields, ticket: 1, seen: fields, group: 0,
    replica: "A", call: 0, ret: 1, outcome: "ok" };
  const numbered = operations.map((one, i) => ({ n: i + 1, group: i + 1, replica: "A",
    outcome: "ok", ...one }));
  const { final = {}, ...rest } = more;
  return { operations: [opened, ...numbered], ended: [], left: [], sleeps: [], ...rest, final: {
    tickets: [{ id: 1, title: "first" }], queued: { medium: [1], low: [] }, reached: [],
    customers: ["pat@x.example"], posts: [{ email: "pat@x.example", replica: "A", at: 5 }],
    runs: [{ id: 1, at: 0, minute: "09:00" }], sends: [], ...final } };
}

const rules = (one) => [...new Set(check(one).found.map((it) => it.rule))];
const patch = (call, ret, changed, outcome = "ok") =>
  ({ kind: "patch", ticket: 1, fields: changed, call, ret, outcome });
const read = (call, ret, changed = {}, bodies = []) =>
  ({ kind: "read", ticket: 1, call, ret, seen: { ...fields, ...changed }, bodies });
const comment = (call, ret, body, outcome = "ok") =>
  ({ kind: "comment", ticket: 1, body, call, ret, outcome });

test("a history in which all is well has no findings", () => {
  const good = history([patch(2, 5, { status: "solved" }), patch(2, 6, { assignee: "bo" }),
    comment(3, 4, "c1"), comment(5, 6, "c2"),
    read(10, 11, { status: "solved", assignee: "bo" }, ["c1", "c2"])]);
  assert.deepEqual(check(good), { found: [], explained: 1, undecided: 0 });
});

test("a lost update is called so, with its patch", () => {
  const { found } = check(history([patch(2, 5, { status: "solved" }),
    patch(2, 6, { assignee: "bo" }), read(10, 11, { assignee: "bo" })]));
  assert.deepEqual(found.map((one) => one.rule), ["an answered write is lost"]);
  assert.ok(found[0].ops.includes(1));
  assert.match(found[0].what, /#1 \(patch at A, ok, 2–5 ms\)/);
});

test("a stale read is a finding", () => {
  const stale = history([patch(2, 5, { status: "solved" }), read(6, 7, {}),
    read(10, 11, { status: "solved" })]);
  assert.deepEqual(rules(stale), ["a read that nothing explains"]);
});

test("a refused patch that stands is called so; an unknown one may stand", () => {
  const at = (outcome) => history([patch(2, never, { status: "solved" }, outcome),
    read(10, 11, { status: "solved" })]);
  assert.deepEqual(rules(at("refused")), ["a refused write stands"]);
  assert.deepEqual(rules(at("unknown")), []);
});

test("attempts with one key are one patch, that stands from the first good answer on", () => {
  const key = { group: "patch k" };
  const attempts = [{ ...patch(2, never, { status: "solved" }, "unknown"), ...key },
    { ...patch(5, 6, { status: "solved" }), ...key }];
  assert.deepEqual(rules(history([...attempts, read(8, 9, { status: "solved" })])), []);
  const twice = [...attempts, read(8, 9, { status: "solved" }), patch(10, 11, { status: "open" }),
    read(12, 13, { status: "open" }), read(14, 15, { status: "solved" })];
  assert.deepEqual(rules(history(twice)), ["a read that nothing explains"]);
});

test("tickets: lost, doubled, two for a key, of nobody, and refused ones that stand", () => {
  const open = (title, ticket, outcome, group) => ({ kind: "open", title, fields, ticket, outcome,
    group, call: 2, ret: outcome === "ok" ? 3 : never });
  const at = (operations, tickets) => rules(history(operations, { final: {
    tickets: [{ id: 1, title: "first" }, ...tickets],
    queued: { medium: [1, ...tickets.map((one) => one.id)], low: [] } } }));
  assert.deepEqual(at([open("a", 2, "ok", "k")], [{ id: 2, title: "a" }]), []);
  assert.deepEqual(at([open("a", 2, "ok", "k")], []), ["ticket lost"]);
  assert.deepEqual(at([open("a", undefined, "unknown", "k")], [{ id: 2, title: "a" },
    { id: 3, title: "a" }]), ["ticket doubled"]);
  assert.ok(at([open("a", 2, "ok", "k"), open("a", 3, "ok", "k")], [{ id: 2, title: "a" }])
    .includes("two answers to one key"));
  assert.deepEqual(at([open("a", undefined, "refused", "k")], [{ id: 2, title: "a" }]),
    ["a refused write stands"]);
  assert.ok(at([], [{ id: 2, title: "b" }]).includes("a ticket of nobody"));
});

test("comments: lost, doubled, refused, out of order, gone again", () => {
  const two = [comment(2, 3, "c1"), comment(4, 5, "c2")];
  assert.deepEqual(rules(history([...two, read(6, 7, {}, ["c1", "c2"])])), []);
  assert.deepEqual(rules(history([...two, read(6, 7, {}, ["c1"])])),
    ["an answered comment is not seen"]);
  assert.deepEqual(rules(history([...two, read(6, 7, {}, ["c1", "c2", "c2"])])),
    ["comment doubled"]);
  assert.deepEqual(rules(history([...two, read(6, 7, {}, ["c2", "c1"])])),
    ["comments out of order"]);
  assert.deepEqual(rules(history([comment(2, never, "c1", "refused"), read(6, 7, {}, ["c1"])])),
    ["a refused write stands"]);
  assert.deepEqual(rules(history([comment(2, never, "c1", "unknown"), read(6, 7, {}, ["c1"]),
    read(8, 9, {}, [])])), ["a comment was seen and is gone"]);
});

const send = (body, call, ret, id, more = {}) => ({ kind: "send", queue: "q", body, call, ret, id,
  outcome: ret === never ? "unknown" : "ok", ...more });
const receive = (call, ret, ...messages) => ({ kind: "receive", queue: "q", hiddenMs: 1000, call,
  ret, messages: messages.map(([body, id]) => ({ body, id })) });
const remove = (id, received, call, ret, outcome = "ok") => ({ kind: "delete", queue: "q", id,
  received, call, ret, outcome });

test("messages: lost, doubled, deleted and back, and refused ones that are handed out", () => {
  const good = [send("m", 2, 3, "i"), receive(4, 5, ["m", "i"]), remove("i", 2, 6, 7)];
  assert.deepEqual(rules(history(good)), []);
  assert.deepEqual(rules(history([send("m", 2, 3, "i")])), ["message lost"]);
  assert.deepEqual(rules(history([...good, receive(8, 9, ["m", "i"])])),
    ["a deleted message is handed out"]);
  assert.deepEqual(rules(history([...good, receive(8, 9, ["m", "j"]), remove("j", 4, 10, 11)])),
    ["message doubled"]);
  const refused = { ...send("m", 2, never), outcome: "refused" };
  assert.deepEqual(rules(history([refused, ...good.slice(1)])), ["a refused write stands"]);
  const gone = [...good.slice(0, 2), remove("i", 2, 6, 7, "refused")];
  assert.deepEqual(rules(history(gone)), ["a refused write stands"]);
});

test("one deduplication id has one message, at whichever replica it was sent", () => {
  const one = { group: "send m", thread: "g" };
  const pair = (id) => [send("m", 2, 5, "i", one), send("m", 2, 5, id, one),
    receive(6, 7, ["m", "i"]), remove("i", 3, 8, 9)];
  assert.deepEqual(rules(history(pair("i"))), []);
  assert.deepEqual(rules(history(pair("j"))), ["message doubled"]);
});

test("a group hands out nothing while something older of it is there", () => {
  const two = [send("m1", 2, 3, "i", { thread: "g" }), send("m2", 4, 5, "j", { thread: "g" })];
  const gone = [remove("i", 3, 8, 9), remove("j", 3, 10, 11)];
  assert.deepEqual(rules(history([...two, receive(6, 7, ["m1", "i"], ["m2", "j"]), ...gone])), []);
  assert.deepEqual(rules(history([...two, receive(6, 7, ["m2", "j"], ["m1", "i"]), ...gone])),
    ["a group out of order"]);
});

test("a ticket's message is on its queue once, and a lane keeps its order", () => {
  const on = (medium) => rules(history([], { final: { queued: { medium, low: [] } } }));
  assert.deepEqual(on([]), ["effect lost"]);
  assert.deepEqual(on([1, 1]), ["effect doubled"]);
  const high = (title, ticket, call) => ({ kind: "open", title, ticket, call, ret: call + 1,
    fields: { ...fields, priority: "high" } });
  const at = (...tickets) => rules(history([high("a", 2, 2), high("b", 3, 4)], { final: {
    tickets: [{ id: 1, title: "first" }, { id: 2, title: "a" }, { id: 3, title: "b" }],
    reached: tickets.map((ticket) => ({ ticket, id: `m${ticket}` })) } }));
  assert.deepEqual(at(2, 3), []);
  assert.deepEqual(at(3, 2), ["a lane out of order"]);
  assert.deepEqual(at(2, 3, 3), ["effect doubled"]);
});

test("a customer hears once, not never and not twice", () => {
  const post = { email: "pat@x.example", replica: "B", at: 9 };
  assert.deepEqual(rules(history([], { final: { posts: [] } })), ["a customer was never told"]);
  assert.deepEqual(rules(history([], { final: { posts: [post, post] } })),
    ["a customer was told twice"]);
});

test("a schedule's time has one run, and a person's runs are not the schedule's", () => {
  const runs = [{ id: 1, at: 0, minute: "09:00" }, { id: 2, at: 9, minute: "09:00" }];
  assert.deepEqual(rules(history([], { final: { runs } })), ["a scheduled job ran more than once"]);
  const plan = { kind: "plan", call: 5, ret: 12 };
  assert.deepEqual(rules(history([{ ...plan, run: 2 }], { final: { runs } })), []);
  const unknown = { ...plan, outcome: "unknown", ret: never };
  assert.deepEqual(rules(history([unknown], { final: { runs } })), []);
});

test("who slept sends nothing that is over or another's, unless a person says so", () => {
  const sleeps = [{ replica: "A", at: 100, over: [{ effect: "notice pat", state: "unsure",
    until: null }, { effect: "ticket 7", state: "another's", until: 150 }] }];
  const at = (effect, when, operations = []) => rules(history(operations, { sleeps, final: {
    sends: [{ effect, replica: "A", at: when }] } }));
  const finding = ["a replica that slept sent what others had taken over"];
  assert.deepEqual(at("notice pat", 90), []);
  assert.deepEqual(at("notice pat", 110), finding);
  assert.deepEqual(at("ticket 7", 120), finding);
  assert.deepEqual(at("ticket 7", 160), []);
  const retry = { kind: "retry", effect: "notice pat", call: 105, ret: 106 };
  assert.deepEqual(at("notice pat", 110, [retry]), []);
});

test("strange answers, lost processes and what is never over are findings", () => {
  const strange = { kind: "read", ticket: 1, call: 2, ret: 3, outcome: "refused",
    isUnexpected: true, status: 404, detail: "there is no ticket 1" };
  assert.deepEqual(rules(history([strange])), ["an answer that nobody should get"]);
  assert.deepEqual(rules(history([], { ended: [{ replica: "B", what: "exit 70" }] })),
    ["a replica ended by itself"]);
  assert.deepEqual(rules(history([], { left: ["delivery 7"] })), ["not over although all is well"]);
});

test("the same seed is the same plan, another seed another", () => {
  assert.deepEqual(planOf(7, 60), planOf(7, 60));
  assert.notDeepEqual(planOf(7, 60), planOf(8, 60));
  const long = planOf(7, 60).filter((one) => one.kind === "sleep" && one.ms > 30_000);
  assert.ok(long.length >= 1, "somebody sleeps past a lease");
});
