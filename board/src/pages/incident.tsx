// One incident: how large, how fast were we, what was said and who has not heard it; the answer to
// all; which tickets belong and which might, and why. A group that nobody decided on is shown here,
// too.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { actKey, ApiError, get, post, query } from "../api";
import { counted, dayAndTime, localTime, numberOf, safeLink, sourceTitle, titleOf, whole }
  from "../format";
import { useConnection, useDraft, useFailed, useKeys, useLive, useLoad, useNow, useThrottled }
  from "../hooks";
import { againAfter, extentOf, inOrder, isIn, logOf, pathOf, reachedBy, sourcesOf, stateOf,
  subjectOf, timesOf }
  from "../incidents";
import { Action, Bar, Broken, Confirm, Empty, Failure, Fields, Linked, Loading, PriorityMark,
  Section, Time } from "../parts";
import { go, Link, replace } from "../router";
import type { Comment, IncidentMember, Page, StormIncident, Ticket, WholeIncident, WholeTicket }
  from "../types";

const rows_shown = 10, log_shown = 40;

/** The key of an act: the same until what it depends on changes, so that a second press is one. */
const useActKey = (...of: unknown[]) => useMemo(actKey, of);

/** A group becomes one incident, or a person says that it is none. */
export function Decide({ group, small = false, opened, dismissed }: { group: string;
  small?: boolean; opened: (one: StormIncident) => void; dismissed: () => void }) {
  const key = useActKey(group);
  return (
    <>
      <Action label="Make it one incident" quiet={small} run={async () => opened(
        await post<StormIncident>("/v1/incidents", { group }, { "idempotency-key": key }))} />
      <Action label="Not an incident" plain run={async () => {
        await post("/v1/incidents/dismiss", { group }, { "idempotency-key": `no-${key}` });
        dismissed();
      }} />
    </>
  );
}

