// Incidents: those that are open, groups that nobody decided on, and how fast earlier ones were
// noticed, answered and solved.
import { useState } from "preact/hooks";
import { get, query } from "../api";
import { counted, dayAndTime, monthOf, whole } from "../format";
import { useLive, useLoad, useNow, useThrottled } from "../hooks";
import { againAfter, extentOf, pathOf, subjectOf, timesOf } from "../incidents";
import { Action, Broken, Empty, Loading, Section } from "../parts";
import { go, Link } from "../router";
import type { IncidentState, Page, StormIncident } from "../types";
import { Decide } from "./incident";

const pathFor = (state: IncidentState, limit: number) =>
  `/v1/incidents${query({ state, limit: String(limit) })}`;

function words(one: StormIncident): string {
  return one.why.slice(0, 4).map((each) => `${each.word} ${whole(each.tickets)}`).join(", ");
}

const isOver = (one: StormIncident) => one.state !== "open" && one.state !== "seen";

function Row({ one, now, children }: { one: StormIncident; now: number;
  children?: preact.ComponentChildren }) {
  const { noticed, answered } = timesOf(one);
  const times = one.id === null ? `the words they share: ${words(one) || "none to show"}`
    : [`noticed after ${noticed}`, answered ? `answered after ${answered}` : "not answered",
      ...(one.replied > 0 && one.state === "open" ? [`${whole(one.replied)} replied since`] : [])]
      .join(" · ");
  return (
    <li>
      <span class="row-main">
        <span class="row-title">
          <Link to={pathOf(one)} class="ink clip" dir="auto"><strong>{subjectOf(one.title)}</strong>
          </Link></span>
        <span class="row-second wrap">{one.id !== null && `#${one.number ?? one.id} · `}
          {isOver(one) && `${dayAndTime(one.since, now)} · `}{extentOf(one, now)} ·{" "}
          <bdi>{times}</bdi>
          {one.again && <> · {againAfter(one)}{" "}
            <Link to={`/incidents/${one.again.id}`}>#{one.again.number}</Link></>}</span>
      </span>
      {children}
    </li>
  );
}

/** Those that are over, month by month. */
function Over({ title, state, now, none }: { title: string; state: IncidentState; now: number;
  none: string }) {
  const path = pathFor(state, 20);
  const list = useLoad<Page<StormIncident>>(path);
  const reload = useThrottled(list.reload, 500);
  useLive(["incident"], reload);
  const items = list.value?.items ?? [];
  const next = list.value?.next_cursor;
  return (
    <Section title={title}>
      {list.value && items.length === 0 && <Empty>{none}</Empty>}
      <ul class="rows two-lines">
        {items.map((one, i) => {
          const month = monthOf(one.since);
          const isFirst = i === 0 || monthOf(items[i - 1]?.since ?? "") !== month;
          return [
            isFirst && <li key={month} class="month"><h3 class="small faint">{month}</h3></li>,
            <Row key={one.group} one={one} now={now} />,
          ];
        })}
      </ul>
      {next && <Action label="Show more" quiet run={async () => {
        const more = await get<Page<StormIncident>>(`${path}&cursor=${next}`);
        list.set((page) => page && { items: [...page.items, ...more.items],
          next_cursor: more.next_cursor });
      }} />}
    </Section>
  );
}

export function IncidentsPage({ canAct }: { canAct: boolean }) {
  const open = useLoad<Page<StormIncident>>(pathFor("open", 100));
  const seen = useLoad<Page<StormIncident>>(pathFor("seen", 100));
  const [areAll, setAreAll] = useState(false);
  const now = useNow();
  const again = useThrottled(() => {
    open.reload();
    seen.reload();
  }, 500);
  useLive(["incident"], again);
  const error = open.error ?? seen.error;
  if (error && !(open.value && seen.value)) {
    return <Broken title="Incidents" error={error} retry={again} />;
  }
  if (!open.value || !seen.value) return <Loading />;
  const [openItems, seenItems] = [open.value.items, seen.value.items];
  const said = openItems.length > 0 ? `${whole(openItems.length)} open, `
    + counted(openItems.reduce((all, one) => all + one.joined, 0), "ticket") : "none is open";
  return (
    <>
      <div class="page-head"><h1>Incidents</h1>
        <span class={openItems.length > 0 ? "alarm" : "faint"}>{said}</span></div>
      {seenItems.length > 0 && (
        <Section title="Seen" lead="nobody has decided yet whether this is one incident">
          <ul class="rows two-lines decide-rows">
            {seenItems.map((one) => (
              <Row key={one.group} one={one} now={now}>
                {canAct && <span class="decide"><Decide small group={one.group}
                  opened={(made) => go(pathOf(made))} dismissed={seen.reload} /></span>}
              </Row>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Open">
        {openItems.length === 0 ? <Empty>No incident is open. Many tickets about one thing are
          seen within ten seconds where deskwire.toml has a section [storm].</Empty> : (
          <ul class="rows two-lines">
            {openItems.map((one) => <Row key={one.group} one={one} now={now} />)}
          </ul>
        )}
      </Section>
      <Over title="Solved" state="solved" now={now} none="No incident was solved yet." />
      {areAll ? (
        <>
          <Over title="Dissolved" state="dissolved" now={now} none="No incident was dissolved." />
          <Over title="Not an incident" state="dismissed" now={now}
            none="No group was dismissed." />
        </>
      ) : (
        <p><button type="button" class="quiet" onClick={() => setAreAll(true)}>
          Show those that were no incident</button></p>
      )}
    </>
  );
}
