import type { Spool } from '../spill/spool.js';

const KINDS = ['unchanged', 'added', 'changed', 'removed'] as const;

/** What to do when the write of a row failed: keep its entry, leave it out, or put `old` in its place. */
export interface Fate {
  readonly kind: (typeof KINDS)[number];
  /** How many entries of the snapshot it covers, from the end of the previous one. */
  readonly entries: number;
  /** The old entry, when changed or removed. */
  readonly old: Buffer;
}

const NONE = Buffer.alloc(0);

/** Writes fates in the order of keys: a word of kind, a word of count or length, the old entry. */
export class FateWriter {
  readonly #spool: Spool;
  readonly #wait: (ready: Promise<void> | undefined) => void;
  readonly #head = Buffer.alloc(8);
  #kind = 0;
  #count = 0;

  constructor(spool: Spool, wait: (ready: Promise<void> | undefined) => void) {
    this.#spool = spool;
    this.#wait = wait;
  }

  unchanged(entries: number): void {
    this.#run(0, entries);
  }

  added(): void {
    this.#run(1, 1);
  }

  changed(old: Buffer): void {
    this.#single(2, old);
  }

  removed(old: Buffer): void {
    this.#single(3, old);
  }

  end(): void {
    if (this.#count > 0) this.#write(this.#kind, this.#count);
    this.#count = 0;
  }

  read(): AsyncGenerator<Buffer> {
    return this.#spool.read();
  }

  #run(kind: number, entries: number): void {
    if (kind !== this.#kind) this.end();
    this.#kind = kind;
    this.#count += entries;
  }

  #single(kind: number, old: Buffer): void {
    this.end();
    this.#write(kind, old.length);
    this.#wait(this.#spool.write(old));
  }

  #write(kind: number, number: number): void {
    this.#head.writeUInt32LE(kind, 0);
    this.#head.writeUInt32LE(number, 4);
    this.#wait(this.#spool.write(this.#head));
  }
}

export async function* readFates(bytes: AsyncIterable<Buffer>): AsyncGenerator<Fate> {
  const source = bytes[Symbol.asyncIterator]();
  let rest = NONE;
  const take = async (length: number): Promise<Buffer> => {
    while (rest.length < length) {
      const { done, value } = await source.next();
      if (done) return rest;
      rest = Buffer.concat([rest, value]);
    }
    const taken = rest.subarray(0, length);
    rest = rest.subarray(length);
    return taken;
  };
  for (;;) {
    const head = await take(8);
    if (head.length === 0) return;
    const kind = KINDS[head.readUInt32LE(0)]!;
    const number = head.readUInt32LE(4);
    if (kind === 'unchanged' || kind === 'added') yield { kind, entries: number, old: NONE };
    else yield { kind, entries: kind === 'changed' ? 1 : 0, old: await take(number) };
  }
}
