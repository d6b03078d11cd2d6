// Every queue: how deep it is and was, a look inside, and back from the dead.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { post } from "../api";
import { csv } from "../export";
import { Files } from "../files";
import { seconds, whole } from "../format";
import { useLive, useLoad } from "../hooks";
import { TimeChart } from "../lines";
import { Action, Empty, Loading, Section, Sparkline, Trouble, When } from "../parts";
import { condensed, dayAndClock, type Point } from "../times";
import type { Page, Queue, QueueDepths, QueueMessage, Role } from "../types";

const points_max = 144;
const minute_ms = 60_000;

function Peek({ name }: { name: string }) {
  const list = useLoad<Page<QueueMessage>>(
    `/v1/queues/${encodeURIComponent(name)}/messages?limit=20`);
  if (list.error) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  if (list.value.items.length === 0) return <Empty>{name} is empty.</Empty>;
  return (
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

function Depth({ queue, points, choice, isTv }: { queue: Queue; points: Point[];
  choice: preact.ComponentChildren; isTv: boolean }) {
  const chart = useRef<SVGSVGElement>(null);
  const known = points.filter((one) => one.value !== null);
  const highest = Math.max(0, ...known.map((one) => one.value ?? 0));
  const say = (one: Point) =>
    `${dayAndClock(one.at)}: ${one.value === null ? "not known" : `${whole(one.value)} waiting`}`;
  const step = points.length > 2 ? Math.round((points[1]!.at - points[0]!.at) / minute_ms) : 1;
  const note = step > 1 && <span class="faint">highest of each {step} min</span>;
  const table = () => csv(["at", "depth"], points.map((one) =>
    [new Date(one.at).toISOString(), one.value]));
  const files = !isTv && (
    <Files name={`queue-${queue.name}-${new Date().toISOString().slice(0, 10)}`} chart={chart}
      table={table} />
  );
  return (
    <>
      {choice}
      <div class={isTv ? "" : "tally"}>
        <Section title={`Depth of ${queue.name}`} note={files}>
          <TimeChart points={points} chart={chart} say={say} height={isTv ? 420 : 260}
            label={`Depth of ${queue.name}: now ${whole(queue.depth)}, at most ${whole(highest)}`}
            hint={`Now ${whole(queue.depth)}, at most ${whole(highest)} since `
              + `${dayAndClock(points[0]?.at ?? 0)}`} />
        </Section>
        {!isTv && (
          <Section title="The same as a table" note={note}>
            <div class="scroll chart-table" tabIndex={0} role="region"
              aria-label={`Table of the depth of ${queue.name}`}>
              <table>
                <thead><tr><th>Up to</th><th class="right">Depth</th></tr></thead>
                <tbody>
                  {[...points].reverse().map((one) => (
                    <tr key={one.at}>
                      <td>{dayAndClock(one.at)}</td>
                      <td class="right number">{whole(one.value)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Section>
        )}
      </div>
    </>
  );
}

interface RowProps {
  one: Queue;
  points: Point[];
  open: string | null;
  peek: (name: string | null) => void;
  redrive: (() => Promise<void>) | null;
  isTv: boolean;
}

function Row({ one, points, open, peek, redrive, isTv }: RowProps) {
  const dead = `${one.name}-dead`;
  const look = (name: string) => () => peek(open === name ? null : name);
  return (
    <tr>
      <td><strong>{one.name}</strong></td>
      <td>{one.kind === "sqs" ? "Amazon SQS" : "embedded"}</td>
      <td class="right number">{whole(one.depth)}</td>
      <td><Sparkline points={points.map((point) => point.value ?? 0)} /></td>
      <td class="right number">{whole(one.in_flight)}</td>
      <td class="right number">
        {one.oldest_seconds === null ? "–" : seconds(one.oldest_seconds)}
      </td>
      <td class={`right number ${one.dead ? "bad" : ""}`}>{whole(one.dead)}</td>
      {!isTv && (
        <td class="acts-cell">
          {one.kind === "embedded" && (
            <button type="button" class="quiet" aria-expanded={open === one.name}
              aria-label={`Peek into ${one.name}`} onClick={look(one.name)}>Peek</button>
          )}
          {one.dead ? (
            <>
              {" "}
              <button type="button" class="quiet" aria-expanded={open === dead}
                aria-label={`Peek into ${dead}`} onClick={look(dead)}>Peek dead</button>{" "}
              {redrive && <Action label="Redrive" quiet run={redrive} />}
            </>
          ) : null}
        </td>
      )}
    </tr>
  );
}

export function QueuesPage({ role, isTv = false }: { role: Role; isTv?: boolean }) {
  const list = useLoad<Page<Queue>>("/v1/queues");
  const depths = useLoad<Page<QueueDepths>>("/v1/queues/depths");
  const [open, setOpen] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
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
  if (list.error && !list.value) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  const deepest = [...items].sort((a, b) => (b.depth ?? 0) - (a.depth ?? 0))[0];
  const shown = items.find((one) => one.name === chosen) ?? (isTv ? deepest : items[0]);
  const choice = !isTv && items.length > 1 && (
    <div class="segments depth-choice" role="group" aria-label="Depth of">
      {items.map((one) => (
        <button type="button" key={one.name} aria-pressed={one.name === shown?.name}
          onClick={() => setChosen(one.name)}>{one.name}</button>
      ))}
    </div>
  );
  return (
    <>
      <div class="page-head"><h1>Queues</h1></div>
      <div class="scroll" tabIndex={0} role="region" aria-label="List of queues">
        <table>
          <thead>
            <tr>
              <th>Name</th><th>Kind</th><th class="right">Depth</th><th>Lately</th>
              <th class="right">In flight</th><th class="right">Oldest</th>
              <th class="right">Dead</th>
              {!isTv && <th><span class="sr">Actions</span></th>}
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <Row key={one.name} one={one} points={points.get(one.name) ?? []} open={open}
                peek={setOpen} isTv={isTv} redrive={role !== "admin" ? null : async () => {
                  await post(`/v1/queues/${encodeURIComponent(one.name)}-dead/redrive`);
                  list.reload();
                }} />
            ))}
          </tbody>
        </table>
      </div>
      {open && <Section title={`In ${open}`}><Peek key={open} name={open} /></Section>}
      {depths.error && !depths.value && <Trouble error={depths.error} retry={depths.reload} />}
      {shown && (
        <Depth queue={shown} points={points.get(shown.name) ?? []} choice={choice} isTv={isTv} />
      )}
    </>
  );
}
