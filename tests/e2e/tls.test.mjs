// TLS as openssl's own client sees it, and what is said of a certificate that can't be used.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { folder, run, serve } from "./daemon.mjs";

const config = '[server]\nlisten = "127.0.0.1:0"\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n';

function certificate(cwd) {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-keyout", `${cwd}/key.pem`, "-out", `${cwd}/cert.pem`],
  { stdio: "ignore" });
}

/** The cipher that openssl's client agrees on, or null if there is no connection. */
function shake(url, args) {
  const { host } = new URL(url);
  const done = spawnSync("openssl", ["s_client", "-connect", host, ...args],
    { input: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      encoding: "utf8", timeout: 20_000 });
  const cipher = /Cipher is (\S+)/.exec(done.stdout)?.[1];
  return !cipher || cipher === "(NONE)" ? null : cipher;
}

test("TLS 1.3, and of 1.2 only ephemeral keys with authenticated encryption; HSTS", async () => {
  const cwd = folder(config);
  certificate(cwd);
  const daemon = await serve({ cwd });
  const old = ["-cipher", "ALL:@SECLEVEL=0"];
  assert.match(shake(daemon.url, ["-tls1_3"]), /^TLS_/);
  for (const good of ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305"]) {
    assert.equal(shake(daemon.url, ["-tls1_2", "-cipher", good]), good);
  }
  for (const bad of ["AES128-GCM-SHA256", "AES256-SHA256", "AES128-SHA", "AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA384",
    "kRSA@SECLEVEL=0", "DHE-RSA-AES128-GCM-SHA256"]) {
    assert.equal(shake(daemon.url, ["-tls1_2", "-cipher", bad]), null, bad);
  }
  assert.equal(shake(daemon.url, ["-tls1_1", ...old]), null);
  assert.equal(shake(daemon.url, ["-tls1", ...old]), null);
  const head = execFileSync("curl", ["-sk", "-D", "-", `${daemon.url}/healthz`],
    { encoding: "utf8" });
  assert.match(head, /^strict-transport-security: max-age=\d{7,}\r$/im);
  const refused = execFileSync("curl", ["-sk", "-D", "-", `${daemon.url}/nothing`],
    { encoding: "utf8" });
  assert.match(refused, /^strict-transport-security:/im, "refusals carry it as well");
  await daemon.stop();
  daemon.clean();
});

test("a TLS file that is missing, unreadable or another's is 78, with its line", () => {
  const says = (cwd, expected) => {
    for (const args of [["serve"], ["check", "--offline"]]) {
      const start = run(cwd, args);
      assert.equal(start.code, 78, start.err);
      assert.match(start.err, expected);
    }
  };
  const cwd = folder(config);
  says(cwd, /deskwire\.toml:3: server\.tls_cert: cert\.pem: .*expected here: a PEM file/);
  certificate(cwd);
  writeFileSync(`${cwd}/key.pem`, "no key");
  says(cwd, /deskwire\.toml:4: server\.tls_key: key\.pem: .*the certificate's own key/);
  const other = folder(config);
  certificate(other);
  certificate(cwd);
  execFileSync("cp", [`${other}/key.pem`, `${cwd}/key.pem`]);
  says(cwd, /deskwire\.toml:4: server\.tls_key: key\.pem: /);
  if (process.getuid() === 0) return; // nothing is unreadable to root
  certificate(cwd);
  chmodSync(`${cwd}/key.pem`, 0);
  says(cwd, /deskwire\.toml:4: server\.tls_key: key\.pem: /);
});
