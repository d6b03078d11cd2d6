// The frame around the pages: the rail with its counts, the state of the connection, keys, sign-in,
// and the wall screen.
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { onSignedOut, remove, setCsrf, takeWallToken, token } from "./api";
import { clockOf, seconds, setZone, whole } from "./format";
import { isAwayAt, useConnection, useKeys, useLive, useLoad, useNow, useThrottled } from "./hooks";
import { areKeysOff, isTyping, setKeysOff } from "./keys";
import { listen, tryNow } from "./live";
import { Empty } from "./parts";
import { go, Link, useAddress } from "./router";
import type { DeliveryGroups, Page, Role, SessionState, StormIncident, SystemStatus, TicketViews }
  from "./types";
import { DeliveriesPage } from "./pages/deliveries";
import { IncidentPage } from "./pages/incident";
import { IncidentsPage } from "./pages/incidents";
import { NoticesPage } from "./pages/notices";
import { NowPage, useWide } from "./pages/now";
import { QueuesPage } from "./pages/queues";
import { SignIn } from "./pages/sign-in";
import { StatusPage } from "./pages/status";
import { TallyPage } from "./pages/tally";
import { TicketPage } from "./pages/ticket";
import { focusSearch, lastList, TicketsPage } from "./pages/tickets";
import { TvPage } from "./pages/tv";
import { VolumePage } from "./pages/volume";

type BoardPage = { to: string; name: string; icon: string; key?: string; isSystem?: boolean };
const pages: BoardPage[] = [
  { to: "/", name: "Now", key: "n", icon: "M2 8h3l2-5 3 10 2-5h2" },
  { to: "/tickets", name: "Tickets", key: "t",
    icon: "M2 4h12v3a1 1 0 0 0 0 2v3H2V9a1 1 0 0 0 0-2z" },
  { to: "/incidents", name: "Incidents", key: "i", icon: "M8 14V8M8 8L3 3M8 8l5-5M8 8V2" },
  { to: "/agents", name: "Agents", key: "a", icon: "M2 3.5h11M2 8h8M2 12.5h5" },
  { to: "/volume", name: "Volume", key: "v", icon: "M2 2v12h12M4 10l3-4 3 3 4-5" },
  { to: "/notices", name: "Notices", icon: "M2 3.5h12v9H2zM2 4l6 5 6-5" },
  { to: "/queues", name: "Queues", isSystem: true, icon: "M2 4h12M2 8h12M2 12h12" },
  { to: "/deliveries", name: "Deliveries", key: "d", isSystem: true, icon: "M2 8h11M9 4l4 4-4 4" },
  { to: "/status", name: "Status", isSystem: true, icon: "M8 2a6 6 0 1 0 .01 0M5 8l2 2 4-4" },
];

const Icon = ({ path }: { path: string }) => (
  <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
    <path d={path} />
  </svg>
);

const theme_key = "deskwire.theme";

function useTheme(): [string, () => void] {
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const [theme, setTheme] = useState(localStorage.getItem(theme_key) ?? preferred);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem(theme_key, next);
    setTheme(next);
  };
  return [theme, toggle];
}

/** Over the page as long as the browser has no connection to the daemon. */
function Away() {
  const state = useConnection();
  const now = useNow(1000);
  const isAway = isAwayAt(state, now);
  useEffect(() => {
    document.documentElement.classList.toggle("is-away", isAway);
    return () => document.documentElement.classList.remove("is-away");
  }, [isAway]);
  if (!isAway) return null;
  const next = Math.max(0, Math.round((state.next_try - now) / 1000));
  return (
    <div class="away" role="alert">
      <span>Not connected since {clockOf(state.heard_at)}. This page is{" "}
        {seconds(Math.max(0, (now - state.heard_at) / 1000))} old.{" "}
        {next > 0 ? `Next try in ${next} s.` : "Trying again."}</span>
      <button type="button" onClick={tryNow}>Try now</button>
    </div>
  );
}

function Connection() {
  const state = useConnection();
  const now = useNow(1000);
  return (
    <span class="connection" role="status">
      {state.is_live ? <><span class="dot dot-good" aria-hidden="true" /><span>Live</span></>
        : <span class="alarm"><span aria-hidden="true">■ </span>Not live</span>}
      <span class="number clock">{clockOf(now)}</span>
    </span>
  );
}

