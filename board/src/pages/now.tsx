// Is the desk well? One sentence, the numbers of today beside what is usual, who waits longest, and
// whether more comes in than usual.
import { useEffect, useRef, useState } from "preact/hooks";
import { patch } from "../api";
import { counted, dayAndTime, numberOf, rangeText, seconds, sourceTitle, titleOf, whole,
  clockOf } from "../format";
import { isAwayAt, useConnection, useLive, useLoad, useNow, useThrottled } from "../hooks";
import { HourChart, type HourBar } from "../hour-chart";
import { hoursInWords, isOver } from "../hours";
import { Action, Bar, Broken, Empty, Loading, PriorityMark, Section, Sparkline } from "../parts";
import { go, Link } from "../router";
import { pathOf } from "../incidents";
import type { DeliveryGroups, ListedTicket, Now, NowFact, NowHour, NowNumber, Page, Queue,
  SystemStatus, Ticket }
  from "../types";
import { Decide } from "./incident";
import { useTally } from "./tally";

const hour = 3_600_000;
const late_queue_seconds = 300;

/** What /v1/now says, read again when something moves, and every minute. */
export function useDesk() {
  const now = useLoad<Now>("/v1/now");
  const refresh = useThrottled(now.reload, 1000);
  useLive(["ticket", "delivery", "incident", "status", "volume", "minute"], refresh);
  useEverySoOften(now.reload);
  return now;
}

function useEverySoOften(call: () => void) {
  useEffect(() => {
    const timer = setInterval(call, 30_000);
    return () => clearInterval(timer);
  }, [call]);
}

/** The sentence changes at most once in 10 s: nobody reads one that flickers. */
function useCalm(now: Now | null): Now | null {
  const [shown, setShown] = useState(now);
  const last = useRef(0);
  useEffect(() => {
    if (!now) return;
    const isSame = shown?.headline.text === now.headline.text;
    const wait = isSame || !shown ? 0 : Math.max(0, last.current + 10_000 - Date.now());
    const timer = setTimeout(() => {
      if (!isSame) last.current = Date.now();
      setShown(now);
    }, wait);
    return () => clearTimeout(timer);
  }, [now]);
  return shown ?? now;
}

export const signOf = (kind: NowFact["kind"]) =>
  kind === "silence" || kind === "connection" || kind === "store" ? "■" : "▲";

/** What is shown is not of this moment: as soon as the page says that it is not connected. */
export function useIsOld(): { isOld: boolean; heard_at: number } {
  const state = useConnection();
  const now = useNow(1000);
  return { isOld: isAwayAt(state, now), heard_at: state.heard_at };
}

function Headline({ now, asOf, canAct, decided }: { now: Now; asOf: string; canAct: boolean;
  decided: () => void }) {
  const calm = useCalm(now) ?? now;
  const { isOld } = useIsOld();
  const { headline } = calm;
  const isWell = headline.kind === "well";
  if (isOld) {
    const text = headline.text.replace(/\.$/, "");
    return (
      <div class="headline" role="status">
        <h1 class="faint">{isWell ? `At ${clockOf(asOf)} all was well.`
          : `At ${clockOf(asOf)}: ${text}`}</h1>
        <p class="faint">Nothing newer is known. Every number below is from {clockOf(asOf)}.</p>
      </div>
    );
  }
  return (
    <div class="headline" role="status">
      <h1>{isWell ? headline.text
        : <Link to={headline.link} class="alarm"><span class="sr">Needs attention: </span>
          {headline.text}</Link>}</h1>
      {headline.detail && <p class="faint clip-2">{headline.detail}</p>}
      {headline.group && canAct && (
        <div class="decide">
          <Decide key={headline.group} group={headline.group} dismissed={decided}
            opened={(made) => go(pathOf(made))} />
          <Link to={headline.link}>See the {counted(headline.people, "ticket")}</Link>
        </div>
      )}
      {calm.next.length > 0 && (
        <p class="headline-next">
          {calm.next.map((one) => (
            <span key={one.text}>
              <span class="alarm" aria-hidden="true">{signOf(one.kind)}</span>{" "}
              <Link to={one.link} class="ink">{one.text}</Link>
            </span>
          ))}
          {calm.more > 0 && <span class="faint">{whole(calm.more)} more</span>}
        </p>
      )}
    </div>
  );
}

