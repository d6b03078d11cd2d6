// One seed, many independent streams: each client and the nemesis draws from its own, so that a
// run's plan does not depend on who was faster.

/** mulberry32: small, seeded, and good enough to choose operations. */
export function randomOf(seed) {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (count) => Math.floor(next() * count),
    between: (low, high) => low + next() * (high - low),
    chance: (share) => next() < share,
    one: (list) => list[Math.floor(next() * list.length)],
    shuffled(list) {
      const out = [...list];
      for (let i = out.length - 1; i > 0; --i) {
        const j = Math.floor(next() * (i + 1));
        [out[i], out[j]] = [out[j], out[i]];
      }
      return out;
    },
  };
}

/** The stream of one client, by its name. */
export function streamOf(seed, name) {
  let mixed = seed | 0;
  for (const letter of name) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193) ^ 0x5bd1;
  return randomOf(mixed);
}
