// Attempts that are one operation: the same Idempotency-Key, or the same deduplication id. Pure.

/**
 * Of attempts {n, group, call, ret, outcome} the operations {n, call, ret, outcome, attempts}:
 * it may take effect from the first call on, and stands from the first good answer.
 */
export function grouped(attempts) {
  const groups = new Map();
  for (const one of attempts) {
    if (!groups.has(one.group)) groups.set(one.group, []);
    groups.get(one.group).push(one);
  }
  return [...groups.values()].map((tries) => {
    const answered = tries.filter((one) => one.outcome === "ok");
    const isUnknown = tries.some((one) => one.outcome === "unknown");
    return {
      ...tries[0],
      attempts: tries,
      call: Math.min(...tries.map((one) => one.call)),
      ret: answered.length > 0 ? Math.min(...answered.map((one) => one.ret)) : Infinity,
      outcome: answered.length > 0 ? "ok" : isUnknown ? "unknown" : "refused",
    };
  });
}

/** "#17 (comment, at B, ok)": how an operation is named to a person; its number is in the file. */
export function name(one) {
  const times = `${one.call.toFixed(0)}–${Number.isFinite(one.ret) ? one.ret.toFixed(0) : "?"} ms`;
  return `#${one.n} (${one.kind} at ${one.replica}, ${one.outcome}, ${times})`;
}

export function countBy(list, keyOf) {
  const counts = new Map();
  for (const one of list) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
}
