// Incidents in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { againAfter, extentOf, inOrder, logOf, reachedBy, replyWords, sourcesOf, stateOf,
  subjectOf }
  from "../src/incidents";
import type { IncidentMember, WholeIncident, WholeTicket } from "../src/types";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 26, 11, minute)).toISOString();

const member = (ticket: number, change: Partial<IncidentMember> = {}): IncidentMember => ({
  ticket, number: String(3000 + ticket), title: "VPN", requester: "Ana", source: "slack:C1",
  priority: "low", status: "open", how: "seen", joined_at: at(24), left_at: null, replied: false,
  heard: [], ...change });

const incident = (change: Partial<WholeIncident> = {}): WholeIncident => ({
  id: 50, number: "3465", group: "g-000003", title: "Incident: vpn, 619", state: "open",
  desk: "zendesk", url: null, why: [{ word: "vpn", tickets: 14, requesters: 12, usual: 1 }],
  since: at(0), seen_at: at(12), opened_at: at(24), first_answer_at: null, solved_at: null,
  joined: 14, replied: 0, requesters: 12, again: null, tickets: [], answers: [],
  timeline: [{ at: at(0), what: "first ticket", who: null },
    { at: at(12), what: "seen", who: null },
    { at: at(24), what: "opened", who: "Greta" }],
  ...change });

test("one that came back says after which", () => {
  assert.equal(againAfter(incident()), null);
  const solved_at = new Date(Date.UTC(2026, 10, 23, 11)).toISOString();
  assert.equal(againAfter(incident({ again: { id: 40, number: "3401", solved_at } })),
    "Again: 3 d after");
  assert.equal(againAfter(incident({ again: { id: 40, number: "3401", solved_at: at(5) } })),
    "Again: 0 min after", "reports of the last minutes before its end");
});

test("a reply says truly where it goes", () => {
  const ticket = { requester: { name: "Ana Lopez", email: null }, external: null,
    links: [{ chat: "slack" }] } as unknown as WholeTicket;
  assert.deepEqual(replyWords(ticket, null), { to: "Reply to Ana", send: "Reply",
    begin: "Write a reply",
    place: "Write a reply. It goes to the Slack thread.",
    notePlace: "A note for agents. Ana Lopez does not see it.", unseen: "Ana does not see it" });
  const own = { ...ticket, requester: { name: "Deskwire", email: null } } as WholeTicket;
  const over = replyWords(own, incident({ state: "solved" }));
  assert.deepEqual([over.to, over.send], ["Comment", "Add comment"], "nobody replies to Deskwire");
  assert.match(over.place, /is solved: .* goes to nobody/);
});

test("its subject is the words, or what a person wrote", () => {
  assert.equal(subjectOf("Incident: vpn, 619"), "VPN, 619");
  assert.equal(subjectOf("Incident: password"), "Password");
  assert.equal(subjectOf("The gateway is down"), "The gateway is down");
});

test("how large it is, and how long it lasts", () => {
  const now = Date.parse(at(70));
  assert.equal(extentOf(incident(), now), "14 tickets, open for 1 h 10");
  const solved = incident({ state: "solved", solved_at: at(50) });
  assert.equal(extentOf(solved, now), "14 tickets, solved after 50 min");
  assert.match(extentOf(incident({ id: null, state: "seen" }), now),
    /^14 tickets from 12 people since /);
});

test("who has heard an answer, and who has not", () => {
  const tickets = [member(1, { heard: [{ answer: 7, state: "heard" }] }),
    member(2, { heard: [{ answer: 7, state: "refused" }] }),
    member(3, { heard: [{ answer: 7, state: "pending" }] }), member(4)];
  const { all, heard, pending, refused } = reachedBy(7, tickets);
  assert.deepEqual([all, heard, pending, refused.map((one) => one.ticket)], [3, 1, 1, [2]]);
  assert.equal(stateOf(tickets[1] as IncidentMember, 7).word, "▲ not reached");
  assert.equal(stateOf(tickets[2] as IncidentMember, 7).word, "on its way");
  assert.equal(stateOf(member(5, { left_at: at(40), replied: true }), 7).word, "left");
  const replied = member(9, { replied: true, heard: [{ answer: 7, state: "heard" }] });
  assert.deepEqual(inOrder([...tickets, replied], 7).map((one) => one.ticket), [2, 9, 1, 3, 4]);
});

test("the log says the newest first, and who joined one after the other once", () => {
  const one = incident({
    tickets: [member(1), member(2, { left_at: at(50) }),
      ...[10, 11, 12, 13].map((id) => member(id, { how: "matched", joined_at: at(id + 20) })),
      member(20, { how: "person", joined_at: at(56) })],
    answers: [{ id: 7, author: "Hugo", body: "Back.", at: at(40) }],
  });
  assert.deepEqual(logOf(one).map((line) => line.text || `answer ${line.answer}`), [
    "#3020 was added by a person", "#3002 left", "answer 7",
    "#3010, #3011, #3012 and 1 more joined by themselves",
    "Greta made it one incident; each joined ticket is told once",
    "Noticed: tickets that say vpn", "The first ticket was written"]);
});

test("a private note stands in the log where it was written", () => {
  const note = { id: 9, author: { name: "Hugo", email: null }, body: "Restarting.", public: false,
    at: at(30), source: "board" };
  const log = logOf(incident({ answers: [{ id: 9, author: "Hugo", body: "Back.", at: at(40) }] }),
    [note]);
  assert.deepEqual(log.slice(0, 2).map((line) => [line.kind, line.answer, line.note]),
    [["said", 9, 0], ["note", 0, 9]]);
});

test("where its people read", () => {
  const tickets = [member(1), member(2), member(3, { source: "teams:it" })];
  assert.equal(sourcesOf(tickets, (one) => one.toUpperCase()), "2 SLACK · 1 TEAMS");
});
