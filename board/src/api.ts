// Requests to the API, and what went wrong with them in the server's own words.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: { field: string; problem: string }[],
  ) {
    super(message);
  }
}

const key = "deskwire.token";

export function token(): string | null {
  return sessionStorage.getItem(key);
}

export function setToken(value: string | null): void {
  if (value) sessionStorage.setItem(key, value);
  else sessionStorage.removeItem(key);
}

export function authorization(): Record<string, string> {
  const value = token();
  return value ? { authorization: `Bearer ${value}` } : {};
}

/** Of a session: what a change has to send besides the cookie. */
let csrf: string | null = null;
export function setCsrf(value: string | null): void {
  csrf = value;
}

/** A link for a wall screen carries its token behind the "#", which no server ever sees. */
export function takeWallToken(): void {
  const found = /^#wall=(dw_[0-9a-f]+)$/.exec(location.hash);
  if (found) setToken(found[1] ?? null);
}

let tellSignedOut: () => void = () => {};
export function onSignedOut(listener: () => void): void {
  tellSignedOut = listener;
}
export const signedOut = () => tellSignedOut();

async function request<T>(method: string, path: string, body?: unknown,
  headers: Record<string, string> = {}): Promise<T> {
  const init: RequestInit = { method, headers: { ...authorization(), ...headers } };
  if (method !== "GET") {
    init.headers = { ...init.headers, "content-type": "application/json" };
    if (csrf) init.headers = { ...init.headers, "x-csrf-token": csrf };
    init.body = JSON.stringify(body ?? {});
  }
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new ApiError(0, "The daemon can't be reached.", []);
  }
  const text = await answer.text();
  let parsed: any = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: the status says enough.
  }
  if (answer.ok) return parsed as T;
  if (answer.status === 401 && path !== "/v1/session") signedOut();
  throw new ApiError(answer.status, parsed?.detail ?? `The daemon answered ${answer.status}.`,
    parsed?.errors ?? []);
}

export const get = <T>(path: string) => request<T>("GET", path);
export const post = <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
  request<T>("POST", path, body, headers);
export const remove = <T>(path: string) => request<T>("DELETE", path);
export const patch = <T>(path: string, body: unknown) => request<T>("PATCH", path, body);

/** Of one act: what is pressed twice, or sent again after a broken connection, is done once. A page
    without https has no randomUUID. */
export const actKey = () =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((one) => one.toString(36)).join("-");

/** "?a=1&b=2" of what is not empty. */
export function query(values: Record<string, string>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== "");
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
