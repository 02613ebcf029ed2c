import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { temporaryFolder } from '@tidemark/test-kit';
import type { JsonObject } from '@tidemark/connector-sdk';
import {
  type Connection,
  destinationConformance,
  sourceConformance,
  type SourceWorld,
} from '@tidemark/connector-sdk/testing';
import { connector } from './files.connector.js';

const HOUR = 3_600_000;
const LONG_AGO = Date.parse('2025-03-01T08:00:00Z');

type Format = 'csv' | 'jsonl';
type Row = Readonly<Record<string, string>>;

function encoded(rows: readonly Row[], format: Format): string {
  if (format === 'jsonl') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return ['id,name', ...rows.map(({ id = '', name = '' }) => `${id},"${name}"`)].map((line) => `${line}\r\n`).join('');
}

interface Layout {
  readonly format: Format;
  readonly gzip?: boolean;
  readonly rowsPerFile: number;
}

/** A folder with rows in files: each file as many hours old as the number of its first row. */
async function startWorld({ format, gzip = false, rowsPerFile }: Layout, count: number): Promise<SourceWorld> {
  const root = await temporaryFolder();
  await mkdir(root.join('in'));
  const rows: Row[] = Array.from({ length: count }, (_, n) => ({ id: `r${n}`, name: `row "" ${n}, é\n☃` }));
  const fileOf = (at: number) => Math.floor(at / rowsPerFile);
  const write = async (file: number, at?: number) => {
    const path = root.join('in', `rows-${String(file).padStart(3, '0')}.${format}${gzip ? '.gz' : ''}`);
    const text = encoded(rows.slice(file * rowsPerFile, (file + 1) * rowsPerFile), format);
    await writeFile(`${path}.tmp`, gzip ? gzipSync(text) : text);
    if (at !== undefined) await utimes(`${path}.tmp`, at / 1000, at / 1000);
    await rename(`${path}.tmp`, path);
  };
  for (let file = 0; file * rowsPerFile < count; file++) await write(file, LONG_AGO + file * HOUR);
  const objects = [{ name: 'rows', files: `rows-*.${format}${gzip ? '.gz' : ''}`, key: ['id'] }];
  return {
    connection: { config: { folder: 'in', format, objects }, filesRoot: root.path },
    ids: () => rows.filter(({ id }) => id !== '').map(({ id }) => id!),
    async add(more) {
      const ids = Array.from({ length: more }, (_, n) => `r${rows.length + n}`);
      for (const id of ids) {
        rows.push({ id, name: 'new' });
        await write(fileOf(rows.length - 1));
      }
      return ids;
    },
    async change(id) {
      const at = rows.findIndex((row) => row['id'] === id);
      rows[at] = { id, name: 'changed' };
      await write(fileOf(at));
    },
    async addWithoutId() {
      rows.push({ id: '', name: 'nobody' });
      await write(fileOf(rows.length - 1));
    },
    close: () => root.remove(),
  };
}

const nothingRemote = {
  cut: 'nothing is sent',
  invalidJson: 'nothing is sent',
  hang: 'nothing is sent',
  unavailable: 'nothing is sent',
  gatewayTimeout: 'nothing is sent',
  rateLimit: 'nothing is limited',
  tokenExpiry: 'there is no token',
} as const;

const configured = (world: SourceWorld, change: Record<string, unknown>): Connection => ({
  ...world.connection,
  config: { ...(world.connection.config as object), ...change },
});

const wrong = [
  {
    what: 'a folder that does not exist',
    connection: (world: SourceWorld) => configured(world, { folder: 'elsewhere' }),
    code: 'SOURCE_UNREACHABLE',
    field: 'folder',
  },
  {
    what: 'a folder outside the one for files',
    connection: (world: SourceWorld) => configured(world, { folder: '../..' }),
    code: 'SOURCE_FORBIDDEN',
    field: 'folder',
  },
  {
    what: 'an installation that does not allow file access',
    connection: ({ connection: { config } }: SourceWorld) => ({ config }),
    code: 'SOURCE_FORBIDDEN',
    field: 'folder',
  },
  {
    what: 'a pattern that no file matches',
    connection: (world: SourceWorld) => configured(world, { objects: [{ name: 'rows', files: 'none-*' }] }),
    code: 'SOURCE_NOT_FOUND',
    field: 'objects.0.files',
  },
  {
    what: 'a key that no row has',
    connection: (world: SourceWorld) =>
      configured(world, { objects: [{ name: 'rows', files: 'rows-*', key: ['number'] }] }),
    code: 'OBJECT_MISSING_ID',
    field: 'objects.0.key',
  },
];

for (const layout of [
  { format: 'csv', rowsPerFile: 1 },
  { format: 'jsonl', rowsPerFile: 1, gzip: true },
] as const)
  sourceConformance(`files, a row a file, ${layout.format}`, {
    connector,
    object: { name: 'rows', title: 'rows', incremental: true, deletions: false },
    start: (objects) => startWorld(layout, objects),
    without: nothingRemote,
    wrong,
  });

for (const layout of [
  { format: 'csv', rowsPerFile: 12 },
  { format: 'csv', rowsPerFile: 12, gzip: true },
  { format: 'jsonl', rowsPerFile: 12 },
  { format: 'jsonl', rowsPerFile: 12, gzip: true },
] as const)
  sourceConformance(`files, rows by the dozen, ${layout.format}${'gzip' in layout ? ', compressed' : ''}`, {
    connector,
    // Changed files are read as a whole, which this suite does not expect.
    object: { name: 'rows', title: 'rows', incremental: false, deletions: false },
    start: (objects) => startWorld(layout, objects),
    pageSize: 5,
    without: nothingRemote,
    wrong,
  });

for (const { format, gzip } of [
  { format: 'jsonl', gzip: false },
  { format: 'csv', gzip: true },
] as const)
  destinationConformance(`files, ${format}${gzip ? ', compressed' : ''}`, {
    connector,
    async start() {
      const root = await temporaryFolder();
      const folder = root.join('out');
      await mkdir(folder);
      const csv = { columns: ['id', 'name', 'amount'] };
      return {
        connection: { config: { folder: 'out', format, gzip, ...(format === 'csv' && { csv }) }, filesRoot: root.path },
        object: 'rows',
        async rows() {
          const all: JsonObject[] = [];
          for (const name of await readdir(folder)) {
            const bytes = await readFile(join(folder, name));
            const text = (gzip ? gunzipSync(bytes) : bytes).toString();
            if (format === 'csv') all.push(...parse<JsonObject>(text, { columns: csv.columns }));
            else
              all.push(
                ...text
                  .trim()
                  .split('\n')
                  .map((line) => JSON.parse(line) as JsonObject),
              );
          }
          return all;
        },
        stop: () => rm(folder, { recursive: true }),
        close: () => root.remove(),
      };
    },
    refused: format === 'csv' ? { row: { id: 'x', name: 'x', amount: 1, colour: 'red' }, field: 'colour' } : null,
    wrong: [
      {
        what: 'a folder that does not exist',
        connection: ({ connection }) => ({ ...connection, config: { folder: 'elsewhere', format } }),
        code: 'DESTINATION_UNREACHABLE',
        field: 'folder',
      },
      {
        what: 'a folder outside the one for files',
        connection: ({ connection }) => ({ ...connection, config: { folder: '/', format } }),
        code: 'DESTINATION_FORBIDDEN',
        field: 'folder',
      },
    ],
  });
