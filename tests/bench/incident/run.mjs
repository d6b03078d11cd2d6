// run.mjs [TICKETS…]: one incident of so many tickets (100 and 1,000), a fifth of them with a
// Slack thread, all of them in a fake Zendesk, and one answer: whether each thread and ticket has
// it once, what the daemon's memory grows by, and what a new ticket waits meanwhile.
//
// Slack's pace is kept: 300 posts a minute, one a second and channel; ten threads are in each. A
// thousand threads would take twelve minutes of it. Zendesk's is raised by its setting: a joined
// ticket takes six requests, and each of the probe's takes two.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bridgeWorld } from "../../e2e/bridge_world.mjs";
import { call } from "../../e2e/daemon.mjs";
import { pause } from "../children.mjs";

const threads_share = 0.2, in_channel = 10, people = 40;
const zendesk_per_minute = 12_000;
const probes_per_second = 25, quiet_seconds = 20;
const growth_max = 2;  // of the most memory, for ten times as many tickets

async function until(check, what, seconds, wait = 1000) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(wait);
  }
}

/** Of a process so far: memory in MB and seconds of processor time. */
function used(pid) {
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return { memory: Number(memory) / 1024, cpu: (Number(fields[11]) + Number(fields[12])) / 100 };
}

/** The most memory since the last look. */
function watch(pid) {
  let most = used(pid).memory;
  const timer = setInterval(() => { most = Math.max(most, used(pid).memory); }, 20);
  return {
    look: () => {
      const found = most;
      most = used(pid).memory;
      return found;
    },
    end: () => clearInterval(timer),
  };
}

function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

class Stage {
  constructor(tickets) {
    this.threads = Math.round(tickets * threads_share);
    this.mails = tickets - this.threads;
    this.channels = Array.from({ length: Math.ceil(this.threads / in_channel) },
      (_, i) => `C${i + 1}`);
    this.roots = [];
  }

  async begin() {
    this.world = await bridgeWorld({ channels: this.channels, poll: "1m", rate: zendesk_per_minute,
      more: '[intake]\ndesk = "zendesk"\n[storm]\nmin_tickets = 1000\n[log]\nlevel = "error"\n' });
    await this.world.start();
    this.pid = this.world.daemon.pid;
  }

