// Notices: the next run with each mail as it would go out, its approval, and who got what.
import { useState } from "preact/hooks";
import { ApiError, get, post, query } from "../api";
import { counted, whole } from "../format";
import { useFailed, useLoad } from "../hooks";
import { Action, Broken, Empty, Loading, Section, StatusMark, Trouble, When } from "../parts";
import type { Notice, NoticePreview, NoticeRun, Page, Role, SystemStatus } from "../types";

const reasons: Record<string, string> = {
  had: "had theirs in this period: due after it",
  suppressed: "is never written to",
};

/** A mail is text that others wrote: it is shown in a frame that can run and load nothing. */
function Mail({ one }: { one: Notice }) {
  const [isText, setIsText] = useState(false);
  return (
    <div class="mail">
      <div class="mail-head">
        <p><strong>{one.subject}</strong>{" "}
          <span class="faint">to {one.name} &lt;{one.to}&gt;</span></p>
        <div class="segments" role="group" aria-label="Shown as">
          <button type="button" aria-pressed={!isText}
            onClick={() => setIsText(false)}>HTML</button>
          <button type="button" aria-pressed={isText} onClick={() => setIsText(true)}>Text</button>
        </div>
      </div>
      {isText ? <pre tabIndex={0}>{one.text}</pre>
        : <iframe sandbox="" srcdoc={one.html} title={`Mail to ${one.to}`} />}
    </div>
  );
}

function Letters({ items }: { items: Notice[] }) {
  const [open, setOpen] = useState<string | null>(null);
  if (items.length === 0) return <Empty>No customer has a notice in this run.</Empty>;
  return (
    <ul class="messages">
      {items.map((one) => (
        <li key={one.to}>
          <div class="said-head">
            <strong>{one.to}</strong>
            <span>{one.name}</span>
            <span class="faint">{one.tickets.map((ticket) => ticket.id).join(", ")}</span>
            {one.state && <StatusMark status={one.state} />}
            {one.left_out && <span class="mark">{reasons[one.left_out] ?? one.left_out}</span>}
            <button type="button" class="quiet" aria-expanded={open === one.to}
              aria-label={`${open === one.to ? "Hide" : "Show"} mail to ${one.to}`}
              onClick={() => setOpen(open === one.to ? null : one.to)}>
              {open === one.to ? "Hide" : "Show"} mail</button>
          </div>
          {one.reason && <p class="faint">{one.reason}</p>}
          {open === one.to && <Mail one={one} />}
        </li>
      ))}
    </ul>
  );
}

function Figures({ run }: { run: NoticeRun }) {
  const is = run.figures;
  return (
    <>
      <p>
        {counted(is.rows, "row")} read, {whole(is.closed)} closed, {whole(is.told_before)} notified
        before, {whole(is.reopened)} reopened. {is.customers === 0 ? "No customer gets a notice"
          : `${counted(is.customers, "customer gets", "customers get")} a notice about `
            + counted(is.tickets, "ticket")} in {run.period}; left out:{" "}
        {whole(is.left_out.had)} who have theirs, {whole(is.left_out.suppressed)} suppressed.
      </p>
      {is.bad > 0 && (
        <details>
          <summary>
            {is.bad === 1 ? "1 row" : `${whole(is.bad)} rows`} cannot be read
          </summary>
          <ul class="rows">
            {is.bad_rows.map((one) => (
              <li key={one.row}><span class="number">row {one.row}</span> {one.why}</li>
            ))}
            {is.bad > is.bad_rows.length && (
              <li class="faint">and {whole(is.bad - is.bad_rows.length)} more; deskwire notices
                preview prints them</li>
            )}
          </ul>
        </details>
      )}
    </>
  );
}

function NoticesOff() {
  return (
    <div class="empty">
      <p>No report is read yet. Name the one with your customers' tickets in{" "}
        <code>deskwire.toml</code>, and start again:</p>
      <pre class="sample">{'[notices]\nfile = "report.csv"\nevery = "week"'}</pre>
      <p>Before anything is sent, <code>deskwire notices preview</code> shows each mail.</p>
    </div>
  );
}

/** The next page of mails below those that are shown, and behind it the next one. */
function MoreLetters({ path, cursor }: { path: string; cursor: string | null }) {
  const [isOpen, setIsOpen] = useState(false);
  if (!cursor) return null;
  return isOpen ? <LetterPage path={path} cursor={cursor} />
    : <p class="center"><button type="button" class="quiet" onClick={() => setIsOpen(true)}>
      Show more</button></p>;
}

function LetterPage({ path, cursor = "" }: { path: string; cursor?: string }) {
  const list = useLoad<Page<Notice>>(`${path}${query({ limit: "25", cursor })}`);
  if (list.error) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  return (
    <>
      <Letters items={list.value.items} />
      <MoreLetters path={path} cursor={list.value.next_cursor} />
    </>
  );
}

