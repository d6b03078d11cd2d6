// Addresses to pages without loading anew; links stay links.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

const moved = new Set<() => void>();

export function go(path: string): void {
  history.pushState(null, "", path);
  moved.forEach((tell) => tell());
  window.scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** Replaces the address without a step in the history: filters. */
export function replace(path: string): void {
  history.replaceState(null, "", path);
  moved.forEach((tell) => tell());
}

export function useAddress(): URL {
  const [address, setAddress] = useState(location.href);
  useEffect(() => {
    const tell = () => setAddress(location.href);
    moved.add(tell);
    addEventListener("popstate", tell);
    return () => {
      moved.delete(tell);
      removeEventListener("popstate", tell);
    };
  }, []);
  return new URL(address);
}

type LinkProps = { to: string; children: ComponentChildren } &
  JSX.AnchorHTMLAttributes<HTMLAnchorElement>;

export function Link({ to, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
