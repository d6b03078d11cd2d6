// Notices by mail, against a real SMTP server; and a Google Sheet that Google's own client reads.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync, createVerify, createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocketServer } from "node:net";
import { after, test } from "node:test";
import { sheets as google_sheets } from "@googleapis/sheets";
import { SMTPServer } from "smtp-server";
import { binary, folder, runBeside } from "./daemon.mjs";

const closers = [];
after(() => closers.forEach((close) => close()));

const day = (back) => {
  const at = new Date(Date.now() - back * 86_400_000).toISOString();
  return `${at.slice(8, 10)}/${at.slice(5, 7)}/${at.slice(0, 4)}`;
};

async function mail_server(options = {}) {
  const mails = [];
  const server = new SMTPServer({ authOptional: true, allowInsecureAuth: true, logger: false,
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (piece) => (text += piece));
      stream.on("end", () => {
        mails.push({ text, from: session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map((one) => one.address), user: session.user });
        done();
      });
    }, ...options });
  server.on("error", () => {});
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  closers.push(() => server.close());
  return { mails, port: server.server.address().port };
}

function world(url, rows, more = "", notices = "") {
  const cwd = folder(`[retry]
first = "20ms"
timeout = "2s"
[mail]
url = "${url}"
from = "Désk, \\"Wire\\" <desk@x.example>"
${more}
[notices]
file = "report.csv"
via = "smtp"
rate_per_minute = 1000000
columns = { subject = "G" }
${notices}`);
  writeFileSync(`${cwd}/report.csv`,
    rows.map((one) => one.map((cell) => `"${cell}"`).join(",")).join("\n"));
  return cwd;
}

const parts_of = (text) => [...text.matchAll(/base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)/g)]
  .map((found) => Buffer.from(found[1], "base64").toString());

test("a mail has text and HTML, and hostile cells start no header", async () => {
  const server = await mail_server();
  const cwd = world(`smtp+plain://127.0.0.1:${server.port}`, [
    ["Pat\r\nBcc: all@y.example", "Döe", "pat@y.example", "1\r\nBcc: all@y.example", "Closed",
      day(3), "Printer <b>\n.\nDATA"]]);
  const done = await runBeside(cwd, ["notices", "run"]);
  assert.equal(done.code, 0, done.out);
  assert.equal(server.mails.length, 1);
  const [mail] = server.mails;
  assert.deepEqual(mail.to, ["pat@y.example"]);
  assert.equal(mail.from, "desk@x.example");
  const head = mail.text.slice(0, mail.text.indexOf("\r\n\r\n"));
  assert.ok(!/^bcc/im.test(head), head);
  assert.match(head, /^Auto-Submitted: auto-generated$/m);
  assert.match(head, /^List-Unsubscribe: <mailto:desk@x\.example\?subject=unsubscribe>$/m);
  assert.match(head, /^Message-ID: <d-\d+\.\d+@x\.example>$/m);
  const [text, html] = parts_of(mail.text);
  assert.match(text, /Printer <b>\n\.\nDATA/);
  assert.match(html, /Printer &lt;b&gt;/);
});

test("a server without STARTTLS, or with a bad certificate, gets nothing", async () => {
  const stripped = await mail_server({ disabledCommands: ["STARTTLS"] });
  const bad = await mail_server();
  for (const server of [stripped, bad]) {
    const cwd = world(`smtp://127.0.0.1:${server.port}`,
      [["Pat", "Doe", "pat@y.example", "1", "Closed", day(3), ""]]);
    const done = await runBeside(cwd, ["notices", "run", "--wait", "1", "--json"]);
    assert.equal(done.code, 69);
    assert.equal(server.mails.length, 0);
  }
});

