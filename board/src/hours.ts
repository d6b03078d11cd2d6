// The hours of today in words: the running one always, and the last that is out of line, each with
// the time that it is about. Pure.
import { clockOf, counted, rangeText, rarity, whole } from "./format";
import type { Now, NowHour } from "./types";

const hour_ms = 3_600_000;

export interface SaidHour { text: string; tone: "alarm" | "warn" | "" }

/** The hour that is not over, where it is known. */
export const runningOf = (now: Now): NowHour | undefined =>
  now.hours.find((one) => one.state === "running");

/** It has reached the alarm line before it is over. */
export const isOver = (one: NowHour | undefined): boolean =>
  one !== undefined && one.count !== null && one.alarm !== null && one.count >= one.alarm;

const lastOut = (now: Now): NowHour | undefined =>
  [...now.hours].reverse().find((one) => one.is_spike || one.is_drop);

/** " through Deskwire", where the running hour is counted elsewhere than the others. */
export const throughOf = (now: Now): string =>
  now.running_source === now.hours_source ? "" : ` through ${now.running_source}`;

const toneOf = (one: NowHour): SaidHour["tone"] => one.is_spike ? "alarm" : "warn";
const signOf = (tone: SaidHour["tone"]) => tone === "alarm" ? "▲ " : tone === "warn" ? "■ " : "";
const usualOf = (one: NowHour) => one.usual ? rangeText(one.usual.low, one.usual.high) : "";
const capital = (text: string) => text.replace(/^\w/, (letter) => letter.toUpperCase());
const endOf = (one: NowHour) => Date.parse(one.hour) + hour_ms;

/** "11:00 to now", "10:00 to 11:00"; of what is old "11:00 to 11:40". */
const spanOf = (one: NowHour, oldAt = "") => `${clockOf(one.hour)} to `
  + (one.state !== "running" ? clockOf(endOf(one)) : oldAt ? clockOf(oldAt) : "now");

function runningInWords(one: NowHour, now: Now, isOld: boolean): SaidHour {
  const tone = isOver(one) ? "alarm" : "";
  const usual = one.usual ? `, usual ${usualOf(one)} in the whole hour` : "";
  const span = spanOf(one, isOld ? now.as_of : "");
  if (one.count === null) return { text: `${span}: not counted yet${usual}.`, tone: "" };
  const left = Math.max(1, Math.ceil((endOf(one) - Date.parse(now.as_of)) / 60_000));
  const count = whole(one.count) + throughOf(now);
  return { tone, text: `${signOf(tone)}${span}: ${count}${usual}.`
    + (isOld ? "" : ` The hour ends in ${left} min.`) };
}

/** What is out of line first: an hour that is over never hides the one that is not. `isOld`: nobody
    knows what came since. */
export function hoursInWords(now: Now, isOld = false): SaidHour[] {
  const out = lastOut(now);
  const running = runningOf(now);
  const said: SaidHour[] = [];
  if (running) said.push(runningInWords(running, now, isOld));
  if (!out) return said;
  const usual = out.usual ? `, usual ${usualOf(out)}` : "";
  const rare = out.probability === null ? "" : ` ${capital(rarity(out.probability))}.`;
  const past: SaidHour = { tone: toneOf(out),
    text: `${signOf(toneOf(out))}${spanOf(out)}: ${whole(out.count)}${usual}.${rare}` };
  return isOver(running) ? [...said, past] : [past, ...said];
}

/** For a wall: the running hour where it is out of line, else the hour before it where that is,
    else the running one; the other of the two stands below. */
export function hourOnWall(now: Now): SaidHour & { detail: string } {
  const running = runningOf(now);
  const out = lastOut(now);
  const isFresh = out !== undefined && (!running || endOf(out) >= Date.parse(running.hour));
  const shown = isOver(running) || !isFresh ? running : out;
  if (!shown) return { text: "No hour is counted yet", tone: "", detail: "" };
  const isRunning = shown.state === "running";
  const tone = shown === out ? toneOf(shown) : isOver(shown) ? "alarm" : "";
  const when = isRunning ? `since ${clockOf(shown.hour)}`
    : `from ${clockOf(shown.hour)} to ${clockOf(endOf(shown))}`;
  const text = shown.count === null ? `Not counted yet ${when}`
    : `${counted(shown.count, "ticket")} ${when}`;
  const usual = shown.usual ? `usual ${usualOf(shown)}${isRunning ? " in the whole hour" : ""}`
    : "no usual yet";
  const rare = shown === out && shown.probability !== null ? `, ${rarity(shown.probability)}` : "";
  const other = shown === running ? out : running;
  const beside = !other || other.count === null ? ""
    : `; ${whole(other.count)} ${other === running ? `since ${clockOf(other.hour)}`
      : `from ${clockOf(other.hour)} to ${clockOf(endOf(other))}`}`;
  const through = isRunning && throughOf(now) !== "" ? `${throughOf(now).trim()}, ` : "";
  return { text: signOf(tone) + text, tone, detail: through + usual + rare + beside };
}
