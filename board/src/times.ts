// Points over time: where an axis has its marks, and minutes put together so that they fit. Pure.

export interface Point {
  at: number;
  value: number | null;  // null: not known
  expected?: number;
  low?: number;
  high?: number;
  mark?: "spike" | "drop" | null;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [minute, 5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour,
  12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day];

/** "14:30" of the clock on the wall. */
export function clock(at: number): string {
  const time = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}

const dayOf = (at: number) =>
  new Date(at).toLocaleDateString("en", { day: "numeric", month: "short" });

/** "21 Nov 14:30". */
export const dayAndClock = (at: number) => `${dayOf(at)} ${clock(at)}`;

/** At most `most` marks at round local times, a day named where it begins. */
export function timeTicks(first: number, last: number, most: number):
  { at: number; text: string }[] {
  const step = steps.find((one) => (last - first) / one <= most)
    ?? Math.ceil((last - first) / most);
  const start = new Date(first);
  start.setHours(0, 0, 0, 0);
  const out: { at: number; text: string }[] = [];
  for (let i = 0; i < 10_000; ++i) {
    // Days are counted by the calendar: one of them may have 23 hours.
    const at = new Date(start);
    if (step >= day) at.setDate(at.getDate() + i * Math.round(step / day));
    else at.setMinutes(at.getMinutes() + (i * step) / minute);
    const time = at.getTime();
    if (time > last) break;
    if (time < first) continue;
    const isDay = at.getHours() === 0 && at.getMinutes() === 0;
    out.push({ at: time, text: isDay ? dayOf(time) : clock(time) });
  }
  return out;
}

/** Depths a step apart that end at `until`, put together to at most `most` points; each holds the
    highest of its stretch. */
export function condensed(depths: (number | null)[], until: number, every: number,
  most: number): Point[] {
  const size = Math.max(1, Math.ceil(depths.length / most));
  const out: Point[] = [];
  for (let end = depths.length; end > 0; end -= size) {
    const part = depths.slice(Math.max(0, end - size), end).filter((one) => one !== null);
    out.unshift({ at: until - (depths.length - end) * every,
      value: part.length > 0 ? Math.max(...part) : null });
  }
  return out;
}
