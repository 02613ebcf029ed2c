import { describe, expect, it } from '@jest/globals';
import type { Change } from '../index.js';
import { rankUsed, usedOperations } from './rank-used.js';
import { readUsed } from './read-used.js';

const read = (content: unknown) =>
  readUsed(new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)), 'used');
const call = (method: string, path: string) => ({ method, path });

describe('what is used', () => {
  it.each([
    ['a HAR', { log: { entries: [{ request: { method: 'GET', url: 'https://a.example/v1/pets/7?x=1#y' } }] } }],
    [
      'an access log',
      '1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET /v1/pets/7?x=1 HTTP/1.1" 200 12 "-" "curl"\nnoise\n',
    ],
    ['JSON lines', '{"method":"get","path":"/v1/pets/7"}\n{"request":"GET /v1/pets/7 HTTP/1.1","status":200}\n'],
    ['JSON lines of Caddy', '{"request":{"method":"GET","uri":"/v1/pets/7?x"}}\n{"a":1}\n'],
    ['a list as text', '# ours\nGET /v1/pets/7\nGET /v1/pets/7\n'],
    ['a list as JSON', ['GET /v1/pets/7', { method: 'GET', path: '/v1/pets/7' }, 3, null]],
  ])('is read from %s', (_what, content) => {
    expect(read(content)).toEqual([call('get', '/v1/pets/7')]);
  });

  it('is found among the operations, whatever the prefix, and for all that fit', () => {
    const paths = ['/pets/{id}', '/pets/mine', '/pets', '/files/{name}.json', '/'];
    const operations = paths.flatMap((path) => ['get', 'post'].map((method) => call(method, path)));
    const used = (...calls: string[]) =>
      [
        ...usedOperations(
          operations,
          calls.map((path) => call('get', path)),
        ),
      ]
        .filter((key) => key !== 'get /')
        .sort();
    expect(used('/v1/pets/7')).toEqual(['get /pets/{id}']);
    expect(used('/pets/mine')).toEqual(['get /pets/mine', 'get /pets/{id}']);
    expect(used('/pets/')).toEqual(['get /pets']);
    expect(used('/pets/{id}', '/files/a.json')).toEqual(['get /files/{name}.json', 'get /pets/{id}']);
    expect(used('/cats')).toEqual([]);
  });

  it('comes first, and the rest is one severity lower and says so', () => {
    const change = (severity: Change['severity'], ...paths: string[]): Change => ({
      ...{
        id: paths.join(),
        rule: 'r',
        severity,
        level: 'ERR',
        area: 'paths',
        pointer: {},
        message: 'It was removed.',
      },
      operations: paths.map((path) => call('get', path)),
    });
    const changes = [
      change('breaking', '/b'),
      change('breaking', '/a', '/b'),
      change('breaking'),
      change('risky', '/b'),
      change('info', '/b'),
      change('risky', '/a'),
    ];
    expect(rankUsed(changes, new Set(['get /a'])).map(({ id, severity }) => [id, severity])).toEqual([
      ['/a,/b', 'breaking'],
      ['', 'breaking'],
      ['/a', 'risky'],
      ['/b', 'risky'],
      ['/b', 'safe'],
      ['/b', 'info'],
    ]);
    expect(rankUsed(changes, new Set())[1]!.message).toBe('It was removed. Not used: risky instead of breaking.');
  });
});
