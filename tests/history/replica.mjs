// One replica: the built binary behind a proxy of its own, with what a nemesis does to it.
import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { folder, serve } from "../e2e/daemon.mjs";
import { Proxy } from "./proxy.mjs";

const environment = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const restartMs = 300;

export class Replica {
  constructor(name, world) {
    this.name = name;
    this.world = world;
    this.state = "down"; // up, down, asleep
    this.proxy = new Proxy(world.database.socket);
    this.ended = []; // that it ended by itself, and how
    this.starts = 0;
  }

  async prepare(report) {
    await this.proxy.listen();
    const { queue, hook } = await this.world.outside.open(this.name);
    this.cwd = folder("");
    this.world.folders.push(this.cwd);
    writeFileSync(`${this.cwd}/deskwire.toml`, `[server]
listen = "127.0.0.1:0"
[store]
url = "postgresql://deskwire@127.0.0.1:${this.proxy.port}/deskwire?sslmode=disable&gssencmode=disable"
[retry]
first = "50ms"
max = "500ms"
timeout = "2s"
[[queue]]
name = "high"
url = "http://sqs.eu-west-1.localhost:${queue}/000000000000/high.fifo"
region = "eu-west-1"
endpoint = "http://127.0.0.1:${queue}"
[[queue]]
name = "work"
max_receives = 1000
[[queue]]
name = "work.fifo"
max_receives = 1000
[notices]
file = "${report}"
webhook_url = "http://127.0.0.1:${hook}/notice"
schedule = "* * * * *"
every = "day"
rate_per_minute = 120
`);
  }

  /** Starts until it is there: what watches over processes does the same. */
  async start() {
    while (!this.world.isOver) {
      this.starts += 1;
      try {
        this.daemon = await serve({ cwd: this.cwd, env: environment });
      } catch {
        await new Promise((resume) => setTimeout(resume, restartMs));
        continue;
      }
      this.agent?.destroy();
      this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
      this.state = "up";
      this.watch(this.daemon);
      return;
    }
  }

  watch(daemon) {
    daemon.ended.then(({ code, signal }) => {
      if (this.daemon !== daemon || this.state === "down") return;
      this.state = "down";
      const log = daemon.log().split("\n").slice(-6).join(" | ");
      this.ended.push({ replica: this.name, what: `exit ${code ?? signal}: ${log}` });
      this.start();
    });
  }

  async kill(downMs) {
    this.state = "down";
    await this.daemon.kill();
    await new Promise((resume) => setTimeout(resume, downMs));
    await this.start();
  }

  sleep() {
    this.state = "asleep";
    this.daemon.signal("SIGSTOP");
  }

  wake() {
    this.daemon.signal("SIGCONT");
    this.state = "up";
  }
}
