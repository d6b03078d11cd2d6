// A small S3: one bucket in memory, GET and HEAD with ranges and If-Match, PUT, ListObjectsV2, and
// signatures that are checked as AWS documents them (Signature Version 4). AWS's own client proves
// it in s3_report.test.mjs and notices_watch.test.mjs.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { after } from "node:test";

const servers = new Set();
after(() => servers.forEach((one) => {
  one.closeAllConnections();
  one.close();
}));

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const mac = (key, text) => createHmac("sha256", key).update(text).digest();
const strict = (text) => encodeURIComponent(text).replace(/[!'()*]/g,
  (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

const malformed = ["AuthorizationHeaderMalformed", "InvalidToken", "MissingSecurityHeader",
  "XAmzContentSHA256Mismatch"];
const format = new RegExp("^AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/" +
  "aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$");

/** The error code that S3 would give, or null where the signature holds. */
function fault_of(request, body, { key_id, secret, region, session }) {
  const parts = format.exec(request.headers.authorization ?? "");
  if (!parts) return "AccessDenied";
  const [, id, day, asked_region, service, names, signature] = parts;
  if (id !== key_id) return "InvalidAccessKeyId";
  if (asked_region !== region || service !== "s3") return "AuthorizationHeaderMalformed";
  const at = request.headers["x-amz-date"] ?? "";
  const time = Date.parse(at.replace(/^(....)(..)(..T..)(..)(..)Z$/, "$1-$2-$3:$4:$5Z"));
  const isNow = at.startsWith(day) && Math.abs(Date.now() - time) < 900_000;
  if (!isNow) return "RequestTimeTooSkewed";
  if ((request.headers["x-amz-security-token"] ?? "") !== session) return "InvalidToken";
  const signed = names.split(";");
  const must = Object.keys(request.headers).filter((one) => /^(host$|x-amz-)/.test(one));
  if (must.some((one) => !signed.includes(one))) return "AccessDenied";
  const hash = request.headers["x-amz-content-sha256"];
  if (!hash) return "MissingSecurityHeader";
  if (hash !== "UNSIGNED-PAYLOAD" && hash !== sha(body)) return "XAmzContentSHA256Mismatch";
  const [path, query = ""] = request.url.split("?");
  const pairs = [...new URLSearchParams(query)].map(([key, value]) =>
    `${strict(key)}=${strict(value)}`).sort();
  const canonical = [request.method, path.split("/").map((one) =>
    strict(decodeURIComponent(one))).join("/"), pairs.join("&"),
    ...signed.map((one) => `${one}:${request.headers[one].trim().replace(/ +/g, " ")}`), "",
    names, hash].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", at, scope, sha(canonical)].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce(mac, `AWS4${secret}`);
  const expected = mac(key, text);
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? null : "SignatureDoesNotMatch";
}

const tag = (bytes) => `"${createHash("md5").update(bytes).digest("hex")}"`;
const xml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
  .replaceAll('"', "&quot;");
const form = (key) => new URLSearchParams([["k", key]]).toString().slice(2)
  .replaceAll("%2F", "/");

/** ListObjectsV2, so many keys a page; the token is the last key of the page before. */
function listing_of(objects, before) {
  const times = new Map();
  const contents_of = (path, name) => {
    const bytes = objects.get(path);
    if (times.get(path)?.bytes !== bytes) times.set(path, { bytes, at: new Date() });
    return `<Contents><Key>${name}</Key>` +
      `<LastModified>${times.get(path).at.toISOString()}</LastModified>` +
      `<ETag>${xml(tag(bytes))}</ETag><Size>${bytes.length}</Size></Contents>`;
  };
  return (request, response, path) => {
    const asked = new URLSearchParams(request.url.split("?")[1]);
    const bucket = `${path.replace(/\/$/, "")}/`;
    const after = asked.get("continuation-token") ?? "";
    const encode = asked.get("encoding-type") === "url" ? form : xml;
    const keys = [...objects.keys()].filter((one) => one.startsWith(bucket))
      .map((one) => one.slice(bucket.length))
      .filter((one) => one.startsWith(asked.get("prefix") ?? "") && one > after).sort();
    const page = keys.slice(0, before.page ?? 1000);
    const isCut = page.length < keys.length;
    const next = isCut
      ? `<NextContinuationToken>${xml(page.at(-1))}</NextContinuationToken>` : "";
    const type = encode === form ? "<EncodingType>url</EncodingType>" : "";
    response.writeHead(200, { "content-type": "application/xml" });
    response.end('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult ' +
      `xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${type}` +
      `<KeyCount>${page.length}</KeyCount><IsTruncated>${isCut}</IsTruncated>${next}` +
      `${page.map((key) => contents_of(bucket + key, encode(key))).join("")}</ListBucketResult>`);
  };
}

/** Starts it. `objects`: by "/bucket/key", a Buffer each; `requests` in order. */
export async function s3StandIn(keys) {
  const objects = new Map();
  const requests = [];
  const before = { answer: null };
  const list = listing_of(objects, before);
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces);
      const path = decodeURIComponent(request.url.split("?")[0]);
      const query = request.url.split("?")[1] ?? "";
      requests.push({ method: request.method, path, query, range: request.headers.range });
      const refuse = (status, code) => {
        const said = `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;
        response.writeHead(status, { "content-type": "application/xml" });
        response.end(request.method === "HEAD" ? "" : said);
      };
      const fault = fault_of(request, body, { session: "", ...keys });
      if (fault) return refuse(malformed.includes(fault) ? 400 : 403, fault);
      if (request.method === "PUT") {
        objects.set(path, body);
        return response.writeHead(200, { etag: tag(body) }).end();
      }
      before.answer?.(requests.length);
      if (request.url.includes("list-type=2")) return list(request, response, path);
      const found = objects.get(path);
      if (!found) return refuse(404, "NoSuchKey");
      const etag = tag(found);
      const wanted = request.headers["if-match"];
      if (wanted && wanted !== etag) return refuse(412, "PreconditionFailed");
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
      if (!range) {
        response.writeHead(200, { etag, "content-length": found.length });
        return response.end(request.method === "HEAD" ? undefined : found);
      }
      const from = Number(range[1]);
      if (from >= found.length) return refuse(416, "InvalidRange");
      const to = Math.min(range[2] ? Number(range[2]) : Infinity, found.length - 1);
      response.writeHead(206, { etag, "content-length": to - from + 1,
        "content-range": `bytes ${from}-${to}/${found.length}` });
      return response.end(found.subarray(from, to + 1));
    });
  });
  servers.add(server);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}`, objects, requests, before };
}
