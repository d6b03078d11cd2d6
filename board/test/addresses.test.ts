import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownIn as unknownOfDeliveries } from "../src/pages/deliveries";
import { listOf, unknownIn } from "../src/pages/tickets";

const at = (path: string) => new URL(path, "http://desk.example");

test("an address of tickets that asks for what is not known says what there is", () => {
  for (const good of ["", "?view=mine", "?status=open&sort=newest", "?view=&q=x", "?tag=nope"]) {
    assert.deepEqual(unknownIn(at(`/tickets${good}`)), [], good);
  }
  assert.deepEqual(unknownIn(at("/tickets?view=nope&sort=up")), [
    'There is no view "nope". There is: unanswered, mine, unassigned, unsolved, pending, solved, '
    + "all.", 'There is no sort "up". There is: waiting, newest.']);
  assert.deepEqual(unknownIn(at("/tickets?status=bogus")),
    ['There is no status "bogus". There is: open, pending, solved.']);
  const list = listOf(at("/tickets?view=nope&sort=up"));
  assert.deepEqual([list.view, list.sort], ["unsolved", ""]);
});

test("so does an address of deliveries, whose earlier states are still known", () => {
  for (const good of ["", "?state=done", "?state=pending", "?state=dead", "?state=unsure"]) {
    assert.deepEqual(unknownOfDeliveries(at(`/deliveries${good}`)), [], good);
  }
  assert.deepEqual(unknownOfDeliveries(at("/deliveries?state=delivered")),
    ['There is no state "delivered". There is: decide, sending, done, discarded.']);
});
