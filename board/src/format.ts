// Numbers, times and links as people read them. Pure.

/** "3 min", "2 h", "5 d" since `at`; "now" under ten seconds. */
export function age(at: string, now: number): string {
  return seconds(Math.max(0, (now - Date.parse(at)) / 1000), "now");
}

export function seconds(value: number, least = "0 s"): string {
  if (value < 10 && least === "now") return least;
  if (value < 60) return `${Math.round(value)} s`;
  if (value < 3600) return `${Math.round(value / 60)} min`;
  if (value < 48 * 3600) return `${Math.round(value / 360) / 10} h`.replace(".0 ", " ");
  return `${Math.round(value / 86400)} d`;
}

export function ago(at: string, now: number): string {
  const text = age(at, now);
  return text === "now" ? "just now" : `${text} ago`;
}

export function whole(value: number | null): string {
  return value === null ? "–" : value.toLocaleString("en");
}

/** Only addresses that open a page or a mail; anything else is shown as text. */
export function safeLink(address: string | null | undefined): string | null {
  if (!address) return null;
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? address : null;
  } catch {
    return null;
  }
}

export function localTime(at: string): string {
  return new Date(at).toLocaleString();
}
