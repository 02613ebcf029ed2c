import { appendFile, readFile } from 'node:fs/promises';
import { defineConnector, type Connector, type Destination, type Manifest, type Source } from '@tidemark/connector-sdk';
import type { ListedConnector } from '@tidemark/connectors';
import { Retryable } from '@tidemark/resilience';
import { z } from 'zod';

const numbersConfig = z.strictObject({ pages: z.int(), perPage: z.int(), delayMs: z.int().default(0) });
const ledgerConfig = z.strictObject({ file: z.string(), down: z.boolean().default(false) });

const numbersManifest: Manifest<z.infer<typeof numbersConfig>> = {
  name: 'numbers',
  title: 'Numbers',
  description: 'Counts, page by page; the first of each page has no id.',
  config: numbersConfig,
  auth: ['none'],
  source: {
    objects: [{ name: 'numbers', title: 'Numbers', incremental: false, deletions: false }],
    modes: ['full'],
    pageSize: { min: 1, initial: 10, max: 100 },
  },
  pipelines: ['copy'],
};

const ledgerManifest: Manifest<z.infer<typeof ledgerConfig>> = {
  name: 'ledger',
  title: 'Ledger',
  description: 'A file with a line a batch.',
  config: ledgerConfig,
  auth: ['none'],
  destination: { modes: ['append'], batchSize: { initial: 100, max: 100 }, concurrency: 1 },
};

const check = async () => ({ ok: true, message: 'here' }) as const;
const close = async () => undefined;

export const numbers = defineConnector(numbersManifest, {
  openSource: ({ config: { pages, perPage, delayMs } }): Source => ({
    check,
    close,
    async *read({ cursor, signal }) {
      for (let page = (cursor?.['page'] as number | undefined) ?? 0; page < pages; page += 1) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        const ids = Array.from({ length: perPage - 1 }, (_, index) => page * perPage + index + 1);
        yield {
          records: ids.map((id) => ({ externalId: String(id), objectType: 'numbers', data: { id } })),
          problems: [{ objectType: 'numbers', code: 'OBJECT_MISSING_ID', message: 'the number has no id' }],
          cursor: { page: page + 1 },
          hasMore: page + 1 < pages,
        };
      }
    },
  }),
});

export const ledger = defineConnector(ledgerManifest, {
  openDestination: ({ config: { file, down } }): Destination => ({
    check,
    close,
    async write({ id, rows }) {
      if (down) throw new Retryable('DESTINATION_UNREACHABLE', 'the ledger is shut');
      const known = (await readLedger(file)).some((batch) => batch.id === id);
      if (!known) await appendFile(file, `${JSON.stringify({ id, ids: rows.map(({ data }) => data['id']) })}\n`);
      return rows.map(() => ({ status: 'created' }) as const);
    },
  }),
});

/** The batches of a ledger in the order in which they were written. */
export async function readLedger(file: string): Promise<{ id: string; ids: number[] }[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; ids: number[] });
}

export const exampleConnectors: ReadonlyMap<string, ListedConnector> = new Map(
  [numbers as Connector, ledger as Connector].map((connector) => [
    connector.manifest.name,
    { manifest: connector.manifest, load: async () => connector },
  ]),
);
