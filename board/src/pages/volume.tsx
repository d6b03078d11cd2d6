// Tickets per hour with their band, alerts with their tags, and another sensitivity tried.
import { useEffect, useRef, useState } from "preact/hooks";
import { post, query } from "../api";
import { csv } from "../export";
import { Files } from "../files";
import { whole } from "../format";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Empty, Loading, Section, Trouble } from "../parts";
import { dayAndClock } from "../times";
import type { Incident, Volume, VolumeHour } from "../types";
import { bandOf, markOf, VolumeChart } from "../volume-chart";

const day_ms = 86_400_000;

const days_offered = [["1", "a day"], ["7", "7 days"], ["28", "4 weeks"], ["91", "a quarter"]];
const sensitivities = ["0.01", "0.001", "0.0001", "0.00001", "0.000001"];

function tableOf(hours: VolumeHour[]): string {
  return csv(["hour", "tickets", "expected", "low", "high", "mark"], hours.map((one) =>
    [one.hour, one.count, one.expected, one.low, one.high, markOf(one)]));
}

function HourTable({ hours }: { hours: VolumeHour[] }) {
  return (
    <div class="scroll chart-table" tabIndex={0} role="region" aria-label="Table of hours">
      <table>
        <thead>
          <tr>
            <th>Hour</th><th class="right">Tickets</th><th class="right">Expected</th>
            <th class="right">Band</th><th><span class="sr">Out of line</span></th>
          </tr>
        </thead>
        <tbody>
          {[...hours].reverse().map((one) => (
            <tr key={one.hour}>
              <td class="nowrap">{dayAndClock(Date.parse(one.hour))}</td>
              <td class="right number"><strong>{whole(one.count)}</strong></td>
              <td class="right number">{one.expected.toFixed(1)}</td>
              <td class="right number faint nowrap">{bandOf(one)}</td>
              <td>{markOf(one) && (
                <span class={`mark ${one.is_spike ? "priority-high" : "priority-low"}`}>
                  {one.is_spike ? "spike" : "silence"}
                </span>
              )}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const counted = (count: number) => count === 1 ? "1 alert" : `${whole(count)} alerts`;

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

function Alerts({ items, canAct, changed }: { items: Incident[]; canAct: boolean;
  changed: () => void }) {
  if (items.length === 0) return <Empty>No hour was out of line.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="List of alerts">
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
              <td class="nowrap">{dayAndClock(Date.parse(one.from))}</td>
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

function Choice({ label, value, options, change }: { label: string; value: string;
  options: string[][]; change: (value: string) => void }) {
  return (
    <label class="inline">{label}{" "}
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
      </select>
    </label>
  );
}

export function VolumePage({ canAct, isTv = false }: { canAct: boolean; isTv?: boolean }) {
  const [days, setDays] = useState("7");
  const [sensitivity, setSensitivity] = useState("");
  const [method, setMethod] = useState("");
  const [now, setNow] = useState(() => Date.now());
  const chart = useRef<SVGSVGElement>(null);
  const configured = useRef<{ days: string; alerts: number } | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  const since = new Date(now - Number(days) * day_ms).toISOString();
  const volume = useLoad<Volume>(`/v1/volume${query({ since, sensitivity, method })}`);
  const reload = useThrottled(volume.reload, 1000);
  useLive(["volume"], reload);
  if (volume.error && !volume.value) {
    return <Trouble error={volume.error} retry={volume.reload} />;
  }
  if (!volume.value) return <Loading />;
  const one = volume.value;
  if (!one.is_trial) configured.current = { days, alerts: one.alerts.length };
  const before = configured.current?.days === days ? configured.current.alerts : null;
  const files = !isTv && one.hours.length > 0 && (
    <Files name={`volume-${new Date().toISOString().slice(0, 10)}`} chart={chart}
      table={() => tableOf(one.hours)} />
  );
  const picture = (
    <Section title="Tickets per hour" note={files}>
      {one.hours.length === 0
        ? <Empty>No hour is counted yet. <code>deskwire volume backfill</code> fetches
          history.</Empty>
        : <VolumeChart hours={one.hours} chart={chart} height={isTv ? 520 : 320}
          hint="Shaded: what was expected. Round marks: spikes. Square ones: silence." />}
    </Section>
  );
  if (isTv) return <><h1>Tickets per hour, 7 days</h1>{picture}</>;
  return (
    <>
      <div class="page-head">
        <h1>Volume</h1>
        <div class="choice">
          <Choice label="Span" value={days} options={days_offered} change={setDays} />
          <Choice label="Method" value={method} change={setMethod} options={[
            ["", "as configured"], ["seasonal", "seasonal"], ["mean", "mean"]]} />
          <Choice label="Sensitivity" value={sensitivity} change={setSensitivity} options={[
            ["", "as configured"], ...sensitivities.map((value) => [value, value])]} />
        </div>
      </div>
      {one.is_trial && (
        <p class="verdict" role="status">
          Tried on the spot: {counted(one.alerts.length)} with these settings
          {before === null ? "" : `, ${counted(before)} as configured`}. Nothing is changed or told.
        </p>
      )}
      <div class={one.hours.length > 0 ? "tally" : ""}>
        {picture}
        {one.hours.length > 0 && (
          <Section title="The same as a table"
            note={<span class="faint">{whole(one.hours.length)} hours</span>}>
            <HourTable hours={one.hours} />
          </Section>
        )}
      </div>
      <Section title="Alerts">
        <Alerts items={one.alerts} canAct={canAct} changed={volume.reload} />
      </Section>
    </>
  );
}
