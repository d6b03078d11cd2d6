// Moving in from each of the five older tools, beginning with that tool's own files, variables,
// flags and addresses. docs/guide/migrate.md says the same in prose.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  call, folder, local, run, runBeside, serve, sign, slackSignature, until,
} from "./daemon.mjs";
import { fake, fakeSlack } from "./fake.mjs";

const json = (done) => JSON.parse(done.out);

test("the grapher: stats.json goes on, and a message with two updates counts both", async () => {
  const slack = await fakeSlack();
  const cwd = folder(`${local}${slack.addressConfig}` +
    '[[tally]]\nchannel = "C1"\nstats_file = "stats.json"\n');
  writeFileSync(`${cwd}/stats.json`,
    '{"Jon S\\njxsrcc": 4, "Samwell T\\nsxtrcc": 2, "Sansa S\\nsxsrcc": 5}');
  const env = { SLACK_BOT_TOKEN: slack.bot, SLACK_APP_TOKEN: slack.app };
  const taken = run(cwd, ["tally", "import", "stats.json"], { env });
  assert.equal(taken.code, 0, taken.err);
  const daemon = await serve({ cwd, env });
  await until(async () => (await slack.order("state")).sockets > 0, "Socket Mode");
  await slack.order("say", { channel: "C1", user: "U7", text:
    "INC0000000 [ *Screen will not turn on* ] Work note added by *Jon Snow* (_jxsrcc_):\n" +
    "> Found some issues. Fixing now!\n\n" +
    "INC0000001 [ *Reimage new computer* ] Public comment added by *Sansa Stark* (_sxsrcc_):\n" +
    "> Hello Robb" });
  const kept = () => JSON.parse(readFileSync(`${cwd}/stats.json`, "utf8"));
  await until(() => kept()["Jon S\njxsrcc"] === 5, "the older file with the new count");
  assert.deepEqual(kept(), { "Jon S\njxsrcc": 5, "Samwell T\nsxtrcc": 2, "Sansa S\nsxsrcc": 6 });
  await daemon.stop();
  daemon.clean();
  slack.stop();
});

test("the Slack bot: its addresses, token and body work, and private notes stay private",
  async () => {
    const [slack, desk] = [await fakeSlack(), await fake("fake_zendesk")];
    const env = { SLACK_BOT_TOKEN: slack.bot, SLACK_SIGN_SECRET: "signs", SRE_SUPPORT_CHANNEL: "C1",
      ZENDESK_EMAIL: "bot@acme.example", ZENDESK_TOKEN: "api-token",
      ZENDESK_WEBHOOK_TOKEN: "shared-token" };
    const daemon = await serve({ env, config: `${local}${slack.addressConfig}` +
      `[zendesk]\nurl = "${desk.url}"\npoll = "0s"\n` +
      '[[bridge]]\nchannel = "${SRE_SUPPORT_CHANNEL}"\n' });
    const older = (path, body) => call(daemon.url, path, { method: "POST", body });
    const event = async (payload) => {
      const body = JSON.stringify(payload);
      return call(daemon.url, "/slack/events/", { method: "POST", body,
        headers: slackSignature("signs", body) });
    };
    assert.equal((await event({ type: "url_verification", challenge: "3eZ" })).text, "3eZ");
    const { ts } = await slack.order("say", { channel: "C1", user: "U7", text: "VPN is down" });
    assert.equal((await event({ type: "event_callback", event_id: "Ev1", team_id: "T1",
      event: { type: "message", channel: "C1", channel_type: "channel", user: "U7", ts,
        text: "VPN is down" } })).status, 200);
    const posts = async () => (await slack.order("messages", { channel: "C1" })).messages;
    const says = async (pattern) => (await posts()).find((one) => pattern.test(one.text));
    await until(() => says(/tickets\/\d+/), "the ticket's address in the thread");
    const { items: [mine] } = (await call(daemon.url, "/v1/tickets")).json;
    const ticket = Number(mine.external.id);
    await desk.tell("say", { ticket, html: "<p>between us agents</p>", public: false });
    await desk.tell("say", { ticket, html: "<p>look again please</p>", public: true });
    const body = { token: "shared-token", chat_id: ts, ticket_id: String(ticket) };
    assert.equal((await older("/zendesk/webhook/", { ...body, token: "x" })).status, 401);
    assert.equal((await older("/zendesk/webhook/", body)).status, 200);
    await until(() => says(/look again please/), "the public comment");
    assert.equal(await says(/between us agents/), undefined);
    const mailed = await desk.tell("mail",
      { subject: "Printer on fire", text: "smoke in room 4", email: "ann@x.example" });
    for (let i = 0; i < 2; ++i) {
      const answer = await older("/zendesk/email/webhook/",
        { token: "shared-token", ticket_id: String(mailed.ticket) });
      assert.equal(answer.status, 200);
    }
    await until(() => says(/Printer on fire/), "a thread for the mail");
    const pending = async () => (await call(daemon.url, "/v1/deliveries?state=pending")).json.items;
    await until(async () => (await pending()).length === 0, "all sent");
    const threads = (await posts()).filter((one) => /Printer on fire/.test(one.text));
    assert.equal(threads.filter((one) => !one.thread_ts || one.thread_ts === one.ts).length, 1,
      "its trigger firing twice opens one thread");
    await daemon.stop();
    daemon.clean();
    slack.stop();
    desk.stop();
  });

