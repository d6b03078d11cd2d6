// Deliveries that are pending or need a decision.
import { useState } from "preact/hooks";
import { get, post, query } from "../api";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Empty, Loading, StatusMark, Trouble, When } from "../parts";
import { Link, replace, useAddress } from "../router";
import type { Delivery, DeliveryState, Page, Role } from "../types";

const states: DeliveryState[] = ["dead", "unsure", "pending", "done", "discarded"];

const nothing: Record<DeliveryState, string> = {
  dead: "Nothing is dead. Nothing needs a person here.",
  unsure: "Nothing is in doubt.",
  pending: "Nothing waits to be sent.",
  done: "Nothing was delivered yet.",
  discarded: "Nobody gave anything up.",
};

function Discard({ one, changed }: { one: Delivery; changed: () => void }) {
  const [why, setWhy] = useState<string | null>(null);
  if (why === null) {
    return <button type="button" class="quiet" onClick={() => setWhy("")}>Discard</button>;
  }
  return (
    <span class="discard">
      <label>
        <span class="sr">Why {one.id} need not happen</span>
        <input placeholder="Why?" value={why}
          onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <Action label="Discard" quiet disabled={why.trim() === ""} run={async () => {
        await post(`/v1/deliveries/${one.id}/discard`, { why });
        changed();
      }} />
      <button type="button" class="quiet" onClick={() => setWhy(null)}>Keep</button>
    </span>
  );
}

export function DeliveryTable({ items, role, changed }: { items: Delivery[]; role: Role;
  changed: () => void }) {
  if (items.length === 0) return <Empty>None.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="List of deliveries">
      <table>
        <thead>
          <tr>
            <th>Delivery</th><th>State</th><th class="right">Ticket</th><th>Target</th>
            <th class="right">Tries</th><th>Why</th><th>When</th>
            <th><span class="sr">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => {
            const isOpen = ["pending", "dead", "unsure"].includes(one.state);
            return (
              <tr key={one.id}>
                <td class="number">{one.id}</td>
                <td><StatusMark status={one.state} /></td>
                <td class="right number">
                  {one.ticket ? <Link to={`/tickets/${one.ticket}`}>{one.ticket}</Link> : "–"}
                </td>
                <td>{one.target} <span class="faint">{one.operation}</span></td>
                <td class="right number">{one.attempts}</td>
                <td class="wide prose">{one.reason ?? <span class="faint">–</span>}</td>
                <td><When at={one.done_at ?? one.created_at} /></td>
                <td class="acts-cell">
                  {isOpen && role !== "viewer" && (
                    <Action label="Retry" quiet run={async () => {
                      await post(`/v1/deliveries/${one.id}/retry`);
                      changed();
                    }} />
                  )}
                  {isOpen && role === "admin" && <Discard one={one} changed={changed} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function DeliveriesPage({ role }: { role: Role }) {
  const address = useAddress();
  const wanted = address.searchParams.get("state") as DeliveryState | null;
  const state = wanted && states.includes(wanted) ? wanted : "dead";
  const path = `/v1/deliveries${query({ state, limit: "50" })}`;
  const list = useLoad<Page<Delivery>>(path);
  const reload = useThrottled(list.reload, 500);
  useLive(["delivery"], reload);
  const more = async () => {
    const next = await get<Page<Delivery>>(`${path}&cursor=${list.value?.next_cursor}`);
    list.set((page) => page && { items: [...page.items, ...next.items],
      next_cursor: next.next_cursor });
  };
  return (
    <>
      <div class="page-head"><h1>Deliveries</h1></div>
      <nav class="tabs" aria-label="State">
        {states.map((one) => (
          <button type="button" key={one} aria-pressed={one === state}
            onClick={() => replace(`/deliveries?state=${one}`)}>{one}</button>
        ))}
      </nav>
      {list.error && <Trouble error={list.error} retry={list.reload} />}
      {!list.value && !list.error && <Loading />}
      {list.value && (list.value.items.length === 0 ? <Empty>{nothing[state]}</Empty>
        : <DeliveryTable items={list.value.items} role={role} changed={list.reload} />)}
      {list.value?.next_cursor && (
        <p class="center"><Action label="Show more" quiet run={more} /></p>
      )}
    </>
  );
}