const labels: Record<NowNumber["name"], [string, string]> = {
  waiting: ["Waiting for a first reply", "/tickets?view=unanswered"],
  first_reply: ["First reply, median today", "/tickets?view=all"],
  opened: ["Opened today", "/volume?span=1"],
  solved: ["Solved today", "/tickets?view=solved"],
  open: ["Open now", "/tickets?view=unsolved"],
};

/** "14" and "min": the unit is smaller than the number. */
export function valueOf(one: NowNumber): [string, string] {
  if (one.value === null) return ["–", ""];
  if (one.name !== "first_reply") return [whole(Math.round(one.value)), ""];
  if (one.value < 1) return ["<1", "s"];
  const text = seconds(one.value);
  const found = /^(\d+) (s|min|d)$/.exec(text);
  return found ? [found[1] ?? "", found[2] ?? ""] : [text, ""];
}

export function usualOf(one: NowNumber, now: Now): string {
  if (one.value === null) return "no reply yet today";
  if (!one.usual) {
    return now.days_known < now.days_required
      ? `no usual yet: day ${now.days_known + 1} of ${now.days_required}` : "no usual yet";
  }
  if (one.name !== "first_reply") return `usual ${rangeText(one.usual.low, one.usual.high)}`;
  const minutes = rangeText(one.usual.low / 60, one.usual.high / 60);
  return `usual ${minutes} min`;
}

/** Too many, or too late. Fewer solved than usual is no alarm: the day is not over. */
export const isOut = (one: NowNumber) => one.value !== null && one.usual !== null
  && one.name !== "solved" && one.value > Math.ceil(one.usual.high);

/** Where numbers of two sources stand side by side, each is named: they need not agree. */
function Sources({ now }: { now: Now }) {
  const other = now.numbers.find((one) => one.source !== "Deskwire");
  if (!other) return null;
  return <p class="small faint">{labels[other.name][0]}: all tickets of {other.source}. The other
    numbers: tickets that came through Deskwire.</p>;
}

function NumberBox({ one, now }: { one: NowNumber; now: Now }) {
  const [label, link] = labels[one.name];
  const [value, unit] = valueOf(one);
  const usual = usualOf(one, now);
  const out = isOut(one);
  const isSoFar = (one.name === "opened" || one.name === "solved") && one.usual !== null;
  const longest = one.name === "waiting" && now.waiting.items[0]
    ? ` · longest ${seconds(now.waiting.items[0].waiting_seconds ?? 0)}` : "";
  return (
    <Link to={link} class="number-box">
      <span class="number-label">{label}
        {one.source !== "Deskwire" && ` · ${one.source}`}</span>
      <span class="number-row">
        <span class="number-value">{value}{unit && <small> {unit}</small>}</span>
        <Sparkline points={one.today} band={one.usual_by_hour} isAlarm={out} span={24} />
      </span>
      <span class="number-usual">
        <span class={out ? "alarm strong" : ""}>{out && "▲ "}{usual}</span>
        {isSoFar && ` by ${clockOf(now.as_of)}`}{longest}
      </span>
    </Link>
  );
}

/** In office time: it goes on from when it was read, unless the office is closed. */
export const waitedOf = (one: ListedTicket, asOf: string, now: number) =>
  (one.waiting_seconds ?? 0)
  + (one.waiting_counts ? Math.max(0, now - Date.parse(asOf)) / 1000 : 0);

/** Bold ink; from two thirds of the threshold on a warning, behind it an alarm. */
export function Waits({ ticket, lateAfter, asOf, now }: { ticket: ListedTicket;
  lateAfter: number | null; asOf: string; now: number }) {
  const waited = waitedOf(ticket, asOf, now);
  const isLate = lateAfter !== null && waited >= lateAfter;
  const isSoon = lateAfter !== null && waited >= (lateAfter * 2) / 3;
  return (
    <span class={`waits ${isLate ? "alarm" : isSoon ? "warn" : ""}`}>
      {isLate && <span aria-hidden="true">▲ </span>}{seconds(waited, "0 min")}
    </span>
  );
}

