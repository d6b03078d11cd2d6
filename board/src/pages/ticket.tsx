// One ticket as a conversation, with what is on its way out.
import { useState } from "preact/hooks";
import { ApiError, patch, post } from "../api";
import { safeLink } from "../format";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Failure, Fields, Loading, PriorityMark, Section, StatusMark, Trouble, When }
  from "../parts";
import { Link } from "../router";
import type { Role, Ticket, WholeTicket } from "../types";
import { DeliveryTable } from "./deliveries";

function Said({ who, at, body, note }: { who: string; at: string; body: string; note?: boolean }) {
  return (
    <li class={`said ${note ? "said-note" : ""}`}>
      <div class="said-head">
        <strong>{who}</strong>
        {note && <span class="mark">private note</span>}
        <When at={at} />
      </div>
      <p class="prose">{body}</p>
    </li>
  );
}

function Reply({ id, sent }: { id: number; sent: () => void }) {
  const [body, setBody] = useState("");
  const [isNote, setIsNote] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(null);
    try {
      await post(`/v1/tickets/${id}/comments`, { body, public: !isNote });
      setBody("");
      sent();
    } catch (failed) {
      setError(failed as ApiError);
    }
  };
  return (
    <form class="reply" onSubmit={submit}>
      <label>
        <span class="sr">{isNote ? "Private note" : "Reply"}</span>
        <textarea rows={3} value={body} required
          placeholder={isNote ? "A note that the requester does not see" : "Reply to the requester"}
          onInput={(event) => setBody(event.currentTarget.value)} />
        <Fields error={error} name="body" />
      </label>
      <Failure error={error} />
      <div class="form-end">
        <button type="submit">{isNote ? "Add note" : "Reply"}</button>
        <label class="check">
          <input type="checkbox" checked={isNote}
            onChange={(event) => setIsNote(event.currentTarget.checked)} />
          private note
        </label>
      </div>
    </form>
  );
}

function Assign({ ticket, changed }: { ticket: Ticket; changed: () => void }) {
  const [name, setName] = useState(ticket.assignee ?? "");
  const save = async () => {
    await patch(`/v1/tickets/${ticket.id}`, { assignee: name.trim() || null });
    changed();
  };
  return (
    <div class="assign">
      <label>Assignee
        <input value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <Action label="Assign" quiet run={save} disabled={name.trim() === (ticket.assignee ?? "")} />
    </div>
  );
}

type Change = (values: object) => () => Promise<void>;

/** A change that the desk refuses is said, and the choice shows again what is so. */
function PriorityChoice({ ticket, change }: { ticket: Ticket; change: Change }) {
  const [error, setError] = useState<ApiError | null>(null);
  const choose = (select: HTMLSelectElement) => {
    setError(null);
    change({ priority: select.value })().catch((failed) => {
      select.value = ticket.priority;
      setError(failed as ApiError);
    });
  };
  return (
    <label>Priority
      <select value={ticket.priority} onChange={(event) => choose(event.currentTarget)}>
        <option>high</option><option>medium</option><option>low</option>
      </select>
      {error && <span class="field-error" role="alert">{error.message}</span>}
    </label>
  );
}

export function TicketPage({ id, role }: { id: string; role: Role }) {
  const canAct = role !== "viewer";
  const path = `/v1/tickets/${encodeURIComponent(id)}`;
  const ticket = useLoad<WholeTicket>(path);
  const reload = useThrottled(ticket.reload, 200);
  useLive(["ticket", "delivery"], (topic, data) => {
    if (topic === "resync" || String(data.id) === id || String(data.ticket) === id) reload();
  });
  if (ticket.error && !ticket.value) return <Trouble error={ticket.error} retry={ticket.reload} />;
  if (!ticket.value) return <Loading />;
  const one = ticket.value;
  const change: Change = (values) => async () => {
    await patch(path, values);
    ticket.reload();
  };
  const outside = safeLink(one.external?.url);
  return (
    <>
      <p class="crumb"><Link to="/tickets">Tickets</Link> / #{one.id}</p>
      <div class="page-head">
        <h1 class="prose">{one.title}</h1>
        <StatusMark status={one.status} />
        <PriorityMark priority={one.priority} />
      </div>
      <div class="ticket">
        <div>
          <ul class="conversation">
            <Said who={one.requester.name ?? one.requester.email ?? "Requester"}
              at={one.opened_at} body={one.description ?? ""} />
            {one.comments.map((comment) => (
              <Said key={comment.id} at={comment.at} body={comment.body} note={!comment.public}
                who={comment.author.name ?? comment.author.email ?? "Somebody"} />
            ))}
          </ul>
          {canAct && <Reply id={one.id} sent={ticket.reload} />}
        </div>
        <aside class="panel facts" aria-label="About this ticket">
          <dl>
            <dt>Requester</dt><dd>{one.requester.name ?? "–"}</dd>
            {one.requester.email && (<><dt>Email</dt><dd>{one.requester.email}</dd></>)}
            <dt>Queue</dt><dd>{one.queue ?? "–"}</dd>
            <dt>Source</dt><dd>{one.source}</dd>
            <dt>Desk</dt>
            <dd>
              {outside
                ? <a href={outside} rel="noreferrer">{one.desk} {one.external?.id}</a>
                : one.desk}
            </dd>
            <dt>Opened</dt><dd><When at={one.opened_at} /></dd>
            <dt>First reply</dt><dd><When at={one.first_reply_at} /></dd>
            <dt>Solved</dt><dd><When at={one.solved_at} /></dd>
            {one.tags.length > 0 && (<><dt>Tags</dt><dd>{one.tags.join(", ")}</dd></>)}
            {one.links.map((link) => {
              const address = safeLink(link.url);
              return (
                <div key={link.thread}>
                  <dt>{link.chat}</dt>
                  <dd>{address ? <a href={address} rel="noreferrer">thread</a> : link.channel}</dd>
                </div>
              );
            })}
          </dl>
          {canAct && (
            <div class="acts">
              <Assign key={one.assignee ?? ""} ticket={one} changed={ticket.reload} />
              <PriorityChoice ticket={one} change={change} />
              {one.status === "solved"
                ? <Action label="Reopen" run={change({ status: "open" })} />
                : <Action label="Solve" run={change({ status: "solved" })} />}
            </div>
          )}
        </aside>
      </div>
      <Section title="Deliveries">
        <DeliveryTable items={one.deliveries} role={role} changed={ticket.reload} />
      </Section>
    </>
  );
}
