// A line over time with an optional band of what was expected. Names and numbers keep their size
// at any width; what the pointer is over is said in words below. A table beside it says the same.
import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { useWidth } from "./chart";
import { whole } from "./format";
import { ticksFor } from "./tally";
import { timeTicks, type Point } from "./times";

const bottom = 24;
const above = 10;
const after = 12;

type Pair = [number, number];

function path(points: Pair[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`)
    .join("");
}

/** Stretches without a hole. */
function stretches<T>(items: T[], isThere: (one: T) => boolean): T[][] {
  const out: T[][] = [[]];
  for (const one of items) {
    if (isThere(one)) out[out.length - 1]!.push(one);
    else if (out[out.length - 1]!.length > 0) out.push([]);
  }
  return out.filter((one) => one.length > 0);
}

interface Props {
  points: Point[];  // ascending
  label: string;
  say: (point: Point) => string;  // what is below the chart for the point under the pointer
  hint?: string;
  height?: number;
  chart?: Ref<SVGSVGElement>;
  until?: number;  // where the time axis ends, if behind the last point
  from?: number;  // where it begins, if before the first
}

export function TimeChart({ points, label, say, hint = "", height = 240, chart, until = 0, from }:
  Props) {
  const [box, width] = useWidth();
  const [over, setOver] = useState<number | null>(null);
  const first = Math.min(points[0]?.at ?? 0, from ?? Infinity);
  const last = Math.max(points[points.length - 1]?.at ?? 1, until, first + 1);
  const longest = Math.max(0, ...points.map((one) => Math.max(one.value ?? 0, one.high ?? 0)));
  const ticks = ticksFor(longest);
  const top = ticks[ticks.length - 1] || 1;
  const left = whole(top).length * 8 + 14;
  const x = (at: number) => left + ((at - first) / (last - first)) * (width - left - after);
  const y = (value: number) => height - bottom - (value / top) * (height - bottom - above);
  const banded = points.filter((one) => one.high !== undefined && one.low !== undefined);
  const known = (one: Point) => one.value !== null;
  const out = points.filter((one) => one.mark && known(one));
  const told = over === null ? null : points[over] ?? null;
  const move = (event: PointerEvent) => {
    const where = event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
    const at = first + ((where - left) / Math.max(1, width - left - after)) * (last - first);
    let near = 0;
    points.forEach((one, i) => {
      if (Math.abs(one.at - at) < Math.abs(points[near]!.at - at)) near = i;
    });
    setOver(points.length > 0 ? near : null);
  };
  return (
    <div ref={box} class="chart-box">
      {width > 0 && (
        <svg ref={chart} class="chart" width={width} height={height} role="img" aria-label={label}
          viewBox={`0 0 ${width} ${height}`} onPointerMove={move}
          onPointerLeave={() => setOver(null)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line class="chart-line" x1={left} x2={width - after} y1={y(tick)} y2={y(tick)} />
              <text class="chart-tick" x={left - 8} y={y(tick) + 4} font-size="12"
                text-anchor="end">{whole(tick)}</text>
            </g>
          ))}
          {timeTicks(first, last, Math.max(2, Math.floor(width / 72))).map(({ at, text }) => (
            <text key={at} class="chart-tick" y={height - 6} font-size="12"
              x={Math.min(Math.max(x(at), left + 16), width - 22)} text-anchor="middle">
              {text}
            </text>
          ))}
          {banded.length > 1 && (
            <path class="time-band" d={`${path([
              ...banded.map((one): Pair => [x(one.at), y(one.high!)]),
              ...[...banded].reverse().map((one): Pair => [x(one.at), y(one.low!)])])}Z`} />
          )}
          {banded.length > 1 && (
            <path class="time-expected"
              d={path(banded.map((one): Pair => [x(one.at), y(one.expected ?? 0)]))} />
          )}
          {stretches(points, known).map((part) => part.length === 1
            ? <circle key={part[0]!.at} class="time-point" cx={x(part[0]!.at)}
              cy={y(part[0]!.value!)} r="2.5" />
            : <path key={part[0]!.at} class="time-value"
              d={path(part.map((one): Pair => [x(one.at), y(one.value!)]))} />)}
          {out.map((one) => one.mark === "drop"
            ? <rect key={one.at} class="time-out" x={x(one.at) - 4} y={y(one.value!) - 4}
              width="8" height="8" />
            : <circle key={one.at} class="time-out" cx={x(one.at)} cy={y(one.value!)} r="4.5" />)}
          {told && told.value !== null && (
            <g class="time-over">
              <line x1={x(told.at)} x2={x(told.at)} y1={above} y2={height - bottom} />
              <circle cx={x(told.at)} cy={y(told.value)} r="4" />
            </g>
          )}
        </svg>
      )}
      <p class="time-said faint" aria-hidden="true">{told ? say(told) : hint}</p>
    </div>
  );
}
