import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { catalogue, configProblems, connectors, defineConnector, pipelineOf, type Manifest } from './index.js';

/** All modules that a module loads, itself included; type-only imports load nothing. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [, name = ''] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm)) {
    if (name.startsWith('.')) loaded(join(dirname(file), name.replace(/\.js$/, '.ts')), seen);
    else seen.add(name);
  }
  return seen;
}

describe('the catalogue', () => {
  it('knows the pipeline of every connector', () => {
    expect(pipelineOf('openapi')?.stages.map(({ name, service }) => `${service}/${name}`)).toEqual([
      'connector-runner/fetch',
      'connector-runner/parse',
      'connector-runner/normalize',
      'connector-runner/snapshot',
      'differ/diff',
      'differ/persist',
      'differ/alert',
    ]);
    expect(pipelineOf('noop')?.stages).toEqual([{ name: 'run', service: 'connector-runner' }]);
    expect(pipelineOf('toString')).toBeUndefined();
  });

  it('loads no I/O, and no packages but those that check configs', () => {
    const modules = [...loaded(join(import.meta.dirname, 'catalogue.ts'))];
    expect(modules.length).toBeGreaterThan(4);
    expect(modules.filter((name) => !name.startsWith('/')).sort()).toEqual(['@jmespath-community/jmespath', 'zod']);
  });
});

describe('the connectors', () => {
  it('are those of the catalogue, each with its stages', () => {
    expect([...connectors.keys()].sort()).toEqual([...catalogue.keys()].sort());
    for (const [name, { manifest }] of connectors) expect(manifest).toBe(catalogue.get(name));
  });

  it('cannot lack what their manifest promises, nor have more', () => {
    const manifest = catalogue.get('noop')!;
    const run = async () => ({ output: {} });
    expect(() => defineConnector(manifest, {})).toThrow('disagree about its pipeline');
    expect(() => defineConnector(manifest, { stages: {} })).toThrow('connector noop needs the stages run, and has ');
    expect(() => defineConnector(manifest, { stages: { run, walk: run } })).toThrow('has run, walk');
    expect(() => defineConnector({ ...manifest, pipeline: { stages: [] } }, { stages: { run } })).toThrow('has run');
    expect(defineConnector(manifest, { stages: { run } }).manifest).toBe(manifest);
  });
});

const problemsOf = (name: string, config: unknown) => configProblems(catalogue.get(name) as Manifest, config);

describe('the config of noop', () => {
  it('is empty', () => {
    expect(problemsOf('noop', {})).toEqual([]);
    expect(problemsOf('noop', { url: 1 })).toEqual([{ field: 'url', message: 'is not known' }]);
    for (const config of [undefined, null, [], 'text'])
      expect(problemsOf('noop', config)).toEqual([{ field: 'config', message: 'must be an object' }]);
  });
});

describe('the config of openapi', () => {
  const url = 'https://api.example.com/openapi.json';

  it('needs only a url', () => {
    expect(problemsOf('openapi', { url })).toEqual([]);
    expect(
      problemsOf('openapi', {
        url,
        headers: { Accept: 'application/yaml' },
        maxBytes: 1000,
        followRefs: false,
        maxRefs: 0,
      }),
    ).toEqual([]);
  });

  it.each([
    [{}, 'url', 'is required'],
    [{ url: 7 }, 'url', 'must be an http or https URL'],
    [{ url: 'openapi.json' }, 'url', 'must be an http or https URL'],
    [{ url: 'file:///etc/passwd' }, 'url', 'must be an http or https URL'],
    [{ url: 'https://me:secret@h/' }, 'url', 'must not contain a user name or password'],
    [{ url, uri: url }, 'uri', 'is not known; the fields are url, headers, maxBytes, followRefs, maxRefs'],
    [{ url, headers: [] }, 'headers', 'must be an object of header names and values'],
    [{ url, headers: { 'a b': 'c' } }, 'headers.a b', 'is not a valid header name'],
    [{ url, headers: { a: 'b\r\nc: d' } }, 'headers.a', 'must be text of at most 4096 characters without line breaks'],
    [{ url, headers: { a: 1 } }, 'headers.a', 'must be text of at most 4096 characters without line breaks'],
    [{ url, headers: { Authorization: 'x' } }, 'headers.Authorization', /cannot be set here/],
    [{ url, headers: { 'If-None-Match': 'x' } }, 'headers.If-None-Match', /cannot be set here/],
    [{ url, maxBytes: 0 }, 'maxBytes', /must be a whole number from 1 to/],
    [{ url, followRefs: 'yes' }, 'followRefs', 'must be true or false'],
    [{ url, maxRefs: 1.5 }, 'maxRefs', 'must be a whole number from 0 to 1000'],
  ])('refuses %j', (config, field, message) => {
    const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(problemsOf('openapi', config)).toEqual([{ field, message: expected }]);
  });

  it('is told everything that is wrong at once, without repeating a value', () => {
    const problems = problemsOf('openapi', { url: 'https://me:hunter2@h/', maxRefs: -1, x: 'hunter2' });
    expect(problems.map(({ field }) => field)).toEqual(['url', 'maxRefs', 'x']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