test("the notices utility: its flags and date file, and nobody reads another's tickets",
  async () => {
    const rows = [["Ann", "Abe", "ann@x.example", "T1", "Closed", "02/07/2021"],
      ["Bob", "Bee", "bob@x.example", "T2", "Closed", "03/07/2021"],
      ["Old", "One", "old@x.example", "T0", "Closed", "30/06/2021"]];
    const posts = [];
    const world = createServer((request, answer) => {
      let body = "";
      request.on("data", (piece) => (body += piece));
      request.on("end", () => {
        const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
        if (request.method === "POST") posts.push(JSON.parse(body));
        const from = Number(/!A(\d+)/.exec(path)?.[1] ?? 1);
        const found = path.includes("/values/") ? { values: rows.slice(Math.max(from - 2, 0)) }
          : { sheets: [{ properties: { title: "Sheet1", gridProperties: { rowCount: 9 } } }] };
        answer.end(JSON.stringify(found));
      });
    });
    await new Promise((ready) => world.listen(0, "127.0.0.1", ready));
    const url = `http://127.0.0.1:${world.address().port}`;
    const cwd = folder(`[google]\nsheets_url = "${url}"\napi_key = "k"\n` +
      '[notices]\npayload = "report"\n');
    writeFileSync(`${cwd}/last_run_date.json`, '{"last_run_date": "01/07/2021"}');
    const flags = (test) => ["notices", "run", "-sheetid", "SHEET", "-range", "Sheet1!A2:F",
      "-webhook_url", `${url}/mail`, "-testmode", test];
    const tested = await runBeside(cwd, flags("yes"));
    assert.equal(tested.code, 0, tested.out);
    assert.match(tested.out, /Test mode/);
    assert.equal((await runBeside(cwd, flags("no"))).code, 1, "the first run asks");
    assert.equal(posts.length, 0);
    const done = await runBeside(cwd, [...flags("no"), "--yes"]);
    assert.equal(done.code, 0, done.out);
    assert.deepEqual(posts.map(([one]) => [one.full_name, one.email.to_address, one.email.body]), [
      ["Ann ABE", ["ann@x.example"], "Ticket no. T1 was closed on 02-Jul-2021\n"],
      ["Bob BEE", ["bob@x.example"], "Ticket no. T2 was closed on 03-Jul-2021\n"]]);
    assert.equal(JSON.parse(readFileSync(`${cwd}/last_run_date.json`, "utf8")).last_run_date,
      "03/07/2021");
    await runBeside(cwd, flags("no"));
    assert.equal(posts.length, 2, "a second run tells nobody again");
    // From a file, in a folder without any configuration: the body is the older one all the same.
    const bare = mkdtempSync(join(tmpdir(), "deskwire-migrate-"));
    writeFileSync(`${bare}/report.csv`, "Firstname,Lastname,Email,Ticket,Status,Date\n" +
      rows[0].join(",") + "\n");
    writeFileSync(`${bare}/last_run_date.json`, '{"last_run_date": "01/07/2021"}');
    await runBeside(bare, ["notices", "run", "--file", "report.csv", "-webhook_url", `${url}/mail`,
      "-testmode", "no", "--yes"]);
    assert.equal(posts[2][0].full_name, "Ann ABE");
    world.close();
  });

