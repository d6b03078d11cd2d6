import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, changedText, setPriority, solve } from "../src/pages/changes";
import { matching } from "../src/pick";
import type { Ticket } from "../src/types";

const ticket = (id: number) => ({ id, external: null }) as Ticket;

test("what was changed is said for one, for several, and where some refuse", () => {
  assert.equal(changedText([ticket(3)], solve, []), "#3 is solved");
  assert.equal(changedText([ticket(3)], assign(""), []), "#3 is unassigned");
  assert.equal(changedText([ticket(1), ticket(2)], setPriority("high"), []),
    "2 tickets have priority high");
  const failed = [{ one: ticket(2), why: "It is merged." }];
  assert.equal(changedText([ticket(1), ticket(2)], assign("Eva"), failed),
    "1 of 2 tickets are assigned to Eva. #2: It is merged.");
  assert.equal(changedText([ticket(2)], solve, failed), "#2: It is merged.");
});

test("a choice is found by the beginnings of its words, in any order", () => {
  const options = ["Ana Lopez", "Mei-Ling Ōta", "eve@acme.example"].map((name) =>
    ({ key: name, name }));
  const found = (typed: string) => matching(options, typed).map((one) => one.key).join();
  assert.equal(found(""), "Ana Lopez,Mei-Ling Ōta,eve@acme.example");
  assert.equal(found("lop a"), "Ana Lopez");
  assert.equal(found("ling"), "Mei-Ling Ōta");
  assert.equal(found("acme"), "eve@acme.example");
  assert.equal(found("ez"), "");
});
