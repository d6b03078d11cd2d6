// Incidents in words: which state, how fast, who has heard what. Pure.
import { counted, dayAndTime, seconds, shown as seenOf, sourceTitle, whole } from "./format";
import type { Comment, IncidentMember, StormIncident, WholeIncident, WholeTicket } from "./types";

/** "Vpn, 619" of "Incident: vpn, 619"; what a person wrote stays as it is. */
export function subjectOf(title: string): string {
  const seen = seenOf(title);
  const found = /^Incident: (.*)$/s.exec(seen)?.[1]?.trim();
  if (!found) return seen || "(no title)";
  const first = /^[^\s,]+/.exec(found)?.[0] ?? "";
  const shown = first.length <= 4 ? first.toUpperCase()
    : first.charAt(0).toUpperCase() + first.slice(1);
  return shown + found.slice(first.length);
}

/** The page of an incident, or of a group that nobody decided on. */
export const pathOf = (one: StormIncident | WholeIncident) =>
  `/incidents/${one.id ?? one.group}`;

const between = (from: string, to: string) =>
  seconds(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000), "0 min");

/** How large, and since when or how long. */
export function extentOf(one: StormIncident | WholeIncident, now: number): string {
  const tickets = counted(one.joined, "ticket");
  if (one.state === "open") {
    return `${tickets}, open for ${seconds((now - Date.parse(one.since)) / 1000, "0 min")}`;
  }
  if (one.state === "solved") {
    return one.solved_at ? `${tickets}, solved after ${between(one.since, one.solved_at)}`
      : `${tickets}, solved`;
  }
  if (one.state === "dissolved") return "it was no incident";
  const people = counted(one.requesters, "person", "people");
  return `${tickets} from ${people} since ${dayAndTime(one.since, now)}`;
}

/** "Again: 3 d after", of the solved incident that it names; nothing where none is known. */
export function againAfter(one: StormIncident | WholeIncident): string | null {
  if (!one.again) return null;
  return `Again: ${between(one.again.solved_at, one.since)} after`;
}

/** Noticed, answered and solved after. */
export function timesOf(one: StormIncident | WholeIncident) {
  const after = (at: string | null) => (at ? between(one.since, at) : null);
  return { noticed: after(one.seen_at), answered: after(one.first_answer_at),
    solved: after(one.solved_at) };
}

export interface ReplyWords { to: string; send: string; begin: string; place: string;
  notePlace: string; unseen: string }

/** What a reply on a ticket does. `incident`: the one that it is the parent of, once that is over:
    nobody waits for a reply there. */
export function replyWords(one: WholeTicket, incident: WholeIncident | null): ReplyWords {
  if (incident) {
    const place = `The incident is ${incident.state}: what is written here goes to nobody.`;
    return { to: "Comment", send: "Add comment", begin: "Write a comment", place,
      notePlace: "A note for agents. It stays here.", unseen: "stays here" };
  }
  const asker = seenOf(one.requester.name ?? "") || "The requester";
  const short = asker.split(" ")[0] ?? asker;
  const places = [...new Set(one.links.map((link) => link.chat))].map((chat) =>
    `the ${sourceTitle(chat)} thread`);
  if (one.external) places.push(`Zendesk ${one.external.id}`);
  return { to: `Reply to ${asker === "The requester" ? "requester" : short}`, send: "Reply",
    begin: "Write a reply",
    place: places.length > 0 ? `Write a reply. It goes to ${places.join(" and to ")}.`
      : "Write a reply. It is kept with the ticket.",
    notePlace: `A note for agents. ${asker} does not see it.`, unseen: `${short} does not see it` };
}

/** Whether it is part of the incident now. One of a group that nobody decided on is. */
export const isIn = (one: IncidentMember) => one.left_at === null;

export interface Reached { all: number; heard: number; pending: number; refused: IncidentMember[] }

/** Who has heard an answer. */
export function reachedBy(answer: number, tickets: IncidentMember[]): Reached {
  const out: Reached = { all: 0, heard: 0, pending: 0, refused: [] };
  for (const one of tickets) {
    const state = one.heard.find((each) => each.answer === answer)?.state;
    if (!state) continue;
    out.all += 1;
    if (state === "heard") out.heard += 1;
    else if (state === "pending") out.pending += 1;
    else out.refused.push(one);
  }
  return out;
}

