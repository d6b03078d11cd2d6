// One ticket: what it is and who has it, what was said, and the answer. What was sent where stands
// between the messages as a line; each delivery is one press away.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { actKey, ApiError, patch, post } from "../api";
import { counted, dayAndTime, numberOf, safeLink, seconds, sourceTitle, titleOf, whole }
  from "../format";
import { useConnection, useDraft, useFailed, useKeys, useLive, useLoad, useNow, useThrottled }
  from "../hooks";
import { Action, Broken, Empty, Failure, Fields, Linked, Loading, PriorityMark, StatusMark, Time }
  from "../parts";
import { go, Link } from "../router";
import { extentOf, isIn, pathOf, replyWords, subjectOf, type ReplyWords } from "../incidents";
import type { Page, Person, Role, Ticket, TicketEvent, WholeIncident, WholeTicket } from "../types";
import { DeliveryTable } from "./deliveries";
import { AnswerAll } from "./incident";
import { apply, assign, Choose, type Change, type Choice as Asked } from "./changes";
import { Similar } from "./similar";
import { lastList } from "./tickets";

type Kind = "requester" | "agent" | "note";
function Said({ who, at, body, kind, from, unseen, role }: { who: string; at: string; body: string;
  kind: Kind; from: string; unseen: string; role?: string }) {
  return (
    <li class={`said said-${kind}`}>
      <div class="said-head">
        <strong><bdi>{who}</bdi></strong>
        <span class="small faint">{role ?? (kind === "requester" ? "requester" : "agent")}
          {from && ` · ${from}`}</span>
        {kind === "note" && <span class="mark note-mark">private note ·{" "}
          <bdi>{unseen}</bdi></span>}
        <span class="small faint said-time"><Time at={at} /></span>
      </div>
      <p class="prose" dir="auto"><Linked text={body} /></p>
    </li>
  );
}

/** What is the same several times in a row stands once, with how often. */
function folded(events: TicketEvent[]): { one: TicketEvent; times: number }[] {
  const out: { one: TicketEvent; times: number }[] = [];
  for (const one of events) {
    const last = out[out.length - 1];
    if (last && last.one.text === one.text && last.one.kind === one.kind) {
      last.one = one;
      last.times += 1;
    } else {
      out.push({ one, times: 1 });
    }
  }
  return out;
}

/** So many things that happened between two messages stand there; of more, what failed and how many
    there are besides. */
const happened_shown = 6, bad_shown = 3;
const deliveries_shown = 20;

type Folded = { one: TicketEvent; times: number };
interface HappenedProps { canAct: boolean; changed: () => void; show: () => void }

/** What happened between two messages. */
function Between({ events, ...rest }: { events: Folded[] } & HappenedProps) {
  const [areAll, setAreAll] = useState(false);
  if (areAll || events.length <= happened_shown) {
    return <>{events.map((each, i) => <Happened key={i} {...each} {...rest} />)}</>;
  }
  const bad = events.filter(({ one }) => one.kind === "failed" || one.kind === "undecided")
    .slice(-bad_shown);
  const count = events.reduce((all, { times }) => all + times, 0)
    - bad.reduce((all, { times }) => all + times, 0);
  return (
    <>
      <li class="happened">
        <span class="faint" aria-hidden="true">·</span>
        <span class="happened-text">{counted(count, "event")}{" "}
          <button type="button" class="plain" onClick={() => setAreAll(true)}>Show</button></span>
        <Time at={events[events.length - 1]?.one.at ?? ""} />
      </li>
      {bad.map((each, i) => <Happened key={i} {...each} {...rest} />)}
    </>
  );
}

