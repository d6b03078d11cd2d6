// The same relay as people write it on @slack/bolt: threads and names in memory, nothing durable.
// rival_bolt.mjs SLACK_URL DESK_URL CHANNEL THREADS.json
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { request } from "node:http";
import bolt from "@slack/bolt";

const [slackUrl, deskUrl, channel, file] = process.argv.slice(2);
const tickets = new Map(Object.entries(JSON.parse(readFileSync(file, "utf8"))));
const names = new Map();
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

function put(path, body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const sent = request(`${deskUrl}/api/v2${path}`, { method: "PUT", agent, headers: {
      authorization: "Bearer ready-token", "content-type": "application/json",
      "content-length": Buffer.byteLength(text) } }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode < 300 ? resolve() :
        reject(new Error(`HTTP ${answer.statusCode}`))));
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

const app = new bolt.App({
  token: "xoxb-fake-bot", appToken: "xapp-fake-app", socketMode: true, logLevel: "error",
  clientOptions: { slackApiUrl: `${slackUrl}/api/` },
});

function nameOf(client, user) {
  if (!names.has(user)) {
    names.set(user, client.users.info({ user }).then((found) => found.user.profile.real_name));
  }
  return names.get(user);
}

// One comment of a thread at a time, so that their order is kept.
const tails = new Map();
app.message(async ({ message, client }) => {
  const ticket = tickets.get(message.thread_ts);
  if (message.channel !== channel || !ticket || message.bot_id) return;
  const tail = (tails.get(ticket) ?? Promise.resolve()).then(async () => {
    const name = await nameOf(client, message.user);
    await put(`/tickets/${ticket}.json`,
      { ticket: { comment: { body: `${name}: ${message.text}`, public: true } } });
  });
  tails.set(ticket, tail.finally(() => {
    if (tails.get(ticket) === tail) tails.delete(ticket);
  }));
  await tail;
});
await app.start();
console.log("ready on bolt");