/** "not reached", "replied", "on its way", "answered", "joined", nothing: the worst first. */
export function stateOf(one: IncidentMember, lastAnswer: number | null):
  { word: string; tone: "alarm" | "warn" | "faint" } {
  if (!isIn(one)) return { word: "left", tone: "faint" };
  if (one.heard.some((each) => each.state === "refused")) {
    return { word: "▲ not reached", tone: "alarm" };
  }
  if (one.replied) return { word: "replied", tone: "warn" };
  const heard = one.heard.find((each) => each.answer === lastAnswer);
  if (heard?.state === "pending") return { word: "on its way", tone: "faint" };
  if (heard) return { word: "answered", tone: "faint" };
  if (one.status === "solved") return { word: "solved", tone: "faint" };
  return { word: one.joined_at ? "joined" : "", tone: "faint" };
}

/** Those to look at first: not reached, replied, then in the order in which they came. */
export function inOrder(tickets: IncidentMember[], lastAnswer: number | null): IncidentMember[] {
  const rank = (one: IncidentMember) => {
    const { tone } = stateOf(one, lastAnswer);
    return tone === "alarm" ? 0 : tone === "warn" ? 1 : 2;
  };
  return [...tickets].sort((a, b) => rank(a) - rank(b) || a.ticket - b.ticket);
}

export interface LogLine { at: string; kind: "said" | "note" | "line"; text: string;
  answer: number; note: number }

const how: Record<string, string> = { matched: "joined by itself", person: "was added by a person",
  desk: "was linked at the desk", seen: "joined" };
const howMany: Record<string, string> = { matched: "joined by themselves",
  person: "were added by a person", desk: "were linked at the desk", seen: "joined" };

function namesOf(numbers: string[]): string {
  const shown = numbers.slice(0, 3).map((one) => `#${one}`).join(", ");
  return numbers.length > 3 ? `${shown} and ${whole(numbers.length - 3)} more` : shown;
}

function momentOf(what: string, who: string | null, one: WholeIncident): string {
  const by = who || "Deskwire";
  if (what === "first ticket") return "The first ticket was written";
  if (what === "seen") {
    const word = one.why[0];
    return word ? `Noticed: tickets that say ${word.word}` : "Noticed";
  }
  if (what === "opened") return `${by} made it one incident; each joined ticket is told once`;
  if (what === "solved") return who ? `${who} closed it` : "It was solved";
  if (what === "dissolved") return `${by}: it was no incident`;
  if (what === "dismissed") return `${by}: not an incident`;
  return who ? `${who}: ${what}` : what.charAt(0).toUpperCase() + what.slice(1);
}

interface Moved extends LogLine { how: string; numbers: string[] }

/** Who joined and left. Those that were there at the beginning have the line of the beginning; when
    it ends for all, one line says so. */
function movesOf(one: WholeIncident): Moved[] {
  const move = (at: string, how: string, number: string): Moved =>
    ({ at, kind: "line", text: "", answer: 0, note: 0, how, numbers: [number] });
  return one.tickets.flatMap((each) => [
    ...(each.joined_at && each.how !== "seen" ? [move(each.joined_at, each.how, each.number)] : []),
    ...(each.left_at && one.state !== "dissolved"
      ? [move(each.left_at, "left", each.number)] : []),
  ]);
}

/** What happened, the newest first: answers, private notes, who joined and left, and its beginning
    and end. Those that join or leave one after the other stand in one line. */
export function logOf(one: WholeIncident, notes: Comment[] = []): LogLine[] {
  const plain = { how: "", numbers: [], text: "", answer: 0, note: 0 };
  const all: Moved[] = [
    ...one.timeline.filter((each) => each.what !== "answered").map((each): Moved =>
      ({ ...plain, at: each.at, kind: "line", text: momentOf(each.what, each.who, one) })),
    ...movesOf(one),
    ...one.answers.map((each): Moved =>
      ({ ...plain, at: each.at, kind: "said", answer: each.id })),
    ...notes.map((each): Moved => ({ ...plain, at: each.at, kind: "note", note: each.id })),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const out: Moved[] = [];
  for (const each of all) {
    const last = out[out.length - 1];
    if (last && each.how && last.how === each.how) {
      last.numbers.push(...each.numbers);
      last.at = each.at;
    } else {
      out.push({ ...each, numbers: [...each.numbers] });
    }
  }
  for (const each of out) {
    if (!each.how) continue;
    const words = each.numbers.length > 1 ? howMany : how;
    each.text = `${namesOf(each.numbers)} ${words[each.how] ?? each.how}`;
  }
  return out.reverse();
}

/** "17 Slack · 11 Teams · 3 Email" */
export function sourcesOf(tickets: IncidentMember[], titleOf: (source: string) => string): string {
  const counts = new Map<string, number>();
  for (const one of tickets) {
    const name = titleOf(one.source.split(":")[0] ?? "");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${whole(count)} ${name}`)
    .join(" · ");
}
