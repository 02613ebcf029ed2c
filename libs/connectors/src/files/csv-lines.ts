import type { Spot } from './file-errors.js';

const [LF, CR] = [0x0a, 0x0d];

/** Counts the lines of a file by its bytes: the parser's own count is wrong after quoted line breaks. */
export class CsvLines {
  #byte: number;
  #line: number;
  #afterCr = false;
  /** Bytes received from this position on. */
  #kept: Buffer[] = [];

  constructor({ byte, line }: Spot) {
    this.#byte = byte;
    this.#line = line;
  }

  async *watch(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#kept.push(chunk);
      yield chunk;
    }
  }

  /** Advances to a byte, at most to the last one received. */
  to(byte: number): Spot {
    this.#pass(byte - this.#byte, false);
    return { byte: this.#byte, line: this.#line };
  }

  /** Skips the line breaks at this position. */
  behindBreaks(): Spot {
    this.#pass(Infinity, true);
    return { byte: this.#byte, line: this.#line };
  }

  #pass(left: number, breaksOnly: boolean): void {
    for (let chunk = this.#kept[0]; chunk && left > 0; chunk = this.#kept[0]) {
      let at = 0;
      for (; at < chunk.length && left > 0; at++, left--) {
        const value = chunk[at]!;
        if (value === CR || (value === LF && !this.#afterCr)) this.#line++;
        else if (breaksOnly && value !== LF) break;
        this.#afterCr = value === CR;
      }
      this.#byte += at;
      if (at < chunk.length) {
        this.#kept[0] = chunk.subarray(at);
        return;
      }
      this.#kept.shift();
    }
  }
}

/** The line and byte of a position. `chunks` begin at `from`. */
export async function spotOf(byte: number, from: Spot, chunks: AsyncIterable<Buffer>): Promise<Spot> {
  const lines = new CsvLines(from);
  for await (const _chunk of lines.watch(chunks)) if (lines.to(byte).byte === byte) break;
  return lines.to(byte);
}
