// Whether a stream that says nothing is still there: a daemon that hangs keeps its connections
// open, so it is asked, and a question without an answer is an end as good as any.

const quiet_ms = 4000;
const patience_ms = 4000;

export class Silence {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;
  private news = 0;
  private isOver = false;

  /** `ask` fails where nobody answers, or when its signal says so; `lost` is called once then. */
  constructor(private readonly ask: (signal: AbortSignal) => Promise<unknown>,
    private readonly lost: () => void, private readonly quiet = quiet_ms,
    private readonly patience = patience_ms) {
    this.heard();
  }

  /** Something came: nobody needs to be asked for a while. */
  heard(): void {
    this.news += 1;
    clearTimeout(this.timer);
    if (!this.isOver) this.timer = setTimeout(() => void this.doubt(), this.quiet);
  }

  stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.asked?.abort();
  }

  private async doubt(): Promise<void> {
    const news = this.news;
    const asked = new AbortController();
    this.asked = asked;
    const patience = setTimeout(() => asked.abort(), this.patience);
    try {
      await this.ask(asked.signal);
      this.heard();
    } catch {
      if (this.isOver || news !== this.news) return;
      this.stop();
      this.lost();
    } finally {
      clearTimeout(patience);
    }
  }
}
