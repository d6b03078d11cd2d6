// The small pieces that all pages are made of.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "./api";
import { ago, localTime } from "./format";
import { useNow } from "./hooks";
import type { Connector, DeliveryState, Priority, Status } from "./types";

export function When({ at }: { at: string | null }) {
  const now = useNow();
  if (!at) return <span class="faint">–</span>;
  return (
    <time dateTime={at} title={localTime(at)}>
      {ago(at, now)}
    </time>
  );
}

export function PriorityMark({ priority }: { priority: Priority }) {
  return <span class={`mark priority-${priority}`}>{priority}</span>;
}

export function StatusMark({ status }: { status: Status | DeliveryState }) {
  return <span class={`mark status-${status}`}>{status}</span>;
}

export function Section(props: { title: string; note?: ComponentChildren;
  children: ComponentChildren; className?: string }) {
  return (
    <section class={`panel ${props.className ?? ""}`} aria-label={props.title}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.note}
      </header>
      {props.children}
    </section>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Loading() {
  return (
    <div class="loading" role="status" aria-label="Loading">
      <span /><span /><span />
    </div>
  );
}

export function Trouble({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>{error.message}</p>
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

/** A button that runs something, is busy meanwhile, and shows what went wrong. */
export function Action(props: { label: string; run: () => Promise<unknown>; quiet?: boolean;
  disabled?: boolean; title?: string }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const act = async () => {
    setBusy(true);
    setError(null);
    try {
      await props.run();
    } catch (failed) {
      setError((failed as ApiError).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span>
      <button type="button" class={props.quiet ? "quiet" : ""} title={props.title}
        disabled={busy || props.disabled} onClick={act}>
        {busy ? "…" : props.label}
      </button>
      {error && <span class="field-error" role="alert">{error}</span>}
    </span>
  );
}

/** How a number went lately, without axes: the table or the chart beside it has the numbers. */
export function Sparkline({ points }: { points: number[] }) {
  if (points.length < 2) return <span class="sparkline" />;
  const width = 120;
  const height = 24;
  const top = Math.max(1, ...points);
  const step = width / (points.length - 1);
  const line = points
    .map((value, i) => `${(i * step).toFixed(1)},${(height - 2 - (value / top) * (height - 4))
      .toFixed(1)}`)
    .join(" ");
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} role="img"
      aria-label={`lately from ${points[0]} to ${points[points.length - 1]}`}>
      <polyline points={line} />
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

export function ConnectorList({ connectors }: { connectors: Connector[] }) {
  return (
    <ul class="rows">
      {connectors.map((one) => (
        <li key={one.name}>
          <span class={`dot ${one.ok ? "dot-good" : "dot-bad"}`} aria-hidden="true" />
          <span class="sr">{one.ok ? "works: " : "in trouble: "}</span>
          <strong>{one.name}</strong>
          <span class="faint grow">{one.detail || (one.ok ? "works" : "")}</span>
          {one.last_success_at && <When at={one.last_success_at} />}
        </li>
      ))}
    </ul>
  );
}
