// What do I take next? Views with counts, filters in the address, one row a ticket.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, query } from "../api";
import { counted, numberOf, seconds, sourceTitle, titleOf, unknownValue, whole } from "../format";
import { useConnection, useKeys, useLive, useLoad, useNow, useThrottled } from "../hooks";
import { Action, Empty, Loading, PriorityMark, Trouble, Unknown } from "../parts";
import { go, Link, replace, useAddress } from "../router";
import type { ListedTicket, Now, Page, Person, Ticket, TicketPage as TicketList, TicketViews }
  from "../types";
import { apply, assign, Choose, Selected, type Change, type Choice } from "./changes";
import { NewTicket } from "./new-ticket";
import { useWide, Waits } from "./now";

type View = "unanswered" | "mine" | "unassigned" | "unsolved" | "pending" | "solved" | "all";
const views: [View, string][] = [["unanswered", "Unanswered"], ["mine", "Mine"],
  ["unassigned", "Unassigned"], ["unsolved", "Unsolved"], ["pending", "Pending"],
  ["solved", "Solved"], ["all", "All"]];

const names = ["assignee", "queue", "tag", "priority", "source"] as const;
type FilterName = (typeof names)[number];
const titles: Record<FilterName, string> = { assignee: "Assignee", queue: "Queue", tag: "Tag",
  priority: "Priority", source: "Source" };

// Addresses of 0.1.0 named a status.
const statusViews: Record<string, View> = { open: "unsolved", pending: "pending",
  solved: "solved" };

const sorts = ["waiting", "newest"];

export interface ListAddress { view: View; q: string; sort: string;
  filters: Record<FilterName, string> }

export function listOf(address: URL): ListAddress {
  const value = (name: string) => address.searchParams.get(name) ?? "";
  const filters = Object.fromEntries(names.map((name) => [name, value(name)])) as
    Record<FilterName, string>;
  const wanted = (value("view") || statusViews[value("status")] || "") as View;
  const isKnown = views.some(([key]) => key === wanted);
  return { view: isKnown ? wanted : value("q") ? "all" : "unsolved", q: value("q"),
    sort: sorts.includes(value("sort")) ? value("sort") : "", filters };
}

/** What of an address is not known, in words: a list that is not the wanted one says so. */
export function unknownIn(address: URL): string[] {
  const known: Record<string, string[]> = { view: views.map(([key]) => key),
    status: Object.keys(statusViews), sort: sorts };
  return Object.entries(known).flatMap(([name, values]) => unknownValue(address, name, values));
}

/** The same list as the API is asked for it. */
export function apiPath({ view, q, sort, filters }: ListAddress, me: string): string {
  const longest = sort || (view === "solved" || view === "all" ? "newest" : "waiting");
  const of: Record<View, Record<string, string>> = {
    unanswered: { waiting: "true" }, mine: { status: "unsolved", assignee: me },
    unassigned: { status: "unsolved", assignee: "none" }, unsolved: { status: "unsolved" },
    pending: { status: "pending" }, solved: { status: "solved" }, all: {} };
  const isByWaiting = view !== "pending" && view !== "solved" && longest === "waiting";
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ""));
  return `/v1/tickets${query({ ...of[view], ...given, q,
    sort: isByWaiting ? "waiting" : "", limit: "50" })}`;
}

const addressOf = (list: ListAddress) => `/tickets${query({ view: list.view, q: list.q,
  sort: list.sort, ...list.filters })}`;

function Filter({ name, value, options, choose }: { name: FilterName; value: string;
  options: [string, string][]; choose: (value: string) => void }) {
  const title = titles[name];
  if (value) {
    const shown = options.find(([key]) => key === value)?.[1] ?? value;
    return (
      <button type="button" class="chip is-on" onClick={() => choose("")}
        aria-label={`${title} is ${shown}: remove this filter`}>
        {title} is <strong>{shown}</strong> <span aria-hidden="true">×</span>
      </button>
    );
  }
  return (
    <label class="chip">
      <span class="sr">Filter by {title.toLowerCase()}</span>
      <select value="" onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">+ {title}</option>
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    </label>
  );
}

/** What can be filtered by: what is configured, and what the shown tickets have. */
function useOptions(items: Ticket[], counts: TicketViews | null): Record<FilterName,
  [string, string][]> {
  const people = useLoad<Page<Person>>("/v1/people");
  return useMemo(() => {
    const plain = (values: string[]) => [...new Set(values)].filter(Boolean).sort()
      .map((one): [string, string] => [one, one]);
    return {
      assignee: [["none", "unassigned"], ...plain((people.value?.items ?? [])
        .map((one) => one.name))],
      queue: plain([...(counts?.queues ?? []), ...items.map((one) => one.queue ?? "")]),
      tag: plain(items.flatMap((one) => one.tags)),
      priority: [["high", "high"], ["medium", "medium"], ["low", "low"]],
      source: [...new Set(items.map((one) => one.source))].sort()
        .map((one): [string, string] => [one, sourceTitle(one)]),
    };
  }, [items, counts, people.value]);
}