  async post(path, body) {
    const answer = await call(this.world.url, path, { method: "POST", body });
    if (answer.status > 299) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  async report() {
    const { slack, say } = this.world;
    for (let i = 0; i < people; ++i) {
      await slack.order("person", { id: `U${100 + i}`, name: `Person ${i}`,
        email: `p${i}@x.example` });
    }
    for (let i = 0; i < this.threads; ++i) {
      const channel = this.channels[i % this.channels.length];
      const ts = await say(`VPN drops ${i}`, "", { channel, user: `U${100 + (i % people)}` });
      this.roots.push(`${channel}/${ts}`);
    }
    for (let i = 0; i < this.mails; ++i) {
      await this.post("/v1/tickets", { title: `VPN fails ${i}`, description: "It is down.",
        priority: "low", requester: { name: `Mailer ${i}`, email: `m${i}@x.example` } });
    }
    await this.in_threads(/^Ticket #/, "greeted");
    return until(() => this.at_desk(), "at the desk", 120);
  }

  /** Our ids of all tickets, once each has a number at the desk. */
  async at_desk() {
    const ids = [];
    for (let cursor = ""; cursor !== null;) {
      const page = (await call(this.world.url, `/v1/tickets?limit=100${cursor}`)).json;
      for (const one of page.items) {
        if (/^VPN (drops|fails) /.test(one.title) && one.external?.id) ids.push(one.id);
      }
      cursor = page.next_cursor
        ? `&cursor=${encodeURIComponent(page.next_cursor)}` : null;
    }
    return ids.length === this.threads + this.mails ? ids : null;
  }

  /** How many posts that fit each thread has. */
  async posts(pattern) {
    const found = new Map(this.roots.map((root) => [root, 0]));
    for (const channel of this.channels) {
      for (const one of await this.world.messages(channel)) {
        const root = `${channel}/${one.thread_ts}`;
        if (pattern.test(one.text) && found.has(root)) found.set(root, found.get(root) + 1);
      }
    }
    return [...found.values()];
  }

  in_threads(pattern, what) {
    return until(async () => (await this.posts(pattern)).every((count) => count > 0), what, 300);
  }

  /** How many of the incident's public comments each ticket has that fit. */
  async comments(pattern) {
    return (await this.world.tickets()).filter((one) => one.problem_id)
      .map((one) => one.comments
        .filter((comment) => comment.public && pattern.test(comment.plain_body)).length);
  }

  end() {
    return this.world.end();
  }
}

/** What new tickets wait in each part of the run. */
function probing(url) {
  const child = fork(fileURLToPath(new URL("probe.mjs", import.meta.url)),
    [url, String(probes_per_second)]);
  return {
    look: async () => {
      child.send("look");
      const { took, failed } = await new Promise((resolve) => child.once("message", resolve));
      if (failed > 0) throw new Error(`${failed} new tickets were not taken`);
      return { count: took.length, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
    },
    end: () => child.kill(),
  };
}

async function measure(tickets) {
  const stage = new Stage(tickets);
  await stage.begin();
  try {
    return await run(stage, tickets);
  } finally {
    await stage.end();
  }
}

async function run(stage, tickets) {
  const ids = await stage.report();
  const probe = probing(stage.world.url), memory = watch(stage.pid), parts = [];
  await pause(3000);
  await probe.look();
  memory.look();
  const part = async (name, work) => {
    const began = performance.now(), { cpu } = used(stage.pid);
    await work();
    parts.push({ tickets, name, seconds: (performance.now() - began) / 1000,
      cpu: used(stage.pid).cpu - cpu, memory: memory.look(), ...await probe.look() });
  };
  let path = "";
  await part("before", () => pause(quiet_seconds * 1000));
  await part("join", async () => {
    const { id } = await stage.post("/v1/incidents", { tickets: ids, title: "VPN" });
    path = `/v1/incidents/${id}`;
    await stage.in_threads(/^This is part of a known incident/, "joined");
    await until(async () => (await stage.comments(/part of a known incident/))
      .filter((count) => count > 0).length === stage.mails, "joined at the desk", 120);
  });
  await part("answer", async () => {
    await stage.post(`${path}/answers`, { body: "The gateway is back." });
    await stage.in_threads(/The gateway is back\.$/, "heard");
    await until(async () => (await call(stage.world.url, path)).json.tickets
      .every((one) => one.heard.every((answer) => answer.state === "heard")), "noted", 120);
  });
  await part("after", () => pause(quiet_seconds * 1000));
  const counts = [...await stage.posts(/The gateway is back\.$/),
    ...await stage.comments(/The gateway is back/)];
  const not_once = counts.filter((count) => count !== 1).length
    + Math.abs(counts.length - tickets - stage.threads);
  probe.end();
  memory.end();
  return { tickets, parts, not_once };
}

const given = process.argv.slice(2).map(Number);
const runs = [];
for (const tickets of given.length > 0 ? given : [100, 1000]) runs.push(await measure(tickets));
console.log("| tickets joined | part | s | processor, s | most memory, MB | new tickets | p50, ms "
  + "| p99, ms |\n|--:|---|--:|--:|--:|--:|--:|--:|");
for (const one of runs.flatMap((run) => run.parts)) {
  console.log(`| ${one.tickets} | ${one.name} | ${one.seconds.toFixed(0)} | ${one.cpu.toFixed(1)} `
    + `| ${one.memory.toFixed(0)} | ${one.count} | ${one.p50.toFixed(1)} `
    + `| ${one.p99.toFixed(1)} |`);
}
console.log("");
const most = (run) => Math.max(...run.parts.map((one) => one.memory));
for (const run of runs) {
  const p99 = (names) => Math.max(...run.parts.filter((one) => names.includes(one.name))
    .map((one) => one.p99));
  const ratio = p99(["join", "answer"]) / p99(["before", "after"]);
  console.log(`${run.tickets} tickets: ${run.not_once} threads and tickets have the answer more or `
    + `less than once; a new ticket's p99 is ${ratio.toFixed(2)} times that of quiet minutes`);
}
const growth = most(runs.at(-1)) / most(runs[0]);
console.log(`${runs.at(-1).tickets} tickets need ${growth.toFixed(2)} times the memory of `
  + `${runs[0].tickets}`);
process.exit(runs.some((run) => run.not_once > 0) || growth > growth_max ? 1 : 0);
