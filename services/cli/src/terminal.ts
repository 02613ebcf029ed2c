import type { WriteStream } from 'node:tty';
import { visible } from '@tidemark/foundation';
import { colored, uncolored, type Paint } from './render/style.js';
import type { TableOptions } from './render/table.js';

export type Output = Pick<NodeJS.WritableStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

/** The program's output: results go to stdout, messages and progress to stderr. */
export class Terminal implements TableOptions {
  readonly paint: Paint;
  /** Both streams are interactive: progress may be drawn. */
  readonly watched: boolean;
  /** stderr is interactive, wherever results go: progress may be drawn there. */
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

  /** Columns; some terminals report 0. */
  get width(): number | null {
    return this.stdout.isTTY === true ? this.stdout.columns || 80 : null;
  }

  print(text: string): void {
    this.clear();
    this.stdout.write(`${this.#harmless(text)}\n`);
  }

  /** Prints lines; resolves once the operating system has them, so that a cursor stored afterwards is never ahead. */
  async handOver(lines: string): Promise<void> {
    this.clear();
    await new Promise<void>((resolve, reject) => {
      this.stdout.write(visible(lines), (error) => (error ? reject(error) : resolve()));
    });
  }

  note(text: string): void {
    this.clear();
    this.stderr.write(`${this.#harmless(text)}\n`);
  }

  /** Replaces the progress line, on an interactive terminal only. */
  progress(line: string): void {
    if (!this.followed) return;
    this.stderr.write(`\r${this.#harmless(line)}\u001b[K`);
    this.#drawn = true;
  }

  /** Whatever it quotes, it controls nothing here but colours. */
  #harmless(text: string): string {
    const parts = text.split(/(\u001b\[\d{1,2}m)/);
    return this.paint === colored
      ? parts.map((part, at) => (at % 2 === 0 ? visible(part) : part)).join('')
      : visible(text);
  }

  clear(): void {
    if (this.#drawn) this.stderr.write('\r\u001b[K');
    this.#drawn = false;
  }
}
