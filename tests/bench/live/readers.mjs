// readers.mjs URL COUNT sse|ws: opens that many boards and says how many updates they saw, and how
// late. One process of its own, so that its work is not the server's.
import { connect } from "node:net";
import WebSocket from "ws";

const [, , url, count, kind] = process.argv;
const { hostname, port, host } = new URL(url);
let open = 0, seen = 0;
const late = [];

function note(text) {
  for (const [, at] of text.matchAll(/sent-(\d+)/g)) {
    ++seen;
    late.push(Date.now() - Number(at));
  }
}

function openOne() {
  if (kind === "ws") {
    const socket = new WebSocket(url.replace("http", "ws"), { perMessageDeflate: false });
    socket.on("open", () => ++open);
    socket.on("message", (message) => note(message.toString()));
    return;
  }
  const socket = connect(Number(port), hostname);
  let rest = "", isOpen = false;
  socket.setEncoding("utf8");
  socket.write(`GET /v1/live HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`);
  socket.on("data", (piece) => {
    rest += piece;
    if (!isOpen && rest.includes("retry:")) {
      isOpen = true;
      ++open;
    }
    const end = rest.lastIndexOf("\n\n");
    if (end < 0) return;
    note(rest.slice(0, end));
    rest = rest.slice(end + 2);
  });
}

for (let i = 0; i < Number(count); ++i) {
  openOne();
  if (i % 50 === 49) await new Promise((resume) => setTimeout(resume, 10));
}
process.on("message", () => {
  late.sort((a, b) => a - b);
  process.send({ open, seen, p50: late[Math.floor(late.length / 2)] ?? null,
    p99: late[Math.floor(late.length * 0.99)] ?? null });
  seen = 0;
  late.length = 0;
});
