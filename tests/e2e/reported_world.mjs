// Plays what people report of similar tools, one case at a time, against a whole daemon between a
// workspace, a desk and a pager. The form of a case is in fixtures/README.md.
import { createServer } from "node:http";
import { bridgeWorld, freePort } from "./bridge_world.mjs";
import { call, slackSignature, until } from "./daemon.mjs";

/** A thread takes one post a second. */
const usual_patience = 8_000;
/** Slack lets few calls be made in a minute, and here sixteen channels are caught up at once. */
const patience_after_downtime = 60_000;
const bot = "U1", author = "U7", tallied = "C3", mirrored = "C10";
/** The answer of an on-call system is remembered a while: each case has the next of these. */
const onDuty = ["C4", "C5", "C6", "C7", "C8"];
/** Slack takes one post a second in a channel: each case has the next of these. */
const channels = Array.from({ length: 16 }, (_, at) => `C${10 + at}`);
/** Ids of the cases, as the stand-in workspace has them. */
const translated = (value) => JSON.parse(JSON.stringify(value ?? null)
  .replaceAll("U1", author).replaceAll("U0BOT", bot));

/** More than one message of a chat can hold. */
const longHtml = ({ words, codeLines }) => {
  const many = (count, one) => Array.from({ length: count }, (_, at) => one(at));
  return words ? `<p>${many(words, (at) => `word${at}`).join(" ")}</p>`
    : `<pre>${many(codeLines, (at) => `line ${at} of the log`).join("\n")}</pre>`;
};

async function pager() {
  let oncalls = [];
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ oncalls, limit: 25, offset: 0, more: false, total: null }));
  });
  const port = await freePort();
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close(),
    set: (list) => (oncalls = list) };
}

const configuration = (dutyUrl) => `${onDuty.map((id) => `[[bridge]]
channel = "${id}"
desk = "zendesk"
oncall = "${id}"
mirror_email_tickets = false
[oncall.${id}]
token = "t"
policy = "PABC"
api_url = "${dutyUrl}"`).join("\n")}
[[tally]]
channel = "${tallied}"
`;

class Reported {
  channel = channels[0];
  count = 0;
  duties = 0;
  last = 0;

  constructor(world, duty) {
    this.world = world;
    this.duty = duty;
  }

  next() {
    this.count += 1;
    return this.count;
  }

  /** The time of something that follows what the stand-in has stamped. */
  stamp() {
    this.last = Math.max(this.last + 1000, Date.now() * 1000);
    return (this.last / 1e6).toFixed(6);
  }

  async push(event) {
    const body = JSON.stringify({ type: "event_callback", team_id: "T1", api_app_id: "A1",
      event_id: `EvR${this.next()}`, event_time: Math.floor(Date.now() / 1000), event,
      authorizations: [{ team_id: "T1", user_id: bot, is_bot: true }] });
    const answer = await call(this.world.url, "/hooks/slack/events", { method: "POST", body,
      headers: slackSignature(this.world.slack.signing, body) });
    if (answer.status !== 200) throw new Error(`the hook answered ${answer.status}`);
  }

  async file({ name, data, mimetype = "text/plain" }) {
    const { id } = await this.world.slack.order("file",
      { name, content_type: mimetype, text: data });
    const answer = await fetch(`${this.world.slack.url}/api/files.info?file=${id}`,
      { headers: { authorization: `Bearer ${this.world.slack.bot}` } });
    return (await answer.json()).file;
  }

  /** The event's message of a case, with its files where Slack has them. */
  async message(given, ts, thread, where = this.channel) {
    const { files, connectFile, rawFiles, ...out } = translated(given);
    const attached = [...rawFiles ?? []];
    for (const one of files ?? []) attached.push(await this.file(one));
    if (connectFile) {
      const { id } = await this.file(connectFile);
      attached.push({ id, file_access: "check_file_info", mode: "file_access", created: 0,
        timestamp: 0, user: author });
    }
    for (const one of out.attachments ?? []) {
      if (one.nestedFile) one.files = [await this.file(one.nestedFile)];
      delete one.nestedFile;
    }
    if (attached.length > 0) {
      out.files = attached;
      out.subtype ??= "file_share";
    }
    return { type: "message", channel: where, channel_type: "channel", user: author, ts,
      event_ts: ts, team: "T1", ...thread && { thread_ts: thread }, ...out };
  }

