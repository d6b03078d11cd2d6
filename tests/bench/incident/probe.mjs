// probe.mjs URL PER_SECOND: sends tickets at a fixed pace, whatever the last one took, until its
// parent is gone. Asked "look", it tells what each took since the last look, in milliseconds from
// the moment at which it was due.
import { performance } from "node:perf_hooks";

const [url, per_second] = [process.argv[2], Number(process.argv[3])];
const began = performance.now();
let sent = 0, took = [], failed = 0;

/** Words of no incident. */
const words = (count) => Array.from({ length: count },
  () => `w${Math.floor(30_000 ** Math.random())}x`).join(" ");

async function send(due) {
  const body = JSON.stringify({ title: words(4), description: words(20), priority: "low",
    requester: { name: "probe", email: `probe${sent % 50}@x.example` } });
  try {
    const answer = await fetch(`${url}/v1/tickets`, { method: "POST", body,
      headers: { "content-type": "application/json" } });
    await answer.arrayBuffer();
    if (answer.status !== 201) ++failed;
  } catch {
    ++failed;
  }
  took.push(performance.now() - due);
}

setInterval(() => {
  for (;;) {
    const due = began + (sent * 1000) / per_second;
    if (due > performance.now()) return;
    ++sent;
    send(due);
  }
}, 2);
process.on("message", () => {
  process.send({ took, failed });
  took = [];
});
process.on("disconnect", () => process.exit());