test("replies: 4yz is tried again, 5yz is dead, a login that fails waits", async () => {
  let tries = 0;
  const server = await mail_server({ onRcptTo(address, session, done) {
    const refuse = (responseCode) => done(Object.assign(new Error("no"), { responseCode }));
    if (address.address.startsWith("grey") && ++tries < 2) return refuse(450);
    if (address.address.startsWith("gone")) return refuse(550);
    return done();
  } });
  const cwd = world(`smtp+plain://127.0.0.1:${server.port}`, ["grey", "gone", "good"].map(
    (one, i) => ["Pat", "Doe", `${one}@y.example`, `T${i}`, "Closed", day(3), ""]));
  const done = await runBeside(cwd, ["notices", "run", "--json"]);
  assert.equal(done.code, 1);
  assert.deepEqual(JSON.parse(done.out).deliveries,
    { pending: 0, done: 2, unsure: 0, dead: 1, discarded: 0 });
  const locked = await mail_server({ authOptional: false, onAuth(auth, session, answer) {
    answer(auth.password === "right" ? null : new Error("no"), { user: auth.username });
  } });
  const more = 'username = "u"\npassword = "wrong"';
  const shut = world(`smtp+plain://127.0.0.1:${locked.port}`, [], more);
  const checked = await runBeside(shut, ["check"]);
  assert.match(checked.out, /FAILED mail\s+the server refuses mail\.username/);
  const open = world(`smtp+plain://127.0.0.1:${locked.port}`, [],
    'username = "u"\npassword = "right"');
  assert.match((await runBeside(open, ["check"])).out, /ok\s+mail\s+127\.0\.0\.1 takes mail of u/);
});

test("a connection that breaks behind the message is unsure; no second mail", async () => {
  let got = 0;
  const server = createSocketServer((socket) => {
    let text = "";
    let is_message = false;
    socket.on("error", () => {});
    socket.write("220 x\r\n");
    socket.on("data", (piece) => {
      text += piece;
      if (is_message && text.endsWith("\r\n.\r\n")) {
        ++got;
        return socket.destroy();
      }
      if (is_message || !text.endsWith("\r\n")) return undefined;
      is_message = text.startsWith("DATA");
      text = "";
      return socket.write(is_message ? "354 go\r\n" : "250 ok\r\n");
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  closers.push(() => server.close());
  const cwd = world(`smtp+plain://127.0.0.1:${server.address().port}`,
    [["Pat", "Doe", "pat@y.example", "1", "Closed", day(3), ""]]);
  const done = await runBeside(cwd, ["notices", "run", "--json", "--wait", "5"]);
  assert.equal(JSON.parse(done.out).deliveries.unsure, 1);
  assert.equal(got, 1);
});

/** Sheets, token and consent as Google answers them; `check` looks at what a token request has. */
async function fake_google(values, check) {
  const state = { reads: 0, tokens: 0, challenge: "", refresh: 0 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      const url = new URL(request.url, "http://x");
      const say = (status, json) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(json));
      };
      if (url.pathname === "/token") {
        ++state.tokens;
        const wrong = check?.(new URLSearchParams(body), state);
        if (wrong) return say(400, { error: "invalid_grant", error_description: wrong });
        return say(200, { access_token: `ya29.${state.tokens}`, expires_in: 3599,
          refresh_token: body.includes("authorization_code") ? "1//refresh" : undefined,
          token_type: "Bearer" });
      }
      const bearer = request.headers.authorization ?? "";
      const key = request.headers["x-goog-api-key"] ?? url.searchParams.get("key");
      if (!bearer.startsWith("Bearer ya29.") && key !== "KEY") {
        return say(403, { error: { code: 403, message: "The caller does not have permission",
          status: "PERMISSION_DENIED" } });
      }
      const path = decodeURIComponent(url.pathname);
      if (path === "/v4/spreadsheets/SHEET") {
        return say(200, { sheets: [{ properties: { title: "Sheet1",
          gridProperties: { rowCount: values.length + 50 } } }] });
      }
      const range =
        /^\/v4\/spreadsheets\/SHEET\/values\/'?Sheet1'?!A(\d+):[A-Z]+(\d*)$/.exec(path);
      if (!range) return say(404, { error: { code: 404, message: "No such entity." } });
      ++state.reads;
      const rows = values.slice(Number(range[1]) - 1, range[2] ? Number(range[2]) : undefined);
      return say(200, { range: path, majorDimension: "ROWS",
        ...(rows.length > 0 ? { values: rows } : {}) });
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { state, url: `http://127.0.0.1:${server.address().port}` };
}

const sheet = [["Firstname", "Lastname", "Email", "Ticket", "Status", "Date"],
  ["Pat", "Doe", "pat@y.example", 1041, "Closed", day(3)], [],
  ["Ann", "Abe", "ann@y.example", "7", "Closed", day(4), ""], ["x"]];

function sheet_world(url, google) {
  return folder(`[notices]
sheet_id = "SHEET"
range = "Sheet1!A1:F"
[google]
sheets_url = "${url}"
token_url = "${url}/token"
${google}`);
}

const preview = async (cwd) => {
  const done = await runBeside(cwd, ["notices", "preview", "--json"]);
  return { ...done, to: done.out ? JSON.parse(done.out).items.map((one) => one.to) : [] };
};

test("a service account reads a sheet, and Google's own client reads the same", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const google = await fake_google(sheet, (form) => {
    const [head, claims, signature] = form.get("assertion").split(".");
    const is_good = createVerify("RSA-SHA256").update(`${head}.${claims}`)
      .verify(publicKey, Buffer.from(signature, "base64url"));
    const said = JSON.parse(Buffer.from(claims, "base64url"));
    return is_good && said.iss === "svc@p.example" && said.exp - said.iat <= 3600 ? "" : "bad";
  });
  const cwd = sheet_world(google.url, "");
  writeFileSync(`${cwd}/credential.json`, JSON.stringify({ type: "service_account",
    client_email: "svc@p.example",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }) }));
  const found = await preview(cwd);
  assert.deepEqual(found.to, ["ann@y.example", "pat@y.example"]);
  assert.equal(found.code, 1, "the row with x alone is told");
  assert.match((await runBeside(cwd, ["check"])).out, /ok .*SHEET is readable, as svc@p\.example/);
  const client = google_sheets({ version: "v4", auth: "KEY", rootUrl: `${google.url}/` });
  const theirs = await client.spreadsheets.values.get({ spreadsheetId: "SHEET",
    range: "Sheet1!A1:F" });
  assert.equal(theirs.data.values.length, sheet.length);
});

