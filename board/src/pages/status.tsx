// Does the machinery work? Broken connections first, then schedules, store and version.
import { counted, dayAndTime, seconds } from "../format";
import { useLive, useLoad, useNow } from "../hooks";
import { Action, Broken, Empty, Loading, Section, Trouble, When } from "../parts";
import type { AuditEntry, Connector, Page, SystemStatus } from "../types";
import { get } from "../api";
import { scheduleWords } from "../schedules";
import { useState } from "preact/hooks";

const audited: Record<string, string> = { "delivery.retry": "retried", "delivery.discard":
  "discarded", "queue.redrive": "moved messages back to", "queue.purge": "emptied",
  "notices.plan": "planned the notices of", "notices.apply": "sent the notices of",
  "notices.discard": "discarded the notices of", "notices.import": "imported notices from",
  "session.open": "signed in", "session.close": "signed out", "token.add": "added the token",
  "token.revoke": "revoked the token", "user.add": "added the user",
  "user.remove": "removed the user", "volume.feedback": "judged the alert of",
  "volume.import": "imported hours from", "tally.import": "imported counts from" };

/** Who changed what: for administrators. */
function Audit() {
  const first = useLoad<Page<AuditEntry>>("/v1/audit?limit=20");
  const [more, setMore] = useState<Page<AuditEntry> | null>(null);
  if (!first.value) return first.error ? <Trouble error={first.error} /> : <Loading />;
  const items = [...first.value.items, ...(more?.items ?? [])];
  const next = more ? more.next_cursor : first.value.next_cursor;
  const load = async () => {
    const page = await get<Page<AuditEntry>>(`/v1/audit?limit=50&cursor=${next}`);
    setMore({ ...page, items: [...(more?.items ?? []), ...page.items] });
  };
  return (
    <Section title="Audit">
      {items.length === 0 ? (
        <Empty>No change yet. What people and tokens change stands here.</Empty>
      ) : (
        <ul class="rows">
          {items.map((one) => (
            <li key={one.id}>
              <strong><bdi>{one.who}</bdi></strong>
              <span class="row-main wrap" title={one.what}>
                <span class="faint">{audited[one.what] ?? one.what}</span>{" "}
                <bdi>{one.subject}</bdi></span>
              <span class="small faint"><When at={one.at} /></span>
            </li>
          ))}
        </ul>
      )}
      {next && <Action label="Show more" quiet run={load} />}
    </Section>
  );
}

function Connections({ connectors }: { connectors: Connector[] }) {
  const sorted = [...connectors].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <ul class="rows status-rows">
      {sorted.map((one) => (
        <li key={one.name}>
          {one.ok ? <span class="dot dot-good" aria-hidden="true" />
            : <span class="alarm sign" aria-hidden="true">■</span>}
          <strong title={one.name}><bdi>{one.title}</bdi></strong>
          <span class={`row-main wrap ${one.ok ? "faint" : "alarm"}`}>
            {one.ok ? `works${one.detail ? ` · ${one.detail}` : ""}`
              : `does not work: ${one.detail}`}</span>
          <span class="small faint">{one.last_success_at
            ? <>last success <When at={one.last_success_at} /></> : "not used yet"}</span>
        </li>
      ))}
    </ul>
  );
}

export function StatusPage() {
  const status = useLoad<SystemStatus>("/v1/status");
  const now = useNow(1000);
  useLive(["status"], () => status.reload());
  if (status.error && !status.value) {
    return <Broken title="Status" error={status.error} retry={status.reload} />;
  }
  if (!status.value) return <Loading />;
  const one = status.value;
  const broken = one.connectors.filter((each) => !each.ok).length;
  const text = !one.store.ok ? "the store does not commit"
    : broken > 0 ? `${counted(broken, "connection does not work", "connections do not work")}`
      : one.connectors.length === 0 ? "no outside system is connected"
        : one.connectors.length === 1 ? "the connection works"
          : `all ${one.connectors.length} connections work`;
  return (
    <>
      <div class="page-head">
        <h1>Status</h1>
        <span class={broken > 0 || !one.store.ok ? "alarm" : "faint"}>{text}</span>
      </div>
      <dl class="numbers status-numbers">
        <div class="number-box"><dt class="number-label">Version</dt>
          <dd class="number-value">{one.version}</dd></div>
        <div class="number-box"><dt class="number-label">Running for</dt>
          <dd class="number-value">{seconds((now - Date.parse(one.started_at)) / 1000)}</dd>
          <dd class="number-usual">since {dayAndTime(one.started_at, now)}</dd></div>
        <div class="number-box"><dt class="number-label">Store</dt>
          <dd class="number-value">{one.store.kind}</dd>
          <dd class={`number-usual ${one.store.ok ? "" : "alarm"}`}>
            {one.store.ok ? "commits" : one.store.detail}</dd></div>
        <div class="number-box"><dt class="number-label">Access</dt>
          <dd class="number-value">{one.access.mode}</dd>
          <dd class="number-usual">{one.access.name}, {one.access.role}</dd></div>
      </dl>
      <Section title="Connections">
        {one.connectors.length === 0
          ? <Empty>No outside system is connected yet. deskwire init connects one.</Empty>
          : <Connections connectors={one.connectors} />}
      </Section>
      <Section title="Schedules">
        {one.jobs.length === 0 ? <Empty>No job runs on a schedule.</Empty> : (
          <ul class="rows job-rows">
            {one.jobs.map((job) => (
              <li key={job.name}>
                <strong>{job.name}</strong>
                <span class="row-main" title={job.schedule}>{scheduleWords(job.schedule)}</span>
                {job.missed_at && <span class="small alarm">▲ missed {dayAndTime(job.missed_at)}
                </span>}
                <span class="small faint">{job.next_run_at
                  ? `next ${dayAndTime(job.next_run_at, now)}` : "no next run"}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      {one.access.role === "admin" && <Audit />}
    </>
  );
}
