// Every queue: depth while the page is open, a look inside, and back from the dead.
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../api";
import { seconds, whole } from "../format";
import { useLive, useLoad } from "../hooks";
import { Action, Empty, Loading, Section, Sparkline, Trouble, When } from "../parts";
import type { Page, Queue, QueueMessage, Role } from "../types";

const points_max = 240;

function Peek({ name }: { name: string }) {
  const list = useLoad<Page<QueueMessage>>(
    `/v1/queues/${encodeURIComponent(name)}/messages?limit=20`);
  if (list.error) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  if (list.value.items.length === 0) return <Empty>{name} is empty.</Empty>;
  return (
    <ul class="messages">
      {list.value.items.map((one) => (
        <li key={one.id}>
          <div class="said-head">
            <span class="number faint">{one.id}</span>
            <When at={one.sent_at} />
            {one.receives > 0 && <span class="faint">received {one.receives}×</span>}
            {!one.visible && <span class="mark">in flight</span>}
          </div>
          <pre tabIndex={0}>{one.body}</pre>
        </li>
      ))}
    </ul>
  );
}

export function QueuesPage({ role }: { role: Role }) {
  const list = useLoad<Page<Queue>>("/v1/queues");
  const [open, setOpen] = useState<string | null>(null);
  const history = useRef(new Map<string, number[]>());
  const [, redraw] = useState(0);
  useLive(["queue"], (topic, data) => {
    if (topic === "resync") list.reload();
    else list.set((page) => page && { ...page,
      items: page.items.map((one) => (one.name === data.name ? data : one)) });
  });
  const current = useRef<Queue[]>([]);
  current.current = list.value?.items ?? [];
  useEffect(() => {
    const sample = () => {
      for (const queue of current.current) {
        const points = history.current.get(queue.name) ?? [];
        history.current.set(queue.name, [...points, queue.depth ?? 0].slice(-points_max));
      }
      redraw((count) => count + 1);
    };
    const timer = setInterval(sample, 2000);
    return () => clearInterval(timer);
  }, []);
  if (list.error && !list.value) return <Trouble error={list.error} retry={list.reload} />;
  if (!list.value) return <Loading />;
  return (
    <>
      <div class="page-head"><h1>Queues</h1></div>
      <div class="scroll" tabIndex={0} role="region" aria-label="List of queues">
        <table>
          <thead>
            <tr>
              <th>Name</th><th>Kind</th><th class="right">Depth</th><th>While open</th>
              <th class="right">In flight</th><th class="right">Oldest</th>
              <th class="right">Dead</th><th><span class="sr">Actions</span></th>
            </tr>
          </thead>
          <tbody>
            {list.value.items.map((one) => (
              <tr key={one.name}>
                <td><strong>{one.name}</strong></td>
                <td>{one.kind === "sqs" ? "Amazon SQS" : "embedded"}</td>
                <td class="right number">{whole(one.depth)}</td>
                <td><Sparkline points={history.current.get(one.name) ?? []} /></td>
                <td class="right number">{whole(one.in_flight)}</td>
                <td class="right number">
                  {one.oldest_seconds === null ? "–" : seconds(one.oldest_seconds)}
                </td>
                <td class={`right number ${one.dead ? "bad" : ""}`}>{whole(one.dead)}</td>
                <td class="acts-cell">
                  {one.kind === "embedded" && (
                    <button type="button" class="quiet" aria-expanded={open === one.name}
                      onClick={() => setOpen(open === one.name ? null : one.name)}>Peek</button>
                  )}
                  {one.dead ? (
                    <>
                      <button type="button" class="quiet"
                        onClick={() => setOpen(`${one.name}-dead`)}>Peek dead</button>
                      {role === "admin" && (
                        <Action label="Redrive" quiet run={async () => {
                          await post(`/v1/queues/${encodeURIComponent(one.name)}-dead/redrive`);
                          list.reload();
                        }} />
                      )}
                    </>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && <Section title={`In ${open}`}><Peek key={open} name={open} /></Section>}
    </>
  );
}