test("an API key reads a public sheet; a refusal says whom to share with", async () => {
  const google = await fake_google(sheet);
  assert.deepEqual((await preview(sheet_world(google.url, 'api_key = "KEY"'))).to,
    ["ann@y.example", "pat@y.example"]);
  const refused = await runBeside(sheet_world(google.url, 'api_key = "NO"'), ["check"]);
  assert.match(refused.out, /FAILED notices report .*does not have permission.*shared/);
});

test("a person signs in once, with PKCE and state, and the token is kept 0600", async () => {
  let challenge = "";
  const google = await fake_google(sheet, (form) => {
    if (form.get("grant_type") === "refresh_token") {
      return form.get("refresh_token") === "1//refresh" ? "" : "expired or revoked";
    }
    const hash = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
    return hash === challenge && form.get("code") === "4/0A" ? "" : "bad verifier";
  });
  const cwd = sheet_world(google.url, "");
  writeFileSync(`${cwd}/credential.json`, JSON.stringify({ installed: { client_id: "c",
    client_secret: "s", auth_uri: "https://accounts.example/auth" } }));
  assert.equal((await preview(cwd)).code, 1);
  const child = spawn(binary, ["notices", "login"], { cwd });
  const address = await new Promise((resolve) => {
    let out = "";
    child.stdout.on("data", (piece) => {
      out += piece;
      const found = /(https:\S+)\n/.exec(out);
      if (found) resolve(new URL(found[1]));
    });
  });
  const asked = address.searchParams;
  challenge = asked.get("code_challenge");
  assert.equal(asked.get("code_challenge_method"), "S256");
  const back = asked.get("redirect_uri");
  assert.equal((await fetch(`${back}?state=forged&code=evil`)).status, 400);
  assert.equal((await fetch(`${back}?state=${asked.get("state")}&code=4%2F0A`)).status, 200);
  assert.equal(await new Promise((resolve) => child.on("exit", resolve)), 0);
  assert.equal(statSync(`${cwd}/token.json`).mode & 0o777, 0o600);
  assert.equal(JSON.parse(readFileSync(`${cwd}/token.json`)).refresh_token, "1//refresh");
  assert.deepEqual((await preview(cwd)).to, ["ann@y.example", "pat@y.example"]);
});