function Happened({ one, times, canAct, changed, show }: Folded & HappenedProps) {
  const isBad = one.kind === "failed" || one.kind === "undecided";
  return (
    <li class={`happened ${isBad ? "is-bad" : ""}`}>
      <span class={isBad ? "alarm sign" : "faint"} aria-hidden="true">{isBad ? "▲" : "·"}</span>
      <span class="happened-text">
        <span class={isBad ? "alarm strong" : ""}>{one.text}</span>
        {times > 1 && ` · ${whole(times)} times`}
        {isBad && canAct && one.delivery && times === 1 && (
          <>
            {" "}
            <Action plain label="Retry" name={`Retry ${one.delivery}`} run={async () => {
              await post(`/v1/deliveries/${one.delivery}/retry`);
              changed();
            }} />
          </>
        )}
        {isBad && <>{" "}<button type="button" class="plain" onClick={show}>Details</button></>}
      </span>
      <Time at={one.at} />
    </li>
  );
}

/** Of another ticket, to begin a reply with. */
interface Offer { body: string }
interface ReplyProps { one: WholeTicket; words: ReplyWords; offer: Offer | null; sent: () => void;
  solved: () => void }

function Reply({ one, words, offer, sent, solved }: ReplyProps) {
  const [body, setBody] = useDraft(String(one.id));
  const [isNote, setIsNote] = useState(false);
  const [error, setError] = useFailed();
  const [busy, setBusy] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const { is_live } = useConnection();
  // The same words sent twice are one comment: the key stays until they are sent, or changed.
  const key = useMemo(() => actKey(), [body, isNote, one.comments.length]);
  const isSending = useRef(false);
  const send = async (isSolving: boolean) => {
    if (isSending.current || body.trim() === "") return box.current?.focus();
    isSending.current = true;
    setBusy(isSolving ? "solve" : "reply");
    setError(null);
    try {
      await post(`/v1/tickets/${one.id}/comments`, { body, public: !isNote },
        { "idempotency-key": key });
      setBody("");
      if (isSolving) {
        await patch(`/v1/tickets/${one.id}`, { status: "solved" });
        solved();
      } else {
        sent();
      }
    } catch (failed) {
      setError(failed as ApiError);
    } finally {
      isSending.current = false;
      setBusy("");
    }
  };
  const focus = (note: boolean) => () => {
    setIsNote(note);
    box.current?.focus();
  };
  useKeys({ r: focus(false), m: focus(true) });
  useEffect(() => {
    if (!offer) return;
    setBody(body.trim() === "" ? offer.body : `${body}\n\n${offer.body}`);
    focus(false)();
  }, [offer]);
  useLayoutEffect(() => { if (location.hash === "#reply") box.current?.focus(); }, []);
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send(event.shiftKey && !isNote && one.status !== "solved");
  };
  return (
    <form class={`reply ${isNote ? "is-note" : ""}`} onSubmit={(event) => {
      event.preventDefault();
      void send(false);
    }}>
      <div class="reply-tabs" role="group" aria-label="What to write">
        <button type="button" aria-pressed={!isNote} onClick={() => setIsNote(false)}>
          <bdi>{words.to}</bdi></button>
        <button type="button" aria-pressed={isNote} onClick={() => setIsNote(true)}>
          Private note</button>
      </div>
      <label>
        <span class="sr">{isNote ? "Note" : "Reply"}</span>
        <textarea ref={box} rows={3} value={body}
          placeholder={isNote ? words.notePlace : words.place}
          onInput={(event) => setBody(event.currentTarget.value)} onKeyDown={press} />
        <Fields error={error} name="body" />
      </label>
      <Failure error={error} />
      <div class="form-end">
        <button type="submit" disabled={!is_live} aria-busy={busy === "reply"}>
          {isNote ? "Add note" : words.send}</button>
        {!isNote && one.status !== "solved" && (
          <button type="button" class="quiet" disabled={!is_live} aria-busy={busy === "solve"}
            onClick={() => void send(true)}>Reply and solve</button>
        )}
        <span class={`small faint reply-end ${body ? "" : "is-key"}`}>
          {body ? "Draft saved in this browser" : <><kbd>Ctrl</kbd> <kbd>↵</kbd> sends</>}</span>
      </div>
      <div class="reply-bar">
        <button type="button" onClick={focus(false)}>{words.begin}</button>
        <button type="button" class="quiet" onClick={focus(true)}>Write a note</button>
      </div>
    </form>
  );
}

