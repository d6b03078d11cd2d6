// fauxqs in a process of its own, so that its time is not the clients'. With a folder it keeps its
// messages there, in SQLite: each of its writes is synced before it answers, as Deskwire's are.
import { startFauxqs } from "fauxqs";

const folder = process.argv[2];
const kept = folder ? { dataDir: folder } : {};
const server = await startFauxqs({ port: 0, logger: false, ...kept });
console.log(`ready on http://127.0.0.1:${server.port}`);
