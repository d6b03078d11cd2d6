// Is an hour out of line, and why? Tickets per hour over what is usual, the alerts with what their
// tickets share, and what another alarm line would have done.
import { useEffect, useRef, useState } from "preact/hooks";
import { post, query } from "../api";
import { csv, svgText } from "../export";
import { Files } from "../files";
import { clockOf, counted, dayAndTime, rangeText, rarity, whole } from "../format";
import { HourChart, type HourBar } from "../hour-chart";
import { isOver, runningOf, throughOf } from "../hours";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Bar, Broken, Empty, Loading, Section, Segments } from "../parts";
import { replace, useAddress } from "../router";
import type { Incident, Now, NowHour, Volume, VolumeHour } from "../types";
import { barOf } from "./now";

const day_ms = 86_400_000;
const hour_ms = 3_600_000;
const spans = [["1", "Today"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"]] as const;
const lines = ["0.000001", "0.00001", "0.0001", "0.001", "0.01"];

const markOf = (one: VolumeHour) => one.is_spike ? "spike" : one.is_drop ? "silence" : null;

function tableOf(hours: VolumeHour[]): string {
  return csv(["hour", "tickets", "expected", "usual_low", "usual_high", "alarm", "mark"],
    hours.map((one) => [one.hour, one.count, one.expected, one.usual_low, one.usual_high, one.alarm,
      markOf(one)]));
}

function HourTable({ hours }: { hours: VolumeHour[] }) {
  return (
    <details class="panel">
      <summary>The same as a table</summary>
      <div class="chart-table" tabIndex={0} role="region" aria-label="Table of hours">
        <table>
          <thead>
            <tr>
              <th>Hour</th><th class="right">Tickets</th><th class="right">Usual</th>
              <th class="right">Alarm line</th><th><span class="sr">Out of line</span></th>
            </tr>
          </thead>
          <tbody>
            {[...hours].reverse().map((one) => (
              <tr key={one.hour}>
                <td class="nowrap">{dayAndTime(one.hour)}</td>
                <td class="right number"><strong>{whole(one.count)}</strong></td>
                <td class="right number faint nowrap">
                  {rangeText(one.usual_low, one.usual_high)}</td>
                <td class="right number faint">{whole(one.alarm)}</td>
                <td>{markOf(one) && (
                  <span class={one.is_spike ? "alarm strong" : "warn strong"}>
                    {one.is_spike ? "▲ spike" : "■ silence"}</span>
                )}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const toBar = (one: VolumeHour): HourBar => ({ at: Date.parse(one.hour), count: one.count,
  usual: [one.usual_low, one.usual_high], alarm: one.alarm,
  mark: one.is_spike ? "spike" : one.is_drop ? "drop" : null });

const inWords = (one: HourBar) => `${dayAndTime(one.at)}: ${one.count === null
  ? "not counted yet" : counted(one.count, "ticket")}`
  + (one.usual ? `, usual ${rangeText(...one.usual)}` : "")
  + (one.mark ? `: ${one.mark === "spike" ? "a spike" : "silence"}` : "");

/** The hour that is not over: a bar without words where many stand side by side. */
function runningWords(hours: HourBar[]): string {
  const one = hours.find((each) => each.isRunning);
  if (!one || one.count === null) return "";
  return `${clockOf(one.at)} to now: ${counted(one.count, "ticket")} so far`
    + (one.usual ? `, usual ${rangeText(...one.usual)} in the whole hour.` : ".");
}

function Feedback({ one, changed }: { one: Incident; changed: () => void }) {
  const say = (verdict: string | null) => async () => {
    await post(`/v1/volume/incidents/${one.id}/feedback`, { verdict });
    changed();
  };
  if (one.feedback) {
    return (
      <span class="small">
        {one.feedback === "real" ? "was real" : "false alarm"}{" "}
        <Action label="Take back" plain run={say(null)} />
      </span>
    );
  }
  return (
    <>
      <Action label="Yes, real" quiet run={say("real")} />
      <Action label="False alarm" quiet run={say("false_alarm")} />
    </>
  );
}

/** "vpn 40 of 54, 619 22", what the tickets share far beyond the usual; else what is frequent. */
function wordsOf(one: Incident): string {
  const tags = one.tags?.by_lift.length ? one.tags.by_lift : one.tags?.by_count ?? [];
  return tags.slice(0, 3).map((tag, i) => `${tag.tag} ${whole(tag.count)}`
    + (i === 0 && one.tags ? ` of ${whole(one.tags.tickets)}` : "")).join(", ");
}

function spanText(one: Incident): string {
  const end = Date.parse(one.to) + hour_ms;
  const isOpen = one.state === "open";
  const until = isOpen ? "now" : clockOf(end);
  return `${dayAndTime(one.from)} – ${until}`;
}

function Alerts({ items, hours, canAct, changed }: { items: Incident[]; hours: VolumeHour[];
  canAct: boolean; changed: () => void }) {
  if (items.length === 0) {
    return <Empty>No hour was out of line in this time.</Empty>;
  }
  return (
    <ul class="rows alerts" aria-label="List of alerts">
      {[...items].reverse().map((one) => {
        const peak = hours.find((each) => each.hour === one.peak);
        const usual = peak ? rangeText(peak.usual_low, peak.usual_high) : one.expected.toFixed(1);
        const isSpike = one.kind === "spike";
        const words = wordsOf(one);
        return (
          <li key={`${one.kind} ${one.from}`}>
            <span class={`sign ${isSpike ? "alarm" : "warn"}`} aria-hidden="true">
              {isSpike ? "▲" : "■"}</span>
            <span class="row-main wrap">
              <strong>{isSpike ? "Spike" : "Silence"}, {spanText(one)}:</strong>{" "}
              {whole(one.count)} in the hour from {clockOf(one.peak)}, usual {usual}
              <span class="second small faint">
                {one.probability > 0 ? rarity(one.probability)
                  .replace(/^\w/, (letter) => letter.toUpperCase()) : "By the simple rule"}
                {words && ` · ${words}`}
                {` · ${{ open: "going on", calm: "over", new_level: "now the usual" }[one.state]}`}
                {one.told_at && ` · alert sent ${dayAndTime(one.told_at)}`}
              </span>
            </span>
            {canAct && (one.id === null ? <span class="small faint">a trial</span>
              : <span class="queue-acts"><Feedback one={one} changed={changed} /></span>)}
          </li>
        );
      })}
    </ul>
  );
}

function Legend() {
  return (
    <p class="legend small faint">
      <span><span class="swatch" aria-hidden="true" /> tickets</span>
      <span><span class="swatch is-band" aria-hidden="true" /> usual: 8 of 10 such hours</span>
      <span><span class="swatch is-line" aria-hidden="true" /> alarm line: an alert begins here
      </span>
      <span><span class="alarm" aria-hidden="true">▲</span> spike</span>
      <span><span class="warn" aria-hidden="true">■</span> silence</span>
    </p>
  );
}

function Trial({ one, before, sensitivity, method, choose }: { one: Volume; before: number | null;
  sensitivity: string; method: string;
  choose: (values: { sensitivity?: string; method?: string }) => void }) {
  const at = sensitivity === "" ? -1 : lines.indexOf(sensitivity);
  const near = lines.findIndex((line) => Number(line) >= one.sensitivity * 0.99);
  const place = at >= 0 ? at : near < 0 ? lines.length - 1 : near;
  const alerts = one.alerts.length;
  const isOther = one.is_trial;
  return (
    <Section title="Try another alarm line">
      <label class="slider">
        <span class="sr">Sensitivity</span>
        <input type="range" min="0" max={lines.length - 1} step="1" value={place}
          aria-valuetext={rarity(Number(lines[place]))} disabled={one.method === "mean"}
          onInput={(event) =>
            choose({ sensitivity: lines[Number(event.currentTarget.value)] ?? "" })} />
        <span class="slider-ends small faint"><span>fewer alerts</span><span>more alerts</span>
        </span>
      </label>
      <dl class="trial">
        <dt>Alert when rarer than</dt><dd>{rarity(Number(lines[place])).replace("about ", "")}</dd>
        <dt>Alerts in this time</dt><dd><strong class="number">{whole(alerts)}</strong></dd>
        {before !== null && (<><dt>with the configured line</dt>
          <dd class="number">{whole(before)}</dd></>)}
      </dl>
      <label class="inline">Method{" "}
        <select value={method} onChange={(event) => choose({ method: event.currentTarget.value })}>
          <option value="">as configured</option>
          <option value="seasonal">seasonal</option>
          <option value="mean">mean</option>
        </select>
      </label>
      {isOther && (
        <p class="small faint" role="status">
          Tried on the spot: {counted(alerts, "alert")} with these settings
          {before === null ? "" : `, ${counted(before, "alert")} as configured`}. Nothing is changed
          or sent until <code>volume.sensitivity</code> is set.{" "}
          <button type="button" class="plain"
            onClick={() => choose({ sensitivity: "", method: "" })}>
            Back to the configured line</button>
        </p>
      )}
    </Section>
  );
}

/** What people's judgement has moved, by kind of hour. */
function Thresholds({ one }: { one: Volume }) {
  if (one.thresholds.length === 0) return null;
  const two = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
  const days = { weekday: "weekdays", weekend: "weekends", holiday: "holidays" };
  return (
    <Section title="Moved by your judgement" lead="the alarm line of such hours">
      <ul class="rows">
        {one.thresholds.map((each) => (
          <li key={`${each.kind} ${each.day} ${each.from_hour}`}>
            <span class="row-main wrap">
              {each.kind === "spike" ? "Spikes" : "Silence"}, {days[each.day]} {two(each.from_hour)}
              –{two(each.to_hour)}
              <span class="second small faint">{whole(each.real)} real,{" "}
                {counted(each.false_alarms, "false alarm")}</span>
            </span>
            <span class="small faint">{movedText(each.sensitivity_factor)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** "alerts when 4 times rarer" */
export function movedText(factor: number): string {
  if (factor === 1) return "not moved";
  const times = factor < 1 ? 1 / factor : factor;
  const shown = Number.isInteger(times) ? String(times) : times.toFixed(1);
  return `alerts when ${shown} times ${factor < 1 ? "rarer" : "less rare"}`;
}

function Words({ one }: { one: Incident }) {
  const tags = one.tags?.by_lift ?? [];
  if (tags.length === 0 || !one.tags) return null;
  const of = one.tags;
  const most = Math.max(...tags.map((tag) => tag.count));
  return (
    <Section title="Words in common" lead={`of ${whole(of.tickets)}`}>
      <ul class="agent-bars words">
        {tags.slice(0, 8).map((tag) => (
          <li key={tag.tag}>
            <strong class="clip">{tag.tag}</strong>
            <Bar value={tag.count} most={most} />
            <strong class="number">{whole(tag.count)}</strong>
            <span class="small faint">usual {(tag.baseline / Math.max(1, of.baseline_tickets)
              * of.tickets).toFixed(0)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The worst hour that goes on, as a sentence, and the one that is not over. */
function Verdict({ one, running, through }: { one: Volume; running: NowHour | undefined;
  through: string }) {
  const open = one.alerts.filter((each) => each.state === "open");
  const alert = open[open.length - 1];
  const isOut = isOver(running);
  const since = running && running.count !== null
    ? `${counted(running.count, "ticket")} since ${clockOf(running.hour)}${through}` : "";
  if (!alert && !isOut) return <p class="verdict-line">No hour is out of line now.</p>;
  if (!alert) {
    return (
      <div class="headline">
        <p class="headline-text alarm">The running hour is out of line: {since}
          {running?.usual && `, usual ${rangeText(running.usual.low, running.usual.high)}`}</p>
      </div>
    );
  }
  const peak = one.hours.find((each) => each.hour === alert.peak);
  const usual = peak ? rangeText(peak.usual_low, peak.usual_high) : alert.expected.toFixed(1);
  const words = wordsOf(alert);
  return (
    <div class="headline">
      <p class="headline-text alarm">{dayAndTime(alert.peak)} to{" "}
        {clockOf(Date.parse(alert.peak) + hour_ms)} is out of line:{" "}
        {counted(alert.count, "ticket")}, usual {usual}</p>
      {since && <p class={isOut ? "alarm" : "faint"}>{isOut && "▲ "}{since}.</p>}
      {words && <p class="faint">What they share: {words}.</p>}
    </div>
  );
}

export function VolumePage({ canAct }: { canAct: boolean }) {
  const address = useAddress();
  const wanted = address.searchParams.get("span") ?? "7";
  const days = spans.some(([key]) => key === wanted) ? wanted : "7";
  const [sensitivity, setSensitivity] = useState("");
  const [method, setMethod] = useState("");
  const [now, setNow] = useState(() => Date.now());
  const chart = useRef<SVGSVGElement>(null);
  const configured = useRef<{ days: string; alerts: number } | null>(null);
  const today = useLoad<Now>(sensitivity || method ? "" : "/v1/now");
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  const since = new Date(now - Number(days) * day_ms).toISOString();
  const volume = useLoad<Volume>(`/v1/volume${query({ since, sensitivity, method })}`);
  const reload = useThrottled(volume.reload, 1000);
  useLive(["volume"], reload);
  if (volume.error && !volume.value) {
    return <Broken title="Volume" error={volume.error} retry={volume.reload} />;
  }
  if (!volume.value) return <Loading />;
  const one = volume.value;
  if (!one.is_trial) configured.current = { days, alerts: one.alerts.length };
  const before = configured.current?.days === days ? configured.current.alerts : null;
  const coming = (today.value?.hours ?? []).filter((each) => each.state !== "past" && each.usual)
    .map(barOf);
  const hours = [...one.hours.map(toBar), ...(days === "1" || coming.length === 0 ? coming
    : coming.filter((each) => each.isRunning))];
  const last = one.alerts[one.alerts.length - 1];
  const choose = (values: { sensitivity?: string; method?: string }) => {
    if (values.sensitivity !== undefined) setSensitivity(values.sensitivity);
    if (values.method !== undefined) setMethod(values.method);
  };
  const isEmpty = one.hours.length === 0;
  return (
    <>
      <div class="page-head">
        <h1>Volume</h1>
        <span class="faint">tickets created per hour
          {today.value && !isEmpty && `, from ${today.value.hours_source}`}</span>
        <div class="choice">
          <Segments label="Span" options={spans} value={days}
            change={(key) => replace(`/volume?span=${key}`)} />
          {!isEmpty && (
            <Files name={`volume-${new Date().toISOString().slice(0, 10)}`}
              picture={() => chart.current && svgText(chart.current)}
              table={() => tableOf(one.hours)} />
          )}
        </div>
      </div>
      {!isEmpty && <Verdict one={one} through={today.value ? throughOf(today.value) : ""}
        running={today.value ? runningOf(today.value) : undefined} />}
      <div class={isEmpty ? "" : "volume"}>
        <div class="column">
          <Section title="Tickets per hour">
            {isEmpty
              ? <Empty>No hour is counted yet. <code>deskwire volume backfill</code> fetches
                history.</Empty>
              : (
                <>
                  <HourChart hours={hours} chart={chart} height={320} say={inWords}
                    hint={runningWords(hours)}
                    label={`Tickets per hour; ${counted(hours.filter((each) => each.mark).length,
                      "hour")} out of line`} />
                  <Legend />
                </>
              )}
          </Section>
          <Section title="Out of line" lead={whole(one.alerts.length)}>
            <Alerts items={one.alerts} hours={one.hours} canAct={canAct} changed={volume.reload} />
          </Section>
          {!isEmpty && <HourTable hours={one.hours} />}
        </div>
        {!isEmpty && (
          <div class="column">
            <Trial one={one} before={before} sensitivity={sensitivity} method={method}
              choose={choose} />
            <Thresholds one={one} />
            {last && <Words one={last} />}
          </div>
        )}
      </div>
    </>
  );
}