function Times({ one, now }: { one: WholeIncident; now: number }) {
  const { noticed, answered, solved } = timesOf(one);
  const first = one.tickets[0];
  const answer = one.answers[0];
  const reached = answer ? reachedBy(answer.id, one.tickets) : null;
  const boxes: [string, string, preact.ComponentChildren][] = [
    ["First report", dayAndTime(one.since, now), first
      ? <>ticket <Link to={`/tickets/${first.ticket}`}>#{first.number}</Link></> : ""],
    ["Noticed after", noticed ?? "–", dayAndTime(one.seen_at, now)],
    ["First answer after", answered ?? "–", one.first_answer_at
      ? <>{dayAndTime(one.first_answer_at, now)}{reached
        && `, reached ${whole(reached.heard)} of ${whole(reached.all)}`}</> : "not yet"],
    ["Solved after", solved ?? "–", one.solved_at ? dayAndTime(one.solved_at, now) : "not yet"],
  ];
  return (
    <dl class="numbers status-numbers">
      {boxes.map(([label, value, detail]) => (
        <div class="number-box" key={label}>
          <dt class="number-label">{label}</dt>
          <dd class="number-value">{value}</dd>
          <dd class="number-usual">{detail}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What is said to all that are joined, and the end; or what is said to agents alone. Each has its
    own draft: what was meant for agents is never one press away from everybody. */
export function AnswerAll({ one, changed, offer }: { one: WholeIncident; changed: () => void;
  offer?: string | undefined }) {
  const [isNote, setIsNote] = useState(false);
  const [answer, setAnswer] = useDraft(`incident.${one.id}`);
  const [note, setNote] = useDraft(`incident.${one.id}.note`);
  const [body, setBody] = isNote ? [note, setNote] : [answer, setAnswer];
  const [error, setError] = useFailed();
  const [isBusy, setIsBusy] = useState(false);
  const [sent, setSent] = useState(0);
  const isSending = useRef(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const { is_live } = useConnection();
  const key = useActKey(body, isNote, one.answers.length, sent);
  const joined = one.tickets.filter(isIn);
  const path = `/v1/incidents/${one.id}`;
  const isEmpty = body.trim() === "";
  const send = async () => {
    if (isSending.current || isEmpty) return box.current?.focus();
    isSending.current = true;
    setIsBusy(true);
    setError(null);
    try {
      const how = { "idempotency-key": key };
      if (isNote) await post(`/v1/tickets/${one.id}/comments`, { body, public: false }, how);
      else await post(`${path}/answers`, { body }, how);
      setBody("");
      setSent(sent + 1);
      changed();
    } catch (failed) {
      setError(failed as ApiError);
    } finally {
      isSending.current = false;
      setIsBusy(false);
    }
  };
  const write = (note: boolean) => () => {
    setIsNote(note);
    setError(null);
    box.current?.focus();
  };
  useKeys({ r: write(false), m: write(true) });
  useLayoutEffect(() => { if (location.hash === "#reply") box.current?.focus(); }, []);
  useEffect(() => {
    if (!offer) return;
    setAnswer(answer.trim() === "" ? offer : `${answer}\n\n${offer}`);
    write(false)();
  }, [offer]);
  const close = async () => {
    await post(`${path}/close`, isEmpty ? {} : { answer: body },
      { "idempotency-key": `close-${key}` });
    setBody("");
    changed();
  };
  const whom = counted(joined.length, "ticket");
  const what = isNote ? "Private note" : "Answer everyone";
  return (
    <form class={`reply ${isNote ? "is-note" : ""}`} onSubmit={(event) => {
      event.preventDefault();
      void send();
    }}>
      <div class="reply-tabs" role="group" aria-label="What to write">
        <button type="button" aria-pressed={!isNote} onClick={write(false)}>Answer everyone</button>
        <button type="button" aria-pressed={isNote} onClick={write(true)}>Private note</button>
      </div>
      <label>
        <span class="sr">{what}</span>
        <textarea ref={box} rows={3} value={body}
          placeholder={isNote ? "A note for agents. It stays here: no requester sees it."
            : `Each of the ${whom} of this incident hears this once.`}
          onInput={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void send();
          }} />
        <Fields error={error} name="body" />
      </label>
      <Failure error={error} />
      <div class="form-end">
        <button type="submit" disabled={!is_live} aria-busy={isBusy}>
          {isNote ? "Add note" : `Answer ${whole(joined.length)}`}</button>
        {!isNote && (
          <Confirm label={isEmpty ? "Solve all" : "Answer and solve all"} sure={isEmpty
            ? `Solve ${whole(joined.length)}` : `Answer and solve ${whole(joined.length)}`}
            question={isEmpty ? `Solve ${whom} without an answer?`
              : `Send this to ${whom} and solve them?`} run={close} />
        )}
        <span class="small faint reply-end">{body ? "Draft saved in this browser"
          : isNote ? "" : sourcesOf(joined, sourceTitle)}</span>
      </div>
    </form>
  );
}

function Reached({ answer, one }: { answer: number; one: WholeIncident }) {
  const { all, heard, pending, refused } = reachedBy(answer, one.tickets);
  if (all === 0) return <p class="small faint">On its way.</p>;
  return (
    <>
      <Bar value={heard} most={all} />
      <p class="small faint">Reached <strong>{whole(heard)} of {whole(all)}</strong>.
        {pending > 0 && ` ${whole(pending)} on ${pending === 1 ? "its" : "their"} way.`}
        {refused.length > 0 && (
          <>{" "}<strong class="alarm">▲ Not reached:</strong>{" "}
            {refused.slice(0, 5).map((each, i) => (
              <span key={each.ticket}>{i > 0 && ", "}
                <Link to={`/tickets/${each.ticket}`}>#{each.number}</Link></span>
            ))}
            {refused.length > 5 && ` and ${whole(refused.length - 5)} more`}</>
        )}</p>
    </>
  );
}

function Log({ one, notes }: { one: WholeIncident; notes: Comment[] }) {
  const [areAll, setAreAll] = useState(false);
  const log = logOf(one, notes);
  const answers = new Map(one.answers.map((each) => [each.id, each]));
  const noted = new Map(notes.map((each) => [each.id, each]));
  const shown = areAll ? log : log.slice(0, log_shown);
  return (
    <section aria-label="Log">
      <h2 class="log-title">Log <span class="panel-lead">newest first</span></h2>
      <ul class="conversation">
        {shown.map((line, i) => {
          const note = noted.get(line.note);
          if (note) {
            return (
              <li class="said said-note" key={i}>
                <div class="said-head">
                  <strong><bdi>{note.author.name ?? note.author.email ?? "Somebody"}</bdi></strong>
                  <span class="mark note-mark">private note · stays here</span>
                  <span class="small faint said-time"><Time at={note.at} /></span>
                </div>
                <p class="prose" dir="auto"><Linked text={note.body} /></p>
              </li>
            );
          }
          const answer = answers.get(line.answer);
          if (!answer) {
            return (
              <li class="happened" key={i}>
                <span class="faint" aria-hidden="true">·</span>
                <span class="happened-text">{line.text}</span>
                <Time at={line.at} />
              </li>
            );
          }
          return (
            <li class="said said-agent" key={i}>
              <div class="said-head">
                <strong><bdi>{answer.author || "Somebody"}</bdi></strong>
                <span class="small faint">answer to everyone</span>
                <span class="small faint said-time"><Time at={answer.at} /></span>
              </div>
              <p class="prose" dir="auto"><Linked text={answer.body} /></p>
              <Reached answer={answer.id} one={one} />
            </li>
          );
        })}
      </ul>
      {log.length > shown.length && (
        <button type="button" class="quiet" onClick={() => setAreAll(true)}>
          All {whole(log.length)}</button>
      )}
    </section>
  );
}

function Member({ one, lastAnswer, canRemove, remove }: { one: IncidentMember;
  lastAnswer: number | null; canRemove: boolean; remove: (one: IncidentMember) => Promise<void> }) {
  const { word, tone } = stateOf(one, lastAnswer);
  const heardNote = one.joined_at ? `joined ${dayAndTime(one.joined_at)}` : "";
  return (
    <li>
      <span class="number faint member-number">#{one.number}</span>
      <span class="row-main">
        <span class="row-title">
          <PriorityMark priority={one.priority} />{" "}
          <Link to={`/tickets/${one.ticket}`} class="ink clip" dir="auto">{titleOf(one)}</Link>
        </span>
        <span class="row-second clip"><bdi>{one.requester ?? "unknown"}</bdi> ·{" "}
          {sourceTitle(one.source)}</span>
      </span>
      <span class={`small member-state ${tone} ${tone === "faint" ? "" : "strong"}`}
        title={heardNote}>{word}</span>
      {canRemove && isIn(one) && (
        <Action label="×" plain name={`Remove #${one.number}`} title="Remove it from the incident"
          run={() => remove(one)} />
      )}
    </li>
  );
}

/** A ticket of a number, or with words, becomes part of the incident. */
function AddTicket({ one, add, close }: { one: WholeIncident;
  add: (ticket: number) => Promise<void>; close: () => void }) {
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<Ticket[] | null>(null);
  const [error, setError] = useFailed();
  const latest = useRef("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const search = async (text: string) => {
    latest.current = text;
    setTyped(text);
    if (text.trim() === "") return setFound(null);
    try {
      const page = await get<Page<Ticket>>(`/v1/tickets${query({ q: text, limit: "8" })}`);
      if (latest.current === text) setFound(page.items);
      setError(null);
    } catch (failed) {
      setError(failed as ApiError);
    }
  };
  const joined = new Set(one.tickets.filter(isIn).map((each) => each.ticket));
  return (
    <div class="add-ticket">
      <label class="small faint">Number of the ticket, or words of it
        <input ref={field} value={typed} autocomplete="off"
          onInput={(event) => void search(event.currentTarget.value)} /></label>
      <button type="button" class="plain" onClick={close}>Close</button>
      <Failure error={error} />
      {found && (found.length === 0 ? <p class="small faint">No such ticket.</p> : (
        <ul class="rows" aria-label="Tickets found">
          {found.map((each) => (
            <li key={each.id}>
              <span class="number faint member-number">{numberOf(each)}</span>
              <span class="row-main clip" dir="auto">{titleOf(each)}</span>
              {joined.has(each.id) ? <span class="small faint">joined</span>
                : each.id === one.id ? <span class="small faint">this incident</span> : (
                  <Action label="Add" quiet name={`Add ${numberOf(each)}`}
                    run={() => add(each.id)} />
                )}
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}

function Joined({ one, canAct, change }: { one: WholeIncident; canAct: boolean;
  change: (what: { add?: number[]; remove?: number[] }) => Promise<void> }) {
  const [areAll, setAreAll] = useState(false);
  const [isAdding, setIsAdding] = useState(false);
  const isGroup = one.id === null;
  const isOpen = one.state === "open";
  const last = one.answers[one.answers.length - 1]?.id ?? null;
  const inside = inOrder(one.tickets.filter(isIn), last);
  const left = one.tickets.filter((each) => !isIn(each));
  const shown = areAll ? [...inside, ...left] : inside.slice(0, rows_shown);
  const all = inside.length + left.length;
  return (
    <Section title={isGroup ? "Tickets" : "Joined"} lead={counted(inside.length, "ticket")
      + (left.length > 0 ? `, ${whole(left.length)} left` : "")
      + (one.replied > 0 ? `, ${whole(one.replied)} replied since the last answer` : "")}>
      {all === 0 && <Empty>No ticket is joined. Those that match join by themselves.</Empty>}
      <ul class="rows two-lines members">
        {shown.map((each) => (
          <Member key={each.ticket} one={each} lastAnswer={last} canRemove={canAct && isOpen}
            remove={(gone) => change({ remove: [gone.ticket] })} />
        ))}
      </ul>
      {(all > shown.length || (canAct && isOpen)) && (
        <p class="rows-end">
          {all > shown.length && (
            <button type="button" class="plain" onClick={() => setAreAll(true)}>
              Show all {whole(all)}</button>
          )}
          {canAct && isOpen && !isAdding && (
            <button type="button" class="quiet" onClick={() => setIsAdding(true)}>
              Add a ticket</button>
          )}
        </p>
      )}
      {isAdding && isOpen && <AddTicket one={one} close={() => setIsAdding(false)}
        add={(ticket) => change({ add: [ticket] })} />}
      {isOpen && <p class="small faint rows-foot">New tickets about the same thing join by
        themselves.</p>}
    </Section>
  );
}

/** Tickets that share something with the incident, too little to join by themselves. */
function MightBelong({ one, canAct, change }: { one: WholeIncident; canAct: boolean;
  change: (what: { add: number[] }) => Promise<void> }) {
  if (one.maybe.length === 0) return null;
  return (
    <Section title="Might belong" lead={`${whole(one.maybe.length)} · your choice`}>
      <ul class="rows">
        {one.maybe.map((each) => (
          <li key={each.ticket}>
            <Link to={`/tickets/${each.ticket}`} class="number member-number">#{each.number}</Link>
            <span class="row-main small faint">shares: <bdi>{each.why.join(", ")}</bdi></span>
            {canAct && one.state === "open" && (
              <Action label="Add" quiet name={`Add #${each.number}`}
                run={() => change({ add: [each.ticket] })} />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Why({ one }: { one: WholeIncident }) {
  const most = Math.max(1, ...one.why.map((each) => each.tickets));
  return (
    <Section title="Why these" lead="words that they share">
      {one.why.length === 0 ? <Empty>A person named these tickets.</Empty> : (
        <ul class="agent-bars words">
          {one.why.map((each) => (
            <li key={each.word}>
              <strong class="wrap"><bdi>{each.word}</bdi></strong>
              <Bar value={each.tickets} most={most} />
              <strong class="number">{whole(each.tickets)}</strong>
              <span class="small faint">{counted(each.requesters, "person", "people")}, usual{" "}
                {whole(each.usual)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Head({ one, now }: { one: WholeIncident; now: number }) {
  const outside = safeLink(one.url);
  const opened = one.timeline.find((each) => each.what === "opened");
  return (
    <div class="headline">
      <h1><bdi>{subjectOf(one.title)}</bdi> <span class="headline-extent">· {extentOf(one, now)}
      </span></h1>
      <p class="faint">
        {one.id === null ? (one.state === "dismissed"
          ? "A person said that it is no incident. It is shown again if it doubles."
          : "Nobody has decided yet whether this is one incident.") : (
          <>
            {opened && <><bdi>{opened.who || "Deskwire"}</bdi> made it one incident{" "}
              <time dateTime={opened.at} title={localTime(opened.at)}>
                {dayAndTime(opened.at, now)}</time> · </>}
            parent ticket <Link to={`/tickets/${one.id}`}>#{one.number ?? one.id}</Link>
            {outside && <> · <a href={outside} rel="noreferrer">Zendesk {one.number}</a></>}
          </>
        )}
        {one.again && <>{" "}<strong>{againAfter(one)}{" "}
          <Link to={`/incidents/${one.again.id}`}>#{one.again.number}</Link> was solved.</strong>
        </>}
      </p>
    </div>
  );
}

function Whole({ one, notes, canAct, reload }: { one: WholeIncident; notes: Comment[];
  canAct: boolean; reload: () => void }) {
  const now = useNow();
  const key = useActKey(one.id, one.tickets.length, one.tickets.filter(isIn).length);
  const path = `/v1/incidents/${one.id}`;
  const change = async (what: { add?: number[]; remove?: number[] }) => {
    const named = [...(what.add ?? []), ...(what.remove ?? [])].join("-");
    await post(`${path}/tickets`, what, { "idempotency-key": `${key}-${named}` });
    reload();
  };
  const isUndecided = one.id === null;
  return (
    <>
      <div class="crumb"><span><Link to="/incidents">Incidents</Link> /{" "}
        {isUndecided ? one.group : `#${one.number ?? one.id}`}</span></div>
      <Head one={one} now={now} />
      {canAct && isUndecided && one.state === "seen" && (
        <div class="decide"><Decide group={one.group} dismissed={reload}
          opened={(made) => replace(pathOf(made))} /></div>
      )}
      <Times one={one} now={now} />
      <div class="incident">
        <div>
          {canAct && one.state === "open" && <AnswerAll one={one} changed={reload} />}
          {isUndecided && <Joined one={one} canAct={false} change={change} />}
          <Log one={one} notes={notes} />
          {canAct && one.state === "open" && (
            <div class="incident-end">
              <Confirm label="It was no incident"
                question={`Let ${counted(one.tickets.filter(isIn).length, "ticket")} go? Each is `
                  + "told, none is answered or solved."}
                sure="Dissolve it" run={async () => {
                  await post(`${path}/dissolve`, {}, { "idempotency-key": `dissolve-${key}` });
                  reload();
                }} />
            </div>
          )}
        </div>
        <div class="column">
          {!isUndecided && <Joined one={one} canAct={canAct} change={change} />}
          <MightBelong one={one} canAct={canAct} change={change} />
          <Why one={one} />
        </div>
      </div>
    </>
  );
}

export function IncidentPage({ id, canAct }: { id: string; canAct: boolean }) {
  const incident = useLoad<WholeIncident>(`/v1/incidents/${encodeURIComponent(id)}`);
  const one = incident.value;
  // What was said about it to agents alone is on its parent ticket.
  const parent = useLoad<WholeTicket>(one?.id ? `/v1/tickets/${one.id}` : "");
  const reloadAll = () => {
    incident.reload();
    parent.reload();
  };
  const reload = useThrottled(reloadAll, 300);
  const notes = (parent.value?.comments ?? []).filter((each) => !each.public);
  useLive(["incident", "ticket"], (topic, data) => {
    const isOurs = topic === "incident" ? data.group === one?.group
      : topic === "ticket" && (one?.tickets.some((each) => each.ticket === data.id)
        || data.problem_id === one?.id || data.id === one?.id);
    if (topic === "resync" || isOurs) reload();
  });
  const name = one ? subjectOf(one.title)
    : incident.error?.status === 404 ? `Not found: incident ${id}` : "Incident";
  useEffect(() => { document.title = `${name} · Deskwire`; }, [name]);
  // Somebody made the group one incident: that is its address now.
  useEffect(() => {
    if (one && one.id !== null && id === one.group) replace(pathOf(one));
  }, [one?.id, id]);
  useKeys({ Escape: () => go("/incidents") });
  if (incident.error?.status === 404 && !one) {
    return (
      <>
        <div class="page-head"><h1>No incident {id}</h1></div>
        <Empty>There is no incident with this number. <Link to="/incidents">All incidents</Link>
        </Empty>
      </>
    );
  }
  if (incident.error && !one) {
    return <Broken title={`Incident ${id}`} error={incident.error} retry={incident.reload} />;
  }
  if (!one) return <Loading />;
  return <Whole one={one} notes={notes} canAct={canAct} reload={reloadAll} />;
}
