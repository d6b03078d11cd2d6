// What is done to one ticket of a list, or to all that are selected: who has them, their priority,
// solved. The others are changed where one refuses, and that one is named.
import { useState } from "preact/hooks";
import { ApiError, patch } from "../api";
import { numberOf, whole } from "../format";
import { useConnection, useLoad } from "../hooks";
import { Pick, type Option } from "../pick";
import type { Page, Person, Priority, Status, Ticket } from "../types";

export interface Change {
  values: { assignee?: string | null; priority?: Priority; status?: Status };
  verb: [string, string];  // "is", "are"
  rest: string;  // "solved"
}

export const solve: Change = { values: { status: "solved" }, verb: ["is", "are"], rest: "solved" };
export const assign = (name: string): Change => ({ values: { assignee: name || null },
  verb: ["is", "are"], rest: name ? `assigned to ${name}` : "unassigned" });
export const setPriority = (key: string): Change => ({ values: { priority: key as Priority },
  verb: ["has", "have"], rest: `priority ${key}` });

export interface Changed { text: string; failed: number[] }

/** "#3 is solved", "2 tickets are solved", "1 of 2 tickets are solved. #1: why not". */
export function changedText(tickets: Ticket[], change: Change,
  failed: { one: Ticket; why: string }[]): string {
  const done = tickets.length - failed.length;
  const first = tickets[0];
  const why = failed.map(({ one, why }) => `${numberOf(one)}: ${why}`).join(" ");
  if (tickets.length === 1 && first) {
    return failed.length > 0 ? why : `${numberOf(first)} ${change.verb[0]} ${change.rest}`;
  }
  const all = `${whole(tickets.length)} tickets ${change.verb[1]} ${change.rest}`;
  return failed.length === 0 ? all : `${whole(done)} of ${all}. ${why}`;
}

export async function apply(tickets: Ticket[], change: Change): Promise<Changed> {
  const failed: { one: Ticket; why: string }[] = [];
  for (const one of tickets) {
    try {
      await patch(`/v1/tickets/${one.id}`, change.values);
    } catch (error) {
      failed.push({ one, why: (error as ApiError).message });
    }
  }
  return { text: changedText(tickets, change, failed), failed: failed.map(({ one }) => one.id) };
}

export type Choice = "assignee" | "priority";

function AssigneePick({ title, me, choose, close }: { title: string; me: string;
  choose: (change: Change) => void; close: () => void }) {
  const people = useLoad<Page<Person>>("/v1/people");
  const names = [...new Set((people.value?.items ?? []).map((one) => one.name))].sort();
  const options: Option[] = [...(me ? [{ key: me, name: `${me} (me)` }] : []),
    ...names.filter((name) => name !== me).map((name) => ({ key: name, name })),
    { key: "", name: "Unassigned" }];
  return <Pick title={title} options={options} none="Nobody has such a name." close={close}
    isLoading={!people.value && !people.error} choose={(name) => choose(assign(name))} />;
}

/** Asks for the assignee or the priority of tickets. */
export function Choose({ what, tickets, me, choose, close }: { what: Choice; tickets: Ticket[];
  me: string; choose: (change: Change) => void; close: () => void }) {
  const first = tickets[0];
  const whose = tickets.length === 1 && first ? numberOf(first) : `${tickets.length} tickets`;
  if (what === "assignee") {
    return <AssigneePick title={`Assign ${whose}`} me={me} choose={choose} close={close} />;
  }
  const options = ["high", "medium", "low"].map((one) => ({ key: one, name: one }));
  return <Pick title={`Priority of ${whose}`} options={options} none="high, medium or low"
    close={close} choose={(key) => choose(setPriority(key))} />;
}

/** Stands at the foot of the window as long as tickets are selected. */
export function Selected({ tickets, ask, run, clear }: { tickets: Ticket[];
  ask: (what: Choice) => void; run: (change: Change) => Promise<unknown>; clear: () => void }) {
  const [isBusy, setIsBusy] = useState(false);
  const { is_live } = useConnection();
  const isOff = !is_live || isBusy;
  const solveAll = () => {
    setIsBusy(true);
    void run(solve).finally(() => setIsBusy(false));
  };
  return (
    <div class="selected" role="group" aria-label="Selected tickets">
      <strong role="status">{whole(tickets.length)} selected</strong>
      <button type="button" class="quiet" disabled={isOff} onClick={() => ask("assignee")}>
        Assign…</button>
      <button type="button" class="quiet" disabled={isOff} onClick={() => ask("priority")}>
        Priority…</button>
      <button type="button" class="quiet" disabled={isOff} aria-busy={isBusy}
        onClick={solveAll}>Solve</button>
      <button type="button" class="plain" onClick={clear}>Clear</button>
    </div>
  );
}
