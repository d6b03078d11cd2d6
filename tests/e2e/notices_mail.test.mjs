// Notices by mail, against a real SMTP server.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createSocketServer } from "node:net";
import { after, test } from "node:test";
import { SMTPServer } from "smtp-server";
import { folder, runBeside } from "./daemon.mjs";

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

/** The same, where mail comes from another address. */
function one_with_from(port, from) {
  const cwd = world(`smtp+plain://127.0.0.1:${port}`, []);
  const file = `${cwd}/deskwire.toml`;
  writeFileSync(file, readFileSync(file, "utf8").replace("desk@x.example", from));
  return cwd;
}

const parts_of = (text) => [...text.matchAll(/base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)/g)]
  .map((found) => Buffer.from(found[1], "base64").toString());

test("a mail has text and HTML, and hostile cells start no header", async () => {
  const server = await mail_server();
  const cwd = world(`smtp+plain://127.0.0.1:${server.port}`, [
    ["Pat\r\nBcc: everyone", "Döe", "pat@y.example", "1\r\nBcc: everyone", "Closed",
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
  assert.match(checked.out, /FAILED mail\s+the server rejected mail\.username/);
  const open = world(`smtp+plain://127.0.0.1:${locked.port}`, [],
    'username = "u"\npassword = "right"');
  assert.match((await runBeside(open, ["check"])).out,
    /ok\s+mail\s+127\.0\.0\.1 accepts mail of u/);
});

const reasons = async (cwd) =>
  JSON.parse((await runBeside(cwd, ["delivery", "list", "--json"])).out).items
    .map((one) => one.reason);

test("a refusal is told in the mail server's own words", async () => {
  const server = await mail_server({ onRcptTo(address, session, done) {
    done(Object.assign(new Error("5.1.1 <pat@y.example>: no such user\r\nask the postmaster"),
      { responseCode: 550 }));
  } });
  const cwd = world(`smtp+plain://127.0.0.1:${server.port}`,
    [["Pat", "Doe", "pat@y.example", "1", "Closed", day(3), ""]]);
  assert.equal((await runBeside(cwd, ["notices", "run"])).code, 1);
  const [why] = await reasons(cwd);
  assert.match(why, /rejected it: 550 5\.1\.1 <pat@y\.example>: no such user/);
  assert.doesNotMatch(why, /[Bb]ye|Failed sending/);
});

test("an address beyond ASCII: its domain as xn--, its name with SMTPUTF8 or not at all",
  async () => {
    const rows = [["Pat", "Doe", "pat@müller.example", "1", "Closed", day(3), "x"],
      ["Jö", "Roe", "jörg@müller.example", "2", "Closed", day(3), "x"]];
    const able = await mail_server();
    const both = world(`smtp+plain://127.0.0.1:${able.port}`, rows);
    assert.equal((await runBeside(both, ["notices", "run"])).code, 0);
    // smtp-server shows domains as people read them; the message has what was sent.
    const heads = able.mails.map((one) => /^To: (.*)\r$/m.exec(one.text)[1]);
    assert.equal(able.mails.length, 2);
    assert.ok(heads.includes("pat@xn--mller-kva.example"), heads.join());
    const unable = await mail_server({ hideSMTPUTF8: true });
    const one = world(`smtp+plain://127.0.0.1:${unable.port}`, rows);
    assert.equal((await runBeside(one, ["notices", "run"])).code, 1);
    assert.equal(unable.mails.length, 1);
    assert.match((await reasons(one)).join(),
      /not sent: the mail server has no SMTPUTF8, which jörg@xn--mller-kva\.example needs/);
    const from = one_with_from(unable.port, "désk@x.example");
    assert.match((await runBeside(from, ["check"])).out, /FAILED mail\s+.*has no SMTPUTF8/);
    const fine = one_with_from(unable.port, "desk@müller.example");
    assert.match((await runBeside(fine, ["check"])).out, /ok\s+mail /);
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