/** A change that the desk refuses is said, and the choice shows again what is so. */
function Choice({ label, value, options, change }: { label: string; value: string;
  options: [string, string][]; change: (value: string) => Promise<void> }) {
  const [error, setError] = useFailed();
  const { is_live } = useConnection();
  const choose = (select: HTMLSelectElement) => {
    setError(null);
    change(select.value).catch((failed) => {
      select.value = value;
      setError(failed as ApiError);
    });
  };
  return (
    <label class="fact">
      <span>{label}</span>
      <select value={value} disabled={!is_live}
        onChange={(event) => choose(event.currentTarget)}>
        {options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
      </select>
      {error && <span class="field-error" role="alert">{error.message}</span>}
    </label>
  );
}

const statuses: [string, string][] = [["open", "Open"], ["pending", "Pending"],
  ["solved", "Solved"]];
const priorities: [string, string][] = [["high", "high"], ["medium", "medium"], ["low", "low"]];

function Assignee({ one, me, change }: { one: Ticket; me: string;
  change: (values: object) => Promise<void> }) {
  const people = useLoad<Page<Person>>("/v1/people");
  const names = new Set((people.value?.items ?? []).map((person) => person.name));
  if (one.assignee) names.add(one.assignee);
  const options: [string, string][] = [["", "Unassigned"],
    ...[...names].sort().map((name): [string, string] =>
      [name, name === me ? `${name} (me)` : name])];
  return <Choice label="Assignee" value={one.assignee ?? ""} options={options}
    change={(name) => change({ assignee: name || null })} />;
}

function Facts({ one, isParent }: { one: WholeTicket; isParent: boolean }) {
  const outside = safeLink(one.external?.url);
  const reply = one.first_reply_at
    ? `in ${seconds((Date.parse(one.first_reply_at) - Date.parse(one.opened_at)) / 1000)}`
    : "not yet";
  return (
    <section class="panel facts" aria-label={isParent ? "Incident" : "Requester"}>
      <h2>{isParent ? "Incident" : "Requester"}</h2>
      <dl>
        <dt>{isParent ? "Made by" : "Name"}</dt><dd><bdi>{one.requester.name ?? "–"}</bdi></dd>
        {one.requester.email && (<><dt>Email</dt><dd>
          {one.requester.email.split("@").map((part, i) => i === 0 ? part : <><wbr />@{part}</>)}
        </dd></>)}
        <dt>Source</dt><dd>{sourceTitle(one.source)}</dd>
        {one.links.map((link) => {
          const address = safeLink(link.url);
          return (
            <div key={link.thread}>
              <dt>{sourceTitle(link.chat)}</dt>
              <dd>{address ? <a href={address} rel="noreferrer">thread</a> : link.channel}</dd>
            </div>
          );
        })}
        <dt>Desk</dt>
        <dd>{outside ? <a href={outside} rel="noreferrer">Zendesk {one.external?.id}</a>
          : one.desk === "embedded" ? "this board" : one.desk}</dd>
        <dt>Queue</dt><dd>{one.queue ?? "–"}</dd>
        {!isParent && <><dt>First reply</dt><dd>{reply}</dd></>}
        {one.solved_at && (<><dt>Solved</dt><dd>in {seconds((Date.parse(one.solved_at)
          - Date.parse(one.opened_at)) / 1000)}</dd></>)}
      </dl>
    </section>
  );
}

/** Messages and what happened between them, oldest first. */
function Conversation({ one, isParent, unseen, canAct, changed, show }: { one: WholeTicket;
  isParent: boolean; unseen: string; canAct: boolean; changed: () => void; show: () => void }) {
  const asker = one.requester.name ?? one.requester.email ?? "Requester";
  const said = one.comments.map((comment) => {
    const who = comment.author.name ?? comment.author.email ?? "Somebody";
    const isAsker = comment.author.email !== null && one.requester.email !== null
      ? comment.author.email.toLowerCase() === one.requester.email.toLowerCase()
      : who === one.requester.name;
    const kind: Kind = !comment.public ? "note" : isAsker ? "requester" : "agent";
    return { at: comment.at, item: <Said key={`c${comment.id}`} who={who} kind={kind}
      at={comment.at} body={comment.body} unseen={unseen}
      from={comment.source === one.source && isAsker ? "" : `from ${sourceTitle(comment.source)}`}
      /> };
  });
  const said_at = said.map((each) => each.at);
  // What happened stands behind the message before it.
  const between = new Map<number, TicketEvent[]>();
  for (const event of one.events) {
    const place = said_at.filter((at) => at <= event.at).length;
    between.set(place, [...(between.get(place) ?? []), event]);
  }
  const rest = { canAct, changed, show };
  const gap = (place: number) => {
    const events = between.get(place);
    return events && <Between key={`b${place}`} events={folded(events)} {...rest} />;
  };
  return (
    <ul class="conversation">
      <Said who={asker} at={one.opened_at} body={one.description ?? ""} unseen={unseen}
        {...(isParent ? { kind: "agent", from: "", role: "made this incident" }
          : { kind: "requester", from: `from ${sourceTitle(one.source)}` })} />
      {gap(0)}
      {said.map((each, i) => [each.item, gap(i + 1)])}
    </ul>
  );
}

function deliveredText(one: WholeTicket): string {
  const done = one.deliveries.filter((each) => each.state === "done").length;
  const all = one.deliveries.filter((each) => each.state !== "discarded").length;
  if (all === 0) return "Nothing was sent anywhere for this ticket.";
  return done === all ? `${counted(all, "message")} delivered.`
    : `${whole(done)} of ${counted(all, "message")} delivered.`;
}

const incidentOf = (one: WholeTicket) => one.type === "problem" ? one.id : one.problem_id;

/** The incident that a ticket is the parent or a part of. */
function useIncident(one: WholeTicket | null) {
  const parent = one && incidentOf(one);
  const incident = useLoad<WholeIncident>(parent === null ? "" : `/v1/incidents/${parent}`);
  useLive(["incident"], (topic, data) => {
    if (topic === "resync" || data.id === parent) incident.reload();
  });
  const isKnown = parent === null || incident.value !== null || incident.error !== null;
  return { known: parent === null ? null : incident.value, isKnown, reload: incident.reload };
}

/** It is part of something larger, or is the parent of it. */
function IncidentBanner({ one, known }: { one: WholeTicket; known: WholeIncident | null }) {
  const parent = incidentOf(one);
  if (parent === null) return null;
  if (!known) {
    return one.problem_id === null ? null : (
      <p class="incident-banner">Part of problem <Link to={`/tickets/${parent}`}>#{parent}</Link>
      </p>
    );
  }
  return (
    <p class={`incident-banner ${known.state === "open" ? "" : "is-over"}`}>
      {parent === one.id ? "The parent of incident " : "Part of incident "}
      <Link to={pathOf(known)}>#{known.number ?? known.id}{" "}
        <bdi>{subjectOf(known.title)}</bdi></Link>,{" "}
      {extentOf(known, Date.now())}.
      {known.state === "open" && parent !== one.id && " An answer to everyone is written there."}
    </p>
  );
}

/** What needs a decision, then the newest. */
function Deliveries({ one, role, changed }: { one: WholeTicket; role: Role;
  changed: () => void }) {
  const [most, setMost] = useState(deliveries_shown);
  const rank = (state: string) => (state === "dead" || state === "unsure" ? 0 : 1);
  const sorted = [...one.deliveries].sort((a, b) => rank(a.state) - rank(b.state)
    || (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0));
  return (
    <>
      <DeliveryTable items={sorted.slice(0, most)} role={role} changed={changed} />
      {sorted.length > most && (
        <p class="center"><button type="button" class="quiet"
          onClick={() => setMost(most + 100)}>Show more of {whole(sorted.length)}</button></p>
      )}
    </>
  );
}

/** The tickets before and behind this one in the list that it was opened from. */
function useNeighbours(id: number) {
  const ids = lastList?.ids ?? [];
  const at = ids.indexOf(id);
  return { at, all: ids.length, before: at > 0 ? ids[at - 1] : undefined,
    behind: at >= 0 ? ids[at + 1] : undefined };
}

export let justSolved: { id: number; number: string } | null = null;

export function TicketPage({ id, role, me }: { id: string; role: Role; me: string }) {
  const canAct = role !== "viewer";
  const path = `/v1/tickets/${encodeURIComponent(id)}`;
  const ticket = useLoad<WholeTicket>(path);
  const reload = useThrottled(ticket.reload, 200);
  const [areShown, setAreShown] = useState(false);
  const [offer, setOffer] = useState<Offer | null>(null);
  useEffect(() => setOffer(null), [id]);
  const { is_live } = useConnection();
  const time = useNow();
  const list = useNeighbours(Number(id));
  useLive(["ticket", "delivery"], (topic, data) => {
    if (topic === "resync" || String(data.id) === id || String(data.ticket) === id) reload();
  });
  const one = ticket.value;
  const incident = useIncident(one);
  const name = one ? `${numberOf(one)} ${titleOf(one)}` : ticket.error?.status === 404
    ? `Not found: ticket #${id}` : `Ticket ${id}`;
  useEffect(() => { document.title = `${name} · Deskwire`; }, [name]);
  const change = async (values: object) => {
    await patch(path, values);
    ticket.reload();
  };
  const [asked, setAsked] = useState<Asked | null>(null);
  const [said, setSaid] = useState("");
  const run = async (made: Change) => {
    if (!one) return;
    setSaid((await apply([one], made)).text);
    ticket.reload();
  };
  useKeys({
    Escape: () => go(lastList?.path ?? "/tickets"),
    // Not before the ticket is there: a quick hand's first letters are for the reply.
    ...(one ? {
      j: () => { if (list.behind) go(`/tickets/${list.behind}`); },
      k: () => { if (list.before) go(`/tickets/${list.before}`); },
    } : {}),
    ...(one && canAct ? {
      t: () => { if (me) void run(assign(me)); },
      a: () => setAsked("assignee"),
      p: () => setAsked("priority"),
    } : {}),
  });
  if (ticket.error?.status === 404 && !one) {
    return (
      <>
        <div class="page-head"><h1>No ticket #{id}</h1></div>
        <Empty>There is no ticket with this number, here or at the desk.{" "}
          <Link to={`/tickets?view=all&q=${encodeURIComponent(id)}`}>Search for {id}</Link>, or go
          back to <Link to={lastList?.path ?? "/tickets"}>Tickets</Link>.</Empty>
      </>
    );
  }
  if (ticket.error && !one) {
    return <Broken title={`Ticket ${id}`} error={ticket.error} retry={ticket.reload} />;
  }
  if (!one) return <Loading />;
  const solved = () => {
    justSolved = { id: one.id, number: numberOf(one) };
    if (list.behind) go(`/tickets/${list.behind}`);
    else ticket.reload();
  };
  const mine = justSolved;
  const isParent = incident.known !== null && incident.known.id === one.id;
  const open = isParent && incident.known?.state === "open" ? incident.known : null;
  const words = replyWords(one, isParent ? incident.known : null);
  const written = () => {
    ticket.reload();
    incident.reload();
  };
  return (
    <>
      <div class="crumb">
        <span><Link to={lastList?.path ?? "/tickets"}>Tickets</Link> / {numberOf(one)}</span>
        {list.at >= 0 && (
          <span class="neighbours small">
            {whole(list.at + 1)} of {whole(list.all)} {lastList?.name}
            {list.before && <Link to={`/tickets/${list.before}`} aria-label="Previous ticket">↑
            </Link>}
            {list.behind && <Link to={`/tickets/${list.behind}`} aria-label="Next ticket">↓</Link>}
          </span>
        )}
      </div>
      {mine && mine.id !== one.id && (
        <p class="flash" role="status">Solved <Link to={`/tickets/${mine.id}`}>{mine.number}</Link>
          {" · "}
          <Action plain label="Reopen" run={async () => {
            await patch(`/v1/tickets/${mine.id}`, { status: "open" });
            justSolved = null;
            ticket.reload();
          }} />
        </p>
      )}
      {said && <p class="flash" role="status">{said}</p>}
      {asked && <Choose what={asked} tickets={[one]} me={me} close={() => setAsked(null)}
        choose={(made) => void run(made)} />}
      <div class="ticket-head">
        <h1 class="prose" dir="auto">{titleOf(one)}</h1>
        <p class="ticket-line">
          <StatusMark status={one.status} />
          <span class="ticket-fact"><PriorityMark priority={one.priority} /> {one.priority}</span>
          <span class="ticket-fact">opened {dayAndTime(one.opened_at, time)}
            {is_live && `, ${seconds((time - Date.parse(one.opened_at)) / 1000, "just now")
              .replace(/^(?!just)(.*)$/, "$1 ago")}`}</span>
          <span class="ticket-fact">{one.assignee
            ? <>assigned to <bdi>{one.assignee}</bdi></> : "unassigned"}</span>
          {one.tags.map((tag) => <Link key={tag} class="tag"
            to={`/tickets?view=all&tag=${encodeURIComponent(tag)}`}>{tag}</Link>)}
        </p>
        <IncidentBanner one={one} known={incident.known} />
      </div>
      <div class="ticket">
        <div>
          <Conversation one={one} isParent={isParent} unseen={words.unseen} canAct={canAct}
            changed={ticket.reload}
            show={() => setAreShown(true)} />
          {canAct && open && <AnswerAll key={one.id} one={open} offer={offer?.body}
            changed={written} />}
          {canAct && !open && incident.isKnown && <Reply key={one.id} one={one} words={words}
            offer={offer} sent={ticket.reload} solved={solved} />}
          <p class="small faint delivered">{deliveredText(one)}{" "}
            {one.deliveries.length > 0 && (
              <button type="button" class="plain" aria-expanded={areShown}
                onClick={() => setAreShown(!areShown)}>
                {areShown ? "Hide deliveries" : "Show deliveries"}</button>
            )}</p>
          {areShown && <Deliveries one={one} role={role} changed={ticket.reload} />}
        </div>
        <div class="ticket-side">
          {canAct && (
            <section class="panel facts" aria-label="Now">
              <h2>Now</h2>
              <Assignee one={one} me={me} change={change} />
              <Choice label="Status" value={one.status} options={statuses}
                change={(status) => change({ status })} />
              <Choice label="Priority" value={one.priority} options={priorities}
                change={(priority) => change({ priority })} />
              {open && <p class="small faint">Solving it ends the incident and solves its{" "}
                {counted(open.tickets.filter(isIn).length, "ticket")}.</p>}
              {one.status === "solved"
                ? <Action label="Reopen" quiet run={() => change({ status: "open" })} />
                : !open && <Action label="Solve" quiet run={() => change({ status: "solved" })} />}
            </section>
          )}
          <Facts one={one} isParent={isParent} />
          {canAct && <Similar key={one.id} id={one.id} use={(body) => setOffer({ body })} />}
        </div>
      </div>
    </>
  );
}