function Next({ canAct, changed }: { canAct: boolean; changed: () => void }) {
  const path = "/v1/notices/preview";
  const next = useLoad<NoticePreview>(`${path}?limit=25`);
  if (next.error) return <Trouble error={next.error} retry={next.reload} />;
  if (!next.value) return <Loading />;
  const { run, items, asks, next_cursor } = next.value;
  return (
    <>
      <Figures run={run} />
      <div class="next-acts">
        {canAct && (
          <Action label="Make this a plan" run={async () => {
            await post("/v1/notices/plan");
            changed();
          }} />
        )}
        {asks && (
          <span class="mark">The first run after an import: look at it before it is sent.</span>
        )}
      </div>
      <Letters items={items} />
      <MoreLetters path={path} cursor={next_cursor} />
    </>
  );
}

function Why() {
  const [email, setEmail] = useState("");
  const [found, setFound] = useState<Notice[] | null>(null);
  const [error, setError] = useFailed();
  const look = (event: Event) => {
    event.preventDefault();
    setError(null);
    get<Page<Notice>>(`/v1/notices/why${query({ email })}`)
      .then((page) => setFound(page.items), (failed) => setError(failed as ApiError));
  };
  return (
    <Section title="Notices of one customer">
      <form class="inline" onSubmit={look}>
        <label>Address
          <input type="email" required value={email}
            onInput={(event) => setEmail(event.currentTarget.value)} />
        </label>
        <button type="submit">Show notices</button>
      </form>
      {error && <Trouble error={error} />}
      {found && found.length === 0 && <Empty>No notice was planned for that address.</Empty>}
      {found?.map((one) => (
        <div key={one.run}>
          <p>{one.period}, run {one.run}, {one.notice ?? "not sent"}</p>
          <Letters items={[one]} />
        </div>
      ))}
    </Section>
  );
}

export function NoticesPage({ role }: { role: Role }) {
  const status = useLoad<SystemStatus>("/v1/status");
  if (status.error && !status.value) {
    return <Broken title="Notices" error={status.error} retry={status.reload} />;
  }
  if (!status.value) return <Loading />;
  // Without [notices] there is nothing to ask for.
  if (status.value.connectors.some((one) => one.name === "notices")) return <Runs role={role} />;
  return (
    <>
      <div class="page-head"><h1>Notices</h1></div>
      <section class="panel"><NoticesOff /></section>
    </>
  );
}

/** What became of a run's notices; what there is none of is not listed. */
function Sent({ one }: { one: Required<NoticeRun> }) {
  const { done, pending, unsure, dead } = one.deliveries;
  const bad = [unsure > 0 && `${whole(unsure)} with an unknown outcome`,
    dead > 0 && `${whole(dead)} failed`].filter(Boolean).join(", ");
  return (
    <>
      {whole(done)} sent{pending > 0 && `, ${whole(pending)} being sent`}
      {bad && <>, <span class="alarm strong">▲ {bad}</span></>}
    </>
  );
}

function Runs({ role }: { role: Role }) {
  const runs = useLoad<Page<Required<NoticeRun>>>("/v1/notices/runs?limit=50");
  const [open, setOpen] = useState<number | null>(null);
  const canAct = role !== "viewer";
  return (
    <>
      <div class="page-head"><h1>Notices</h1></div>
      <Section title="The next run">
        <Next canAct={canAct} changed={runs.reload} />
      </Section>
      <Section title="Plans and runs">
        {runs.error && <Trouble error={runs.error} retry={runs.reload} />}
        {runs.value?.items.length === 0 && (
          <Empty>No run yet. The first plan stands here before anything is sent.</Empty>
        )}
        {runs.value && runs.value.items.length > 0 && (
          <ul class="rows runs" aria-label="List of runs">
            {runs.value.items.map((one) => (
              <li key={one.run}>
                <strong class="number">Run {one.run}</strong>
                <span class="row-main wrap">{one.state}, {one.period}:{" "}
                  {counted(one.figures.customers, "customer")}
                  <span class="second small faint"><Sent one={one} /></span></span>
                <span class="small faint"><When at={one.made_at} /></span>
                <span class="queue-acts">
                  <button type="button" class="quiet" aria-expanded={open === one.run}
                    aria-label={`Recipients of run ${one.run}`}
                    onClick={() => setOpen(open === one.run ? null : one.run)}>
                    Recipients</button>
                  {canAct && one.state === "planned" && (
                    <Action label="Approve and send" run={async () => {
                      await post(`/v1/notices/runs/${one.run}/apply`);
                      runs.reload();
                    }} />
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
        {runs.value?.next_cursor && (
          <p class="center"><Action label="Show more" quiet run={async () => {
            const next = await get<Page<Required<NoticeRun>>>(
              `/v1/notices/runs?limit=50&cursor=${runs.value?.next_cursor}`);
            runs.set((page) => page && { items: [...page.items, ...next.items],
              next_cursor: next.next_cursor });
          }} /></p>
        )}
      </Section>
      {open !== null && (
        <Section title={`Recipients of run ${open}`}>
          {runs.value?.items.filter((one) => one.run === open).map((one) => (
            <Figures key={one.run} run={one} />
          ))}
          <LetterPage key={open} path={`/v1/notices/runs/${open}/letters`} />
        </Section>
      )}
      <Why />
    </>
  );
}
