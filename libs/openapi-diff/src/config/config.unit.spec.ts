import { describe, expect, it } from '@jest/globals';
import { compareConfigured, parse, readDiffConfig, type Change } from '../index.js';

const now = new Date('2026-06-01');
const answer = (type: string) => ({
  200: { description: 'ok', content: { 'application/json': { schema: { $ref: `#/components/schemas/${type}` } } } },
});
const operation = (more: object = {}) => ({ responses: answer('Pet'), ...more });
const document = (paths: object, type = 'string', more: object = {}) =>
  parse(
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'pets', version: '1.0.0' },
      paths,
      components: { schemas: { Pet: { type: 'object', properties: { id: { type } } } } },
      ...more,
    }),
  );
const paths = (more: object = {}) => ({
  '/pets': { get: operation({ tags: ['public'] }) },
  '/internal/pets': { get: operation({ 'x-internal': true }), post: operation({ tags: ['admin'] }) },
  ...more,
});
const configOf = (text: string) => readDiffConfig(new TextEncoder().encode(text), 'tidemark-diff.yaml');
const judged = (text: string, before = document(paths()), after = document(paths(), 'integer')) => {
  const { changes, ...rest } = compareConfigured({ before, after }, configOf(text), { now });
  return { ...rest, changes: changes.filter(({ rule }) => !rule.startsWith('api-version')) };
};
const reached = ({ operation: one, operations = one ? [one] : [] }: Change) =>
  operations.map(({ method, path }) => `${method} ${path}`);

