// Tickets per hour against what was expected: as a picture, as words, and as rows.
import type { Ref } from "preact";
import { whole } from "./format";
import { TimeChart } from "./lines";
import { dayAndClock, type Point } from "./times";
import type { VolumeHour } from "./types";

const half_hour = 1_800_000;

export const markOf = (one: VolumeHour) =>
  one.is_spike ? "spike" as const : one.is_drop ? "drop" as const : null;

/** "9–21", and one number where the band is that. */
export const bandOf = (one: VolumeHour) =>
  one.low === one.high ? whole(one.low) : `${whole(one.low)}–${whole(one.high)}`;

export function inWords(one: VolumeHour): string {
  const mark = markOf(one);
  return `${whole(one.count)} tickets, expected ${one.expected.toFixed(1)} (${bandOf(one)})`
    + (mark ? `: ${mark === "spike" ? "a spike" : "silence"}` : "");
}

export function VolumeChart({ hours, chart, height, hint, until }: { hours: VolumeHour[];
  chart?: Ref<SVGSVGElement>; height?: number; hint?: string; until?: number }) {
  const points = hours.map((one): Point => ({ at: Date.parse(one.hour) + half_hour,
    value: one.count, expected: one.expected, low: one.low, high: one.high, mark: markOf(one) }));
  const out = points.filter((one) => one.mark).length;
  const say = (point: Point) => {
    const one = hours[points.indexOf(point)];
    return one ? `${dayAndClock(Date.parse(one.hour))}: ${inWords(one)}` : "";
  };
  return (
    <TimeChart points={points} say={say} {...(chart ? { chart } : {})}
      {...(height ? { height } : {})} {...(until ? { until } : {})} hint={hint ?? ""}
      label={`Tickets per hour with the expected band; ${out} hours out of line`} />
  );
}
