// Server-sent events out of a byte stream, as WHATWG HTML describes them. EventSource can't send
// a bearer token, so the page reads the stream itself.

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

export class SseParser {
  /** Where the reader stands: of the last block that came whole, events or not. */
  lastId = "";
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];

  /** Takes a piece of text; gives the events that it completes. */
  push(piece: string): ServerEvent[] {
    this.rest += piece;
    const events: ServerEvent[] = [];
    for (let end = this.rest.indexOf("\n"); end >= 0; end = this.rest.indexOf("\n")) {
      const line = this.rest.slice(0, end).replace(/\r$/, "");
      this.rest = this.rest.slice(end + 1);
      if (line === "") {
        if (this.data.length > 0) {
          events.push({ id: this.id, event: this.event || "message", data: this.data.join("\n") });
        }
        this.lastId = this.id;
        this.event = "";
        this.data = [];
      } else {
        this.take(line);
      }
    }
    return events;
  }

  private take(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: the server is still there
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.id = value;
    if (field === "event") this.event = value;
    if (field === "data") this.data.push(value);
  }
}
