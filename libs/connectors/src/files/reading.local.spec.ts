import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import type { Page } from '@tidemark/connector-sdk';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { connector } from './files.connector.js';

let root: TemporaryFolder;
beforeEach(async () => (root = await temporaryFolder()));
afterEach(() => root.remove());

const signal = new AbortController().signal;

interface Asked {
  readonly pageSize?: number;
  readonly cursor?: Page['cursor'];
  readonly onPage?: (page: Page) => Promise<void>;
}

async function read(config: Record<string, unknown>, { onPage, ...request }: Asked = {}): Promise<Page[]> {
  const objects = [{ name: 'rows', files: '*' }];
  const connection = { config: { format: 'csv', objects, ...config }, filesRoot: root.path };
  await using opened = await openForTest(connector, 'source', connection);
  const pages: Page[] = [];
  for await (const page of opened.source.read({ object: 'rows', signal, ...request })) {
    pages.push(page);
    await onPage?.(page);
  }
  return pages;
}

const dataOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records.map(({ data }) => data));
const problemsOf = (pages: readonly Page[]) => pages.flatMap(({ problems }) => problems.map(({ message }) => message));

describe('CSV', () => {
  it('is read with byte order mark, quoted line breaks and delimiters, and any line ending', async () => {
    await writeFile(root.join('a.csv'), '\ufeffid;name\r\n1;"a;b"\r\n\r\n2;"c\n""d"""\n3;é');
    expect(dataOf(await read({ csv: { delimiter: ';' } }))).toEqual([
      { id: '1', name: 'a;b' },
      { id: '2', name: 'c\n"d"' },
      { id: '3', name: 'é' },
    ]);
  });

  it('yields typed values as configured, and names the row and column of an invalid one', async () => {
    await writeFile(root.join('a.csv'), 'id,n,ok,tags\n1,2.5,true,"[1]"\n2,,,\n3,x,yes,\n');
    const pages = await read({ csv: { types: { n: 'number', ok: 'boolean', tags: 'json' } } });
    expect(dataOf(pages)).toEqual([
      { id: '1', n: 2.5, ok: true, tags: [1] },
      { id: '2', n: null, ok: null, tags: null },
    ]);
    expect(pages[0]!.problems).toEqual([
      expect.objectContaining({
        code: 'OBJECT_INVALID',
        field: 'n',
        message: 'a.csv, line 4, byte 35: the value of n is not a number',
      }),
    ]);
  });

  it('names line and byte of a row whose fields differ from the header, and continues', async () => {
    await writeFile(root.join('a.csv'), 'id,name\né,"x\ny"\n2\n3,z\n');
    const pages = await read({});
    expect(dataOf(pages)).toEqual([
      { id: 'é', name: 'x\ny' },
      { id: '3', name: 'z' },
    ]);
    expect(problemsOf(pages)).toEqual(['a.csv, line 4, byte 17: 1 fields where the header has 2']);
  });

  it('counts lines and bytes across byte order marks, empty lines and quoted line breaks, also from a cursor', async () => {
    await writeFile(root.join('a.csv'), '\ufeffid,name\r\n1,"x\r\ny\r\n"\r\n\r\n\n2\r\n3,z\r\n\r\n4,a,b\r\n');
    const pages = await read({}, { pageSize: 1 });
    const problems = [
      'a.csv, line 7, byte 27: 1 fields where the header has 2',
      'a.csv, line 10, byte 37: 3 fields where the header has 2',
    ];
    expect(problemsOf(pages)).toEqual(problems);
    expect(problemsOf(await read({}, { cursor: pages[1]!.cursor }))).toEqual(problems.slice(1));
  });

  it('keeps every column, whatever it is called, and every digit of a number', async () => {
    await writeFile(root.join('a.csv'), '__proto__,constructor,n\na,b,9007199254740993\n');
    const [row] = dataOf(await read({ csv: { types: { n: 'number' } } }));
    expect(Object.entries(row!)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['n', '9007199254740993'],
    ]);
  });

  it('handles a custom quote like the default one: doubled inside a field', async () => {
    await writeFile(root.join('a.csv'), "id,name\n1,'it''s, \"so\"'\n");
    expect(dataOf(await read({ csv: { quote: "'" } }))).toEqual([{ id: '1', name: 'it\'s, "so"' }]);
  });

  it.each([
    ['a quote that is never closed', 'id,name\n1,"x\n2,y\n', /^a\.csv, line 2, byte 10: quote not closed$/],
    ['one in a header', '"id,name\n1,2\n', /^a\.csv, line 1, byte 0: quote not closed$/],
    ['a quote in the middle', 'id,name\n1,x"y"\n', /^a\.csv, line 2, byte 11: invalid opening quote; `quoting`: loose/],
    [
      'text behind a quote',
      'id,name\r\n1,"a\r\nb"\r\n2,"é"x\n',
      /^a\.csv, line 4, byte 25: invalid closing quote; `quoting`: loose/,
    ],
    ['a column without a name', 'id,\n1,2\n', /column 2 has no name/],
    ['a column twice', 'id,id\n1,2\n', /names column id twice/],
    [
      'another encoding',
      Buffer.from('id,name\n1,caf\xe9\n2,b\n', 'latin1'),
      /^a\.csv, line 2, byte 13: not UTF-8 from here on; `encoding` names another/,
    ],
    [
      'a truncated character',
      Buffer.from('id,name\n1,caf\xc3', 'latin1'),
      /^a\.csv, line 2, byte 13: not UTF-8 from here on; `encoding` names another/,
    ],
  ])('fails, with the position, at %s', async (_what, content, message) => {
    await writeFile(root.join('a.csv'), content);
    await expect(read({})).rejects.toMatchObject({
      name: 'Terminal',
      code: 'SOURCE_INVALID_RESPONSE',
      message: expect.stringMatching(message),
    });
  });

  it('takes its columns from the config without a header', async () => {
    await writeFile(root.join('a.csv'), '1,x\n2,y\n');
    expect(dataOf(await read({ csv: { columns: ['id', 'name'] } }, { pageSize: 1 }))).toEqual([
      { id: '1', name: 'x' },
      { id: '2', name: 'y' },
    ]);
  });
});

