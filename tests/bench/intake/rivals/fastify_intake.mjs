// The same in the fastest framework that people use with the official SDK: Fastify checks, sends
// to SQS, answers. Durable only in the queue; a repeat makes a second ticket.
//   PORT   QUEUE_ENDPOINT   TEAMS_SECRET (base64)
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import Fastify from "fastify";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Agent } from "node:http";

const key = Buffer.from(process.env.TEAMS_SECRET, "base64");
const endpoint = process.env.QUEUE_ENDPOINT;
const queue = new SQSClient({
  region: "us-east-1",
  endpoint,
  credentials: { accessKeyId: "x", secretAccessKey: "x" },
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({
    httpAgent: new Agent({ keepAlive: true, maxSockets: 256 }),
  }),
});

const label = /^\s*(title|priority|description)\s*:\s*/gim;
const entities = { "&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

function fieldsOf(text) {
  const plain = text
    .replace(/<br\s*\/?>|<\/p>|<\/div>|<\/li>/gi, "\n")
    .replace(/<at>.*?<\/at>|<[^>]*>/gis, "")
    .replace(/&\w+;/g, (entity) => entities[entity] ?? entity);
  const pieces = plain.split(label);
  const fields = {};
  for (let n = 1; n < pieces.length; n += 2) fields[pieces[n].toLowerCase()] = pieces[n + 1].trim();
  return fields;
}

function problemsOf({ title = "", priority = "", description = "" }) {
  const problems = [];
  if (title.length < 1 || title.length > 200) problems.push("title: 1 to 200 characters");
  if (!["high", "medium", "low"].includes(priority.toLowerCase()))
    problems.push("priority: high, medium or low");
  if (description.length < 1 || description.length > 10_000)
    problems.push("description: 1 to 10,000 characters");
  return problems;
}

function isSigned(body, header = "") {
  const given = Buffer.from(header.replace(/^HMAC /, ""), "base64");
  const wanted = createHmac("sha256", key).update(body).digest();
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const app = Fastify({ logger: false });
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_, body, done) =>
  done(null, body),
);

let tickets = 0;
app.post("/hooks/teams/it", async (request, reply) => {
  if (!isSigned(request.body, request.headers.authorization)) {
    return reply.code(401).send({ type: "message", text: "bad signature" });
  }
  const activity = JSON.parse(request.body);
  const fields = fieldsOf(activity.text);
  const problems = problemsOf(fields);
  if (problems.length > 0) return { type: "message", text: problems.join("\n") };
  const number = ++tickets;
  const priority = fields.priority.toLowerCase();
  await queue.send(
    new SendMessageCommand({
      QueueUrl: `${endpoint}/1/${priority}`,
      MessageBody: JSON.stringify({
        ticket: number,
        ...fields,
        requester: { name: activity.from.name },
      }),
    }),
  );
  return { type: "message", text: `Ticket #${number} (${priority}): ${fields.title}` };
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
console.log("ready");
