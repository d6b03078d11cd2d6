// How wide something is: charts are drawn at their measured width, so that text is never scaled.
import type { Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The width that there is, and whenever it changes. */
export function useWidth(): [Ref<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (ref.current) watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return [ref, Math.floor(width)];
}
