// A report that arrives, in a folder and in S3, is run by the daemon without its schedule.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { folder, local, runBeside, serve, until } from "./daemon.mjs";
import { startFake } from "./fake.mjs";
import { receiver } from "./notices_receiver.mjs";
import { s3StandIn } from "./s3_stand_in.mjs";

const keys = { key_id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG", region: "eu-central-1" };
const env = { AWS_ACCESS_KEY_ID: keys.key_id, AWS_SECRET_ACCESS_KEY: keys.secret };
const date = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
  .split("-").reverse().join("/");
const report = (...names) => "Firstname,Lastname,Email,Ticket,Status,Date\n" + names.map((name) =>
  `Pat,Doe,${name}@y.example,T-${name},Closed,${date}\n`).join("");
const config = (hook, more) => `${local}[notices]
webhook_url = "${hook.url}"
schedule = ""
watch = "1s"
${more}`;
const names = (hook) => hook.posts.map((one) => one.json.to.split("@")[0]).sort();

test("a report that is put into a folder is run once, and never while it is written", async () => {
  const hook = await receiver();
  const cwd = folder(config(hook, 'file = "in"'));
  mkdirSync(`${cwd}/in`);
  const { stop } = await serve({ cwd });
  writeFileSync(`${cwd}/in/.ann.csv`, report("hidden"));
  writeFileSync(`${cwd}/in/a.csv`, report("ann"));
  for (let i = 0; i < 12; ++i) {
    await pause(300);
    appendFileSync(`${cwd}/in/a.csv`, report(`b${i}`).split("\n")[1] + "\n");
    assert.equal(hook.posts.length, 0, "it was read while it grew");
  }
  await until(() => hook.posts.length === 13, "the report is run");
  // A file that is renamed into the folder, as uploads are.
  writeFileSync(`${cwd}/in/b.csv.part`, report("zoe"));
  renameSync(`${cwd}/in/b.csv.part`, `${cwd}/in/b.csv`);
  await until(() => names(hook).includes("zoe"), "the second report is run");
  await pause(3000);
  assert.equal(hook.posts.length, 14);
  await stop();
});

test("the newest report of a folder is the one that is read and named", async () => {
  const cwd = folder('[notices]\nfile = "in"\nwebhook_url = "http://127.0.0.1:9/"\n');
  const check = async () => (await runBeside(cwd, ["check"])).out;
  mkdirSync(`${cwd}/in`);
  assert.match(await check(), /FAILED\s+notices report\s+in: there is no \.csv or/);
  writeFileSync(`${cwd}/in/a.csv`, report("ann"));
  await pause(20);
  writeFileSync(`${cwd}/in/0.csv`, report("ben"));
  assert.match(await check(), /ok\s+notices report\s+in\/0\.csv is readable/);
  const found = await runBeside(cwd, ["notices", "preview", "--json"]);
  assert.deepEqual(JSON.parse(found.out).items.map((one) => one.email ?? one.to),
    ["ben@y.example"]);
});

test("an object that arrives under a prefix is run, and a look is one list", async () => {
  const s3 = await s3StandIn(keys);
  const aws = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: keys.region,
    credentials: { accessKeyId: keys.key_id, secretAccessKey: keys.secret }, maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" });
  const put = (Key, Body) => aws.send(new PutObjectCommand({ Bucket: "desk", Key, Body }));
  await put("in/2026 ä&.csv", report("ann"));
  await put("in/z.txt", "not a report");
  const listed = await aws.send(new ListObjectsV2Command({ Bucket: "desk", Prefix: "in/" }));
  assert.deepEqual(listed.Contents.map((one) => one.Key), ["in/2026 ä&.csv", "in/z.txt"]);
  s3.before.page = 1;
  const first = await aws.send(new ListObjectsV2Command({ Bucket: "desk", Prefix: "in/" }));
  const rest = await aws.send(new ListObjectsV2Command(
    { Bucket: "desk", Prefix: "in/", ContinuationToken: first.NextContinuationToken }));
  assert.deepEqual([first.IsTruncated, rest.Contents[0].Key], [true, "in/z.txt"]);

  const hook = await receiver();
  const cwd = folder(config(hook, `file = "s3://desk/in/"
region = "${keys.region}"
endpoint = "${s3.url}"`));
  const { stop } = await serve({ cwd, env });
  await until(() => hook.posts.length === 1, "the report is run");
  await pause(1500);
  s3.before.page = 1000;
  await put("in/b.csv", report("ann", "zoe"));
  await until(() => names(hook).includes("zoe"), "the second report is run");
  await pause(2500);
  const from = s3.requests.length;
  await pause(3000);
  const quiet = s3.requests.slice(from);
  assert.ok(quiet.length >= 2 && quiet.length <= 4, `${quiet.length} requests`);
  assert.ok(quiet.every((one) => one.query.includes("list-type=2")));
  assert.deepEqual(names(hook), ["ann", "zoe"]);
  await stop();
});

test("a look at a sheet that did not change is one small request, where Drive tells", async () => {
  const google = await startFake("fake_sheets");
  const rows = (...names) => [["Firstname", "Lastname", "Email", "Ticket", "Status", "Date"],
    ...names.map((name) => ["Pat", "Doe", `${name}@y.example`, `T-${name}`, "Closed", date])];
  const put = (...names) => google.order("tab",
    { spreadsheet: "SHEET", title: "Sheet1", rows: rows(...names), grid_rows: 20_000 });
  const reads = async () => (await google.order("reads")).reads;
  await put("ann");
  const hook = await receiver();
  const cwd = folder(config(hook, `sheet_id = "SHEET"
range = "Sheet1!A1:F"
[google]
sheets_url = "${google.url}"
api_key = "fake-key"
`));
  const daemon = await serve({ cwd });
  await until(() => names(hook).includes("ann"), "the sheet is run");
  const before = (await reads()).length;
  await pause(3500);
  const idle = (await reads()).slice(before);
  assert.ok(idle.length >= 2 && idle.length <= 5, `${idle.length} requests`);
  assert.deepEqual([...new Set(idle)], ["/drive/v3/files/SHEET"]);
  await put("ann", "ben");
  await until(() => names(hook).includes("ben"), "the change is run");
  // Without the Drive API each look reads the sheet.
  await google.order("drive", { is_enabled: false });
  await put("ann", "ben", "cy");
  await until(() => names(hook).includes("cy"), "the change is run without Drive");
  assert.match(daemon.log(), /each look of notices\.watch reads the whole sheet/);
  const checked = (await runBeside(cwd, ["check"])).out;
  assert.match(checked, /ok .*SHEET is readable, with google\.api_key; each look of notices\./);
  assert.match(checked, /enable the Drive API in the project of google\.api_key/);
  await daemon.stop();
  google.stop();
});
