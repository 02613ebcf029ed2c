import { z } from 'zod';
import { httpUrl, type Manifest, wholeNumber } from '@tidemark/connector-sdk/manifest';

/** Milliseconds by which a read overlaps the previous one: times are whole minutes, and the search's index is late. */
export const LOOK_BACK_MS = 300_000;

/** An id as in Notion's responses; in URLs it has no hyphens. */
export const idOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('-', '')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const id = z
  .string({ error: 'must be the id of a database' })
  .regex(/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i, 'must be the id of a database: 32 hexadecimal digits');

/** Config of a `notion` connection. */
export const notionConfig = z.strictObject({
  databases: z
    .array(id, { error: 'must be a list of database ids' })
    .min(1, 'must name at least one database')
    .max(200, 'must name at most 200 databases')
    .refine((all) => new Set(all.map(idOf)).size === all.length, 'must name each one once')
    .describe('Ids of the databases to read; default: everything shared with the connection, by search')
    .optional(),
  apiUrl: httpUrl.describe('Base URL of the API').default('https://api.notion.com'),
  maxDepth: wholeNumber(1, 30).describe('Maximum depth of nested blocks; default 30').default(30),
});

export type NotionConfig = z.infer<typeof notionConfig>;

const object = { incremental: true, deletions: false, lookBackMs: LOOK_BACK_MS };

export const manifest: Manifest<NotionConfig> = {
  name: 'notion',
  title: 'Notion',
  description: 'Reads pages, databases and blocks of a Notion workspace.',
  config: notionConfig,
  auth: ['bearer', 'oauth2-authorization-code'],
  credentialOrigin: ({ apiUrl }) => apiUrl,
  source: {
    objects: [
      { name: 'pages', title: 'Pages', ...object },
      { name: 'databases', title: 'Databases: the data sources of each', ...object },
      { name: 'blocks', title: 'Blocks of the pages', ...object },
    ],
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 100, max: 100 },
    limits: { requestsPerSecond: 3, burst: 20, inFlight: 3 },
  },
  webhook: () => ({ scheme: 'notion' }),
  pipelines: ['integration'],
};
