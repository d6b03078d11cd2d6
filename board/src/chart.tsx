// Bars per agent: names stay readable with three agents and with eighty, the scale grows with the
// longest, and a bar moves from where it was. A click opens the rows behind a bar; by keyboard the
// table beside it does.
import type { Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { whole } from "./format";
import { ticksFor } from "./tally";
import type { TallyAgent } from "./types";

const pen = document.createElement("canvas").getContext("2d");

/** The text, cut with "…" to fit. */
function fitted(text: string, pixels: number, font: string): string {
  if (!pen) return text;
  pen.font = font;
  if (pen.measureText(text).width <= pixels) return text;
  let cut = [...text];
  while (cut.length > 1 && pen.measureText(`${cut.join("")}…`).width > pixels) {
    cut = cut.slice(0, Math.min(cut.length - 1, Math.floor(cut.length * 0.95)));
  }
  return `${cut.join("")}…`;
}

function useWidth(): [Ref<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (ref.current) watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return [ref, Math.floor(width)];
}

const sizes = (count: number, isLarge: boolean) => {
  const row = count <= 12 ? 44 : count <= 30 ? 30 : 24;
  const text = count <= 12 ? 15 : count <= 30 ? 14 : 13;
  const scale = isLarge ? Math.max(1, Math.min(1.6, 20 / Math.max(1, count))) : 1;
  return { row: Math.round(row * scale), text: Math.round(text * scale), isTwoLines: count <= 12 };
};

interface Props {
  agents: TallyAgent[];
  label: string;
  chart?: Ref<SVGSVGElement>;
  isLarge?: boolean;
  open?: (username: string) => void;
}

export function AgentBars({ agents, label, chart, isLarge = false, open }: Props) {
  const [box, width] = useWidth();
  const size = sizes(agents.length, isLarge);
  const family = width > 0 ? getComputedStyle(document.body).fontFamily : "sans-serif";
  const font = `600 ${size.text}px ${family}`;
  const names = Math.min(width * 0.4, size.text * 17);
  const longest = Math.max(0, ...agents.map((one) => one.updates));
  const numbers = (whole(longest).length + 1) * size.text * 0.62 + 10;
  const ticks = ticksFor(longest);
  const top = ticks[ticks.length - 1] || 1;
  const room = Math.max(10, width - names - numbers - 12);
  const axis = 22;
  const height = agents.length * size.row + axis;
  const thick = Math.round(size.row * (size.isTwoLines ? 0.5 : 0.6));
  return (
    <div ref={box} class="chart-box">
      {width > 0 && (
        <svg ref={chart} class="chart" width={width} height={height} role="img"
          viewBox={`0 0 ${width} ${height}`} aria-label={label}>
          {ticks.map((tick) => {
            const x = names + 12 + (tick / top) * room;
            return (
              <g key={tick}>
                <line class="chart-line" x1={x} x2={x} y1={0} y2={height - axis} />
                <text class="chart-tick" x={x} y={height - 6} text-anchor="middle" font-size="12">
                  {whole(tick)}
                </text>
              </g>
            );
          })}
          {agents.map((one, i) => {
            const y = i * size.row;
            const middle = size.row / 2;
            const length = (one.updates / top) * room;
            const second = Math.round(size.text * 0.8);
            return (
              <g key={one.username.toLowerCase()} class="chart-row" data-y={y}
                data-agent={one.username} style={{ transform: `translateY(${y}px)` }}
                onClick={() => open?.(one.username)}>
                <title>
                  {`${one.name} (${one.username}): ${whole(one.updates)}`
                    + (one.opening ? `, of them ${whole(one.opening)} imported` : "")}
                </title>
                <rect class="chart-hit" x={0} y={0} width={width} height={size.row} />
                <text class="chart-name" x={names} text-anchor="end" font-size={size.text}
                  y={size.isTwoLines ? middle - 1 : middle + size.text * 0.35}>
                  {fitted(one.name, names - 4, font)}
                </text>
                {size.isTwoLines && (
                  <text class="chart-faint" x={names} text-anchor="end" font-size={second}
                    y={middle + second + 2}>
                    {fitted(one.username, names - 4, `400 ${second}px ${family}`)}
                  </text>
                )}
                <rect class="chart-bar" x={names + 12} y={(size.row - thick) / 2} rx={3}
                  width={Math.max(2, length)} height={thick} />
                {one.opening > 0 && (
                  <rect class="chart-opening" x={names + 12} y={(size.row - thick) / 2} rx={3}
                    width={Math.max(2, (one.opening / top) * room)} height={thick} />
                )}
                <text class="chart-value" font-size={size.text}
                  x={names + 12 + Math.max(2, length) + 7} y={middle + size.text * 0.35}>
                  {whole(one.updates)}
                </text>
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
