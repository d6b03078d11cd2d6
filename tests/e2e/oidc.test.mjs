// Single sign-on against a real OpenID provider (oidc-provider), through its own pages.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Provider } from "oidc-provider";
import { call, folder, run, serve } from "./daemon.mjs";

const secret = "a secret that only the two of them know";

/** A provider with the pages that it brings for development: any login is a person of that name. */
async function provider(t, redirect, settings = {}) {
  const server = createServer((request, response) => handler(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: "desk+wire", client_secret: secret, redirect_uris: [redirect],
      ...settings.client }],
    pkce: { required: () => true, methods: ["S256"] },
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email"] },
    conformIdTokenClaims: false,
    findAccount: (ctx, id) => ({ accountId: id,
      claims: () => ({ sub: id, preferred_username: `${id}@acme.example` }) }),
    cookies: { keys: ["for tests"] },
    ...settings.provider,
  });
  const handler = oidc.callback();
  return issuer;
}

/** A browser that keeps cookies per host and follows by hand. */
class Browser {
  jar = new Map();
  async go(url, options = {}) {
    const { host } = new URL(url);
    const cookies = this.jar.get(host) ?? new Map();
    this.jar.set(host, cookies);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", ...options,
      headers: { ...options.headers, ...(cookie && { cookie }) } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/Max-Age=0|expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const where = answer.headers.get("location");
    return { status: answer.status, text: await answer.text(), headers: answer.headers,
      next: where && new URL(where, url).href };
  }
  /** Follows redirections as far as `until`. */
  async follow(url, until = /^$/) {
    for (let i = 0; i < 15; ++i) {
      if (until.test(url)) return { stopped: url };
      const page = await this.go(url);
      if (!page.next) return { ...page, url };
      url = page.next;
    }
    throw new Error(`round and round: ${url}`);
  }
  /** The provider's pages: who one is, and yes. */
  async signIn(url, name, until) {
    let page = await this.follow(url, until);
    for (let i = 0; i < 3 && !page.stopped && page.text.includes("<form"); ++i) {
      const action = /action="([^"]+)"/.exec(page.text)[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(page.text)[1];
      const form = new URLSearchParams({ prompt, login: name, password: "any" });
      const sent = await this.go(new URL(action, page.url).href, { method: "POST", body: form,
        headers: { "content-type": "application/x-www-form-urlencoded" } });
      page = await this.follow(sent.next, until);
    }
    return page;
  }
}

async function world(t, settings = {}) {
  // Below those that the kernel gives to whoever asks for any.
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  const own = `http://127.0.0.1:${port}`;
  const issuer = await provider(t, `${own}/oidc/callback`, settings);
  const config = `[server]\nlisten = "127.0.0.1:${port}"\n[access]\nmode = "oidc"\n` +
    `oidc_issuer = "${settings.issuer ?? issuer}"\noidc_client_id = "desk+wire"\n` +
    `oidc_client_secret = "${settings.secret ?? secret}"\ndefault_role = "agent"\n`;
  const daemon = await serve({ cwd: folder(config) });
  t.after(async () => { await daemon.stop(); daemon.clean(); });
  return { daemon, own, issuer };
}

test("a person comes in through the provider, with the role of newcomers", async (t) => {
  const { daemon, own } = await world(t);
  assert.equal((await call(own, "/v1/tickets")).status, 401);
  assert.equal((await call(own, "/v1/session")).json.mode, "oidc");
  const browser = new Browser();
  const page = await browser.signIn(`${own}/oidc/login?to=/agents`, "ana");
  assert.equal(page.url, `${own}/agents`, page.text.slice(0, 500));
  const session = JSON.parse((await browser.go(`${own}/v1/session`)).text);
  assert.deepEqual([session.name, session.role, session.signed_in],
    ["ana@acme.example", "agent", true]);
  const again = await browser.signIn(`${own}/oidc/login?to=//evil.example`, "ana");
  assert.equal(again.url, `${own}/`, "never led away");
  const users = JSON.parse(run(daemon.cwd, ["user", "list", "--json"]).out).items;
  assert.deepEqual(users.map((one) => [one.name, one.kind]), [["ana@acme.example", "oidc"]]);
  assert.ok(!daemon.log().includes(secret));
});

test("an answer for another browser, or used twice, opens nothing", async (t) => {
  const { own } = await world(t);
  const mine = new Browser();
  const { stopped } = await mine.signIn(`${own}/oidc/login`, "ana", /\/oidc\/callback/);
  const other = await new Browser().go(stopped);
  assert.equal(other.status, 403);
  assert.equal(other.headers.getSetCookie().length, 0);
  const wrong = new URL(stopped);
  wrong.searchParams.set("state", "another");
  assert.equal((await mine.go(wrong.href)).status, 403);
  const kept = mine.jar.get(new URL(own).host).get("deskwire_oidc");
  assert.equal((await mine.go(stopped)).status, 303);
  mine.jar.get(new URL(own).host).set("deskwire_oidc", kept);
  assert.equal((await mine.go(stopped)).status, 403, "the code is spent");
});

test("a wrong secret and a wrong issuer are said to be so", async (t) => {
  const one = await world(t, { secret: "not the secret" });
  const page = await new Browser().signIn(`${one.own}/oidc/login`, "ana");
  assert.equal(page.status, 403);
  assert.match(page.text, /refused the code: 401 invalid_client/);
  const two = await world(t, { issuer: one.issuer + "/" });
  const refused = await new Browser().go(`${two.own}/oidc/login`);
  assert.equal(refused.status, 502);
  assert.match(refused.text, /set access\.oidc_issuer to that/);
});

test("tokens signed with ES256 are read too", async (t) => {
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "ES256" };
  const { own } = await world(t, { client: { id_token_signed_response_alg: "ES256" },
    provider: { jwks: { keys: [key] } } });
  const browser = new Browser();
  const page = await browser.signIn(`${own}/oidc/login`, "bob");
  assert.equal(page.url, `${own}/`, page.text.slice(0, 500));
});
