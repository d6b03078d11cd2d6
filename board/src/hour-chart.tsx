// Tickets per hour: bars over the usual range, with the line at which an alert begins. The running
// hour is hollow and dashed. Drawn at its measured width, so that text is never scaled; by keyboard
// the arrows go from hour to hour, and the sentence below names the chosen one.
import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { useWidth } from "./chart";
import { clockOf, weekdayOf, whole } from "./format";
import { ticksFor } from "./tally";

export interface HourBar {
  at: number;  // where the hour begins
  count: number | null;
  usual: [number, number] | null;
  alarm: number | null;
  mark: "spike" | "drop" | null;
  isRunning?: boolean;
}

const hour = 3_600_000;

interface Props {
  hours: HourBar[];
  label: string;
  say: (one: HourBar) => string;
  hint: preact.ComponentChildren;
  height?: number;
  text?: number;  // size of its text
  chart?: Ref<SVGSVGElement>;
  hasNames?: boolean;  // "usual" and "alarm line" at the right end
}

/** Where the time axis is marked, at most `most` times: hours of a day, or days of a week. */
function marks(hours: HourBar[], most: number): { at: number; text: string }[] {
  const clock = hours.map((one) => ({ at: one.at, text: clockOf(one.at) }));
  if (hours.length <= 26) {
    const step = [1, 3, 6, 12].find((one) => hours.length / one <= most) ?? 24;
    return clock.filter((one) => Number(one.text.slice(0, 2)) % step === 0)
      .map((one) => ({ at: one.at, text: one.text.slice(0, 2) }));
  }
  const days = clock.filter((one) => one.text === "00:00");
  const step = Math.ceil(days.length / most);
  return days.filter((_, i) => i % step === 0)
    .map((one) => ({ at: one.at, text: weekdayOf(one.at) }));
}

/** A line of steps, one for each hour. */
function steps(points: [number, number, number][]): string {
  return points.map(([from, to, y], i) =>
    `${i === 0 ? `M${from.toFixed(1)},` : "V"}${y.toFixed(1)}H${to.toFixed(1)}`).join("");
}

