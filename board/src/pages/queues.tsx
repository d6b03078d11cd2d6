// Every queue: how deep it is and was, its messages, and those of its dead-letter queue.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, post } from "../api";
import { csv, svgText } from "../export";
import { Files } from "../files";
import { counted, dayAndTime, seconds, whole } from "../format";
import { useLive, useLoad } from "../hooks";
import { TimeChart } from "../lines";
import { Action, Bar, Broken, Empty, Loading, Section, Sparkline, Trouble, When } from "../parts";
import { useAddress } from "../router";
import { condensed, type Point } from "../times";
import type { Page, Queue, QueueDepths, QueueMessage, Role } from "../types";

const points_max = 144;
const minute_ms = 60_000;

function Messages({ name }: { name: string }) {
  const path = `/v1/queues/${encodeURIComponent(name)}/messages?limit=20`;
  const list = useLoad<Page<QueueMessage>>(path);
  if (list.error) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  if (list.value.items.length === 0) return <Empty>{name} is empty.</Empty>;
  const more = async () => {
    const next = await get<Page<QueueMessage>>(`${path}&cursor=${list.value?.next_cursor}`);
    list.set((page) => page && { items: [...page.items, ...next.items],
      next_cursor: next.next_cursor });
  };
  return (
    <>
      <ul class="messages">
        {list.value.items.map((one) => (
          <li key={one.id}>
            <div class="said-head">
              <span class="number faint">{one.id}</span>
              <When at={one.sent_at} />
              {one.receives > 0 && <span class="faint">received {one.receives}×</span>}
              {!one.visible && <span class="mark">in flight</span>}
            </div>
            <pre tabIndex={0}>{one.body}</pre>
          </li>
        ))}
      </ul>
      {list.value.next_cursor && (
        <p class="center"><Action label="Show more" quiet run={more} /></p>
      )}
    </>
  );
}

/** What was measured, and the depth of this moment behind it. */
function pointsOf(known: QueueDepths | undefined, queue: Queue, now: number): Point[] {
  const past = known ? condensed(known.depths, Date.parse(known.until),
    known.every_seconds * 1000, points_max) : [];
  const last = past[past.length - 1];
  if (last && now - last.at < 1000) past.pop();
  return [...past, { at: now, value: queue.depth }];
}

/** Its course over time; empty where nothing is known, with the reason. */
function Depth({ queue, points }: { queue: Queue; points: Point[] }) {
  const chart = useRef<SVGSVGElement>(null);
  const known = points.filter((one) => one.value !== null);
  const highest = Math.max(0, ...known.map((one) => one.value ?? 0));
  if (queue.depth === null && known.length === 0) {
    return <Empty>The depth of {queue.name} is not known here. Amazon is asked once a minute; see
      Status for what it answered.</Empty>;
  }
  const say = (one: Point) =>
    `${dayAndTime(one.at)}: ${one.value === null ? "not known" : `${whole(one.value)} waiting`}`;
  const step = points.length > 2 ? Math.round((points[1]!.at - points[0]!.at) / minute_ms) : 1;
  const table = () => csv(["at", "depth"], points.map((one) =>
    [new Date(one.at).toISOString(), one.value]));
  // A day at least, so that a short history is not drawn as if it were a long one.
  const from = Math.min(points[0]?.at ?? 0, (points[points.length - 1]?.at ?? 0) - 3_600_000);
  return (
    <Section title={`Depth of ${queue.name}`} lead={step > 1 ? `highest of each ${step} min`
      : "each minute, while this daemon runs"}
      note={<Files name={`queue-${queue.name}-${new Date().toISOString().slice(0, 10)}`}
        picture={() => chart.current && svgText(chart.current)} table={table} />}>
      <TimeChart points={points} chart={chart} say={say} height={220} from={from}
        label={`Depth of ${queue.name}: now ${whole(queue.depth)}, at most ${whole(highest)}`}
        hint={`Now ${whole(queue.depth)}, at most ${whole(highest)} since `
          + `${dayAndTime(points[0]?.at ?? 0)}`} />
    </Section>
  );
}

interface RowProps {
  one: Queue;
  points: Point[];
  most: number;
  open: string | null;
  show: (name: string | null) => void;
  shown: boolean;
  choose: () => void;
  redrive: (() => Promise<void>) | null;
}