  async known(text, thread = "", where = this.channel) {
    const { ts } = await this.world.slack.order("say",
      { channel: where, user: author, text, thread });
    return ts;
  }

  async top(given, where = this.channel) {
    const ts = await this.known(given.text || "-", "", where);
    await this.push(await this.message(given, ts, "", where));
    return ts;
  }

  /** Tickets of a thread, follow-ups too, as lines. */
  async lines(ts, where = this.channel) {
    const all = (await this.world.tickets())
      .filter((one) => one.external_id?.startsWith(`slack:${where}:${ts}`));
    const out = [];
    for (const one of all) {
      const ours = await call(this.world.url, `/v1/tickets?q=${encodeURIComponent(one.subject)}`);
      const asked = ours.json.items.map((item) => item.requester.name).join(" ");
      out.push(`status ${one.status}`, `subject ${one.subject}`, `requester ${asked}`);
      one.comments.forEach((comment, at) => {
        const files = comment.attachments.map((attachment) => attachment.file_name).join(" ");
        const kind = comment.public ? "public" : "private";
        const text = `${comment.plain_body}\n${at > 0 || /<pre/.test(comment.html_body)
          ? comment.html_body : ""}`;
        out.push(`${at === 0 ? "description" : `${kind}|`} ${text} ${files}`);
      });
    }
    return out.filter((line) => !line.includes("landmark"));
  }

  async reads(ts, pattern) {
    return until(async () => (await this.world.ticket(ts, this.channel))?.comments
      .find((one) => pattern.test(one.plain_body)), `the desk reads ${pattern}`);
  }

  async landmark(ts) {
    const text = `landmark ${this.next()}`;
    const own = await this.known(`<@${bot}> note ${text}`, ts);
    await this.push(await this.message({ text: `<@U0BOT> note ${text}` }, own, ts));
    await this.reads(ts, new RegExp(text));
  }

  async opened(text = `Door ${this.next()}`, where = this.channel) {
    const ts = await this.top({ text }, where);
    await until(() => this.world.ticket(ts, where), "the ticket is there");
    return ts;
  }

  async solved() {
    const ts = await this.opened();
    await this.reply({ text: "done" }, ts);
    await until(async () => (await this.world.ticket(ts, this.channel)).status === "solved",
      "solved");
    return ts;
  }

  async reply(given, ts) {
    const own = await this.known(given.text || "-", ts);
    await this.push(await this.message(given, own, ts));
    return own;
  }

  async edit(own, ts, was, now) {
    const at = this.stamp();
    const text = await this.message(now, own, ts);
    await this.push({ type: "message", subtype: "message_changed", channel: this.channel,
      ts: at, event_ts: at,
      message: { ...text, edited: now.edited ?? { user: author, ts: at } },
      previous_message: await this.message(was, own, ts) });
  }

  deletion(own, ts) {
    const at = this.stamp();
    return this.push({ type: "message", subtype: "message_deleted", channel: this.channel,
      ts: at, event_ts: at,
      deleted_ts: own, previous_message: { type: "message", user: author, text: "", ts: own,
        ...ts && { thread_ts: ts } } });
  }

  async posts(ts, where = this.channel) {
    return (await this.world.thread(ts, where)).map((one) => one.text);
  }

  async "how top"(one) {
    const said = one.bot ? { ...one.message, bot_id: "BFORM", subtype: "bot_message",
      username: "Form", user: undefined } : one.message;
    const ts = await this.top(said);
    await until(() => this.world.ticket(ts, this.channel), "the ticket is there");
    return () => this.lines(ts);
  }

