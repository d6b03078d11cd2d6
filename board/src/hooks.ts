// State that follows the API and the live stream.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError, get } from "./api";
import { onKeys, type Keys } from "./keys";
import { connection, listen, watch, type LiveState } from "./live";

export interface Loaded<T> {
  value: T | null;
  error: ApiError | null;
  reload: () => void;
  set: (change: (value: T | null) => T | null) => void;
}

/** What is not there, or was not understood, is no different a moment later. */
const isFinal = (error: ApiError) => [400, 404, 422].includes(error.status);

/** Loads a path ("": nothing), again when it changes; an old answer never replaces a newer one. */
export function useLoad<T>(path: string): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const latest = useRef(0);
  const began = useRef(0);
  const outcome = useRef<"none" | "good" | "broken" | "final">("none");
  const reload = useCallback(() => {
    const mine = ++latest.current;
    if (!path) return;
    began.current = Date.now();
    outcome.current = "none";
    const settle = (became: "good" | "broken" | "final", answer: T | null,
      failed: ApiError | null) => {
      if (mine !== latest.current) return;
      outcome.current = became;
      if (!failed) setValue(answer);
      setError(failed);
      if (became !== "final" && began.current < connection().fresh_since) reload();
    };
    get<T>(path).then((answer) => settle("good", answer, null),
      (failed: ApiError) => settle(isFinal(failed) ? "final" : "broken", null, failed));
  }, [path]);
  useEffect(reload, [reload]);
  // What could not be loaded while the daemon was away is loaded when it is back; what was loaded
  // before the stream began is loaded again, since nobody told what happened in between. What was
  // asked for just now is waited for: if it is not there, once is enough.
  useEffect(() => watch((state) => {
    if (!state.is_live || outcome.current === "final") return;
    const isJustAsked = outcome.current === "none" && Date.now() - began.current < 2000;
    const isOld = began.current > 0 && began.current < state.fresh_since && !isJustAsked;
    if (outcome.current === "broken" || isOld) reload();
  }), [reload]);
  return { value, error, reload, set: setValue };
}

/** Calls back on live events of these topics, and on "resync" with null. */
export function useLive(topics: string[], take: (topic: string, data: any) => void): void {
  const latest = useRef(take);
  latest.current = take;
  const wanted = topics.join();
  useEffect(
    () =>
      listen((event) => {
        if (event.event === "resync") latest.current("resync", null);
        else if (wanted.split(",").includes(event.event)) {
          latest.current(event.event, JSON.parse(event.data));
        }
      }),
    [wanted],
  );
}

/** At most one call in `every` milliseconds, and always one after the last event. */
export function useThrottled(call: () => void, every: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => () => { if (timer.current) clearTimeout(timer.current); }, []);
  return useCallback(() => {
    if (timer.current) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      latest.current();
    }, every);
  }, [every]);
}

export function useConnection(): LiveState {
  // From the first moment: a button that is off until the next frame loses a press.
  const [state, setState] = useState<LiveState>(connection);
  useEffect(() => watch(setState), []);
  return state;
}

/** The first second of a page, or of a broken connection, is not worth a word; where nothing was
    heard for long before that, there was silence enough. */
export const isAwayAt = (state: LiveState, now: number) =>
  !state.is_live && (now - state.since > 1500 || now - state.heard_at > 6000);

/** What went wrong with something that a person did. That nobody could be reached is over, and is
    no longer said, when the daemon is back. */
export function useFailed(): [ApiError | null, (error: ApiError | null) => void] {
  const [error, setError] = useState<ApiError | null>(null);
  const { is_live } = useConnection();
  useEffect(() => {
    if (is_live) setError((last) => (last?.status === 0 ? null : last));
  }, [is_live]);
  return [error, setError];
}

/** Keys of what is drawn, from the moment it is drawn: an effect behind the next frame would lose
    those of a quick hand. What they do is always what the last drawing says. */
export function useKeys(keys: Keys, isOfEveryPage = false): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    const current = new Proxy<Keys>({}, { get: (_, key) => latest.current[String(key)] });
    return onKeys(current, isOfEveryPage);
  }, []);
}

/** The time, moving every `every` milliseconds: relative times tick. */
export function useNow(every = 5000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Until it is sent it is kept in this browser: a tab that is closed loses nothing. */
export function useDraft(id: string): [string, (text: string) => void] {
  const key = `deskwire.draft.${id}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
  const set = (value: string) => {
    setText(value);
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  };
  return [text, set];
}