test("the spike notifier: auth.ini and its CSV alone are enough", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "deskwire-migrate-"));
  for (const one of ["scripts", "src", "out"]) mkdirSync(`${cwd}/${one}`);
  const heading = `,${Array.from({ length: 24 }, (_, hour) => hour).join(",")}\n`;
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const fours = Array(24).fill(4).join(",");
  const rows = Array.from({ length: 20 }, (_, i) => `${day(21 - i)},${fours}`);
  writeFileSync(`${cwd}/out/history.csv`, heading + rows.join("\n") + "\n");
  const ini = (section) => '[default]\nSpikeDB = "../out/history.csv"\n' +
    '[zendesk]\nDomain = "acme"\nCredentials = "bot@acme.example/token:api-token"\n' +
    '[email]\nSender = "a@acme.example"\nPassword = "pw"\nRecipient = "team@acme.example"\n' +
    `[${section}]\nOmittedTags = ["list", "of", "tags"]\nNumHours = 420\nSpikeThreshold = 0.69\n`;
  writeFileSync(`${cwd}/src/auth.ini`, ini("mods"));
  const scripts = `${cwd}/scripts`;
  const args = ["volume", "run", "--auth-ini", "../src/auth.ini", "--json"];
  // No configuration at all: the account is known, and can't be reached from a test.
  const alone = run(scripts, args, { env: { HTTPS_PROXY: "http://127.0.0.1:1" } });
  assert.equal(alone.code, 69, alone.err);
  assert.match(alone.err, /zendesk: unreachable/);
  const desk = await fake("fake_zendesk");
  writeFileSync(`${scripts}/deskwire.toml`, `[zendesk]\nurl = "${desk.url}"\n`);
  writeFileSync(`${cwd}/src/auth.ini`, ini("misc"));
  for (let i = 0; i < 9; ++i) {
    await desk.tell("mail", { subject: `s${i}`, text: "t", email: `u${i}@x.example` });
  }
  const seen = await runBeside(scripts, args);
  assert.equal(seen.code, 0, seen.out);
  assert.equal(json(seen).method, "mean");
  const env = { ZENDESK_EMAIL: "bot@acme.example", ZENDESK_TOKEN: "api-token" };
  const report = json(await runBeside(scripts, ["volume", "report", "--json"], { env }));
  assert.ok(report.items.some((one) => one.count === 4), "the CSV is the history");
  writeFileSync(`${cwd}/out/one.csv`, `${heading}${day(1)},50\n`);
  assert.match(run(scripts, ["volume", "import", "../out/one.csv"], { env }).err, /no history/);
  desk.stop();
});

test("the Teams hook: the same message, the consumer's own shape, and no unsigned ticket",
  async () => {
    const daemon = await serve({ env: { TEAMS_IT_SECRET: "c2VjcmV0" }, config: `${local}
[teams.it]
secret = "\${TEAMS_IT_SECRET}"
[[queue]]
name = "high"
body = '{"priority": "High", "description": {{description_json}}}'
` });
    const body = JSON.stringify({ type: "message", id: "1",
      text: "<p><at>TicketBot</at>&nbsp;</p>\r\n<p>Problem: Printer on fire</p>\r\n" +
        "<p>Priority: HIGH</p>\r\n<p>Description: smoke in room 4</p>\r\n<p>since 10:30</p>",
      from: { id: "29:1", name: "Ana" } });
    const post = (headers) =>
      call(daemon.url, "/hooks/teams/it", { method: "POST", body, headers });
    assert.equal((await post({})).status, 401);
    const answer = await post({ authorization: sign(body, "c2VjcmV0") });
    assert.match(answer.json.text, /Ticket #1 \(high\): Printer on fire/);
    const wrong = JSON.stringify({ type: "message", id: "2", text: "help, it burns",
      from: { id: "29:1", name: "Ana" } });
    const help = await call(daemon.url, "/hooks/teams/it", { method: "POST", body: wrong,
      headers: { authorization: sign(wrong, "c2VjcmV0") } });
    assert.match(help.json.text, /Title:[^]*Priority:[^]*Description:/);
    const { json: got } = await call(daemon.url, "/sqs", { method: "POST",
      body: { QueueUrl: `${daemon.url}/sqs/high` }, headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AmazonSQS.ReceiveMessage" } });
    assert.deepEqual(JSON.parse(got.Messages[0].Body),
      { priority: "High", description: "smoke in room 4\nsince 10:30" });
    await daemon.stop();
    daemon.clean();
  });