function Assignee({ one, canAct, me, changed }: { one: Ticket; canAct: boolean; me: string;
  changed: () => void }) {
  if (one.assignee) return <bdi class="clip">{one.assignee}</bdi>;
  if (!canAct || !me) return <span class="faint">unassigned</span>;
  return (
    <Action label="unassigned" plain title="Take it" name={`Take ${numberOf(one)}: unassigned`}
      run={async () => {
        await patch(`/v1/tickets/${one.id}`, { assignee: me });
        changed();
      }} />
  );
}

function WaitingLongest({ now, canAct, me, changed }: { now: Now; canAct: boolean; me: string;
  changed: () => void }) {
  const { is_live } = useConnection();
  const ticking = useNow();
  const time = is_live ? Math.max(ticking, Date.parse(now.as_of)) : Date.parse(now.as_of);
  const { waiting } = now;
  const late = waiting.late_after_seconds;
  return (
    <Section title="Waiting longest for a first reply" className="now-waiting"
      lead={late === null ? undefined : `late after ${seconds(late)}`}
      note={<Link to="/tickets?view=unanswered">All {whole(waiting.total)}</Link>}>
      {waiting.items.length === 0
        ? <Empty>No ticket waits for a first reply.</Empty>
        : (
          <ul class="rows two-lines">
            {waiting.items.slice(0, 6).map((one) => (
              <li key={one.id}>
                <Waits ticket={one} lateAfter={late} asOf={now.as_of} now={time} />
                <span class="row-main">
                  <span class="row-title">
                    <PriorityMark priority={one.priority} />{" "}
                    <Link to={`/tickets/${one.id}`} class="ink clip" dir="auto">
                      {titleOf(one)}</Link>
                  </span>
                  <span class="row-second clip">{numberOf(one)} ·{" "}
                    <bdi>{one.requester.name ?? one.requester.email ?? "unknown"}</bdi> ·{" "}
                    {sourceTitle(one.source)}</span>
                </span>
                <span class="row-who">
                  <Assignee one={one} canAct={canAct} me={me} changed={changed} />
                </span>
              </li>
            ))}
          </ul>
        )}
    </Section>
  );
}

export const barOf = (one: NowHour): HourBar => ({
  at: Date.parse(one.hour), count: one.count,
  usual: one.usual ? [Math.floor(one.usual.low), Math.ceil(one.usual.high)] : null,
  alarm: one.alarm, isRunning: one.state === "running",
  mark: one.is_spike || (one.state === "running" && isOver(one)) ? "spike"
    : one.is_drop ? "drop" : null,
});

function HoursInWords({ now }: { now: Now }) {
  const { isOld } = useIsOld();
  return <>{hoursInWords(now, isOld).map((one) => (
    <span key={one.text} class="said-hour">
      {one.tone ? <strong class={one.tone}>{one.text}</strong> : one.text}</span>
  ))}</>;
}

export function HoursToday({ now, height, text, hasHint = true }: { now: Now; height: number;
  text?: number; hasHint?: boolean }) {
  const hours = now.hours.map(barOf);
  const out = hours.filter((one) => one.mark).length;
  const say = (one: HourBar) => `${dayAndTime(one.at)} to ${clockOf(one.at + hour)}: `
    + (one.count === null ? "not counted yet" : counted(one.count, "ticket"))
    + (one.usual ? `, usual ${rangeText(...one.usual)}` : "");
  return <HourChart hours={hours} height={height} say={say} {...(text ? { text } : {})}
    label={`Tickets per hour today; ${counted(out, "hour")} out of line`}
    hint={hasHint ? <HoursInWords now={now} /> : null} />;
}

