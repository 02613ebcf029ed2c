import type pg from 'pg';

type Wire = pg.Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** `COPY … FROM STDIN` of text in memory. Like pg-cursor: `pg.Client` runs it as its active query. */
export class CopyIn implements pg.Submittable {
  #rows = 0;

  /** `resolve`: with the number of rows that were stored. */
  constructor(
    private readonly text: string,
    private readonly data: Buffer,
    private readonly resolve: (rows: number) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#rows = Number(text.split(' ')[1]);
  }

  handleReadyForQuery(): void {
    this.resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.reject(error);
  }
}

/** One line of COPY's text format. */
export function copyLine(values: readonly (string | null)[]): string {
  let line = '';
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (at > 0) line += '\t';
    if (value === null) line += '\\N';
    else line += ESCAPED.test(value) ? value.replace(EVERY, (character) => ESCAPES[character]!) : value;
  }
  return `${line}\n`;
}

const ESCAPED = /[\\\t\n\r]/;
const EVERY = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
