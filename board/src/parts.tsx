// The small pieces that all pages are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api";
import { ago, dayAndTime, linked, localTime, whole } from "./format";
import { useConnection, useFailed, useNow } from "./hooks";
import type { DeliveryState, Priority, Status } from "./types";

/** "38 min ago"; with the daemon away the time of the clock, which stays true. */
export function When({ at }: { at: string | null }) {
  const now = useNow();
  const { is_live } = useConnection();
  if (!at) return <span class="faint">–</span>;
  return (
    <time dateTime={at} title={localTime(at)}>
      {is_live ? ago(at, now) : dayAndTime(at, now)}
    </time>
  );
}

export const Time = ({ at }: { at: string }) => {
  const now = useNow(60_000);
  return <time dateTime={at} title={localTime(at)}>{dayAndTime(at, now)}</time>;
};

/** Text with its addresses as links: elements of our own around pieces of the text. */
export const Linked = ({ text }: { text: string }) => (
  <>{linked(text).map((piece, i) => (piece.href
    ? <a key={i} href={piece.href} rel="noreferrer noopener nofollow" target="_blank">
      {piece.text}</a> : piece.text))}</>
);

/** Three bars with a hidden word; only high is coloured. */
export function PriorityMark({ priority }: { priority: Priority }) {
  const level = { low: 1, medium: 2, high: 3 }[priority];
  return (
    <span class={`priority priority-${priority}`} title={`${priority} priority`}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        {[0, 1, 2].map((i) => (
          <rect key={i} class={i < level ? "is-on" : ""} x={i * 4.5} y={8 - i * 4} width="3"
            height={4 + i * 4} />
        ))}
      </svg>
      <span class="sr">{priority}</span>
    </span>
  );
}

export const deliveryWords: Record<DeliveryState, string> = { pending: "sending",
  unsure: "outcome unknown", dead: "failed", done: "delivered", discarded: "discarded" };

export function StatusMark({ status }: { status: Status | DeliveryState }) {
  const word = status in deliveryWords ? deliveryWords[status as DeliveryState] : status;
  return <span class={`mark status-${status}`}>{word}</span>;
}

export function Section(props: { title: string; note?: ComponentChildren; lead?: ComponentChildren;
  children: ComponentChildren; className?: string }) {
  return (
    <section class={`panel ${props.className ?? ""}`} aria-label={props.title}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.lead && <span class="panel-lead">{props.lead}</span>}
        {props.note && <span class="panel-note">{props.note}</span>}
      </header>
      {props.children}
    </section>
  );
}

/** One sentence of what is not there, one of how it would come. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** Nothing for 300 ms, then grey lines in the shape of what comes. */
export function Loading() {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" role="status" aria-label="Loading">
      {isLate && <><h1 class="sr">Loading</h1><span /><span /><span /></>}
    </div>
  );
}

