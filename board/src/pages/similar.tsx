// Has it been solved before? Earlier tickets that resemble one, with the answer that helped: for
// agents alone, as these are other people's words.
import { dayAndTime, numberOf, seconds, titleOf } from "../format";
import { useLoad } from "../hooks";
import { Link } from "../router";
import type { SimilarTicket, SimilarTickets } from "../types";

/** "Solved in 22 min" */
function became({ ticket }: SimilarTicket): string {
  if (ticket.status !== "solved" || !ticket.solved_at) {
    return ticket.status === "pending" ? "Pending" : "Open";
  }
  return `Solved in ${seconds((Date.parse(ticket.solved_at)
    - Date.parse(ticket.opened_at)) / 1000)}`;
}

/** `use` puts an answer into the reply box; nothing is sent. */
export function Similar({ id, use }: { id: number; use: (answer: string) => void }) {
  const similar = useLoad<SimilarTickets>(`/v1/tickets/${id}/similar`);
  const items = similar.value?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="panel similar" aria-label="Similar tickets">
      <div class="panel-head">
        <h2>Similar tickets</h2>
        <span class="panel-lead">agents only</span>
      </div>
      <ul>
        {items.map((one) => (
          <li key={one.ticket.id}>
            <Link to={`/tickets/${one.ticket.id}`} class="ink" dir="auto">
              <strong>{numberOf(one.ticket)}</strong> <bdi>{titleOf(one.ticket)}</bdi></Link>
            <p class="small faint">{became(one)} · {dayAndTime(one.ticket.opened_at)} ·
              both say <bdi>{one.why.join(", ")}</bdi></p>
            {one.answer && (
              <>
                <p class="small prose similar-answer"><bdi>{one.answer.author.name ?? "An agent"}
                </bdi>: <span dir="auto">{one.answer.body}</span></p>
                <button type="button" class="plain small"
                  aria-label={`Use this answer of ${numberOf(one.ticket)}`}
                  onClick={() => use(one.answer?.body ?? "")}>Use this answer</button>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