/** Also of a row that changed since its waiting time was read. */
const isWaiting = (one: ListedTicket) => one.waiting_seconds !== null
  && one.first_reply_at === null && one.status !== "solved" && one.problem_id === null;

function State({ one, lateAfter, asOf, now }: { one: ListedTicket; lateAfter: number | null;
  asOf: string; now: number }) {
  if (isWaiting(one)) return <Waits ticket={one} lateAfter={lateAfter} asOf={asOf} now={now} />;
  const text = one.status !== "open" ? one.status : one.first_reply_at !== null ? "answered"
    : one.problem_id !== null ? "incident" : "open";
  return <span class="small faint">{text}</span>;
}

interface RowProps { one: ListedTicket; isChosen: boolean; isFresh: boolean;
  lateAfter: number | null; asOf: string; now: number; choose: () => void; isSelected: boolean;
  select: (() => void) | null }

function Row({ one, isChosen, isFresh, lateAfter, asOf, now, choose, isSelected, select }:
  RowProps) {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => { if (isChosen) row.current?.scrollIntoView({ block: "nearest" }); },
    [isChosen]);
  return (
    <tr ref={row} class={`${isChosen ? "is-chosen" : ""} ${isFresh ? "is-fresh" : ""} `
      + `${isSelected ? "is-selected" : ""}`}
      aria-current={isChosen ? "true" : undefined} onClick={choose}>
      {select && (
        <td class="t-select"><label><span class="sr">Select {numberOf(one)}</span>
          <input type="checkbox" checked={isSelected} onChange={select}
            onClick={(event) => event.stopPropagation()} /></label></td>
      )}
      <td class="t-waits"><State one={one} lateAfter={lateAfter} asOf={asOf} now={now} /></td>
      <td class="t-priority"><PriorityMark priority={one.priority} /></td>
      <td class="t-number number faint">{numberOf(one)}</td>
      <td class="t-title">
        <span>
          <Link to={`/tickets/${one.id}`} dir="auto"
            class={`ink ${isWaiting(one) ? "strong" : ""}`}>{titleOf(one)}</Link>
          {one.tags.slice(0, 2).map((tag) => <span key={tag} class="tag">{tag}</span>)}
        </span>
      </td>
      <td class="t-requester clip">
        <bdi>{one.requester.name ?? one.requester.email ?? "–"}</bdi></td>
      <td class="t-assignee clip">{one.assignee ? <bdi>{one.assignee}</bdi>
        : <span class="faint">unassigned</span>}</td>
      <td class="t-queue faint">{one.queue ?? ""}</td>
      <td class="t-source faint">{sourceTitle(one.source)}</td>
      <td class="t-updated faint number">
        {seconds(Math.max(0, now - Date.parse(one.updated_at)) / 1000, "now")}</td>
    </tr>
  );
}

let isSearchWanted = false;

/** The cursor goes into the search at once, or as soon as the page of tickets is drawn. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>(".search input");
  if (field) field.focus();
  else isSearchWanted = true;
}

/** The list that a ticket was opened from, so that the next one is at hand there. */
export let lastList: { path: string; ids: number[]; name: string } | null = null;

function heading(list: ListAddress, shown: TicketList | null, counts: TicketViews | null): string {
  const isPlain = !list.q && names.every((name) => !list.filters[name]);
  const name = views.find(([key]) => key === list.view)?.[1].toLowerCase() ?? "";
  const all = counts && list.view in counts ? counts[list.view as keyof TicketViews] : null;
  if (isPlain && typeof all === "number") return `${whole(all)} ${name}`;
  if (!shown) return "";
  const total = shown.total === null ? "more than 1,000" : whole(shown.total);
  return typeof all === "number" ? `${total} of ${whole(all)} ${name}`
    : list.view === "all" ? `${total} found` : `${total} ${name}`;
}