  async "how reply"(one) {
    const ts = await this.opened();
    for (const said of one.messages) await this.reply(said, ts);
    await this.landmark(ts);
    return () => this.lines(ts);
  }

  async "how edit"(one) {
    const ts = await this.opened();
    const own = await this.reply({ text: one.first }, ts);
    await this.landmark(ts);
    await this.edit(own, ts, { text: one.first }, { text: one.second });
    await this.landmark(ts);
    return () => this.lines(ts);
  }

  async "how solved-reply"(one) {
    const ts = await this.solved();
    for (const said of one.messages) await this.reply(said, ts);
    await this.landmark(ts);
    return () => this.lines(ts);
  }

  async "how closed-reply"(one) {
    const ts = await this.solved();
    const { id } = await this.world.ticket(ts, this.channel);
    await this.world.desk.tell("change", { ticket: id, fields: { status: "closed" } });
    for (const said of one.messages) await this.reply(said, ts);
    return () => this.lines(ts);
  }

  async "how desk"(one) {
    const ts = await this.opened();
    const { id } = await this.world.ticket(ts, this.channel);
    await this.world.desk.tell("say", { ticket: id, html: one.html });
    await this.world.desk.tell("say", { ticket: id, html: "<p>landmark</p>" });
    await until(async () => (await this.posts(ts)).some((text) => /landmark/.test(text)),
      "landmark");
    return async () => (await this.posts(ts)).filter((text) => !text.includes("landmark"));
  }

  async "how desk-refused"(one) {
    const ts = await this.opened();
    const { id } = await this.world.ticket(ts, this.channel);
    await this.world.desk.tell("say", { ticket: id, html: one.html ?? longHtml(one) });
    await this.world.desk.tell("say", { ticket: id, html: "<p>a short one behind it</p>" });
    await this.reply({ text: "customer speaks" }, ts);
    // With and without the author's name.
    return async () => [
      ...(await this.posts(ts)).flatMap((text) => [`thread: ${text}`,
        `thread: ${text.replace(/^\*[^*]+\*:\s*/, "")}`]),
      ...(await this.world.ticket(ts, this.channel)).comments.flatMap(({ plain_body: text }) =>
        [`desk: ${text}`, `desk: ${text.replace(/^Ana Lopez(:\s*)?/, "")}`])];
  }

  async "how mail"(one) {
    const subject = `${one.subject} ${this.next()}`;
    await this.world.desk.tell("mail",
      { subject, text: one.plain, email: `r${this.count}@x.example` });
    const first = await until(async () => (await this.world.messages(mirrored))
      .find((said) => said.text.includes(subject)), "the mail's thread");
    const found = await call(this.world.url, `/v1/tickets?q=${encodeURIComponent(subject)}`);
    return async () => [first.text, ...found.json.items.map((item) => item.description)];
  }

  async "how teams"(one) {
    const id = `r${this.next()}`;
    const body = { type: "message", id, text: one.html, from: { id: "29:1a", name: "Ana Lopez" },
      attachments: [{ contentType: "text/html", content: one.html }],
      conversation: { id: `19:room@thread.tacv2;messageid=${id}` } };
    const answer = await call(this.world.url, "/hooks/teams/local", { method: "POST", body });
    const number = /Ticket #(\d+)/.exec(answer.json.text)?.[1];
    if (!number) return async () => [answer.json.text];
    const { json } = await call(this.world.url, `/v1/tickets/${number}`);
    return async () => [`title=${json.title}`, `priority=${json.priority}`,
      `description=${json.description}`];
  }

