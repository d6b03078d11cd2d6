// The usual way: a Node server that tells all its WebSocket clients. It keeps nothing, numbers
// nothing and resumes nothing; POST / is an update.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    const text = JSON.stringify({ topic: "ticket", ...JSON.parse(body) });
    for (const client of sockets.clients) if (client.readyState === 1) client.send(text);
    response.writeHead(201).end("{}");
  });
});
const sockets = new WebSocketServer({ server });
server.listen(0, "127.0.0.1", 10_000, () => {
  process.stdout.write(`ready on http://127.0.0.1:${server.address().port}\n`);
});
