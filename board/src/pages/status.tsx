// Connectors, jobs, store, version.
import { seconds } from "../format";
import { useLive, useLoad, useNow } from "../hooks";
import { Action, ConnectorList, Empty, Loading, Section, Trouble, When } from "../parts";
import type { AuditEntry, Page, SystemStatus } from "../types";
import { get } from "../api";
import { useState } from "preact/hooks";

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
      {items.length === 0 ? <Empty>Nobody has changed anything yet.</Empty> : (
        <ul class="rows">
          {items.map((one) => (
            <li key={one.id}>
              <strong>{one.who}</strong>
              <span class="faint">{one.what}</span>
              <span class="grow clip">{one.subject}</span>
              <When at={one.at} />
            </li>
          ))}
        </ul>
      )}
      {next && <Action label="Earlier" quiet run={load} />}
    </Section>
  );
}

export function StatusPage() {
  const status = useLoad<SystemStatus>("/v1/status");
  const now = useNow(1000);
  useLive(["status"], () => status.reload());
  if (status.error && !status.value) return <Trouble error={status.error} retry={status.reload} />;
  if (!status.value) return <Loading />;
  const one = status.value;
  return (
    <>
      <div class="page-head"><h1>Status</h1></div>
      <dl class="figures">
        <div class="figure"><dt>Version</dt><dd>{one.version}</dd></div>
        <div class="figure">
          <dt>Up</dt><dd>{seconds((now - Date.parse(one.started_at)) / 1000)}</dd>
        </div>
        <div class="figure">
          <dt>Store</dt><dd>{one.store.kind}</dd>
          <dd class={`figure-note ${one.store.ok ? "" : "bad"}`}>
            {one.store.ok ? "commits" : one.store.detail}
          </dd>
        </div>
        <div class="figure">
          <dt>Access</dt><dd>{one.access.mode}</dd>
          <dd class="figure-note">{one.access.name}, {one.access.role}</dd>
        </div>
      </dl>
      <Section title="Connectors">
        {one.connectors.length === 0 ? <Empty>No outside system is connected yet.</Empty> : (
          <ConnectorList connectors={one.connectors} />
        )}
      </Section>
      <Section title="Jobs on a schedule">
        {one.jobs.length === 0 ? <Empty>None.</Empty> : (
          <ul class="rows">
            {one.jobs.map((job) => (
              <li key={job.name}>
                <strong>{job.name}</strong>
                <span class="faint grow">{job.schedule}</span>
                <span class="faint">next {job.next_run_at
                  ? new Date(job.next_run_at).toLocaleString() : "never"}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      {one.access.role === "admin" && <Audit />}
    </>
  );
}
