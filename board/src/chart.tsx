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

/** The width that there is, and whenever it changes. */
export function useWidth(): [Ref<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (ref.current) watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return [ref, Math.floor(width)];
}

interface Shape {
  row: number;  // height of a row
  text: number;  // of its name
  hasUsername: boolean;
  isStacked: boolean;  // the name above its bar, where there is no room beside it
}

const narrow = 520;

function shapeFor(count: number, width: number, room: number): Shape {
  if (room > 0) {
    const row = Math.max(26, Math.min(96, Math.floor(room / Math.max(1, count))));
    const text = Math.max(13, Math.min(26, Math.round(row * 0.42)));
    return { row, text, hasUsername: row >= 60, isStacked: false };
  }
  if (width < narrow) return { row: 42, text: 13, hasUsername: false, isStacked: true };
  if (count <= 12) return { row: 44, text: 15, hasUsername: true, isStacked: false };
  const row = count <= 30 ? 30 : 24;
  return { row, text: row === 30 ? 14 : 13, hasUsername: false, isStacked: false };
}

/** How many rows a wall screen has room for. */
export function rowsFor(room: number): number {
  return Math.max(1, Math.floor(room / 26));
}

interface Props {
  agents: TallyAgent[];
  label: string;
  chart?: Ref<SVGSVGElement>;
  room?: number;  // pixels to fill on a wall screen; 0: as high as it needs
  open?: (username: string) => void;
}

interface RowProps {
  agent: TallyAgent;
  y: number;
  shape: Shape;
  names: number;  // where the bars begin
  scale: number;  // pixels of one update
  width: number;
  family: string;
  open?: ((username: string) => void) | undefined;
}

function Row({ agent, y, shape, names, scale, width, family, open }: RowProps) {
  const { row, text, hasUsername, isStacked } = shape;
  const thick = Math.round(isStacked ? 14 : row * (hasUsername ? 0.5 : 0.6));
  const top = isStacked ? 20 : (row - thick) / 2;
  const length = Math.max(2, agent.updates * scale);
  const second = Math.round(text * 0.8);
  const room = isStacked ? width : names - 16;
  const at = isStacked ? { x: 0, anchor: "start" as const, y: 14 }
    : { x: names - 12, anchor: "end" as const, y: row / 2 + (hasUsername ? -1 : text * 0.35) };
  return (
    <g class="chart-row" data-y={y} data-agent={agent.username}
      style={{ transform: `translateY(${y}px)` }} onClick={() => open?.(agent.username)}>
      <title>
        {`${agent.name} (${agent.username}): ${whole(agent.updates)}`
          + (agent.opening ? `, of them ${whole(agent.opening)} imported` : "")}
      </title>
      <rect class="chart-hit" x={0} y={0} width={width} height={row} />
      <text class="chart-name" x={at.x} y={at.y} text-anchor={at.anchor} font-size={text}>
        {fitted(agent.name, room, `600 ${text}px ${family}`)}
      </text>
      {hasUsername && (
        <text class="chart-faint" x={at.x} text-anchor="end" font-size={second}
          y={row / 2 + second + 2}>
          {fitted(agent.username, room, `400 ${second}px ${family}`)}
        </text>
      )}
      <rect class="chart-bar" x={names} y={top} rx={3} width={length} height={thick} />
      {agent.opening > 0 && (
        <rect class="chart-opening" x={names} y={top} rx={3} height={thick}
          width={Math.max(2, agent.opening * scale)} />
      )}
      <text class="chart-value" font-size={text} x={names + length + 7}
        y={top + thick / 2 + text * 0.35}>
        {whole(agent.updates)}
      </text>
    </g>
  );
}

export function AgentBars({ agents, label, chart, room = 0, open }: Props) {
  const [box, width] = useWidth();
  const axis = 22;
  const shape = shapeFor(agents.length, width, Math.max(0, room - axis));
  const family = width > 0 ? getComputedStyle(document.body).fontFamily : "sans-serif";
  const names = shape.isStacked ? 0 : Math.round(Math.min(width * 0.4, shape.text * 17)) + 12;
  const longest = Math.max(0, ...agents.map((one) => one.updates));
  const numbers = (whole(longest).length + 1) * shape.text * 0.62 + 10;
  const ticks = ticksFor(longest);
  const top = ticks[ticks.length - 1] || 1;
  const scale = Math.max(10, width - names - numbers) / top;
  const height = agents.length * shape.row + axis;
  return (
    <div ref={box} class="chart-box">
      {width > 0 && (
        <svg ref={chart} class="chart" width={width} height={height} role="img"
          viewBox={`0 0 ${width} ${height}`} aria-label={label}>
          {ticks.map((tick) => (
            <g key={tick}>
              {(tick === 0 || !shape.isStacked) && (
                <line class="chart-line" x1={names + tick * scale} x2={names + tick * scale}
                  y1={0} y2={height - axis} />
              )}
              <text class="chart-tick" x={names + tick * scale} y={height - 6} font-size="12"
                text-anchor={names === 0 && tick === 0 ? "start" : "middle"}>
                {whole(tick)}
              </text>
            </g>
          ))}
          {agents.map((agent, i) => (
            <Row key={agent.username.toLowerCase()} agent={agent} y={i * shape.row} shape={shape}
              names={names} scale={scale} width={width} family={family} open={open} />
          ))}
        </svg>
      )}
    </div>
  );
}