const shortcuts: [string, string][] = [["/", "search"], ["g n", "Now"], ["g t", "Tickets"],
  ["g i", "Incidents"],
  ["g a", "Agents"], ["g v", "Volume"], ["g d", "Deliveries"], ["j k", "next, previous"],
  ["Enter", "open"], ["Esc", "back"], ["n", "new ticket"], ["t", "take it"], ["a", "assign"],
  ["p", "priority"], ["x", "select several"], ["r", "reply"],
  ["m", "private note"], ["Ctrl Enter", "send"], ["Ctrl Shift Enter", "reply and solve"]];

function Help({ close }: { close: () => void }) {
  const [isOff, setIsOff] = useState(areKeysOff());
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => box.current?.showModal(), []);
  return (
    <dialog ref={box} onClose={close} aria-label="Keys">
      <header class="panel-head"><h2>Keys</h2>
        <form method="dialog" class="panel-note"><button class="quiet">Close</button></form>
      </header>
      <dl class="shortcuts">
        {shortcuts.map(([keys, does]) => (
          <div key={keys}><dt>{keys.split(" ").map((one) => <kbd key={one}>{one}</kbd>)}</dt>
            <dd>{does}</dd></div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={!isOff} onChange={(event) => {
          setKeysOff(!event.currentTarget.checked);
          setIsOff(!event.currentTarget.checked);
        }} /> keys of one letter are on
      </label>
    </dialog>
  );
}

function useCounts(isOn: boolean) {
  const views = useLoad<TicketViews>(isOn ? "/v1/tickets/views" : "");
  const groups = useLoad<DeliveryGroups>(isOn ? "/v1/deliveries/groups" : "");
  const countTickets = useThrottled(views.reload, 1000);
  const countDeliveries = useThrottled(groups.reload, 1000);
  const open = useLoad<Page<StormIncident>>(isOn ? "/v1/incidents?state=open&limit=100" : "");
  const seen = useLoad<Page<StormIncident>>(isOn ? "/v1/incidents?state=seen&limit=100" : "");
  const countIncidents = useThrottled(() => {
    open.reload();
    seen.reload();
  }, 1000);
  useLive(["ticket", "delivery", "incident"], (topic) => {
    if (topic === "ticket" || topic === "resync") countTickets();
    if (topic === "delivery" || topic === "resync") countDeliveries();
    if (topic === "incident" || topic === "resync") countIncidents();
  });
  useEffect(() => { if (views.value) setZone(views.value.timezone); }, [views.value?.timezone]);
  return { views: views.value, groups: groups.value,
    incidents: (open.value?.items.length ?? 0) + (seen.value?.items.length ?? 0) };
}

function NotFound({ path }: { path: string }) {
  return (
    <>
      <div class="page-head"><h1>No such page</h1></div>
      <Empty>There is no page {path}. <Link to="/">Go to Now</Link>, or choose a page
        beside.</Empty>
    </>
  );
}

interface Context { role: Role; me: string; views: TicketViews | null;
  groups: DeliveryGroups | null; incidents: number }

function PageFor({ path, context }: { path: string; context: Context }) {
  const { role, me, views, groups } = context;
  const canAct = role !== "viewer";
  const ticket = /^\/tickets\/([^/]+)$/.exec(path);
  if (ticket) return <TicketPage key={ticket[1]} id={ticket[1] ?? ""} role={role} me={me} />;
  const incident = /^\/incidents\/([^/]+)$/.exec(path);
  if (incident) {
    return <IncidentPage key={incident[1]} id={incident[1] ?? ""} canAct={canAct} />;
  }
  if (path === "/incidents") return <IncidentsPage canAct={canAct} />;
  if (path === "/") return <NowPage canAct={canAct} me={me} groups={groups} />;
  if (path === "/tickets") return <TicketsPage canAct={canAct} me={me} counts={views} />;
  if (path === "/agents") return <TallyPage />;
  if (path === "/queues") return <QueuesPage role={role} />;
  if (path === "/notices") return <NoticesPage role={role} />;
  if (path === "/deliveries") return <DeliveriesPage role={role} />;
  if (path === "/volume") return <VolumePage canAct={canAct} />;
  if (path === "/status") return <StatusPage />;
  return <NotFound path={path} />;
}

const isAt = (one: BoardPage, path: string) =>
  one.to === "/" ? path === "/" : path === one.to || path.startsWith(`${one.to}/`);

/** What a page has that somebody should look at: how many, and in words. */
function countOf(page: BoardPage, context: Context): { count: number; word: string;
  isAlarm: boolean } {
  if (page.to === "/tickets") {
    return { count: context.views?.unanswered ?? 0, word: " unanswered", isAlarm: false };
  }
  if (page.to === "/incidents") {
    return { count: context.incidents, word: " to look at", isAlarm: true };
  }
  const undecided = (context.groups?.dead ?? 0) + (context.groups?.unsure ?? 0);
  return { count: page.to === "/deliveries" ? undecided : 0, word: " need a decision",
    isAlarm: true };
}

function PageLinks({ path, list, context }: { path: string; list: BoardPage[]; context: Context }) {
  return (
    <>
      {list.map((one) => {
        const { count, word, isAlarm } = countOf(one, context);
        return (
          <Link key={one.to} to={one.to} title={one.name}
            aria-current={isAt(one, path) ? "page" : undefined}>
            <Icon path={one.icon} />
            <span class="page-name">{one.name}</span>
            {count > 0 && (
              <span class={`page-count number ${isAlarm ? "alarm strong" : ""}`}>
                {whole(count)}<span class="sr">{word}</span></span>
            )}
          </Link>
        );
      })}
    </>
  );
}

interface FrameProps { path: string; context: Context; session: SessionState | null;
  theme: string; toggle: () => void; help: () => void }

function Foot({ context, session, theme, toggle, help }: Omit<FrameProps, "path">) {
  const signOut = () => remove("/v1/session").finally(() => location.assign("/"));
  return (
    <div class="rail-foot">
      <Connection />
      <span class="rail-who">
        <span class="clip small faint"><bdi>{context.me || "…"}</bdi> · {context.role}</span>
        <button type="button" class="key" onClick={toggle}
          aria-label={theme === "dark" ? "Light theme" : "Dark theme"}>
          {theme === "dark" ? "☀" : "☾"}</button>
        <button type="button" class="key" onClick={help} aria-label="Keys">?</button>
      </span>
      {session?.csrf && <button type="button" class="plain" onClick={signOut}>Sign out</button>}
    </div>
  );
}

function Rail(props: FrameProps) {
  const { path, context } = props;
  return (
    <header class="rail">
      <Link to="/" class="brand"><Icon path="M2 10c3 0 3-5 6-5s3 5 6 5" />
        <span class="page-name">Deskwire</span></Link>
      <nav aria-label="Pages">
        <Link to="/tickets?view=all" class="rail-search" title="Search" onClick={(event) => {
          event.preventDefault();
          toSearch();
        }}><Icon path="M7 2a5 5 0 1 0 .01 0M11 11l3 3" />
          <span class="page-name">Search</span><kbd class="page-count" aria-hidden="true">/</kbd>
        </Link>
        <PageLinks path={path} list={pages.filter((one) => !one.isSystem)} context={context} />
        <span class="rail-group" aria-hidden="true"><span class="page-name">System</span></span>
        <PageLinks path={path} list={pages.filter((one) => one.isSystem)} context={context} />
      </nav>
      <Foot {...props} />
    </header>
  );
}

function toSearch(): void {
  if (location.pathname !== "/tickets") go("/tickets?view=all");
  focusSearch();
}

/** Bar above, tabs below: what a thumb reaches. */
function Phone(props: FrameProps) {
  const { path, context } = props;
  const [isMore, setIsMore] = useState(false);
  useEffect(() => setIsMore(false), [path]);
  const first = ["/", "/tickets", "/incidents", "/agents"];
  const main = pages.filter((one) => first.includes(one.to));
  const rest = pages.filter((one) => !first.includes(one.to));
  const undecided = (context.groups?.dead ?? 0) + (context.groups?.unsure ?? 0);
  const name = pages.find((one) => isAt(one, path))?.name ?? "Deskwire";
  // On a ticket the thumb's place is for the answer.
  const hasReplyBar = path.startsWith("/tickets/") && context.role !== "viewer";
  return (
    <>
      <header class="phone-bar">
        <span class="brand">{hasReplyBar
          ? <Link to={lastList?.path ?? "/tickets"} aria-label="Back to Tickets">
            <Icon path="M10 3L5 8l5 5" /></Link>
          : <Icon path="M2 10c3 0 3-5 6-5s3 5 6 5" />}{name}</span>
        <Connection />
        <button type="button" class="key" onClick={toSearch} aria-label="Search">
          <Icon path="M7 2a5 5 0 1 0 .01 0M11 11l3 3" /></button>
      </header>
      {isMore && (
        <div class="phone-more" id="more">
          <nav aria-label="More pages"><PageLinks path={path} list={rest} context={context} /></nav>
          <Foot {...props} />
        </div>
      )}
      {!hasReplyBar && (
        <nav class="phone-tabs" aria-label="Pages">
          <PageLinks path={path} list={main} context={{ ...context, views: null }} />
          <button type="button" aria-expanded={isMore} onClick={() => setIsMore(!isMore)}>
            <Icon path="M3 8h.01M8 8h.01M13 8h.01" /><span class="page-name">More</span>
            {undecided > 0 && <span class="page-count number">{whole(undecided)}
              <span class="sr"> need a decision</span></span>}
          </button>
        </nav>
      )}
    </>
  );
}

/** "g" and then a letter goes to a page. */
function usePageKeys(help: () => void): void {
  const wentAt = useRef(0);
  useKeys({ "?": help, "/": toSearch, g: () => { wentAt.current = Date.now(); } }, true);
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const to = pages.find((one) => one.key === event.key)?.to;
      if (!to || isTyping(event) || Date.now() - wentAt.current > 1500) return;
      wentAt.current = 0;
      event.stopImmediatePropagation();
      event.preventDefault();
      go(to);
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, []);
}

function useTitle(path: string, context: Context): void {
  const page = pages.find((one) => one.to === path);
  const waiting = path === "/" && (context.views?.unanswered ?? 0) > 0
    ? `(${whole(context.views?.unanswered ?? 0)}) ` : "";
  useEffect(() => {
    // One ticket and one incident say themselves what they are.
    if (/^\/(tickets|incidents)\/[^/]+$/.test(path)) return;
    document.title = `${waiting}${page?.name ?? "Not found"} · Deskwire`;
  }, [path, waiting]);
}

function Board({ session }: { session: SessionState }) {
  const address = useAddress();
  const [theme, toggle] = useTheme();
  const [isHelp, setIsHelp] = useState(false);
  const status = useLoad<SystemStatus>("/v1/status");
  const counts = useCounts(true);
  const isWide = useWide(761);
  const path = address.pathname;
  const context: Context = { role: status.value?.access.role ?? session.role ?? "viewer",
    me: counts.views?.me ?? "", ...counts };
  usePageKeys(() => setIsHelp(true));
  useTitle(path, context);
  const frame: FrameProps = { path, context, session, theme, toggle, help: () => setIsHelp(true) };
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <div class={`frame ${isWide ? "" : "is-phone"}`}>
        {isWide ? <Rail {...frame} /> : <Phone {...frame} />}
        <div class="content">
          <Away />
          <main id="main" tabIndex={-1}><PageFor path={path} context={context} /></main>
        </div>
      </div>
      {isHelp && <Help close={() => setIsHelp(false)} />}
    </>
  );
}

