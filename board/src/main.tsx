// The frame around the pages: navigation, the state of the connection, sign-in, TV mode.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onSignedOut, remove, setCsrf, takeWallToken } from "./api";
import { seconds } from "./format";
import { useConnection, useLoad, useNow } from "./hooks";
import { listen } from "./live";
import { Link, useAddress } from "./router";
import type { SessionState, SystemStatus } from "./types";
import { DeliveriesPage } from "./pages/deliveries";
import { NoticesPage } from "./pages/notices";
import { NowPage } from "./pages/now";
import { QueuesPage } from "./pages/queues";
import { SignIn } from "./pages/sign-in";
import { StatusPage } from "./pages/status";
import { TallyPage } from "./pages/tally";
import { TicketPage } from "./pages/ticket";
import { TicketsPage } from "./pages/tickets";
import { VolumePage } from "./pages/volume";

const pages = [
  ["/", "Now"],
  ["/agents", "Agents"],
  ["/tickets", "Tickets"],
  ["/queues", "Queues"],
  ["/notices", "Notices"],
  ["/volume", "Volume"],
  ["/deliveries", "Deliveries"],
  ["/status", "Status"],
] as const;

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

function Connection() {
  const state = useConnection();
  const now = useNow(1000);
  const text = state.is_live ? "live"
    : `reconnecting, ${seconds(Math.max(0, now - state.since) / 1000)}`;
  return (
    <span class={`connection ${state.is_live ? "" : "connection-lost"}`} role="status">
      <span class={`dot ${state.is_live ? "dot-good" : "dot-bad"}`} aria-hidden="true" />
      {text}
    </span>
  );
}

/** What a wall screen shows, one after the other. */
const rotation = ["/", "/agents", "/queues", "/volume"];

function useRotation(isOn: boolean, seconds_each: number): string {
  const [place, setPlace] = useState(0);
  const { is_live } = useConnection();
  useEffect(() => {
    if (!isOn || !is_live) return;  // a page that can't be loaded says less than an old one
    const timer = setInterval(() => setPlace((now) => (now + 1) % rotation.length),
      seconds_each * 1000);
    return () => clearInterval(timer);
  }, [isOn, is_live, seconds_each]);
  return rotation[place] ?? "/";
}

/** On a wall nobody asks: what is old has to say so by itself. */
function Stale() {
  const state = useConnection();
  const now = useNow(1000);
  const age = (now - state.since) / 1000;
  useEffect(() => {
    document.documentElement.classList.toggle("is-stale", !state.is_live);
  }, [state.is_live]);
  if (state.is_live) return null;
  return (
    <p class="stale" role="alert">
      Not live: these figures are from {new Date(state.since).toLocaleTimeString()}{" "}
      ({seconds(Math.max(0, age))} ago)
    </p>
  );
}

function PageFor({ path, status, isTv }: { path: string; status: SystemStatus | null;
  isTv: boolean }) {
  const role = status?.access.role ?? "viewer";
  const canAct = role !== "viewer";
  const ticket = /^\/tickets\/([^/]+)$/.exec(path);
  if (ticket) return <TicketPage key={ticket[1]} id={ticket[1] ?? ""} role={role} />;
  if (path === "/tickets") return <TicketsPage canAct={canAct} />;
  if (path === "/agents") return <TallyPage isTv={isTv} />;
  if (path === "/queues") return <QueuesPage role={role} isTv={isTv} />;
  if (path === "/notices") return <NoticesPage role={role} />;
  if (path === "/deliveries") return <DeliveriesPage role={role} />;
  if (path === "/volume") return <VolumePage canAct={canAct} isTv={isTv} />;
  if (path === "/status") return <StatusPage />;
  return <NowPage />;
}

function App() {
  const address = useAddress();
  const [theme, toggle] = useTheme();
  const [isSignedOut, setIsSignedOut] = useState(false);
  const status = useLoad<SystemStatus>("/v1/status");
  const session = useLoad<SessionState>("/v1/session");
  const isTv = address.searchParams.get("tv") === "1";
  const every = Math.max(2, Number(address.searchParams.get("every")) || 20);
  const turning = useRotation(isTv, every);
  useEffect(() => onSignedOut(() => setIsSignedOut(true)), []);
  useEffect(() => listen(() => {}), []);
  useEffect(() => {
    document.documentElement.classList.toggle("tv", isTv);
  }, [isTv]);
  useEffect(() => {
    document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [address.pathname]);
  useEffect(() => setCsrf(session.value?.csrf ?? null), [session.value]);
  if (isSignedOut || status.error?.status === 401) return <SignIn />;
  const path = isTv ? turning : address.pathname;
  const signOut = () => remove("/v1/session").finally(() => location.assign("/"));
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <Link to="/" class="brand">Deskwire</Link>
        {!isTv && (
          <nav aria-label="Pages">
            {pages.map(([to, name]) => (
              <Link key={to} to={to} aria-current={
                (to === "/" ? path === "/" : path.startsWith(to)) ? "page" : undefined}>
                {name}
              </Link>
            ))}
          </nav>
        )}
        <span class="top-end">
          <Connection />
          {!isTv && session.value?.csrf && (
            <button type="button" class="quiet" onClick={signOut}
              title={`Signed in as ${session.value.name}`}>Sign out</button>
          )}
          {!isTv && (
            <button type="button" class="quiet" onClick={toggle}
              aria-label={`Switch to the ${theme === "dark" ? "light" : "dark"} theme`}>
              {theme === "dark" ? "Light" : "Dark"}
            </button>
          )}
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        {isTv && <Stale />}
        <PageFor path={path} status={status.value} isTv={isTv} />
      </main>
    </>
  );
}

takeWallToken();
const root = document.getElementById("app");
if (root) render(<App />, root);
