// A report in S3: the stand-in as AWS's own client sees it, then what notices read from it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client }
  from "@aws-sdk/client-s3";
import { folder, runBeside } from "./daemon.mjs";
import { s3StandIn } from "./s3_stand_in.mjs";

const keys = { key_id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG", region: "eu-central-1" };
const env = { AWS_ACCESS_KEY_ID: keys.key_id, AWS_SECRET_ACCESS_KEY: keys.secret };
const key = "reports/ä b+c(1)'.csv";

function client(s3, change = {}) {
  const given = { accessKeyId: keys.key_id, secretAccessKey: keys.secret, ...change };
  return new S3Client({ endpoint: s3.url, forcePathStyle: true, region: keys.region,
    credentials: given, maxAttempts: 1, requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED" });
}

const date = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
  .split("-").reverse().join("/");
const heading = "Firstname,Lastname,Email,Ticket,Status,Date\n";
const report = (customers, tickets) => heading + Array.from({ length: tickets }, (_, i) =>
  `Pat,Doe,pat${i % customers}@y.example,${i},Closed,${date}\n`).join("");

function world(s3, file = `s3://desk/${key}`, region = keys.region) {
  return folder(`[notices]
file = "${file}"
region = "${region}"
endpoint = "${s3.url}"
webhook_url = "http://127.0.0.1:9/hook"
`);
}

const preview = async (cwd, more = {}) => {
  const done = await runBeside(cwd, ["notices", "preview", "--json"], { env: { ...env, ...more } });
  return { ...done, items: done.out ? JSON.parse(done.out).items : [] };
};

test("AWS's own client is served by the stand-in, and refused where S3 refuses it", async () => {
  const s3 = await s3StandIn(keys);
  const good = client(s3);
  const at = { Bucket: "desk", Key: key };
  const put = await good.send(new PutObjectCommand({ ...at, Body: "0123456789" }));
  const part = await good.send(new GetObjectCommand({ ...at, Range: "bytes=3-5" }));
  assert.equal(await part.Body.transformToString(), "345");
  assert.equal(part.ContentRange, "bytes 3-5/10");
  const head = await good.send(new HeadObjectCommand(at));
  assert.deepEqual([head.ContentLength, head.ETag], [10, put.ETag]);
  const refused = (command, one = good) => one.send(command).then(() => "none", (e) => e.name);
  assert.equal(await refused(new GetObjectCommand({ ...at, IfMatch: '"x"' })),
    "PreconditionFailed");
  assert.equal(await refused(new GetObjectCommand({ ...at, Range: "bytes=10-" })), "InvalidRange");
  assert.equal(await refused(new GetObjectCommand({ ...at, Key: "none" })), "NoSuchKey");
  for (const [change, name] of [[{ secretAccessKey: "x" }, "SignatureDoesNotMatch"],
    [{ accessKeyId: "x" }, "InvalidAccessKeyId"], [{ sessionToken: "x" }, "InvalidToken"]]) {
    assert.equal(await refused(new GetObjectCommand(at), client(s3, change)), name);
  }
});

test("a report in S3 is read in ranges of one version, signed", async () => {
  const s3 = await s3StandIn(keys);
  s3.objects.set(`/desk/${key}`, Buffer.from(report(50, 150_000)));
  const found = await preview(world(s3));
  assert.equal(found.code, 0, found.out);
  assert.equal(found.items.length, 50);
  assert.equal(found.items.reduce((sum, one) => sum + one.tickets.length, 0), 150_000);
  const ranges = s3.requests.map((one) => one.range);
  assert.deepEqual(ranges.slice(0, 2), ["bytes=0-4194303", "bytes=4194304-8388607"]);
  // Replaced while it is read: half of one report and half of another are never put together.
  s3.before.answer = (count) =>
    count === s3.requests.length && s3.requests.at(-1).range !== ranges[0] &&
    s3.objects.set(`/desk/${key}`, Buffer.from(report(7, 150_000)));
  const torn = await preview(world(s3));
  assert.notEqual(torn.code, 0);
  assert.equal(torn.items.length, 0);
  s3.before.answer = null;
  // Exactly as long as one piece: the next range is behind its end, which is no error.
  const piece = 4 << 20;
  const text = report(3, 89_000);
  const last = `,Doe,pat0@y.example,x,Closed,${date}\n`;
  const exact = `${text}${"P".repeat(piece - text.length - last.length)}${last}`;
  assert.equal(exact.length, piece);
  s3.objects.set(`/desk/${key}`, Buffer.from(exact));
  assert.equal((await preview(world(s3))).items.length, 3);
});

test("what S3 refuses is told with what to do, and never with a key", async () => {
  const s3 = await s3StandIn(keys);
  s3.objects.set(`/desk/${key}`, Buffer.from(report(2, 4)));
  const check = async (cwd, more = {}) =>
    (await runBeside(cwd, ["check"], { env: { ...env, ...more } })).out;
  assert.match(await check(world(s3)), /ok\s+notices report/);
  for (const [cwd, more, expected] of [
    [world(s3), { AWS_SECRET_ACCESS_KEY: "other" }, /lack s3:GetObject/],
    [world(s3, "s3://desk/none.csv"), {}, /no such file/],
    [world(s3, undefined, "us-west-2"), {}, /check notices\.region/]]) {
    const out = await check(cwd, more);
    assert.match(out, /FAILED\s+notices report/);
    assert.match(out, expected);
    assert.ok(!out.includes(keys.secret) && !out.includes("other"));
  }
});
