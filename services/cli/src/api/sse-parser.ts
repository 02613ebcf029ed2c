/** One dispatched event of a `text/event-stream`. */
export interface SseEvent {
  /** The stream's last id so far; empty before the first. */
  readonly id: string;
  /** `message` by default. */
  readonly event: string;
  readonly data: string;
}

/**
 * Parses server-sent events from text in arbitrary chunks, as defined by the WHATWG HTML standard (9.2.6): all three
 * line endings, comments, several data lines, persistent ids, and the server's reconnection time.
 */
export class SseParser {
  /** The id to resume after: that of the last complete event. */
  lastEventId = '';
  /** Reconnection delay in milliseconds that the server requested; null if it did not. */
  retryMs: number | null = null;
  #id = '';
  #rest = '';
  #started = false;
  #data: string[] = [];
  #event = '';

  /** The events that this chunk completes. */
  push(text: string): SseEvent[] {
    this.#rest += text;
    if (!this.#started && this.#rest !== '') {
      this.#started = true;
      if (this.#rest.startsWith('\uFEFF')) this.#rest = this.#rest.slice(1);
    }
    const events: SseEvent[] = [];
    for (let line = this.#nextLine(); line !== null; line = this.#nextLine()) {
      if (line === '') events.push(...this.#dispatch());
      else this.#field(line);
    }
    return events;
  }

  /** Discards an incomplete event: after a lost connection it is sent again in full. */
  restart(): void {
    this.#id = this.lastEventId;
    this.#rest = '';
    this.#started = false;
    this.#data = [];
    this.#event = '';
  }

  // A CR at the end may be half of a CRLF: wait for the next chunk.
  #nextLine(): string | null {
    const end = this.#rest.search(/\r\n|\n|\r(?!$)/);
    if (end < 0) return null;
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + (this.#rest.startsWith('\r\n', end) ? 2 : 1));
    return line;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(): SseEvent[] {
    this.lastEventId = this.#id;
    const event = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    const empty = this.#data.length === 0;
    this.#data = [];
    this.#event = '';
    return empty ? [] : [event];
  }
}
