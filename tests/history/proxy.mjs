// Stands between one replica and PostgreSQL, and does to it what a network does: cuts, delays,
// silence, and answers of COMMITs that are lost, torn, or come after the client has gone.
import { connect, createServer } from "node:net";
import { asksForAnswer, Commits, Frames } from "./frames.mjs";

/** What may happen to one COMMIT. Each has happened to somebody. */
export const commitFaults =
  ["answer lost", "answer torn", "answer late", "commit late", "not sent", "cut behind"];

export class Proxy {
  /** `upstream`: the path of PostgreSQL's socket. */
  constructor(upstream) {
    this.upstream = upstream;
    this.links = new Set();
    this.armed = []; // [{fault, milliseconds}], one for each of the next COMMITs
    this.met = new Map(); // fault -> how often it happened
    this.slowMs = 0;
    this.isSilent = false;
    this.isRefusing = false;
    this.server = createServer((client) => this.accept(client));
  }

  async listen() {
    await new Promise((ready) => this.server.listen(0, "127.0.0.1", ready));
    this.port = this.server.address().port;
  }

  close() {
    this.cut();
    this.server.close();
  }

  accept(client) {
    if (this.isRefusing) return void client.resetAndDestroy();
    const link = new Link(this, client);
    this.links.add(link);
  }

  /** All connections end at once, in the middle of whatever they are saying. */
  cut() {
    for (const link of this.links) link.end();
  }

  /** Nobody hears anything any more, and no connection ends. What was said comes later. */
  silence(isSilent) {
    this.isSilent = isSilent;
    for (const link of this.links) link.flow();
  }

  refuse(isRefusing) {
    this.isRefusing = isRefusing;
    if (isRefusing) this.cut();
  }

  /** Each piece takes up to so long in either direction. */
  slow(milliseconds) {
    this.slowMs = milliseconds;
  }

  /** The next COMMIT of this replica fares like this. */
  arm(fault, milliseconds) {
    this.armed.push({ fault, milliseconds });
  }

  heal() {
    this.armed = [];
    this.slowMs = 0;
    this.isRefusing = false;
    this.silence(false);
  }

  count(fault) {
    this.met.set(fault, (this.met.get(fault) ?? 0) + 1);
  }
}

/** One connection: bytes in two queues, and what is wrong with it. */
class Link {
  constructor(proxy, client) {
    this.proxy = proxy;
    this.client = client;
    this.server = connect(proxy.upstream);
    this.frames = new Frames();
    this.commits = new Commits();
    this.waiting = []; // of what the client says behind a COMMIT that fares badly
    this.fault = null; // of the COMMIT that is on its way
    this.queues = { toServer: [], toClient: [] };
    client.setNoDelay(true);
    client.on("data", (bytes) => this.hear(bytes));
    this.server.on("data", (bytes) => this.answer(bytes));
    for (const socket of [client, this.server]) {
      socket.on("error", () => {});
      socket.on("close", () => this.closed(socket));
    }
  }

  closed(socket) {
    // A server that is to execute something for a client that has gone is left alone for that.
    if (socket === this.client && this.isOrphan) return;
    this.end();
  }

  end() {
    this.client.resetAndDestroy();
    this.server.destroy();
    this.proxy.links.delete(this);
  }

  hear(bytes) {
    for (const message of this.frames.add(bytes)) {
      if (!this.fault && this.proxy.armed.length > 0 && this.commits.isOne(message)) {
        this.fault = this.proxy.armed.shift();
        this.proxy.count(this.fault.fault);
      } else if (!this.fault) {
        this.commits.isOne(message);
      }
      if (!this.fault) {
        this.pass("toServer", message.bytes);
        continue;
      }
      this.waiting.push(message.bytes);
      if (asksForAnswer(message)) this.strike();
    }
  }

  /** The COMMIT is whole, and the server has not heard of it. */
  strike() {
    const { fault, milliseconds } = this.fault;
    const said = Buffer.concat([...this.queues.toServer.splice(0), ...this.waiting]);
    this.waiting = [];
    if (fault === "not sent") return this.end();
    if (fault !== "commit late") return this.pass("toServer", said);
    this.isOrphan = true;
    this.client.resetAndDestroy();
    setTimeout(() => this.server.write(said), milliseconds);
    setTimeout(() => this.end(), milliseconds + 2000);
    return undefined;
  }

  answer(bytes) {
    if (!this.fault) return this.pass("toClient", bytes);
    const { fault, milliseconds } = this.fault;
    if (fault === "commit late") return this.end();
    if (fault === "answer late") {
      setTimeout(() => this.client.write(bytes), milliseconds);
      setTimeout(() => (this.fault = null), milliseconds);
      return undefined;
    }
    if (fault === "cut behind") {
      // The writer has heard; who wants to read what it wrote can't.
      this.client.write(bytes, () => this.proxy.refuse(true));
      setTimeout(() => this.proxy.refuse(false), milliseconds);
      return undefined;
    }
    if (fault === "answer torn") {
      this.client.write(bytes.subarray(0, Math.min(3, bytes.length - 1)));
      setTimeout(() => this.end(), 5);
      return undefined;
    }
    return this.end();
  }

  pass(direction, bytes) {
    this.queues[direction].push(bytes);
    if (this.proxy.slowMs > 0) setTimeout(() => this.flow(), Math.random() * this.proxy.slowMs);
    else this.flow();
  }

  flow() {
    if (this.proxy.isSilent) return;
    for (const [direction, socket] of [["toServer", this.server], ["toClient", this.client]]) {
      const queue = this.queues[direction];
      if (queue.length > 0 && !socket.destroyed) socket.write(Buffer.concat(queue.splice(0)));
    }
  }
}
