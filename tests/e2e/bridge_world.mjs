// A workspace, a desk and the daemon between them.
import { createServer } from "node:net";
import { folder, serve, until } from "./daemon.mjs";
import { fake, fakeSlack } from "./fake.mjs";
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Zendesk's webhook and the trigger that calls it, as an admin makes them; its secret. */
async function makeWebhook(desk, endpoint) {
  const post = async (path, body) => (await fetch(`${desk.url}/api/v2/${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: "Bearer ready-token", "content-type": "application/json" },
    body: body && JSON.stringify(body),
  })).json();
  const { webhook } = await post("webhooks", { webhook: { name: "Deskwire", endpoint,
    http_method: "POST", request_format: "json", status: "active",
    subscriptions: ["conditional_ticket_events"] } });
  await post("triggers", { trigger: { title: "Tell", conditions: { all: [], any: [] },
    actions: [{ field: "notification_webhook",
      value: [webhook.id, '{"ticket_id":"{{ticket.id}}"}'] }] } });
  return (await post(`webhooks/${webhook.id}/signing_secret`)).signing_secret.secret;
}

/**
 * `isHttp`: Slack calls signed hooks instead of the sockets. `channels`: ids, all bridged.
 * `more` is added to the configuration. `rate`: requests a minute to Zendesk.
 */
export async function bridgeWorld({ isHttp = false, channels = ["C1"], more = "",
  bridge = "", poll = "10s", env = {}, slackKeys = "", rate = 100_000 } = {}) {
  const slack = await fakeSlack();
  const desk = await fake("fake_zendesk");
  await desk.tell("options", { per_minute: 1_000_000 });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = await makeWebhook(desk, `${url}/hooks/zendesk`);
  for (const id of channels) await slack.order("channel", { id, name: id.toLowerCase() });
  if (isHttp) await slack.order("hooks", { url: `${url}/hooks/slack` });
  const cwd = folder(`[server]
listen = "127.0.0.1:${port}"
${isHttp ? slack.hookConfig : slack.config}${slackKeys}
[zendesk]
url = "${desk.url}"
oauth_token = "ready-token"
webhook_secret = "${secret}"
poll = "${poll}"
rate_per_minute = ${rate}
[retry]
first = "100ms"
max = "2s"
${channels.map((id) => `[[bridge]]\nchannel = "${id}"\ndesk = "zendesk"\n${bridge}`).join("\n")}
${more}`);
  const world = {
    slack, desk, url, cwd, daemon: null,
    start: async () => {
      world.daemon = await serve({ cwd, env });
      if (!isHttp) {
        await until(async () => (await slack.order("state")).sockets === 2, "two sockets");
      }
    },
    say: async (text, thread = "", details = {}) => (await slack.order("say",
      { channel: channels[0], user: "U7", text, thread, ...details })).ts,
    messages: async (channel = channels[0]) =>
      (await slack.order("messages", { channel })).messages,
    /** What stands in a thread below its first message. */
    thread: async (ts, channel = channels[0]) => (await world.messages(channel))
      .filter((one) => one.thread_ts === ts && one.ts !== ts),
    tickets: async () => (await desk.tell("dump")).tickets,
    ticket: async (ts, channel = channels[0]) => (await world.tickets())
      .find((one) => one.external_id === `slack:${channel}:${ts}`),
    /** Waits until a post in the thread fits, and gives it. */
    hears: (ts, pattern, what = String(pattern)) => until(async () =>
      (await world.thread(ts)).find((one) => pattern.test(one.text)), what),
    /** Waits until a comment of the thread's ticket fits, and gives it. */
    reads: (ts, pattern, what = String(pattern)) => until(async () =>
      (await world.ticket(ts))?.comments.find((one) => pattern.test(one.plain_body)), what),
    status: (ts, status) => until(async () =>
      (await world.ticket(ts))?.status === status, `the ticket is ${status}`),
    end: async () => {
      await world.daemon.stop();
      slack.stop();
      desk.stop();
      world.daemon.clean();
    },
  };
  return world;
}