describe('a configured comparison', () => {
  it('is the plain one without settings', () => {
    for (const text of ['', '{}', '# nothing']) {
      const { changes, ignored, notes } = judged(text);
      expect([changes.map(({ severity }) => severity), ignored, notes]).toEqual([['breaking'], 0, []]);
      expect(reached(changes[0]!)).toHaveLength(3);
    }
  });

  it.each([
    ['exclude: [{ path: /internal/* }]', ['get /pets']],
    ['exclude: [{ extension: x-internal }]', ['get /pets', 'post /internal/pets']],
    ['exclude: [{ tag: admin }, { extension: x-internal }]', ['get /pets']],
    ['include: [{ tag: p*c }]', ['get /pets']],
    ['include: [{ operation: get /internal/* }]', ['get /internal/pets']],
    ['{ include: [{ path: /internal/* }], exclude: [{ operation: POST * }] }', ['get /internal/pets']],
  ])('of %s looks at %j', (text, expected) => {
    const { changes, notes } = judged(text);
    expect([changes.flatMap(reached).sort(), notes]).toEqual([expected, []]);
  });

  it('takes what becomes internal as removed, since it is for its callers', () => {
    const after = document({ ...paths(), '/pets': { get: operation({ tags: ['public'], 'x-internal': true }) } });
    const { changes } = judged('exclude: [{ extension: x-internal }]', document(paths()), after);
    expect(changes.map(({ rule }) => rule)).toEqual(['api-path-removed-without-deprecation']);
  });

  it.each([
    ['severities: [{ rule: response-*, severity: risky }]', [['risky', 3]]],
    ['severities: [{ rule: "*", severity: off }]', []],
    // The change is as severe as it is for the worst of its operations.
    ['severities: [{ path: /internal/*, severity: info }]', [['breaking', 3]]],
    ['severities: [{ path: /internal/*, severity: off }]', [['breaking', 1]]],
    ['severities: [{ tag: public, severity: info }, { rule: "*", severity: risky }]', [['risky', 3]]],
    ['severities: [{ operation: GET /pets, severity: info }, { path: /internal/*, severity: off }]', [['info', 1]]],
  ])('by %s judges %j', (text, expected) => {
    const { changes, notes } = judged(text);
    expect([changes.map((change) => [change.severity, reached(change).length]), notes]).toEqual([expected, []]);
  });

  it('leaves words out, and nothing else', () => {
    const after = document(
      { ...paths(), '/pets': { get: operation({ tags: ['public'], summary: 'All', deprecated: true }) } },
      'string',
    );
    const rules = (text: string) => judged(text, document(paths()), after).changes.map(({ rule }) => rule);
    expect(rules('').sort()).toEqual(['endpoint-deprecated', 'operation-summary-changed']);
    expect(rules('words: false')).toEqual(['endpoint-deprecated']);
  });

  it('takes paths that differ in a prefix alone as the same, and points to them as they are written', () => {
    const before = document({ '/v1/pets': { get: operation() }, '/v1/cats': { get: operation() } });
    const after = document({ '/v2/pets': { get: operation() } }, 'integer');
    const { changes } = judged('prefixes: [/v1, /v2]', before, after);
    expect(changes.map(({ rule, pointer }) => [rule, pointer])).toContainEqual([
      'api-path-removed-without-deprecation',
      { before: '/paths/~1v1~1cats/get' },
    ]);
    expect(changes).toHaveLength(2);
    expect(judged('prefixes: [/v1, /v2]', after, after).changes).toEqual([]);
    const both = document({ '/v1/pets': { get: operation() }, '/v2/pets': { get: operation() }, '/pets': {} });
    expect(judged('prefixes: [/v1, /v2]', both, both).changes).toEqual([]);
  });

  it('counts what is ignored, and names entries that are unknown, idle or expired', () => {
    const text = `
severities:
  - { rule: respons-body-*, severity: info }
  - { rule: endpoint-added, severity: risky }
exclude: [{ path: /gone/* }]
ignore:
  - { rule: response-*, operation: "GET *" }
  - { rule: response-*, operation: "POST *", until: 2026-05-01 }
  - { rule: no-such-rule }
  - { operation: GET /nothing }
`;
    const { changes, ignored, notes } = judged(text);
    expect([changes.flatMap(reached), ignored]).toEqual([['post /internal/pets'], 0]);
    expect(notes).toEqual([
      expect.stringContaining('severities[0].rule respons-body-* is no rule'),
      expect.stringContaining('ignore[2].rule no-such-rule is no rule'),
      'severities[0] matches no change',
      'severities[1] matches no change',
      'exclude[0] matches no operation',
      'ignore[1] expired on 2026-05-01',
      'ignore[2] matches no change',
      'ignore[3] matches no change',
    ]);
    expect(judged('ignore: [{ rule: "*" }]')).toMatchObject({ changes: [], ignored: 2, notes: [] });
  });

  it.each([
    ['- a', 'expected an object'],
    ['severity: []', 'severity is not a known setting; those are severities, include'],
    ['__proto__: {}', '__proto__ is not a known setting'],
    ['severities: {}', 'severities must be a list'],
    ['severities: [{ severity: info }]', 'severities[0] needs one of rule'],
    [
      'severities: [{ rule: a, severity: bad }]',
      'severities[0].severity must be one of breaking, risky, safe, info, off',
    ],
    ['severities: [{ rule: a, level: info }]', 'severities[0].level is not a known field'],
    ['include: [{}]', 'include[0] needs one of'],
    ['include: [{ path: pets }]', 'include[0].path must begin with / or *'],
    ['include: [{ operation: pets }]', 'include[0].operation must be a method and a path'],
    ['exclude: [{ extension: internal }]', 'exclude[0].extension must begin with x-'],
    ['exclude: [{ path: 1 }]', 'exclude[0].path must be text'],
    ['words: no!', 'words must be true or false'],
    ['stability: shaky', 'stability must be one of draft'],
    ['prefixes: [v1/]', 'prefixes[0] must be the beginning of a path'],
    ['ignore: [{ until: soon }]', 'ignore[0].until must be a date'],
    ['a: "', 'not valid YAML'],
  ])('refuses %j: %s', (text, message) => {
    expect(() => configOf(text)).toThrow(message);
  });

  it('refuses more entries than people write', () => {
    expect(() => configOf(JSON.stringify({ include: Array(1001).fill({ path: '/a' }) }))).toThrow('more than 1000');
  });
});
