// A report in Google Sheets: the fake as Google's own client sees it, then every way to sign in,
// and the daemon that reads it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { sheets as google_sheets } from "@googleapis/sheets";
import { binary, call, folder, local, runBeside, serve } from "./daemon.mjs";
import { startFake } from "./fake.mjs";

const day = (back) => {
  const at = new Date(Date.now() - back * 86_400_000).toISOString();
  return `${at.slice(8, 10)}/${at.slice(5, 7)}/${at.slice(0, 4)}`;
};
const rows = [["Firstname", "Lastname", "Email", "Ticket", "Status", "Date"],
  ["Pat", "Doe", "pat@y.example", 1041, "Closed", day(3)], [],
  ["Ann", "Abe", "ann@y.example", "7", "Closed", day(4), ""], ["x"]];

async function fakeSheets() {
  const google = await startFake("fake_sheets");
  await google.order("tab", { spreadsheet: "SHEET", title: "It's closed", rows });
  return google;
}

const config = (google, more = "") => `${local}
[notices]
sheet_id = "SHEET"
range = "'It''s closed'!A1:F"
webhook_url = "http://127.0.0.1:9/hook"
[google]
sheets_url = "${google.url}"
token_url = "${google.url}/token"
${more}`;
const withKey = 'api_key = "fake-key"';

const preview = async (cwd) => {
  const done = await runBeside(cwd, ["notices", "preview", "--json"]);
  return { ...done, to: done.out ? JSON.parse(done.out).items.map((one) => one.to) : [] };
};
const everybody = ["ann@y.example", "pat@y.example"];

test("Google's own client reads the fake, and is refused as by Google", async () => {
  const google = await fakeSheets();
  const client = google_sheets({ version: "v4", auth: "fake-key", rootUrl: `${google.url}/` });
  const read = (range, more = {}) =>
    client.spreadsheets.values.get({ spreadsheetId: "SHEET", range, ...more });
  const all = (await read("'It''s closed'!A1:F", { valueRenderOption: "UNFORMATTED_VALUE" })).data;
  assert.equal(all.range, "'It''s closed'!A1:F1000");
  assert.deepEqual(all.values[1], rows[1]);
  assert.deepEqual(all.values[2], [], "an empty row inside");
  assert.deepEqual(all.values[3].length, 6, "empty cells at the end are left out");
  assert.equal((await read("'It''s closed'!A2:D2")).data.values[0][3], "1041", "as it is shown");
  assert.equal((await read("'It''s closed'!A900:F")).data.values, undefined);
  const about = await client.spreadsheets.get({ spreadsheetId: "SHEET",
    fields: "sheets.properties(title,gridProperties)" });
  assert.equal(about.data.sheets[0].properties.gridProperties.rowCount, 1000);
  await google.order("tab", { spreadsheet: "SHEET", title: "Dates", rows: [
    ["x", { serial: 46347, shown: "21.11.2026" }, "#N/A"]] });
  await google.order("named_range",
    { spreadsheet: "SHEET", name: "closed", range: "'Dates'!$B$1:$C$9" });
  const named = async (more) => (await read("closed", more)).data.values;
  assert.deepEqual(await named(), [["21.11.2026", "#N/A"]]);
  assert.deepEqual(await named({ valueRenderOption: "UNFORMATTED_VALUE" }), [[46347, "#N/A"]]);
  assert.deepEqual(await named({ valueRenderOption: "UNFORMATTED_VALUE",
    dateTimeRenderOption: "FORMATTED_STRING" }), [["21.11.2026", "#N/A"]]);
  assert.deepEqual((await read("$D$1:$E$2")).data.values,
    [["Ticket", "Status"], ["1041", "Closed"]]);
  await google.order("fault", { status: 429, retry_after: "7" });
  await assert.rejects(client.spreadsheets.values.get({ spreadsheetId: "SHEET", range: "A1" },
    { retry: false }), (failed) => failed.status === 429 &&
    failed.response.headers.get("retry-after") === "7");
  await assert.rejects(read("Sheet9!A1:B"), { status: 400, message: /Unable to parse range/ });
  await assert.rejects(read("'It''s closed'!A1001:F"), /exceeds grid limits/);
  await assert.rejects(client.spreadsheets.values.get({ spreadsheetId: "x", range: "A1" }),
    { status: 404 });
  const stranger = google_sheets({ version: "v4", auth: "no", rootUrl: `${google.url}/` });
  await assert.rejects(stranger.spreadsheets.get({ spreadsheetId: "SHEET" }), { status: 403 });
  google.stop();
});

