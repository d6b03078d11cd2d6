// Is the desk well? Answered within five seconds.
import { useEffect, useState } from "preact/hooks";
import { seconds, whole } from "../format";
import { useLive, useLoad, useThrottled } from "../hooks";
import { ConnectorList, Empty, Loading, PriorityMark, Section, StatusMark, Trouble, When }
  from "../parts";
import { query } from "../api";
import { go, Link } from "../router";
import { AgentBars } from "../chart";
import { inWords, VolumeChart } from "../volume-chart";
import { clock } from "../times";
import { TallyOff, useTally } from "./tally";
import type { Connector, Delivery, Figures, Page, Queue, SystemStatus, Ticket, Volume }
  from "../types";

function today(): string {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  return start.toISOString();
}

function Figure({ label, value, note }: { label: string; value: string; note?: string }) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note && <dd class="figure-note">{note}</dd>}
    </div>
  );
}

function QueueBars({ queues }: { queues: Queue[] }) {
  const top = Math.max(1, ...queues.map((queue) => queue.depth ?? 0));
  return (
    <ul class="bars">
      {queues.map((queue) => (
        <li key={queue.name}>
          <Link to="/queues">{queue.name}</Link>
          <span class="bar-track" aria-hidden="true">
            <span class="bar" ref={(bar) => {
              if (bar) bar.style.width = `${((queue.depth ?? 0) / top) * 100}%`;
            }} />
          </span>
          <span class="number">{whole(queue.depth)}</span>
          <span class="faint bar-note">
            {queue.kind !== "embedded" ? "at Amazon SQS"
              : queue.oldest_seconds === null ? "empty"
                : `oldest ${seconds(queue.oldest_seconds)}`}
            {queue.dead ? <b class="bad"> · {queue.dead} dead</b> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Verdict({ waiting, broken }: { waiting: number; broken: Connector[] }) {
  if (waiting + broken.length === 0) {
    return <p class="verdict" role="status">All is well. Nothing waits for a person.</p>;
  }
  const names = broken.map((one) => one.name).join(", ");
  return (
    <p class="verdict verdict-bad" role="status">
      {waiting > 0 && (
        <Link to="/deliveries">
          {waiting === 1 ? "1 delivery needs a person" : `${waiting} deliveries need a person`}
        </Link>
      )}
      {waiting > 0 && broken.length > 0 && " · "}
      {broken.length > 0 && <Link to="/status">{names} in trouble</Link>}
    </p>
  );
}

function Connectors({ status }: { status: SystemStatus | null }) {
  return (
    <Section title="Connectors" note={<Link to="/status" class="more">Status</Link>}>
      {status && status.connectors.length > 0
        ? <ConnectorList connectors={status.connectors} />
        : <Empty>No outside system is connected yet.</Empty>}
    </Section>
  );
}

function LatestTickets({ items, fresh }: { items: Ticket[]; fresh: number | null }) {
  return (
    <Section title="Latest tickets" note={<Link to="/tickets" class="more">All</Link>}>
      {items.length > 0 ? (
        <ul class="rows">
          {items.map((one) => (
            <li key={one.id} class={one.id === fresh ? "is-fresh" : ""}>
              <span class="number faint">#{one.id}</span>
              <PriorityMark priority={one.priority} />
              <Link to={`/tickets/${one.id}`} class="grow clip">{one.title}</Link>
              <StatusMark status={one.status} />
              <When at={one.opened_at} />
            </li>
          ))}
        </ul>
      ) : <Empty>No ticket yet. Write one in Teams, or post one to /v1/tickets.</Empty>}
    </Section>
  );
}

const bars_max = 12;

function AgentsToday() {
  const tally = useTally("today", "");
  if (!tally.value) return null;
  const { agents, channels, total } = tally.value;
  const isOff = agents.length === 0 && channels.length === 0;
  const label = `${whole(total)} updates by ${agents.length} agents today`;
  return (
    <Section title="Updates per agent today"
      note={<Link to="/agents" class="more">{agents.length > bars_max ? "All" : "More"}</Link>}>
      {isOff ? <TallyOff />
        : agents.length === 0 ? <Empty>No update yet today.</Empty>
          : <AgentBars agents={agents.slice(0, bars_max)} label={label}
            open={(agent) => go(`/agents?agent=${encodeURIComponent(agent)}`)} />}
    </Section>
  );
}

const hour_ms = 3_600_000;

/** Today's hours against their band; midnight brings another day. */
function VolumeToday({ since }: { since: string }) {
  const volume = useLoad<Volume>(`/v1/volume${query({ since })}`);
  const reload = useThrottled(volume.reload, 1000);
  useLive(["volume"], reload);
  const hours = volume.value?.hours ?? [];
  const last = hours[hours.length - 1];
  const ends = Date.parse(since) + 24 * hour_ms;
  return (
    <Section title="Tickets per hour today" note={<Link to="/volume" class="more">Volume</Link>}>
      {volume.error ? <Trouble error={volume.error} retry={volume.reload} />
        : !volume.value ? <Loading />
          : !last ? <Empty>No hour of today is counted yet.</Empty>
            : <VolumeChart hours={hours} height={190} until={ends}
              hint={`${clock(Date.parse(last.hour))} to `
                + `${clock(Date.parse(last.hour) + hour_ms)}: ${inWords(last)}`} />}
    </Section>
  );
}

/** When this day began; another at midnight. */
function useToday(): string {
  const [since, setSince] = useState(today);
  useEffect(() => {
    const timer = setInterval(() => setSince(today()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return since;
}

export function NowPage() {
  const since = useToday();
  const figures = useLoad<Figures>(`/v1/metrics/tickets?since=${encodeURIComponent(since)}`);
  const queues = useLoad<Page<Queue>>("/v1/queues");
  const latest = useLoad<Page<Ticket>>("/v1/tickets?limit=8");
  const waiting = useLoad<Page<Delivery>>("/v1/deliveries?state=dead,unsure&limit=50");
  const status = useLoad<SystemStatus>("/v1/status");
  const refresh = useThrottled(() => figures.reload(), 1000);
  const refreshWaiting = useThrottled(() => waiting.reload(), 500);
  const [fresh, setFresh] = useState<number | null>(null);

  useLive(["ticket", "queue", "delivery", "status"], (topic, data) => {
    if (topic === "resync") {
      [figures, queues, latest, waiting, status].forEach((one) => one.reload());
    } else if (topic === "ticket") {
      setFresh(data.id);
      latest.set((page) => page && { ...page,
        items: merged(page.items, data as Ticket).slice(0, 8) });
      refresh();
    } else if (topic === "queue") {
      queues.set((page) => page && { ...page,
        items: page.items.map((one) => (one.name === data.name ? data : one)) });
    } else if (topic === "delivery") {
      refreshWaiting();
    } else {
      status.reload();
    }
  });

  const failed = figures.error ?? queues.error ?? latest.error;
  if (failed && !figures.value) return <Trouble error={failed} retry={figures.reload} />;
  if (!figures.value || !queues.value) return <Loading />;
  const broken = (status.value?.connectors ?? []).filter((one) => !one.ok);
  return (
    <>
      <h1 class="sr">Now</h1>
      <Verdict waiting={waiting.value?.items.length ?? 0} broken={broken} />
      <dl class="figures">
        <Figure label="Open now" value={whole(figures.value.open)} />
        <Figure label="Opened today" value={whole(figures.value.opened)} />
        <Figure label="Solved today" value={whole(figures.value.solved)} />
        <Figure label="First reply" note="median today"
          value={figures.value.first_reply_seconds.median === null ? "–"
            : seconds(figures.value.first_reply_seconds.median)} />
      </dl>
      <div class="columns">
        <AgentsToday />
        <VolumeToday since={since} />
      </div>
      <div class="columns">
        <Section title="Queues" note={<Link to="/queues" class="more">All</Link>}>
          <QueueBars queues={queues.value.items} />
        </Section>
        <Connectors status={status.value} />
      </div>
      <LatestTickets items={latest.value?.items ?? []} fresh={fresh} />
    </>
  );
}

/** A changed ticket in its place; a new one in front. */
export function merged(items: Ticket[], changed: Ticket): Ticket[] {
  const known = items.some((one) => one.id === changed.id);
  if (known) return items.map((one) => (one.id === changed.id ? { ...one, ...changed } : one));
  return [changed, ...items].sort((a, b) => b.id - a.id);
}
