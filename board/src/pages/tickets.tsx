// The list, with search and filters that live in the address.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, query } from "../api";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Empty, Loading, PriorityMark, StatusMark, Trouble, When } from "../parts";
import { Link, replace, useAddress } from "../router";
import type { Page, Ticket } from "../types";
import { NewTicket } from "./new-ticket";
import { merged } from "./now";

export function TicketsPage({ canAct }: { canAct: boolean }) {
  const address = useAddress();
  const filters = {
    q: address.searchParams.get("q") ?? "",
    status: address.searchParams.get("status") ?? "",
    priority: address.searchParams.get("priority") ?? "",
  };
  const [text, setText] = useState(filters.q);
  const [isNew, setIsNew] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const path = `/v1/tickets${query({ ...filters, limit: "50" })}`;
  const list = useLoad<Page<Ticket>>(path);
  const reload = useThrottled(list.reload, 1000);
  const isPlain = !filters.q && !filters.status && !filters.priority;

  useLive(["ticket"], (topic, data) => {
    if (topic === "resync" || !isPlain) reload();
    else list.set((page) => page && { ...page, items: merged(page.items, data as Ticket) });
  });
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  const choose = (change: Partial<typeof filters>) =>
    replace(`/tickets${query({ ...filters, ...change })}`);
  const more = async () => {
    const cursor = list.value?.next_cursor;
    if (!cursor) return;
    const next = await get<Page<Ticket>>(`${path}&cursor=${cursor}`);
    list.set((page) => page && { items: [...page.items, ...next.items],
      next_cursor: next.next_cursor });
  };
  return (
    <>
      <div class="page-head">
        <h1>Tickets</h1>
        {canAct && <button type="button" onClick={() => setIsNew(!isNew)}>New ticket</button>}
      </div>
      {isNew && <NewTicket close={() => setIsNew(false)} />}
      <form class="filters" role="search" onSubmit={(event) => {
        event.preventDefault();
        choose({ q: text.trim() });
      }}>
        <label class="grow">
          <span class="sr">Search</span>
          <input ref={search} type="search" placeholder="Search titles and descriptions  ( / )"
            value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <label>
          <span class="sr">Status</span>
          <select value={filters.status}
            onChange={(event) => choose({ status: event.currentTarget.value })}>
            <option value="">Any status</option>
            {["open", "pending", "solved"].map((one) => <option key={one}>{one}</option>)}
          </select>
        </label>
        <label>
          <span class="sr">Priority</span>
          <select value={filters.priority}
            onChange={(event) => choose({ priority: event.currentTarget.value })}>
            <option value="">Any priority</option>
            {["high", "medium", "low"].map((one) => <option key={one}>{one}</option>)}
          </select>
        </label>
        <button type="submit">Search</button>
      </form>
      {list.error && <Trouble error={list.error} retry={list.reload} />}
      {!list.value && !list.error && <Loading />}
      {list.value && list.value.items.length === 0 && (
        <Empty>{isPlain ? "No ticket yet." : "Nothing matches. Try fewer words or filters."}</Empty>
      )}
      {list.value && list.value.items.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Tickets">
          <table>
            <thead>
              <tr>
                <th class="right">#</th><th>Priority</th><th>Title</th><th>Requester</th>
                <th>Status</th><th>Assignee</th><th>Opened</th>
              </tr>
            </thead>
            <tbody>
              {list.value.items.map((one) => (
                <tr key={one.id}>
                  <td class="right number faint">{one.id}</td>
                  <td><PriorityMark priority={one.priority} /></td>
                  <td class="wide clip"><Link to={`/tickets/${one.id}`}>{one.title}</Link></td>
                  <td class="clip">{one.requester.name ?? one.requester.email ?? "–"}</td>
                  <td><StatusMark status={one.status} /></td>
                  <td class="clip">{one.assignee ?? <span class="faint">nobody</span>}</td>
                  <td><When at={one.opened_at} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.value?.next_cursor && (
        <p class="center"><Action label="Show more" quiet run={more} /></p>
      )}
    </>
  );
}
