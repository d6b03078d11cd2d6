// What is outside: an SQS FIFO queue and a receiver of notices, with an address for each replica,
// so that they know who sent. They keep what they got, and sometimes lose their answer.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const rememberedMs = 300_000; // a FIFO queue's deduplication ids

function bodyOf(request) {
  return new Promise((resolve) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => resolve(body));
    request.on("error", () => resolve(null));
    request.on("aborted", () => resolve(null));
  });
}

/** One server; `answer(body, headers)` gives {status, body} or nothing to hang up. */
async function listen(answer) {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (body === null) return;
    const said = answer(body, request.headers, request.method);
    if (!said) return void request.socket.destroy();
    response.writeHead(said.status, { "content-type": "application/x-amz-json-1.0" })
      .end(JSON.stringify(said.body ?? {}));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return server;
}

const md5 = (text) => createHash("md5").update(text).digest("hex");

export class Outside {
  /** `random` says which answers are lost: one in `lossEvery`. */
  constructor(clock, random, lossEvery = 25) {
    this.clock = clock;
    this.random = random;
    this.lossEvery = lossEvery;
    this.posts = []; // {email, replica, at}
    this.reached = []; // {ticket, id}: behind deduplication
    this.sends = []; // {effect, replica, at}: all that came
    this.remembered = new Map(); // deduplication id -> {id, at}
    this.servers = [];
  }

  isLost() {
    return this.random.below(this.lossEvery) === 0;
  }

  async open(replica) {
    const queue = await listen((body, headers) => this.queue(replica, body, headers));
    const hook = await listen((body, _, method) => this.notice(replica, body, method));
    this.servers.push(queue, hook);
    return { queue: queue.address().port, hook: hook.address().port };
  }

  notice(replica, body, method) {
    if (method !== "POST") return { status: 204 };
    const email = JSON.parse(body).to;
    this.posts.push({ email, replica, at: this.clock() });
    this.sends.push({ effect: `notice ${email}`, replica, at: this.clock() });
    return this.isLost() ? null : { status: 200 };
  }

  queue(replica, text, headers) {
    if (!headers["x-amz-target"]) return { status: 404 };  // the clock's probe reads the Date
    const body = JSON.parse(text);
    const operation = (headers["x-amz-target"] ?? "").replace("AmazonSQS.", "");
    if (operation === "GetQueueAttributes") {
      return { status: 200, body: { Attributes: { ApproximateNumberOfMessages: "0",
        ApproximateNumberOfMessagesNotVisible: "0", ApproximateNumberOfMessagesDelayed: "0",
        MaximumMessageSize: "1048576" } } };
    }
    const entries = operation === "SendMessage" ? [body] : body.Entries;
    const sent = entries.map((one) => ({ Id: one.Id, MD5OfMessageBody: md5(one.MessageBody),
      MessageId: this.send(replica, one), SequenceNumber: "0" }));
    if (this.isLost()) return null;
    return { status: 200, body: operation === "SendMessage" ? sent[0] : { Successful: sent,
      Failed: [] } };
  }

  send(replica, entry) {
    const at = this.clock();
    const { ticket } = JSON.parse(entry.MessageBody);
    const key = entry.MessageDeduplicationId;
    this.sends.push({ effect: `ticket ${ticket}`, replica, at });
    const known = this.remembered.get(key);
    if (known && at - known.at < rememberedMs) return known.id;
    const id = `m${this.reached.length}`;
    this.remembered.set(key, { id, at });
    this.reached.push({ ticket, id });
    return id;
  }

  close() {
    for (const one of this.servers) {
      one.closeAllConnections();
      one.close();
    }
  }
}
