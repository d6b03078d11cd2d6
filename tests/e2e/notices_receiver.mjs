// A webhook of notices.
import { createServer } from "node:http";
import { after } from "node:test";

const servers = new Set();
after(() => servers.forEach((one) => {
  one.closeAllConnections();
  one.close();
}));

/** A receiver that remembers each POST; `answer` says what it does with one. */
export async function receiver(answer = () => ({ status: 200 })) {
  const posts = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", async () => {
      if (request.method !== "POST") return response.writeHead(204).end();
      const post = { headers: request.headers, body, json: JSON.parse(body) };
      const said = await answer(post, posts.length);
      if (said.before) return request.socket.destroy();
      posts.push(post);
      if (said.hang_up) return request.socket.destroy();
      response.writeHead(said.status, said.headers ?? {}).end(said.body ?? "{}");
    });
  });
  servers.add(server);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, posts };
}