export function TicketsPage({ canAct, me, counts }: { canAct: boolean; me: string;
  counts: TicketViews | null }) {
  const address = useAddress();
  const list = listOf(address);
  const [text, setText] = useState(list.q);
  const [isNew, setIsNew] = useState(false);
  const [chosen, setChosen] = useState(-1);
  // A key may come before the page is drawn for the key before it.
  const current = useRef(-1);
  const choose = (row: number) => {
    current.current = row;
    setChosen(row);
  };
  const [waiting, setWaiting] = useState<Set<number>>(new Set());
  const [fresh, setFresh] = useState<Set<number>>(new Set());
  const [selected, setSelected] = useState<Set<number>>(new Set());
  const [asked, setAsked] = useState<{ what: Choice; about: Ticket[] } | null>(null);
  const [said, setSaid] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (isSearchWanted) search.current?.focus();
    isSearchWanted = false;
  }, []);
  const isPointed = useRef(false);
  const path = apiPath(list, me);
  const shown = useLoad<TicketList>(path);
  const { is_live } = useConnection();
  const late = useLoad<Now>("/v1/now").value?.waiting.late_after_seconds ?? null;
  const items = shown.value?.items ?? [];
  const options = useOptions(items, counts);
  const ticking = useNow();
  const time = is_live ? ticking : Date.parse(shown.value?.as_of ?? "") || ticking;
  const isWide = useWide(761);
  const reload = useThrottled(() => {
    setWaiting(new Set());
    shown.reload();
  }, 700);
  const busy = isPointed.current || chosen >= 0;
  useLive(["ticket"], (topic, data) => {
    if (topic === "resync") return reload();
    const one = data as Ticket;
    const known = items.find((each) => each.id === one.id);
    // Rows never move under the pointer: what would change their order waits.
    if (known && busy) {
      return shown.set((page) => page && { ...page,
        items: page.items.map((each) => (each.id === one.id ? { ...each, ...one } : each)) });
    }
    if (busy) return setWaiting((ids) => new Set(ids).add(one.id));
    setFresh((ids) => new Set(ids).add(one.id));
    reload();
  });
  // While it is drawn: behind the next frame they would undo what a key has done meanwhile.
  useLayoutEffect(() => setText(list.q), [list.q]);
  useLayoutEffect(() => {
    choose(-1);
    setSelected(new Set());
    setSaid("");
  }, [path]);
  useEffect(() => document.querySelector(".views [aria-current]")?.scrollIntoView({
    block: "nearest", inline: "nearest" }), [list.view]);
  useEffect(() => {
    lastList = { path: addressOf(list), ids: items.map((one) => one.id),
      name: views.find(([key]) => key === list.view)?.[1].toLowerCase() ?? "" };
  });
  const change = (values: Partial<ListAddress>) => replace(addressOf({ ...list, ...values }));
  const inHand = items.filter((one) => selected.has(one.id));
  const select = (one: Ticket) => setSelected((ids) => {
    const next = new Set(ids);
    if (!next.delete(one.id)) next.add(one.id);
    return next;
  });
  const run = async (tickets: Ticket[], made: Change) => {
    const { text: outcome, failed } = await apply(tickets, made);
    setSaid(outcome);
    // What is solved leaves the selection: the next key is not for it.
    if (made.values.status && tickets.length === inHand.length) setSelected(new Set(failed));
    reload();
  };
  /** What a key is for: all that are selected, or the ticket of the chosen row. */
  const about = () => {
    const one = items[current.current];
    return inHand.length > 0 ? inHand : one ? [one] : [];
  };
  const ask = (what: Choice) => {
    if (about().length > 0) setAsked({ what, about: about() });
  };
  useKeys({
    "/": () => search.current?.focus(),
    j: () => choose(Math.min(items.length - 1, current.current + 1)),
    k: () => choose(Math.max(0, current.current - 1)),
    Enter: () => {
      const one = items[current.current];
      if (one) go(`/tickets/${one.id}`); else return false;
    },
    Escape: () => (selected.size > 0 ? setSelected(new Set()) : choose(-1)),
    ...(canAct ? {
      n: () => setIsNew(true),
      t: () => { if (me && about().length > 0) void run(about(), assign(me)); },
      a: () => ask("assignee"),
      p: () => ask("priority"),
      x: () => {
        const one = items[current.current];
        if (one) select(one);
      },
      r: () => {
        const one = items[current.current];
        if (one) go(`/tickets/${one.id}#reply`);
      },
    } : {}),
  });
  const more = async () => {
    const cursor = shown.value?.next_cursor;
    if (!cursor) return;
    const next = await get<TicketList>(`${path}&cursor=${encodeURIComponent(cursor)}`);
    shown.set((page) => {
      if (!page) return page;
      // Waiting times of one list are all of one moment.
      const later = (Date.parse(next.as_of) - Date.parse(page.as_of)) / 1000;
      const items = next.items.map((one) => (one.waiting_counts
        ? { ...one, waiting_seconds: Math.max(0, (one.waiting_seconds ?? 0) - later) } : one));
      return { ...page, items: [...page.items, ...items], next_cursor: next.next_cursor };
    });
  };
  const isPlain = !list.q && names.every((name) => !list.filters[name]);
  const sortable = list.view !== "pending" && list.view !== "solved" && list.view !== "all";
  return (
    <>
      <div class="page-head">
        <h1>Tickets</h1>
        <span class="faint">{heading(list, shown.value, counts)}</span>
        {canAct && <button type="button" class="head-act" disabled={!is_live}
          onClick={() => setIsNew(!isNew)}>New ticket</button>}
      </div>
      {isNew && <NewTicket close={() => setIsNew(false)} />}
      <nav class="views" aria-label="Views" tabIndex={0}>
        {views.map(([key, name]) => {
          const count = counts && key in counts ? counts[key as keyof TicketViews] : null;
          const isAlarm = key === "unanswered" && typeof count === "number" && count > 0;
          return (
            <Link key={key} to={addressOf({ ...list, view: key, q: "" })}
              aria-current={key === list.view ? "page" : undefined}>
              {name}{typeof count === "number" && key !== "all" && (
                <>{" "}<span class={isAlarm ? "alarm" : ""}>{whole(count)}</span></>)}
            </Link>
          );
        })}
      </nav>
      <form class="filters" role="search" onSubmit={(event) => {
        event.preventDefault();
        search.current?.blur();
        change({ q: text.trim(), view: text.trim() ? "all" : list.view });
      }}>
        <label class="search">
          <span class="sr">Search</span>
          <input ref={search} type="search" placeholder="Search title, text, requester, #"
            value={text} onInput={(event) => setText(event.currentTarget.value)} />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <div class="chips">
          {names.map((name) => (name !== "assignee" || (list.view !== "mine"
            && list.view !== "unassigned")) && (
            <Filter key={name} name={name} value={list.filters[name]} options={options[name]}
              choose={(value) => change({ filters: { ...list.filters, [name]: value } })} />
          ))}
          {sortable && (
            <label class="sort">
              <span class="sr">Sort</span>
              <select value={list.sort || "waiting"}
                onChange={(event) => change({ sort: event.currentTarget.value })}>
                <option value="waiting">Waiting longest first</option>
                <option value="newest">Newest first</option>
              </select>
            </label>
          )}
        </div>
      </form>
      <Unknown lines={unknownIn(address)}
        shown={views.find(([key]) => key === list.view)?.[1] ?? ""} />
      {said && <p class="flash" role="status">{said}</p>}
      {shown.error && <Trouble error={shown.error} retry={shown.reload} />}
      {!shown.value && !shown.error && <Loading />}
      {waiting.size > 0 && (
        <button type="button" class="quiet" onClick={() => {
          setFresh(waiting);
          reload();
        }}>{counted(waiting.size, "new or changed ticket")}: show</button>
      )}
      {shown.value && items.length === 0 && (
        <Empty>{!isPlain ? "No ticket matches. Remove a filter, or search for other words."
          : list.view === "unanswered" ? "No ticket waits for a first reply."
            : list.view === "all" || list.view === "unsolved"
              ? "No ticket here. Tickets come from Teams, Slack, email and the API."
              : "No ticket in this view."}</Empty>
      )}
      {items.length > 0 && (
        <div class="tickets" onPointerEnter={() => (isPointed.current = true)}
          onPointerLeave={() => (isPointed.current = false)}>
          <table aria-label="Tickets">
            <thead>
              <tr>
                {canAct && <th class="t-select"><span class="sr">Select</span></th>}
                <th class="t-waits">Waits</th>
                <th class="t-priority"><span class="sr">Priority</span></th>
                <th class="t-number">#</th><th>Title</th><th class="t-requester">Requester</th>
                <th class="t-assignee">Assignee</th>
                <th class="t-queue">Queue</th><th class="t-source">Source</th>
                <th class="t-updated right">Updated</th>
              </tr>
            </thead>
            <tbody>
              {items.map((each, i) => (
                <Row key={each.id} one={each} isChosen={i === chosen} isFresh={fresh.has(each.id)}
                  lateAfter={late} asOf={shown.value?.as_of ?? ""} now={time}
                  choose={() => choose(i)}
                  isSelected={selected.has(each.id)}
                  select={canAct ? () => select(each) : null} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.value?.next_cursor && (
        <p class="center"><Action label="Show more" quiet run={more} /></p>
      )}
      {isWide && (
        <p class="keys faint small" aria-hidden="true">
          <kbd>j</kbd> <kbd>k</kbd> move <kbd>Enter</kbd> open {canAct && <><kbd>r</kbd> reply{" "}
            <kbd>t</kbd> take it <kbd>a</kbd> assign <kbd>p</kbd> priority <kbd>x</kbd> select{" "}
            <kbd>n</kbd> new ticket </>}<kbd>?</kbd> all keys
        </p>
      )}
      {inHand.length > 0 && (
        <Selected tickets={inHand} ask={ask} run={(made) => run(inHand, made)}
          clear={() => setSelected(new Set())} />
      )}
      {asked && (
        <Choose what={asked.what} tickets={asked.about} me={me} close={() => setAsked(null)}
          choose={(made) => void run(asked.about, made)} />
      )}
    </>
  );
}
