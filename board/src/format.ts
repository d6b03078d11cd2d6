// Numbers, times and links as people read them, in the desk's time zone. Pure but for the zone.

let zone: string | undefined;

/** The desk's time zone, whatever the browser's is. */
export function setZone(name: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
  } catch {
    // A zone that this browser does not know: its own serves.
  }
}
const inZone = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", zone ? { timeZone: zone, ...options } : options);

/** "3 min", "3 h 12", "5 d" since `at`; "now" under ten seconds. */
export function age(at: string, now: number): string {
  return seconds(Math.max(0, (now - Date.parse(at)) / 1000), "now");
}

export function seconds(value: number, least = "under a second"): string {
  if (value < 10 && least === "now") return least;
  if (value < 1) return least;
  if (value < 60) return `${Math.round(value)} s`;
  if (value < 3600) return `${Math.round(value / 60)} min`;
  if (value < 86_400) {
    const minutes = Math.floor((value % 3600) / 60);
    const hours = Math.floor(value / 3600);
    return minutes === 0 ? `${hours} h` : `${hours} h ${String(minutes).padStart(2, "0")}`;
  }
  return `${Math.round(value / 86_400)} d`;
}

export function ago(at: string, now: number): string {
  const text = age(at, now);
  if (text === "now") return "just now";
  return now - Date.parse(at) < 86_400_000 ? `${text} ago` : dayAndTime(at, now);
}

/** "11:40" of the desk's clock. */
export const clockOf = (at: number | string) =>
  inZone({ hour: "2-digit", minute: "2-digit" }).format(new Date(at));

/** "Thu 26" */
export const weekdayOf = (at: number) =>
  inZone({ weekday: "short", day: "numeric" }).format(new Date(at)).replace(",", "");

/** "November 2026" */
export const monthOf = (at: string) =>
  inZone({ month: "long", year: "numeric" }).format(new Date(at));

/** "11:40" today, "Mon 23 Nov 08:00" of another day. */
export function dayAndTime(at: number | string, now = Date.now()): string {
  const day = inZone({ year: "numeric", month: "2-digit", day: "2-digit" });
  const time = new Date(at);
  if (day.format(time) === day.format(now)) return clockOf(at);
  const date = inZone({ weekday: "short", day: "numeric", month: "short" }).format(time);
  return `${date.replace(",", "")} ${clockOf(at)}`;
}

/** The full time, for tooltips. */
export const localTime = (at: string) =>
  `${inZone({ dateStyle: "full", timeStyle: "medium" }).format(new Date(at))}`
  + (zone ? ` ${zone}` : "");

export function whole(value: number | null): string {
  return value === null ? "–" : value.toLocaleString("en");
}

/** "1 ticket", "1,284 tickets". */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${whole(count)} ${count === 1 ? one : many}`;

/** "3–8"; one number where the range is that. */
export function rangeText(low: number, high: number): string {
  const [from, to] = [Math.floor(low), Math.ceil(high)];
  return from === to ? whole(from) : `${whole(from)}–${whole(to)}`;
}

/** How rare something is, from its probability in an hour. */
export function rarity(probability: number): string {
  const hours = 1 / probability;
  const years = hours / 8766;
  if (probability <= 0 || years > 10) return "rarer than once in 10 years";
  if (years >= 1) return `about once in ${counted(Math.round(years), "year")}`;
  if (hours >= 1461) return `about once in ${counted(Math.round(hours / 730.5), "month")}`;
  if (hours >= 72) return `about once in ${counted(Math.round(hours / 24), "day")}`;
  return `about once in ${counted(Math.max(1, Math.round(hours)), "hour")}`;
}

/** "Slack", "Teams “it”" of a ticket's source. */
export function sourceTitle(source: string): string {
  const [kind, rest] = [source.split(":")[0] ?? "", source.split(":").slice(1).join(":")];
  const names: Record<string, string> = { slack: "Slack", teams: "Teams", api: "API",
    board: "Board", zendesk: "Zendesk", mail: "Email", email: "Email", command: "Command line" };
  const name = names[kind] ?? kind;
  return rest && kind === "teams" ? `${name} “${rest}”` : name;
}

/** The number by which people know a ticket: its desk's, where it has one. */
export const numberOf = (ticket: { id: number; external: { id: string } | null }) =>
  `#${ticket.external?.id ?? ticket.id}`;

/** What turns the direction of the text around it, and what nobody can see: not joiners, which mean
    something inside of words and emoji. */
const unseen = new RegExp("[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e"
  + "\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]+", "g");
/** Fillers and joiners of nothing: a text of them alone says nothing. */
const blank = /^[\s\u034f\u115f\u1160\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0]*$/;

/** A text of one line as it is shown among our own words; what is kept is as it was. */
export function shown(text: string): string {
  const seen = text.replace(/\s*[\t\n\r\u2028\u2029]\s*/g, " ").replace(unseen, "").trim();
  return blank.test(seen) ? "" : seen;
}

export const titleOf = (ticket: { title: string }) => shown(ticket.title) || "(no title)";

/** In words, where an address gives a name a value that is none of these; else nothing. */
export function unknownValue(address: URL, name: string, values: string[]): string[] {
  const value = address.searchParams.get(name) ?? "";
  if (value === "" || values.includes(value)) return [];
  return [`There is no ${name} "${value}". There is: ${values.join(", ")}.`];
}

/** A text in pieces: its web addresses, without punctuation behind them, and what is between. */
export function linked(text: string): { text: string; href?: string }[] {
  const pieces: { text: string; href?: string }[] = [];
  let last = 0;
  for (const found of text.matchAll(/https?:\/\/[^\s<>"]+/gi)) {
    let address = found[0].replace(/[.,;:!?'*_~|]+$/, "");
    // A bracket is the address's own where it was opened in it.
    while (/[)\]}]$/.test(address) && !/[([{]/.test(address)) address = address.slice(0, -1);
    const href = safeLink(address);
    if (!href) continue;
    if (found.index > last) pieces.push({ text: text.slice(last, found.index) });
    pieces.push({ text: address, href });
    last = found.index + address.length;
  }
  if (last < text.length) pieces.push({ text: text.slice(last) });
  return pieces;
}

/** Only addresses that open a page or a mail; anything else is shown as text. */
export function safeLink(address: string | null | undefined): string | null {
  if (!address) return null;
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? address : null;
  } catch {
    return null;
  }
}
