import { rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Page } from '@tidemark/connector-sdk';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { connector } from './files.connector.js';

let root: TemporaryFolder;
beforeEach(async () => (root = await temporaryFolder()));
afterEach(() => root.remove());

const signal = new AbortController().signal;

async function read(
  config: Record<string, unknown>,
  request: Partial<Pick<Page, 'cursor'> & { pageSize: number }> = {},
) {
  const objects = [{ name: 'rows', files: '*' }];
  const connection = { config: { format: 'csv', objects, ...config }, filesRoot: root.path };
  await using opened = await openForTest(connector, 'source', connection);
  const pages: Page[] = [];
  for await (const page of opened.source.read({ object: 'rows', signal, ...request })) pages.push(page);
  return pages;
}

const dataOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records.map(({ data }) => data));

describe('CSV of another dialect', () => {
  const text = 'id;name\n1;"é ""x"""\n2;\n3;"a\nb"\n';
  const rows = [
    { id: '1', name: 'é "x"' },
    { id: '2', name: '' },
    { id: '3', name: 'a\nb' },
  ];

  it.each<[string, Buffer, Record<string, unknown>]>([
    ['semicolons', Buffer.from(text), {}],
    ['tabs', Buffer.from(text.replaceAll(';', '\t')), {}],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le'), {}],
    ['Latin-1, as the config says', Buffer.from(text, 'latin1'), { encoding: 'latin1' }],
    ['backslash quotes, as the config says', Buffer.from(text.replace('""x""', '\\"x\\"')), { csv: { escape: '\\' } }],
  ])('is read page by page from any cursor: %s', async (_what, content, config) => {
    await writeFile(root.join('a.csv'), content);
    const pages = await read(config, { pageSize: 1 });
    expect(dataOf(pages)).toEqual(rows);
    expect(dataOf(await read(config, { pageSize: 1, cursor: pages[0]!.cursor }))).toEqual(rows.slice(1));
  });

  it('is named by the check', async () => {
    await writeFile(root.join('a.csv'), Buffer.from(`\ufeff${text.replaceAll(';', '\t')}`, 'utf16le'));
    const config = { format: 'csv', objects: [{ name: 'rows', files: '*' }] };
    await using opened = await openForTest(connector, 'source', { config, filesRoot: root.path });
    const message = 'rows (1 file, encoding utf-16le, delimiter tab)';
    expect(await opened.source.check(signal)).toEqual({ ok: true, message });
  });

  it('keeps a comma as the delimiter of a file whose text has others', async () => {
    await writeFile(root.join('a.csv'), 'id,name\n1,a;b\n2,c;d\n');
    expect(dataOf(await read({}))).toEqual([
      { id: '1', name: 'a;b' },
      { id: '2', name: 'c;d' },
    ]);
    await writeFile(root.join('a.csv'), 'name\na;b\n"c;d"\n');
    expect(dataOf(await read({}))).toEqual([{ name: 'a;b' }, { name: 'c;d' }]);
  });

  it('takes misplaced quotes as text where the config allows it, or all of them', async () => {
    await writeFile(root.join('a.csv'), 'id,name\n1,5" pipe\n2,"a" b"\n3,"c"\n');
    expect(dataOf(await read({ csv: { quoting: 'loose' } })).map((row) => row!['name'])).toEqual([
      '5" pipe',
      '"a" b"',
      'c',
    ]);
    expect(dataOf(await read({ csv: { quoting: 'none' } })).map((row) => row!['name'])).toEqual([
      '5" pipe',
      '"a" b"',
      '"c"',
    ]);
  });

  it('takes unquoted texts as null, as the config says, and an invalid encoding as an error', async () => {
    await writeFile(root.join('a.csv'), 'id,name,n\n1,,NULL\n2,"",1\n3,"NULL",\n');
    expect(dataOf(await read({ csv: { null: ['', 'NULL'], types: { n: 'number' } } }))).toEqual([
      { id: '1', name: null, n: null },
      { id: '2', name: '', n: 1 },
      { id: '3', name: 'NULL', n: null },
    ]);
    await writeFile(root.join('a.csv'), Buffer.from([0x69, 0xd8, 0xd8, 0, 0x41, 0]));
    await expect(read({ encoding: 'utf-16be' })).rejects.toMatchObject({
      code: 'SOURCE_INVALID_RESPONSE',
      message: expect.stringContaining('a.csv: not utf-16be after byte 0'),
    });
  });

  it('fails at a row that is longer than the config allows', async () => {
    await writeFile(root.join('a.csv'), `id,name\n1,a\n2,${'x'.repeat(2000)}\n`);
    await expect(read({ maxRowBytes: 1024 })).rejects.toThrow(
      /^a\.csv, line 3, byte 12: a row is longer than 1024 bytes/,
    );
    expect(dataOf(await read({ maxRowBytes: 4096 }))).toHaveLength(2);
  });
});

describe('CSV that is written', () => {
  it('is read again as it was: null, empty and nested values, quotes, delimiters and line breaks', async () => {
    const rows = [
      { id: '1', a: null, b: '' },
      { id: '2', a: 'NULL', b: 'x;"y"\\\n' },
      { id: '3', a: '\\N', b: "it's\r" },
    ];
    for (const csv of [
      { null: [''] },
      { null: ['NULL', '\\N'] },
      { null: [''], delimiter: ';', quote: "'" },
      { null: [''], escape: '\\' },
    ]) {
      const config = { format: 'csv', csv };
      await using opened = await openForTest(connector, 'destination', { config, filesRoot: root.path });
      const batch = {
        id: 'b1',
        mode: 'append',
        object: 'rows',
        key: [],
        rows: rows.map((data) => ({ data })),
      } as const;
      const results = await opened.destination.write(batch, signal);
      expect(results.map(({ status }) => status)).toEqual(['created', 'created', 'created']);
      expect(dataOf(await read({ csv }))).toEqual(rows);
      await rm(root.join('rows.b1.csv'));
    }
  });

  it('has no row that is longer than the config allows', async () => {
    const config = { format: 'jsonl', maxRowBytes: 1024 };
    await using opened = await openForTest(connector, 'destination', { config, filesRoot: root.path });
    const rows = [{ data: { a: 'x'.repeat(1100) } }, { data: { a: 'y' } }];
    const results = await opened.destination.write({ id: 'b1', mode: 'append', object: 'rows', key: [], rows }, signal);
    expect(results).toMatchObject([{ status: 'failed', code: 'VALUE_TOO_LONG' }, { status: 'created' }]);
    expect(dataOf(await read({ format: 'jsonl' }))).toEqual([{ a: 'y' }]);
  });
});