function Agents({ rows }: { rows: number }) {
  const tally = useTally("today", "").value;
  const agents = tally?.agents ?? [];
  const shown = agents.slice(0, rows);
  const twice = new Set(agents.map((one) => one.name).filter((name, i, all) =>
    all.indexOf(name) !== i));
  const most = Math.max(1, ...agents.map((one) => one.updates));
  const rest = agents.length - shown.length;
  return (
    <Section title="Updates per agent today" className="now-agents"
      note={<Link to="/agents">All {agents.length > 0 ? whole(agents.length) : ""}</Link>}>
      {agents.length === 0
        ? <Empty>{(tally?.channels.length ?? 0) > 0 ? "No update is counted yet today."
          : "No channel is counted. Set [[tally]] in deskwire.toml to count updates."}</Empty>
        : (
          <>
            <ul class="agent-bars">
              {shown.map((one) => (
                <li key={one.username}>
                  <Link to={`/agents?agent=${encodeURIComponent(one.username)}`} class="ink clip">
                    <bdi>{one.name}</bdi>
                    {twice.has(one.name) && <span class="faint small"> {one.username}</span>}
                  </Link>
                  <Bar value={one.updates} most={most} />
                  <strong class="number">{whole(one.updates)}</strong>
                </li>
              ))}
            </ul>
            <p class="panel-foot">
              <span class="faint">{rest > 0 ? `${whole(rest)} more` : ""}</span>
              <span class="faint">all together</span>
              <strong class="number">{whole(tally?.total ?? 0)}</strong>
            </p>
          </>
        )}
    </Section>
  );
}

