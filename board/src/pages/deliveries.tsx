// What failed, why, and what to do: deliveries that need a decision in groups of one reason; the
// others as lists.
import { useState } from "preact/hooks";
import { get, post, query } from "../api";
import { counted, dayAndTime, unknownValue, whole } from "../format";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Discard, Empty, Loading, StatusMark, Trouble, Unknown, When } from "../parts";
import { Link, replace, useAddress } from "../router";
import type { Delivery, DeliveryGroup, DeliveryGroups, DeliveryState, Page, Role }
  from "../types";

type Tab = "decide" | "sending" | "done" | "discarded";
const tabs: [Tab, string][] = [["decide", "Need a decision"], ["sending", "Sending"],
  ["done", "Delivered"], ["discarded", "Discarded"]];

/** Also of addresses of 0.1.0, which named a state. */
function tabOf(state: string | null): Tab {
  if (state === "pending" || state === "sending") return "sending";
  if (state === "done" || state === "discarded") return state;
  return "decide";
}

const earlier = ["pending", "dead", "unsure"];
export const unknownIn = (address: URL) =>
  (earlier.includes(address.searchParams.get("state") ?? "") ? []
    : unknownValue(address, "state", tabs.map(([key]) => key)));

export function DeliveryTable({ items, role, changed }: { items: Delivery[]; role: Role;
  changed: () => void }) {
  if (items.length === 0) return <Empty>No delivery here.</Empty>;
  return (
    <ul class="deliveries rows" aria-label="List of deliveries">
      {items.map((one) => {
        const isOpen = ["pending", "dead", "unsure"].includes(one.state);
        return (
          <li key={one.id}>
            <code class="small">{one.id}</code>
            <StatusMark status={one.state} />
            {one.ticket !== null && (
              <Link to={`/tickets/${one.ticket}`}>#{one.ticket_number}</Link>)}
            <span class="row-main wrap" title={`${one.operation} to ${one.target}`}>{one.title}
              {one.reason && <span class="faint"> · {one.reason}</span>}
              {one.attempts > 1 && <span class="faint"> · {one.attempts} attempts</span>}</span>
            <span class="small faint"><When at={one.done_at ?? one.created_at} /></span>
            {isOpen && role !== "viewer" && (
              <Action label="Retry" plain name={`Retry ${one.id}`} run={async () => {
                await post(`/v1/deliveries/${one.id}/retry`);
                changed();
              }} />
            )}
            {isOpen && role === "admin" && (
              <Discard label="Discard" about={one.id} run={async (why) => {
                await post(`/v1/deliveries/${one.id}/discard`, { why });
                changed();
              }} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The rows of a group, fetched when they are asked for. */
function Rows({ group, role, changed }: { group: DeliveryGroup; role: Role;
  changed: () => void }) {
  const list = useLoad<Page<Delivery>>(`/v1/deliveries${query({ state: group.state,
    limit: "500" })}`);
  if (list.error) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  const ids = new Set(group.deliveries);
  const items = list.value.items.filter((one) => ids.has(one.id));
  return (
    <>
      <DeliveryTable items={items} role={role} changed={changed} />
      {items.length < group.count && (
        <p class="small faint">The newest {whole(items.length)} of {whole(group.count)} are shown.
        </p>
      )}
    </>
  );
}

function Group({ one, role, changed }: { one: DeliveryGroup; role: Role; changed: () => void }) {
  const [isOpen, setIsOpen] = useState(false);
  const isUnsure = one.state === "unsure";
  const isSending = one.state === "pending";
  const canAct = role !== "viewer";
  const reason = isUnsure ? "outcome unknown" : one.reason ?? (isSending ? "waits for its turn"
    : "refused");
  const retry = async () => {
    await post(`/v1/deliveries/groups/${one.id}/retry`);
    changed();
  };
  const discard = async (why: string) => {
    await post(`/v1/deliveries/groups/${one.id}/discard`, { why });
    changed();
  };
  const shown = one.tickets.slice(0, 3);
  const all = one.count === 1 ? "" : ` all ${whole(one.count)}`;
  return (
    <li class="group">
      <span class="group-count number">{whole(one.count)}</span>
      <div class="group-main">
        <h3>{one.title}: <span class="wrap">{reason}</span></h3>
        <p class="small faint">
          {shown.length > 0 && <>{one.tickets.length === 1 ? "Ticket " : "Tickets "}
            {shown.map((id, i) => (
              <span key={id}>{i > 0 && ", "}<Link to={`/tickets/${id}`}>
                #{one.ticket_numbers[i] ?? id}</Link></span>
            ))}
            {one.tickets.length > shown.length
              && ` and ${whole(one.tickets.length - shown.length)} more`}
            {" · "}</>}
          {one.count === 1 ? dayAndTime(one.last_at)
            : `first ${dayAndTime(one.first_at)}, last ${dayAndTime(one.last_at)}`}
          {one.attempts > 0 && ` · ${counted(one.attempts, "attempt")}${
            one.count > 1 && one.attempts > 1 ? " each" : ""}`}
        </p>
        {one.hint && <p class="hint">{one.hint}</p>}
        {isOpen && <Rows group={one} role={role} changed={changed} />}
      </div>
      <div class="group-acts">
        {canAct && (isUnsure
          ? role === "admin" && <Action label="It is there" quiet
            run={() => discard("it is there: somebody looked")} />
          : <Action label={isSending ? "Try now" : `Retry${all}`} quiet={isSending} run={retry} />)}
        {canAct && isUnsure && <Action label="Send it again" quiet run={retry} />}
        <button type="button" class="quiet" aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}>{isOpen ? "Hide" : "Show"} {whole(one.count)}</button>
        {role === "admin" && !isUnsure && (
          <Discard label={one.count === 1 ? "Discard" : `Discard ${whole(one.count)}`}
            about={one.count === 1 ? "it" : `these ${whole(one.count)}`} run={discard} />
        )}
      </div>
    </li>
  );
}

/** Those that are over, newest first. */
function Over({ state, role }: { state: DeliveryState; role: Role }) {
  const path = `/v1/deliveries${query({ state, limit: "50" })}`;
  const list = useLoad<Page<Delivery>>(path);
  const reload = useThrottled(list.reload, 500);
  useLive(["delivery"], reload);
  if (list.error && !list.value) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  const more = async () => {
    const next = await get<Page<Delivery>>(`${path}&cursor=${list.value?.next_cursor}`);
    list.set((page) => page && { items: [...page.items, ...next.items],
      next_cursor: next.next_cursor });
  };
  if (list.value.items.length === 0) {
    return <Empty>{state === "done" ? "No delivery yet. What a ticket causes is sent from here."
      : "No delivery was discarded."}</Empty>;
  }
  return (
    <>
      <section class="panel" aria-label="Deliveries">
        <DeliveryTable items={list.value.items} role={role} changed={list.reload} />
      </section>
      {list.value.next_cursor && (
        <p class="center"><Action label="Show more" quiet run={more} /></p>
      )}
    </>
  );
}

export function DeliveriesPage({ role }: { role: Role }) {
  const address = useAddress();
  const tab = tabOf(address.searchParams.get("state"));
  const groups = useLoad<DeliveryGroups>("/v1/deliveries/groups");
  const reload = useThrottled(groups.reload, 500);
  useLive(["delivery"], reload);
  const one = groups.value;
  const undecided = one ? one.dead + one.unsure : 0;
  const isOpenTab = tab === "decide" || tab === "sending";
  const shown = (one?.items ?? []).filter((each) =>
    (each.state === "pending") === (tab === "sending"));
  const today = one ? one.done_today + one.discarded_today + one.pending + undecided : 0;
  return (
    <>
      <div class="page-head">
        <h1>Deliveries</h1>
        {one && <span class="faint">{whole(today)} today: {whole(one.done_today)} delivered,{" "}
          {whole(one.pending)} sending, {whole(undecided)} {undecided === 1 ? "needs" : "need"} a
          decision{one.discarded_today > 0 && `, ${whole(one.discarded_today)} discarded`}</span>}
      </div>
      <nav class="views" aria-label="State" tabIndex={0}>
        {tabs.map(([key, name]) => {
          const count = !one ? 0 : key === "decide" ? undecided : key === "sending" ? one.pending
            : 0;
          return (
            <a key={key} href={`/deliveries?state=${key}`} onClick={(event) => {
              event.preventDefault();
              replace(`/deliveries?state=${key}`);
            }} aria-current={key === tab ? "page" : undefined}>
              {name}{count > 0 && <>{" "}<span class={key === "decide" ? "alarm" : ""}>
                {whole(count)}</span></>}
            </a>
          );
        })}
      </nav>
      <Unknown lines={unknownIn(address)} shown={tabs.find(([key]) => key === tab)?.[1] ?? ""} />
      {groups.error && !one && <Trouble error={groups.error} retry={groups.reload} />}
      {!one && !groups.error && <Loading />}
      {!isOpenTab && <Over key={tab} state={tab} role={role} />}
      {one && isOpenTab && (shown.length === 0
        ? <Empty>{tab === "decide" ? "No delivery needs a decision. One that fails for good, or "
          + "whose outcome is unknown, stands here with what to do."
          : "No delivery is being sent."}</Empty>
        : (
          <section class="panel flush"
            aria-label={tab === "decide" ? "Need a decision" : "Sending"}>
            {tab === "sending" && <p class="panel-lead padded">nothing to do: they are retried</p>}
            <ul class="groups">
              {shown.map((each) => (
                <Group key={each.id} one={each} role={role} changed={groups.reload} />
              ))}
            </ul>
          </section>
        ))}
    </>
  );
}
