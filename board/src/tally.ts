// Counts per agent as they move: what the API said, and what the live stream adds. Pure.
import type { Tally, TallyAgent, TallyBar } from "./types";

export const periods = [
  ["today", "Today"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["all", "All"],
] as const;
export type Period = (typeof periods)[number][0];

export function periodOf(text: string | null): Period {
  return periods.some(([key]) => key === text) ? (text as Period) : "today";
}

const keyOf = (channel: string, username: string) => `${channel}\n${username.toLowerCase()}`;

/** Longest first, then by username, as the API sorts. */
function sorted(agents: TallyAgent[]): TallyAgent[] {
  const folded = (one: TallyAgent) => one.username.toLowerCase();
  return [...agents].sort((a, b) =>
    b.updates - a.updates || (folded(a) < folded(b) ? -1 : folded(a) > folded(b) ? 1 : 0));
}

/** A live event tells a new total of today; the difference to the one before moves every period.
    Null: nothing of today moved, so an older message did, and the period has to be read anew. */
export function moved(tally: Tally, told: TallyBar, channel: string): Tally | null {
  const key = keyOf(told.channel, told.username);
  const before = tally.today.find((bar) => keyOf(bar.channel, bar.username) === key);
  const change = told.updates - (before?.updates ?? 0);
  if (change === 0) return null;
  const today = [...tally.today.filter((bar) => bar !== before), told];
  if (channel !== "" && channel !== told.channel) return { ...tally, today };
  const folded = told.username.toLowerCase();
  const known = tally.agents.find((one) => one.username.toLowerCase() === folded);
  const now = new Date().toISOString();
  const agent: TallyAgent = known
    ? { ...known, name: told.name, updates: known.updates + change, last_at: now }
    : { username: told.username, name: told.name, updates: change, opening: 0, last_at: now };
  const others = tally.agents.filter((one) => one !== known);
  const agents = agent.updates > 0 ? sorted([...others, agent]) : others;
  const channels = tally.channels.includes(told.channel) ? tally.channels
    : [...tally.channels, told.channel];
  return { ...tally, agents, today, channels, total: tally.total + change };
}

/** Four round steps at most, the last at or above the longest bar. */
export function ticksFor(longest: number): number[] {
  const rough = Math.max(1, longest) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((one) => one * power)
    .find((one) => one >= rough && Number.isInteger(one)) ?? Math.ceil(rough));
  const ticks = [0];
  while ((ticks[ticks.length - 1] ?? 0) < longest) ticks.push(ticks.length * step);
  return ticks;
}

/** A line as Slack shows it: stars and underscores mark a name, they are no part of it. */
export const plainLine = (text: string) =>
  text.replace(/(^|[\s([{])([*_~])(?=\S)(.+?)(?<=\S)\2(?=$|[\s)\]}:,.])/g, "$1$3");
