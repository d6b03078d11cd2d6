// Is there one order of these operations on one ticket that explains all that was seen? A register
// with several fields, of which a patch sets some and a read sees all. Pure.
//
// The search is Wing and Gong's ("Testing and Verifying Concurrent Objects", 1993) with Lowe's
// memory of configurations ("Testing for Linearizability", 2017): what has taken effect so far, and
// the state that it left, is looked at once. It is what Knossos and Porcupine do.

/** Steps of one search; beyond them a ticket is undecided, which is no verdict. */
const stepsMax = 400_000;

/**
 * One operation: {n, kind: "patch" | "read", call, ret, fields, after}.
 *   ret     Infinity where the outcome is unknown: it may take effect at any time after its call,
 *           or never
 *   fields  of a patch those that it sets, of a read all
 *   after   the n of a patch that this read follows (the body of its answer)
 * Returns {verdict: "explained" | "impossible" | "undecided", order, state, waiting}: the longest
 * order that was found, the state behind it, and the answered operations that could not be next.
 */
export function explain(initial, operations, steps = stepsMax) {
  return new Search(initial, operations, steps).run();
}

class Search {
  constructor(initial, operations, steps) {
    this.names = Object.keys(initial);
    this.steps = steps;
    this.operations = [...operations].sort((a, b) => a.call - b.call);
    this.places = new Map(this.operations.map((one, place) => [one.n, place]));
    this.states = []; // each state once
    this.numbers = new Map(); // its text -> its number
    this.first = this.numberOf(initial);
    this.seen = new Map(); // state -> sets of operations that were looked at with it
    this.best = { count: -1 };
  }

  numberOf(state) {
    const text = JSON.stringify(this.names.map((name) => state[name]));
    if (!this.numbers.has(text)) {
      this.numbers.set(text, this.states.length);
      this.states.push(state);
    }
    return this.numbers.get(text);
  }

  run() {
    const stack = [this.enter({ done: 0n, state: this.first, order: null, count: 0 })];
    while (stack.length > 0) {
      const top = stack.at(-1);
      if (top.isExplained) return this.answer("explained", top);
      if (--this.steps < 0) return this.answer("undecided", this.best);
      const next = top.choices.pop();
      if (!next) {
        stack.pop();
      } else if (!this.isKnown(next)) {
        stack.push(this.enter(next));
      }
    }
    return this.answer("impossible", this.best);
  }

  isKnown({ done, state }) {
    if (!this.seen.has(state)) this.seen.set(state, new Set());
    const sets = this.seen.get(state);
    if (sets.has(done)) return true;
    sets.add(done);
    return false;
  }

  /** Answered operations that nothing answered before them holds back; unknown ones as well. */
  open(node) {
    let limit = Infinity;
    for (let i = 0; i < this.operations.length; ++i) {
      const one = this.operations[i];
      if (one.call > limit) break;
      if (!(node.done >> BigInt(i) & 1n)) limit = Math.min(limit, one.ret);
    }
    const found = [];
    for (let i = 0; i < this.operations.length && this.operations[i].call <= limit; ++i) {
      const { after } = this.operations[i];
      if (node.done >> BigInt(i) & 1n) continue;
      if (after !== undefined && !(node.done >> BigInt(this.places.get(after)) & 1n)) continue;
      found.push(i);
    }
    return found;
  }

  take(node, place, state) {
    const isAnswered = this.operations[place].ret < Infinity;
    return { done: node.done | 1n << BigInt(place), state, order: { place, before: node.order },
      count: node.count + (isAnswered ? 1 : 0) };
  }

  /** A read that fits is taken at once: it changes nothing, and could only be in the way later. */
  enter(node) {
    let places;
    for (let isMoved = true; isMoved;) {
      isMoved = false;
      places = this.open(node);
      for (const place of places) {
        const one = this.operations[place];
        if (one.kind === "read" && this.fits(one, this.states[node.state])) {
          node = this.take(node, place, node.state);
          isMoved = true;
        }
      }
    }
    if (node.count > this.best.count) this.best = { ...node, places };
    node.isExplained = this.operations.every(
      (one, i) => one.ret === Infinity || node.done >> BigInt(i) & 1n);
    node.choices = this.choices(node, places);
    return node;
  }

  fits(one, state) {
    return Object.entries(one.fields).every(([name, value]) => state[name] === value);
  }

  /** The last is tried first: answered patches by the time of their answer, then unknown ones. */
  choices(node, places) {
    const patches = places.filter((place) => this.operations[place].kind === "patch" &&
      this.isUseful(node, this.operations[place]));
    patches.sort((a, b) => this.operations[b].ret - this.operations[a].ret ||
      this.operations[b].call - this.operations[a].call);
    return patches.map((place) => this.take(node, place,
      this.numberOf({ ...this.states[node.state], ...this.operations[place].fields })));
  }

  /** An unknown patch of which nobody sees anything any more explains nothing. */
  isUseful(node, patch) {
    if (patch.ret < Infinity) return true;
    if (this.fits(patch, this.states[node.state])) return false;
    return this.operations.some((one, i) => one.kind === "read" &&
      !(node.done >> BigInt(i) & 1n) &&
      Object.entries(patch.fields).some(([name, value]) => one.fields[name] === value));
  }

  answer(verdict, node) {
    const order = [];
    for (let step = node.order; step; step = step.before) {
      order.unshift(this.operations[step.place].n);
    }
    const waiting = (node.places ?? []).map((place) => this.operations[place])
      .filter((one) => one.ret < Infinity).map((one) => one.n);
    return { verdict, order, state: this.states[node.state], waiting };
  }
}

/** As few reads as still can't be explained, and the patches: what a person has to look at. */
export function shrink(initial, operations) {
  let left = operations;
  for (const one of operations) {
    if (one.kind !== "read") continue;
    const without = left.filter((other) => other !== one);
    if (explain(initial, without, stepsMax / 20).verdict === "impossible") left = without;
  }
  return left;
}
