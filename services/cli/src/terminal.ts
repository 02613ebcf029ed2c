import type { WriteStream } from 'node:tty';
import { colored, uncolored, type Paint } from './render/style.js';
import type { TableOptions } from './render/table.js';

export type Output = Pick<NodeJS.WritableStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

/** Where the program writes: results to stdout, everything about them to stderr. */
export class Terminal implements TableOptions {
  readonly paint: Paint;
  /** A person looks at it: progress may be drawn over. */
  readonly watched: boolean;
  /** A person looks at what is said about the results, wherever these go: progress may be drawn there. */
  readonly followed: boolean;
  #drawn = false;

  constructor(
    private readonly stdout: Output,
    private readonly stderr: Output,
    env: NodeJS.ProcessEnv,
  ) {
    this.watched = stdout.isTTY === true && stderr.isTTY === true && env['TERM'] !== 'dumb';
    this.followed = stderr.isTTY === true && env['TERM'] !== 'dumb';
    this.paint = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? colored : uncolored;
  }

  /** Some terminals say that they have no columns. */
  get width(): number | null {
    return this.stdout.isTTY === true ? this.stdout.columns || 80 : null;
  }

  print(text: string): void {
    this.clear();
    this.stdout.write(`${text}\n`);
  }

  /** Prints lines, and resolves when the operating system has them: what is noted down afterwards is never ahead of it. */
  async handOver(lines: string): Promise<void> {
    this.clear();
    await new Promise<void>((resolve, reject) => {
      this.stdout.write(lines, (error) => (error ? reject(error) : resolve()));
    });
  }

  note(text: string): void {
    this.clear();
    this.stderr.write(`${text}\n`);
  }

  /** Draws the progress line in place of the last one. Only where somebody follows. */
  progress(line: string): void {
    if (!this.followed) return;
    this.stderr.write(`\r${line}\u001b[K`);
    this.#drawn = true;
  }

  clear(): void {
    if (this.#drawn) this.stderr.write('\r\u001b[K');
    this.#drawn = false;
  }
}
