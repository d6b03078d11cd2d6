// PostgreSQL's messages as bytes come in ("Message Flow" and "Message Formats" of its manual, read
// 2026-11): as much as is needed to know a COMMIT from anything else.

const startups = new Set([80877102, 80877103, 80877104]); // cancel, SSL, GSS: no session begins

/** Cuts a client's bytes into messages: {type, bytes, text}; the startup's type is "". */
export class Frames {
  constructor() {
    this.left = Buffer.alloc(0);
    this.hasBegun = false;
  }

  /** The messages that are whole by now. */
  add(bytes) {
    this.left = Buffer.concat([this.left, bytes]);
    const found = [];
    for (;;) {
      const head = this.hasBegun ? 1 : 0;
      if (this.left.length < head + 4) return found;
      const size = head + this.left.readUInt32BE(head);
      if (this.left.length < size) return found;
      const message = this.left.subarray(0, size);
      this.left = this.left.subarray(size);
      if (this.hasBegun) {
        found.push({ type: String.fromCharCode(message[0]), bytes: message });
      } else {
        const isSession = size >= 8 && !startups.has(message.readUInt32BE(4));
        this.hasBegun = isSession;
        found.push({ type: "", bytes: message });
      }
    }
  }
}

const texts = (message, count) => {
  const out = [];
  let at = 5;
  for (let i = 0; i < count; ++i) {
    const end = message.bytes.indexOf(0, at);
    out.push(message.bytes.toString("utf8", at, end));
    at = end + 1;
  }
  return out;
};

/** Knows which message of a session executes a COMMIT: a query, or a prepared statement's. */
export class Commits {
  constructor() {
    this.prepared = new Set();
  }

  isOne(message) {
    if (message.type === "Q") return /^\s*commit/i.test(texts(message, 1)[0]);
    if (message.type === "P") {
      const [statement, query] = texts(message, 2);
      if (/^\s*commit/i.test(query)) this.prepared.add(statement);
      else this.prepared.delete(statement);
      return false;
    }
    return message.type === "B" && this.prepared.has(texts(message, 2)[1]);
  }
}

/** Where the server answers: behind these it has to. */
export const asksForAnswer = (message) => message.type === "S" || message.type === "Q";