function Row({ one, points, most, open, show, shown, choose, redrive }: RowProps) {
  const dead = `${one.name}-dead`;
  const toggle = (name: string) => () => show(open === name ? null : name);
  const isLate = (one.oldest_seconds ?? 0) >= 300;
  return (
    <li class={shown ? "is-chosen" : ""}>
      <span class="queue-name"><button type="button" class="link" aria-expanded={shown}
        aria-label={`Depth of ${one.name} over time`} onClick={choose}>{one.name}</button>{" "}
        <span class="small faint">{one.kind === "sqs" ? "Amazon SQS" : "embedded"}</span></span>
      <strong class="number queue-depth">{one.depth === null ? "–" : whole(one.depth)}</strong>
      <Bar value={one.depth ?? 0} most={most} />
      <Sparkline points={points.length < 5 ? [] : points.map((point) => point.value ?? 0)} />
      <span class={`small queue-age ${isLate ? "alarm strong" : "faint"}`}>
        {one.depth === null ? "not known here" : one.depth === 0 ? "empty"
          : `${isLate ? "▲ " : ""}oldest ${seconds(one.oldest_seconds ?? 0)}`}
        {(one.in_flight ?? 0) > 0 && ` · ${whole(one.in_flight)} in flight`}</span>
      <span class="small">{one.dead ? <span class="alarm strong">▲ {whole(one.dead)} in
        {" "}{dead}</span> : ""}</span>
      <span class="queue-acts">
        {one.kind === "embedded" && (
          <button type="button" class="quiet" aria-expanded={open === one.name}
            aria-label={`Show messages of ${one.name}`} onClick={toggle(one.name)}>
            Show messages</button>
        )}
        {one.dead ? (
          <>
            <button type="button" class="quiet" aria-expanded={open === dead}
              aria-label={`Show messages of ${dead}`} onClick={toggle(dead)}>Show dead</button>
            {redrive && <Action label="Move back to the queue" quiet run={redrive} />}
          </>
        ) : null}
      </span>
    </li>
  );
}

export function QueuesPage({ role }: { role: Role }) {
  const wanted = useAddress().searchParams.get("queue");
  const list = useLoad<Page<Queue>>("/v1/queues");
  const depths = useLoad<Page<QueueDepths>>("/v1/queues/depths");
  const [open, setOpen] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(wanted);
  const [now, setNow] = useState(() => Date.now());
  useLive(["queue"], (topic, data) => {
    if (topic === "resync") {
      list.reload();
      depths.reload();
    } else {
      list.set((page) => page && { ...page,
        items: page.items.map((one) => (one.name === data.name ? data : one)) });
      setNow(Date.now());
    }
  });
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
      depths.reload();
    }, minute_ms);
    return () => clearInterval(timer);
  }, [depths.reload]);
  const items = list.value?.items ?? [];
  const points = useMemo(() => new Map(items.map((one) => [one.name,
    pointsOf(depths.value?.items.find((known) => known.name === one.name), one, now)])),
    [list.value, depths.value, now]);
  if (list.error && !list.value) {
    return <Broken title="Queues" error={list.error} retry={list.reload} />;
  }
  if (!list.value) return <Loading />;
  const shown = items.find((one) => one.name === chosen) ?? items[0];
  const all = items.reduce((sum, one) => sum + (one.depth ?? 0), 0);
  const most = Math.max(1, ...items.map((one) => one.depth ?? 0));
  return (
    <>
      <div class="page-head">
        <h1>Queues</h1>
        <span class="faint">{counted(all, "message")} in {counted(items.length, "queue")}</span>
      </div>
      {items.length === 0
        ? <Empty>No queue is configured. Set [[queue]] in deskwire.toml to add one.</Empty>
        : (
          <section class="panel flush" aria-label="List of queues">
            <ul class="rows queues">
              {items.map((one) => (
                <Row key={one.name} one={one} points={points.get(one.name) ?? []} most={most}
                  open={open} show={setOpen} shown={one === shown}
                  choose={() => setChosen(one.name)}
                  redrive={role !== "admin" ? null : async () => {
                    await post(`/v1/queues/${encodeURIComponent(one.name)}-dead/redrive`);
                    list.reload();
                  }} />
              ))}
            </ul>
          </section>
        )}
      {open && <Section title={`Messages of ${open}`}><Messages key={open} name={open} /></Section>}
      {depths.error && !depths.value && <Trouble error={depths.error} retry={depths.reload} />}
      {shown && <Depth queue={shown} points={points.get(shown.name) ?? []} />}
    </>
  );
}
