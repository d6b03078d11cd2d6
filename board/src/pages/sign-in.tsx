// The door: a password, single sign-on, or an API token, as the daemon's access.mode says.
import { useState } from "preact/hooks";
import { ApiError, post, setToken } from "../api";
import { useLoad } from "../hooks";
import { Failure, Loading } from "../parts";
import type { SessionState } from "../types";

function PasswordForm() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const open = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await post<SessionState>("/v1/session", { name, password });
      setToken(null);
      location.reload();
    } catch (failed) {
      setError(failed as ApiError);
      setBusy(false);
    }
  };
  return (
    <form class="panel form" onSubmit={open}>
      <h1>Deskwire</h1>
      <label>Name
        <input autocomplete="username" value={name} required autofocus
          onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>Password
        <input type="password" autocomplete="current-password" value={password} required
          onInput={(event) => setPassword(event.currentTarget.value)} />
      </label>
      <Failure error={error} />
      <button type="submit" disabled={busy}>{busy ? "Signing in…" : "Sign in"}</button>
    </form>
  );
}

function TokenForm() {
  const [value, setValue] = useState("");
  return (
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
  );
}

export function SignIn() {
  const session = useLoad<SessionState>("/v1/session");
  const here = encodeURIComponent(location.pathname + location.search);
  const mode = session.value?.mode;
  return (
    <main id="main" class="sign-in">
      {!session.value && !session.error && <Loading />}
      {mode === "password" && <PasswordForm />}
      {(mode === "token" || mode === "loopback" || session.error) && <TokenForm />}
      {mode === "oidc" && (
        <div class="panel form">
          <h1>Deskwire</h1>
          <p>Your organisation signs you in.</p>
          <a class="button" href={`/oidc/login?to=${here}`}>Sign in</a>
        </div>
      )}
    </main>
  );
}