function App() {
  const address = useAddress();
  const [isSignedOut, setIsSignedOut] = useState(false);
  const session = useLoad<SessionState>("/v1/session");
  const isTv = address.searchParams.get("tv") === "1";
  const every = Math.max(2, Number(address.searchParams.get("every")) || 20);
  useEffect(() => onSignedOut(() => setIsSignedOut(true)), []);
  useEffect(() => {
    document.documentElement.classList.toggle("tv", isTv);
    if (isTv) document.title = "Wall screen · Deskwire";
  }, [isTv]);
  useEffect(() => setCsrf(session.value?.csrf ?? null), [session.value]);
  const known = session.value;
  const isIn = known !== null && (known.signed_in || known.mode === "loopback" || token() !== null);
  useEffect(() => (isIn ? listen(() => {}) : undefined), [isIn]);
  if (isSignedOut || (known && !isIn)) return <SignIn />;
  if (!known && !session.error) return null;
  if (!known) return <main id="main"><Offline retry={session.reload} /></main>;
  return isTv ? <Wall every={every} /> : <Board session={known} />;
}

function Offline({ retry }: { retry: () => void }) {
  useEffect(() => {
    const timer = setInterval(retry, 3000);
    return () => clearInterval(timer);
  }, [retry]);
  return (
    <>
      <h1>Deskwire cannot be reached</h1>
      <p role="alert">The daemon does not answer. This page tries again every 3 s.</p>
    </>
  );
}

function Wall({ every }: { every: number }) {
  useTheme();
  useCounts(true);
  return <TvPage every={every} />;
}

takeWallToken();
const root = document.getElementById("app");
if (root) render(<App />, root);
