// Tickets per hour with their band, incidents with their tags, and another sensitivity tried.
import { useEffect, useState } from "preact/hooks";
import { post, query } from "../api";
import { whole } from "../format";
import { useLoad } from "../hooks";
import { Action, Empty, Loading, Section, Trouble, When } from "../parts";
import type { Incident, Volume, VolumeHour } from "../types";

const width = 960;
const height = 260;
const left = 44;
const bottom = 24;
const day_ms = 86_400_000;

const days_offered = [["1", "a day"], ["7", "7 days"], ["28", "4 weeks"], ["91", "a quarter"]];
const sensitivities = ["0.01", "0.001", "0.0001", "0.00001", "0.000001"];

function path(points: [number, number][]): string {
  return points
    .map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`)
    .join("");
}

function Chart({ hours }: { hours: VolumeHour[] }) {
  const first = Date.parse(hours[0]!.hour);
  const last = Date.parse(hours[hours.length - 1]!.hour) + 3_600_000;
  const top = Math.max(1, ...hours.map((one) => Math.max(one.count, one.high))) * 1.05;
  const x = (one: VolumeHour) =>
    left + ((Date.parse(one.hour) + 1_800_000 - first) / (last - first)) * (width - left - 4);
  const y = (count: number) => height - bottom - (count / top) * (height - bottom - 8);
  const band = path([
    ...hours.map((one): [number, number] => [x(one), y(one.high)]),
    ...[...hours].reverse().map((one): [number, number] => [x(one), y(one.low)]),
  ]);
  const days: number[] = [];
  const step = Math.max(1, Math.ceil((last - first) / day_ms / 8)) * day_ms;
  for (let at = Math.ceil(first / day_ms) * day_ms; at < last; at += step) days.push(at);
  const out = hours.filter((one) => one.is_spike || one.is_drop);
  return (
    <svg class="volume-chart" viewBox={`0 0 ${width} ${height}`} role="img"
      aria-label={`Tickets per hour with the expected band; ${out.length} hours out of line`}>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="volume-grid" x1={left} x2={width} y1={y((top / 1.05) * share)}
            y2={y((top / 1.05) * share)} />
          <text class="volume-text" x={left - 6} y={y((top / 1.05) * share) + 4}
            text-anchor="end">{whole(Math.round((top / 1.05) * share))}</text>
        </g>
      ))}
      {days.map((at) => (
        <text key={at} class="volume-text" y={height - 6}
          x={left + ((at - first) / (last - first)) * (width - left - 4)}>
          {new Date(at).toISOString().slice(5, 10)}
        </text>
      ))}
      <path class="volume-band" d={`${band}Z`} />
      <path class="volume-expected"
        d={path(hours.map((one): [number, number] => [x(one), y(one.expected)]))} />
      <path class="volume-count"
        d={path(hours.map((one): [number, number] => [x(one), y(one.count)]))} />
      {out.map((one) => (
        <circle key={one.hour} class="volume-out" cx={x(one)} cy={y(one.count)} r="4">
          <title>{`${one.hour}: ${one.count}, expected ${one.expected}`}</title>
        </circle>
      ))}
    </svg>
  );
}

function rarity(one: Incident): string {
  if (one.probability <= 0) return "by the simple rule";
  const hours = 1 / one.probability;
  return hours > 1e7 ? "next to never by chance" : `once in ${whole(Math.round(hours))} hours`;
}

function Feedback({ one, changed }: { one: Incident; changed: () => void }) {
  const say = (verdict: string | null) => async () => {
    await post(`/v1/volume/incidents/${one.id}/feedback`, { verdict });
    changed();
  };
  if (one.feedback) {
    return (
      <>
        {one.feedback === "real" ? "real" : "false alarm"}{" "}
        <Action label="Take back" quiet run={say(null)} />
      </>
    );
  }
  return (
    <>
      <Action label="Real" quiet run={say("real")} />
      <Action label="False alarm" quiet run={say("false_alarm")} />
    </>
  );
}

function Tags({ one }: { one: Incident }) {
  const standing = one.tags?.by_lift ?? [];
  const frequent = one.tags?.by_count ?? [];
  if (standing.length === 0 && frequent.length === 0) return <span class="faint">–</span>;
  return (
    <>
      {standing.map((tag) => (
        <div key={tag.tag}>
          <strong>{tag.tag}</strong> {tag.count}, {tag.lift.toFixed(1)}× as usual
        </div>
      ))}
      {standing.length === 0 && frequent.slice(0, 3).map((tag) => (
        <div key={tag.tag}>{tag.tag} {tag.count}</div>
      ))}
    </>
  );
}

function Incidents({ items, canAct, changed }: { items: Incident[]; canAct: boolean;
  changed: () => void }) {
  if (items.length === 0) return <Empty>No hour was out of line.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="List of incidents">
      <table>
        <thead>
          <tr>
            <th>From</th><th>Kind</th><th class="right">Hours</th><th class="right">Peak</th>
            <th class="right">Expected</th><th>How rare</th><th>Tags</th><th>State</th>
            {canAct && <th>Was it real?</th>}
          </tr>
        </thead>
        <tbody>
          {[...items].reverse().map((one) => (
            <tr key={`${one.kind} ${one.from}`}>
              <td><When at={one.from} /></td>
              <td>{one.kind === "spike" ? "spike" : "silence"}</td>
              <td class="right number">
                {(Date.parse(one.to) - Date.parse(one.from)) / 3_600_000 + 1}
              </td>
              <td class="right number">{whole(one.count)}</td>
              <td class="right number">{one.expected.toFixed(1)}</td>
              <td>{rarity(one)}</td>
              <td><Tags one={one} /></td>
              <td>{{ open: "going on", calm: "over", new_level: "the new normal" }[one.state]}</td>
              {canAct && (
                <td class="acts-cell">
                  {one.id === null ? <span class="faint">a trial</span>
                    : <Feedback one={one} changed={changed} />}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function VolumePage({ canAct }: { canAct: boolean }) {
  const [days, setDays] = useState("7");
  const [sensitivity, setSensitivity] = useState("");
  const [method, setMethod] = useState("");
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  const since = new Date(now - Number(days) * day_ms).toISOString();
  const volume = useLoad<Volume>(`/v1/volume${query({ since, sensitivity, method })}`);
  if (volume.error && !volume.value) {
    return <Trouble error={volume.error} retry={volume.reload} />;
  }
  if (!volume.value) return <Loading />;
  const one = volume.value;
  return (
    <>
      <div class="page-head">
        <h1>Volume</h1>
        <label>Span{" "}
          <select value={days} onChange={(event) => setDays(event.currentTarget.value)}>
            {days_offered.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
          </select>
        </label>
        <label>Method{" "}
          <select value={method} onChange={(event) => setMethod(event.currentTarget.value)}>
            <option value="">as configured</option>
            <option value="seasonal">seasonal</option>
            <option value="mean">mean</option>
          </select>
        </label>
        <label>Sensitivity{" "}
          <select value={sensitivity}
            onChange={(event) => setSensitivity(event.currentTarget.value)}>
            <option value="">as configured</option>
            {sensitivities.map((value) => <option key={value} value={value}>{value}</option>)}
          </select>
        </label>
      </div>
      {one.is_trial && (
        <p class="note" role="status">
          Tried on the spot: {one.incidents.length} incidents with these settings. Nothing is
          changed or told.
        </p>
      )}
      <Section title="Tickets per hour">
        {one.hours.length === 0
          ? <Empty>No hour is counted yet. `deskwire volume backfill` fetches history.</Empty>
          : <Chart hours={one.hours} />}
      </Section>
      <Section title="Incidents">
        <Incidents items={one.incidents} canAct={canAct} changed={volume.reload} />
      </Section>
    </>
  );
}