  async "how tally"(one) {
    const ts = this.stamp();
    const said = { user: undefined, bot_id: "B9", subtype: "bot_message", username: "Desk" };
    await this.push(await this.message({ ...said, ...one.message }, ts, "", tallied));
    if (one.then) {
      const at = one.then.edited?.ts ?? this.stamp();
      const now = await this.message({ ...said, ...one.message, ...one.then }, ts, "", tallied);
      await this.push({ type: "message", subtype: "message_changed", channel: tallied, ts: at,
        event_ts: at, message: now });
    }
    return async () => {
      const { agents } = (await call(this.world.url, `/v1/tally?channel=${tallied}`)).json;
      return agents.map((agent) => `count ${agent.username}=${agent.updates};`);
    };
  }

  async "how sequence"(one) {
    const thread = one.top ? "" : await this.opened();
    const own = await this.known("-", thread);
    for (const step of one.steps) {
      const said = { text: step.text, files: step.files };
      if (step.e === "deleted") await this.deletion(own, thread);
      else if (step.e === "changed") await this.edit(own, thread, said, { ...said, text: step.to });
      else {
        const event = await this.message(said, own, thread);
        await this.push(step.e === "app_mention" ? { ...event, type: "app_mention" } : event);
      }
    }
    if (thread) await this.landmark(thread);
    return () => this.lines(thread || own);
  }

  async "how oncall"(one) {
    this.duty.set(one.oncalls);
    const where = onDuty[(this.duties += 1) % onDuty.length];
    const ts = await this.opened(`Fire ${this.next()}`, where);
    return () => this.posts(ts, where);
  }

  async "how down-delete-parent"() {
    const ts = await this.opened();
    await this.reply({ text: "a word" }, ts);
    await this.reads(ts, /a word/);
    await this.world.daemon.stop();
    await this.world.slack.order("delete", { channel: this.channel, ts });
    await this.world.start();
    this.patience = patience_after_downtime;
    return () => this.lines(ts);
  }

  /** What fails of a case; empty: nothing. */
  async play(one) {
    this.channel = channels[this.next() % channels.length];
    for (const { id, handle } of one.usergroups ?? []) {
      await this.world.slack.order("group", { id, handle });
    }
    this.patience = usual_patience;
    const look = await this[`how ${one.how}`](one);
    const has = [...one.has ?? [], ...one.subjectHas ? [`subject ${one.subjectHas}`] : [],
      ...Object.entries(one.counts ?? {}).map(([who, times]) => `count ${who}=${times};`)];
    let seen = [];
    const missing = () => has.filter((part) => !seen.some((line) => line.includes(part)));
    for (const end = Date.now() + this.patience; Date.now() < end;) {
      seen = await look();
      if (missing().length === 0) break;
      await new Promise((resume) => setTimeout(resume, 100));
    }
    const trouble = missing().map((part) => `lacks ${JSON.stringify(part)}`);
    for (const part of one.not ?? []) {
      if (seen.some((line) => line.includes(part))) trouble.push(`has ${JSON.stringify(part)}`);
    }
    const pings = seen.some((line) => /(^|[^\w.+-])@(here|channel|everyone)\b/.test(line));
    if (one.noPing && pings) trouble.push("pings");
    const came = seen.join("\n").slice(0, 1500);
    return trouble.length === 0 ? "" : `${trouble.join(", ")} in\n${came}`;
  }

  async end() {
    this.duty.stop();
    await this.world.end();
  }
}

export async function reportedWorld() {
  const duty = await pager();
  const world = await bridgeWorld({ isHttp: true, channels,
    slackKeys: 'allowed_bots = ["BFORM"]', more: configuration(duty.url) });
  const { slack } = world;
  for (const id of [tallied, ...onDuty]) {
    await slack.order("channel", { id, name: id.toLowerCase() });
  }
  await slack.order("person", { id: "U2", name: "Bo Ek", email: "bo@x.example" });
  await slack.order("person", { id: author, name: "Ana Lopez", email: "ana@x.example" });
  await world.start();
  // Events are written here, word for word; the stand-in keeps the messages that they are about.
  await slack.order("lose", { on: true });
  return new Reported(world, duty);
}
