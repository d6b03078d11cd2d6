// fauxqs in a process of its own, so that its time is not the clients'. Keeps all in memory.
import { startFauxqs } from "fauxqs";

const server = await startFauxqs({ port: 0, logger: false });
console.log(`ready on http://127.0.0.1:${server.port}`);
