// The live stream: reconnects by itself, resumes behind the last change it saw, and tells at once
// when it is broken.
import { authorization, signedOut } from "./api";
import { Silence } from "./silence";
import { SseParser, type ServerEvent } from "./sse";

/** `since`: when it became live or not. `heard_at`: if it is not live, the last moment at which
    the daemon said something. `fresh_since`: when a stream began that did not go on behind
    another; what was read before may lack what happened in between. `next_try`: when the next
    attempt is made, if it is not live. */
export type LiveState = { is_live: boolean; since: number; heard_at: number; fresh_since: number;
  next_try: number };
type Listener = (event: ServerEvent) => void;

const silence_max = 40_000; // the server says something every 15 s
const wait_max = 15_000;

const listeners = new Set<Listener>();
const watchers = new Set<(state: LiveState) => void>();
let lastHeard = Date.now();
let state: LiveState = { is_live: false, since: lastHeard, heard_at: lastHeard, fresh_since: 0,
  next_try: 0 };
let wake: () => void = () => {};
let lastId = "";
let started = false;

function tell(is_live: boolean, change: Partial<LiveState> = {}): void {
  if (state.is_live === is_live && !("next_try" in change)) return;
  const since = state.is_live === is_live ? state.since : Date.now();
  state = { ...state, ...change, is_live, since, heard_at: lastHeard };
  watchers.forEach((watcher) => watcher(state));
}

/** True if the server ended it in order, to see again who reads: that is no broken connection. */
async function readOnce(): Promise<boolean> {
  let isRenewed = false;
  const abort = new AbortController();
  let end = setTimeout(() => abort.abort(), silence_max);
  const silence = new Silence(async (signal) => {
    await fetch("/healthz", { signal, cache: "no-store" });
    lastHeard = Date.now();
  }, () => abort.abort());
  try {
    const headers: Record<string, string> = { ...authorization() };
    if (lastId) headers["last-event-id"] = lastId;
    const answer = await fetch("/v1/live", { headers, signal: abort.signal, cache: "no-store" });
    if (answer.status === 401) signedOut();
    if (!answer.ok || !answer.body) return false;
    lastHeard = Date.now();
    tell(true, lastId ? {} : { fresh_since: Date.now() });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return isRenewed;
      clearTimeout(end);
      end = setTimeout(() => abort.abort(), silence_max);
      silence.heard();
      lastHeard = Date.now();
      for (const event of parser.push(value)) {
        if (event.event === "renew") isRenewed = true;
        listeners.forEach((listener) => listener(event));
      }
      if (parser.lastId) lastId = parser.lastId;
    }
  } catch {
    // Broken: the loop below tries again.
  } finally {
    clearTimeout(end);
    silence.stop();
  }
  return false;
}

async function readForEver(): Promise<void> {
  for (let tries = 0; ; ++tries) {
    const began = Date.now();
    if (await readOnce()) continue;
    tell(false);
    if (Date.now() - began > 5000) tries = 0;
    const wait = Math.min(wait_max, 250 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2);
    tell(false, { next_try: Date.now() + wait });
    await new Promise<void>((resume) => {
      wake = resume;
      setTimeout(resume, wait);
    });
  }
}

/** Tries at once, where the next attempt would be later. */
export const tryNow = () => wake();

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (!started) {
    started = true;
    void readForEver();
  }
  return () => listeners.delete(listener);
}

export const connection = (): LiveState => state;

export function watch(watcher: (state: LiveState) => void): () => void {
  watchers.add(watcher);
  watcher(state);
  return () => watchers.delete(watcher);
}
