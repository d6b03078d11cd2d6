// The frame around the pages: navigation, the state of the connection, sign-in, TV mode.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onSignedOut, setToken } from "./api";
import { seconds } from "./format";
import { useConnection, useLoad, useNow } from "./hooks";
import { listen } from "./live";
import { Link, useAddress } from "./router";
import type { SystemStatus } from "./types";
import { DeliveriesPage } from "./pages/deliveries";
import { NowPage } from "./pages/now";
import { QueuesPage } from "./pages/queues";
import { StatusPage } from "./pages/status";
import { TicketPage } from "./pages/ticket";
import { TicketsPage } from "./pages/tickets";
import { VolumePage } from "./pages/volume";

const pages = [
  ["/", "Now"],
  ["/tickets", "Tickets"],
  ["/queues", "Queues"],
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

function SignIn() {
  const [value, setValue] = useState("");
  return (
    <main id="main" class="sign-in">
      <form class="panel form" onSubmit={(event) => {
        event.preventDefault();
        setToken(value.trim());
        location.reload();
      }}>
        <h1>Deskwire</h1>
        <p>This board asks for an API token. An administrator makes one with{" "}
          <code>deskwire token add NAME --role agent</code>.</p>
        <label>API token
          <input type="password" autocomplete="off" value={value} required
            onInput={(event) => setValue(event.currentTarget.value)} />
        </label>
        <button type="submit">Open the board</button>
      </form>
    </main>
  );
}

function PageFor({ path, status }: { path: string; status: SystemStatus | null }) {
  const role = status?.access.role ?? "viewer";
  const canAct = role !== "viewer";
  const ticket = /^\/tickets\/([^/]+)$/.exec(path);
  if (ticket) return <TicketPage key={ticket[1]} id={ticket[1] ?? ""} canAct={canAct} />;
  if (path === "/tickets") return <TicketsPage canAct={canAct} />;
  if (path === "/queues") return <QueuesPage role={role} />;
  if (path === "/deliveries") return <DeliveriesPage role={role} />;
  if (path === "/volume") return <VolumePage canAct={canAct} />;
  if (path === "/status") return <StatusPage />;
  return <NowPage />;
}

function App() {
  const address = useAddress();
  const [theme, toggle] = useTheme();
  const [isSignedOut, setIsSignedOut] = useState(false);
  const status = useLoad<SystemStatus>("/v1/status");
  const isTv = address.searchParams.get("tv") === "1";
  useEffect(() => onSignedOut(() => setIsSignedOut(true)), []);
  useEffect(() => listen(() => {}), []);
  useEffect(() => {
    document.documentElement.classList.toggle("tv", isTv);
  }, [isTv]);
  if (isSignedOut || status.error?.status === 401) return <SignIn />;
  const path = address.pathname;
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
          {!isTv && (
            <button type="button" class="quiet" onClick={toggle}
              aria-label={`Switch to the ${theme === "dark" ? "light" : "dark"} theme`}>
              {theme === "dark" ? "Light" : "Dark"}
            </button>
          )}
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        <PageFor path={isTv ? "/" : path} status={status.value} />
      </main>
    </>
  );
}

const root = document.getElementById("app");
if (root) render(<App />, root);
