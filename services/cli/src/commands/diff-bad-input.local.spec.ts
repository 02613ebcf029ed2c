import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const MIB = 1024 * 1024;
/** After this a program counts as hung: a run takes a second or two on a busy machine. */
const HANGS_AFTER_MS = 30_000;

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  writeFileSync(folder.join('good.json'), '{"openapi":"3.1.0","info":{},"paths":{}}');
});
afterAll(() => folder.remove());

/** The real program, in the folder of the descriptions. */
const diff = (argv: readonly string[], input?: string) =>
  spawnSync(process.execPath, [PROGRAM, 'diff', ...argv], {
    cwd: folder.path,
    env: { ...process.env, INIT_CWD: '' },
    encoding: 'utf8',
    timeout: HANGS_AFTER_MS,
    ...(input !== undefined && { input }),
  });

const json = (...rest: string[]) => `{"openapi":"3.1.0","x":${rest.join('')}`;
const yaml = (...rest: string[]) => `openapi: 3.1.0\nx: ${rest.join('')}`;
const bomb = [...'bcdefghij'].map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]\n`);
const levels = (count: number) => Array.from({ length: count }, (_, level) => `${' '.repeat(level)}a:\n`).join('');

const inputs: [what: string, file: string, text: () => string | Buffer, reason: RegExp][] = [
  ['JSON that was cut', 'cut.json', () => json('{"a":\n["b', 'c"'), /^cut\.json:2:6: not valid JSON: .*truncated/],
  ['YAML that was cut', 'cut.yaml', () => yaml('\n  a: "b\n'), /^cut\.yaml:[34]:\d+: not valid YAML/],
  [
    '60 MB of JSON that were cut',
    'cut60.json',
    () => json('[', '1,\n'.repeat(20 * MIB)),
    /^cut60\.json:2\d{7}:\d+: .*trunc/,
  ],
  [
    '10 MB of YAML that were cut',
    'cut10.yaml',
    () => yaml('\n', '  - word\n'.repeat(MIB), '  - "a\n'),
    /^cut10\.yaml:1048579:5: /,
  ],
  [
    'arrays in JSON, 10,000 deep',
    'deep.json',
    () => json('['.repeat(10_000), ']'.repeat(10_000), '}'),
    /^deep\.json:1:523: values are nested more than 500/,
  ],
  [
    'arrays in YAML, 10,000 deep',
    'deep.yaml',
    () => yaml('['.repeat(10_000), ']'.repeat(10_000)),
    /^deep\.yaml:2:\d+: values are nested/,
  ],
  ['objects in YAML, 3,000 deep', 'block.yaml', () => levels(3000), /^block\.yaml:\d+:\d+: .*(deep|nest)/],
  [
    'YAML that contains itself',
    'circle.yaml',
    () => yaml('&a\n  b: *a\n'),
    /^circle\.yaml:3:6: not valid YAML: the anchor/,
  ],
  [
    '100 MB of JSON',
    'big.json',
    () => json('[', '"word",'.repeat((100 * MIB) / 7), '1]}'),
    /^big\.json:1:1: .*67108864 bytes/,
  ],
  [
    '100 MB of YAML',
    'big.yaml',
    () => yaml('\n', '  - word\n'.repeat((100 * MIB) / 9)),
    /^big\.yaml:1:1: .*67108864 bytes/,
  ],
  ['60 million brackets', 'open.json', () => '['.repeat(60 * MIB), /^open\.json:1:1: more than \d+ objects and arrays/],
  ['aliases that explode', 'bomb.yaml', () => yaml('1\na: &a [x]\n', ...bomb), /^bomb\.yaml:\d+:\d+: .*aliases/],
  ['a million faults', 'faults.yaml', () => 'x: - "a\n'.repeat(MIB / 2), /^faults\.yaml:1:4: /],
  ['a million aliases', 'stars.yaml', () => yaml('*a '.repeat(MIB)), /^stars\.yaml:2:\d+: /],
  [
    'a key written a million times',
    'keys.yaml',
    () => yaml('1\n', 'a: 1\n'.repeat(MIB / 2)),
    /^keys\.yaml:4:1: .*twice/,
  ],
  [
    'JSON that is not a description',
    'other.json',
    () => '{"hello":"world"}',
    /^other\.json:1:1: not an OpenAPI description/,
  ],
  [
    'YAML that is not a description',
    'other.yaml',
    () => 'hello: world\n',
    /^other\.yaml:1:1: not an OpenAPI description/,
  ],
  ['a web page', 'page.html', () => '<!doctype html><p>Not found', /^page\.html:1:1: not an OpenAPI description/],
  ['nothing', 'empty.yaml', () => '', /^empty\.yaml:1:1: the document is empty/],
  ['an image', 'image.json', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]), /^image\.json:1:1: .*not UTF-8/],
  ['a version from the future', 'next.yaml', () => 'openapi: 4.0.0\n', /^next\.yaml:1:1: "openapi" is "4\.0\.0"/],
];

describe('diff refuses, with file, line and reason,', () => {
  it.each(inputs)('%s', (_what, file, text, reason) => {
    writeFileSync(folder.join(file), text());
    const { status, stdout, stderr } = diff(['good.json', file]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr.replace(/^tidemark: BAD_INPUT: /, '')).toMatch(reason);
  });
});

describe('diff reads', () => {
  it('circular references', () => {
    const schemas = { A: { $ref: '#/components/schemas/A' } };
    const paths = { '/a': { $ref: '#/paths/~1a' } };
    writeFileSync(folder.join('circles.json'), JSON.stringify({ openapi: '3.1.0', paths, components: { schemas } }));
    expect(diff(['good.json', 'circles.json']).status).toBe(0);
  });

  it('standard input', () => {
    const run = diff(['good.json', '-'], 'openapi: 3.1.0\npaths: {/a: {get: {responses: {}}}}\n');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('GET /a');
  });
});
