import { createHash } from 'node:crypto';
import { access, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectorContext, WriteBatch } from '@tidemark/connector-sdk';
import type { SingerConfig } from './singer.config.js';

/**
 * The batches that a target has written, an empty file each, in the installation's folder for files: a target itself does not
 * know whether it has written a batch before. Without that folder nothing is remembered.
 */
export class Ledger {
  readonly #folder: string | null;

  constructor({ filesRoot, config: { executable, settings } }: ConnectorContext<SingerConfig>) {
    const owner = digest(JSON.stringify([executable, settings]));
    this.#folder = filesRoot === null ? null : join(filesRoot, '.tidemark-singer', owner);
  }

  async has(batch: WriteBatch): Promise<boolean> {
    if (this.#folder === null) return false;
    return access(join(this.#folder, nameOf(batch))).then(
      () => true,
      () => false,
    );
  }

  async add(batch: WriteBatch): Promise<void> {
    if (this.#folder === null) return;
    await mkdir(this.#folder, { recursive: true });
    for (const path of [join(this.#folder, nameOf(batch)), this.#folder]) {
      const handle = await open(path, path === this.#folder ? 'r' : 'w');
      await handle.sync().finally(() => handle.close());
    }
  }
}

/** Other rows under the same id are another batch. */
const nameOf = ({ id, object, mode, rows }: WriteBatch): string => digest(JSON.stringify([id, object, mode, rows]));

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);
