// Slack's own SDKs hold the fake to Slack's protocol.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SocketModeClient } from "@slack/socket-mode";
import { WebClient } from "@slack/web-api";
import { until } from "./daemon.mjs";
import { fakeSlack } from "./fake.mjs";

const major = Number(process.versions.node.split(".")[0]);
const skip = major < 20 ? "Slack's SDKs need Node 20" : false;

const client = (slack, token) =>
  new WebClient(token, { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 } });

test("Slack's own web client is content with the fake", { skip }, async () => {
  const slack = await fakeSlack();
  const web = client(slack, slack.bot);
  const self = await web.auth.test();
  assert.equal(self.user_id, "U1");
  assert.ok(self.response_metadata.scopes.includes("chat:write"));
  const root = await web.chat.postMessage({ channel: "C1", text: "hello",
    metadata: { event_type: "t", event_payload: { id: "42" } } });
  const reply = await web.chat.postMessage({ channel: "C1", text: "again", thread_ts: root.ts });
  const history = await web.conversations.history({ channel: "C1", include_all_metadata: true });
  assert.deepEqual(history.messages.map((one) => one.text), ["hello"]);
  assert.equal(history.messages[0].metadata.event_payload.id, "42");
  const replies = await web.conversations.replies({ channel: "C1", ts: root.ts });
  assert.deepEqual(replies.messages.map((one) => one.ts), [root.ts, reply.ts]);
  await web.reactions.add({ channel: "C1", timestamp: root.ts, name: "eyes" });
  await assert.rejects(web.reactions.add({ channel: "C1", timestamp: root.ts, name: "eyes" }),
    /already_reacted/);
  const person = await web.users.info({ user: "U7" });
  assert.equal(person.user.profile.email, "ana@example.com");
  await assert.rejects(web.users.lookupByEmail({ email: "no@x" }), /users_not_found/);
  const link = await web.chat.getPermalink({ channel: "C1", message_ts: reply.ts });
  assert.match(link.permalink, /\/archives\/C1\/p\d+\?thread_ts=/);
  const pages = [];
  for (let i = 0; i < 25; ++i) {
    await slack.order("say", { channel: "C1", user: "U7", text: `${i}` });
  }
  for await (const page of web.paginate("conversations.history", { channel: "C1", limit: 10 })) {
    pages.push(page.messages.length);
  }
  assert.deepEqual(pages, [10, 10, 6]);
  slack.stop();
});

test("it uploads files with the client's own way", { skip }, async () => {
  const slack = await fakeSlack();
  const web = client(slack, slack.bot);
  const root = await web.chat.postMessage({ channel: "C1", text: "hello" });
  await web.filesUploadV2({ channel_id: "C1", thread_ts: root.ts, filename: "a.txt",
    file: Buffer.from("contents") });
  const replies = await web.conversations.replies({ channel: "C1", ts: root.ts });
  const file = replies.messages[1].files[0];
  assert.equal(file.name, "a.txt");
  const headers = { authorization: `Bearer ${slack.bot}` };
  const bytes = await fetch(file.url_private, { headers });
  assert.equal(await bytes.text(), "contents");
  const page = await fetch(file.url_private);
  assert.match(page.headers.get("content-type"), /text\/html/);
  slack.stop();
});

test("limits and refusals look like Slack's", { skip }, async () => {
  const slack = await fakeSlack();
  await assert.rejects(client(slack, "xoxb-wrong").auth.test(), /invalid_auth/);
  await slack.order("fault", { kind: "answer", method: "chat.postMessage", status: 429,
    word: "ratelimited", retry_after: 7 });
  const web = new WebClient(slack.bot, { slackApiUrl: `${slack.url}/api/`,
    rejectRateLimitedCalls: true, retryConfig: { retries: 0 } });
  const limited = await web.chat.postMessage({ channel: "C1", text: "x" }).catch((error) => error);
  assert.equal(limited.code, "slack_webapi_rate_limited_error");
  assert.equal(limited.retryAfter, 7);
  slack.stop();
});

test("Slack's own Socket Mode client is content with the fake", { skip }, async () => {
  const slack = await fakeSlack();
  const socket = new SocketModeClient({ appToken: slack.app,
    clientOptions: { slackApiUrl: `${slack.url}/api/` } });
  const heard = [];
  socket.on("message", async ({ event, ack }) => {
    heard.push(event.text);
    await ack();
  });
  socket.on("slash_commands", async ({ body, ack }) => {
    heard.push(body.command);
    await ack({ text: "pong" });
  });
  await socket.start();
  await slack.order("say", { channel: "C1", user: "U7", text: "one" });
  await slack.order("command", { channel: "C1", user: "U7", text: "stats" });
  await until(() => heard.length >= 2, "two events");
  assert.deepEqual(heard.sort(), ["/desk", "one"]);
  const state = await until(async () => {
    const now = await slack.order("state");
    return now.unacknowledged === 0 && now;
  }, "all acknowledged");
  assert.equal(state.acknowledged.find((one) => one.type === "slash_commands").answer.text, "pong");
  await slack.order("sockets", { trouble: "refresh" });
  await until(async () => (await slack.order("state")).connected_ever >= 2, "connected again");
  await slack.order("say", { channel: "C1", user: "U7", text: "two" });
  await until(() => heard.includes("two"), "heard over the new connection");
  await socket.disconnect();
  slack.stop();
});