export function Trouble({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p><span class="sign" aria-hidden="true">■</span> {error.message}</p>
      {error.fields.length > 0 && (
        <ul>
          {error.fields.map((one) => (
            <li key={one.field}>
              <strong>{one.field}</strong> {one.problem}
            </li>
          ))}
        </ul>
      )}
      {retry && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}

/** What an address asked for that is not known, and what is shown instead. */
export function Unknown({ lines, shown }: { lines: string[]; shown: string }) {
  if (lines.length === 0) return null;
  return <p class="flash" role="status">{lines.join(" ")} Shown: {shown}.</p>;
}

/** A page that could not be loaded still says which it is. */
export function Broken({ title, error, retry }: { title: string; error: ApiError;
  retry: () => void }) {
  return (
    <>
      <div class="page-head"><h1>{title}</h1></div>
      <Trouble error={error} retry={retry} />
    </>
  );
}

/** A button that runs something, is busy meanwhile, and shows what went wrong. */
export function Action(props: { label: string; run: () => Promise<unknown>; quiet?: boolean;
  plain?: boolean; disabled?: boolean; title?: string; name?: string }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useFailed();
  const { is_live } = useConnection();
  const act = async () => {
    setBusy(true);
    setError(null);
    try {
      await props.run();
    } catch (failed) {
      setError(failed as ApiError);
    } finally {
      setBusy(false);
    }
  };
  const kind = props.plain ? "plain" : props.quiet ? "quiet" : "";
  return (
    <span>
      <button type="button" class={kind} aria-label={props.name}
        title={is_live ? props.title : "Not connected"} aria-busy={busy}
        disabled={busy || props.disabled || !is_live} onClick={act}>
        {props.label}
      </button>
      {error && <span class="field-error" role="alert">{error.message}</span>}
    </span>
  );
}

/** Asks once more before it does what can't be taken back; Cancel has the keyboard then. */
export function Confirm({ label, question, sure, run, disabled = false }: { label: string;
  question: string; sure: string; run: () => Promise<unknown>; disabled?: boolean }) {
  const [isAsked, setIsAsked] = useState(false);
  const { is_live } = useConnection();
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => { if (isAsked) cancel.current?.focus(); }, [isAsked]);
  if (!isAsked) {
    return (
      <button type="button" class="quiet" disabled={disabled || !is_live}
        onClick={() => setIsAsked(true)}>{label}…</button>
    );
  }
  return (
    <span class="confirm" role="group" aria-label={question}>
      <span>{question}</span>
      <Action label={sure} run={async () => {
        await run();
        setIsAsked(false);
      }} />
      <button type="button" class="quiet" ref={cancel} onClick={() => setIsAsked(false)}>
        Cancel</button>
    </span>
  );
}

/** Destructive: asks for a reason first. */
export function Discard({ label, about, run }: { label: string; about: string;
  run: (why: string) => Promise<unknown> }) {
  const [why, setWhy] = useState<string | null>(null);
  if (why === null) {
    return <button type="button" class="plain" onClick={() => setWhy("")}>{label}…</button>;
  }
  return (
    <span class="discard">
      <label>
        <span class="sr">Why {about} need not happen</span>
        <input placeholder="Why?" value={why}
          onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <Action label={label} quiet disabled={why.trim() === ""} run={() => run(why)} />
      <button type="button" class="plain" onClick={() => setWhy(null)}>Keep</button>
    </span>
  );
}

/** How a number goes today, over what is usual at each hour; the numbers are beside it. */
export function Sparkline({ points, band = [], isAlarm = false, span = 0 }: { points: number[];
  band?: { low: number; high: number }[]; isAlarm?: boolean; span?: number }) {
  if (points.length < 2 && band.length === 0) return <span class="sparkline" />;
  const [width, height] = [86, 28];
  const top = Math.max(1, ...points, ...band.map((one) => one.high));
  const most = Math.max(span, points.length - 1, band.length - 1, 1);
  const x = (i: number) => ((i / most) * (width - 6) + 2).toFixed(1);
  const y = (value: number) => (height - 3 - (value / top) * (height - 7)).toFixed(1);
  const line = points.map((value, i) => `${x(i)},${y(value)}`).join(" ");
  const last = points.length - 1;
  const area = [...band.map((one, i) => `${x(i)},${y(one.high)}`),
    ...band.map((one, i) => `${x(i)},${y(one.low)}`).reverse()].join(" ");
  return (
    <svg class={`sparkline ${isAlarm ? "is-alarm" : ""}`} width={width} height={height}
      viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {area && <polygon points={area} />}
      <polyline points={line} />
      {last >= 0 && <circle cx={x(last)} cy={y(points[last] ?? 0)} r="2.2" />}
    </svg>
  );
}

export function Fields({ error, name }: { error: ApiError | null; name: string }) {
  const found = error?.fields.filter((one) => one.field === name) ?? [];
  if (found.length === 0) return null;
  return <span class="field-error">{found.map((one) => one.problem).join("; ")}</span>;
}

/** What is wrong with a form as a whole. */
export function Failure({ error }: { error: ApiError | null }) {
  if (!error || error.fields.length > 0) return null;
  return <p class="field-error" role="alert">{error.message}</p>;
}

/** One of a few that exclude each other. */
export function Segments({ label, options, value, change }: { label: string;
  options: readonly (readonly [string, string])[]; value: string;
  change: (value: string) => void }) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([key, name]) => (
        <button type="button" key={key} aria-pressed={key === value}
          onClick={() => change(key)}>{name}</button>
      ))}
    </div>
  );
}

/** A bar of a list: its number stands at its left, so that short bars keep theirs close. */
export function Bar({ value, most, before }: { value: number; most: number; before?: number }) {
  const share = (number: number) => `${(Math.min(1, number / Math.max(1, most)) * 100).toFixed(1)}`;
  return (
    <svg class="bar-track" width="100%" height="12" aria-hidden="true" preserveAspectRatio="none">
      {value > 0 && <rect class="bar" width={`${share(value)}%`} height="10" y="1" rx="2" />}
      {before !== undefined && before > 0 && (
        <line class="bar-tick" x1={`${share(before)}%`} x2={`${share(before)}%`} y1="0" y2="12" />
      )}
    </svg>
  );
}

export const Count = ({ value }: { value: number | null }) =>
  <span class="number">{whole(value)}</span>;
