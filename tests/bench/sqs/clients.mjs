// Clients of an embedded queue, in the JSON protocol over kept connections, without an SDK: an SDK
// spends more processor time on a request than the servers that are measured here.
import { Agent, request } from "node:http";

export class Queue {
  constructor(endpoint, name, path, sockets) {
    this.target = new URL(path, endpoint);
    this.agent = new Agent({ keepAlive: true, maxSockets: sockets, scheduling: "fifo" });
    this.name = name;
  }

  /** One operation's answer; throws for any other status than 200. */
  call(operation, input) {
    const body = JSON.stringify({ ...input, ...(this.url ? { QueueUrl: this.url } : {}) });
    return new Promise((resolve, reject) => {
      const call = request(this.target, { method: "POST", agent: this.agent, headers: {
        "content-type": "application/x-amz-json-1.0", "content-length": Buffer.byteLength(body),
        "x-amz-target": `AmazonSQS.${operation}`,
        authorization: "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sqs/aws4_request, "
          + "SignedHeaders=host, Signature=0",
      } }, (answer) => {
        let text = "";
        answer.on("data", (piece) => (text += piece));
        answer.on("end", () => {
          if (answer.statusCode === 200) resolve(text ? JSON.parse(text) : {});
          else reject(new Error(`${operation}: ${answer.statusCode} ${text.slice(0, 300)}`));
        });
      });
      call.on("error", reject);
      call.end(body);
    });
  }

  async open() {
    this.url = (await this.call("CreateQueue", { QueueName: this.name })).QueueUrl;
    return this;
  }
  send(text) {
    return this.call("SendMessage", { MessageBody: text });
  }
  async receive(seconds = 0) {
    const input = { MaxNumberOfMessages: 1, WaitTimeSeconds: seconds };
    return (await this.call("ReceiveMessage", input)).Messages ?? [];
  }
  remove(message) {
    return this.call("DeleteMessage", { ReceiptHandle: message.ReceiptHandle });
  }
  close() {
    this.agent.destroy();
  }
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1,
  Math.floor(sorted.length * share))];

/** `clients` at once, each: send, receive, delete, again; messages a second and their p99 in ms. */
export async function cycles(queue, clients, seconds) {
  const took = [];
  const end = performance.now() + seconds * 1000;
  const one = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      await queue.send("a ticket of usual length, ".repeat(8));
      for (const message of await queue.receive()) await queue.remove(message);
      took.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, one));
  const perSecond = took.length / ((performance.now() - began) / 1000);
  took.sort((a, b) => a - b);
  return { perSecond, p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

/**
 * Milliseconds until the answer of a long poll that waited for a message: `whole` from the start of
 * the send, which has to be on disk first, `behind` from the send's answer. Median and p99 of each.
 */
export async function wake(queue, rounds) {
  const [whole, behind] = [[], []];
  for (let i = 0; i < rounds; ++i) {
    let wokeAt = 0;
    const poll = queue.receive(20).then((found) => {
      wokeAt = performance.now();
      return found;
    });
    await new Promise((resume) => setTimeout(resume, 60));
    const began = performance.now();
    await queue.send("wake up");
    const sentAt = performance.now();
    for (const message of await poll) await queue.remove(message);
    whole.push(wokeAt - began);
    behind.push(Math.max(0, wokeAt - sentAt));
  }
  const measured = [whole, behind].map((took) => {
    took.sort((a, b) => a - b);
    return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
  });
  return { whole: measured[0], behind: measured[1] };
}