export function HourChart({ hours, label, say, hint, height = 240, text = 12, chart,
  hasNames = true }: Props) {
  const [box, width] = useWidth();
  const [chosen, setChosen] = useState<number | null>(null);
  const first = hours[0]?.at ?? 0;
  const last = (hours[hours.length - 1]?.at ?? first) + hour;
  const longest = Math.max(4, ...hours.map((one) =>
    Math.max(one.count ?? 0, one.usual?.[1] ?? 0, one.alarm ?? 0)));
  const ticks = ticksFor(longest);
  const top = ticks[ticks.length - 1] || 1;
  const left = whole(top).length * text * 0.62 + 12;
  const right = hasNames ? text * 6.2 : 8;
  const bottom = text * 2;
  const above = text + 4;
  const inner = Math.max(1, width - left - right);
  const x = (at: number) => left + ((at - first) / Math.max(1, last - first)) * inner;
  const y = (value: number) => height - bottom - (value / top) * (height - bottom - above);
  const slot = inner / Math.max(1, hours.length);
  const bar = (one: HourBar) => Math.max(one.mark === "spike" ? 3 : 1, slot * 0.62);
  const usual = hours.filter((one) => one.usual);
  const alarms = hours.filter((one) => one.alarm !== null);
  const highs = usual.map((one): [number, number, number] =>
    [x(one.at), x(one.at + hour), y(one.usual![1])]);
  const band = usual.length === 0 ? "" : `${steps(highs)}${[...usual].reverse().map((one) =>
    `L${x(one.at + hour).toFixed(1)},${y(one.usual![0]).toFixed(1)}`
    + `L${x(one.at).toFixed(1)},${y(one.usual![0]).toFixed(1)}`).join("")}Z`;
  const nameY = (value: number, other: number | null, isUpper: boolean) => {
    const place = y(value);
    if (other === null || Math.abs(place - y(other)) >= text * 1.3) return place + text * 0.35;
    return isUpper ? place - text * 0.3 : y(other) + text * 1.1;
  };
  const lastAlarm = alarms[alarms.length - 1]?.alarm ?? null;
  const lastUsual = usual[usual.length - 1]?.usual?.[1] ?? null;
  /** Where the running hour's number stands: beside its bar, else above all that it would cover,
   * in words that no other hour can be taken for. */
  const saidPlace = (one: HourBar) => {
    const middle = x(one.at + hour / 2);
    const reach = (words: string) => words.length * text * 0.6;
    const beside = `${whole(one.count ?? 0)} so far`;
    const isBeside = middle - text * 0.4 + reach(beside) <= width - right;
    const words = isBeside ? beside : `${whole(one.count ?? 0)} since ${clockOf(one.at)}`;
    const from = isBeside ? middle - text * 0.4 : middle + text * 0.6 - reach(words);
    const covered = hours.filter((each) => x(each.at + hour) > from
      && x(each.at) < from + reach(words));
    const highest = Math.max(...covered.flatMap((each) => [each.count ?? 0, each.alarm ?? 0]));
    return { words, x: isBeside ? from : middle + text * 0.6, y: y(highest) - text * 0.5,
      anchor: isBeside ? "start" : "end" };
  };
  const said = hours.length > 26 ? [] : hours.filter((one) => one.isRunning && (one.count ?? 0) > 0)
    .map((one) => ({ one, ...saidPlace(one) }));
  const told = chosen === null ? null : hours[chosen] ?? null;
  const move = (event: PointerEvent) => {
    const where = event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
    const place = Math.floor(((where - left) / inner) * hours.length);
    setChosen(place >= 0 && place < hours.length ? place : null);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setChosen(Math.max(0, Math.min(hours.length - 1, (chosen ?? hours.length - 1) + step)));
  };
  return (
    <div ref={box} class="chart-box">
      {width > 0 && (
        <svg ref={chart} class="chart" width={width} height={height} role="img" aria-label={label}
          viewBox={`0 0 ${width} ${height}`} tabIndex={0} onKeyDown={key} onPointerMove={move}
          onBlur={() => setChosen(null)} onPointerLeave={() => setChosen(null)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line class="chart-line" x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} />
              <text class="chart-tick" x={left - 8} y={y(tick) + text * 0.35} font-size={text}
                text-anchor="end">{whole(tick)}</text>
            </g>
          ))}
          {band && <path class="hour-band" d={band} />}
          {band && <path class="hour-edge" d={steps(highs)} />}
          {marks(hours, Math.max(2, Math.floor(inner / (text * 4.5)))).map((one) => (
            <text key={one.at} class="chart-tick" y={height - text * 0.5} font-size={text}
              x={Math.max(x(one.at), left + text)} text-anchor="middle">{one.text}</text>
          ))}
          {hours.map((one) => one.count !== null && (
            <g key={one.at}>
              {one.count > 0 && (
                <rect class={`hour-bar ${one.mark === "spike" ? "is-spike" : ""} `
                  + `${one.isRunning ? "is-running" : ""}`} width={bar(one)}
                  x={x(one.at + hour / 2) - bar(one) / 2} y={y(one.count)}
                  height={Math.max(1, y(0) - y(one.count))} />
              )}
              {one.mark === "drop" && (
                <rect class="hour-silence" x={x(one.at + hour / 2) - text / 2} y={y(0) - text}
                  width={text} height={text} />
              )}
            </g>
          ))}
          {alarms.length > 0 && (
            <path class="hour-alarm" d={steps(alarms.map((one) =>
              [x(one.at), x(one.at + hour), y(one.alarm!)]))} />
          )}
          {said.map(({ one, words, ...place }) => (
            <text key={one.at} class={one.mark === "spike" ? "hour-said is-spike" : "hour-said"}
              font-size={text} x={place.x} y={place.y} text-anchor={place.anchor}>{words}</text>
          ))}
          {hasNames && lastAlarm !== null && (
            <text class="hour-name is-alarm" x={width - right + 6} font-size={text}
              y={nameY(lastAlarm, lastUsual, true)}>alarm line</text>
          )}
          {hasNames && lastUsual !== null && (
            <text class="hour-name" x={width - right + 6} font-size={text}
              y={nameY(lastUsual, lastAlarm, false)}>usual</text>
          )}
          {told && (
            <line class="hour-over" x1={x(told.at + hour / 2)} x2={x(told.at + hour / 2)} y1={above}
              y2={height - bottom} />
          )}
        </svg>
      )}
      <p class="time-said faint" aria-live="polite">{told ? say(told) : hint}</p>
    </div>
  );
}