export function QueueRows({ queues }: { queues: Queue[] }) {
  const most = Math.max(1, ...queues.map((one) => one.depth ?? 0));
  return (
    <ul class="rows queue-rows">
      {queues.map((one) => {
        const isLate = (one.oldest_seconds ?? 0) >= late_queue_seconds;
        return (
          <li key={one.name}>
            <Link to={`/queues?queue=${encodeURIComponent(one.name)}`} class="ink">{one.name}</Link>
            <Bar value={one.depth ?? 0} most={most} />
            <strong class="number">{one.depth === null ? "–" : whole(one.depth)}</strong>
            <span class={`small queue-age ${isLate ? "alarm strong" : "faint"}`}>
              {one.depth === null ? "not known here" : one.depth === 0 ? "empty"
                : `${isLate ? "▲ " : ""}oldest ${seconds(one.oldest_seconds ?? 0)}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Machinery({ status, groups }: { status: SystemStatus | null;
  groups: DeliveryGroups | null }) {
  const connectors = status?.connectors ?? [];
  const broken = connectors.filter((one) => !one.ok);
  const undecided = (groups?.dead ?? 0) + (groups?.unsure ?? 0);
  const oldest = (groups?.items ?? []).filter((one) => one.state !== "pending")
    .map((one) => one.first_at).sort()[0];
  const working = connectors.length - broken.length;
  const { isOld, heard_at } = useIsOld();
  return (
    <Section title="Connections and deliveries" className="now-machinery"
      lead={isOld ? `as of ${clockOf(heard_at)}` : undefined}
      note={<Link to="/status">Status</Link>}>
      <ul class="rows">
        {broken.map((one) => (
          <li key={one.name}>
            <span class="alarm sign" aria-hidden="true">■</span>
            <span class="row-main clip"><strong>{one.title}</strong> {one.detail || "does not work"}
            </span>
            <span class="small faint">{one.last_success_at
              ? `since ${dayAndTime(one.last_success_at)}` : "never worked"}</span>
          </li>
        ))}
        {connectors.length === 0 ? <li class="faint">No outside system is connected.</li> : (
          working > 0 && (
            <li>
              <span class="dot dot-good" aria-hidden="true" />
              <span class="row-main">{broken.length > 0 ? `${working} other ` : "All "}
                {broken.length === 0 && working !== 1 ? `${working} ` : ""}
                {working === 1 ? (broken.length > 0 ? "connection works" : "connections work")
                  : "connections work"}</span>
            </li>
          )
        )}
        {groups && (
          <li>
            {undecided > 0 ? <span class="alarm sign" aria-hidden="true">▲</span>
              : <span class="dot dot-good" aria-hidden="true" />}
            <span class="row-main">
              {undecided > 0
                ? <Link to="/deliveries" class="ink"><strong>{counted(undecided, "delivery",
                  "deliveries")}</strong> {undecided === 1 ? "needs" : "need"} a decision</Link>
                : groups.pending > 0 ? `${whole(groups.pending)} being sent`
                  : "Everything is delivered"}
            </span>
            <span class="small faint">{undecided > 0 && oldest ? `oldest ${dayAndTime(oldest)}`
              : `${whole(groups.done_today)} today`}</span>
          </li>
        )}
      </ul>
    </Section>
  );
}

function NewTickets() {
  const latest = useLoad<Page<Ticket>>("/v1/tickets?limit=10");
  const [fresh, setFresh] = useState(0);
  const time = useNow();
  useLive(["ticket"], (topic, data) => {
    if (topic === "resync") return latest.reload();
    setFresh(data.id);
    latest.set((page) => page && { ...page,
      items: merged(page.items, data as Ticket).slice(0, 10) });
  });
  const items = latest.value?.items ?? [];
  return (
    <Section title="New tickets" className="now-new" note={<Link to="/tickets?view=all">All</Link>}>
      {items.length === 0 ? <Empty>No ticket yet. Tickets come from Teams, Slack, email and the
        API.</Empty> : (
        <ul class="rows one-line">
          {items.map((one) => (
            <li key={one.id} class={one.id === fresh ? "is-fresh" : ""}>
              <span class="number faint">{numberOf(one)}</span>
              <PriorityMark priority={one.priority} />
              <Link to={`/tickets/${one.id}`} class="ink clip row-main" dir="auto">
                {titleOf(one)}</Link>
              <span class="small faint">{seconds(Math.max(0, time - Date.parse(one.opened_at))
                / 1000, "now")}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** A window so wide that a third column has room. */
export function useWide(pixels: number): boolean {
  const [isWide, setIsWide] = useState(() => innerWidth >= pixels);
  useEffect(() => {
    const look = () => setIsWide(innerWidth >= pixels);
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, [pixels]);
  return isWide;
}

export function NowPage({ canAct, me, groups }: { canAct: boolean; me: string;
  groups: DeliveryGroups | null }) {
  const now = useDesk();
  const queues = useLoad<Page<Queue>>("/v1/queues");
  const status = useLoad<SystemStatus>("/v1/status");
  const isWide = useWide(1401);
  const isPhone = !useWide(761);
  useLive(["queue", "status"], (topic, data) => {
    if (topic === "resync") {
      queues.reload();
      status.reload();
    } else if (topic === "queue") {
      queues.set((page) => page && { ...page,
        items: page.items.map((one) => (one.name === data.name ? data : one)) });
    } else {
      status.reload();
    }
  });
  useEverySoOften(queues.reload);
  if (now.error && !now.value) return <Broken title="Now" error={now.error} retry={now.reload} />;
  if (!now.value) return <Loading />;
  const one = now.value;
  const source = one.hours_source === "Deskwire" ? "opened through Deskwire"
    : `from ${one.hours_source}`;
  const queuePanel = (
    <Section title="Queues" className="now-queues" note={<Link to="/queues">Queues</Link>}>
      {(queues.value?.items.length ?? 0) === 0
        ? <Empty>No queue is configured. Set [[queue]] in deskwire.toml to add one.</Empty>
        : <QueueRows queues={queues.value?.items ?? []} />}
    </Section>
  );
  const machinery = <Machinery status={status.value} groups={groups} />;
  const waiting = <WaitingLongest now={one} canAct={canAct} me={me} changed={now.reload} />;
  const chart = (
    <Section title="Tickets per hour today" lead={source} className="now-hours"
      note={<Link to="/volume">Volume</Link>}>
      <HoursToday now={one} height={isWide ? 300 : isPhone ? 180 : 240} />
    </Section>
  );
  return (
    <>
      <Headline now={one} asOf={one.as_of} canAct={canAct} decided={now.reload} />
      <div class="numbers">
        {one.numbers.map((number) => <NumberBox key={number.name} one={number} now={one} />)}
      </div>
      <Sources now={one} />
      <div class="now">
        {isPhone ? <>{waiting}{chart}{machinery}{queuePanel}<Agents rows={5} /></> : (
          <>
            <div class="column">{waiting}{isWide ? <NewTickets /> : <Agents rows={8} />}</div>
            <div class="column">{chart}{queuePanel}{machinery}</div>
            {isWide && <div class="column"><Agents rows={23} /></div>}
          </>
        )}
      </div>
    </>
  );
}

/** A changed ticket in its place; a new one in front. */
export function merged(items: Ticket[], changed: Ticket): Ticket[] {
  const known = items.some((one) => one.id === changed.id);
  if (known) return items.map((one) => (one.id === changed.id ? { ...one, ...changed } : one));
  return [changed, ...items].sort((a, b) => b.id - a.id);
}