describe('JSON lines', () => {
  it('are read one by one, and an invalid line is reported with its byte', async () => {
    await writeFile(root.join('a.jsonl'), '{"id":1}\r\n\n{"id":"é", x}\n[1]\n{"id":4}');
    const pages = await read({ format: 'jsonl' });
    expect(dataOf(pages)).toEqual([{ id: 1 }, { id: 4 }]);
    expect(problemsOf(pages)).toEqual([
      'a.jsonl, line 3, byte 23: not valid JSON from here on',
      'a.jsonl, line 4, byte 26: the line is JSON, but not an object',
    ]);
  });

  it.each([
    ['an invalid word', '{"a":}\n', 'line 1, byte 5: not valid JSON from here on'],
    ['text after a byte order mark', '\ufeff{"a":}\n', 'line 1, byte 8: not valid JSON from here on'],
    ['text after another one', '{}\n\ufeff{"é":}\n', 'line 2, byte 12: not valid JSON from here on'],
    ['a truncated line', '{}\n{"a":1', 'line 2, byte 9: not valid JSON from here on'],
    [
      'another encoding',
      Buffer.from('{}\n{"a":"caf\xe9"}\n', 'latin1'),
      'line 2, byte 12: not UTF-8 from here on; `encoding` names another, such as windows-1252',
    ],
    [
      'a truncated character',
      Buffer.from('{}\n{"a":"\xc3', 'latin1'),
      'line 2, byte 9: not UTF-8 from here on; `encoding` names another, such as windows-1252',
    ],
  ])('are reported with the exact byte of %s', async (_what, content, message) => {
    await writeFile(root.join('a.jsonl'), content);
    expect(problemsOf(await read({ format: 'jsonl' }))).toEqual([`a.jsonl, ${message}`]);
  });

  it('fail at a line that is too long, with its first byte', async () => {
    await writeFile(root.join('a.jsonl'), `{"a":1}\n{"a":"${'x'.repeat(18e6)}"}\n`);
    await expect(read({ format: 'jsonl' })).rejects.toThrow(
      /^a\.jsonl, line 2, byte 8: a row is longer than 16777216 bytes/,
    );
  });

  it('keep every digit of a number', async () => {
    await writeFile(root.join('a.jsonl'), '{"id":9007199254740993,"n":1.5}\n');
    expect(dataOf(await read({ format: 'jsonl' }))).toEqual([{ id: '9007199254740993', n: 1.5 }]);
  });
});

describe('files', () => {
  it('report a truncated compressed one', async () => {
    await writeFile(root.join('a.csv.gz'), gzipSync('id\n1\n').subarray(0, -4));
    await expect(read({})).rejects.toThrow(/a\.csv\.gz: cannot be decompressed after byte \d+ \(Z_BUF_ERROR\)/);
  });

  it('are all read when many appear at once, and later only new ones', async () => {
    const write = (n: number) => writeFile(root.join(`${n}.csv`), `id\n${n}\n`);
    for (let n = 0; n < 150; n++) await write(n);
    const first = await read({});
    expect(dataOf(first)).toHaveLength(150);
    const { cursor } = first.at(-1)!;
    expect(JSON.stringify(cursor).length).toBeLessThan(4096);
    for (let n = 150; n < 153; n++) await write(n);
    const second = dataOf(await read({}, { cursor })).map(({ id }) => id);
    expect(second.sort()).toEqual(['150', '151', '152']);
  });

  it('that change during a read are read again', async () => {
    const lines = (count: number) => `id\n${Array.from({ length: count }, (_, n) => `${n}\n`).join('')}`;
    await writeFile(root.join('a.csv'), lines(10));
    const seen: Page[] = [];
    const change = async (page: Page) => {
      if (seen.push(page) === 1) await writeFile(root.join('a.csv'), lines(12));
    };
    const reading = read({}, { pageSize: 3, onPage: change });
    await expect(reading).rejects.toMatchObject({ name: 'Retryable', message: 'a.csv changed while it was read' });
    expect(dataOf(await read({}, { cursor: seen.at(-1)!.cursor }))).toHaveLength(12);
  });

  it('are never read through links, nor outside the folder for files', async () => {
    await using other = await temporaryFolder();
    await writeFile(other.join('secret.csv'), 'id\n1\n');
    await symlink(other.join('secret.csv'), root.join('a.csv'));
    await symlink(other.path, root.join('away'));
    await mkdir(root.join('in'));
    expect(dataOf(await read({}))).toEqual([]);
    for (const folder of ['away', other.path, '..', 'in/../..'])
      await expect(read({ folder })).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    expect(dataOf(await read({ folder: root.join('in') }))).toEqual([]);
  });
});
