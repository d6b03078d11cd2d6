// Three replicas, each behind a proxy of its own, over one PostgreSQL; what is outside of them; and
// the record of who asked what and heard what.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgres } from "../e2e/postgres.mjs";
import { Outside } from "./outside.mjs";
import { streamOf } from "./random.mjs";
import { Replica } from "./replica.mjs";

const answerMs = 3000;
/** What a request in order may hear: it came too slowly (who was asked slept), or not now. */
const troubles = new Set([408, 502, 503, 504]);
/** A 503 says that nothing stands, unless it says that this is not known. */
const doubts = /not known|unknown|may (have|be|stand)|unsure|whether/i;

export class World {
  constructor(seed) {
    this.seed = seed;
    this.began = performance.now();
    this.beganWall = Date.now();
    this.clock = () => performance.now() - this.began;
    this.operations = [];
    this.folders = [];
    this.sleeps = [];
    this.events = []; // what the nemesis did, and when
    this.isOver = false;
    this.outside = new Outside(this.clock, streamOf(seed, "outside"));
  }

  async open() {
    this.database = postgres();
    this.home = mkdtempSync(join(tmpdir(), "deskwire-history-"));
    this.folders.push(this.home);
    this.report = join(this.home, "report.csv");
    this.customers = [];
    this.writeReport();
    this.replicas = ["A", "B", "C"].map((name) => new Replica(name, this));
    for (const one of this.replicas) await one.prepare(this.report);
    await this.replicas[0].start();
    await Promise.all(this.replicas.slice(1).map((one) => one.start()));
  }

  /** A row for each customer whose ticket closed; a new file is there at once or not at all. */
  writeReport() {
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const [year, month, date] = day.split("-");
    const rows = this.customers.map((email, i) =>
      `Pat,Doe,${email},T${i},Closed,${date}/${month}/${year}\n`);
    writeFileSync(`${this.report}.next`,
      `Firstname,Lastname,Email,Ticket,Status,Date\n${rows.join("")}`);
    renameSync(`${this.report}.next`, this.report);
  }

  /** Begins an operation: what it is goes into the record, and its outcome later. */
  begin(replica, entry) {
    const operation = { n: this.operations.length, ...entry, replica: replica.name,
      call: this.clock(), ret: Infinity, outcome: "unknown" };
    operation.group ??= operation.n;
    this.operations.push(operation);
    return operation;
  }

  /** Asks a replica and records what it answered; `allowed` are statuses that are no surprise. */
  async ask(replica, entry, { allowed = [], ...how }) {
    const operation = this.begin(replica, entry);
    const answer = await send(replica, how);
    operation.status = answer.status;
    operation.detail = answer.detail;
    operation.outcome = outcomeOf(answer);
    if (operation.outcome !== "unknown") operation.ret = this.clock();
    if (operation.outcome === "ok") operation.json = answer.json;
    const isStrange = answer.status >= 400 && !troubles.has(answer.status);
    operation.isUnexpected = isStrange && !allowed.includes(answer.status);
    return operation;
  }

  async close() {
    this.isOver = true;
    for (const one of this.replicas ?? []) {
      one.state = "down";
      one.daemon?.signal("SIGCONT");
      await one.daemon?.kill();
      one.agent?.destroy();
      one.proxy.close();
    }
    this.outside.close();
    this.database?.end();
    for (const one of this.folders) rmSync(one, { recursive: true, force: true });
  }
}

function outcomeOf({ status, detail, isReached }) {
  if (!isReached) return "refused";
  if (status >= 200 && status < 300) return "ok";
  if (status === 503) return doubts.test(detail) ? "unknown" : "refused";
  return status >= 400 && status < 500 ? "refused" : "unknown";
}

/** One request; never throws. `isReached` is false where nobody listened. */
function send(replica, { method = "GET", path, body, headers = {}, wait = answerMs }) {
  return new Promise((resolve) => {
    const said = body === undefined ? undefined : JSON.stringify(body);
    const lost = (error) => resolve({ status: 0, detail: error.code ?? error.message,
      isReached: error.code !== "ECONNREFUSED" });
    const outgoing = request(`${replica.daemon.url}${path}`, { method, agent: replica.agent,
      timeout: wait, headers: { "content-type": "application/json", ...headers } }, (answer) => {
      let text = "";
      answer.on("data", (piece) => (text += piece));
      answer.on("error", lost);
      answer.on("aborted", () => lost(new Error("aborted")));
      answer.on("end", () => resolve(readAnswer(answer, text)));
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", lost);
    outgoing.setTimeout(wait);
    outgoing.end(said);
  });
}

function readAnswer(answer, text) {
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: told by its status.
  }
  if (!answer.complete) return { status: 0, detail: "half an answer", isReached: true };
  return { status: answer.statusCode, json, isReached: true,
    detail: json?.detail ?? json?.message ?? json?.Message ?? "" };
}