test("a service account signs in, and again when its token is refused", async () => {
  const google = await fakeSheets();
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await google.order("account", { email: "svc@p.example",
    public_key: publicKey.export({ type: "spki", format: "pem" }) });
  const daemon = await serve({ cwd: folder(config(google)) });
  const credentials = (key) => writeFileSync(`${daemon.cwd}/credential.json`, JSON.stringify({
    type: "service_account", client_email: "svc@p.example",
    private_key: key.export({ type: "pkcs8", format: "pem" }) }));
  credentials(privateKey);
  const ask = async () => (await call(daemon.url, "/v1/notices/preview")).json;
  const found = await preview(daemon.cwd);
  assert.deepEqual(found.to, everybody);
  assert.equal(found.code, 1, "the row with x alone is told");
  const first = await ask();
  assert.deepEqual(first.items?.map((one) => one.to), everybody, JSON.stringify(first));
  await google.order("expire");
  await google.order("tab", { spreadsheet: "SHEET", title: "It's closed",
    rows: [...rows, ["Zoe", "Zed", "zoe@y.example", "9", "Closed", day(2)]] });
  assert.deepEqual((await ask()).items.map((one) => one.to), [...everybody, "zoe@y.example"]);
  assert.match((await runBeside(daemon.cwd, ["check"])).out,
    /ok .*SHEET is readable, as svc@p\.example/);
  await google.order("expire");
  credentials(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  const refused = await runBeside(daemon.cwd, ["check"]);
  assert.match(refused.out, /FAILED .*Invalid JWT Signature/);
  await daemon.stop();
  daemon.clean();
  google.stop();
});

test("an API key reads a public sheet in pages; a refusal says why", async () => {
  const google = await fakeSheets();
  const many = Array.from({ length: 12_000 }, (_, i) =>
    ["P", "D", `p${i % 40}@y.example`, `${i}`, "Closed", day(3)]);
  await google.order("tab", { spreadsheet: "SHEET", title: "It's closed", grid_rows: 12_001,
    rows: [rows[0], ...many] });
  const read = await preview(folder(config(google, withKey)));
  assert.equal(read.to.length, 40);
  assert.equal((await google.order("reads")).reads.length, 4, "the tab, and three pages");
  const refused = await runBeside(folder(config(google, 'api_key = "NO"')), ["check"]);
  assert.match(refused.out, /FAILED notices report .*does not have permission.*shared/);
  const missing = await runBeside(
    folder(config(google, withKey).replace("It''s", "Its")), ["check"]);
  assert.match(missing.out, /FAILED .*no tab/);
  google.stop();
});

test("dates, errors and numbers are what they are; names of ranges and tabs count", async () => {
  const google = await startFake("fake_sheets");
  const serial = (back) => Math.floor(Date.now() / 86_400_000) - back + 25_569;
  const dated = (back) => ({ serial: serial(back) + 0.75, shown: "wie auch immer" });
  await google.order("tab", { spreadsheet: "SHEET", title: "Diagramm", chart: true });
  await google.order("tab", { spreadsheet: "SHEET", title: "Alt", hidden: true, rows });
  await google.order("tab", { spreadsheet: "SHEET", title: "Tabellenblatt1", rows: [
    ["", "Firstname", "Lastname", "Email", "Ticket", "Status", "Date"],
    ["", "Pat", "Doe", "pat@y.example", 1041, "Closed", dated(3)],
    ["", "Bad", "Row", "bad@y.example", "#N/A", "Closed", dated(3)],
    ["", "Ann", "Abe", "ann@y.example", 1042, "Closed", "#REF!"]] });
  await google.order("named_range", { spreadsheet: "SHEET", name: "closed_tickets",
    range: "'Tabellenblatt1'!$B$1:$G$99" });
  const by_heading = ["Email", "Ticket", "Status", "Date"]
    .map((one) => `${one.toLowerCase()} = "${one}"`).join(", ");
  const with_range = (range) => config(google, withKey)
    .replace(/range = .*/, `${range}\ncolumns = { name = "Firstname", ${by_heading} }`);
  for (const range of ['range = "$B$1:$G"', 'range = "Closed_Tickets"',
    'range = "tabellenblatt1!B1:G"']) {
    const read = await preview(folder(with_range(range)));
    assert.deepEqual(read.to, ["pat@y.example"], range);
    assert.equal(read.code, 1, "two rows have errors");
    assert.match(read.out, /"1041"/);
    assert.ok(!read.out.includes("#N/A\",\"subject"), read.out);
  }
  const said = async (range) => (await runBeside(folder(with_range(range)), ["check"])).out;
  assert.match(await said('range = "Nope!A1:F"'),
    /no tab "Nope"; the spreadsheet has "Diagramm" \(a chart\), "Alt" \(hidden\)/);
  assert.match(await said('range = "Diagramm"'), /"Diagramm" is a chart/);
  google.stop();
});

test("Google's limits are for the engine's pauses: one command asks once", async () => {
  const google = await fakeSheets();
  await google.order("fault", { status: 429, retry_after: "30" });
  const cwd = folder(config(google, withKey));
  const busy = await preview(cwd);
  assert.equal(busy.code, 69, busy.err);
  assert.match(busy.err, /Google answered 429: try again later/);
  assert.equal((await google.order("reads")).reads.length, 0, "nothing is hammered");
  // However long Google goes on: each command asks once, plans nothing and ends with 69.
  const again = [["plan"], ["run", "--yes"], ["run"]];
  for (let i = 0; i < again.length; ++i) await google.order("fault", { status: 429 });
  for (const words of again) {
    const refused = await runBeside(cwd, ["notices", ...words]);
    assert.equal(refused.code, 69, `${words}: ${refused.err}`);
    assert.match(refused.err, /Google answered 429/);
  }
  assert.deepEqual((await preview(cwd)).to, everybody);
  google.stop();
});

test("a person signs in with PKCE and state, and the token is kept 0600", async () => {
  const google = await fakeSheets();
  const cwd = folder(config(google));
  writeFileSync(`${cwd}/credential.json`, JSON.stringify({ installed: { client_id: "fake-client",
    client_secret: "fake-secret", auth_uri: `${google.url}/auth` } }));
  assert.equal((await preview(cwd)).code, 1);
  const signIn = async (...args) => {
    const child = spawn(binary, args, { cwd });
    const address = await new Promise((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`${args}: exit ${code}`)));
      let out = "";
      child.stdout.on("data", (piece) => {
        out += piece;
        const found = /(http:\S+auth\S+)\n/.exec(out);
        if (found) resolve(found[1]);
      });
    });
    const back = new URL(address).searchParams.get("redirect_uri");
    assert.equal((await fetch(`${back}?state=forged&code=evil`)).status, 400);
    assert.equal((await fetch(address)).status, 200, "consent leads back");
    assert.equal(await new Promise((resolve) => child.on("exit", resolve)), 0);
  };
  await signIn("notices", "login");
  assert.equal(statSync(`${cwd}/token.json`).mode & 0o777, 0o600);
  assert.match(JSON.parse(readFileSync(`${cwd}/token.json`)).refresh_token, /^1\/\/fake/);
  assert.deepEqual((await preview(cwd)).to, everybody);
  await google.order("expire", { refresh: true });
  const gone = await preview(cwd);
  assert.equal(gone.to.length, 0);
  assert.notEqual(gone.code, 0);
  await signIn("login", "google");
  assert.deepEqual((await preview(cwd)).to, everybody, "signed in anew");
  google.stop();
});
