// What is installed where, what the Debian package holds, and what systemd hears. The package is
// made of what is built already: nothing is compiled, and nothing is installed on this machine.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { binary, folder, local, run, serve, until } from "./daemon.mjs";

const build = dirname(resolve(binary));
const packaging = fileURLToPath(new URL("../../packaging", import.meta.url));
const has = (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
const scratch = (t) => {
  const made = mkdtempSync(join(tmpdir(), "deskwire-package-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
};
const say = (command, args, options = {}) => {
  const done = spawnSync(command, args, { encoding: "utf8", ...options });
  assert.equal(done.status, 0, `${command} ${args.join(" ")}: ${done.stderr}${done.stdout}`);
  return done.stdout;
};

test("the Debian package: files, configuration, dependencies, and a program that runs", (t) => {
  if (!has("cpack") || !has("dpkg-shlibdeps") || !existsSync(join(build, "CPackConfig.cmake"))) {
    return t.skip("no CPack, no dpkg-dev, or this binary does not lie in a build folder");
  }
  const made = scratch(t);
  say("cpack", ["-G", "DEB", "-B", made], { cwd: build });
  const [name] = readdirSync(made).filter((one) => one.endsWith(".deb"));
  assert.match(name, /^deskwire_\d+\.\d+\.\d+_\w+\.deb$/);
  say("dpkg-deb", ["-R", join(made, name), join(made, "out")]);
  const out = (path) => join(made, "out", path);
  for (const file of ["usr/bin/deskwire", "usr/share/man/man1/deskwire.1",
    "usr/lib/systemd/system/deskwire.service", "etc/deskwire/deskwire.toml",
    "usr/share/bash-completion/completions/deskwire",
    "usr/share/zsh/vendor-completions/_deskwire",
    "usr/share/fish/vendor_completions.d/deskwire.fish", "usr/share/doc/deskwire/copyright",
    "usr/share/doc/deskwire/examples/deskwire.toml.example",
    "usr/share/doc/deskwire/examples/prometheus-rules.yml",
    "usr/share/doc/deskwire/examples/grafana-dashboard.json"]) {
    assert.ok(existsSync(out(file)), file);
  }
  assert.ok(!existsSync(out("usr/local")), "nothing beside /usr and /etc");
  assert.equal(readFileSync(out("DEBIAN/conffiles"), "utf8"), "/etc/deskwire/deskwire.toml\n");
  assert.match(readFileSync(out("DEBIAN/control"), "utf8"), /^Depends: adduser,.*libsqlite3-0/m);
  for (const script of ["postinst", "prerm", "postrm"]) {
    say("sh", ["-n", out(`DEBIAN/${script}`)]);
  }
  const version = say(out("usr/bin/deskwire"), ["--version"]);
  assert.equal(version.trim(), `deskwire ${name.split("_")[1]}`);
  say(out("usr/bin/deskwire"),
    ["check", "--offline", "--config", out("etc/deskwire/deskwire.toml")], { cwd: made });
  const completion = out("usr/share/bash-completion/completions/deskwire");
  assert.match(readFileSync(completion, "utf8"), /complete .*deskwire/);
});

test("systemd finds little to say against the unit", (t) => {
  if (!has("systemd-analyze")) return t.skip("there is no systemd-analyze here");
  const unit = join(scratch(t), "deskwire.service");
  copyFileSync(join(packaging, "deskwire.unit"), unit);
  const said = spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", unit],
    { encoding: "utf8" });
  const score = Number(/exposure level[^]*?: (\d+\.\d)/.exec(said.stdout)?.[1]);
  if (Number.isNaN(score)) return t.skip(`systemd-analyze can't judge it here: ${said.stderr}`);
  assert.ok(score <= 2, `exposure ${score}\n${said.stdout}`);
});

test("systemd is told when requests are taken, and when they end", async (t) => {
  const place = join(scratch(t), "notify");
  const listener = spawn("python3", ["-uc", `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound")
while True: print(s.recv(4096).decode())`, place]);
  t.after(() => listener.kill("SIGKILL"));
  let heard = "";
  listener.stdout.on("data", (piece) => (heard += piece));
  await until(() => heard.includes("bound"), "the listener");
  const daemon = await serve({ config: local, env: { NOTIFY_SOCKET: place } });
  await until(() => heard.includes("READY=1"), "ready");
  assert.ok(!heard.includes("STOPPING"));
  await daemon.stop();
  await until(() => heard.includes("STOPPING=1"), "stopping");
  daemon.clean();
  const deaf = await serve({ config: local, env: { NOTIFY_SOCKET: "/nonexistent/socket" } });
  await until(() => deaf.log().includes("could not notify systemd"), "a word in the log");
  assert.equal((await deaf.stop()).code, 0);
  deaf.clean();
});

test("the manual page is one that man reads without a complaint", (t) => {
  if (!has("groff")) return t.skip("there is no groff here");
  const page = run(folder(local), ["man"]).out;
  const read = spawnSync("groff", ["-Kutf8", "-man", "-ww", "-Tutf8"],
    { input: page, encoding: "utf8" });
  assert.equal(read.stderr, "");
  // Lines are filled with spaces to their end.
  assert.match(read.stdout.replace(/\s+/g, " "), /an outside system could not be reached/);
});
